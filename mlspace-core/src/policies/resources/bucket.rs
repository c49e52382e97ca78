//! The policy of the data bucket.

mod log_deliverer;

pub use log_deliverer::LogDeliverer;

use crate::layout::{Account, check_bucket_name};
use crate::policies::context::{PolicyError, check_key_arn, sized};
use crate::policies::statements::network_perimeter::{NetworkPerimeter, except_aws_services};
use crate::policies::statements::principals::{check_principals, with_principals};
use iam_policy::{Document, Operator, PolicyType, Principal, Statement};

/// Parameters of [`bucket_policy`].
#[derive(Clone, Copy, Debug)]
pub struct BucketAccess<'a> {
    /// The account and region.
    pub account: &'a Account,
    /// The bucket's name.
    pub bucket: &'a str,
    /// Ids of the VPC endpoints through which requests for objects must come. If empty, they can
    /// come from anywhere.
    pub endpoint_ids: &'a [String],
    /// ARNs, or patterns of ARNs, of roles that are exempt from the endpoints and can change the
    /// bucket itself: roles that deploy the platform, and roles for emergencies.
    pub exempt_principal_arns: &'a [String],
    /// Pattern of the ARNs of members' roles. AWS services, such as Athena, reach objects on behalf of
    /// these and of exempt principals and readers only. Without it, on behalf of anybody.
    pub member_role_arns: Option<&'a str>,
    /// ARN of the only key with which objects can be encrypted. Without one, any encryption is
    /// allowed.
    pub kms_key_arn: Option<&'a str>,
    /// ARNs, or patterns of ARNs, of roles in other accounts that can read and list the bucket.
    pub reader_arns: &'a [String],
    /// Services that deliver logs into the bucket.
    pub delivered_by: &'a [LogDeliverer],
}

/// Actions on objects, and listing them.
const DATA: [&str; 10] = [
    "s3:AbortMultipartUpload",
    "s3:BypassGovernanceRetention",
    "s3:DeleteObject*",
    "s3:GetObject*",
    "s3:ListBucket*",
    "s3:ListMultipartUploadParts",
    "s3:ObjectOwnerOverrideToBucketOwner",
    "s3:PutObject*",
    "s3:Replicate*",
    "s3:RestoreObject",
];

/// Reading the configuration of the bucket, and its contents. Everything else changes the bucket.
const READ_BUCKET: [&str; 2] = ["s3:Get*", "s3:List*"];

/// The policy of the data bucket. It requires TLS 1.2 or later, the VPC endpoints and the approved
/// key, restricts changes of the bucket's configuration to exempt roles, and allows readers in
/// other accounts.
///
/// Uploads that name no key use the bucket's default, which must be the approved key; the policy
/// denies only uploads that name another one. This includes the approved key's id or alias, since
/// S3 compares the value that the caller wrote.
///
/// Services that deliver logs use endpoints of AWS and their own encryption settings. The denials
/// of other endpoints and keys do not apply to them; the denial of plain HTTP does.
///
/// Readers in other accounts come through their own VPC endpoints: list these as well.
///
/// A service that a principal uses, such as Athena, does not come through the endpoints. It reaches
/// objects for members, readers and exempt roles only.
///
/// Sources: *Bucket policies for Amazon S3*
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html>), *Actions,
/// resources, and condition keys for Amazon S3*
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html>).
///
/// # Errors
/// [`PolicyError`] when a value is invalid, or the roles and endpoints do not fit.
pub fn bucket_policy(access: &BucketAccess<'_>) -> Result<Document, PolicyError> {
    check_bucket_name(access.bucket)?;
    check_principals(access.exempt_principal_arns)?;
    check_principals(access.reader_arns)?;
    if let Some(key) = access.kms_key_arn {
        check_key_arn(key)?;
    }
    let perimeter = NetworkPerimeter {
        endpoint_ids: access.endpoint_ids,
        exempt_principal_arns: access.exempt_principal_arns,
    };
    let bucket = access.account.bucket_arn(access.bucket);
    let objects = access.account.object_arn(access.bucket, "*");
    let everyone = |sid: &str| Statement::deny(sid).principal(Principal::Any);
    let mut statements = vec![
        everyone("DenyPlainHttp")
            .actions(["s3:*"])
            .resources([&bucket, &objects])
            .when(Operator::Bool, "aws:SecureTransport", ["false"]),
        everyone("DenyOldTls")
            .actions(["s3:*"])
            .resources([&bucket, &objects])
            .when(Operator::NumericLessThan, "s3:TlsVersion", ["1.2"]),
        perimeter.except_exempt_principals(
            everyone("DenyTampering")
                .not_actions(READ_BUCKET)
                .resources([&bucket]),
        ),
    ];
    statements.extend(
        perimeter.deny_outside_endpoints(
            everyone("DenyAroundEndpoints")
                .actions(DATA)
                .resources([&bucket, &objects]),
        )?,
    );
    if let Some(members) = access
        .member_role_arns
        .filter(|_| !access.endpoint_ids.is_empty())
    {
        let known = [members.to_owned()];
        let known = known
            .iter()
            .chain(access.exempt_principal_arns)
            .chain(access.reader_arns);
        statements.push(
            everyone("DenyForwarded")
                .actions(DATA)
                .resources([&bucket, &objects])
                .when(Operator::ArnNotLike, "aws:PrincipalArn", known)
                .when(Operator::Bool, "aws:ViaAWSService", ["true"]),
        );
    }
    if let Some(key) = access.kms_key_arn {
        let deny_other = |sid: &str, header: &str, value: &str| {
            let deny = everyone(sid)
                .actions(["s3:PutObject"])
                .resources([&objects])
                .when(Operator::Null, header, ["false"])
                .when(Operator::StringNotEquals, header, [value]);
            if access.delivered_by.is_empty() {
                deny
            } else {
                except_aws_services(deny)
            }
        };
        let header = "s3:x-amz-server-side-encryption";
        statements.push(deny_other("DenyOtherEncryption", header, "aws:kms"));
        // A key of the caller's own would lock out everybody else.
        statements.push(
            everyone("DenyCallersKey")
                .actions(["s3:PutObject"])
                .resources([&objects])
                .when(
                    Operator::Null,
                    format!("{header}-customer-algorithm"),
                    ["false"],
                ),
        );
        statements.push(deny_other(
            "DenyOtherKey",
            &format!("{header}-aws-kms-key-id"),
            key,
        ));
    }
    for deliverer in access.delivered_by {
        statements.extend(deliverer.statements(access.account, access.bucket));
    }
    if !access.reader_arns.is_empty() {
        let readers = |sid: &str| {
            with_principals(
                Statement::allow(sid),
                access.reader_arns,
                &access.account.account_id,
            )
        };
        statements.push(
            readers("ReadersGet")
                .actions(["s3:GetObject"])
                .resources([&objects]),
        );
        statements.push(
            readers("ReadersList")
                .actions(["s3:ListBucket"])
                .resources([&bucket]),
        );
    }
    sized(
        Document::new(statements),
        format!("the policy of the bucket `{}`", access.bucket),
        PolicyType::Bucket,
        "name fewer roles and endpoints, or use patterns",
    )
}
