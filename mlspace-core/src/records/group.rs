//! The records of groups: their users, and the datasets that are shared with them.

use super::item::{Item, ItemBuilder, Key, Malformed, View};
use crate::name::{DatasetName, GroupName, UserName};

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
