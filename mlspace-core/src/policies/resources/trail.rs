//! Policies of the trail's role and of the topic for alarms.

use crate::layout::Account;
use crate::policies::context::{PolicyError, check_log_group, check_value};
use crate::policies::statements::aws_services::for_alarms;
use iam_policy::{Document, Operator, Principal, Statement};

/// The trust policy of the role with which CloudTrail writes to CloudWatch Logs.
///
/// It has no condition, like AWS's own example: the page names no key that CloudTrail sets here.
/// Another account's trail cannot use the role, since a role can be passed only to a trail in its
/// own account.
///
/// Source: *Role policy document for CloudTrail to use CloudWatch Logs for monitoring*
/// (<https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html>).
#[must_use]
pub fn trail_trust_policy() -> Document {
    Document::new([Statement::allow("CloudTrail")
        .principal(Principal::service("cloudtrail.amazonaws.com"))
        .actions(["sts:AssumeRole"])])
}

/// The policy of that role: it allows writing the account's events to one log group. It can also be
/// the role's permissions boundary.
///
/// # Errors
/// [`PolicyError`] when the name of the log group is invalid.
pub fn trail_log_policy(account: &Account, log_group: &str) -> Result<Document, PolicyError> {
    check_log_group(log_group)?;
    let Account {
        region,
        account_id: id,
        ..
    } = account;
    // CloudTrail names its streams after the account and the region of the trail.
    let streams = format!("{log_group}:log-stream:{id}_CloudTrail_{region}*");
    Ok(Document::new([Statement::allow("WriteTrail")
        .actions(["logs:CreateLogStream", "logs:PutLogEvents"])
        .resources([account.log_group_arn(&streams)])]))
}

/// The policy of the topic for alarms: alarms of the account can publish, over TLS only.
///
/// Sources: *Amazon SNS access policy for CloudWatch alarms*
/// (<https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html>), *Enforce
/// encryption of data in transit*
/// (<https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html>).
///
/// # Errors
/// [`PolicyError`] when the topic's name is invalid.
pub fn alarm_topic_policy(account: &Account, topic: &str) -> Result<Document, PolicyError> {
    check_value("topic", topic, "_-", "write the name of a topic")?;
    let publish = |statement: Statement| {
        statement
            .actions(["sns:Publish"])
            .resources([account.arn("sns", topic)])
    };
    Ok(Document::new([
        for_alarms(account, publish(Statement::allow("Alarms"))),
        publish(Statement::deny("DenyPlainHttp"))
            .principal(Principal::Any)
            .when(Operator::Bool, "aws:SecureTransport", ["false"]),
    ]))
}
