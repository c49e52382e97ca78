//! The record of the time at which a resource is stopped or deleted.

use super::item::{Item, ItemBuilder, Key, Malformed, View};

/// The resource type of notebook instances.
pub const NOTEBOOK_INSTANCE: &str = "notebook-instance";

/// The time at which a resource is stopped or deleted automatically.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleRecord {
    /// The resource's name; hash key.
    pub resource_id: String,
    /// Its type, such as [`NOTEBOOK_INSTANCE`]; range key.
    pub resource_type: String,
    /// Time at which it is stopped or deleted, in seconds since the epoch.
    pub termination_time: i64,
    /// The project it belongs to.
    pub project: String,
}

impl ScheduleRecord {
    /// The key of a resource's schedule.
    #[must_use]
    pub fn key(resource_id: &str, resource_type: &str) -> Key {
        Key::hash("resourceId", resource_id).range("resourceType", resource_type)
    }

    /// Reads an item.
    ///
    /// # Errors
    /// When an attribute has another type than MLSpace's.
    pub fn read(item: &Item) -> Result<Self, Malformed> {
        let view = View(item);
        let wrong = || Malformed {
            attribute: "terminationTime".to_owned(),
            expected: "number",
        };
        Ok(Self {
            resource_id: view.string("resourceId")?,
            resource_type: view.string("resourceType")?,
            termination_time: view.integer("terminationTime").ok_or_else(wrong)?,
            project: view.text_or_empty("project"),
        })
    }

    /// The item of a new schedule.
    #[must_use]
    pub fn item(&self) -> Item {
        ItemBuilder::new()
            .string("resourceId", &self.resource_id)
            .string("resourceType", &self.resource_type)
            .integer("terminationTime", self.termination_time)
            .string("project", &self.project)
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_round_trips() {
        let record = ScheduleRecord {
            resource_id: "alice-fraud".to_owned(),
            resource_type: NOTEBOOK_INSTANCE.to_owned(),
            termination_time: 1_700_000_000,
            project: "fraud".to_owned(),
        };
        assert_eq!(ScheduleRecord::read(&record.item()), Ok(record));
    }

    #[test]
    fn read_needs_the_time() {
        let item = ScheduleRecord::key("a", NOTEBOOK_INSTANCE).attributes();
        assert!(ScheduleRecord::read(&item).is_err());
    }
}
