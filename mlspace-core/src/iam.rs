//! IAM: roles and customer-managed policies.
//!
//! [`api::IamApi`] has the calls, each in types of our own; [`Roles`] and [`ManagedPolicies`] are built on it and add
//! retries, bulk reads and proof of ownership. Tests use an in-memory IAM in place of the SDK.

pub(crate) mod api;
mod cache;
#[cfg(test)]
pub(crate) mod fake;
pub(crate) mod managed_policies;
mod roles;
mod sdk;

pub(crate) use api::{IamApi, RoleState};
pub(crate) use cache::IamCache;
pub(crate) use managed_policies::{DesiredPolicy, ManagedPolicies, ManagedPolicy};
pub(crate) use roles::{ATTACHMENTS_PER_ROLE, Roles};
pub(crate) use sdk::SdkIam;
