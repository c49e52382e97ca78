//! The policy of the data bucket.

use super::context::{GrantError, check_value, sized};
use super::delivery::LogDeliverer;
use super::perimeter::{Perimeter, by_people, callers, check_principals};
use crate::layout::{Account, check_bucket_name};
use iam_policy::{Document, Operator, PolicyType, Principal, Statement};

/// The data bucket, and who may reach it how.
#[derive(Clone, Copy, Debug)]
pub struct BucketAccess<'a> {
    /// The account and region.
    pub account: &'a Account,
    /// The bucket's name.
    pub bucket: &'a str,
    /// The VPC endpoints through which objects may be reached; when there is none, they may be reached from anywhere.
    pub endpoint_ids: &'a [String],
    /// ARNs, or patterns of ARNs, of the roles that may come from elsewhere and change the bucket itself: those that build the platform, and
    /// those for emergencies.
    pub exempt_principal_arns: &'a [String],
    /// ARN of the only key that objects may be encrypted with; without one, any way of encryption will do.
    pub kms_key_arn: Option<&'a str>,
    /// ARNs, or patterns of ARNs, of roles of other accounts that may read and list the bucket.
    pub reader_arns: &'a [String],
    /// The services that deliver logs into the bucket.
    pub delivered_by: &'a [LogDeliverer],
}

/// What is done to objects and their listing.
const DATA: [&str; 7] = [
    "s3:AbortMultipartUpload",
    "s3:DeleteObject*",
    "s3:GetObject*",
    "s3:ListBucket*",
    "s3:ListMultipartUploadParts",
    "s3:PutObject*",
    "s3:RestoreObject",
];

/// What is done to the bucket.
const TAMPER: [&str; 8] = [
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
];

/// The data bucket's policy: TLS 1.2 or later, objects through the VPC endpoints only, one key, a configuration that only exempt roles change,
/// and readers of other accounts.
///
/// Denials about the key only refuse another one than the approved: who names none gets the bucket's default, which must be that key. A key's
/// id or alias is refused too, since S3 compares what the caller wrote.
///
/// Services that deliver logs write by the endpoints of AWS and encrypt as they are configured: the denials about endpoints and keys leave them
/// out, that of plain HTTP does not.
///
/// Readers of other accounts come through endpoints of their own: list these as well.
///
/// Sources: *Bucket policies for Amazon S3* (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html>), *Actions,
/// resources, and condition keys for Amazon S3*
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html>).
///
/// # Errors
/// [`GrantError`] when a value cannot stand in a policy, or there are more roles and endpoints than fit.
pub fn bucket_policy(access: &BucketAccess<'_>) -> Result<Document, GrantError> {
    check_bucket_name(access.bucket)?;
    check_principals(access.exempt_principal_arns)?;
    check_principals(access.reader_arns)?;
    if let Some(key) = access.kms_key_arn {
        check_value("KMS key", key, ":/-", "write the key's ARN")?;
    }
    let perimeter = Perimeter {
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
        perimeter.exempting(
            everyone("DenyTampering")
                .actions(TAMPER)
                .resources([&bucket]),
        ),
    ];
    statements.extend(
        perimeter.closed(
            everyone("DenyAroundEndpoints")
                .actions(DATA)
                .resources([&bucket, &objects]),
        )?,
    );
    if let Some(key) = access.kms_key_arn {
        let other = |sid: &str, header: &str, value: &str| {
            let deny = everyone(sid)
                .actions(["s3:PutObject"])
                .resources([&objects])
                .when(Operator::Null, header, ["false"])
                .when(Operator::StringNotEquals, header, [value]);
            if access.delivered_by.is_empty() {
                deny
            } else {
                by_people(deny)
            }
        };
        let header = "s3:x-amz-server-side-encryption";
        statements.push(other("DenyOtherEncryption", header, "aws:kms"));
        statements.push(other(
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
            callers(
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
