//! Groups as members of projects, as MLSpace records them: one row for a group in a project, none for
//! its users.
//!
//! A role follows from reasons: that the user is recorded as a member by name, or is in a group that is.
//! Whoever adds or takes away a reason writes the records first and then brings the roles in line with
//! all reasons there are now (`Memberships::settle`), so that of two who take away the last two, the
//! later one removes the role. Rows note whom the group may have given a role, and whether the group is
//! being removed: an interrupted change is told of by the next refresh, and the next apply continues
//! it.

mod plan;
mod read;
mod write;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::aws::Clients;
use crate::directory::Directory;
use crate::group::Groups;
use crate::membership::{MemberRecords, Memberships};
use crate::name::{GroupName, ProjectName, UserName};
use crate::owners::Owners;
use crate::ownership::{Kind, Object, Owned, Token};
use crate::records::RecordStore;

/// What groups in projects are made of and what they depend on.
pub(crate) struct ProjectGroupParts {
    pub(crate) records: Arc<dyn RecordStore>,
    pub(crate) members: Arc<MemberRecords>,
    pub(crate) memberships: Arc<Memberships>,
    pub(crate) groups: Arc<Groups>,
    pub(crate) owners: Arc<Owners>,
    pub(crate) directory: Arc<Directory>,
}

/// Groups as members of projects.
pub struct ProjectGroups {
    clients: Clients,
    records: Arc<dyn RecordStore>,
    members: Arc<MemberRecords>,
    memberships: Arc<Memberships>,
    groups: Arc<Groups>,
    owners: Arc<Owners>,
    directory: Arc<Directory>,
}

impl ProjectGroups {
    /// Groups in projects made of these parts.
    pub(crate) fn new(clients: Clients, parts: ProjectGroupParts) -> Self {
        Self {
            clients,
            records: parts.records,
            members: parts.members,
            memberships: parts.memberships,
            groups: parts.groups,
            owners: parts.owners,
            directory: parts.directory,
        }
    }
}

/// Which group in which project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectGroupKey {
    /// The project.
    pub project: ProjectName,
    /// The group.
    pub group: GroupName,
}

/// As in `fraud/analysts`: the id that imports take.
impl fmt::Display for ProjectGroupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.project, self.group)
    }
}

impl ProjectGroupKey {
    /// The group in the project, as an object that someone manages.
    fn object(&self) -> Object {
        Object::new(Kind::ProjectGroup, self)
    }
}

/// A group in a project as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectGroupSpec {
    /// Which group in which project.
    pub key: ProjectGroupKey,
    /// Whether the group's users own the project.
    pub owner: bool,
    /// Whether the project may be left without an owner.
    pub allow_ownerless_projects: bool,
}

/// A group in a project as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectGroup {
    /// Which group in which project.
    pub key: ProjectGroupKey,
    /// Whether the group's users own the project.
    pub owner: bool,
    /// What was changed outside, or is not finished: one sentence each.
    pub drift: Vec<String>,
    /// The token in the record.
    pub token: Option<Token>,
}

impl Owned for ProjectGroup {
    fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }
}

/// Names as a record has them.
fn names(users: &BTreeSet<UserName>) -> Vec<String> {
    users.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests;
