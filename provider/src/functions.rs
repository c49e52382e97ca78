//! The provider functions: pure and without access to AWS. One file each, or per pair of functions
//! that belong together.

mod arguments;
mod condition_keys;
mod dataset_prefix;
mod documents;
mod guardrail;
mod guardrails;
mod network;
mod pack_policies;
mod policy_allows;
mod policy_difference;
mod policy_equivalent;
mod policy_lint;
mod policy_proves;
mod policy_size;
mod resource_policy_allows;
mod role_name;
mod services;
mod standard_tags;

#[cfg(test)]
mod tests;

use terraform_plugin::framework::Function;

/// Every function that the provider offers.
pub(crate) fn all() -> Vec<Box<dyn Function>> {
    vec![
        Box::new(documents::BUCKET_POLICY),
        Box::new(condition_keys::ConditionKeys),
        Box::new(dataset_prefix::DatasetPrefix),
        Box::new(dataset_prefix::DatasetUri),
        Box::new(documents::ENDPOINT_POLICY),
        Box::new(guardrail::Guardrail),
        Box::new(guardrails::Guardrails),
        Box::new(documents::KEY_POLICY),
        Box::new(pack_policies::PackPolicies),
        Box::new(policy_allows::PolicyAllows),
        Box::new(policy_difference::PolicyDifference),
        Box::new(documents::PolicyDocuments),
        Box::new(policy_equivalent::PolicyEquivalent),
        Box::new(policy_lint::PolicyLint),
        Box::new(policy_proves::PolicyProves),
        Box::new(policy_size::PolicySize),
        Box::new(resource_policy_allows::ResourcePolicyAllows),
        Box::new(role_name::RoleName),
        Box::new(services::SwitchableServices),
        Box::new(standard_tags::StandardTags),
        Box::new(network::StudioIpPlan),
        Box::new(network::SubnetLayout),
    ]
}
