//! How the platform is reached and laid out: what a provider block says.

use std::fmt;
use std::time::Duration;

pub use crate::tables::TableNames;
use crate::tags::Tags;

/// The platform's layout: names, tags and defaults that every resource shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Value of the `system` tag on everything the platform makes.
    pub system_tag: String,
    /// First part of the names of the platform's roles and policies.
    pub iam_resource_prefix: String,
    /// The bucket that holds all datasets; resources that need none work without it.
    pub data_bucket: String,
    /// The permissions boundary of every membership's role.
    pub permissions_boundary_arn: Option<String>,
    /// Managed policies attached to every membership's role.
    pub base_policy_arns: Vec<String>,
    /// How members' rights are written down.
    pub policy_model: PolicyModel,
    /// Tags put on everything that can be tagged.
    pub default_tags: Tags,
    /// The `DynamoDB` tables.
    pub table_names: TableNames,
    /// What a notebook gets when it doesn't say otherwise.
    pub notebook_defaults: NotebookDefaults,
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
            default_tags: Tags::default(),
            table_names: TableNames::default(),
            notebook_defaults: NotebookDefaults::default(),
        }
    }
}

/// How members' rights are written down. The rights are the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PolicyModel {
    /// A managed policy for each project and one for each user, as `MLSpace` does it.
    #[default]
    PerPrincipal,
    /// Two managed policies for all: what a role may do follows from its tags.
    Attribute,
}

impl PolicyModel {
    /// The models' names, as settings have them.
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

    /// The model that this one takes the place of when a deployment changes over.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::PerPrincipal => Self::Attribute,
            Self::Attribute => Self::PerPrincipal,
        }
    }
}

/// Where notebooks run and how their volumes are encrypted, unless they say otherwise. The subnets,
/// security groups and key are also the approved ones that memberships' policies demand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotebookDefaults {
    /// Subnets to choose from.
    pub subnet_ids: Vec<String>,
    /// Security groups of the network interface.
    pub security_group_ids: Vec<String>,
    /// The KMS key of the volume: its id, ARN or alias.
    pub kms_key_id: Option<String>,
    /// The lifecycle configuration.
    pub lifecycle_config_name: Option<String>,
}

/// How AWS is reached. What is not given comes from the SDK's own chain of environment, profile
/// files and instance roles.
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectionConfig {
    /// The region; else the chain's.
    pub region: Option<String>,
    /// A profile of the shared configuration files; else the chain's.
    pub profile: Option<String>,
    /// A static access key id, with `secret_key`.
    pub access_key: Option<String>,
    /// The secret of `access_key`.
    pub secret_key: Option<String>,
    /// The session token of `access_key`, for temporary credentials.
    pub token: Option<String>,
    /// A role to take on with those credentials.
    pub assume_role: Option<AssumeRole>,
    /// Addresses to use in place of AWS's own.
    pub endpoints: Endpoints,
    /// How often a throttled or failed call is repeated.
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
            assume_role: None,
            endpoints: Endpoints::default(),
            max_retries: 25,
        }
    }
}

/// Shows where credentials come from, never what they are.
impl fmt::Debug for ConnectionConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionConfig")
            .field("region", &self.region)
            .field("profile", &self.profile)
            .field("static_credentials", &self.access_key.is_some())
            .field(
                "assume_role",
                &self.assume_role.as_ref().map(|role| &role.role_arn),
            )
            .field("endpoints", &self.endpoints)
            .field("max_retries", &self.max_retries)
            .finish_non_exhaustive()
    }
}

/// A role to take on before anything else is called.
#[derive(Clone, PartialEq, Eq)]
pub struct AssumeRole {
    /// The role's ARN.
    pub role_arn: String,
    /// The session's name, shown in `CloudTrail`; `mlspace` when absent.
    pub session_name: Option<String>,
    /// The external id that the role's trust policy asks for.
    pub external_id: Option<String>,
    /// How long each session lasts, 15 minutes to 12 hours; STS's hour when absent.
    pub duration: Option<Duration>,
}

/// Addresses of services, for emulators and private endpoints.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// IAM.
    pub iam: Option<String>,
    /// `SageMaker`.
    pub sagemaker: Option<String>,
    /// S3; buckets are then addressed by path.
    pub s3: Option<String>,
    /// `DynamoDB`.
    pub dynamodb: Option<String>,
    /// STS.
    pub sts: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_show() {
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
    fn models_are_known_by_their_names() {
        let models = PolicyModel::NAMES
            .iter()
            .map(|name| PolicyModel::named(name));
        let both = [PolicyModel::PerPrincipal, PolicyModel::Attribute];
        assert!(models.eq(both.map(Some)));
        assert_eq!(PolicyModel::named("Attribute"), None);
        assert_eq!(both.map(PolicyModel::other), [both[1], both[0]]);
    }
}
