//! Names of IAM roles and policies, and the bucket names that policies can contain.

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::name::{GroupName, ProjectName, UserName};

/// Length of every membership role's name. IAM allows one more, which MLSpace leaves unused.
const ROLE_NAME_LEN: usize = 63;
/// IAM's limit for policy names (*IAM and AWS STS quotas*:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>).
const POLICY_NAME_MAX: usize = 128;
/// Smallest number of hash digits that distinguish the users of a project: 64 bits.
const MIN_HASH_LEN: usize = 16;

/// Reason why a name of an IAM role, an IAM policy or a bucket is invalid.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LayoutError {
    /// The prefix is empty or contains a character that IAM refuses.
    #[error("`{}` is not a valid IAM resource prefix: write at least one ASCII letter, digit or one of `_ + = , . @ -`", prefix.escape_debug())]
    Prefix {
        /// The refused prefix.
        prefix: String,
    },
    /// Prefix and project leave too little room for the hash that distinguishes users.
    #[error(
        "a role name for the project `{project}` under the prefix `{prefix}` has room for {room} of at least {MIN_HASH_LEN} hash digits: \
         shorten `iam_resource_prefix` to at most {max} characters"
    )]
    RoleNameTooLong {
        /// The IAM resource prefix.
        prefix: String,
        /// The project.
        project: String,
        /// The number of hash digits that fit.
        room: usize,
        /// The length of the longest prefix, in characters, for this project.
        max: usize,
    },
    /// The policy's name is longer than IAM allows.
    #[error("the policy name `{name}` has {} characters, IAM allows {POLICY_NAME_MAX}: shorten `iam_resource_prefix`", name.len())]
    PolicyNameTooLong {
        /// The refused name.
        name: String,
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
/// [`role_name`] and the functions for policy names also check the length of the whole name, which
/// depends on the project, user or group.
///
/// # Errors
/// [`LayoutError::Prefix`] when it is empty or contains a character that IAM names do not allow.
pub fn check_iam_prefix(prefix: &str) -> Result<(), LayoutError> {
    let allowed =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '=' | ',' | '.' | '@' | '-');
    if prefix.is_empty() || !prefix.chars().all(allowed) {
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
/// [`LayoutError`] when the prefix is invalid or leaves fewer than 16 digits.
pub fn role_name(
    prefix: &str,
    project: &ProjectName,
    user: &UserName,
) -> Result<String, LayoutError> {
    check_iam_prefix(prefix)?;
    let head = format!("{prefix}-{project}-");
    let room = ROLE_NAME_LEN.saturating_sub(head.len());
    if room < MIN_HASH_LEN {
        return Err(LayoutError::RoleNameTooLong {
            prefix: prefix.to_owned(),
            project: project.to_string(),
            room,
            // Two hyphens.
            max: ROLE_NAME_LEN.saturating_sub(MIN_HASH_LEN + 2 + project.as_str().len()),
        });
    }
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
/// [`LayoutError`] when the prefix is invalid or the name is too long.
pub fn project_policy_name(prefix: &str, project: &ProjectName) -> Result<String, LayoutError> {
    policy_name(prefix, "project", project.as_str())
}

/// Name of the managed policy of a user: `{prefix}-user-{user}`.
///
/// # Errors
/// [`LayoutError`] when the prefix is invalid or the name is too long.
pub fn user_policy_name(prefix: &str, user: &UserName) -> Result<String, LayoutError> {
    policy_name(prefix, "user", user.as_str())
}

/// Name of the managed policy of a group: `{prefix}-group-{group}`. Further documents of the group
/// add `-2`, `-3` and so on.
///
/// # Errors
/// [`LayoutError`] when the prefix is invalid or the name is too long.
pub fn group_policy_name(prefix: &str, group: &GroupName) -> Result<String, LayoutError> {
    policy_name(prefix, "group", group.as_str())
}

/// Name of the managed policy that all memberships share in the policy model `attribute`:
/// `{prefix}-members`.
///
/// # Errors
/// [`LayoutError`] when the prefix is invalid or the name is too long.
pub fn attribute_policy_name(prefix: &str) -> Result<String, LayoutError> {
    shared_policy_name(prefix, "members")
}

/// Name of the managed policy that lists the suspended projects in the policy model `attribute`:
/// `{prefix}-suspended`.
///
/// # Errors
/// [`LayoutError`] when the prefix is invalid or the name is too long.
pub fn suspension_policy_name(prefix: &str) -> Result<String, LayoutError> {
    shared_policy_name(prefix, "suspended")
}

fn shared_policy_name(prefix: &str, kind: &str) -> Result<String, LayoutError> {
    check_iam_prefix(prefix)?;
    checked_length(format!("{prefix}-{kind}"))
}

fn policy_name(prefix: &str, kind: &str, name: &str) -> Result<String, LayoutError> {
    check_iam_prefix(prefix)?;
    checked_length(format!("{prefix}-{kind}-{name}"))
}

fn checked_length(name: String) -> Result<String, LayoutError> {
    if name.len() > POLICY_NAME_MAX {
        Err(LayoutError::PolicyNameTooLong { name })
    } else {
        Ok(name)
    }
}
