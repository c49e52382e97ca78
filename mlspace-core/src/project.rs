//! Projects: a record, and a policy that all members' roles carry.
//!
//! The policy comes first and the record last: a record says that the project is whole. A create
//! that was interrupted leaves a policy whose tags prove it is ours, and the next create takes it
//! up; a record that is there already belongs to a finished project, so that it is imported, never
//! taken over. Removal goes the other way round: the policy's power first, the record last.

mod delete;
mod plan;
mod policies;
mod read;
mod records;
mod suspensions;
mod write;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::aws::lock::Locks;
use crate::aws::{Clients, Error};
use crate::collisions::CaseCollisions;
use crate::dataset::Datasets;
use crate::iam::{ManagedPolicies, Roles};
use crate::membership::{MemberRecords, MemberRoles, Memberships};
use crate::name::{ProjectName, UserName};
use crate::notebook::{NotebookInventory, Notebooks};
use crate::records::RecordStore;
pub use crate::records::TerminationConfig;
pub use plan::PlannedProject;

pub(crate) use policies::ProjectPolicies;
pub(crate) use records::{ProjectRecords, missing_project};
pub(crate) use suspensions::{SuspensionList, shared_policy_remedy};

/// Longest description that `MLSpace` takes, in characters.
pub const DESCRIPTION_MAX: usize = 4_000;

/// Projects of the platform.
pub struct Projects {
    clients: Clients,
    records: Arc<dyn RecordStore>,
    roles: Arc<Roles>,
    policies: Arc<ManagedPolicies>,
    projects: Arc<ProjectRecords>,
    project_policies: ProjectPolicies,
    suspensions: Arc<SuspensionList>,
    collisions: Arc<CaseCollisions>,
    inventory: Arc<NotebookInventory>,
    members: Arc<MemberRecords>,
    member_roles: MemberRoles,
    /// Removed with the project, if it is destroyed by force.
    dependents: DependentResources,
    locks: Locks,
    planned: PlannedSuspensions,
}

/// Projects that this process plans to suspend.
#[derive(Default)]
struct PlannedSuspensions(Mutex<BTreeSet<ProjectName>>);

impl PlannedSuspensions {
    /// Adds a project. Returns all that are planned.
    fn add(&self, project: &ProjectName) -> BTreeSet<ProjectName> {
        let mut planned = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        planned.insert(project.clone());
        planned.clone()
    }
}

/// What projects are made of and what they depend on.
pub(crate) struct ProjectParts {
    pub(crate) records: Arc<dyn RecordStore>,
    pub(crate) roles: Arc<Roles>,
    pub(crate) policies: Arc<ManagedPolicies>,
    pub(crate) projects: Arc<ProjectRecords>,
    pub(crate) suspensions: Arc<SuspensionList>,
    pub(crate) collisions: Arc<CaseCollisions>,
    pub(crate) inventory: Arc<NotebookInventory>,
    pub(crate) members: Arc<MemberRecords>,
    pub(crate) dependents: DependentResources,
}

impl Projects {
    /// Projects made of these parts.
    pub(crate) fn new(clients: Clients, parts: ProjectParts) -> Self {
        Self {
            project_policies: ProjectPolicies::new(clients.clone()),
            member_roles: MemberRoles::new(clients.clone()),
            clients,
            records: parts.records,
            roles: parts.roles,
            policies: parts.policies,
            projects: parts.projects,
            suspensions: parts.suspensions,
            collisions: parts.collisions,
            inventory: parts.inventory,
            members: parts.members,
            dependents: parts.dependents,
            locks: Locks::default(),
            planned: PlannedSuspensions::default(),
        }
    }
}

/// The resources that live in projects.
#[derive(Clone)]
pub(crate) struct DependentResources {
    pub(crate) memberships: Arc<Memberships>,
    pub(crate) datasets: Arc<Datasets>,
    pub(crate) notebooks: Arc<Notebooks>,
}

/// A project as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectSpec {
    /// The name, which identifies it.
    pub name: ProjectName,
    /// What it is for.
    pub description: String,
    /// Who made it; absent, nobody, and an existing record keeps what it has.
    pub created_by: Option<UserName>,
    /// Whether its members may do nothing for now.
    pub suspended: bool,
    /// When its resources end by themselves.
    pub termination: Option<TerminationConfig>,
    /// Whether removing it removes members, datasets and notebooks too.
    pub force_destroy: bool,
}

impl ProjectSpec {
    /// Checks what can be checked without asking AWS.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the attribute.
    pub fn check(&self) -> Result<(), Error> {
        let invalid = |attribute, message: String, remedy: &str| {
            Err(Error::Invalid {
                attribute: Some(attribute),
                message,
                remedy: remedy.to_owned(),
            })
        };
        check_description(&self.description)?;
        let Some(termination) = &self.termination else {
            return Ok(());
        };
        if let Some(time) = &termination.default_notebook_stop_time
            && time.parse::<crate::schedule::StopTime>().is_err()
        {
            return invalid(
                "termination",
                format!("`{}` is no time of day", time.escape_debug()),
                "write `default_notebook_stop_time` as HH:MM in UTC, such as `17:00`",
            );
        }
        let hours = [
            (
                "default_endpoint_ttl_hours",
                termination.default_endpoint_ttl_hours,
            ),
            (
                "default_emr_cluster_ttl_hours",
                termination.default_emr_cluster_ttl_hours,
            ),
        ];
        match hours
            .into_iter()
            .find(|(_, hours)| hours.is_some_and(|hours| hours < 1))
        {
            Some((name, _)) => invalid(
                "termination",
                format!("`{name}` is less than an hour"),
                "write a number of hours from 1, or leave it out to keep resources until they are deleted",
            ),
            None => Ok(()),
        }
    }
}

/// Checks a description: printable ASCII on one line, which is what `MLSpace` takes.
///
/// # Errors
/// [`Error::Invalid`] naming the attribute `description`.
pub fn check_description(description: &str) -> Result<(), Error> {
    let (message, remedy) =
        if let Some(odd) = description.chars().find(|c| !(' '..='~').contains(c)) {
            let message = format!(
                "the description holds `{}`, which MLSpace refuses",
                odd.escape_debug()
            );
            (message, "write printable ASCII characters on one line")
        } else if description.len() > DESCRIPTION_MAX {
            let length = description.len();
            (
                format!("the description has {length} characters, MLSpace takes {DESCRIPTION_MAX}"),
                "shorten it",
            )
        } else {
            return Ok(());
        };
    Err(Error::Invalid {
        attribute: Some("description"),
        message,
        remedy: remedy.to_owned(),
    })
}

/// A project as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The name.
    pub name: ProjectName,
    /// What it is for.
    pub description: String,
    /// Who made it; may be empty.
    pub created_by: String,
    /// Whether its members may do nothing for now.
    pub suspended: bool,
    /// When its resources end by themselves.
    pub termination: Option<TerminationConfig>,
    /// ARN of the policy that its members' roles carry; none where all memberships share theirs.
    pub policy_arn: Option<String>,
    /// When it was recorded, in seconds since the epoch; 0 when its record is missing.
    pub created_at: i64,
    /// When its record last changed, in seconds since the epoch; 0 when it is missing.
    pub last_updated_at: i64,
    /// What was changed outside that no other field shows: one sentence each.
    pub drift: Vec<String>,
}

/// The command that takes an existing project under management.
fn import_hint(name: &ProjectName) -> String {
    format!(
        "run `terraform import mlspace_project.<name> {name}` to manage it here, or choose another name"
    )
}

/// The time now, in seconds since the epoch.
pub(crate) fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn spec() -> ProjectSpec {
        ProjectSpec {
            name: "fraud".parse().unwrap(),
            description: "Card fraud models".to_owned(),
            created_by: Some("alice".parse().unwrap()),
            suspended: false,
            termination: None,
            force_destroy: false,
        }
    }

    fn attribute(spec: &ProjectSpec) -> Option<&'static str> {
        spec.check().err().and_then(|error| error.attribute())
    }

    #[test]
    fn descriptions_are_what_the_web_application_takes() {
        assert_eq!(attribute(&spec()), None);
        for description in ["two\nlines", "na\u{ef}ve", &"x".repeat(4_001)] {
            let spec = ProjectSpec {
                description: description.to_owned(),
                ..spec()
            };
            assert_eq!(attribute(&spec), Some("description"), "{description}");
        }
        let longest = ProjectSpec {
            description: "x".repeat(4_000),
            ..spec()
        };
        assert_eq!(attribute(&longest), None);
    }

    #[test]
    fn termination_takes_times_of_day_and_whole_hours() {
        let with = |termination| ProjectSpec {
            termination: Some(termination),
            ..spec()
        };
        let time = |time: &str| TerminationConfig {
            default_notebook_stop_time: Some(time.to_owned()),
            ..TerminationConfig::default()
        };
        assert_eq!(attribute(&with(time("17:00"))), None);
        assert_eq!(attribute(&with(time("25:00"))), Some("termination"));
        let none = TerminationConfig {
            default_endpoint_ttl_hours: Some(0),
            ..TerminationConfig::default()
        };
        assert_eq!(attribute(&with(none)), Some("termination"));
    }
}
