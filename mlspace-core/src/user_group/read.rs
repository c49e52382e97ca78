//! Reading groups.

use std::collections::BTreeSet;

use super::records::Found;
use super::{UserGroup, UserGroups};
use crate::aws::{Error, IfPresent as _};
use crate::name::{GroupName, UserName};
use crate::records::{GroupRecord, REMOVING};

impl UserGroups {
    /// The group as it is; `None` when it is not on record.
    ///
    /// # Errors
    /// When AWS can't be reached or refuses the calls, or the record is malformed.
    pub async fn read(&self, name: &GroupName) -> Result<Option<UserGroup>, Error> {
        let key = GroupRecord::key(name);
        let item = self.records.read(self.table(), &key).await;
        let Some(found) = self.found(name, item.if_present()?.flatten())? else {
            return Ok(None);
        };
        let members = self.groups.cached_members_of(name).await?;
        Ok(Some(group(name, &found, members)))
    }

    /// All groups on record, in the order of their names. Names that no group here can have are left
    /// out.
    ///
    /// # Errors
    /// When AWS can't be reached or refuses the calls.
    pub async fn all(&self) -> Result<Vec<UserGroup>, Error> {
        let attributes = ["name", "description", "createdBy", "createdAt"];
        let items = self.records.scan(self.table(), &attributes).await;
        let mut groups = Vec::new();
        for item in items.if_present()?.unwrap_or_default() {
            let Ok(record) = GroupRecord::read(&item) else {
                continue;
            };
            let Ok(name) = record.name.parse::<GroupName>() else {
                continue;
            };
            let members = self.groups.cached_members_of(&name).await?;
            groups.push(group(&name, &Found { record, item }, members));
        }
        groups.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(groups)
    }
}

/// The group on record.
pub(super) fn group(name: &GroupName, found: &Found, members: BTreeSet<UserName>) -> UserGroup {
    let mut drift = Vec::new();
    let missing = GroupRecord::missing(&found.item);
    if !missing.is_empty() {
        drift.push(format!(
            "the record of group `{name}` lacks `{}`, which MLSpace needs",
            missing.join("`, `")
        ));
    }
    let changing = found.changing();
    if !changing.is_empty() {
        let users: Vec<String> = changing.iter().map(|user| format!("`{user}`")).collect();
        drift.push(format!(
            "a change of group `{name}` was interrupted: the roles of {} do not follow it yet",
            users.join(", ")
        ));
    }
    if found.item.contains_key(REMOVING) {
        drift.push(format!("the removal of group `{name}` was interrupted"));
    }
    UserGroup {
        name: name.clone(),
        description: found.record.description.clone(),
        members,
        created_by: found.record.created_by.clone(),
        created_at: found.record.created_at,
        drift,
        token: found.token(),
    }
}
