//! What is shared with whom, read as a whole for those who only look.
//!
//! A refresh asks for the groups of every member. Their tables are small, so that reading them
//! once serves all, where asking member by member would take a call each.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::Groups;
use super::{numbered, parsed};
use crate::aws::{Error, IfPresent as _};
use crate::name::{DatasetName, GroupName, UserName};
use crate::records::{GroupDatasetRecord, GroupUserRecord, Item, Malformed};
use crate::{layout, policies};
use iam_policy::Document;

/// How long one reading serves others: the length of a refresh.
const CACHE_TTL: Duration = Duration::from_secs(30);

/// The last reading.
#[derive(Default)]
pub(super) struct SharesCache(Mutex<Option<(Instant, Arc<Shared>)>>);

impl SharesCache {
    /// Forgets the reading, because what it read is being changed.
    pub(super) async fn forget(&self) {
        *self.0.lock().await = None;
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Shared {
    groups: HashMap<UserName, BTreeSet<GroupName>>,
    datasets: HashMap<GroupName, Vec<DatasetName>>,
}

impl Shared {
    fn of(users: &[Item], datasets: &[Item]) -> Self {
        let mut shared = Self::default();
        for item in users {
            let record = GroupUserRecord::read(item);
            if let Some((user, group)) = pair(record.map(|r| (r.user, r.group))) {
                shared.groups.entry(user).or_default().insert(group);
            }
        }
        for item in datasets {
            let record = GroupDatasetRecord::read(item);
            if let Some((group, dataset)) = pair(record.map(|r| (r.group, r.dataset))) {
                shared.datasets.entry(group).or_default().push(dataset);
            }
        }
        shared
    }
}

/// Two names; nothing when either is no name of ours, and so nothing the platform made.
fn pair<A: std::str::FromStr, B: std::str::FromStr>(
    names: Result<(String, String), Malformed>,
) -> Option<(A, B)> {
    let (a, b) = names.ok()?;
    Some((a.parse().ok()?, b.parse().ok()?))
}

/// A group's policy, as the roles of the group's users should carry it.
#[derive(Debug, Clone)]
pub(crate) struct GroupPolicy {
    /// Its name.
    pub(crate) name: String,
    /// What it should say.
    pub(crate) document: Document,
}

impl Groups {
    /// The policies of the user's groups that share anything, for those who only look. Tables that
    /// aren't there yet hold no groups.
    pub(crate) async fn cached_policies_of(
        &self,
        user: &UserName,
    ) -> Result<Vec<GroupPolicy>, Error> {
        let shared = self.shared().await?;
        let mut policies = Vec::new();
        for group in shared.groups.get(user).into_iter().flatten() {
            let Some(datasets) = shared.datasets.get(group) else {
                continue;
            };
            let name =
                layout::group_policy_name(&self.clients.settings().iam_resource_prefix, group)?;
            let documents =
                policies::group_policies(&self.clients.grant_context().await?, group, datasets)?;
            policies.extend(
                documents
                    .into_iter()
                    .enumerate()
                    .map(|(n, document)| GroupPolicy {
                        name: numbered(&name, n),
                        document,
                    }),
            );
        }
        Ok(policies)
    }

    async fn shared(&self) -> Result<Arc<Shared>, Error> {
        let mut last = self.shares.0.lock().await;
        match &*last {
            Some((at, shared)) if at.elapsed() < CACHE_TTL => return Ok(Arc::clone(shared)),
            _ => {}
        }
        let tables = &self.clients.settings().table_names;
        let (users, datasets) = futures::try_join!(
            Box::pin(self.records.scan(&tables.group_users, &["group", "user"])),
            Box::pin(
                self.records
                    .scan(&tables.group_datasets, &["group", "dataset"])
            ),
        )
        .if_present()?
        .unwrap_or_default();
        let shared = Shared::of(&users, &datasets);
        let shared = Arc::new(shared);
        *last = Some((Instant::now(), Arc::clone(&shared)));
        Ok(shared)
    }

    /// The user's groups as they are now.
    pub(super) async fn groups_of(&self, user: &UserName) -> Result<Vec<GroupName>, Error> {
        let table = &self.clients.settings().table_names.group_users;
        let items = self
            .records
            .query_index(table, super::BY_USER, "user", user.as_str())
            .await
            .if_present()?;
        let items = items.unwrap_or_default();
        let mut groups: Vec<GroupName> = parsed(&items, |item| {
            GroupUserRecord::read(item).map(|record| record.group)
        });
        groups.sort();
        Ok(groups)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::ItemBuilder;

    fn row(group: &str, other: &str, name: &str) -> Item {
        ItemBuilder::new()
            .string("group", group)
            .string(other, name)
            .build()
    }

    #[test]
    fn tables_are_turned_into_who_has_what() {
        let users = [
            row("risk", "user", "alice"),
            row("ops", "user", "alice"),
            row("a*", "user", "bob"),
        ];
        let datasets = [
            row("risk", "dataset", "cards"),
            row("risk", "dataset", "../x"),
        ];
        let shared = Shared::of(&users, &datasets);
        let groups: Vec<String> = shared.groups[&"alice".parse::<UserName>().unwrap()]
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(groups, ["ops", "risk"]);
        assert_eq!(shared.groups.len(), 1, "names with wildcards are nobody's");
        assert_eq!(
            shared.datasets[&"risk".parse::<GroupName>().unwrap()],
            ["cards".parse().unwrap()]
        );
    }
}
