//! Projects: a record, and a policy that is attached to all members' roles.
//!
//! The policy is created first, then the budget, if it has one, and the record last: a record says that the project is complete. An
//! interrupted create leaves a policy that has the token of a create as a tag, and no record; the
//! next create continues from there. An existing record belongs to a complete project, which has to
//! be imported. Deletion starts with the policy and ends with the record.

mod delete;
mod plan;
mod policies;
mod read;
mod records;
mod spec;
mod suspensions;
mod write;

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use crate::aws::Clients;
use crate::aws::lock::Locks;
use crate::budget::Budgets;
use crate::collisions::CaseCollisions;
use crate::dataset::Datasets;
use crate::grant::Grants;
use crate::iam::{ManagedPolicies, Roles};
use crate::membership::{MemberRecords, MemberRoles, Memberships};
use crate::name::ProjectName;
use crate::notebook::{NotebookInventory, Notebooks};
use crate::ownership::{Kind, Object, Owned, Token};
use crate::records::RecordStore;
pub use crate::records::{ProjectRecord, TerminationConfig};
use crate::studio::StudioInventory;
use crate::user::UserRecords;
pub use plan::PlannedProject;
pub use spec::{DESCRIPTION_MAX, ProjectSpec, check_description};

pub(crate) use policies::ProjectPolicies;
pub(crate) use records::{ProjectRecords, missing_project};
pub(crate) use suspensions::{SuspensionList, shared_policy_remedy};

/// Projects of the platform.
pub struct Projects {
    clients: Clients,
    records: Arc<dyn RecordStore>,
    roles: Arc<Roles>,
    policies: Arc<ManagedPolicies>,
    projects: Arc<ProjectRecords>,
    project_policies: ProjectPolicies,
    suspensions: Arc<SuspensionList>,
    budgets: Budgets,
    collisions: Arc<CaseCollisions>,
    inventory: Arc<NotebookInventory>,
    studio: Arc<StudioInventory>,
    members: Arc<MemberRecords>,
    users: Arc<UserRecords>,
    member_roles: MemberRoles,
    /// Removed with the project, if it is destroyed by force.
    dependents: DependentResources,
    locks: Locks,
    planned: PlannedSuspensions,
    /// Whether a plan has warned of MLSpace's web application.
    warned: AtomicBool,
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
    pub(crate) budgets: Budgets,
    pub(crate) collisions: Arc<CaseCollisions>,
    pub(crate) inventory: Arc<NotebookInventory>,
    pub(crate) studio: Arc<StudioInventory>,
    pub(crate) members: Arc<MemberRecords>,
    pub(crate) users: Arc<UserRecords>,
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
            budgets: parts.budgets,
            collisions: parts.collisions,
            inventory: parts.inventory,
            studio: parts.studio,
            members: parts.members,
            users: parts.users,
            dependents: parts.dependents,
            locks: Locks::default(),
            planned: PlannedSuspensions::default(),
            warned: AtomicBool::new(false),
        }
    }
}

/// The resources that live in projects.
#[derive(Clone)]
pub(crate) struct DependentResources {
    pub(crate) memberships: Arc<Memberships>,
    pub(crate) datasets: Arc<Datasets>,
    pub(crate) notebooks: Arc<Notebooks>,
    pub(crate) grants: Arc<Grants>,
}

/// A project as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The name.
    pub name: ProjectName,
    /// Its record; `None` when it is missing.
    pub record: Option<ProjectRecord>,
    /// Whether its members are denied everything. Without a record, the project's policy tells.
    pub suspended: bool,
    /// ARN of the policy that its members' roles carry; `None` where all memberships share theirs.
    pub policy_arn: Option<String>,
    /// What was changed outside that no other field shows: one sentence each.
    pub drift: Vec<String>,
    /// The token in its record.
    pub token: Option<Token>,
}

impl Owned for Project {
    fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }
}

/// The project, as an object that someone manages.
pub(crate) fn object(name: &ProjectName) -> Object {
    Object::new(Kind::Project, name)
}

/// The time now, in seconds since the epoch.
pub(crate) fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

#[cfg(test)]
mod tests;
