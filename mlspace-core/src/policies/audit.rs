//! What a trail and its alarms need: a role that writes the trail's events into a log group, and a topic that alarms are sent to.

use super::context::{GrantError, check_value};
use crate::layout::Account;
use iam_policy::{Document, Operator, Principal, Statement};

/// The trust policy of the role that CloudTrail writes into CloudWatch Logs with.
///
/// It has no condition, as AWS gives it: the page names no key that CloudTrail would set here. Another account's trail cannot use the role, since
/// a role is passed to a trail in its own account only.
///
/// Source: *Role policy document for CloudTrail to use CloudWatch Logs for monitoring*
/// (<https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html>).
#[must_use]
pub fn trail_trust_policy() -> Document {
    Document::new([Statement::allow("CloudTrail")
        .principal(Principal::service("cloudtrail.amazonaws.com"))
        .actions(["sts:AssumeRole"])])
}

/// What that role may do: write the account's events into the one log group. As the role's boundary it keeps it to that.
///
/// # Errors
/// [`GrantError`] when the log group's name cannot stand in a policy.
pub fn trail_log_policy(account: &Account, log_group: &str) -> Result<Document, GrantError> {
    check_value(
        "log group",
        log_group,
        "/_.#-",
        "write the name of a log group",
    )?;
    let Account {
        partition,
        region,
        account_id: id,
    } = account;
    // A stream's name holds the account and the region of its trail.
    let streams = format!(
        "arn:{partition}:logs:{region}:{id}:log-group:{log_group}:log-stream:{id}_CloudTrail_{region}*"
    );
    Ok(Document::new([Statement::allow("WriteTrail")
        .actions(["logs:CreateLogStream", "logs:PutLogEvents"])
        .resources([streams])]))
}

/// The policy of the topic that alarms are sent to: alarms of the account publish, over TLS.
///
/// Sources: *Amazon SNS access policy for CloudWatch alarms*
/// (<https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html>), *Enforce encryption of data in transit*
/// (<https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html>).
///
/// # Errors
/// [`GrantError`] when the topic's name cannot stand in a policy.
pub fn alarm_topic_policy(account: &Account, topic: &str) -> Result<Document, GrantError> {
    check_value("topic", topic, "_-", "write the name of a topic")?;
    let arn = |service: &str, resource: &str| {
        format!(
            "arn:{}:{service}:{}:{}:{resource}",
            account.partition, account.region, account.account_id
        )
    };
    let publish = |statement: Statement| {
        statement
            .actions(["sns:Publish"])
            .resources([arn("sns", topic)])
    };
    Ok(Document::new([
        publish(Statement::allow("Alarms"))
            .principal(Principal::service("cloudwatch.amazonaws.com"))
            .when(
                Operator::StringEquals,
                "aws:SourceAccount",
                [&account.account_id],
            )
            .when(
                Operator::ArnLike,
                "aws:SourceArn",
                [arn("cloudwatch", "alarm:*")],
            ),
        publish(Statement::deny("DenyPlainHttp"))
            .principal(Principal::Any)
            .when(Operator::Bool, "aws:SecureTransport", ["false"]),
    ]))
}
