//! The names in a scope: those on record at the first look, and those that this process creates.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::Datasets;
use crate::aws::{Cached, Error};
use crate::layout::DatasetKey;
use crate::records::View;

/// The names in a scope, in lower case.
type Names = HashSet<String>;

/// Names by scope. They are read once per scope, since every create would otherwise read all datasets
/// of its scope.
#[derive(Default)]
pub(super) struct DatasetNames {
    recorded: Mutex<HashMap<String, Arc<Cached<Names>>>>,
    /// What this process has created, or is about to: scopes and names in lower case.
    created: Mutex<HashSet<(String, String)>>,
}

impl DatasetNames {
    /// Notes that this process creates the dataset.
    pub(super) fn create(&self, key: &DatasetKey) {
        let mut created = self.created.lock().unwrap_or_else(PoisonError::into_inner);
        created.insert((key.record_scope().to_owned(), lower(key.name.as_str())));
    }

    fn is_created(&self, scope: &str, name: &str) -> bool {
        let created = self.created.lock().unwrap_or_else(PoisonError::into_inner);
        created.contains(&(scope.to_owned(), name.to_owned()))
    }

    fn recorded(&self, scope: &str) -> Arc<Cached<Names>> {
        let mut recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(recorded.entry(scope.to_owned()).or_default())
    }
}

impl Datasets {
    /// Whether a dataset of the scope can have this name in any case, of whatever type. False is
    /// certain up to what others have created since the first look.
    pub(super) async fn may_be_taken(&self, key: &DatasetKey) -> Result<bool, Error> {
        let scope = key.record_scope();
        let name = lower(key.name.as_str());
        if self.names.is_created(scope, &name) {
            return Ok(true);
        }
        let recorded = self.names.recorded(scope);
        let recorded = recorded.get(|| self.read_names(scope)).await?;
        Ok(recorded.contains(&name))
    }

    async fn read_names(&self, scope: &str) -> Result<Names, Error> {
        let table = &self.clients.settings().table_names.datasets;
        let items = self.records.query(table, "scope", scope).await?;
        let names = items
            .iter()
            .map(|item| lower(&View(item).text_or_empty("name")));
        Ok(names.collect())
    }
}

/// As [`crate::name::same_ignoring_case`] compares names.
fn lower(name: &str) -> String {
    name.to_ascii_lowercase()
}
