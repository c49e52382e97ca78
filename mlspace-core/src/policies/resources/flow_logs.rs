//! The role that writes flow logs of a VPC to CloudWatch Logs.
//!
//! Source: *Publish flow logs to CloudWatch Logs*
//! (<https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-cwl.html>), with its advice on the
//! confused deputy problem.

use crate::layout::Account;
use crate::policies::context::{PolicyError, check_log_group};
use crate::policies::statements::aws_services::for_source;
use iam_policy::{Document, Statement};

/// The role's trust policy: the flow logs service can assume it, for flow logs of the account and
/// region only.
#[must_use]
pub fn flow_log_trust(account: &Account) -> Document {
    let assume = Statement::allow("FlowLogs").actions(["sts:AssumeRole"]);
    Document::new([for_source(
        account,
        assume,
        "vpc-flow-logs.amazonaws.com",
        account.arn("ec2", "vpc-flow-log/*"),
    )])
}

/// The role's policy: it allows writing to the streams of one log group. The log group must exist,
/// so that it has its key and retention.
///
/// It can also be the role's permissions boundary, which limits the role to this policy.
///
/// # Errors
/// [`PolicyError`] when the name of the log group is invalid.
pub fn flow_log_policy(account: &Account, log_group: &str) -> Result<Document, PolicyError> {
    check_log_group(log_group)?;
    let group = account.log_group_arn(log_group);
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
    fn flow_log_trust_is_limited_to_the_account() {
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
    fn flow_log_policy_is_limited_to_one_log_group() {
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
