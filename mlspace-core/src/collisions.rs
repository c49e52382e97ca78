//! Names that differ only in upper and lower case.
//!
//! IAM ignores case in names; DynamoDB and S3 do not. Two such names would share policies but not
//! data, so the second is refused.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::aws::{Clients, Error, IfPresent as _};
use crate::name::{ProjectName, UserName, same_ignoring_case};
use crate::records::{RecordStore, View};

/// The name among `names` that differs from `name` only in case.
pub(crate) fn differing_only_in_case<'a>(
    names: impl IntoIterator<Item = &'a String>,
    name: &str,
) -> Option<&'a String> {
    names
        .into_iter()
        .find(|found| *found != name && same_ignoring_case(found, name))
}

/// Refuses `name` because `other`, an existing one, differs from it only in case.
pub(crate) fn collision(attribute: &'static str, kind: &str, name: &str, other: &str) -> Error {
    Error::Invalid {
        attribute: Some(attribute),
        message: format!(
            "the {kind} `{name}` differs from the existing {kind} `{other}` only in upper and lower case"
        ),
        remedy: "choose a name that differs in more than case".to_owned(),
    }
}

/// Refuses `name` because this run also creates `other`.
fn planned_collision(attribute: &'static str, kind: &str, name: &str, other: &str) -> Error {
    Error::Invalid {
        attribute: Some(attribute),
        message: format!(
            "the configuration also creates the {kind} `{other}`, which differs from `{name}` only in upper and lower case"
        ),
        remedy: "use one spelling, because IAM ignores case".to_owned(),
    }
}

/// Names of projects and users: those in use, read once, and those that this process plans.
pub(crate) struct CaseCollisions {
    clients: Clients,
    records: Arc<dyn RecordStore>,
    projects: OnceCell<HashSet<String>>,
    users: OnceCell<HashSet<String>>,
    /// Spellings by kind and lower-case name.
    planned: Mutex<HashMap<(&'static str, String), String>>,
}

impl CaseCollisions {
    /// Names on record in `records`.
    pub(crate) fn new(clients: Clients, records: Arc<dyn RecordStore>) -> Self {
        Self {
            clients,
            records,
            projects: OnceCell::new(),
            users: OnceCell::new(),
            planned: Mutex::default(),
        }
    }

    /// Refuses a project whose name differs from another project's only in case.
    pub(crate) async fn check_project(&self, name: &ProjectName) -> Result<(), Error> {
        let table = &self.clients.settings().table_names.projects;
        let names = self
            .projects
            .get_or_try_init(|| self.names(table, "name"))
            .await?;
        self.check("project", "name", name.as_str(), names)
    }

    /// Refuses a user whose name differs from that of another member, of any project, only in case.
    pub(crate) async fn check_user(&self, user: &UserName) -> Result<(), Error> {
        let table = &self.clients.settings().table_names.project_users;
        let names = self
            .users
            .get_or_try_init(|| self.names(table, "user"))
            .await?;
        self.check("user", "user", user.as_str(), names)
    }

    fn check(
        &self,
        kind: &'static str,
        attribute: &'static str,
        name: &str,
        existing: &HashSet<String>,
    ) -> Result<(), Error> {
        if let Some(other) = differing_only_in_case(existing, name) {
            return Err(collision(attribute, kind, name, other));
        }
        match self.plan(kind, name) {
            Some(other) => Err(planned_collision(attribute, kind, name, &other)),
            None => Ok(()),
        }
    }

    /// Notes that `name` is going to be used. Returns another planned name that differs from it only
    /// in case.
    fn plan(&self, kind: &'static str, name: &str) -> Option<String> {
        let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        let first = planned
            .entry((kind, name.to_ascii_lowercase()))
            .or_insert_with(|| name.to_owned());
        (first != name).then(|| first.clone())
    }

    /// All values of a table's attribute. A table that does not exist yet has none: the first write
    /// to it fails with an error that says so.
    async fn names(&self, table: &str, attribute: &str) -> Result<HashSet<String>, Error> {
        let items = self
            .records
            .scan(table, &[attribute])
            .await
            .if_present()?
            .unwrap_or_default();
        Ok(items
            .iter()
            .filter_map(|item| View(item).string(attribute).ok())
            .collect())
    }
}
