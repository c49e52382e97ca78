//! Notebook instances of members: the SageMaker instance, its tags, and the record of its daily
//! stop.
//!
//! An instance runs with its member's role, in the platform's subnets, without root access, without
//! direct internet access and with version 2 of the instance metadata service. None of these can be
//! configured.

mod api;
mod check;
mod converge;
mod create;
mod delete;
#[cfg(test)]
pub(crate) mod fake;
mod instance;
mod instances;
mod inventory;
mod key;
mod limits;
mod network;
mod open;
mod outcome;
mod owner;
mod plan;
mod read;
mod schedule;
mod sdk;
mod settings;
mod state;
mod stops;
mod tagging;
mod update;

pub use check::{
    NotebookSpecError, VOLUME_SIZE_MAX, VOLUME_SIZE_MIN, check_instance_type, check_volume_size,
};
pub use network::{Network, choose_subnet};
pub use plan::{DefaultSettings, PlannedChange, UnknownSettings, plan_replacement, plan_volume};
pub use read::PriorNotebook;
pub use state::Status;
pub use tagging::{all_tags, check_count as check_tag_count};

pub(crate) use api::NotebookApi;
pub(crate) use instances::NotebookInstances;
pub(crate) use inventory::{NotebookInventory, Owner, is_owned};
pub(crate) use key::is_same_key;
pub(crate) use limits::check_machine;
pub(crate) use owner::{not_a_member, wait_for_role};
pub(crate) use sdk::SdkNotebooks;
pub(crate) use stops::DailyStops;
pub(crate) use tagging::{TagChange, drift as tag_drift, is_owned_by, own_tags};

use std::sync::Arc;

use crate::aws::Clients;
use crate::aws::lock::Locks;
use crate::directory::Directory;
use crate::iam::Roles;
use crate::membership::{MemberRecords, MemberRoles};
use crate::memory::Memory;
use crate::name::{NotebookName, ProjectName, UserName};
use crate::ownership::{Kind, Object, Owned, Token};
use crate::project::ProjectRecords;
use crate::schedule::StopTime;
use crate::tags::Tags;

/// Notebook instances of members.
pub struct Notebooks {
    clients: Clients,
    instances: NotebookInstances,
    stops: DailyStops,
    projects: Arc<ProjectRecords>,
    members: Arc<MemberRecords>,
    member_roles: MemberRoles,
    roles: Arc<Roles>,
    directory: Arc<Directory>,
    locks: Locks,
}

impl Notebooks {
    /// Notebooks that are `instances`, of members that have records in `members` and `projects`.
    pub(crate) fn new(
        clients: Clients,
        instances: NotebookInstances,
        stops: DailyStops,
        projects: Arc<ProjectRecords>,
        members: Arc<MemberRecords>,
        roles: Arc<Roles>,
        directory: Arc<Directory>,
    ) -> Self {
        Self {
            instances,
            stops,
            member_roles: MemberRoles::new(clients.clone()),
            clients,
            projects,
            members,
            roles,
            directory,
            locks: Locks::default(),
        }
    }
}

/// A notebook instance as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotebookSpec {
    /// The instance's name, unique in the account and region.
    pub name: NotebookName,
    /// The project it belongs to.
    pub project: ProjectName,
    /// The member it belongs to.
    pub user: UserName,
    /// The instance type, such as `ml.t3.medium`.
    pub instance_type: String,
    /// Size of the volume in GB.
    pub volume_size: i64,
    /// The subnet; by default one of the provider's, by hash of the name.
    pub subnet_id: Option<String>,
    /// The security groups; by default those of the provider.
    pub security_group_ids: Option<Vec<String>>,
    /// The KMS key of the volume; by default that of the provider.
    pub kms_key_id: Option<String>,
    /// The lifecycle configuration; by default that of the provider.
    pub lifecycle_config_name: Option<String>,
    /// The platform, such as `notebook-al2023-v1`; by default SageMaker chooses it at creation.
    pub platform_identifier: Option<String>,
    /// Whether it should run. `None`: it is started when it is created, and others start and stop
    /// it from then on.
    pub running: Option<bool>,
    /// The daily stop time; by default that of the project, if it has one.
    pub daily_stop_time: Option<StopTime>,
    /// Tags in addition to those of the platform.
    pub tags: Tags,
}

impl NotebookSpec {
    /// Whether a new instance of it runs.
    pub(crate) fn runs_when_created(&self) -> bool {
        self.running != Some(false)
    }

    /// Checks the settings without a call. Names, times and tags are checked elsewhere.
    ///
    /// # Errors
    /// The first setting that is not valid.
    pub fn check(&self) -> Result<(), NotebookSpecError> {
        check_instance_type(&self.instance_type)?;
        check_volume_size(self.volume_size)?;
        let names = [
            ("subnet_id", &self.subnet_id),
            ("kms_key_id", &self.kms_key_id),
            ("lifecycle_config_name", &self.lifecycle_config_name),
            ("platform_identifier", &self.platform_identifier),
        ];
        for (attribute, value) in names {
            if value.as_ref().is_some_and(String::is_empty) {
                return Err(NotebookSpecError::Empty { attribute });
            }
        }
        if self.security_group_ids.as_ref().is_some_and(Vec::is_empty) {
            return Err(NotebookSpecError::Empty {
                attribute: "security_group_ids",
            });
        }
        Ok(())
    }

    /// Whether a running instance must be stopped to change `prior` to this.
    ///
    /// SageMaker changes instance type, volume, lifecycle configuration and platform only of
    /// stopped instances. Tags and the daily stop need no stop.
    pub fn needs_stop_after(&self, prior: &Self) -> bool {
        self.instance_type != prior.instance_type
            || self.volume_size != prior.volume_size
            || self.lifecycle_config_name != prior.lifecycle_config_name
            || (self.platform_identifier.is_some()
                && self.platform_identifier != prior.platform_identifier)
    }
}

/// A notebook instance as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notebook {
    /// The instance's name.
    pub name: NotebookName,
    /// The project it belongs to.
    pub project: ProjectName,
    /// The member it belongs to.
    pub user: UserName,
    /// The instance type.
    pub instance_type: String,
    /// Size of the volume in GB.
    pub volume_size: i64,
    /// The subnet.
    pub subnet_id: Option<String>,
    /// The security groups, in order.
    pub security_group_ids: Vec<String>,
    /// The KMS key of the volume.
    pub kms_key_id: Option<String>,
    /// The lifecycle configuration.
    pub lifecycle_config_name: Option<String>,
    /// The platform.
    pub platform_identifier: Option<String>,
    /// Whether it is running or starting.
    pub running: bool,
    /// The daily stop time, unless it is the project's default.
    pub daily_stop_time: Option<StopTime>,
    /// Its tags without those of the platform.
    pub tags: Tags,
    /// All of its tags except for AWS's own.
    pub tags_all: Tags,
    /// ARN of the instance.
    pub arn: String,
    /// Host name of Jupyter; `None` before the first start.
    pub url: Option<String>,
    /// SageMaker's status.
    pub status: String,
    /// Why the status is `Failed`, if it is.
    pub failure_reason: Option<String>,
    /// ARN of the role it runs with.
    pub role_arn: String,
    /// Its network interface in the subnet.
    pub network_interface_id: Option<String>,
    /// Changes outside of Terraform that no other field shows: one sentence each.
    pub drift: Vec<String>,
    /// Why it must be replaced, if no update can repair it.
    pub must_replace: Option<String>,
    /// The token in its tags.
    pub token: Option<Token>,
    /// What the next refresh needs to know, unless its status changes by itself.
    pub memory: Option<Memory>,
}

/// The notebook, as an object that someone manages.
fn object(name: &NotebookName) -> Object {
    Object::new(Kind::Notebook, name)
}

impl Owned for Notebook {
    fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }

    fn memory(&self) -> Option<&Memory> {
        self.memory.as_ref()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::aws::PolicyModel;
    use crate::testing::{self, FakePlatform, operation};

    /// A notebook of alice in the project fraud.
    pub(crate) fn spec() -> NotebookSpec {
        testing::notebook("alice-fraud", "fraud", "alice")
    }

    /// A platform with alice's membership in the project fraud.
    pub(crate) async fn platform() -> FakePlatform {
        let platform = FakePlatform::new(PolicyModel::PerPrincipal);
        platform.with_alice_in_fraud().await
    }

    /// A platform where this notebook was created, whose list of calls is empty.
    pub(crate) async fn platform_with(spec: &NotebookSpec) -> FakePlatform {
        let platform = platform().await;
        let notebooks = &platform.services.notebooks;
        notebooks.create(&operation(), spec).await.unwrap();
        platform.faults.take_calls();
        platform
    }

    /// The calls so far that change notebook instances.
    pub(crate) fn instance_calls(platform: &FakePlatform) -> Vec<String> {
        let mut calls = platform.faults.take_calls();
        calls.retain(|call| call.ends_with("NotebookInstance") && !call.starts_with("Describe"));
        calls
    }

    #[test]
    fn check_refuses_empty_values() {
        assert_eq!(spec().check(), Ok(()));
        let empty = NotebookSpec {
            kms_key_id: Some(String::new()),
            ..spec()
        };
        assert_eq!(empty.check().unwrap_err().attribute(), "kms_key_id");
        let none = NotebookSpec {
            security_group_ids: Some(Vec::new()),
            ..spec()
        };
        assert_eq!(none.check().unwrap_err().attribute(), "security_group_ids");
    }

    #[test]
    fn needs_stop_for_machine_settings_only() {
        let prior = spec();
        let tagged = NotebookSpec {
            tags: Tags::from([("team", "cards")]),
            daily_stop_time: Some("19:00".parse().unwrap()),
            running: Some(false),
            ..spec()
        };
        assert!(!tagged.needs_stop_after(&prior));
        let larger = NotebookSpec {
            volume_size: 30,
            ..spec()
        };
        assert!(larger.needs_stop_after(&prior));
        let unplatformed = NotebookSpec {
            platform_identifier: None,
            ..spec()
        };
        let platformed = NotebookSpec {
            platform_identifier: Some("notebook-al2-v3".to_owned()),
            ..spec()
        };
        assert!(!unplatformed.needs_stop_after(&platformed));
        assert!(platformed.needs_stop_after(&unplatformed));
    }
}
