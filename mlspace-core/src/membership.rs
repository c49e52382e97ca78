//! Memberships: a role that holds a user's rights in a project, and a record.
//!
//! The role is made without rights and given them one by one, denials before grants; the record,
//! with the role's ARN, comes last. Removal takes the role first and the record last, so that
//! whatever is left of an interrupted removal is still seen, and removed by the next.
//!
//! A membership may be the last owner's: removing it is not refused, since a project and its
//! members are removed together.

mod delete;
mod read;
mod review;
mod rights;
mod role;
mod shared;
mod write;

pub use review::Foundations;

use crate::name::{ProjectName, UserName};

pub(crate) use shared::Sharing;

/// A membership as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembershipSpec {
    /// The project.
    pub project: ProjectName,
    /// The user.
    pub user: UserName,
    /// Whether the user owns the project in the web application.
    pub owner: bool,
}

/// A membership as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The project.
    pub project: ProjectName,
    /// The user.
    pub user: UserName,
    /// Whether the user owns the project; false when the record is missing.
    pub owner: bool,
    /// Name of the role that holds the rights.
    pub role_name: String,
    /// ARN of that role.
    pub role_arn: String,
    /// What was changed outside that no other field shows: one sentence each.
    pub drift: Vec<String>,
}

/// The lock that all changes to a user's memberships take: they share the user's policy.
fn lock_key(user: &UserName) -> String {
    format!("user/{}", user.as_str().to_ascii_lowercase())
}
