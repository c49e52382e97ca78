//! The catalogue of AWS services that projects can switch on.
//!
//! One entry holds everything that follows from a service: the actions that members need, how
//! tenants are told apart, the resources of other services that belong to a project, the services
//! that roles are passed to, and the endpoints that the network needs. The policies of members, the
//! permissions boundary, the network module and the documentation all use it.
//!
//! Sources are the pages of the *Service Authorization Reference*
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>).

mod entries;
pub(in crate::policies) mod grants;
mod options;

pub use entries::{SERVICES, Service, ServiceEntry, TenantsBy};
pub use options::{ServiceOptions, Services};

#[cfg(test)]
mod tests;
