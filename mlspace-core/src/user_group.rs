//! Groups of users, as MLSpace keeps them: a record, a row for each member, and a history of both.
//!
//! Rights follow from the rows: what is shared with a group, and granted to it, is in the policies of
//! the roles of its users (module `group`), and users of a group that is in a project have a role
//! there ([`crate::project_group`]). A change first notes in the group's record whose rows it
//! changes, then changes them, lets the roles of these users follow, and takes the note off. An
//! interrupted change is told of by the next refresh, and the next apply continues it.

mod plan;
mod read;
mod records;
mod spec;
mod write;

pub use spec::UserGroupSpec;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use crate::aws::{Cached, Clients};
use crate::directory::Directory;
use crate::external_location::LocationStore;
use crate::group::Groups;
use crate::membership::{MemberRecords, Memberships};
use crate::name::{GroupName, UserName};
use crate::owners::Owners;
use crate::ownership::{Kind, Object, Owned, Token};
use crate::records::RecordStore;
use crate::user::UserRecords;

/// What groups of users are made of and what they depend on.
pub(crate) struct UserGroupParts {
    pub(crate) records: Arc<dyn RecordStore>,
    pub(crate) users: Arc<UserRecords>,
    pub(crate) groups: Arc<Groups>,
    pub(crate) members: Arc<MemberRecords>,
    pub(crate) memberships: Arc<Memberships>,
    pub(crate) owners: Arc<Owners>,
    pub(crate) locations: Arc<LocationStore>,
    pub(crate) directory: Arc<Directory>,
}

/// Groups of users.
pub struct UserGroups {
    clients: Clients,
    records: Arc<dyn RecordStore>,
    users: Arc<UserRecords>,
    groups: Arc<Groups>,
    member_records: Arc<MemberRecords>,
    memberships: Arc<Memberships>,
    owners: Arc<Owners>,
    locations: Arc<LocationStore>,
    directory: Arc<Directory>,
    /// Names of all groups on record.
    names: Cached<BTreeSet<String>>,
    /// Groups that this process plans to create.
    planned: Mutex<BTreeSet<GroupName>>,
}

impl UserGroups {
    /// Groups made of these parts.
    pub(crate) fn new(clients: Clients, parts: UserGroupParts) -> Self {
        Self {
            clients,
            records: parts.records,
            users: parts.users,
            groups: parts.groups,
            member_records: parts.members,
            memberships: parts.memberships,
            owners: parts.owners,
            locations: parts.locations,
            directory: parts.directory,
            names: Cached::default(),
            planned: Mutex::default(),
        }
    }
}

/// A group as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserGroup {
    /// The name.
    pub name: GroupName,
    /// Description.
    pub description: String,
    /// Its users.
    pub members: BTreeSet<UserName>,
    /// Who created it, or empty.
    pub created_by: String,
    /// Creation time, in seconds since the epoch; 0 when the record has none.
    pub created_at: i64,
    /// What was changed outside, or is not finished: one sentence each.
    pub drift: Vec<String>,
    /// The token in the record.
    pub token: Option<Token>,
}

impl Owned for UserGroup {
    fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }
}

/// The group, as an object that someone manages.
fn object(name: &GroupName) -> Object {
    Object::new(Kind::Group, name)
}

#[cfg(test)]
mod tests;
