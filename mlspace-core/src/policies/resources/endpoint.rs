//! Policies of VPC endpoints.

use crate::layout::{Account, check_bucket_name};
use crate::policies::context::{PolicyError, check_table_name, sized};
use crate::policies::statements::actions::PULL;
use iam_policy::{Document, Operator, PolicyType, Principal, Statement};

/// The service behind a VPC endpoint.
#[derive(Clone, Copy, Debug)]
pub enum EndpointService<'a> {
    /// S3: these buckets of the account, and reading from AWS's own buckets with layers of
    /// container images and JumpStart models.
    S3 {
        /// Names of buckets, or prefixes of names followed by `*`.
        buckets: &'a [String],
    },
    /// DynamoDB: these tables of the account.
    DynamoDb {
        /// Names of tables.
        tables: &'a [String],
    },
    /// A service with an interface endpoint, such as SageMaker: all of its actions, within the
    /// account.
    Interface,
    /// Amazon ECR: the account's own images, and pulling AWS's images, which are in AWS's own
    /// accounts, one for each region.
    Registry,
}

/// The policy of a VPC endpoint. It allows principals and resources of the account only, so that
/// data cannot leave through the endpoint to another account's bucket, table or service.
///
/// Gateway endpoints support only `*` as a principal, so conditions name the account.
///
/// Source: *Control access to VPC endpoints using endpoint policies*
/// (<https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html>).
///
/// # Errors
/// [`PolicyError`] when a name is invalid, or the names do not fit.
pub fn endpoint_policy(
    account: &Account,
    service: EndpointService<'_>,
) -> Result<Document, PolicyError> {
    let allow_own = |sid: &str| {
        ["aws:PrincipalAccount", "aws:ResourceAccount"]
            .into_iter()
            .fold(
                Statement::allow(sid).principal(Principal::Any),
                |allow, key| allow.when(Operator::StringEquals, key, [&account.account_id]),
            )
    };
    let pull = Statement::allow("PullImages")
        .principal(Principal::Any)
        .actions(PULL)
        .resources(["*"])
        .when(
            Operator::StringEquals,
            "aws:PrincipalAccount",
            [&account.account_id],
        );
    let all_of_account = || allow_own("OwnAccount").actions(["*"]).resources(["*"]);
    let statements = match service {
        EndpointService::S3 { buckets } => {
            for bucket in buckets {
                // A prefix must be a valid name itself, except for a hyphen at its end.
                let plain = bucket.strip_suffix('*').unwrap_or(bucket);
                check_bucket_name(plain.strip_suffix('-').unwrap_or(plain))?;
            }
            let objects = buckets.iter().map(|bucket| account.object_arn(bucket, "*"));
            vec![
                allow_own("OwnBuckets")
                    .actions(["s3:GetBucketLocation", "s3:ListBucket"])
                    .resources(buckets.iter().map(|bucket| account.bucket_arn(bucket))),
                allow_own("OwnObjects")
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
                check_table_name(table)?;
                resources.push(account.table_arn(table));
                resources.push(account.table_arn(&format!("{table}/index/*")));
            }
            vec![
                allow_own("OwnTables")
                    .actions(["dynamodb:*"])
                    .resources(resources),
            ]
        }
        EndpointService::Interface => vec![all_of_account()],
        EndpointService::Registry => vec![all_of_account(), pull],
    };
    sized(
        Document::new(statements),
        "the policy of the VPC endpoint",
        PolicyType::Endpoint,
        "name fewer buckets or tables, or prefixes of bucket names",
    )
}

/// AWS's buckets that workloads read through the endpoint: layers of container images (*Amazon ECR
/// interface VPC endpoints*,
/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html>), and JumpStart
/// models.
fn aws_buckets(account: &Account) -> [String; 2] {
    let region = &account.region;
    [
        format!("prod-{region}-starport-layer-bucket"),
        format!("jumpstart-cache-prod-{region}"),
    ]
}
