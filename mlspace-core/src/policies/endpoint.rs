//! Policies of VPC endpoints and log groups.

use super::context::{GrantError, check_value, sized};
use super::delivery::deliveries;
use crate::layout::{Account, check_bucket_name};
use iam_policy::{Document, Operator, PolicyType, Principal, Statement};

/// What a VPC endpoint leads to.
#[derive(Clone, Copy, Debug)]
pub enum EndpointService<'a> {
    /// S3: these buckets of the account, or all of them with the first part of their name, ended by `*`; and AWS's own buckets, which hold the
    /// layers of container images and the models of JumpStart, for reading.
    S3 {
        /// Names of buckets, or first parts of names ended by `*`.
        buckets: &'a [String],
    },
    /// DynamoDB: these tables of the account.
    DynamoDb {
        /// Names of tables.
        tables: &'a [String],
    },
    /// A service behind an interface endpoint, such as SageMaker: all of its actions, within the account.
    Interface,
    /// Amazon ECR behind an interface endpoint: the account's own images, and pulling those of AWS, which keeps them in accounts of its own,
    /// one for each region.
    Registry,
}

/// The policy of a VPC endpoint: principals and resources of the account only, so that nothing is carried out through it to another account's
/// bucket, table or service.
///
/// Gateway endpoints take no other principal than everyone; the account stands in conditions.
///
/// Source: *Control access to VPC endpoints using endpoint policies*
/// (<https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html>).
///
/// # Errors
/// [`GrantError`] when a name cannot stand in a policy, or there are more of them than fit.
pub fn endpoint_policy(
    account: &Account,
    service: EndpointService<'_>,
) -> Result<Document, GrantError> {
    let own = |sid: &str| {
        ["aws:PrincipalAccount", "aws:ResourceAccount"]
            .into_iter()
            .fold(
                Statement::allow(sid).principal(Principal::Any),
                |allow, key| allow.when(Operator::StringEquals, key, [&account.account_id]),
            )
    };
    let pull = Statement::allow("PullImages")
        .principal(Principal::Any)
        .actions(super::base::PULL_IMAGES)
        .resources(["*"])
        .when(
            Operator::StringEquals,
            "aws:PrincipalAccount",
            [&account.account_id],
        );
    let whole = || own("OwnAccount").actions(["*"]).resources(["*"]);
    let statements = match service {
        EndpointService::S3 { buckets } => {
            for bucket in buckets {
                // The first part of a name has to be one itself, but for a hyphen at its end.
                let plain = bucket.strip_suffix('*').unwrap_or(bucket);
                check_bucket_name(plain.strip_suffix('-').unwrap_or(plain))?;
            }
            let objects = buckets.iter().map(|bucket| account.object_arn(bucket, "*"));
            vec![
                own("OwnBuckets")
                    .actions(["s3:GetBucketLocation", "s3:ListBucket"])
                    .resources(buckets.iter().map(|bucket| account.bucket_arn(bucket))),
                own("OwnObjects")
                    .actions([
                        "s3:AbortMultipartUpload",
                        "s3:DeleteObject",
                        "s3:GetObject*",
                        "s3:ListMultipartUploadParts",
                        "s3:PutObject",
                        "s3:PutObjectTagging",
                    ])
                    .resources(objects),
                Statement::allow("ReadBucketsOfAws")
                    .principal(Principal::Any)
                    .actions(["s3:GetObject"])
                    .resources(aws_buckets(account).map(|name| account.object_arn(&name, "*"))),
            ]
        }
        EndpointService::DynamoDb { tables } => {
            let mut resources = Vec::new();
            for table in tables {
                check_value(
                    "table name",
                    table,
                    "_.-",
                    "write the name of a DynamoDB table",
                )?;
                resources.push(account.table_arn(table));
                resources.push(account.table_arn(&format!("{table}/index/*")));
            }
            vec![
                own("OwnTables")
                    .actions(["dynamodb:*"])
                    .resources(resources),
            ]
        }
        EndpointService::Interface => vec![whole()],
        EndpointService::Registry => vec![whole(), pull],
    };
    sized(
        Document::new(statements),
        "the policy of the VPC endpoint",
        PolicyType::Endpoint,
        "name fewer buckets or tables, or the first part of their names",
    )
}

/// Buckets of AWS that workloads read through the endpoint: layers of container images (*Amazon ECR interface VPC endpoints*,
/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html>), and JumpStart's models.
fn aws_buckets(account: &Account) -> [String; 2] {
    let region = &account.region;
    [
        format!("prod-{region}-starport-layer-bucket"),
        format!("jumpstart-cache-prod-{region}"),
    ]
}

/// A resource policy of CloudWatch Logs: services that deliver logs of the account, such as flow logs of a VPC, may write to the log groups
/// whose names start with `prefix`.
///
/// Source: *Enable logging from AWS services*
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html>).
///
/// # Errors
/// [`GrantError`] when a value cannot stand in a policy.
pub fn log_group_policy(account: &Account, prefix: &str) -> Result<Document, GrantError> {
    check_value(
        "log group",
        prefix,
        "/_.#-",
        "write the first part of a log group's name",
    )?;
    let write = Statement::allow("DeliverLogs")
        .actions(["logs:CreateLogStream", "logs:PutLogEvents"])
        .resources([format!("{}:log-stream:*", log_groups(account, prefix))]);
    Ok(Document::new([deliveries(account, write)]))
}

/// Pattern for the log groups whose names start with `prefix`.
pub(super) fn log_groups(account: &Account, prefix: &str) -> String {
    format!(
        "arn:{}:logs:{}:{}:log-group:{prefix}*",
        account.partition, account.region, account.account_id
    )
}
