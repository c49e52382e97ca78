//! Records of projects: the only reader of the projects table.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::aws::{Clients, Error};
use crate::name::ProjectName;
use crate::ownership::Token;
use crate::records::{Item, ProjectRecord, RecordStore, View};
use crate::schedule::{StopPolicy, StopTime};

/// A project's record with the item it was read from.
pub(super) struct FoundProject {
    pub(super) record: ProjectRecord,
    pub(super) item: Item,
}

impl FoundProject {
    /// The token of the record.
    pub(super) fn token(&self) -> Option<Token> {
        Token::of_item(&self.item)
    }
}

/// What a project says about its notebooks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct NotebookRules {
    /// Whether the project is suspended.
    pub(crate) suspended: bool,
    /// Its daily stop time.
    pub(crate) stop: StopPolicy,
}

impl NotebookRules {
    /// The rules in a project's record. A default that is not a valid time stops nothing, as in MLSpace.
    fn of(record: &ProjectRecord) -> Self {
        let stop = record
            .termination
            .as_ref()
            .map_or_else(StopPolicy::default, |termination| {
                let default = termination.default_notebook_stop_time.as_deref();
                StopPolicy {
                    default: default.and_then(|time| time.parse::<StopTime>().ok()),
                    may_override: termination.allow_notebook_owner_override,
                }
            });
        Self {
            suspended: record.suspended,
            stop,
        }
    }
}

/// The error for a project that does not exist; `attribute` names it in the configuration.
pub(crate) fn missing_project(attribute: &'static str, project: &ProjectName) -> Error {
    Error::Invalid {
        attribute: Some(attribute),
        message: format!("project `{project}` does not exist"),
        remedy:
            "create it with an `mlspace_project` and refer to its `name` here, or correct the name"
                .to_owned(),
    }
}

/// The table of projects.
pub(crate) struct ProjectRecords {
    clients: Clients,
    records: Arc<dyn RecordStore>,
}

impl ProjectRecords {
    /// The table that the settings of `clients` name.
    pub(crate) fn new(clients: Clients, records: Arc<dyn RecordStore>) -> Self {
        Self { clients, records }
    }

    fn table(&self) -> &str {
        &self.clients.settings().table_names.projects
    }

    /// The project's record, with the item it was read from.
    pub(super) async fn find(&self, name: &ProjectName) -> Result<Option<FoundProject>, Error> {
        let key = ProjectRecord::key(name);
        let Some(item) = self.records.get(self.table(), &key).await? else {
            return Ok(None);
        };
        let record = ProjectRecord::read(&item).map_err(|error| error.of(self.table(), &key))?;
        Ok(Some(FoundProject { record, item }))
    }

    /// The project's record.
    pub(crate) async fn record(&self, name: &ProjectName) -> Result<Option<ProjectRecord>, Error> {
        Ok(self.find(name).await?.map(|found| found.record))
    }

    /// Whether the project is on record. The record's content is not read.
    pub(crate) async fn exists(&self, name: &ProjectName) -> Result<bool, Error> {
        let key = ProjectRecord::key(name);
        Ok(self.records.get(self.table(), &key).await?.is_some())
    }

    /// What the project says about its notebooks; `None` when there is no such project.
    pub(crate) async fn notebook_rules(
        &self,
        name: &ProjectName,
    ) -> Result<Option<NotebookRules>, Error> {
        Ok(self.record(name).await?.as_ref().map(NotebookRules::of))
    }

    /// All projects on record, with whether they are suspended.
    pub(super) async fn suspensions(&self) -> Result<BTreeMap<ProjectName, bool>, Error> {
        let items = self
            .records
            .scan(self.table(), &["name", "suspended"])
            .await?;
        let read = |view: View<'_>| {
            let name = view.string("name").ok()?.parse().ok()?;
            // What is neither true nor false does not end a suspension.
            Some((name, view.bool("suspended").unwrap_or(true)))
        };
        Ok(items.iter().filter_map(|item| read(View(item))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::TerminationConfig;

    fn rules(termination: Option<TerminationConfig>) -> NotebookRules {
        NotebookRules::of(&ProjectRecord {
            suspended: true,
            termination,
            ..ProjectRecord::default()
        })
    }

    #[test]
    fn notebook_rules_read_default_and_override() {
        for may_override in [false, true] {
            let rules = rules(Some(TerminationConfig {
                default_notebook_stop_time: Some("17:00".to_owned()),
                allow_notebook_owner_override: may_override,
                ..TerminationConfig::default()
            }));
            assert!(rules.suspended);
            assert_eq!(rules.stop.default, "17:00".parse().ok());
            assert_eq!(rules.stop.may_override, may_override);
        }
    }

    #[test]
    fn notebook_rules_default_to_no_stop() {
        assert_eq!(rules(None).stop, StopPolicy::default());
        let odd = rules(Some(TerminationConfig {
            default_notebook_stop_time: Some("five".to_owned()),
            ..TerminationConfig::default()
        }));
        assert_eq!(odd.stop.default, None);
    }
}
