//! Guardrails: policies for whole accounts, with parameters.
//!
//! `G01` to `G20` and `G27` deny, and are used as service control policies, permissions boundaries
//! or managed policies. `G21` and `G28` allow, and are used as identity policies. `G22` to `G25`,
//! `G29` and `G32` are policies of resources. Guardrails that deny accept `exempt_principal_arns`,
//! so that a service control policy does not apply to the platform's own roles.
//!
//! `G15`, `G26`, `G30` and `G31` are missing, since a policy cannot express them.
//!
//! Rules for all guardrails:
//!
//! * Every required condition is a statement of its own, and names only actions that support its
//!   key.
//! * A condition key that every create call has is required: a request without it is denied, since
//!   the default is unsafe. A condition key of an update is compared only if it is present, as most
//!   updates omit it.
//! * Condition keys that AWS renamed are in one statement under both names. The statement denies
//!   unless one of them has an approved value.
//!
//! Actions and their condition keys: *Actions, resources, and condition keys for Amazon SageMaker*
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html>).

mod actions;
mod jobs;
mod resource_policies;
mod studio;
mod tenancy;
#[cfg(test)]
pub(super) mod tests;

use super::catalog::parameter::guardrail::*;
use super::catalog::template::{Builder, Category, DocumentTemplate, Scope};

use iam_policy::{PolicyType, Statement};

const ACCOUNT: Scope = Scope {
    required: &[],
    optional: ACCOUNT_PARAMETERS,
};

/// The use of a guardrail: its description and policy types.
type Use = (&'static str, &'static [PolicyType]);

const DENIES: Use = (
    "service control policy, permissions boundary or managed policy",
    &[
        PolicyType::ServiceControl,
        PolicyType::Boundary,
        PolicyType::Managed,
    ],
);
const USERS: Use = (
    "permissions boundary or managed policy of people's roles",
    &[PolicyType::Boundary, PolicyType::Managed],
);
const BOUNDARY: Use = ("permissions boundary", &[PolicyType::Boundary]);
const ALLOWS: Use = ("managed policy", &[PolicyType::Managed]);
const BUCKET_POLICY: Use = ("bucket policy", &[PolicyType::Bucket]);
const KEY_POLICY: Use = ("key policy", &[PolicyType::Key]);
const ENDPOINT_POLICY: Use = ("endpoint policy", &[PolicyType::Endpoint]);
const TRUST_POLICY: Use = ("trust policy", &[PolicyType::Trust]);
const MODEL_POLICY: Use = ("policy of a model package group", &[]);

macro_rules! guardrails {
    ($($id:literal $slug:literal $description:literal $use:expr, $required:expr, $optional:expr, $builder:expr;)*) => {
        /// All guardrails, in the order of their ids.
        pub(super) const GUARDRAILS: &[DocumentTemplate] = &[$(DocumentTemplate {
            id: $id,
            slug: $slug,
            description: $description,
            category: Category::Guardrail,
            used_as: $use.0,
            policy_types: $use.1,
            required: &$required,
            optional: &$optional,
            scope: &ACCOUNT,
            builder: $builder,
        }),*];
    };
}

guardrails! {
    "G01" "limit-instance-types" "instance types by type of workload" DENIES,
        [STUDIO_INSTANCE_TYPES, JOB_INSTANCE_TYPES, ENDPOINT_INSTANCE_TYPES, NOTEBOOK_INSTANCE_TYPES, CLUSTER_INSTANCE_TYPES], [],
        Builder::Denials(studio::instance_types);
    "G02" "require-vpc" "Studio domains in the VPC only" DENIES,
        [SUBNET_IDS, SECURITY_GROUP_IDS], [], Builder::Denials(studio::domain_network);
    "G03" "approved-images" "approved images only" DENIES,
        [IMAGE_ARNS, IMAGE_VERSION_ARNS], [], Builder::Denials(studio::images);
    "G04" "approved-lifecycle-configs" "approved lifecycle configurations only" DENIES,
        [STUDIO_LCC_ARNS, NOTEBOOK_LCC_ARNS], [], Builder::Denials(studio::lifecycle);
    "G05" "open-through-endpoints" "Studio and notebooks through VPC endpoints only" USERS,
        [API_VPCE_IDS, NOTEBOOK_VPCE_IDS], [], Builder::Denials(studio::endpoints);
    "G06" "open-from-company-network" "Studio and notebooks from the company's network only" USERS,
        [CORP_CIDRS, API_VPCE_IDS], [], Builder::Denials(studio::addresses);
    "G07" "own-studio-space" "own profile and own private space only" USERS,
        [OWNER_TAG, PARTITION], [], Builder::Denials(studio::own_space);
    "G08" "require-tags" "the caller's tenant as a tag on new resources" DENIES,
        [TENANT_TAG], [REQUIRED_TAGS], Builder::Denials(tenancy::required_tags);
    "G09" "protect-tags" "no changes of protected tags" DENIES,
        [PROTECTED_TAGS], [], Builder::Denials(tenancy::protected_tags);
    "G10" "require-network" "jobs, models and notebooks in the approved network" DENIES,
        [SUBNET_IDS, SECURITY_GROUP_IDS], [REQUIRE_MODEL_VPC], Builder::Denials(jobs::network);
    "G11" "require-keys" "the approved key on volumes and outputs" DENIES,
        [KMS_KEY_ARNS, LOCAL_NVME_TYPES], [], Builder::Denials(jobs::keys);
    "G12" "isolate-containers" "encryption between containers, and their isolation" DENIES,
        [], [NETWORK_ISOLATION], Builder::Denials(jobs::isolation);
    "G13" "require-studio-keys" "the approved key on domains and shared notebooks" DENIES,
        [KMS_KEY_ARNS], [], Builder::Denials(studio::domain_keys);
    "G14" "harden-notebooks" "notebook instances without root and internet access" DENIES,
        [], [], Builder::Denials(studio::notebooks);
    "G16" "restrict-feature-groups" "feature groups with the approved key and location" DENIES,
        [KMS_KEY_ARNS, OFFLINE_STORE_PREFIX], [], Builder::Denials(jobs::features);
    "G17" "deny-unrestricted-jobs" "no jobs that support neither network nor key" DENIES,
        [], [], Builder::Denials(jobs::uncontrollable);
    "G18" "deny-administration" "no administration of the platform by users" BOUNDARY,
        [], [], Builder::Denials(tenancy::administration);
    "G19" "limit-run-time" "limits to run time, and no remote access" DENIES,
        [MAX_RUNTIME_SECONDS], [], Builder::Denials(jobs::run_time);
    "G20" "restrict-model-approval" "approval of model packages by approvers only" DENIES,
        [], [], Builder::Denials(tenancy::approval);
    "G21" "allow-observability" "own metrics, alarms, topics and logs" ALLOWS,
        [ACCOUNT_ID, REGION, PARTITION], [NAME_PREFIX, BUCKET], Builder::Documents(resource_policies::observability);
    "G22" "data-bucket" "the data bucket: `bucket` under other parameter names" BUCKET_POLICY,
        [BUCKET, PARTITION, S3_VPCE_IDS, DATA_KEY_ARN, EXEMPT_PRINCIPAL_ARNS], [READERS],
        Builder::Documents(resource_policies::bucket);
    "G23" "data-key" "the key of the data: `key` under other parameter names" KEY_POLICY,
        [ACCOUNT_ID, PARTITION, KEY_ADMINISTRATORS, KEY_USERS, KMS_VPCE_IDS], [READERS],
        Builder::Documents(resource_policies::key);
    "G24" "s3-endpoint" "the S3 gateway endpoint: `endpoint` for the buckets under `name_prefix`" ENDPOINT_POLICY,
        [ACCOUNT_ID, REGION, PARTITION], [NAME_PREFIX, BUCKET], Builder::Documents(resource_policies::s3_endpoint);
    "G24_vpce_sagemaker" "interface-endpoints" "interface endpoints: `endpoint` for any service" ENDPOINT_POLICY,
        [ACCOUNT_ID], [], Builder::Documents(resource_policies::interface_endpoint);
    "G25" "log-group-key" "the statement of a key policy for log groups" KEY_POLICY,
        [ACCOUNT_ID, REGION, PARTITION], [], Builder::Documents(resource_policies::logs_key);
    "G27" "protect-guardrails" "no changes of the guardrails themselves" DENIES,
        [ACCOUNT_ID, PARTITION], [BOUNDARY_POLICY_ARN, GUARDED_ROLE_ARNS], Builder::Denials(tenancy::self_protection);
    "G28" "pass-named-roles" "passing of named roles to SageMaker only" ALLOWS,
        [EXEC_ROLE_ARNS], [], Builder::Documents(tenancy::pass_role);
    "G29" "execution-role-trust" "the trust policy of execution roles" TRUST_POLICY,
        [ACCOUNT_ID, REGION, PARTITION], [], Builder::Documents(resource_policies::trust);
    "G32" "share-model-packages" "model packages for other accounts" MODEL_POLICY,
        [ACCOUNT_ID, REGION, PARTITION, CONSUMER_ROLE_ARNS], [NAME_PREFIX, BUCKET], Builder::Documents(resource_policies::model_packages);
}

/// A denial on all resources.
fn deny<'a>(sid: &str, actions: impl IntoIterator<Item = &'a str>) -> Statement {
    Statement::deny(sid).actions(actions).resources(["*"])
}
