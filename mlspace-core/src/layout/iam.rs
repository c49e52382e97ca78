//! Names of IAM roles and policies, and the bucket names that policies can contain.

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::name::{GroupName, ProjectName, UserName};

/// Length of every membership role's name. IAM allows one more, which MLSpace leaves unused.
const ROLE_NAME_LEN: usize = 63;
/// Smallest number of hash digits that distinguish the users of a project: 64 bits.
const MIN_HASH_LEN: usize = 16;
/// Length of the longest prefix of IAM names, in characters: with it, the role names of all projects
/// fit, also of those with the longest names.
pub const IAM_PREFIX_MAX: usize = ROLE_NAME_LEN - MIN_HASH_LEN - "--".len() - ProjectName::MAX_LEN;

/// Length of the longest name of a managed policy
/// (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html>).
const POLICY_NAME_MAX: usize = 128;

/// Reason why a name of an IAM role, an IAM policy or a bucket is invalid.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LayoutError {
    /// The prefix is empty, too long, or contains a character that IAM refuses.
    #[error("`{}` is not a valid IAM resource prefix: write 1 to {IAM_PREFIX_MAX} ASCII letters, digits and `_ + = , . @ -`", prefix.escape_debug())]
    Prefix {
        /// The refused prefix.
        prefix: String,
    },
    /// The name of a policy is too long for IAM.
    #[error("the policy name `{policy}` has {} characters, and IAM allows {POLICY_NAME_MAX}: use a shorter `iam_resource_prefix`", policy.len())]
    PolicyName {
        /// The name.
        policy: String,
    },
    /// The bucket's name is not valid in S3.
    #[error("`{}` is not a valid bucket name: write 3 to 63 lower-case letters, digits, `.` and `-`, with a letter or digit at both ends", bucket.escape_debug())]
    Bucket {
        /// The refused name.
        bucket: String,
    },
}

/// Checks the prefix of the platform's role and policy names.
///
/// With a prefix that passes, the names of the roles and policies of every project, user and group
/// fit into IAM's limits.
///
/// # Errors
/// [`LayoutError::Prefix`] when it is empty, has more than [`IAM_PREFIX_MAX`] characters, or contains
/// a character that IAM names do not allow.
pub fn check_iam_prefix(prefix: &str) -> Result<(), LayoutError> {
    let allowed =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '=' | ',' | '.' | '@' | '-');
    if !(1..=IAM_PREFIX_MAX).contains(&prefix.len()) || !prefix.chars().all(allowed) {
        return Err(LayoutError::Prefix {
            prefix: prefix.to_owned(),
        });
    }
    Ok(())
}

/// Checks a bucket's name. Policies contain it, so that it must have no wildcard and no policy
/// variable.
///
/// The rule is S3's for general purpose buckets
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>), limited to
/// characters and length.
///
/// # Errors
/// [`LayoutError::Bucket`] when the name is invalid.
pub fn check_bucket_name(bucket: &str) -> Result<(), LayoutError> {
    let end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let fits = (3..=63).contains(&bucket.len())
        && bucket
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-'))
        && end(bucket.chars().next())
        && end(bucket.chars().last())
        && !bucket.contains("..");
    if fits {
        Ok(())
    } else {
        Err(LayoutError::Bucket {
            bucket: bucket.to_owned(),
        })
    }
}

/// Name of a membership's role: `{prefix}-{project}-` and hexadecimal digits of the SHA-256 hash of
/// the user's name, 63 characters in total.
///
/// As in MLSpace, the role has a hash in place of the user's name, which can be longer than a role's
/// name.
///
/// # Errors
/// [`LayoutError::Prefix`] when the prefix is invalid.
pub fn role_name(
    prefix: &str,
    project: &ProjectName,
    user: &UserName,
) -> Result<String, LayoutError> {
    check_iam_prefix(prefix)?;
    let head = format!("{prefix}-{project}-");
    let room = ROLE_NAME_LEN.saturating_sub(head.len());
    let digest = Sha256::digest(user.as_str().as_bytes());
    let digits: String = digest
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|n| char::from_digit(n.into(), 16))
        .take(room)
        .collect();
    Ok(head + &digits)
}

/// Name of the managed policy of a project's members: `{prefix}-project-{project}`.
///
/// # Errors
/// [`LayoutError::Prefix`] when the prefix is invalid.
pub fn project_policy_name(prefix: &str, project: &ProjectName) -> Result<String, LayoutError> {
    policy_name(prefix, "project", project.as_str())
}

/// Name of the managed policy of a user: `{prefix}-user-{user}`.
///
/// # Errors
/// [`LayoutError::Prefix`] when the prefix is invalid, [`LayoutError::PolicyName`] when the name of an
/// existing user is too long for this prefix.
pub fn user_policy_name(prefix: &str, user: &UserName) -> Result<String, LayoutError> {
    policy_name(prefix, "user", user.as_str())
}

/// Name of the managed policy of a group: `{prefix}-group-{group}`. Further documents of the group
/// add `-2`, `-3` and so on.
///
/// # Errors
/// [`LayoutError::Prefix`] when the prefix is invalid.
pub fn group_policy_name(prefix: &str, group: &GroupName) -> Result<String, LayoutError> {
    policy_name(prefix, "group", group.as_str())
}

/// Name of the managed policy that all memberships share in the policy model `attribute`:
/// `{prefix}-members`.
///
/// # Errors
/// [`LayoutError::Prefix`] when the prefix is invalid.
pub fn attribute_policy_name(prefix: &str) -> Result<String, LayoutError> {
    shared_policy_name(prefix, "members")
}

/// Name of the managed policy that lists the suspended projects in the policy model `attribute`:
/// `{prefix}-suspended`.
///
/// # Errors
/// [`LayoutError::Prefix`] when the prefix is invalid.
pub fn suspension_policy_name(prefix: &str) -> Result<String, LayoutError> {
    shared_policy_name(prefix, "suspended")
}

fn shared_policy_name(prefix: &str, kind: &str) -> Result<String, LayoutError> {
    check_iam_prefix(prefix)?;
    Ok(format!("{prefix}-{kind}"))
}

fn policy_name(prefix: &str, kind: &str, name: &str) -> Result<String, LayoutError> {
    check_iam_prefix(prefix)?;
    let policy = format!("{prefix}-{kind}-{name}");
    // Names of new users fit. A user of MLSpace can have a longer name, which fits MLSpace's prefix.
    if policy.len() > POLICY_NAME_MAX {
        return Err(LayoutError::PolicyName { policy });
    }
    Ok(policy)
}
