//! Records of groups and of their users.

use std::collections::BTreeSet;

use super::UserGroups;
use crate::aws::{Error, IfPresent as _};
use crate::name::{GroupName, UserName};
use crate::ownership::Token;
use crate::records::{CHANGING, GroupRecord, GroupUserRecord, Item, View};

/// A group's record, with the item it was read from.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) record: GroupRecord,
    pub(super) item: Item,
}

impl Found {
    pub(super) fn token(&self) -> Option<Token> {
        Token::of_item(&self.item)
    }

    /// The users whose roles do not follow yet. What cannot be a user's name has no role.
    pub(super) fn changing(&self) -> BTreeSet<UserName> {
        let names = View(&self.item).strings(CHANGING).unwrap_or_default();
        names.iter().filter_map(|name| name.parse().ok()).collect()
    }
}

impl UserGroups {
    pub(super) fn table(&self) -> &str {
        &self.clients.settings().table_names.groups
    }

    pub(super) fn users_table(&self) -> &str {
        &self.clients.settings().table_names.group_users
    }

    /// The record as it is now. A missing table has none.
    pub(super) async fn find(&self, name: &GroupName) -> Result<Option<Found>, Error> {
        let key = GroupRecord::key(name);
        let item = self.records.get(self.table(), &key).await;
        self.found(name, item.if_present()?.flatten())
    }

    pub(super) fn found(
        &self,
        name: &GroupName,
        item: Option<Item>,
    ) -> Result<Option<Found>, Error> {
        let Some(item) = item else {
            return Ok(None);
        };
        let record = GroupRecord::read(&item)
            .map_err(|error| error.of(self.table(), &GroupRecord::key(name)))?;
        Ok(Some(Found { record, item }))
    }

    /// The users who are in the group now. Rows with names that no user can have give no rights, and
    /// are left alone.
    pub(super) async fn members(&self, name: &GroupName) -> Result<BTreeSet<UserName>, Error> {
        let items = self
            .records
            .query(self.users_table(), "group", name.as_str())
            .await?;
        let user = |item: &Item| GroupUserRecord::read(item).ok()?.user.parse().ok();
        Ok(items.iter().filter_map(user).collect())
    }

    /// The names of all groups on record, as they were at the first look.
    pub(super) async fn recorded(&self) -> Result<std::sync::Arc<BTreeSet<String>>, Error> {
        self.names
            .get(|| async {
                let items = self.records.scan(self.table(), &[GroupRecord::HASH]).await;
                let items = items.if_present()?.unwrap_or_default();
                let name = |item: &Item| View(item).string(GroupRecord::HASH).ok();
                Ok(items.iter().filter_map(name).collect())
            })
            .await
    }
}
