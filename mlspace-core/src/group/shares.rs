//! Cached reads of all groups, for refreshes and plans.
//!
//! A refresh needs the groups of every member. The tables are small, so one scan of each replaces a
//! call for each member.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError};

use super::Groups;
use super::{policy_name, valid_names};
use crate::aws::{Error, IfPresent as _, Operation};
use crate::external_location::{PlacedGrant, granted_to, placed};
use crate::membership::Shares;
use crate::name::{DatasetName, GroupName, NameError, ProjectName, UserName};
use crate::plan::Notice;
use crate::records::{GroupDatasetRecord, GroupUserRecord, Item};
use crate::{layout, policies};
use iam_policy::Document;

/// The groups of all users, and the datasets that are shared with them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Shared {
    groups: HashMap<UserName, BTreeSet<GroupName>>,
    members: HashMap<GroupName, BTreeSet<UserName>>,
    datasets: HashMap<GroupName, Vec<DatasetName>>,
    /// Sentences about rows with names that no permission can contain, by user.
    skipped: HashMap<UserName, BTreeSet<String>>,
}

impl Shared {
    /// Collects the names of both tables' items.
    fn of(users: &[Item], datasets: &[Item]) -> Self {
        let mut shared = Self::default();
        for item in users {
            let Ok(GroupUserRecord { group, user }) = GroupUserRecord::read(item) else {
                continue;
            };
            // A user without a valid name has no membership.
            let Ok(user) = user.parse::<UserName>() else {
                continue;
            };
            match group.parse::<GroupName>() {
                Ok(group) => {
                    let members = shared.members.entry(group.clone()).or_default();
                    members.insert(user.clone());
                    shared.groups.entry(user).or_default().insert(group);
                }
                Err(why) => {
                    let what = format!("Group `{}`", group.escape_debug());
                    let sentences = shared.skipped.entry(user).or_default();
                    sentences.insert(no_permission(&what, &why));
                }
            }
        }
        let mut odd: HashMap<GroupName, Vec<String>> = HashMap::new();
        for item in datasets {
            let Ok(GroupDatasetRecord { group, dataset }) = GroupDatasetRecord::read(item) else {
                continue;
            };
            let Ok(group) = group.parse::<GroupName>() else {
                continue;
            };
            match dataset.parse::<DatasetName>() {
                Ok(name) => shared.datasets.entry(group).or_default().push(name),
                Err(why) => {
                    let name = dataset.escape_debug();
                    let what = format!("Dataset `{name}` of group `{group}`");
                    odd.entry(group)
                        .or_default()
                        .push(no_permission(&what, &why));
                }
            }
        }
        for (user, groups) in &shared.groups {
            let sentences: BTreeSet<String> = groups
                .iter()
                .filter_map(|group| odd.get(group))
                .flatten()
                .cloned()
                .collect();
            if !sentences.is_empty() {
                let all = shared.skipped.entry(user.clone()).or_default();
                all.extend(sentences);
            }
        }
        shared
    }

    /// The users of the group.
    pub(super) fn members_of(&self, group: &GroupName) -> BTreeSet<UserName> {
        self.members.get(group).cloned().unwrap_or_default()
    }

    /// What of this is shared with the user in the project, under these grants.
    fn with(&self, project: &ProjectName, user: &UserName, grants: &[PlacedGrant]) -> Shares {
        let groups: Vec<GroupName> = self
            .groups
            .get(user)
            .into_iter()
            .flatten()
            .cloned()
            .collect();
        let datasets = groups.iter().filter_map(|group| self.datasets.get(group));
        Shares {
            datasets: sorted(datasets.flatten().cloned().collect()),
            grants: granted_to(grants, project, user, &groups),
        }
    }
}

fn no_permission(what: &str, why: &NameError) -> String {
    let (rule, _) = why.rule_and_remedy();
    format!("{what} cannot be in a policy, so that members get no permission for it: {rule}.")
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
    /// The policies of the user's groups, as they were at the first look. Missing tables contain no
    /// groups: the same run may create them.
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
                policies::group_policies(&self.clients.policy_context().await?, group, datasets)?;
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

    /// Warnings about datasets and groups of the user that no policy can contain. Each is returned
    /// once, for the first user.
    pub(crate) async fn skipped_for(&self, user: &UserName) -> Result<Vec<Notice>, Error> {
        let shared = self.shared().await?;
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let sentences = shared.skipped.get(user).into_iter().flatten();
        Ok(sentences
            .filter(|sentence| said.insert((*sentence).clone()))
            .map(|sentence| Notice {
                attribute: "",
                summary: "Dataset without permissions".to_owned(),
                detail: sentence.clone(),
            })
            .collect())
    }

    /// What is shared with the user in the project, as it was at the first look.
    pub(crate) async fn cached_shares_of(
        &self,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<Shares, Error> {
        let locations = self.locations.cached().await?;
        self.cached_shares_with(project, user, &placed(&locations))
            .await
    }

    /// What would be shared with the user in the project under these grants.
    pub(crate) async fn cached_shares_with(
        &self,
        project: &ProjectName,
        user: &UserName,
        grants: &[PlacedGrant],
    ) -> Result<Shares, Error> {
        Ok(self.shared().await?.with(project, user, grants))
    }

    /// What is shared with the user in the project, at most a few seconds old.
    pub(crate) async fn recent_shares_of(
        &self,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<Shares, Error> {
        let locations = self.locations.recent().await?;
        let shared = self.recent_shared().await?;
        Ok(shared.with(project, user, &placed(&locations)))
    }

    /// The user's groups, at most a few seconds old.
    pub(super) async fn recent_groups_of(&self, user: &UserName) -> Result<Vec<GroupName>, Error> {
        let shared = self.recent_shared().await?;
        let groups = shared.groups.get(user).into_iter().flatten();
        Ok(groups.cloned().collect())
    }

    /// Sees to it that the policies of the user's groups exist, for a new role. Returns their ARNs.
    pub(crate) async fn provide_policies_of(
        &self,
        operation: &Operation,
        user: &UserName,
    ) -> Result<Vec<String>, Error> {
        let mut arns = Vec::new();
        for group in self.recent_groups_of(user).await? {
            let _guard = self.lock(&group).await;
            // Under the lock, so that what this writes is not older than what others have written.
            for policy in self.desired_policies(&group).await? {
                arns.push(self.policies.ensure_once(operation, &policy).await?);
            }
        }
        Ok(arns)
    }

    /// Notes that this process has changed what is shared with the group.
    pub(super) async fn forget(&self, group: &GroupName) {
        {
            let mut synced = self.synced.lock().unwrap_or_else(PoisonError::into_inner);
            *synced.entry(group.clone()).or_default() += 1;
        }
        self.shares.forget().await;
    }

    /// How often this process has changed what can be shared with the user: the groups, whose members
    /// the user is or is not, and locations.
    pub(crate) async fn changes(&self, user: &UserName) -> Result<[u64; 3], Error> {
        let groups = self.recent_groups_of(user).await?;
        let synced = self.synced.lock().unwrap_or_else(PoisonError::into_inner);
        let changes = groups.iter().filter_map(|group| synced.get(group));
        let moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        // Of a group that the user has left meanwhile, only this tells.
        let moves = moved.get(user).copied().unwrap_or_default();
        Ok([changes.sum(), moves, self.locations.changes()])
    }

    /// What is shared with the user in the project.
    pub(crate) async fn shares_of(
        &self,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<Shares, Error> {
        let groups = self.groups_of(user).await?;
        let mut datasets = Vec::new();
        for group in &groups {
            datasets.extend(self.datasets_shared_with(group).await?);
        }
        let locations = self.locations.all().await?;
        Ok(Shares {
            datasets: sorted(datasets),
            grants: granted_to(&placed(&locations), project, user, &groups),
        })
    }

    pub(super) async fn shared(&self) -> Result<Arc<Shared>, Error> {
        self.shares.get(|| self.read_shared()).await
    }

    async fn recent_shared(&self) -> Result<Arc<Shared>, Error> {
        self.shares.recent(|| self.read_shared()).await
    }

    async fn read_shared(&self) -> Result<Shared, Error> {
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
        Ok(Shared::of(&users, &datasets))
    }

    /// Whether the user is in the group now.
    pub(crate) async fn has_member(
        &self,
        group: &GroupName,
        user: &UserName,
    ) -> Result<bool, Error> {
        let table = &self.clients.settings().table_names.group_users;
        let key = GroupUserRecord::key(group, user);
        Ok(self.records.get(table, &key).await?.is_some())
    }

    /// The user's current groups.
    pub(crate) async fn groups_of(&self, user: &UserName) -> Result<Vec<GroupName>, Error> {
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

/// The names in order, each once.
fn sorted(mut names: Vec<DatasetName>) -> Vec<DatasetName> {
    names.sort();
    names.dedup();
    names
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
    fn shared_tells_of_invalid_names() {
        let users = [
            row("risk", "user", "alice"),
            row("ops", "user", "alice"),
            row("a*", "user", "bob"),
        ];
        let datasets = [
            row("risk", "dataset", "cards"),
            row("risk", "dataset", "exp_1"),
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
            ["cards".parse().unwrap(), "exp_1".parse().unwrap()]
        );
        let skipped = |user: &str| {
            let sentences = &shared.skipped[&user.parse::<UserName>().unwrap()];
            sentences.iter().cloned().collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(skipped("alice"), @"Dataset `../x` of group `risk` cannot be in a policy, so that members get no permission for it: the dataset name `../x` holds `/`, but only ASCII letters, digits, spaces and `_ . - + = @ ,` are allowed.");
        insta::assert_snapshot!(skipped("bob"), @"Group `a*` cannot be in a policy, so that members get no permission for it: the group name `a*` holds `*`, but only ASCII letters and digits are allowed.");
    }
}
