//! IAM: roles and customer-managed policies.
//!
//! [`api::IamApi`] has the calls. [`Roles`] and [`ManagedPolicies`] add retries, bulk reads and
//! checks of ownership. Unit tests use an in-memory IAM instead of the SDK.

pub(crate) mod api;
mod cache;
#[cfg(test)]
pub(crate) mod fake;
pub(crate) mod managed_policies;
mod roles;
mod sdk;
#[cfg(test)]
mod testing;

pub(crate) use api::{IamApi, RoleState};
pub(crate) use cache::IamCache;
pub(crate) use managed_policies::{Creation, DesiredPolicy, ManagedPolicies, ManagedPolicy};
pub(crate) use roles::{ATTACHMENTS_PER_ROLE, Roles};
pub(crate) use sdk::SdkIam;
