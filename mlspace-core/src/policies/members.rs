//! Policies of memberships: roles of users in projects.

mod attribute;
mod base;
mod boundary;
mod group;
mod project;
mod role;
mod suspension;
mod user;

pub use attribute::{attribute_policy, attribute_role_policy};
pub use base::notebook_base_policy;
pub use boundary::permissions_boundary;
pub use group::group_policies;
pub use project::project_policy;
pub use role::{pass_role_policy, trust_policy};
pub use suspension::{suspended_projects, suspension_policy};
pub use user::user_policy;
