//! The record of a group that is a member of a project.

use super::item::{Item, ItemBuilder, Key, Malformed, View};
use super::project_user::OWNER;
use crate::name::{GroupName, ProjectName};

/// Attribute of the record of a group in a project: the users whom the group may have given a role in
/// the project. MLSpace ignores it.
pub(crate) const GIVEN: &str = "terraformMembers";

/// A group that is a member of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectGroupRecord {
    /// The project; hash key.
    pub project: String,
    /// The group; range key.
    pub group: String,
    /// Permissions of the group's users on the project in the web application.
    pub permissions: Vec<String>,
}

impl ProjectGroupRecord {
    /// Attribute of the key that groups rows by project.
    pub const HASH: &'static str = "project";

    /// The key of the record of `group` in `project`.
    #[must_use]
    pub fn key(project: &ProjectName, group: &GroupName) -> Key {
        Key::hash(Self::HASH, project.as_str()).range("group", group.as_str())
    }

    /// Reads an item. Permissions of another type than MLSpace's count as none.
    ///
    /// # Errors
    /// When the key is missing.
    pub fn read(item: &Item) -> Result<Self, Malformed> {
        let view = View(item);
        Ok(Self {
            project: view.string(Self::HASH)?,
            group: view.string("group")?,
            permissions: view.strings("permissions").unwrap_or_default(),
        })
    }

    /// Whether the item has permissions as MLSpace reads them, or none.
    pub(crate) fn has_permissions(item: &Item) -> bool {
        View(item).strings("permissions").is_ok()
    }

    /// The item of a new member, as MLSpace's API writes it
    /// (`backend/src/ml_space_lambda/data_access_objects/project_group.py`,
    /// <https://github.com/awslabs/mlspace>).
    #[must_use]
    pub fn item(&self) -> Item {
        ItemBuilder::new()
            .string(Self::HASH, &self.project)
            .string("group", &self.group)
            .strings("permissions", &self.permissions)
            .build()
    }

    /// Whether the group's users own the project.
    #[must_use]
    pub fn is_owner(&self) -> bool {
        self.permissions.iter().any(|one| one == OWNER)
    }

    /// The permissions with or without ownership; the others stay.
    #[must_use]
    pub fn permissions_with(&self, owner: bool) -> Vec<String> {
        let others = self.permissions.iter().filter(|one| *one != OWNER).cloned();
        let own = owner.then(|| OWNER.to_owned());
        own.into_iter().chain(others).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_has_what_mlspace_writes() {
        for permissions in [&[][..], &[OWNER], &[OWNER, "other"]] {
            let record = ProjectGroupRecord {
                project: "fraud".to_owned(),
                group: "risk".to_owned(),
                permissions: permissions.iter().map(|&one| one.to_owned()).collect(),
            };
            let item = record.item();
            assert_eq!(ProjectGroupRecord::read(&item), Ok(record.clone()));
            let mut names: Vec<&str> = item.keys().map(String::as_str).collect();
            names.sort_unstable();
            assert_eq!(names, ["group", "permissions", "project"]);
            assert_eq!(record.is_owner(), !permissions.is_empty());
            assert_eq!(record.permissions_with(record.is_owner()), permissions);
            let without = permissions.iter().filter(|&&one| one != OWNER);
            assert!(record.permissions_with(false).iter().eq(without));
        }
    }
}
