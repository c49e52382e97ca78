//! Memberships: a role with a user's permissions in a project, and a record.
//!
//! The role is created without policies and gets them one by one, Denies before Allows; the record,
//! with the role's ARN, is written last. Deletion starts with the role and ends with the record, so
//! that the rest of an interrupted deletion is found, and deleted, by the next one.
//!
//! The membership of a project's last owner can be deleted, because a project and its members are
//! deleted together.

mod access;
mod delete;
mod desired_role;
mod inline;
mod places;
mod plan;
mod read;
mod records;
mod review;
mod role;
mod roles;
mod settle;
mod shared;
mod write;

pub use plan::PlannedMembership;
use review::ReadPolicies;

pub(crate) use desired_role::PASS_ROLE;
pub(crate) use inline::{InlinePolicies, Shares};
pub(crate) use records::MemberRecords;
pub(crate) use review::OWN;
pub(crate) use roles::MemberRoles;

use std::sync::Arc;

use tokio::sync::OnceCell;

use crate::aws::lock::Locks;
use crate::aws::{Clients, Error, Guard, Operation};
use crate::collisions::CaseCollisions;
use crate::directory::Directory;
use crate::group::Groups;
use crate::iam::{ManagedPolicies, Roles};
use crate::name::{ProjectName, UserName};
use crate::notebook::NotebookInventory;
use crate::ownership::{Kind, Object, Owned, Token};
use crate::project::{ProjectPolicies, ProjectRecords, SuspensionList};
use crate::records::RecordStore;
use crate::studio::StudioInventory;
use crate::user::UserRecords;
use shared::SharedPolicies;

/// What memberships are made of and what they depend on.
pub(crate) struct MembershipParts {
    pub(crate) records: Arc<dyn RecordStore>,
    pub(crate) roles: Arc<Roles>,
    pub(crate) policies: Arc<ManagedPolicies>,
    pub(crate) projects: Arc<ProjectRecords>,
    pub(crate) suspensions: Arc<SuspensionList>,
    pub(crate) members: Arc<MemberRecords>,
    pub(crate) groups: Arc<Groups>,
    pub(crate) inventory: Arc<NotebookInventory>,
    pub(crate) studio: Arc<StudioInventory>,
    pub(crate) collisions: Arc<CaseCollisions>,
    pub(crate) directory: Arc<Directory>,
    pub(crate) users: Arc<UserRecords>,
}

/// Memberships of users in projects.
pub struct Memberships {
    clients: Clients,
    records: Arc<dyn RecordStore>,
    roles: Arc<Roles>,
    policies: Arc<ManagedPolicies>,
    projects: Arc<ProjectRecords>,
    project_policies: ProjectPolicies,
    suspensions: Arc<SuspensionList>,
    shared: SharedPolicies,
    members: Arc<MemberRecords>,
    member_roles: MemberRoles,
    inline: InlinePolicies,
    groups: Arc<Groups>,
    inventory: Arc<NotebookInventory>,
    studio: Arc<StudioInventory>,
    collisions: Arc<CaseCollisions>,
    directory: Arc<Directory>,
    users: Arc<UserRecords>,
    external: OnceCell<ReadPolicies>,
    locks: Locks,
}

impl Memberships {
    /// Memberships made of these parts.
    pub(crate) fn new(clients: Clients, parts: MembershipParts) -> Self {
        Self {
            project_policies: ProjectPolicies::new(clients.clone()),
            shared: SharedPolicies::new(
                clients.clone(),
                Arc::clone(&parts.policies),
                Arc::clone(&parts.suspensions),
            ),
            member_roles: MemberRoles::new(clients.clone()),
            inline: InlinePolicies::new(clients.clone()),
            clients,
            records: parts.records,
            roles: parts.roles,
            policies: parts.policies,
            projects: parts.projects,
            suspensions: parts.suspensions,
            members: parts.members,
            groups: parts.groups,
            inventory: parts.inventory,
            studio: parts.studio,
            collisions: parts.collisions,
            directory: parts.directory,
            users: parts.users,
            external: OnceCell::new(),
            locks: Locks::default(),
        }
    }

    /// ARN of the role of a membership, which need not exist.
    ///
    /// # Errors
    /// When the caller's account cannot be read, or the name does not fit.
    pub async fn role_arn(&self, project: &ProjectName, user: &UserName) -> Result<String, Error> {
        self.member_roles.arn(project, user).await
    }

    /// Waits until this process changes no membership of the user, and keeps it so while the guard
    /// is held: a user's memberships share the user's policy.
    pub(crate) async fn lock(&self, user: &UserName) -> Guard {
        self.locks.lock(&user.as_str().to_ascii_lowercase()).await
    }

    /// Writes the inline policy of a membership's role again, if it is not as the records say. A role
    /// that does not exist is left to its membership.
    ///
    /// # Errors
    /// Those of the calls, and of a policy that does not fit.
    pub(crate) async fn rewrite_inline(
        &self,
        operation: &Operation,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<(), Error> {
        let _guard = self.lock(user).await;
        let role = self.member_roles.name(project, user)?;
        self.groups
            .sync_inline(operation, project, user, &role)
            .await
    }
}

/// A membership as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembershipSpec {
    /// The project.
    pub project: ProjectName,
    /// The user.
    pub user: UserName,
    /// Whether the user owns the project in the web application.
    pub owner: bool,
}

/// A membership as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The project.
    pub project: ProjectName,
    /// The user.
    pub user: UserName,
    /// Whether the user owns the project; false when the record is missing.
    pub owner: bool,
    /// Name of the role that holds the rights.
    pub role_name: String,
    /// ARN of that role.
    pub role_arn: String,
    /// What was changed outside that no other field shows: one sentence each.
    pub drift: Vec<String>,
    /// The token in its record.
    pub token: Option<Token>,
}

impl Owned for Membership {
    fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }
}

/// The membership, as an object that someone manages.
fn object(spec: &MembershipSpec) -> Object {
    Object::new(Kind::Membership, format!("{}/{}", spec.project, spec.user))
}

#[cfg(test)]
mod tests;
