//! Statements about the data bucket.

use super::actions::{OBJECT, OBJECT_READ};
use super::context::GrantContext;
use crate::layout::{GLOBAL_PREFIX, GLOBAL_READ_ONLY_PREFIX};
use iam_policy::{Operator, Statement};

/// Prefixes that a membership's policies open between them, one part each.
const SHARED: [&str; 2] = [GLOBAL_PREFIX, GLOBAL_READ_ONLY_PREFIX];
/// Where the objects of group datasets lie.
const GROUP_PREFIX: &str = "group/datasets/";

/// Allows listing the bucket with a prefix that starts with one of these.
pub(super) fn listing<P: AsRef<str>>(
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

/// Allows reading what everybody may read.
pub(super) fn read_shared(context: &GrantContext<'_>) -> Statement {
    Statement::allow("ReadShared")
        .actions(OBJECT_READ)
        .resources(SHARED.map(|prefix| context.objects(prefix)))
}

/// The prefixes that everybody may read and list.
pub(super) fn shared_prefixes<'a>() -> impl Iterator<Item = &'a str> {
    SHARED.into_iter()
}

/// Denies S3 outside `own` and what other policies of the role look after, `elsewhere`; other buckets included.
pub(super) fn denials(
    context: &GrantContext<'_>,
    sid: &str,
    own: &str,
    elsewhere: &str,
) -> [Statement; 2] {
    let prefixes = [own, elsewhere, GROUP_PREFIX].into_iter().chain(SHARED);
    let listed = [own, elsewhere]
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
        // A listing without a prefix has no `s3:prefix`, so that the negated comparison holds. The second `*` of the group pattern stands
        // for the rest after one dataset's name: the datasets themselves cannot be listed.
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

/// Denies all other things that S3 can do to the bucket and its objects: access lists, versions, configuration, writing what is shared.
pub(super) fn common_denials(context: &GrantContext<'_>) -> [Statement; 3] {
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
