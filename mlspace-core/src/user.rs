//! Users: the people whom MLSpace knows, and their suspension.
//!
//! A user is a record. Rights come from memberships; a suspended user is denied everything by a
//! policy that all of the user's roles carry: the user's own in the model `per_principal`, the list
//! of the suspended in the model `attribute`. That reaches roles that Terraform does not manage, and
//! both models where a deployment changes over.
//!
//! The record says first whether the user is suspended, so that whoever sets up a role meanwhile goes
//! by it; policies and notebooks follow. Until they have, the record has a mark, which the next
//! refresh tells of and the next apply acts on.

mod plan;
mod read;
mod records;
mod spec;
mod suspension;
mod write;

pub use spec::{UserSpec, UserSpecError, check_display_name, check_email};

pub(crate) use records::{RecordedUsers, UserRecords};

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use crate::aws::Clients;
use crate::collisions::CaseCollisions;
use crate::directory::Directory;
use crate::group::Groups;
use crate::iam::{ManagedPolicies, Roles};
use crate::membership::{MemberRecords, MemberRoles, Memberships};
use crate::name::UserName;
use crate::notebook::NotebookInventory;
use crate::owners::Owners;
use crate::ownership::{Kind, Object, Owned, Token};
use crate::project::{ProjectRecords, SuspensionList};
use crate::studio::StudioInventory;

/// What users are made of and what they depend on.
pub(crate) struct UserParts {
    pub(crate) owners: Arc<Owners>,
    pub(crate) users: Arc<UserRecords>,
    pub(crate) roles: Arc<Roles>,
    pub(crate) policies: Arc<ManagedPolicies>,
    pub(crate) suspensions: Arc<SuspensionList>,
    pub(crate) projects: Arc<ProjectRecords>,
    pub(crate) members: Arc<MemberRecords>,
    pub(crate) memberships: Arc<Memberships>,
    pub(crate) groups: Arc<Groups>,
    pub(crate) inventory: Arc<NotebookInventory>,
    pub(crate) studio: Arc<StudioInventory>,
    pub(crate) collisions: Arc<CaseCollisions>,
    pub(crate) directory: Arc<Directory>,
}

/// Users of the platform.
pub struct Users {
    clients: Clients,
    owners: Arc<Owners>,
    users: Arc<UserRecords>,
    roles: Arc<Roles>,
    policies: Arc<ManagedPolicies>,
    suspensions: Arc<SuspensionList>,
    projects: Arc<ProjectRecords>,
    members: Arc<MemberRecords>,
    member_roles: MemberRoles,
    memberships: Arc<Memberships>,
    groups: Arc<Groups>,
    inventory: Arc<NotebookInventory>,
    studio: Arc<StudioInventory>,
    collisions: Arc<CaseCollisions>,
    directory: Arc<Directory>,
    /// Users that this process plans to suspend.
    planned: Mutex<BTreeSet<UserName>>,
}

impl Users {
    /// Users made of these parts.
    pub(crate) fn new(clients: Clients, parts: UserParts) -> Self {
        Self {
            member_roles: MemberRoles::new(clients.clone()),
            clients,
            owners: parts.owners,
            users: parts.users,
            roles: parts.roles,
            policies: parts.policies,
            suspensions: parts.suspensions,
            projects: parts.projects,
            members: parts.members,
            memberships: parts.memberships,
            groups: parts.groups,
            inventory: parts.inventory,
            studio: parts.studio,
            collisions: parts.collisions,
            directory: parts.directory,
            planned: Mutex::default(),
        }
    }
}

/// A user as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The name.
    pub name: UserName,
    /// The name that MLSpace shows.
    pub display_name: String,
    /// E-mail address, or empty.
    pub email: String,
    /// Whether the user administers MLSpace.
    pub admin: bool,
    /// Whether the user is denied everything.
    pub suspended: bool,
    /// Creation time, in seconds since the epoch; 0 when the record has none.
    pub created_at: i64,
    /// What was changed outside that no other field shows: one sentence each.
    pub drift: Vec<String>,
    /// The token in the record.
    pub token: Option<Token>,
}

impl Owned for User {
    fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }
}

/// The user, as an object that someone manages.
fn object(name: &UserName) -> Object {
    Object::new(Kind::User, name)
}

#[cfg(test)]
mod tests;
