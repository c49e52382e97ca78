//! Statements about the data bucket.

use super::actions::{OBJECT, OBJECT_READ};
use crate::layout::{GLOBAL_PREFIX, GLOBAL_READ_ONLY_PREFIX};
use crate::policies::context::GrantContext;
use iam_policy::{Operator, Statement};

/// Prefixes that every membership can read.
const SHARED: [&str; 2] = [GLOBAL_PREFIX, GLOBAL_READ_ONLY_PREFIX];
/// Prefix of the objects of all group datasets.
const GROUP_PREFIX: &str = "group/datasets/";

/// Allows listing the bucket, if the request has a prefix that starts with one of these.
pub(in crate::policies) fn listing<P: AsRef<str>>(
    context: &GrantContext<'_>,
    sid: &str,
    prefixes: impl IntoIterator<Item = P>,
) -> Statement {
    let prefixes = prefixes
        .into_iter()
        .map(|prefix| format!("{}*", prefix.as_ref()));
    Statement::allow(sid)
        .actions(["s3:ListBucket"])
        .resources([context.bucket()])
        .when(Operator::StringLike, "s3:prefix", prefixes)
}

/// Allows reading the shared prefixes.
pub(in crate::policies) fn read_shared(context: &GrantContext<'_>) -> Statement {
    Statement::allow("ReadShared")
        .actions(OBJECT_READ)
        .resources(SHARED.map(|prefix| context.objects(prefix)))
}

/// The prefixes that every membership can read and list.
pub(in crate::policies) fn shared_prefixes<'a>() -> impl Iterator<Item = &'a str> {
    SHARED.into_iter()
}

/// Denies S3 outside the prefix `own`, including other buckets. The prefix `other_policy` is
/// covered by another policy of the same role.
pub(in crate::policies) fn denials(
    context: &GrantContext<'_>,
    sid: &str,
    own: &str,
    other_policy: &str,
) -> [Statement; 2] {
    let prefixes = [own, other_policy, GROUP_PREFIX].into_iter().chain(SHARED);
    let listed = [own, other_policy]
        .into_iter()
        .chain(SHARED)
        .map(|prefix| format!("{prefix}*"));
    [
        Statement::deny(format!("DenyOther{sid}Objects"))
            .actions(["s3:*"])
            .not_resources(
                prefixes
                    .map(|prefix| context.objects(prefix))
                    .chain([context.bucket()]),
            ),
        // A listing without a prefix has no `s3:prefix`, so that the negated comparison matches and
        // the request is denied. In the group pattern the `/` before the last `*` requires a
        // dataset's name: the names of all datasets cannot be listed.
        Statement::deny(format!("DenyOther{sid}Listing"))
            .actions(["s3:ListBucket"])
            .resources([context.bucket()])
            .when(
                Operator::StringNotLike,
                "s3:prefix",
                listed.chain([format!("{GROUP_PREFIX}*/*")]),
            ),
    ]
}

/// Denies all other S3 actions on the bucket and its objects: access lists, versions,
/// configuration, and writing to the shared prefixes.
pub(in crate::policies) fn common_denials(context: &GrantContext<'_>) -> [Statement; 3] {
    [
        Statement::deny("DenyOtherObjectActions")
            .not_actions(OBJECT)
            .resources([context.objects("")]),
        Statement::deny("DenyWriteShared")
            .not_actions(OBJECT_READ)
            .resources(SHARED.map(|prefix| context.objects(prefix))),
        Statement::deny("DenyOtherBucketActions")
            .not_actions(["s3:GetBucketLocation", "s3:ListBucket"])
            .resources([context.bucket()]),
    ]
}
