//! Who gets what: the policies of projects, users, groups and roles.
//!
//! A membership's role holds its project's policy, its user's policy, the policies of the user's groups and an inline policy for passing
//! itself on. Together they grant the following, and nothing else:
//!
//! | on | may |
//! |---|---|
//! | objects under `project/{project}/` and `private/{user}/` | read, write, delete, tag |
//! | objects of datasets shared with the user's groups | read, write, tag |
//! | objects under `global/` and `global-read-only/` | read |
//! | the data bucket | list, with a prefix inside the above |
//! | jobs, models, endpoints and endpoint configurations | create, with the tags `system`, `project` and `user`, in the approved VPC, with the approved key |
//! | the same, bearing those tags | describe, stop, delete, update, invoke |
//! | notebook instances bearing those tags | describe, stop |
//! | tags | set while creating |
//! | its own role | pass to SageMaker |
//!
//! What is not granted is also denied, by the same policies, so that a base policy that is attached beside them cannot open it:
//!
//! * Every required condition is a Deny of its own. Conditions within one statement are ANDed, so a Deny that names two required keys would
//!   only catch requests that lack both.
//! * A Deny names exactly the actions that carry its condition key. On any other action the key is always absent, and a negated comparison
//!   with an absent key holds: such an action would be denied for good.
//! * Denials of whole areas are written as the complement of what is allowed (`NotAction`, `NotResource`), so that actions and resource types
//!   that AWS adds later are denied too.
//! * Names and tags are compared with regard to case.
//!
//! Three decisions that the table leaves open:
//!
//! * `List*` actions of SageMaker take no tags into account and would show the names of everybody's resources. None is granted, and all are
//!   denied, with `Search`; excepted are `ListTags` and `ListTrainingJobsForHyperParameterTuningJob`, which are about one resource.
//! * A model that an endpoint configuration or a transform job names is known to IAM by its ARN only (`sagemaker:ModelArn`), not by its tags:
//!   a member who knows the name of another project's model could still name it there.
//! * Datasets of groups are closed by the absence of a grant: no single policy knows all groups of a user. A base policy that allows S3 on
//!   `group/datasets/` opens them, up to what the permissions boundary leaves.
//!
//! That is one policy for each project and one for each user, named as MLSpace names them. [`attribute_policy`] says the same of all of them at
//! once, by policy variables over the role's tags, and takes their place where an account's policies are scarce; the decisions do not differ.
//!
//! The permissions boundary ([`permissions_boundary`]) holds the same limits once more for every role at once, by policy variables over the
//! role's tags.
//!
//! Around the memberships stand the policies of the data bucket, its key, VPC endpoints and log groups ([`bucket_policy`], [`key_policy`],
//! [`endpoint_policy`], [`log_group_policy`]), those that narrow what may be started ([`instance_type_policy`], [`denied_services_policy`]),
//! that of the identity which runs the provider ([`provider_policy`]), those of people, who reach data through notebooks alone
//! ([`platform_admin_policy`], [`team_admin_policy`], [`data_scientist_policy`], [`auditor_policy`]), and guardrails for whole accounts, by
//! number ([`guardrail()`]).
//!
//! Any of these documents can be asked for in words: [`document_kind`] finds its maker by name.
//!
//! Facts about actions and condition keys are those of *Actions, resources, and condition keys for Amazon SageMaker*
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html>).

pub mod actions;
mod attribute;
mod audit;
mod base;
mod boundary;
mod bucket;
mod constraint;
mod context;
mod delivery;
mod endpoint;
mod fence;
mod flow_logs;
mod group;
mod guardrails;
mod key;
mod kind;
mod people;
mod perimeter;
mod persona;
mod project;
mod provider;
mod role;
mod storage;
#[cfg(test)]
mod tests;
mod user;
mod workload;

pub use attribute::{
    attribute_policy, attribute_role_policy, suspended_projects, suspension_policy,
};
pub use audit::{alarm_topic_policy, trail_log_policy, trail_trust_policy};
pub use base::notebook_base_policy;
pub use boundary::permissions_boundary;
pub use bucket::{BucketAccess, bucket_policy};
pub use constraint::{
    InstanceTypes, Service, denied_services_policy, instance_type_policy, volume_key_policy,
};
pub use context::{ApprovedNetwork, GrantContext, GrantError};
pub use delivery::{KeyService, LogDeliverer};
pub use endpoint::{EndpointService, endpoint_policy, log_group_policy};
pub use flow_logs::{flow_log_policy, flow_log_trust};
pub use group::group_policies;
#[cfg(test)]
pub(crate) use guardrails::tests::parameters as guardrail_parameters;
pub use guardrails::{
    GUARDRAILS, Guardrail, GuardrailError, Parameters, ParametersError, exempting, guardrail,
};
pub use key::{KeyAccess, key_policy};
pub use kind::{
    DOCUMENT_KINDS, DOCUMENT_PARAMETERS, DocumentKind, DocumentKindError, DocumentParameter,
    ParameterForm, document_kind,
};
pub use people::{PeopleTrust, WebIdentity, people_trust_policy};
pub use persona::{
    PersonaAccess, auditor_policy, data_scientist_policy, platform_admin_policy, team_admin_policy,
};
pub use project::project_policy;
pub use provider::{ProviderAccess, ProviderTables, provider_boundary, provider_policy};
pub use role::{pass_role_policy, trust_policy};
pub use user::user_policy;
