//! Cached reads of all groups, for refreshes and plans.
//!
//! A refresh needs the groups of every member. The tables are small, so one scan of each replaces a
//! call for each member.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::Groups;
use super::{policy_name, valid_names};
use crate::aws::{Error, IfPresent as _};
use crate::name::{DatasetName, GroupName, UserName};
use crate::records::{GroupDatasetRecord, GroupUserRecord, Item, Malformed};
use crate::{layout, policies};
use iam_policy::Document;

/// How long a scan is used: the length of a refresh.
const CACHE_TTL: Duration = Duration::from_secs(30);

/// The last scan.
#[derive(Default)]
pub(super) struct SharesCache(Mutex<Option<(Instant, Arc<Shared>)>>);

impl SharesCache {
    /// Drops the last scan, because the tables are being changed.
    pub(super) async fn forget(&self) {
        *self.0.lock().await = None;
    }
}

/// The groups of all users, and the datasets that are shared with them.
#[derive(Debug, Default, PartialEq, Eq)]
struct Shared {
    groups: HashMap<UserName, BTreeSet<GroupName>>,
    datasets: HashMap<GroupName, Vec<DatasetName>>,
}

impl Shared {
    /// Collects the valid names of both tables' items.
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

/// Two names; `None` when one is not valid. The platform creates no such record.
fn pair<A: std::str::FromStr, B: std::str::FromStr>(
    names: Result<(String, String), Malformed>,
) -> Option<(A, B)> {
    let (a, b) = names.ok()?;
    Some((a.parse().ok()?, b.parse().ok()?))
}

/// The desired state of a group's policy.
#[derive(Debug, Clone)]
pub(crate) struct GroupPolicy {
    /// Its name.
    pub(crate) name: String,
    /// Its document.
    pub(crate) document: Document,
}

impl Groups {
    /// The policies of the user's groups, up to 30 seconds old. Missing tables contain no groups:
    /// the same run may create them.
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
                        name: policy_name(&name, n),
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

    /// The user's current groups.
    pub(super) async fn groups_of(&self, user: &UserName) -> Result<Vec<GroupName>, Error> {
        let table = &self.clients.settings().table_names.group_users;
        let items = self
            .records
            .query_index(table, super::BY_USER, "user", user.as_str())
            .await
            .if_present()?;
        let items = items.unwrap_or_default();
        let mut groups: Vec<GroupName> = valid_names(&items, |item| {
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
    fn shared_skips_invalid_names() {
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
        assert_eq!(shared.groups.len(), 1, "a group with a wildcard");
        assert_eq!(
            shared.datasets[&"risk".parse::<GroupName>().unwrap()],
            ["cards".parse().unwrap()]
        );
    }
}
