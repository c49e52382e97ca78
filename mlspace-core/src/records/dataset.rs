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

    /// Reads an item. The type of a record without one follows from its scope or location.
    ///
    /// # Errors
    /// When the key or the type is missing.
    pub fn read(item: &Item) -> Result<Self, Malformed> {
        let view = View(item);
        let (scope, location) = (view.string("scope")?, view.text_or_empty("location"));
        let kind = view.string("type").or_else(|missing| {
            let kind = kind_of(&scope, &location).ok_or(missing)?;
            Ok(kind.to_owned())
        })?;
        Ok(Self {
            name: view.string("name")?,
            kind,
            description: view.text_or_empty("description"),
            created_by: view.text_or_empty("createdBy"),
            created_at: view.integer("createdAt").unwrap_or(0),
            last_updated_at: view.integer("lastUpdatedAt").unwrap_or(0),
            groups: view.strings("groups").unwrap_or_default(),
            scope,
            location,
        })
    }

    /// The attributes without which MLSpace cannot read the item.
    pub(crate) fn missing(item: &Item) -> Vec<&'static str> {
        let needed = ["type", "description", "location", "createdBy"];
        let view = View(item);
        let missing = needed.into_iter().filter(|name| !view.is_string(name));
        missing.collect()
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

/// The type that the first part of a location says, or the scope.
fn kind_of(scope: &str, location: &str) -> Option<&'static str> {
    let prefix = location.strip_prefix("s3://").and_then(|rest| {
        let (_, key) = rest.split_once('/')?;
        key.split('/').next()
    });
    let kinds = ["global", "project", "private", "group"];
    let named = |kind: &&str| Some(*kind) == prefix;
    let found = kinds.into_iter().find(named);
    found.or_else(|| ["global", "group"].into_iter().find(|kind| *kind == scope))
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

    #[test]
    fn read_infers_a_missing_type() {
        let read = |scope: &str, location: &str| {
            let item = ItemBuilder::new()
                .string("scope", scope)
                .string("name", "cards")
                .string("location", location)
                .build();
            DatasetRecord::read(&item).map(|record| record.kind).ok()
        };
        let location = "s3://data/project/fraud/datasets/cards/";
        assert_eq!(read("fraud", location).as_deref(), Some("project"));
        let location = "s3://data/private/global/datasets/cards/";
        assert_eq!(read("global", location).as_deref(), Some("private"));
        assert_eq!(read("global", "").as_deref(), Some("global"));
        assert_eq!(read("fraud", ""), None);
        assert_eq!(read("fraud", "s3://data/other/x/"), None);
    }

    #[test]
    fn missing_names_what_mlspace_needs() {
        let item = ItemBuilder::new()
            .string("scope", "global")
            .string("name", "cards")
            .string("type", "global")
            .integer("description", 5)
            .build();
        let missing = ["description", "location", "createdBy"];
        assert_eq!(DatasetRecord::missing(&item), missing);
    }
}
