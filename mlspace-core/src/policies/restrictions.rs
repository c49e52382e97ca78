//! Policies that restrict what roles can start: instance types, volumes without a key, and
//! services.
//!
//! All of them deny, so they apply regardless of other policies. MLSpace's own constraint policies
//! allow instead: if a request names multiple instance types, one allowed type among them is
//! sufficient, and another policy that allows overrides them.
//!
//! Source: *Actions, resources, and condition keys for Amazon SageMaker*
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html>).

mod denied_services;
mod instance_types;
mod volume_key;

pub use denied_services::{DeniedService, denied_services_policy};
pub(in crate::policies) use instance_types::check_types;
pub use instance_types::{InstanceTypes, instance_type_policy};
pub use volume_key::volume_key_policy;
