//! Reading groups in projects.

use std::collections::BTreeSet;

use super::{ProjectGroup, ProjectGroupKey, ProjectGroups};
use crate::aws::{Error, IfPresent as _};
use crate::name::UserName;
use crate::ownership::Token;
use crate::records::{GIVEN, Item, ProjectGroupRecord, REMOVING, View, is_unfinished};

/// A row, with the item it was read from.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) record: ProjectGroupRecord,
    pub(super) item: Item,
}

impl Found {
    pub(super) fn token(&self) -> Option<Token> {
        Token::of_item(&self.item)
    }

    /// The users whom the group may have given a role. What cannot be a user's name has none.
    pub(super) fn given(&self) -> BTreeSet<UserName> {
        let names = View(&self.item).strings(GIVEN).unwrap_or_default();
        names.iter().filter_map(|name| name.parse().ok()).collect()
    }
}

impl ProjectGroups {
    pub(super) fn table(&self) -> &str {
        &self.clients.settings().table_names.project_groups
    }

    /// The row as it is now. A missing table has none.
    pub(super) async fn find(&self, key: &ProjectGroupKey) -> Result<Option<Found>, Error> {
        let row = ProjectGroupRecord::key(&key.project, &key.group);
        let item = self.records.get(self.table(), &row).await;
        self.found(key, item.if_present()?.flatten())
    }

    fn found(&self, key: &ProjectGroupKey, item: Option<Item>) -> Result<Option<Found>, Error> {
        let Some(item) = item else {
            return Ok(None);
        };
        let row = ProjectGroupRecord::key(&key.project, &key.group);
        let record =
            ProjectGroupRecord::read(&item).map_err(|error| error.of(self.table(), &row))?;
        Ok(Some(Found { record, item }))
    }

    /// The group in the project as it is, with what its users' roles lack; `None` when it is not on
    /// record.
    ///
    /// # Errors
    /// When AWS can't be reached or refuses the calls, or the record is malformed.
    pub async fn read(&self, key: &ProjectGroupKey) -> Result<Option<ProjectGroup>, Error> {
        let row = ProjectGroupRecord::key(&key.project, &key.group);
        let item = self.records.read(self.table(), &row).await;
        let Some(found) = self.found(key, item.if_present()?.flatten())? else {
            return Ok(None);
        };
        let mut read = project_group(key, &found);
        let mut users = found.given();
        if !found.item.contains_key(REMOVING) {
            users.extend(self.groups.cached_members_of(&key.group).await?);
        }
        for user in users {
            let drift = self.memberships.drift_through_groups(&key.project, &user);
            read.drift.extend(Box::pin(drift).await?);
        }
        // Roles share policies.
        read.drift.sort();
        read.drift.dedup();
        Ok(Some(read))
    }
}

/// The group on record.
pub(super) fn project_group(key: &ProjectGroupKey, found: &Found) -> ProjectGroup {
    let mut drift = Vec::new();
    if !ProjectGroupRecord::has_permissions(&found.item) {
        drift.push(format!(
            "the record of group `{}` in project `{}` has no list of strings in `permissions`",
            key.group, key.project
        ));
    }
    if is_unfinished(&found.item) {
        drift.push(format!(
            "adding group `{}` to project `{}` was interrupted",
            key.group, key.project
        ));
    }
    if found.item.contains_key(REMOVING) {
        drift.push(format!(
            "the removal of group `{}` from project `{}` was interrupted",
            key.group, key.project
        ));
    }
    ProjectGroup {
        key: key.clone(),
        owner: found.record.is_owner(),
        drift,
        token: found.token(),
    }
}
