//! IAM policies of the platform: members, staff, Terraform, resources and guardrails.
//!
//! A membership's role has its project's policy, its user's policy, the policies of the user's
//! groups and an inline policy. Together they allow the following, and nothing else:
//!
//! | on | allowed |
//! |---|---|
//! | objects under `project/{project}/` and `private/{user}/` | read, write, delete, tag, list |
//! | objects of datasets shared with the user's groups | read, write, tag, list |
//! | objects under `global/` and `global-read-only/`, AWS's public buckets | read, list; write what the user publishes |
//! | jobs, models, endpoints and endpoint configurations | create, with the tags `system`, `project` and `user`, named after the project, in the approved VPC, with the approved key |
//! | the same of the project | describe, invoke at once; one's own: stop, delete, update |
//! | notebook instances with those tags | describe, stop |
//! | log streams and images with names of the project | read, write |
//! | tags | set while creating a resource |
//! | its own role | pass to SageMaker |
//! | services that the project has switched on ([`SERVICES`]) | what their entries say |
//!
//! The inline policy denies everything else, whatever a base policy allows:
//!
//! * It names the actions that members know at all, and the resources that are the member's, and
//!   denies the complement (`NotAction`, `NotResource`): so it applies to actions and resource types
//!   that AWS adds later, and to operations that AWS's reference does not list.
//! * Every required condition is a separate Deny. Conditions within a statement are ANDed, so a
//!   Deny with two required keys would apply only to requests that lack both.
//! * A Deny names only actions that support its condition key. For any other action the key is
//!   always absent, and a negated comparison with an absent key matches: the action would always be
//!   denied.
//! * Names are written out. Where a shared document uses a policy variable, a role whose tag is
//!   missing is denied everything.
//! * Names and tags are compared case-sensitively.
//!
//! What IAM cannot tell apart is in the guide `docs/guides/access-model.md`.
//!
//! There is one policy for each project and one for each user, with MLSpace's names. For accounts
//! with few policies left, [`attribute_policy`] replaces all of them: it uses policy variables over
//! the role's tags. The decisions are the same.
//!
//! The permissions boundary ([`permissions_boundary`]) repeats these limits for all roles at once,
//! with policy variables over the role's tags.
//!
//! Further policies are those of the data bucket, its key, VPC endpoints and log groups
//! ([`bucket_policy`], [`key_policy`], [`endpoint_policy`], [`log_group_policy`]); restrictions of
//! what can be started ([`instance_type_policy`], [`denied_services_policy`]); the policy of the
//! identity that runs Terraform ([`provider_policy`]); policies of staff, who access data through
//! notebooks only ([`platform_admin_policy`], [`team_admin_policy`], [`data_scientist_policy`],
//! [`auditor_policy`]); and guardrails for whole accounts ([`guardrail()`]).
//!
//! The catalogue ([`document_template`]) generates any of these documents by name.
//!
//! Actions and condition keys are those of *Actions, resources, and condition keys for Amazon
//! SageMaker*
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html>).

mod catalog;
mod context;
mod difference;
mod guardrails;
pub mod isolation;
mod members;
mod resources;
mod restrictions;
mod services;
mod staff;
mod statements;
mod terraform_role;
#[cfg(test)]
mod tests;

pub use catalog::template::except_principals;
pub use catalog::{
    Category, DocumentError, DocumentTemplate, Parameter, ParameterType, document_template,
    document_template_in, document_templates, guardrail,
};
pub use context::{ApprovedNetwork, PlatformAccess, PolicyContext, PolicyError, ResourceNames};
pub use difference::difference_in_words;
pub use members::{
    BucketGrant, Limits, MemberAccess, ProjectAccess, Sharing, Workload, attribute_policy,
    attribute_role_policy, group_policies, notebook_base_policy, pass_role_policy,
    permissions_boundary, project_policy, suspension_policy, trust_policy, user_policy,
};
#[cfg(feature = "aws")]
pub(crate) use members::{
    Suspended, denies_other_actions, suspended_statement, suspended_user_policy, suspension_list,
};
pub use resources::{
    BucketAccess, EndpointService, KeyAccess, KeyService, LogDeliverer, RepositoryAccess,
    alarm_topic_policy, bucket_policy, endpoint_policy, flow_log_policy, flow_log_trust,
    image_repository_policy, image_role_policy, key_policy, log_group_policy,
    package_domain_policy, package_repository_policy, stop_role_policy, stop_role_trust,
    trail_log_policy, trail_trust_policy,
};
pub use restrictions::{
    DeniedService, InstanceTypes, denied_services_policy, instance_type_policy, volume_key_policy,
};
pub use services::{SERVICES, Service, ServiceEntry, ServiceOptions, Services, TenantsBy};
pub use staff::{
    StaffAccess, StaffTrust, WebIdentity, auditor_policy, data_scientist_policy,
    platform_admin_policy, staff_trust_policy, team_admin_policy,
};
pub use statements::actions;
pub use terraform_role::{
    ProviderTables, StopSchedules, TerraformRoleAccess, provider_boundary, provider_policy,
};
