//! AWS services that use a key on their own.

use super::ENCRYPT_AND_DECRYPT;
use crate::layout::Account;
use crate::policies::statements::aws_services::{
    for_alarms, for_cloudtrail, for_log_delivery, trail_arns,
};
use iam_policy::{Operator, Statement};

/// An AWS service that encrypts with a key on its own, not on behalf of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyService {
    /// Trails of CloudTrail.
    ///
    /// Source: *Configure AWS KMS key policies for CloudTrail*
    /// (<https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html>).
    CloudTrail,
    /// Flow logs of VPCs, delivered into a bucket that the key encrypts.
    ///
    /// Source: *Logs sent to Amazon S3*
    /// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-S3.html>).
    FlowLogs,
    /// Alarms of CloudWatch, sent to a topic that the key encrypts.
    ///
    /// Source: *Managing Amazon SNS encryption keys and costs*
    /// (<https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html>).
    Alarms,
}

impl KeyService {
    /// All services, with their names in configurations.
    pub const NAMES: [(&'static str, Self); 3] = [
        ("cloudtrail", Self::CloudTrail),
        ("flow-logs", Self::FlowLogs),
        ("alarms", Self::Alarms),
    ];

    /// Allows the service to use the key.
    pub(super) fn statements(self, account: &Account) -> Vec<Statement> {
        let allow = |sid: &str, actions: &[&str]| {
            Statement::allow(sid)
                .actions(actions.to_vec())
                .resources(["*"])
        };
        match self {
            Self::CloudTrail => vec![
                for_cloudtrail(
                    account,
                    allow("CloudTrailEncrypt", &["kms:GenerateDataKey*"]),
                )
                .when(
                    Operator::StringLike,
                    "kms:EncryptionContext:aws:cloudtrail:arn",
                    [trail_arns(account)],
                ),
                for_cloudtrail(account, allow("CloudTrailLook", &["kms:DescribeKey"])),
            ],
            Self::FlowLogs => {
                let actions = [&ENCRYPT_AND_DECRYPT[..], &["kms:DescribeKey"]].concat();
                vec![for_log_delivery(account, allow("FlowLogs", &actions))]
            }
            Self::Alarms => vec![for_alarms(
                account,
                allow("Alarms", &["kms:Decrypt", "kms:GenerateDataKey*"]),
            )],
        }
    }
}
