//! The records of groups: their users, and the datasets that are shared with them.

use super::item::{Item, ItemBuilder, Key, Malformed, View};
use crate::name::{DatasetName, GroupName, UserName};

/// Attribute of a group's record: the users whose roles do not follow yet what the table of the
/// group's users says. MLSpace ignores it.
pub(crate) const CHANGING: &str = "terraformChanging";

/// A group of users.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupRecord {
    /// The group's name; the key.
    pub name: String,
    /// Description of the group.
    pub description: String,
    /// Who created it, or empty.
    pub created_by: String,
    /// Creation time, in seconds since the epoch; 0 when the record has none.
    pub created_at: i64,
}

impl GroupRecord {
    /// Attribute of the key.
    pub const HASH: &'static str = "name";

    /// The key of a group's record.
    #[must_use]
    pub fn key(group: &GroupName) -> Key {
        Key::hash(Self::HASH, group.as_str())
    }

    /// Reads an item.
    ///
    /// # Errors
    /// When the name is missing.
    pub fn read(item: &Item) -> Result<Self, Malformed> {
        let view = View(item);
        Ok(Self {
            name: view.string(Self::HASH)?,
            description: view.text_or_empty("description"),
            created_by: view.text_or_empty("createdBy"),
            created_at: view.integer("createdAt").unwrap_or(0),
        })
    }

    /// The item of a new group, as MLSpace's API writes it
    /// (`backend/src/ml_space_lambda/data_access_objects/group.py`,
    /// <https://github.com/awslabs/mlspace>).
    #[must_use]
    pub fn item(&self) -> Item {
        ItemBuilder::new()
            .string(Self::HASH, &self.name)
            .string("description", &self.description)
            .string("createdBy", &self.created_by)
            .integer("createdAt", self.created_at)
            .integer("lastUpdatedAt", self.created_at)
            .build()
    }

    /// The attributes without which MLSpace takes the group for missing.
    pub(crate) fn missing(item: &Item) -> Vec<&'static str> {
        let view = View(item);
        let needed = ["description", "createdBy"];
        let missing = needed.into_iter().filter(|name| !view.is_string(name));
        missing.collect()
    }
}

/// What happened to a user in a group, in MLSpace's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MemberAction {
    /// The user joined.
    Added,
    /// The user left.
    Removed,
    /// The group was deleted.
    GroupDeleted,
}

/// The item that tells of a user who joined or left a group `at` this time, in milliseconds since the
/// epoch, by `by`
/// (`backend/src/ml_space_lambda/data_access_objects/group_membership_history.py`,
/// <https://github.com/awslabs/mlspace>).
pub(crate) fn history(
    group: &GroupName,
    user: &UserName,
    action: MemberAction,
    by: &str,
    at: i64,
) -> Item {
    let action = match action {
        MemberAction::Added => "ADDED",
        MemberAction::Removed => "REMOVED",
        MemberAction::GroupDeleted => "GROUP_DELETED",
    };
    ItemBuilder::new()
        .string("group", group.as_str())
        .string("user", user.as_str())
        .string("action", action)
        .string("actionedBy", by)
        .integer("actionedAt", at)
        .build()
}

/// A user in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupUserRecord {
    /// The group; hash key.
    pub group: String,
    /// The user; range key.
    pub user: String,
}

impl GroupUserRecord {
    /// The key of the record that puts `user` into `group`.
    #[must_use]
    pub fn key(group: &GroupName, user: &UserName) -> Key {
        Key::hash("group", group.as_str()).range("user", user.as_str())
    }

    /// The item of a new member: MLSpace gives users of a group neither permissions nor a role
    /// (`backend/src/ml_space_lambda/data_access_objects/group_user.py`,
    /// <https://github.com/awslabs/mlspace>).
    #[must_use]
    pub fn item(group: &GroupName, user: &UserName) -> Item {
        ItemBuilder::new()
            .string("group", group.as_str())
            .string("user", user.as_str())
            .strings("permissions", &[])
            .string("role", "")
            .build()
    }

    /// Reads an item, of the table or of its index.
    ///
    /// # Errors
    /// When a key attribute is missing.
    pub fn read(item: &Item) -> Result<Self, Malformed> {
        let view = View(item);
        Ok(Self {
            group: view.string("group")?,
            user: view.string("user")?,
        })
    }
}

/// A dataset shared with a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupDatasetRecord {
    /// The group; hash key.
    pub group: String,
    /// The dataset; range key.
    pub dataset: String,
}

impl GroupDatasetRecord {
    /// The key of the record that shares `dataset` with `group`.
    #[must_use]
    pub fn key(group: &GroupName, dataset: &DatasetName) -> Key {
        Key::hash("group", group.as_str()).range("dataset", dataset.as_str())
    }

    /// Reads an item, of the table or of its index.
    ///
    /// # Errors
    /// When a key attribute is missing.
    pub fn read(item: &Item) -> Result<Self, Malformed> {
        let view = View(item);
        Ok(Self {
            group: view.string("group")?,
            dataset: view.string("dataset")?,
        })
    }

    /// The item.
    #[must_use]
    pub fn item(&self) -> Item {
        ItemBuilder::new()
            .string("group", &self.group)
            .string("dataset", &self.dataset)
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn group_items_have_what_mlspace_writes() {
        let record = GroupRecord {
            name: "risk".to_owned(),
            description: "Risk".to_owned(),
            created_by: "alice".to_owned(),
            created_at: 1_700_000_000,
        };
        let item = record.item();
        assert_eq!(GroupRecord::read(&item), Ok(record));
        let names = |item: &Item| {
            let mut names: Vec<&str> = item.keys().map(String::as_str).collect();
            names.sort_unstable();
            names.join(" ")
        };
        assert_eq!(
            names(&item),
            "createdAt createdBy description lastUpdatedAt name"
        );
        assert_eq!(GroupRecord::missing(&item), [""; 0]);
        let (risk, alice) = ("risk".parse().unwrap(), "alice".parse().unwrap());
        let row = GroupUserRecord::item(&risk, &alice);
        assert_eq!(names(&row), "group permissions role user");
        let told = history(&risk, &alice, MemberAction::Removed, "carol", 5);
        assert_eq!(names(&told), "action actionedAt actionedBy group user");
        assert_eq!(View(&told).string("action"), Ok("REMOVED".to_owned()));
    }

    #[test]
    fn group_dataset_item_round_trips() {
        let record = GroupDatasetRecord {
            group: "risk".to_owned(),
            dataset: "cards".to_owned(),
        };
        assert_eq!(GroupDatasetRecord::read(&record.item()), Ok(record.clone()));
        let key = GroupDatasetRecord::key(&"risk".parse().unwrap(), &"cards".parse().unwrap());
        assert_eq!(key.attributes(), record.item());
    }
}
