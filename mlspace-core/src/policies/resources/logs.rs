//! The resource policy of CloudWatch Logs.

use crate::layout::Account;
use crate::policies::context::{PolicyError, check_log_group};
use crate::policies::statements::aws_services::for_log_delivery;
use iam_policy::{Document, Statement};

/// A resource policy of CloudWatch Logs: services that deliver logs of the account, such as VPC
/// flow logs, can write to the log groups whose names start with `prefix`.
///
/// Source: *Enable logging from AWS services*
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html>).
///
/// # Errors
/// [`PolicyError`] when the prefix is invalid.
pub fn log_group_policy(account: &Account, prefix: &str) -> Result<Document, PolicyError> {
    check_log_group(prefix)?;
    let write = Statement::allow("DeliverLogs")
        .actions(["logs:CreateLogStream", "logs:PutLogEvents"])
        .resources([account.log_group_arn(&format!("{prefix}*:log-stream:*"))]);
    Ok(Document::new([for_log_delivery(account, write)]))
}
