//! Services of AWS that write logs into a bucket, or encrypt with a key, on their own account.
//!
//! Each is let in for what happens in the account itself only: a service writes for every account there is, and another's logs would come
//! under the same principal (*The confused deputy problem*, <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>).

use crate::layout::Account;
use iam_policy::{Operator, Principal, Statement};

/// A service that delivers logs into a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogDeliverer {
    /// Access logs of S3 buckets, under any prefix. S3 only delivers into buckets whose default encryption is its own (SSE-S3).
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

/// A service that encrypts with a key what nobody asked it for by hand.
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

impl LogDeliverer {
    /// All of them, each with the word that configurations write.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("s3-access-logs", Self::S3AccessLogs),
        ("cloudtrail", Self::CloudTrail),
        ("flow-logs", Self::FlowLogs),
    ];

    /// What lets the service write into the bucket.
    pub(super) fn statements(self, account: &Account, bucket: &str) -> Vec<Statement> {
        let id = &account.account_id;
        let logs = account.object_arn(bucket, &format!("*AWSLogs/{id}/*"));
        let owned = |write: Statement| {
            write.when(
                Operator::StringEquals,
                "s3:x-amz-acl",
                ["bucket-owner-full-control"],
            )
        };
        let put = |sid: &str| Statement::allow(sid).actions(["s3:PutObject"]);
        let look = |sid: &str, actions: &[&str]| {
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
                trails(account, look("CloudTrailLook", &["s3:GetBucketAcl"])),
                trails(account, owned(put("CloudTrailWrite").resources([logs]))),
            ],
            Self::FlowLogs => vec![
                deliveries(
                    account,
                    look("FlowLogsLook", &["s3:GetBucketAcl", "s3:ListBucket"]),
                ),
                deliveries(account, owned(put("FlowLogsWrite").resources([logs]))),
            ],
        }
    }
}

impl KeyService {
    /// All of them, each with the word that configurations write.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("cloudtrail", Self::CloudTrail),
        ("flow-logs", Self::FlowLogs),
        ("alarms", Self::Alarms),
    ];

    /// What lets the service use the key.
    pub(super) fn statements(self, account: &Account) -> Vec<Statement> {
        let allow = |sid: &str, actions: &[&str]| {
            Statement::allow(sid)
                .actions(actions.to_vec())
                .resources(["*"])
        };
        match self {
            Self::CloudTrail => vec![
                trails(
                    account,
                    allow("CloudTrailEncrypt", &["kms:GenerateDataKey*"]),
                )
                .when(
                    Operator::StringLike,
                    "kms:EncryptionContext:aws:cloudtrail:arn",
                    [trail_arns(account)],
                ),
                trails(account, allow("CloudTrailLook", &["kms:DescribeKey"])),
            ],
            Self::FlowLogs => {
                let actions = [&super::key::CRYPT[..], &["kms:DescribeKey"]].concat();
                vec![deliveries(account, allow("FlowLogs", &actions))]
            }
            Self::Alarms => {
                let alarms = format!(
                    "arn:{}:cloudwatch:{}:{}:alarm:*",
                    account.partition, account.region, account.account_id
                );
                vec![
                    allow("Alarms", &["kms:Decrypt", "kms:GenerateDataKey*"])
                        .principal(Principal::service("cloudwatch.amazonaws.com"))
                        .when(
                            Operator::StringEquals,
                            "aws:SourceAccount",
                            [&account.account_id],
                        )
                        .when(Operator::ArnLike, "aws:SourceArn", [alarms]),
                ]
            }
        }
    }
}

/// The account's trails. One for several regions belongs to the region it was made in.
fn trail_arns(account: &Account) -> String {
    format!(
        "arn:{}:cloudtrail:*:{}:trail/*",
        account.partition, account.account_id
    )
}

fn trails(account: &Account, allow: Statement) -> Statement {
    allow
        .principal(Principal::service("cloudtrail.amazonaws.com"))
        .when(Operator::ArnLike, "aws:SourceArn", [trail_arns(account)])
}

/// The service that delivers logs of VPCs and others, for the account's sources.
pub(super) fn deliveries(account: &Account, allow: Statement) -> Statement {
    let sources = format!(
        "arn:{}:logs:{}:{}:*",
        account.partition, account.region, account.account_id
    );
    allow
        .principal(Principal::service("delivery.logs.amazonaws.com"))
        .when(
            Operator::StringEquals,
            "aws:SourceAccount",
            [&account.account_id],
        )
        .when(Operator::ArnLike, "aws:SourceArn", [sources])
}
