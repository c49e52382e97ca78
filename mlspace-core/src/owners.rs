//! Who owns projects, by name or through a group.

use std::sync::Arc;

use crate::aws::{Clients, Error, IfPresent as _};
use crate::name::{GroupName, ProjectName, UserName};
use crate::records::{
    GroupUserRecord, Item, ProjectGroupRecord, ProjectUserRecord, REMOVING, RecordStore,
};
use crate::user::UserRecords;

/// A user's ownership of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ownership {
    /// The project.
    pub(crate) project: ProjectName,
    /// The owner.
    pub(crate) user: UserName,
    /// The group that gives it; `None` if the user owns the project by name.
    pub(crate) group: Option<GroupName>,
}

/// The owners of projects.
pub(crate) struct Owners {
    clients: Clients,
    records: Arc<dyn RecordStore>,
    users: Arc<UserRecords>,
}

impl Owners {
    /// Owners by the records in `records`.
    pub(crate) fn new(
        clients: Clients,
        records: Arc<dyn RecordStore>,
        users: Arc<UserRecords>,
    ) -> Self {
        Self {
            clients,
            records,
            users,
        }
    }

    /// The projects whose last owners lose their ownership with those that `goes` names, and `others` are
    /// about to: nobody stays who is not suspended.
    ///
    /// MLSpace counts members with its permission of owners, and all of a group with it
    /// (`backend/src/ml_space_lambda/utils/project_utils.py`,
    /// <https://github.com/awslabs/mlspace>).
    pub(crate) async fn lost(
        &self,
        goes: impl Fn(&Ownership) -> bool,
        others: impl Fn(&Ownership) -> bool,
    ) -> Result<Vec<ProjectName>, Error> {
        let all = self.all().await?;
        if !all.iter().any(&goes) {
            return Ok(Vec::new());
        }
        let suspended = self.users.suspensions().await?;
        let acts = |one: &Ownership| suspended.get(&one.user) != Some(&true);
        let mut lost: Vec<ProjectName> = all
            .iter()
            .filter(|one| goes(one) && acts(one))
            .map(|one| one.project.clone())
            .collect();
        lost.sort();
        lost.dedup();
        lost.retain(|project| {
            let mut owners = all.iter().filter(|one| one.project == *project);
            !owners.any(|one| acts(one) && !goes(one) && !others(one))
        });
        Ok(lost)
    }

    /// Every ownership. Missing tables have none.
    async fn all(&self) -> Result<Vec<Ownership>, Error> {
        let tables = &self.clients.settings().table_names;
        let mut all = Vec::new();
        for item in self.scan(&tables.project_users).await? {
            if let Ok(record) = ProjectUserRecord::read(&item)
                && record.is_owner()
                && let (Ok(project), Ok(user)) = (record.project.parse(), record.user.parse())
            {
                all.push(Ownership {
                    project,
                    user,
                    group: None,
                });
            }
        }
        for item in self.scan(&tables.project_groups).await? {
            let Ok(record) = ProjectGroupRecord::read(&item) else {
                continue;
            };
            if !record.is_owner() || item.contains_key(REMOVING) {
                continue;
            }
            let (Ok(project), Ok(group)) = (
                record.project.parse::<ProjectName>(),
                record.group.parse::<GroupName>(),
            ) else {
                continue;
            };
            let items = self
                .records
                .query(&tables.group_users, "group", group.as_str())
                .await
                .if_present()?;
            for user in items.iter().flatten().filter_map(|item| {
                let record = GroupUserRecord::read(item).ok()?;
                record.user.parse().ok()
            }) {
                all.push(Ownership {
                    project: project.clone(),
                    user,
                    group: Some(group.clone()),
                });
            }
        }
        Ok(all)
    }

    async fn scan(&self, table: &str) -> Result<Vec<Item>, Error> {
        let attributes = ["project", "user", "group", "permissions", REMOVING];
        let items = self.records.scan(table, &attributes).await.if_present()?;
        Ok(items.unwrap_or_default())
    }
}

/// Projects, as a message lists them.
pub(crate) fn listed(projects: &[ProjectName]) -> String {
    let names: Vec<String> = projects.iter().map(|one| format!("`{one}`")).collect();
    names.join(", ")
}
