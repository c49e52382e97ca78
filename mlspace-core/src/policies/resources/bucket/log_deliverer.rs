//! AWS services that deliver logs into a bucket.

use crate::layout::Account;
use crate::policies::statements::aws_services::{for_cloudtrail, for_log_delivery};
use iam_policy::{Operator, Principal, Statement};

/// A service that delivers logs into a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogDeliverer {
    /// Access logs of S3 buckets, under any prefix. S3 delivers only into buckets whose default
    /// encryption is SSE-S3.
    ///
    /// Source: *Enabling Amazon S3 server access logging*
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html>).
    S3AccessLogs,
    /// Trails of CloudTrail, below `AWSLogs/{account}/` with or without a prefix.
    ///
    /// Source: *Amazon S3 bucket policy for CloudTrail*
    /// (<https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html>).
    CloudTrail,
    /// Flow logs of VPCs, below `AWSLogs/{account}/` with or without a prefix.
    ///
    /// Source: *Amazon S3 bucket permissions for flow logs*
    /// (<https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html>).
    FlowLogs,
}

impl LogDeliverer {
    /// All services, with their names in configurations.
    pub const NAMES: [(&'static str, Self); 3] = [
        ("s3-access-logs", Self::S3AccessLogs),
        ("cloudtrail", Self::CloudTrail),
        ("flow-logs", Self::FlowLogs),
    ];

    /// Allows the service to write into the bucket.
    pub(super) fn statements(self, account: &Account, bucket: &str) -> Vec<Statement> {
        let id = &account.account_id;
        let logs = account.object_arn(bucket, &format!("*AWSLogs/{id}/*"));
        let with_owner_acl = |write: Statement| {
            write.when(
                Operator::StringEquals,
                "s3:x-amz-acl",
                ["bucket-owner-full-control"],
            )
        };
        let put = |sid: &str| Statement::allow(sid).actions(["s3:PutObject"]);
        let inspect = |sid: &str, actions: &[&str]| {
            Statement::allow(sid)
                .actions(actions.to_vec())
                .resources([account.bucket_arn(bucket)])
        };
        match self {
            Self::S3AccessLogs => vec![
                put("S3AccessLogsWrite")
                    .resources([account.object_arn(bucket, "*")])
                    .principal(Principal::service("logging.s3.amazonaws.com"))
                    .when(Operator::StringEquals, "aws:SourceAccount", [id]),
            ],
            Self::CloudTrail => vec![
                for_cloudtrail(account, inspect("CloudTrailLook", &["s3:GetBucketAcl"])),
                for_cloudtrail(
                    account,
                    with_owner_acl(put("CloudTrailWrite").resources([logs])),
                ),
            ],
            Self::FlowLogs => vec![
                for_log_delivery(
                    account,
                    inspect("FlowLogsLook", &["s3:GetBucketAcl", "s3:ListBucket"]),
                ),
                for_log_delivery(
                    account,
                    with_owner_acl(put("FlowLogsWrite").resources([logs])),
                ),
            ],
        }
    }
}
