//! Names of IAM roles and policies, and the bucket names that policies may hold.

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::name::{GroupName, ProjectName, UserName};

/// Length of every membership role's name; IAM would allow one more, MLSpace leaves it unused.
const ROLE_NAME_LEN: usize = 63;
/// IAM's limit for policy names (*IAM and AWS STS quotas*: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>).
const POLICY_NAME_MAX: usize = 128;
/// The fewest hash digits that keep the users of a project apart: 64 bits.
const MIN_HASH_LEN: usize = 16;

/// An IAM or bucket name that cannot be formed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LayoutError {
    /// The prefix is empty or holds a character that IAM refuses.
    #[error("the IAM resource prefix `{}` is not usable: write letters, digits and `_ + = , . @ -` only, and at least one", prefix.escape_debug())]
    Prefix {
        /// The refused prefix.
        prefix: String,
    },
    /// Prefix and project leave too little room for the part of a role's name that tells users apart.
    #[error(
        "a role name for the project `{project}` under the prefix `{prefix}` has room for {room} of at least {MIN_HASH_LEN} hash digits: \
         shorten `iam_resource_prefix` to at most {max} characters"
    )]
    RoleNameTooLong {
        /// The IAM resource prefix.
        prefix: String,
        /// The project.
        project: String,
        /// The hash digits that would fit.
        room: usize,
        /// The longest prefix, in characters, that this project's name leaves room for.
        max: usize,
    },
    /// A policy's name would be longer than IAM allows.
    #[error("the policy name `{name}` has {} characters, IAM allows {POLICY_NAME_MAX}: shorten `iam_resource_prefix`", name.len())]
    PolicyNameTooLong {
        /// The name that would be too long.
        name: String,
    },
    /// The bucket's name is not one that S3 could have given out.
    #[error("`{}` is not a bucket name: write 3 to 63 lower-case letters, digits, `.` and `-`, with a letter or digit at both ends", bucket.escape_debug())]
    Bucket {
        /// The refused name.
        bucket: String,
    },
}

/// Checks the prefix of the names of our roles and policies.
///
/// # Errors
/// [`LayoutError::Prefix`] when it is empty or holds a character that IAM names do not allow.
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

/// Checks a bucket's name, which is put into policies and so must hold neither a wildcard nor a policy variable.
///
/// The rule is S3's for general purpose buckets
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>) as far as it is about characters and length.
///
/// # Errors
/// [`LayoutError::Bucket`] when the name breaks it.
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

/// Name of a membership's role: `{prefix}-{project}-` and hexadecimal digits of the user's SHA-256, 63 characters in all.
///
/// The user's name itself would not fit and may hold characters that the role's readers would have to escape; the hash is MLSpace's way.
///
/// # Errors
/// [`LayoutError`] when the prefix is not usable or leaves fewer than 16 digits.
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
/// [`LayoutError`] when the prefix is not usable or the name too long.
pub fn project_policy_name(prefix: &str, project: &ProjectName) -> Result<String, LayoutError> {
    policy_name(prefix, "project", project.as_str())
}

/// Name of the managed policy of a user: `{prefix}-user-{user}`.
///
/// # Errors
/// [`LayoutError`] when the prefix is not usable or the name too long.
pub fn user_policy_name(prefix: &str, user: &UserName) -> Result<String, LayoutError> {
    policy_name(prefix, "user", user.as_str())
}

/// Name of the managed policy of a group, `{prefix}-group-{group}`; further documents of the group add `-2`, `-3` and so on.
///
/// # Errors
/// [`LayoutError`] when the prefix is not usable or the name too long.
pub fn group_policy_name(prefix: &str, group: &GroupName) -> Result<String, LayoutError> {
    policy_name(prefix, "group", group.as_str())
}

/// Name of the managed policy that all memberships share where roles are told apart by their tags: `{prefix}-members`.
///
/// # Errors
/// [`LayoutError`] when the prefix is not usable or the name too long.
pub fn attribute_policy_name(prefix: &str) -> Result<String, LayoutError> {
    shared_policy_name(prefix, "members")
}

/// Name of the managed policy that lists the suspended projects, beside [`attribute_policy_name`]'s: `{prefix}-suspended`.
///
/// # Errors
/// [`LayoutError`] when the prefix is not usable or the name too long.
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
