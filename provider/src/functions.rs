//! The provider functions: pure and without access to AWS. One file each, or per pair of functions
//! that belong together.

mod arguments;
pub(crate) mod condition_keys;
pub(crate) mod dataset_prefix;
pub(crate) mod documents;
pub(crate) mod guardrail;
pub(crate) mod guardrails;
pub(crate) mod network;
pub(crate) mod pack_policies;
pub(crate) mod policy_allows;
pub(crate) mod policy_equivalent;
pub(crate) mod policy_lint;
pub(crate) mod policy_size;
pub(crate) mod resource_policy_allows;
pub(crate) mod role_name;
pub(crate) mod standard_tags;

#[cfg(test)]
mod tests;
