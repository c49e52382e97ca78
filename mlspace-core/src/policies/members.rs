//! Policies of memberships: roles of users in projects.

mod access;
mod attribute;
mod base;
pub(in crate::policies) mod boundary;
mod fences;
mod group;
pub(in crate::policies) mod limits;
pub(in crate::policies) mod names;
mod project;
pub(in crate::policies) mod role;
mod suspension;
mod user;
mod workloads;

pub use access::{BucketGrant, MemberAccess, ProjectAccess, Sharing};
pub use attribute::attribute_policy;
pub use base::notebook_base_policy;
pub use boundary::permissions_boundary;
#[cfg(feature = "aws")]
pub(crate) use fences::denies_other_actions;
pub use group::group_policies;
pub use limits::{Limits, Workload};
pub use project::project_policy;
#[cfg(feature = "aws")]
pub(crate) use project::suspended_statement;
pub use role::{attribute_role_policy, pass_role_policy, trust_policy};
pub use suspension::suspension_policy;
#[cfg(feature = "aws")]
pub(crate) use suspension::{Suspended, suspension_list};
#[cfg(feature = "aws")]
pub(crate) use user::suspended_user_policy;
pub use user::user_policy;
