//! The record of a project.

use aws_sdk_dynamodb::types::AttributeValue;

use super::change::Change;
use super::item::{Item, ItemBuilder, Key, Malformed, View};
use crate::name::ProjectName;

/// Times after which a project's resources are stopped or deleted automatically: MLSpace's
/// `terminationConfiguration`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TerminationConfig {
    /// Time of day at which notebooks are stopped, as `HH:MM` in UTC.
    pub default_notebook_stop_time: Option<String>,
    /// Whether the owner of a notebook can choose another time.
    pub allow_notebook_owner_override: bool,
    /// Hours after which endpoints are deleted.
    pub default_endpoint_ttl_hours: Option<i64>,
    /// Whether the owner of an endpoint can choose another time.
    pub allow_endpoint_owner_override: bool,
    /// Hours after which EMR clusters are terminated.
    pub default_emr_cluster_ttl_hours: Option<i64>,
    /// Whether the owner of a cluster can choose another time.
    pub allow_emr_owner_override: bool,
}

const TERMINATION: &str = "terminationConfiguration";
const STOP_TIME: &str = "defaultNotebookStopTime";
const ENDPOINT_TTL: &str = "defaultEndpointTTL";
const EMR_TTL: &str = "defaultEMRClusterTTL";
const NOTEBOOK_OVERRIDE: &str = "allowNotebookOwnerOverride";
const ENDPOINT_OVERRIDE: &str = "allowEndpointOwnerOverride";
const EMR_OVERRIDE: &str = "allowEMROwnerOverride";

impl TerminationConfig {
    fn read(map: &Item) -> Result<Self, Malformed> {
        let view = View(map);
        let time = view.string_or_empty(STOP_TIME)?;
        Ok(Self {
            default_notebook_stop_time: Some(time).filter(|time| !time.is_empty()),
            allow_notebook_owner_override: view.bool(NOTEBOOK_OVERRIDE)?,
            default_endpoint_ttl_hours: view.integer(ENDPOINT_TTL)?,
            allow_endpoint_owner_override: view.bool(ENDPOINT_OVERRIDE)?,
            default_emr_cluster_ttl_hours: view.integer(EMR_TTL)?,
            allow_emr_owner_override: view.bool(EMR_OVERRIDE)?,
        })
    }

    /// Writes this configuration into `map` and keeps unknown keys.
    fn write(&self, mut map: Item) -> Item {
        let number = |value: Option<i64>| value.map(|n| AttributeValue::N(n.to_string()));
        let optional = [
            (
                STOP_TIME,
                self.default_notebook_stop_time
                    .clone()
                    .map(AttributeValue::S),
            ),
            (ENDPOINT_TTL, number(self.default_endpoint_ttl_hours)),
            (EMR_TTL, number(self.default_emr_cluster_ttl_hours)),
        ];
        for (key, value) in optional {
            match value {
                Some(value) => map.insert(key.to_owned(), value),
                None => map.remove(key),
            };
        }
        let flags = [
            (NOTEBOOK_OVERRIDE, self.allow_notebook_owner_override),
            (ENDPOINT_OVERRIDE, self.allow_endpoint_owner_override),
            (EMR_OVERRIDE, self.allow_emr_owner_override),
        ];
        for (key, value) in flags {
            map.insert(key.to_owned(), AttributeValue::Bool(value));
        }
        map
    }
}

/// A project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectRecord {
    /// The project's name; the key.
    pub name: String,
    /// Description.
    pub description: String,
    /// Whether its members are denied everything.
    pub suspended: bool,
    /// The user who created it.
    pub created_by: String,
    /// Creation time, in seconds since the epoch.
    pub created_at: i64,
    /// Time of the last change, in seconds since the epoch.
    pub last_updated_at: i64,
    /// Times after which its resources are stopped or deleted.
    pub termination: Option<TerminationConfig>,
}

impl ProjectRecord {
    /// The key of a project's record.
    #[must_use]
    pub fn key(project: &ProjectName) -> Key {
        Key::hash("name", project.as_str())
    }

    /// Reads an item.
    ///
    /// # Errors
    /// When an attribute has another type than MLSpace's.
    pub fn read(item: &Item) -> Result<Self, Malformed> {
        let view = View(item);
        let termination = match view.map("metadata")? {
            Some(metadata) => View(metadata).map(TERMINATION)?,
            None => None,
        };
        Ok(Self {
            name: view.string("name")?,
            description: view.string_or_empty("description")?,
            suspended: view.bool("suspended")?,
            created_by: view.string_or_empty("createdBy")?,
            created_at: view.integer("createdAt")?.unwrap_or(0),
            last_updated_at: view.integer("lastUpdatedAt")?.unwrap_or(0),
            termination: termination.map(TerminationConfig::read).transpose()?,
        })
    }

    /// The item of a new project.
    #[must_use]
    pub fn item(&self) -> Item {
        ItemBuilder::new()
            .string("name", &self.name)
            .string("description", &self.description)
            .bool("suspended", self.suspended)
            .string("createdBy", &self.created_by)
            .integer("createdAt", self.created_at)
            .integer("lastUpdatedAt", self.last_updated_at)
            .value("metadata", AttributeValue::M(self.metadata(None)))
            .build()
    }

    /// The change that makes this record of `before`, which was read from `item`, under the condition
    /// that the item is still as it was read; `None` when only times differ.
    #[must_use]
    pub fn change_from(&self, before: &Self, item: &Item) -> Option<Change> {
        let mut change = Change::new();
        if self.description != before.description {
            change = change.set_string("description", &self.description);
        }
        if self.created_by != before.created_by {
            change = change.set_string("createdBy", &self.created_by);
        }
        if self.suspended != before.suspended {
            change = change.set_bool("suspended", self.suspended);
        }
        if self.termination != before.termination {
            let metadata = item.get("metadata");
            let existing = metadata.and_then(|value| value.as_m().ok());
            change = change
                .set("metadata", AttributeValue::M(self.metadata(existing)))
                .expect("metadata", metadata);
        }
        (!change.is_empty()).then(|| {
            change
                .set_integer("lastUpdatedAt", self.last_updated_at)
                .expect_present("name")
                .expect("lastUpdatedAt", item.get("lastUpdatedAt"))
        })
    }

    /// The existing `metadata` attribute with this record's termination configuration.
    #[must_use]
    pub fn metadata(&self, existing: Option<&Item>) -> Item {
        let mut metadata = existing.cloned().unwrap_or_default();
        let before = metadata
            .remove(TERMINATION)
            .and_then(|value| value.as_m().ok().cloned());
        if let Some(termination) = &self.termination {
            let map = termination.write(before.unwrap_or_default());
            metadata.insert(TERMINATION.to_owned(), AttributeValue::M(map));
        }
        metadata
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn termination() -> TerminationConfig {
        TerminationConfig {
            default_notebook_stop_time: Some("17:00".to_owned()),
            allow_notebook_owner_override: true,
            default_endpoint_ttl_hours: Some(168),
            ..TerminationConfig::default()
        }
    }

    fn record() -> ProjectRecord {
        ProjectRecord {
            name: "fraud".to_owned(),
            description: "Card fraud models".to_owned(),
            suspended: false,
            created_by: "alice".to_owned(),
            created_at: 1_700_000_000,
            last_updated_at: 1_700_000_000,
            termination: Some(termination()),
        }
    }

    #[test]
    fn item_round_trips() {
        for termination in [None, Some(termination())] {
            let record = ProjectRecord {
                termination,
                ..record()
            };
            assert_eq!(ProjectRecord::read(&record.item()), Ok(record));
        }
    }

    #[test]
    fn item_has_mlspace_names_and_types() {
        let item = record().item();
        assert_eq!(
            item["createdAt"],
            AttributeValue::N("1700000000".to_owned())
        );
        assert_eq!(item["suspended"], AttributeValue::Bool(false));
        let metadata = item["metadata"].as_m().unwrap();
        let map = metadata["terminationConfiguration"].as_m().unwrap();
        assert_eq!(
            map["defaultNotebookStopTime"],
            AttributeValue::S("17:00".to_owned())
        );
        assert_eq!(
            map["defaultEndpointTTL"],
            AttributeValue::N("168".to_owned())
        );
        assert_eq!(map["allowEMROwnerOverride"], AttributeValue::Bool(false));
        assert!(!map.contains_key("defaultEMRClusterTTL"));
    }

    #[test]
    fn read_accepts_mlspace_records() {
        let item = ItemBuilder::new()
            .string("name", "fraud")
            .string("description", "d")
            .string("createdBy", "alice")
            .integer("createdAt", 1_700_000_000)
            .value(
                "lastUpdatedAt",
                AttributeValue::N("1700000001.52".to_owned()),
            )
            .value("metadata", AttributeValue::M(Item::new()))
            .build();
        let record = ProjectRecord::read(&item).unwrap();
        assert!(!record.suspended);
        assert_eq!(record.last_updated_at, 1_700_000_001);
        assert_eq!(record.termination, None);
    }

    #[test]
    fn metadata_keeps_unknown_keys() {
        let theirs = AttributeValue::S("theirs".to_owned());
        let mut existing = record().item()["metadata"].as_m().unwrap().clone();
        existing.insert("other".to_owned(), theirs.clone());
        if let Some(AttributeValue::M(map)) = existing.get_mut(TERMINATION) {
            map.insert("unknown".to_owned(), theirs.clone());
        }
        let changed = ProjectRecord {
            termination: Some(TerminationConfig::default()),
            ..record()
        };
        let metadata = changed.metadata(Some(&existing));
        assert_eq!(metadata["other"], theirs);
        let map = metadata[TERMINATION].as_m().unwrap();
        assert_eq!(map["unknown"], theirs);
        assert!(!map.contains_key(STOP_TIME));

        let without = ProjectRecord {
            termination: None,
            ..record()
        }
        .metadata(Some(&existing));
        assert_eq!(without["other"], theirs);
        assert!(!without.contains_key(TERMINATION));
    }
}
