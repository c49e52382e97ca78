//! Who owns projects, directly or through a group.

use std::collections::{BTreeMap, BTreeSet};

use super::Users;
use crate::aws::{Error, IfPresent as _};
use crate::name::{GroupName, ProjectName, UserName};
use crate::records::{GroupUserRecord, Item, OWNER, ProjectUserRecord, View};

/// The owners of projects.
type Owners = BTreeMap<ProjectName, BTreeSet<UserName>>;

impl Users {
    /// The projects that only this user owns of all who are not suspended, and `others` are about to be.
    ///
    /// MLSpace counts members with its permission of owners, and all of a group with it
    /// (`backend/src/ml_space_lambda/utils/project_utils.py`,
    /// <https://github.com/awslabs/mlspace>).
    pub(super) async fn only_owner_of(
        &self,
        user: &UserName,
        others: &BTreeSet<UserName>,
    ) -> Result<Vec<ProjectName>, Error> {
        let owners = self.owners().await?;
        let owned = owners.iter().filter(|(_, owners)| owners.contains(user));
        let owned: Vec<_> = owned.collect();
        if owned.is_empty() {
            return Ok(Vec::new());
        }
        let suspended = self.users.suspensions().await?;
        let stays = |owner: &&UserName| {
            *owner != user && !others.contains(*owner) && suspended.get(*owner) != Some(&true)
        };
        Ok(owned
            .into_iter()
            .filter(|(_, owners)| !owners.iter().any(|owner| stays(&owner)))
            .map(|(project, _)| project.clone())
            .collect())
    }

    /// All owners. Missing tables have none.
    async fn owners(&self) -> Result<Owners, Error> {
        let tables = &self.clients.settings().table_names;
        let mut owners = Owners::new();
        let members = self
            .scan(&tables.project_users, &["project", "user", "permissions"])
            .await?;
        for item in &members {
            let Ok(record) = ProjectUserRecord::read(item) else {
                continue;
            };
            if let (true, Ok(project), Ok(user)) = (
                record.is_owner(),
                record.project.parse(),
                record.user.parse(),
            ) {
                owners.entry(project).or_default().insert(user);
            }
        }
        let groups = self
            .scan(&tables.project_groups, &["project", "group", "permissions"])
            .await?;
        let owning: Vec<(ProjectName, GroupName)> = groups
            .iter()
            .filter_map(|item| {
                let view = View(item);
                let permissions = view.strings("permissions").ok()?;
                let owns = permissions.iter().any(|one| one == OWNER);
                owns.then(|| {
                    let project = view.string("project").ok()?.parse().ok()?;
                    Some((project, view.string("group").ok()?.parse().ok()?))
                })?
            })
            .collect();
        for (project, group) in owning {
            let items = self
                .records
                .query(&tables.group_users, "group", group.as_str())
                .await
                .if_present()?;
            let users = items.iter().flatten().filter_map(|item| {
                let record = GroupUserRecord::read(item).ok()?;
                record.user.parse().ok()
            });
            owners.entry(project).or_default().extend(users);
        }
        Ok(owners)
    }

    async fn scan(&self, table: &str, attributes: &[&str]) -> Result<Vec<Item>, Error> {
        let items = self.records.scan(table, attributes).await.if_present()?;
        Ok(items.unwrap_or_default())
    }
}
