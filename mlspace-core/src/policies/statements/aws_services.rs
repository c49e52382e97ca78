//! AWS services as principals, restricted to requests that originate in the own account.
//!
//! A service writes on behalf of every account under the same principal. Without a source
//! condition, another account could use it to reach the resource (*The confused deputy problem*,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>).

use crate::layout::Account;
use iam_policy::{Operator, Principal, Statement};

/// Pattern for the account's trails. A multi-region trail has the region in which it was created.
pub(in crate::policies) fn trail_arns(account: &Account) -> String {
    format!(
        "arn:{}:cloudtrail:*:{}:trail/*",
        account.partition, account.account_id
    )
}

/// The statement for CloudTrail, on behalf of the account's trails.
pub(in crate::policies) fn for_cloudtrail(account: &Account, allow: Statement) -> Statement {
    allow
        .principal(Principal::service("cloudtrail.amazonaws.com"))
        .when(Operator::ArnLike, "aws:SourceArn", [trail_arns(account)])
}

/// The statement for the service that delivers vended logs such as VPC flow logs, on behalf of the
/// account.
pub(in crate::policies) fn for_log_delivery(account: &Account, allow: Statement) -> Statement {
    for_source(
        account,
        allow,
        "delivery.logs.amazonaws.com",
        account.arn("logs", "*"),
    )
}

/// The statement for CloudWatch, on behalf of the account's alarms.
pub(in crate::policies) fn for_alarms(account: &Account, allow: Statement) -> Statement {
    for_source(
        account,
        allow,
        "cloudwatch.amazonaws.com",
        account.arn("cloudwatch", "alarm:*"),
    )
}

/// The statement for a service, on behalf of the account's resources that match `source`.
pub(in crate::policies) fn for_source(
    account: &Account,
    allow: Statement,
    service: &str,
    source: String,
) -> Statement {
    allow
        .principal(Principal::service(service))
        .when(
            Operator::StringEquals,
            "aws:SourceAccount",
            [&account.account_id],
        )
        .when(Operator::ArnLike, "aws:SourceArn", [source])
}
