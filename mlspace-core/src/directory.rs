//! The users and groups that MLSpace knows.
//!
//! MLSpace's web application has tables of its users and groups. Deployments without it have none, or
//! leave them empty.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::aws::{Clients, Error, IfPresent as _};
use crate::name::{GroupName, NameError, UserName};
use crate::plan::Notice;
use crate::records::{RecordStore, View};
use crate::user::{RecordedUsers, UserRecords};

/// The tables of users and groups, read once.
pub(crate) struct Directory {
    clients: Clients,
    records: Arc<dyn RecordStore>,
    users: Arc<UserRecords>,
    /// Users that this process plans to create.
    planned: Mutex<BTreeSet<UserName>>,
    /// The users of groups that this process plans.
    planned_groups: Mutex<BTreeMap<GroupName, BTreeSet<UserName>>>,
    groups: OnceCell<Option<HashSet<String>>>,
    /// Names that a warning was about.
    said: Mutex<BTreeSet<(&'static str, String)>>,
}

impl Directory {
    /// The users in `users`, and the groups in the table that the settings of `clients` name.
    pub(crate) fn new(
        clients: Clients,
        records: Arc<dyn RecordStore>,
        users: Arc<UserRecords>,
    ) -> Self {
        Self {
            clients,
            records,
            users,
            planned: Mutex::default(),
            planned_groups: Mutex::default(),
            groups: OnceCell::new(),
            said: Mutex::default(),
        }
    }

    /// Whether MLSpace knows the user; `None` when it has no users, or they cannot be read.
    pub(crate) async fn knows_user(&self, user: &UserName) -> Result<Option<bool>, Error> {
        let users = self.all_users().await?;
        Ok(users.map(|users| users.contains_key(user.as_str()) || self.is_planned(user)))
    }

    /// Whether the user was suspended a few seconds ago.
    pub(crate) async fn was_suspended(&self, user: &UserName) -> Result<bool, Error> {
        self.users.was_suspended(user).await
    }

    /// Notes that this process plans to create the user.
    pub(crate) fn plan_user(&self, user: &UserName) {
        let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        planned.insert(user.clone());
    }

    /// Notes that this process plans the group with these users.
    pub(crate) fn plan_group(&self, group: &GroupName, users: &BTreeSet<UserName>) {
        let planned = self.planned_groups.lock();
        planned
            .unwrap_or_else(PoisonError::into_inner)
            .insert(group.clone(), users.clone());
    }

    /// The users of the group, if this process has planned it.
    pub(crate) fn planned_users(&self, group: &GroupName) -> Option<BTreeSet<UserName>> {
        let planned = self.planned_groups.lock();
        let planned = planned.unwrap_or_else(PoisonError::into_inner);
        planned.get(group).cloned()
    }

    fn is_planned_group(&self, group: &GroupName) -> bool {
        let planned = self.planned_groups.lock();
        planned
            .unwrap_or_else(PoisonError::into_inner)
            .contains_key(group)
    }

    fn is_planned(&self, user: &UserName) -> bool {
        let planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        planned.contains(user)
    }

    /// All users; `None` when MLSpace has none, or they cannot be read.
    async fn all_users(&self) -> Result<Option<Arc<RecordedUsers>>, Error> {
        // The warnings are not worth more permissions than a deployment has.
        let users = self.users.cached().await.if_allowed()?;
        Ok(users.filter(|users| !users.is_empty()))
    }

    /// A warning about a user whom MLSpace does not know, the first time.
    pub(crate) async fn warn_of_user(&self, user: &UserName) -> Result<Option<Notice>, Error> {
        if self.knows_user(user).await? != Some(false) {
            return Ok(None);
        }
        Ok(self.unknown(
            "user",
            "user",
            user.as_str(),
            "sign in",
            "with `mlspace_user` or in MLSpace",
        ))
    }

    /// Warnings about groups that MLSpace does not know, each the first time.
    pub(crate) async fn warn_of_groups(&self, groups: &[GroupName]) -> Result<Vec<Notice>, Error> {
        if groups.is_empty() {
            return Ok(Vec::new());
        }
        let table = &self.clients.settings().table_names.groups;
        let known = self
            .groups
            .get_or_try_init(|| self.names(table, "name"))
            .await?;
        let Some(known) = known else {
            return Ok(Vec::new());
        };
        let unknown = groups
            .iter()
            .filter(|group| !known.contains(group.as_str()) && !self.is_planned_group(group));
        Ok(unknown
            .filter_map(|group| {
                self.unknown(
                    "groups",
                    "group",
                    group.as_str(),
                    "be managed",
                    "with `mlspace_group` or in MLSpace",
                )
            })
            .collect())
    }

    /// A warning about a notebook without lifecycle configuration, if MLSpace has users. Its *Sync
    /// metadata* stops at an instance without one (`backend/src/ml_space_lambda/metadata`,
    /// <https://github.com/awslabs/mlspace>).
    pub(crate) async fn warn_of_unsynced(&self, notebook: &str) -> Result<Option<Notice>, Error> {
        if self.all_users().await?.is_none() || !self.is_first("notebook", notebook) {
            return Ok(None);
        }
        Ok(Some(Notice {
            attribute: "lifecycle_config_name",
            summary: "Notebook stops the synchronization of MLSpace".to_owned(),
            detail: format!(
                "MLSpace is in use in this account. Its *Sync metadata* stops at a notebook instance without a \
                 lifecycle configuration, such as `{notebook}`, and then writes nothing of any resource. Set \
                 `lifecycle_config_name` here or in the provider's `notebook_defaults`."
            ),
        }))
    }

    /// Whether there was no warning yet about this name.
    fn is_first(&self, kind: &'static str, name: &str) -> bool {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.insert((kind, name.to_owned()))
    }

    fn unknown(
        &self,
        attribute: &'static str,
        kind: &'static str,
        name: &str,
        what: &str,
        where_created: &str,
    ) -> Option<Notice> {
        self.is_first(kind, name).then(|| Notice {
            attribute,
            summary: format!("Unknown {kind}"),
            detail: format!(
                "MLSpace has no {kind} `{name}`, so that this {kind} cannot {what} there. Whoever gets the name later \
                 also gets these permissions. Correct the name, or create the {kind} {where_created}."
            ),
        })
    }

    /// All values of a table's attribute; `None` when there are none or reading is not allowed.
    async fn names(&self, table: &str, attribute: &str) -> Result<Option<HashSet<String>>, Error> {
        let items = match self.records.scan(table, &[attribute]).await.if_present() {
            // The warnings are not worth more permissions than a deployment has.
            Err(error) if error.is_denied() => None,
            result => result?,
        };
        let names: HashSet<String> = items
            .iter()
            .flatten()
            .filter_map(|item| View(item).string(attribute).ok())
            .collect();
        Ok((!names.is_empty()).then_some(names))
    }
}

/// The error for a name that only an existing object can have.
pub(crate) fn invalid_new_name(attribute: &'static str, error: &NameError) -> Error {
    let (message, remedy) = error.rule_and_remedy();
    Error::Invalid {
        attribute: Some(attribute),
        message,
        remedy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::PolicyModel;
    use crate::records::ItemBuilder;
    use crate::testing::FakePlatform;

    const USERS: &str = "mlspace-users";

    fn directory(platform: &FakePlatform) -> Directory {
        let clients = Clients::offline(crate::testing::account(), crate::testing::settings());
        let records = || Arc::clone(&platform.records) as _;
        let users = Arc::new(UserRecords::new(clients.clone(), records()));
        Directory::new(clients, records(), users)
    }

    fn user(name: &str) -> UserName {
        name.parse().unwrap()
    }

    #[tokio::test]
    async fn directory_warns_once_of_unknown_names() {
        let platform = FakePlatform::new(PolicyModel::PerPrincipal);
        let alice = ItemBuilder::new().string("username", "alice").build();
        platform.records.insert(USERS, alice);
        let risk = ItemBuilder::new().string("name", "risk").build();
        platform.records.insert("mlspace-groups", risk);
        let directory = directory(&platform);
        assert_eq!(directory.warn_of_user(&user("alice")).await, Ok(None));
        let bob = user("bob");
        let notice = directory.warn_of_user(&bob).await.unwrap().unwrap();
        assert_eq!(notice.summary, "Unknown user");
        assert!(notice.detail.contains("`bob`"), "{notice:?}");
        assert!(notice.detail.contains("with `mlspace_user`"), "{notice:?}");
        assert_eq!(directory.warn_of_user(&bob).await, Ok(None));
        let groups = ["risk".parse().unwrap(), "nosuch".parse().unwrap()];
        let notices = directory.warn_of_groups(&groups).await.unwrap();
        assert_eq!(notices.len(), 1);
        assert_eq!(notices[0].attribute, "groups");
    }

    /// A deployment without MLSpace's web application, and a role that cannot read its tables.
    #[tokio::test]
    async fn directory_is_silent_without_users() {
        let platform = FakePlatform::new(PolicyModel::PerPrincipal);
        assert_eq!(
            directory(&platform).knows_user(&user("bob")).await,
            Ok(None)
        );
        platform.records.drop_table(USERS);
        assert_eq!(
            directory(&platform).knows_user(&user("bob")).await,
            Ok(None)
        );
        platform.faults.deny("Scan");
        assert_eq!(
            directory(&platform).warn_of_user(&user("bob")).await,
            Ok(None)
        );
    }

    #[tokio::test]
    async fn directory_warns_of_unsynced_notebooks() {
        let platform = FakePlatform::new(PolicyModel::PerPrincipal);
        let empty = directory(&platform).warn_of_unsynced("a").await;
        assert_eq!(empty, Ok(None), "no web application writes there");
        let alice = ItemBuilder::new().string("username", "alice").build();
        platform.records.insert(USERS, alice);
        let beside_mlspace = directory(&platform);
        let notice = beside_mlspace.warn_of_unsynced("a").await.unwrap().unwrap();
        assert_eq!(notice.attribute, "lifecycle_config_name");
        assert!(notice.detail.contains("`a`"), "{notice:?}");
        assert_eq!(beside_mlspace.warn_of_unsynced("a").await, Ok(None));
        platform.faults.deny("Scan");
        let denied = directory(&platform).warn_of_unsynced("a").await;
        assert_eq!(denied, Ok(None));
    }

    #[test]
    fn invalid_new_name_has_cause_and_remedy() {
        let error = user("group").check_new().unwrap_err();
        let error = invalid_new_name("user", &error);
        assert_eq!(
            error.to_string(),
            "`group` is reserved and cannot name a user; choose another name"
        );
    }
}
