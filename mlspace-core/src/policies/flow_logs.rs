//! The role with which flow logs of a VPC are written to CloudWatch Logs.
//!
//! Source: *Publish flow logs to CloudWatch Logs*
//! (<https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-cwl.html>), with its advice about the confused deputy.

use super::context::{GrantError, check_value};
use crate::layout::Account;
use iam_policy::{Document, Operator, Principal, Statement};

/// The trust policy: the service that writes flow logs may assume the role, for flow logs of the account and region only.
#[must_use]
pub fn flow_log_trust(account: &Account) -> Document {
    let flow_logs = format!(
        "arn:{}:ec2:{}:{}:vpc-flow-log/*",
        account.partition, account.region, account.account_id
    );
    Document::new([Statement::allow("FlowLogs")
        .principal(Principal::service("vpc-flow-logs.amazonaws.com"))
        .actions(["sts:AssumeRole"])
        .when(
            Operator::StringEquals,
            "aws:SourceAccount",
            [&account.account_id],
        )
        .when(Operator::ArnLike, "aws:SourceArn", [flow_logs])])
}

/// What the role may do: write to the streams of one log group. The group itself must exist, so that it has its key and retention.
///
/// Fit as the role's permissions boundary too, which keeps it to this whatever else is attached.
///
/// # Errors
/// [`GrantError`] when the name of the log group cannot stand in a policy.
pub fn flow_log_policy(account: &Account, log_group: &str) -> Result<Document, GrantError> {
    check_value("log group", log_group, "/_.#-", "write a log group's name")?;
    let group = format!(
        "arn:{}:logs:{}:{}:log-group:{log_group}",
        account.partition, account.region, account.account_id
    );
    Ok(Document::new([
        Statement::allow("WriteStreams")
            .actions(["logs:CreateLogStream", "logs:PutLogEvents"])
            .resources([format!("{group}:log-stream:*")]),
        Statement::allow("ListStreams")
            .actions(["logs:DescribeLogStreams"])
            .resources([group.clone(), format!("{group}:*")]),
        Statement::allow("ListGroups")
            .actions(["logs:DescribeLogGroups"])
            .resources(["*"]),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use iam_policy::evaluate::{Caller, PolicySet, Request};

    fn account() -> Account {
        Account {
            partition: "aws-us-gov".to_owned(),
            account_id: "123456789012".to_owned(),
            region: "us-gov-west-1".to_owned(),
        }
    }

    #[test]
    fn only_flow_logs_of_the_account_assume_the_role() {
        let account = account();
        let trust = flow_log_trust(&account);
        let role = "arn:aws-us-gov:iam::123456789012:role/flow-logs";
        let assumes = |service: &str, owner: &str| {
            let source =
                format!("arn:aws-us-gov:ec2:us-gov-west-1:{owner}:vpc-flow-log/fl-0a1b2c3d");
            let request = Request::new(Caller::Service(service.to_owned()), "sts:AssumeRole", role)
                .context("aws:SourceAccount", [owner])
                .context("aws:SourceArn", [source]);
            let set = PolicySet::new().resource("trust", &trust);
            set.decide(&request).is_allowed()
        };
        assert!(assumes("vpc-flow-logs.amazonaws.com", "123456789012"));
        assert!(!assumes("vpc-flow-logs.amazonaws.com", "210987654321"));
        assert!(!assumes("ec2.amazonaws.com", "123456789012"));
    }

    #[test]
    fn streams_of_one_group_are_written() {
        let account = account();
        let policy = flow_log_policy(&account, "/aws/vpc/mlspace").unwrap();
        let role = Caller::from_arn("arn:aws-us-gov:iam::123456789012:role/flow-logs").unwrap();
        let allows = |action: &str, resource: &str| {
            let resource =
                format!("arn:aws-us-gov:logs:us-gov-west-1:123456789012:log-group:{resource}");
            let set = PolicySet::new().identity("policy", &policy);
            set.decide(&Request::new(role.clone(), action, resource))
                .is_allowed()
        };
        assert!(allows(
            "logs:PutLogEvents",
            "/aws/vpc/mlspace:log-stream:eni-1"
        ));
        assert!(allows("logs:DescribeLogStreams", "/aws/vpc/mlspace"));
        assert!(!allows(
            "logs:PutLogEvents",
            "/aws/vpc/mlspace-2:log-stream:eni-1"
        ));
        assert!(!allows("logs:DeleteLogGroup", "/aws/vpc/mlspace"));
        assert!(!allows("logs:CreateLogGroup", "/aws/vpc/mlspace"));
        assert!(flow_log_policy(&account, "*").is_err());
    }
}
