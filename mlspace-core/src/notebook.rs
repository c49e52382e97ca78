//! Notebook instances of members: SageMaker's instance, its tags, and the record of its daily stop.
//!
//! An instance runs with its member's role, in the platform's subnets, without root access, without direct internet access and with
//! version 2 of the instance metadata service; none of that can be chosen.

mod api;
mod check;
mod create;
mod delete;
#[cfg(test)]
pub(crate) mod fake;
mod instance;
mod instances;
mod inventory;
mod network;
mod owner;
mod plan;
mod read;
mod schedule;
mod sdk;
mod settings;
mod state;
mod tagging;
mod update;

pub use check::{
    NotebookSpecError, VOLUME_SIZE_MAX, VOLUME_SIZE_MIN, check_instance_type, check_volume_change,
    check_volume_size,
};
pub use network::{Network, choose_subnet};
pub use plan::{DefaultSettings, plan_settings_change, plan_volume_change};
pub use read::Known;
pub use state::Status;
pub use tagging::all_tags;

pub(crate) use api::NotebookApi;
pub(crate) use inventory::NotebookInventory;
pub(crate) use sdk::SdkNotebooks;

use std::sync::Arc;

use crate::aws::Clients;
use crate::aws::lock::Locks;
use crate::iam::Roles;
use crate::membership::{MemberRecords, MemberRoles};
use crate::name::{NotebookName, ProjectName, UserName};
use crate::project::ProjectRecords;
use crate::records::RecordStore;
use crate::schedule::StopTime;
use crate::tags::Tags;
use instances::NotebookInstances;
use schedule::StopSchedule;

/// Notebook instances of members.
pub struct Notebooks {
    clients: Clients,
    instances: NotebookInstances,
    schedule: StopSchedule,
    projects: Arc<ProjectRecords>,
    members: Arc<MemberRecords>,
    member_roles: MemberRoles,
    roles: Arc<Roles>,
    locks: Locks,
}

impl Notebooks {
    /// Notebooks behind `api`, of the members on record in `members` and `projects`.
    pub(crate) fn new(
        clients: Clients,
        api: Arc<dyn NotebookApi>,
        records: Arc<dyn RecordStore>,
        projects: Arc<ProjectRecords>,
        members: Arc<MemberRecords>,
        roles: Arc<Roles>,
    ) -> Self {
        Self {
            instances: NotebookInstances::new(api),
            schedule: StopSchedule::new(clients.clone(), records),
            member_roles: MemberRoles::new(clients.clone()),
            clients,
            projects,
            members,
            roles,
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
    /// The instance type, `ml.t3.medium` for one.
    pub instance_type: String,
    /// Size of the volume in GB.
    pub volume_size: i64,
    /// The subnet; else one of the defaults, by hash of the name.
    pub subnet_id: Option<String>,
    /// The security groups; else the defaults.
    pub security_group_ids: Option<Vec<String>>,
    /// The KMS key of the volume; else the default.
    pub kms_key_id: Option<String>,
    /// The lifecycle configuration; else the default.
    pub lifecycle_config_name: Option<String>,
    /// The platform, `notebook-al2023-v1` for one; else SageMaker's choice at creation.
    pub platform_identifier: Option<String>,
    /// Whether it should run.
    pub running: bool,
    /// When it stops every day; else the project's default, if there is one.
    pub daily_stop_time: Option<StopTime>,
    /// Tags besides those of the platform.
    pub tags: Tags,
}

impl NotebookSpec {
    /// Checks what can be told without a call; the rules of names, times and tags hold by their types or have checks of their own.
    ///
    /// # Errors
    /// The first rule that is broken.
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

    /// Whether changing `prior` to this needs a stop of the instance, if it runs.
    ///
    /// SageMaker changes instance type, volume, lifecycle configuration and platform only at rest; tags and the daily stop need none.
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
    /// Whether it runs or is about to.
    pub running: bool,
    /// When it stops every day, where that isn't just the project's default.
    pub daily_stop_time: Option<StopTime>,
    /// Its tags without those of the platform.
    pub tags: Tags,
    /// All of its tags, save AWS's own.
    pub tags_all: Tags,
    /// ARN of the instance.
    pub arn: String,
    /// Host name of Jupyter; there is none before the first start.
    pub url: Option<String>,
    /// SageMaker's status.
    pub status: String,
    /// Why the status is `Failed`, if it is.
    pub failure_reason: Option<String>,
    /// ARN of the role it runs with.
    pub role_arn: String,
    /// Its network interface in the subnet.
    pub network_interface_id: Option<String>,
    /// What was changed outside that no other field shows: one sentence each.
    pub drift: Vec<String>,
    /// Why only a replacement can mend it, if that is so.
    pub must_replace: Option<String>,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A notebook of alice's in the project fraud.
    pub(crate) fn spec() -> NotebookSpec {
        NotebookSpec {
            name: "alice-fraud".parse().unwrap(),
            project: "fraud".parse().unwrap(),
            user: "alice".parse().unwrap(),
            instance_type: "ml.t3.medium".to_owned(),
            volume_size: 20,
            subnet_id: None,
            security_group_ids: None,
            kms_key_id: None,
            lifecycle_config_name: None,
            platform_identifier: None,
            running: true,
            daily_stop_time: None,
            tags: Tags::new(),
        }
    }

    #[test]
    fn what_is_there_but_empty_is_refused_by_name() {
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
    fn only_settings_of_the_machine_need_a_stop() {
        let prior = spec();
        let tagged = NotebookSpec {
            tags: Tags::from([("team", "cards")]),
            daily_stop_time: Some("19:00".parse().unwrap()),
            running: false,
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
