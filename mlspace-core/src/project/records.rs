//! Records of projects: the only reader of the projects table.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::aws::{Cached, Clients, Error, IfPresent as _};
use crate::name::ProjectName;
use crate::ownership::Token;
use crate::policies::{Limits, ProjectAccess};
use crate::records::{ACCESS, BUDGET, Item, Key, ProjectRecord, REMOVING, RecordStore, View};
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NotebookRules {
    /// Whether the project is suspended.
    pub(crate) suspended: bool,
    /// Its daily stop time.
    pub(crate) stop: StopPolicy,
    /// Its limits, without those of the platform.
    pub(crate) limits: Limits,
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
            limits: record.access.limits.clone(),
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

/// The access of projects by their names, or why it cannot be read: that concerns only who needs it.
type RecordedAccess = BTreeMap<ProjectName, Result<ProjectAccess, Error>>;

/// The table of projects.
pub(crate) struct ProjectRecords {
    clients: Clients,
    records: Arc<dyn RecordStore>,
    /// The access of all projects, as last scanned.
    scanned: Cached<RecordedAccess>,
    /// Projects that were read one by one for changes of their members.
    singles: Mutex<BTreeMap<ProjectName, Arc<Cached<Option<ProjectRecord>>>>>,
    /// The access of projects that this process plans.
    planned: Mutex<BTreeMap<ProjectName, ProjectAccess>>,
}

impl ProjectRecords {
    /// The table that the settings of `clients` name.
    pub(crate) fn new(clients: Clients, records: Arc<dyn RecordStore>) -> Self {
        Self {
            clients,
            records,
            scanned: Cached::default(),
            singles: Mutex::default(),
            planned: Mutex::default(),
        }
    }

    fn table(&self) -> &str {
        &self.clients.settings().table_names.projects
    }

    /// The project's record, with the item it was read from.
    pub(super) async fn find(&self, name: &ProjectName) -> Result<Option<FoundProject>, Error> {
        let key = ProjectRecord::key(name);
        let item = self.records.get(self.table(), &key).await?;
        self.found(&key, item)
    }

    /// As [`Self::find`], for a refresh.
    pub(super) async fn read(&self, name: &ProjectName) -> Result<Option<FoundProject>, Error> {
        let key = ProjectRecord::key(name);
        let item = self.records.read(self.table(), &key).await?;
        self.found(&key, item)
    }

    fn found(&self, key: &Key, item: Option<Item>) -> Result<Option<FoundProject>, Error> {
        let Some(item) = item else {
            return Ok(None);
        };
        let record = ProjectRecord::read(&item).map_err(|error| error.of(self.table(), key))?;
        Ok(Some(FoundProject { record, item }))
    }

    /// As [`Self::record`], for a refresh.
    pub(crate) async fn read_record(
        &self,
        name: &ProjectName,
    ) -> Result<Option<ProjectRecord>, Error> {
        Ok(self.read(name).await?.map(|found| found.record))
    }

    /// The project's record.
    pub(crate) async fn record(&self, name: &ProjectName) -> Result<Option<ProjectRecord>, Error> {
        Ok(self.find(name).await?.map(|found| found.record))
    }

    /// The project's record; `None` also while the project is being removed.
    pub(crate) async fn staying(&self, name: &ProjectName) -> Result<Option<ProjectRecord>, Error> {
        let found = self.find(name).await?;
        let staying = found.filter(|found| !found.item.contains_key(REMOVING));
        Ok(staying.map(|found| found.record))
    }

    /// The token of the project's record, of which nothing else is read.
    pub(super) async fn token(&self, name: &ProjectName) -> Result<Option<Token>, Error> {
        let key = ProjectRecord::key(name);
        let item = self.records.get(self.table(), &key).await?;
        Ok(item.as_ref().and_then(Token::of_item))
    }

    /// Whether the project's record names a budget; `None` without a record. Nothing else is read.
    pub(super) async fn has_budget(&self, name: &ProjectName) -> Result<Option<bool>, Error> {
        let key = ProjectRecord::key(name);
        let item = self.records.get(self.table(), &key).await?;
        Ok(item.map(|item| item.contains_key(BUDGET)))
    }

    /// Whether the project is suspended, for the removal of what is in it. A record that does not tell
    /// counts as suspended.
    pub(crate) async fn may_be_suspended(&self, name: &ProjectName) -> Result<bool, Error> {
        let key = ProjectRecord::key(name);
        let item = self.records.get(self.table(), &key).await?;
        Ok(item.is_some_and(|item| View(&item).bool("suspended").unwrap_or(true)))
    }

    /// The project's record as it was at most a few seconds ago: for changes of many of its members.
    pub(crate) async fn recent_record(
        &self,
        name: &ProjectName,
    ) -> Result<Arc<Option<ProjectRecord>>, Error> {
        self.single(name).recent(|| self.record(name)).await
    }

    /// How often this process has changed the project's record.
    pub(crate) fn changes(&self, name: &ProjectName) -> u64 {
        self.single(name).changes()
    }

    /// Notes what this process plans for a project: plans of its members depend on it.
    pub(super) fn plan(&self, name: &ProjectName, access: &ProjectAccess) {
        let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        planned.insert(name.clone(), access.clone());
    }

    /// What the members of a project can do as far as the platform admits it, as recorded at the
    /// first look: for a refresh.
    pub(crate) async fn cached_access(&self, name: &ProjectName) -> Result<ProjectAccess, Error> {
        let recorded = self.recorded_access().await?;
        let access = recorded.get(name).cloned().transpose()?;
        let settings = self.clients.settings();
        Ok(settings.effective(&access.unwrap_or_default()))
    }

    /// As [`Self::cached_access`], but as planned by this process if it plans the project: for a plan.
    pub(crate) async fn planned_access(&self, name: &ProjectName) -> Result<ProjectAccess, Error> {
        let planned = {
            let planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
            planned.get(name).cloned()
        };
        match planned {
            Some(access) => Ok(self.clients.settings().effective(&access)),
            None => self.cached_access(name).await,
        }
    }

    /// What the members of a project can do as far as the platform admits it.
    pub(crate) async fn access(&self, name: &ProjectName) -> Result<ProjectAccess, Error> {
        let record = self.record(name).await?.unwrap_or_default();
        Ok(self.clients.settings().effective(&record.access))
    }

    /// The names of the projects that are planned by this process or were on record at the first look.
    pub(crate) async fn cached_names(&self) -> Result<Vec<ProjectName>, Error> {
        let recorded = self.recorded_access().await?;
        let planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(recorded.keys().chain(planned.keys()).cloned().collect())
    }

    async fn recorded_access(&self) -> Result<Arc<RecordedAccess>, Error> {
        self.scanned.get(|| self.scan_access()).await
    }

    async fn scan_access(&self) -> Result<RecordedAccess, Error> {
        let items = self
            .records
            .scan(self.table(), &["name", ACCESS])
            .await
            .if_present()?
            .unwrap_or_default();
        let mut all = BTreeMap::new();
        for item in &items {
            let Ok(name) = View(item).text_or_empty("name").parse::<ProjectName>() else {
                continue;
            };
            let access = ProjectRecord::read_access(item);
            let access = access.map_err(|error| error.of(self.table(), &ProjectRecord::key(&name)));
            all.insert(name, access);
        }
        Ok(all)
    }

    /// Forgets what was read, because the project's record is being changed.
    pub(super) async fn forget(&self, name: &ProjectName) {
        self.single(name).forget().await;
        self.scanned.forget().await;
    }

    fn single(&self, name: &ProjectName) -> Arc<Cached<Option<ProjectRecord>>> {
        let mut singles = self.singles.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(singles.entry(name.clone()).or_default())
    }

    /// Whether the project is on record. The record's content is not read.
    pub(crate) async fn exists(&self, name: &ProjectName) -> Result<bool, Error> {
        let key = ProjectRecord::key(name);
        Ok(self.records.get(self.table(), &key).await?.is_some())
    }

    /// As [`Self::notebook_rules`], for a refresh.
    pub(crate) async fn read_notebook_rules(
        &self,
        name: &ProjectName,
    ) -> Result<Option<NotebookRules>, Error> {
        let record = self.read_record(name).await?;
        Ok(record.as_ref().map(NotebookRules::of))
    }

    /// What the project says about its notebooks; `None` when there is no such project.
    pub(crate) async fn notebook_rules(
        &self,
        name: &ProjectName,
    ) -> Result<Option<NotebookRules>, Error> {
        Ok(self.record(name).await?.as_ref().map(NotebookRules::of))
    }

    /// All projects on record, with whether they are suspended.
    pub(crate) async fn suspensions(&self) -> Result<BTreeMap<ProjectName, bool>, Error> {
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
