//! The record of a project.

use aws_sdk_dynamodb::types::AttributeValue;

use super::change::Change;
use super::item::{Item, ItemBuilder, Key, Malformed, View};
use super::project_access::{self, ACCESS};
use super::project_budget::{self, BUDGET};
use crate::budget::Budget;
use crate::name::ProjectName;
use crate::policies::ProjectAccess;

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
const KEYS: [&str; 6] = [
    STOP_TIME,
    ENDPOINT_TTL,
    EMR_TTL,
    NOTEBOOK_OVERRIDE,
    ENDPOINT_OVERRIDE,
    EMR_OVERRIDE,
];

impl TerminationConfig {
    /// Reads MLSpace's map; `None` when it says nothing. What has an unexpected type counts as
    /// missing, as no permission depends on it.
    fn read(map: &Item) -> Option<Self> {
        if !KEYS.iter().any(|key| map.contains_key(*key)) {
            return None;
        }
        let view = View(map);
        let flag = |name| view.bool(name).unwrap_or(false);
        Some(Self {
            default_notebook_stop_time: view.text(STOP_TIME).filter(|time| !time.is_empty()),
            allow_notebook_owner_override: flag(NOTEBOOK_OVERRIDE),
            default_endpoint_ttl_hours: view.integer(ENDPOINT_TTL),
            allow_endpoint_owner_override: flag(ENDPOINT_OVERRIDE),
            default_emr_cluster_ttl_hours: view.integer(EMR_TTL),
            allow_emr_owner_override: flag(EMR_OVERRIDE),
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
            // MLSpace asks whether the key is there, not for its value.
            (
                NOTEBOOK_OVERRIDE,
                self.allow_notebook_owner_override
                    .then_some(AttributeValue::Bool(true)),
            ),
        ];
        for (key, value) in optional {
            match value {
                Some(value) => map.insert(key.to_owned(), value),
                None => map.remove(key),
            };
        }
        let flags = [
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
    /// Creation time, in seconds since the epoch; 0 when the record has none.
    pub created_at: i64,
    /// Time of the last change, in seconds since the epoch; 0 when the record has none.
    pub last_updated_at: i64,
    /// Times after which its resources are stopped or deleted.
    pub termination: Option<TerminationConfig>,
    /// What its members can do beyond what all members can do, and what limits them.
    pub access: ProjectAccess,
    /// Its budget, which is there unless an apply was interrupted.
    pub budget: Option<Budget>,
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
    /// When the name is missing, or when it is not clear whether the project is suspended or what limits
    /// its members.
    pub fn read(item: &Item) -> Result<Self, Malformed> {
        let view = View(item);
        let metadata = view.map("metadata");
        let termination = metadata.and_then(|metadata| View(metadata).map(TERMINATION));
        Ok(Self {
            name: view.string("name")?,
            description: view.text_or_empty("description"),
            suspended: view.bool("suspended")?,
            created_by: view.text_or_empty("createdBy"),
            created_at: view.integer("createdAt").unwrap_or(0),
            last_updated_at: view.integer("lastUpdatedAt").unwrap_or(0),
            termination: termination.and_then(TerminationConfig::read),
            access: project_access::read(item)?,
            budget: project_budget::read(item),
        })
    }

    /// Reads only what the members can do.
    ///
    /// # Errors
    /// When it is not clear what limits them.
    pub(crate) fn read_access(item: &Item) -> Result<ProjectAccess, Malformed> {
        project_access::read(item)
    }

    /// The item of a new project.
    #[must_use]
    pub fn item(&self) -> Item {
        let mut item = ItemBuilder::new()
            .string("name", &self.name)
            .string("description", &self.description)
            .bool("suspended", self.suspended)
            .string("createdBy", &self.created_by)
            .integer("createdAt", self.created_at)
            .integer("lastUpdatedAt", self.last_updated_at)
            .value("metadata", AttributeValue::M(self.metadata(None)));
        if let Some(access) = project_access::write(&self.access, None) {
            item = item.value(ACCESS, AttributeValue::M(access));
        }
        if let Some(budget) = &self.budget {
            item = item.value(BUDGET, project_budget::write(budget, None));
        }
        item.build()
    }

    /// The attributes without which MLSpace cannot read the item, or a page of its web application
    /// fails.
    pub(crate) fn missing(item: &Item) -> Vec<&'static str> {
        let view = View(item);
        let metadata = view.map("metadata");
        let has_termination = metadata.is_some_and(|map| View(map).map(TERMINATION).is_some());
        let present = [
            ("description", view.is_string("description")),
            ("createdBy", view.is_string("createdBy")),
            ("suspended", is_bool(item.get("suspended"))),
            ("metadata.terminationConfiguration", has_termination),
        ];
        let missing = present.into_iter().filter(|(_, present)| !present);
        missing.map(|(name, _)| name).collect()
    }

    /// The change that makes this record of `before`, which was read from `item`, under the condition
    /// that the item is still as it was read; `None` when only times differ. Adds what MLSpace needs
    /// and the item lacks.
    #[must_use]
    pub fn change_from(&self, before: &Self, item: &Item) -> Option<Change> {
        let view = View(item);
        let mut change = Change::new();
        if self.description != before.description || !view.is_string("description") {
            change = change.set_string("description", &self.description);
        }
        if self.created_by != before.created_by || !view.is_string("createdBy") {
            change = change.set_string("createdBy", &self.created_by);
        }
        if self.suspended != before.suspended || !is_bool(item.get("suspended")) {
            change = change.set_bool("suspended", self.suspended);
        }
        let metadata = self.metadata(view.map("metadata"));
        let existing = item.get("metadata");
        if existing.and_then(|value| value.as_m().ok()) != Some(&metadata) {
            change = change
                .set("metadata", AttributeValue::M(metadata))
                .expect("metadata", existing);
        }
        if self.access != before.access {
            let access = project_access::write(&self.access, view.map(ACCESS));
            change = match access {
                Some(access) => change.set(ACCESS, AttributeValue::M(access)),
                None => change.remove(ACCESS),
            }
            .expect(ACCESS, item.get(ACCESS));
        }
        if self.budget != before.budget {
            change = match &self.budget {
                Some(budget) => change.set(BUDGET, project_budget::write(budget, view.map(BUDGET))),
                None => change.remove(BUDGET),
            }
            .expect(BUDGET, item.get(BUDGET));
        }
        (!change.is_empty()).then(|| {
            change
                .set_integer("lastUpdatedAt", self.last_updated_at)
                .expect_present("name")
                .expect("lastUpdatedAt", item.get("lastUpdatedAt"))
        })
    }

    /// The existing `metadata` attribute with this record's termination configuration. It is there
    /// without one too, because pages of MLSpace's web application read its attributes.
    #[must_use]
    pub fn metadata(&self, existing: Option<&Item>) -> Item {
        let mut metadata = existing.cloned().unwrap_or_default();
        let mut map = metadata
            .remove(TERMINATION)
            .and_then(|value| value.as_m().ok().cloned())
            .unwrap_or_default();
        match &self.termination {
            Some(termination) => map = termination.write(map),
            None => map.retain(|key, _| !KEYS.contains(&key.as_str())),
        }
        metadata.insert(TERMINATION.to_owned(), AttributeValue::M(map));
        metadata
    }
}

fn is_bool(value: Option<&AttributeValue>) -> bool {
    value.is_some_and(AttributeValue::is_bool)
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
            access: ProjectAccess::default(),
            budget: None,
        }
    }

    #[test]
    fn change_from_writes_and_removes_access_and_budget() {
        let (plain, with) = (
            record(),
            ProjectRecord {
                access: project_access::tests::access(),
                budget: Some(project_budget::tests::budget()),
                ..record()
            },
        );
        assert!(!plain.item().contains_key(ACCESS) && !plain.item().contains_key(BUDGET));
        for (before, after) in [(&plain, &with), (&with, &plain)] {
            let item = before.item();
            let change = after.change_from(before, &item).unwrap();
            let changed = change.applied(Some(&item), Item::new()).unwrap();
            assert_eq!(ProjectRecord::read(&changed).as_ref(), Ok(after));
        }
        assert_eq!(with.change_from(&with, &with.item()), None);
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
        assert_eq!(ProjectRecord::missing(&item), [""; 0]);
    }

    /// MLSpace's pages read attributes of `terminationConfiguration` without asking whether it is
    /// there, and its notebooks whether `allowNotebookOwnerOverride` is there without its value.
    #[test]
    fn item_has_what_mlspace_takes_for_granted() {
        let without = ProjectRecord {
            termination: None,
            ..record()
        };
        let item = without.item();
        let metadata = item["metadata"].as_m().unwrap();
        assert_eq!(metadata[TERMINATION], AttributeValue::M(Item::new()));
        assert_eq!(ProjectRecord::missing(&item), [""; 0]);

        let forbidden = ProjectRecord {
            termination: Some(TerminationConfig {
                default_notebook_stop_time: Some("17:00".to_owned()),
                ..TerminationConfig::default()
            }),
            ..record()
        };
        let metadata = forbidden.metadata(None);
        let map = metadata[TERMINATION].as_m().unwrap();
        assert!(!map.contains_key(NOTEBOOK_OVERRIDE));
        assert_eq!(map[ENDPOINT_OVERRIDE], AttributeValue::Bool(false));
        assert_eq!(ProjectRecord::read(&forbidden.item()), Ok(forbidden));
    }

    #[test]
    fn change_from_adds_what_mlspace_needs() {
        let mut item = record().item();
        let wanted = record();
        assert_eq!(wanted.change_from(&wanted, &item), None);
        for name in ["description", "createdBy", "suspended", "metadata"] {
            item.remove(name);
        }
        let missing = [
            "description",
            "createdBy",
            "suspended",
            "metadata.terminationConfiguration",
        ];
        assert_eq!(ProjectRecord::missing(&item), missing);
        let before = ProjectRecord::read(&item).unwrap();
        let change = before.change_from(&before, &item).unwrap();
        let after = change.applied(Some(&item), Item::new()).unwrap();
        assert_eq!(ProjectRecord::missing(&after), [""; 0]);
        assert_eq!(ProjectRecord::read(&after).unwrap().termination, None);
    }

    #[test]
    fn read_accepts_odd_attributes_that_decide_nothing() {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let map = ItemBuilder::new()
            .string(ENDPOINT_TTL, "168")
            .value(EMR_TTL, AttributeValue::Bool(true))
            .string(NOTEBOOK_OVERRIDE, "true")
            .build();
        let metadata = ItemBuilder::new()
            .value(TERMINATION, AttributeValue::M(map))
            .build();
        let item = ItemBuilder::new()
            .string("name", "fraud")
            .integer("description", 5)
            .value("createdBy", AttributeValue::L(Vec::new()))
            .value("createdAt", text("1700000000.5"))
            .value("lastUpdatedAt", text("yesterday"))
            .value("suspended", text("true"))
            .value("metadata", AttributeValue::M(metadata))
            .build();
        let record = ProjectRecord::read(&item).unwrap();
        assert_eq!(
            (record.description.as_str(), record.created_by.as_str()),
            ("5", "")
        );
        assert_eq!(
            (record.created_at, record.last_updated_at),
            (1_700_000_000, 0)
        );
        assert!(record.suspended);
        let termination = record.termination.unwrap();
        assert_eq!(termination.default_endpoint_ttl_hours, Some(168));
        assert_eq!(termination.default_emr_cluster_ttl_hours, None);
        assert!(termination.allow_notebook_owner_override);

        let mut unclear = item;
        unclear.insert("suspended".to_owned(), text("perhaps"));
        let error = ProjectRecord::read(&unclear).unwrap_err();
        assert_eq!(error.attribute, "suspended");
        unclear.insert("metadata".to_owned(), text("{}"));
        unclear.remove("suspended");
        assert_eq!(ProjectRecord::read(&unclear).unwrap().termination, None);
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
        let map = without[TERMINATION].as_m().unwrap();
        assert_eq!(map, &Item::from([("unknown".to_owned(), theirs)]));
    }
}
