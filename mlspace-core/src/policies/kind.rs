//! Every document that can be asked for by name: its kind, the parameters it takes, and what makes it.
//!
//! One table serves whoever asks in words, be it a function of a configuration, a data source or a command. A new kind is one line of
//! [`DOCUMENT_KINDS`] and a function in `makers`; a new parameter is one line of [`DOCUMENT_PARAMETERS`].
//!
//! ```
//! use mlspace_core::policies::document_kind;
//! use serde_json::json;
//!
//! let kind = document_kind("user")?;
//! let parameters = json!({
//!     "account_id": "123456789012",
//!     "region": "us-east-1",
//!     "data_bucket": "mlspace-data-123456789012",
//!     "user": "alice",
//! });
//! let documents = kind.documents(&parameters)?;
//! assert!(documents[0].to_json().contains("private/alice/"));
//!
//! let error = kind.documents(&json!({"account_id": "123456789012", "region": "us-east-1"})).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "documents of the kind `user` need the parameter `data_bucket`: name of the bucket that holds the datasets"
//! );
//! # Ok::<(), mlspace_core::policies::DocumentKindError>(())
//! ```

mod deployment;
mod given;
mod makers;
mod parameter;
mod people;
#[cfg(test)]
mod tests;

pub use given::DocumentKindError;
pub use parameter::{DOCUMENT_PARAMETERS, DocumentParameter, ParameterForm};

use given::Given;
use serde_json::Value;

use iam_policy::{Document, PolicyType};

/// A kind of document.
#[derive(Clone, Copy, Debug)]
pub struct DocumentKind {
    /// Its name, such as `project`.
    pub name: &'static str,
    /// What it is, in half a sentence.
    pub title: &'static str,
    /// What its documents are used as; none for resource policies of CloudWatch Logs and topics.
    pub policy: Option<PolicyType>,
    /// The parameters that it cannot do without.
    pub needs: &'static [&'static str],
    /// The parameters that it takes besides. [`Self::parameters`] adds those of the scope.
    takes: &'static [&'static str],
    scope: Scope,
    make: fn(&Given<'_>) -> Result<Vec<Document>, DocumentKindError>,
}

/// What a document knows of its surroundings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// The account and region.
    Account,
    /// The whole deployment: names, the data bucket, the approved network and key.
    Deployment,
}

impl Scope {
    fn parameters(self) -> &'static [&'static str] {
        // Who asks for several kinds gives all the same object for the deployment, so that every kind takes the whole of it.
        &[
            "account_id",
            "region",
            "partition",
            "system_tag",
            "iam_resource_prefix",
            "data_bucket",
            "subnet_ids",
            "security_group_ids",
            "kms_key_id",
        ]
    }

    fn needs(self) -> &'static [&'static str] {
        match self {
            Self::Account => &["account_id", "region"],
            Self::Deployment => &["account_id", "region", "data_bucket"],
        }
    }
}

macro_rules! kinds {
    ($($name:literal $title:literal $policy:expr, $scope:ident, needs [$($need:literal),*], takes [$($take:literal),*], $make:path;)*) => {
        /// All kinds.
        pub const DOCUMENT_KINDS: &[DocumentKind] = &[$(DocumentKind {
            name: $name,
            title: $title,
            policy: $policy,
            needs: &[$($need),*],
            takes: &[$($take),*],
            scope: Scope::$scope,
            make: $make,
        }),*];
    };
}

kinds! {
    "project" "what all members of a project may do" Some(PolicyType::Managed), Deployment,
        needs ["project"], takes ["suspended"], makers::project;
    "user" "what a user may do in every project" Some(PolicyType::Managed), Deployment,
        needs ["user"], takes [], makers::user;
    "group" "the datasets shared with a group" Some(PolicyType::Managed), Deployment,
        needs ["group", "datasets"], takes [], makers::group;
    "pass_role" "the inline policy of a membership's role" Some(PolicyType::RoleInline), Deployment,
        needs [], takes ["role_arn", "project", "user"], makers::pass_role;
    "trust" "the trust policy of a membership's role" Some(PolicyType::Trust), Account,
        needs [], takes [], makers::trust;
    "permissions_boundary" "the permissions boundary of memberships' roles" Some(PolicyType::Boundary), Deployment,
        needs [], takes [], makers::boundary;
    "notebook_base" "what a notebook or job needs besides its data" Some(PolicyType::Managed), Deployment,
        needs [], takes [], makers::notebook_base;
    "attribute" "what all memberships may do, by the tags of their roles" Some(PolicyType::Managed), Deployment,
        needs [], takes [], makers::attribute;
    "attribute_role" "the inline policy of a membership's role beside `attribute`" Some(PolicyType::RoleInline), Deployment,
        needs [], takes ["role_arn", "project", "user"], makers::attribute_role;
    "suspension" "the denial for members of suspended projects, by the tags of their roles" Some(PolicyType::Managed), Deployment,
        needs ["projects"], takes [], makers::suspension;
    "provider" "the least that Terraform needs for this provider's resources" Some(PolicyType::Managed), Deployment,
        needs [], takes ["permissions_boundary_arn", "base_policy_arns", "table_names", "table_key_arn"], people::provider;
    "provider_boundary" "the permissions boundary of the role that runs Terraform" Some(PolicyType::Boundary), Deployment,
        needs [], takes ["permissions_boundary_arn", "base_policy_arns", "table_names", "table_key_arn"], people::provider_boundary;
    "platform_admin" "what those may do who operate the platform" Some(PolicyType::Managed), Deployment,
        needs [], takes ["table_names", "table_key_arn"], people::platform_admin;
    "team_admin" "what those may do who lead the teams of these projects" Some(PolicyType::Managed), Deployment,
        needs ["projects"], takes ["table_names", "table_key_arn"], people::team_admin;
    "data_scientist" "what members may do outside of their notebooks" Some(PolicyType::Managed), Deployment,
        needs [], takes ["endpoint_ids"], people::data_scientist;
    "auditor" "what those may do who audit the platform" Some(PolicyType::Managed), Deployment,
        needs ["log_group_prefix"], takes ["table_names", "table_key_arn"], people::auditor;
    "people_trust" "the trust policy of a role for people or for Terraform" Some(PolicyType::Trust), Account,
        needs [], takes [
            "principal_arns", "saml_provider_arn", "web_identity_provider_arn", "web_identity_audience", "web_identity_subjects"
        ], people::trust;
    "instance_types" "the denial of instance types that are not listed" Some(PolicyType::Managed), Account,
        needs [], takes [
            "notebook_instance_types", "training_instance_types", "processing_instance_types", "transform_instance_types",
            "endpoint_instance_types"
        ], makers::instance_types;
    "volume_key" "the denial of volumes without the approved key" Some(PolicyType::Managed), Deployment,
        needs [], takes ["exempt_instance_types"], makers::volume_key;
    "denied_services" "the denial of services that are switched off" Some(PolicyType::Managed), Account,
        needs ["services"], takes ["emr_role_arns"], makers::denied_services;
    "log_groups" "what lets AWS deliver logs into log groups" None, Account,
        needs ["log_group_prefix"], takes [], makers::log_groups;
    "flow_logs" "what the role that writes flow logs of a VPC may do, fit as its boundary too" Some(PolicyType::Boundary), Account,
        needs ["log_group"], takes [], makers::flow_logs;
    "flow_logs_trust" "the trust policy of the role that writes flow logs of a VPC" Some(PolicyType::Trust), Account,
        needs [], takes [], makers::flow_logs_trust;
    "trail_trust" "the trust policy of the role that a trail writes its log group with" Some(PolicyType::Trust), Account,
        needs [], takes [], people::trail_trust;
    "trail_log" "what that role may do, and its permissions boundary" Some(PolicyType::Managed), Account,
        needs ["log_group"], takes [], people::trail_log;
    "alarm_topic" "the policy of the topic that alarms are sent to" None, Account,
        needs ["topic"], takes [], people::alarm_topic;
    "bucket" "the policy of a bucket" Some(PolicyType::Bucket), Account,
        needs ["bucket"], takes ["endpoint_ids", "exempt_principal_arns", "kms_key_arn", "reader_arns", "delivered_by"], makers::bucket;
    "key" "the policy of a KMS key" Some(PolicyType::Key), Account,
        needs ["administrator_arns"], takes ["user_arns", "reader_arns", "endpoint_ids", "log_group_prefixes", "used_by"], makers::key;
    "endpoint" "the policy of a VPC endpoint" Some(PolicyType::Endpoint), Account,
        needs ["service"], takes ["buckets", "tables"], makers::endpoint;
}

/// The kind of this name.
///
/// # Errors
/// [`DocumentKindError::Unknown`] with the names that there are.
pub fn document_kind(name: &str) -> Result<&'static DocumentKind, DocumentKindError> {
    DOCUMENT_KINDS
        .iter()
        .find(|kind| kind.name == name)
        .ok_or_else(|| DocumentKindError::Unknown {
            name: name.to_owned(),
            known: DOCUMENT_KINDS.iter().map(|kind| kind.name).collect(),
        })
}

impl DocumentKind {
    /// The documents of this kind for a JSON object of parameters. Those that are `null` are left out.
    ///
    /// There is none where there is nothing to say: for a group without datasets, or when no service is denied.
    ///
    /// # Errors
    /// [`DocumentKindError`] when a parameter is missing, unknown, of the wrong type or not usable, or the documents would not fit.
    pub fn documents(&self, parameters: &Value) -> Result<Vec<Document>, DocumentKindError> {
        (self.make)(&Given::new(self, parameters)?)
    }

    /// The parameters that documents of the kind are made of: first those that it needs, then those that it takes.
    pub fn parameters(&self) -> impl Iterator<Item = &'static DocumentParameter> {
        let mut names: Vec<&str> = Vec::new();
        let scope = self.scope;
        let all = [
            scope.needs(),
            self.needs,
            self.takes,
            self.own(scope.parameters()),
        ];
        for name in all.into_iter().flatten() {
            if !names.contains(name) {
                names.push(name);
            }
        }
        names
            .into_iter()
            .filter_map(|name| DOCUMENT_PARAMETERS.iter().find(|known| known.name == name))
    }

    /// The parameters that it cannot do without, those about the account and the deployment among them.
    pub fn required(&self) -> impl Iterator<Item = &'static str> {
        self.scope.needs().iter().chain(self.needs).copied()
    }

    /// Resources are about their own parameters and the account: the deployment's would not be heeded there.
    fn own(&self, parameters: &'static [&'static str]) -> &'static [&'static str] {
        match self.policy {
            Some(PolicyType::Bucket | PolicyType::Key | PolicyType::Endpoint) => {
                parameters.get(..3).unwrap_or_default()
            }
            _ => parameters,
        }
    }
}
