//! The managed resources: one file each, schema and mapping to the core.

mod dataset;
mod external_location;
mod grant;
mod group;
mod lifecycle_config;
mod membership;
mod notebook;
mod project;
mod project_group;
mod studio_domain;
mod studio_space;
mod studio_user_profile;
mod user;

use terraform_plugin::framework::AnyResource;

use crate::client::Client;

/// Every resource that the provider serves.
pub(crate) fn all() -> Vec<Box<dyn AnyResource<Client>>> {
    vec![
        Box::new(project::ProjectResource),
        Box::new(membership::MembershipResource),
        Box::new(dataset::DatasetResource),
        Box::new(notebook::NotebookResource),
        Box::new(lifecycle_config::LifecycleConfigResource),
        Box::new(external_location::ExternalLocationResource),
        Box::new(grant::GrantResource),
        Box::new(user::UserResource),
        Box::new(studio_domain::StudioDomainResource),
        Box::new(studio_user_profile::StudioUserProfileResource),
        Box::new(studio_space::StudioSpaceResource),
        Box::new(group::GroupResource),
        Box::new(project_group::ProjectGroupResource),
    ]
}
