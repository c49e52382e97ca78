//! Statements about buckets.

use super::actions::OBJECT_READ;
use crate::layout::{GLOBAL_PREFIX, GLOBAL_READ_ONLY_PREFIX};
use crate::policies::context::PolicyContext;
use iam_policy::{Operator, Statement};

/// Prefixes that every membership can read.
pub(in crate::policies) const SHARED: [&str; 2] = [GLOBAL_PREFIX, GLOBAL_READ_ONLY_PREFIX];
/// Prefix of the objects of all group datasets.
pub(in crate::policies) const GROUP_PREFIX: &str = "group/datasets/";

/// Allows listing the bucket, if the request has a prefix that matches one of these.
pub(in crate::policies) fn listing(
    context: &PolicyContext<'_>,
    sid: &str,
    prefixes: impl IntoIterator<Item = String>,
) -> Statement {
    Statement::allow(sid)
        .actions(["s3:ListBucket"])
        .resources([context.bucket()])
        .when(Operator::StringLike, "s3:prefix", prefixes)
}

/// Patterns of what can be listed under a prefix with its last `/`. Without it, a listing would also
/// name the keys of tenants whose names begin with this one's.
pub(in crate::policies) fn under(prefix: &str) -> String {
    format!("{prefix}*")
}

/// Patterns of what every member can list.
pub(in crate::policies) fn under_shared() -> impl Iterator<Item = String> {
    SHARED.into_iter().map(under)
}

/// Allows reading the shared prefixes.
pub(in crate::policies) fn read_shared(context: &PolicyContext<'_>) -> Statement {
    Statement::allow("ReadShared")
        .actions(OBJECT_READ)
        .resources(SHARED.map(|prefix| context.objects(prefix)))
}

/// Allows reading AWS's public buckets for machine learning in the region: models of JumpStart and
/// sample data.
///
/// Source: *Amazon SageMaker JumpStart* and the example notebooks of SageMaker
/// (<https://docs.aws.amazon.com/sagemaker/latest/dg/studio-jumpstart.html>).
pub(in crate::policies) fn read_public(context: &PolicyContext<'_>) -> Statement {
    Statement::allow("ReadPublic")
        .actions(["s3:GetObject", "s3:ListBucket"])
        .resources(public_buckets(context))
}

/// ARN patterns of AWS's public buckets and their objects.
pub(in crate::policies) fn public_buckets(context: &PolicyContext<'_>) -> Vec<String> {
    let region = &context.account.region;
    [
        format!("jumpstart-cache-prod-{region}"),
        format!("sagemaker-example-files-prod-{region}"),
        "sagemaker-sample-files".to_owned(),
    ]
    .iter()
    .flat_map(|bucket| {
        [
            context.account.bucket_arn(bucket),
            context.account.object_arn(bucket, "*"),
        ]
    })
    .collect()
}
