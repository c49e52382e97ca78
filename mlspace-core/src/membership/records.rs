//! Records of memberships.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::places::Places;
use crate::aws::{Cached, Clients, Error};
use crate::name::{ProjectName, UserName};
use crate::records::{Item, Key, ProjectUserRecord, RecordStore, View};

/// The table of memberships, and the memberships that are about to be in it.
pub(crate) struct MemberRecords {
    pub(super) clients: Clients,
    pub(super) records: Arc<dyn RecordStore>,
    /// Memberships that this process plans to create.
    planned: Mutex<BTreeSet<(ProjectName, UserName)>>,
    /// Groups in projects, and their users.
    pub(super) places: Cached<Places>,
}

impl MemberRecords {
    /// The table that the settings of `clients` name.
    pub(crate) fn new(clients: Clients, records: Arc<dyn RecordStore>) -> Self {
        Self {
            clients,
            records,
            planned: Mutex::default(),
            places: Cached::default(),
        }
    }

    /// Notes that this process plans to create the membership: later plans can depend on it.
    pub(crate) fn plan(&self, project: &ProjectName, user: &UserName) {
        let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        planned.insert((project.clone(), user.clone()));
    }

    /// Whether this process plans to create the membership.
    pub(crate) fn is_planned(&self, project: &ProjectName, user: &UserName) -> bool {
        let planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        planned.contains(&(project.clone(), user.clone()))
    }

    /// The memberships that this process plans to create.
    pub(crate) fn planned(&self) -> BTreeSet<(ProjectName, UserName)> {
        let planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        planned.clone()
    }

    fn table(&self) -> &str {
        &self.clients.settings().table_names.project_users
    }

    /// The record of a membership, with the item it was read from.
    pub(crate) async fn find(
        &self,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<Option<(ProjectUserRecord, Item)>, Error> {
        let key = ProjectUserRecord::key(project, user);
        let item = self.records.get(self.table(), &key).await?;
        self.record(&key, item)
    }

    /// As [`Self::find`], for a refresh.
    pub(super) async fn read(
        &self,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<Option<(ProjectUserRecord, Item)>, Error> {
        let key = ProjectUserRecord::key(project, user);
        let item = self.records.read(self.table(), &key).await?;
        self.record(&key, item)
    }

    fn record(
        &self,
        key: &Key,
        item: Option<Item>,
    ) -> Result<Option<(ProjectUserRecord, Item)>, Error> {
        let Some(item) = item else {
            return Ok(None);
        };
        let record = ProjectUserRecord::read(&item).map_err(|error| error.of(self.table(), key))?;
        Ok(Some((record, item)))
    }

    /// Whether the user is on record as a member of the project. The record's content is not read.
    pub(crate) async fn exists(
        &self,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<bool, Error> {
        let key = ProjectUserRecord::key(project, user);
        Ok(self.records.get(self.table(), &key).await?.is_some())
    }

    /// The users on record as members of the project, by name.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a member that this platform cannot handle, so that the role is not
    /// left behind unsaid.
    pub(crate) async fn of_project(&self, project: &ProjectName) -> Result<Vec<UserName>, Error> {
        let items = self
            .records
            .query(self.table(), "project", project.as_str())
            .await?;
        let mut users = Vec::new();
        for item in &items {
            let user = View(item).text_or_empty("user");
            let parsed = user.parse::<UserName>();
            users.push(parsed.map_err(|error| Error::Conflict {
                message: format!(
                    "project `{project}` has the member `{}`, who cannot be handled here ({})",
                    user.escape_debug(),
                    error.rule_and_remedy().0
                ),
                remedy: "remove this member in MLSpace, then apply again".to_owned(),
            })?);
        }
        Ok(users)
    }
}
