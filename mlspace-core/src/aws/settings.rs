//! The settings of the platform and of the connection to AWS, as in a provider block.

use std::fmt;
use std::time::Duration;

use crate::policies::{Limits, ProjectAccess, ResourceNames, Service};
pub use crate::tables::TableNames;
use crate::tags::Tags;

/// Names, tags and defaults that all resources share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Value of the `system` tag on everything that the platform creates.
    pub system_tag: String,
    /// Prefix of the names of roles and policies.
    pub iam_resource_prefix: String,
    /// The bucket of all datasets; empty when no resource needs it.
    pub data_bucket: String,
    /// ARN of the permissions boundary of all members' roles.
    pub permissions_boundary_arn: Option<String>,
    /// ARNs of managed policies that are attached to all members' roles.
    pub base_policy_arns: Vec<String>,
    /// How members' permissions are written as policies.
    pub policy_model: PolicyModel,
    /// How resources that members create are named.
    pub resource_names: ResourceNames,
    /// The services that projects can switch on.
    pub services: Vec<Service>,
    /// Limits of the workloads of all projects.
    pub limits: Limits,
    /// VPCs from which members use their resources; empty when they can from anywhere.
    pub source_vpc_ids: Vec<String>,
    /// Tags on everything that can be tagged.
    pub default_tags: Tags,
    /// Names of the DynamoDB tables.
    pub table_names: TableNames,
    /// Settings of notebooks that have none of their own.
    pub notebook_defaults: NotebookDefaults,
    /// What stops notebooks at their daily stop time.
    pub termination: Termination,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            system_tag: "MLSpace".to_owned(),
            iam_resource_prefix: "MLSpace".to_owned(),
            data_bucket: String::new(),
            permissions_boundary_arn: None,
            base_policy_arns: Vec::new(),
            policy_model: PolicyModel::default(),
            resource_names: ResourceNames::default(),
            services: Vec::new(),
            limits: Limits::default(),
            source_vpc_ids: Vec::new(),
            default_tags: Tags::default(),
            table_names: TableNames::default(),
            notebook_defaults: NotebookDefaults::default(),
            termination: Termination::default(),
        }
    }
}

impl Settings {
    /// What the platform leaves of a project's access: the services that it offers, within its limits.
    #[must_use]
    pub fn effective(&self, access: &ProjectAccess) -> ProjectAccess {
        access.within(&self.services, &self.limits)
    }
}

/// How members' permissions are written as policies. The permissions are the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PolicyModel {
    /// One managed policy per project and one per user, as in MLSpace.
    #[default]
    PerPrincipal,
    /// Two managed policies for all roles: a role's permissions follow from its tags.
    Attribute,
}

impl PolicyModel {
    /// The names of the models in the settings.
    pub const NAMES: &'static [&'static str] = &[Self::PerPrincipal.name(), Self::Attribute.name()];

    /// The model's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PerPrincipal => "per_principal",
            Self::Attribute => "attribute",
        }
    }

    /// The model of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::PerPrincipal, Self::Attribute]
            .into_iter()
            .find(|model| model.name() == name)
    }

    /// The model that a deployment with this one had before it changed.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::PerPrincipal => Self::Attribute,
            Self::Attribute => Self::PerPrincipal,
        }
    }
}

/// Network, encryption and lifecycle configuration of notebooks that have no own settings. The
/// subnets, security groups and key are also the approved ones that members' policies require.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotebookDefaults {
    /// IDs of the subnets to choose from.
    pub subnet_ids: Vec<String>,
    /// IDs of the security groups of the network interface.
    pub security_group_ids: Vec<String>,
    /// The KMS key of the volume: its id, ARN or alias.
    pub kms_key_id: Option<String>,
    /// Name of the lifecycle configuration.
    pub lifecycle_config_name: Option<String>,
}

/// What stops notebooks at their daily stop time, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Termination {
    /// What stops them.
    pub enforce: Enforce,
    /// The group of the schedules that stop them. When something else stops them, schedules of
    /// theirs in this group are removed.
    pub schedule_group: Option<String>,
    /// ARN of the role with which the schedules stop notebooks.
    pub role_arn: Option<String>,
    /// IANA name of the time zone of stop times, by default UTC. MLSpace's are always UTC.
    pub time_zone: Option<String>,
}

/// What stops notebooks at their daily stop time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Enforce {
    /// MLSpace's own sweeper, by its table.
    #[default]
    Mlspace,
    /// A schedule of EventBridge Scheduler for each notebook.
    Scheduler,
    /// Nothing.
    None,
}

impl Enforce {
    /// The names in the settings.
    pub const NAMES: &'static [&'static str] = &["mlspace", "scheduler", "none"];

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "mlspace" => Some(Self::Mlspace),
            "scheduler" => Some(Self::Scheduler),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

/// The connection to AWS. Missing settings come from the SDK's default chain: environment, profile
/// files and instance roles. Explicit keys win over an explicit profile, and both over the chain.
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectionConfig {
    /// The region; by default that of the chain.
    pub region: Option<String>,
    /// The profile of the shared configuration files whose credentials are used, whatever the
    /// environment holds; by default those of the chain.
    pub profile: Option<String>,
    /// A static access key id, with `secret_key`.
    pub access_key: Option<String>,
    /// The secret of `access_key`.
    pub secret_key: Option<String>,
    /// The session token of `access_key`, for temporary credentials.
    pub token: Option<String>,
    /// The accounts that can be changed; all when it is empty.
    pub allowed_account_ids: Vec<String>,
    /// A role to assume with these credentials.
    pub assume_role: Option<AssumeRole>,
    /// Endpoints to use instead of the ones of AWS.
    pub endpoints: Endpoints,
    /// Maximum number of retries of a throttled or failed call.
    pub max_retries: u32,
}

impl Default for ConnectionConfig {
    fn default() -> Self {
        Self {
            region: None,
            profile: None,
            access_key: None,
            secret_key: None,
            token: None,
            allowed_account_ids: Vec::new(),
            assume_role: None,
            endpoints: Endpoints::default(),
            max_retries: 25,
        }
    }
}

/// Shows the source of credentials, never the credentials.
impl fmt::Debug for ConnectionConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionConfig")
            .field("region", &self.region)
            .field("profile", &self.profile)
            .field("static_credentials", &self.access_key.is_some())
            .field("allowed_account_ids", &self.allowed_account_ids)
            .field(
                "assume_role",
                &self.assume_role.as_ref().map(|role| &role.role_arn),
            )
            .field("endpoints", &self.endpoints)
            .field("max_retries", &self.max_retries)
            .finish_non_exhaustive()
    }
}

/// A role to assume before all other calls.
#[derive(Clone, PartialEq, Eq)]
pub struct AssumeRole {
    /// The role's ARN.
    pub role_arn: String,
    /// The session's name, as in CloudTrail; by default `mlspace`.
    pub session_name: Option<String>,
    /// The external ID that the role's trust policy requires.
    pub external_id: Option<String>,
    /// Duration of each session, 15 minutes to 12 hours; by default one hour, as in STS.
    pub duration: Option<Duration>,
}

/// Endpoint URLs of services, for emulators and private endpoints.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// IAM.
    pub iam: Option<String>,
    /// SageMaker.
    pub sagemaker: Option<String>,
    /// S3. With an endpoint, buckets are addressed by path.
    pub s3: Option<String>,
    /// DynamoDB.
    pub dynamodb: Option<String>,
    /// STS.
    pub sts: Option<String>,
    /// EventBridge Scheduler.
    pub scheduler: Option<String>,
    /// AWS Budgets.
    pub budgets: Option<String>,
    /// Identity stores of IAM Identity Center.
    pub identitystore: Option<String>,
    /// The Resource Groups Tagging API.
    pub resourcegroupstaggingapi: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_has_no_secrets() {
        let connection = ConnectionConfig {
            access_key: Some("AKIDEXAMPLE".to_owned()),
            secret_key: Some("hush".to_owned()),
            token: Some("session".to_owned()),
            ..ConnectionConfig::default()
        };
        let shown = format!("{connection:?}");
        for secret in ["AKIDEXAMPLE", "hush", "session"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }

    #[test]
    fn policy_model_has_names() {
        let models = PolicyModel::NAMES
            .iter()
            .map(|name| PolicyModel::named(name));
        let both = [PolicyModel::PerPrincipal, PolicyModel::Attribute];
        assert!(models.eq(both.map(Some)));
        assert_eq!(PolicyModel::named("Attribute"), None);
        assert_eq!(both.map(PolicyModel::other), [both[1], both[0]]);
    }
}
