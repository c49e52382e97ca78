//! The data sources: one file each.

mod access;
mod caller;
mod groups;
mod identity_center_group;
mod policy_document;
mod project_spend;
mod sdk_config;
mod studio_domain;
mod studio_user_profiles;
mod users;

use terraform_plugin::framework::AnyDataSource;

use crate::client::Client;

/// Every data source that the provider serves.
pub(crate) fn all() -> Vec<Box<dyn AnyDataSource<Client>>> {
    vec![
        Box::new(access::AccessDataSource),
        Box::new(caller::CallerDataSource),
        Box::new(policy_document::PolicyDocumentDataSource),
        Box::new(sdk_config::SdkConfigDataSource),
        Box::new(users::UsersDataSource),
        Box::new(groups::GroupsDataSource),
        Box::new(identity_center_group::IdentityCenterGroupDataSource),
        Box::new(project_spend::ProjectSpendDataSource),
        Box::new(studio_domain::StudioDomainDataSource),
        Box::new(studio_user_profiles::StudioUserProfilesDataSource),
    ]
}
