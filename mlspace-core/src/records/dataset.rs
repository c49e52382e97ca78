//! The record of a dataset.

use super::item::{Item, ItemBuilder, Key, Malformed, View};
use crate::layout::DatasetKey;

/// A dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetRecord {
    /// The project, the user, `global` or `group`; hash key.
    pub scope: String,
    /// The dataset's name; range key.
    pub name: String,
    /// `global`, `project`, `private` or `group`.
    pub kind: String,
    /// Description of the content.
    pub description: String,
    /// Prefix of its objects, as an `s3://` URL that ends with a slash.
    pub location: String,
    /// The user who owns the record, or empty.
    pub created_by: String,
    /// Creation time, in seconds since the epoch.
    pub created_at: i64,
    /// Time of the last change, in seconds since the epoch.
    pub last_updated_at: i64,
    /// The groups it is shared with, for type `group`.
    pub groups: Vec<String>,
}

impl DatasetRecord {
    /// The key of a dataset's record.
    #[must_use]
    pub fn key(dataset: &DatasetKey) -> Key {
        Key::hash("scope", dataset.record_scope()).range("name", dataset.name.as_str())
    }

    /// Reads an item.
    ///
    /// # Errors
    /// When an attribute has another type than MLSpace's.
    pub fn read(item: &Item) -> Result<Self, Malformed> {
        let view = View(item);
        Ok(Self {
            scope: view.string("scope")?,
            name: view.string("name")?,
            kind: view.string("type")?,
            description: view.string_or_empty("description")?,
            location: view.string_or_empty("location")?,
            created_by: view.string_or_empty("createdBy")?,
            created_at: view.integer("createdAt")?.unwrap_or(0),
            last_updated_at: view.integer("lastUpdatedAt")?.unwrap_or(0),
            groups: view.strings("groups")?,
        })
    }

    /// The item of a new dataset.
    #[must_use]
    pub fn item(&self) -> Item {
        ItemBuilder::new()
            .string("scope", &self.scope)
            .string("name", &self.name)
            .string("type", &self.kind)
            .string("description", &self.description)
            .string("location", &self.location)
            .string("createdBy", &self.created_by)
            .integer("createdAt", self.created_at)
            .integer("lastUpdatedAt", self.last_updated_at)
            .strings("groups", &self.groups)
            .build()
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::*;

    #[test]
    fn item_round_trips_with_mlspace_names() {
        let record = DatasetRecord {
            scope: "group".to_owned(),
            name: "cards".to_owned(),
            kind: "group".to_owned(),
            description: String::new(),
            location: "s3://data/group/datasets/cards/".to_owned(),
            created_by: "alice".to_owned(),
            created_at: 1,
            last_updated_at: 2,
            groups: vec!["risk".to_owned()],
        };
        let item = record.item();
        assert_eq!(item["type"], AttributeValue::S("group".to_owned()));
        assert_eq!(item["lastUpdatedAt"], AttributeValue::N("2".to_owned()));
        assert_eq!(DatasetRecord::read(&item), Ok(record));
    }

    #[test]
    fn key_is_scope_and_name() {
        let key = DatasetRecord::key(&"project/fraud/cards".parse().unwrap());
        assert_eq!(key, Key::hash("scope", "fraud").range("name", "cards"));
    }
}
