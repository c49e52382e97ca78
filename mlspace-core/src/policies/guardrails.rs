//! Guardrails: denials that hold for everybody in an account or under a boundary, by number and with parameters.
//!
//! `G01` to `G20` and `G27` deny, and go into service control policies, permissions boundaries or managed policies; `G21` and `G28` grant and
//! go into identity policies; `G22` to `G25`, `G29` and `G32` are policies of resources. Where a guardrail that denies is given
//! `exempt_principal_arns`, as a service control policy needs to leave the platform's own roles working, each of its statements exempts them.
//!
//! Numbers that are missing have been given up: `G15`, `G26`, `G30` and `G31` cannot be said in a policy.
//!
//! Rules that all of them keep:
//!
//! * Every required condition is a statement of its own, and names only actions that carry its key.
//! * A key that creating always carries is required there (an absent one is denied, as the default is the unsafe value); a key of an update is
//!   only refused where it is wrong, as most updates leave it out.
//! * Condition keys that were renamed stand in one statement under both names: it denies unless one of them holds an approved value.
//!
//! Which actions carry which keys, and their names: *Actions, resources, and condition keys for Amazon SageMaker*
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html>).
//!
//! ```
//! use mlspace_core::policies::{Parameters, guardrail};
//!
//! let parameters = Parameters::new().set("subnet_ids", ["subnet-a"]).set("security_group_ids", ["sg-1"]);
//! let approved_network = guardrail("G10", &parameters)?;
//! assert!(approved_network.to_json().contains("subnet-a"));
//!
//! let error = guardrail("G13", &parameters).unwrap_err();
//! assert_eq!(error.to_string(), "the guardrail `G13` needs the parameter `kms_key_arns`: a list of ARNs of KMS keys");
//! # Ok::<(), mlspace_core::policies::GuardrailError>(())
//! ```

mod actions;
mod jobs;
mod parameters;
mod resources;
mod studio;
mod tenancy;
#[cfg(test)]
pub(super) mod tests;

pub use parameters::{GuardrailError, Parameters, ParametersError};

use parameters::Reader;

use iam_policy::{Document, Effect, Operator, PolicyType, Statement};

/// A guardrail as a reader of documentation sees it.
#[derive(Clone, Copy, Debug)]
pub struct Guardrail {
    /// Its number, such as `G01`.
    pub id: &'static str,
    /// What it is about.
    pub title: &'static str,
    /// The kind of policy it is written for.
    pub carrier: &'static str,
    /// The same by kinds: those that it can go into. None where it is the policy of a resource that has no kind here.
    pub kinds: &'static [PolicyType],
    /// The parameters that it cannot do without.
    pub parameters: &'static [&'static str],
    statements: fn(&Reader<'_>) -> Result<Vec<Statement>, GuardrailError>,
    exempts: bool,
}

/// What a guardrail goes into, in words and by kinds.
type Carriers = (&'static str, &'static [PolicyType]);

const DENIES: Carriers = (
    "service control policy, permissions boundary or managed policy",
    &[
        PolicyType::ServiceControl,
        PolicyType::Boundary,
        PolicyType::Managed,
    ],
);
const USERS: Carriers = (
    "permissions boundary or managed policy of people's roles",
    &[PolicyType::Boundary, PolicyType::Managed],
);
const BOUNDARY: Carriers = ("permissions boundary", &[PolicyType::Boundary]);
const GRANTS: Carriers = ("managed policy", &[PolicyType::Managed]);
const BUCKET: Carriers = ("bucket policy", &[PolicyType::Bucket]);
const KEY: Carriers = ("key policy", &[PolicyType::Key]);
const ENDPOINT: Carriers = ("endpoint policy", &[PolicyType::Endpoint]);
const TRUST: Carriers = ("trust policy", &[PolicyType::Trust]);
const MODELS: Carriers = ("policy of a model package group", &[]);

macro_rules! guardrails {
    ($($id:literal $title:literal $carrier:expr, [$($parameter:literal),*], $exempts:literal, $statements:path;)*) => {
        /// All guardrails, in the order of their numbers.
        pub const GUARDRAILS: &[Guardrail] = &[$(Guardrail {
            id: $id,
            title: $title,
            carrier: $carrier.0,
            kinds: $carrier.1,
            parameters: &[$($parameter),*],
            statements: $statements,
            exempts: $exempts,
        }),*];
    };
}

guardrails! {
    "G01" "instance types by kind of workload" DENIES,
        ["studio_instance_types", "job_instance_types", "endpoint_instance_types", "notebook_instance_types", "cluster_instance_types"],
        true, studio::instance_types;
    "G02" "Studio domains stay in the VPC" DENIES, ["subnet_ids", "security_group_ids"], true, studio::domain_network;
    "G03" "approved images only" DENIES, ["image_arns", "image_version_arns"], true, studio::images;
    "G04" "approved lifecycle configurations only" DENIES, ["studio_lcc_arns", "notebook_lcc_arns"], true, studio::lifecycle;
    "G05" "Studio and notebooks through VPC endpoints only" USERS, ["api_vpce_ids", "notebook_vpce_ids"], true, studio::endpoints;
    "G06" "Studio and notebooks from the company's network only" USERS, ["corp_cidrs", "api_vpce_ids"], true, studio::addresses;
    "G07" "own profile and own private space only" USERS, ["owner_tag", "partition"], true, studio::own_space;
    "G08" "the caller's tenant as a tag on what is made" DENIES, ["tenant_tag"], true, tenancy::required_tags;
    "G09" "protected tags stay as they are" DENIES, ["protected_tags"], true, tenancy::protected_tags;
    "G10" "jobs, models and notebooks in the approved network" DENIES, ["subnet_ids", "security_group_ids"], true, jobs::network;
    "G11" "the approved key on volumes and outputs" DENIES, ["kms_key_arns", "local_nvme_types"], true, jobs::keys;
    "G12" "encryption between containers, and their isolation" DENIES, [], true, jobs::isolation;
    "G13" "the approved key on domains and shared notebooks" DENIES, ["kms_key_arns"], true, studio::domain_keys;
    "G14" "notebook instances without root and internet" DENIES, [], true, studio::notebooks;
    "G16" "feature groups with the approved key and location" DENIES, ["kms_key_arns", "offline_store_prefix"], true, jobs::features;
    "G17" "no jobs that take neither network nor key" DENIES, [], true, jobs::uncontrollable;
    "G18" "administration of the platform is not for users" BOUNDARY, [], true, tenancy::administration;
    "G19" "limits to run time, and no remote access" DENIES, ["max_runtime_seconds"], true, jobs::run_time;
    "G20" "only approvers approve model packages" DENIES, [], true, tenancy::approval;
    "G21" "own metrics, alarms, topics and logs" GRANTS, ["account_id", "region", "partition"], false, resources::observability;
    "G22" "the data bucket" BUCKET, ["bucket", "partition", "s3_vpce_ids", "data_key_arn", "exempt_principal_arns"], false, resources::bucket;
    "G23" "the key of the data" KEY, ["account_id", "partition", "exempt_principal_arns", "exec_role_arns", "kms_vpce_ids"], false, resources::key;
    "G24" "the S3 gateway endpoint" ENDPOINT, ["account_id", "region", "partition"], false, resources::s3_endpoint;
    "G24_vpce_sagemaker" "interface endpoints" ENDPOINT, ["account_id"], false, resources::interface_endpoint;
    "G25" "the key of log groups" KEY, ["account_id", "region", "partition"], false, resources::logs_key;
    "G27" "the guardrails themselves" DENIES, ["account_id", "partition"], true, tenancy::self_protection;
    "G28" "passing named roles to SageMaker only" GRANTS, ["exec_role_arns"], false, tenancy::pass_role;
    "G29" "who may take on an execution role" TRUST, ["account_id", "region", "partition"], false, resources::trust;
    "G32" "model packages for other accounts" MODELS, ["account_id", "region", "partition", "consumer_role_arns"], false, resources::model_packages;
}

/// The document of a guardrail. Parameters that it has no use for are ignored.
///
/// Two things are called `G24`: the policy of the S3 gateway endpoint, also `G24_vpce_s3`, and that of interface endpoints,
/// `G24_vpce_sagemaker`.
///
/// # Errors
/// [`GuardrailError`] when there is no such guardrail, or a parameter is missing or cannot stand in the document.
pub fn guardrail(id: &str, parameters: &Parameters) -> Result<Document, GuardrailError> {
    let named = |id: &str| GUARDRAILS.iter().find(|guardrail| guardrail.id == id);
    let short = id.split_once('_').map_or(id, |(number, _)| number);
    let found = named(id)
        .or_else(|| named(short))
        .ok_or_else(|| GuardrailError::Unknown {
            id: id.to_owned(),
            known: GUARDRAILS.iter().map(|guardrail| guardrail.id).collect(),
        })?;
    let reader = Reader::new(found.id, parameters);
    let document = Document::new((found.statements)(&reader)?);
    let exempt = reader
        .optional("exempt_principal_arns")?
        .unwrap_or_default();
    Ok(if found.exempts && !exempt.is_empty() {
        exempting(document, &exempt)
    } else {
        document
    })
}

/// The document with its denials lifted for these principals: roles that build the platform, and those for emergencies. Service control
/// policies need it; they do not reach the organization's management account and service-linked roles anyway.
///
/// Source: *Service control policies* (<https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html>).
#[must_use]
pub fn exempting(mut document: Document, principal_arns: &[String]) -> Document {
    for statement in &mut document.statements {
        if statement.effect == Effect::Deny {
            let open = statement.clone();
            *statement = open.when(
                Operator::ArnNotLike,
                "aws:PrincipalArn",
                principal_arns.to_vec(),
            );
        }
    }
    document
}

/// A denial on all resources.
fn deny<'a>(sid: &str, actions: impl IntoIterator<Item = &'a str>) -> Statement {
    Statement::deny(sid).actions(actions).resources(["*"])
}
