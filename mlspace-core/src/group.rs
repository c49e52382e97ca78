//! Groups: the datasets that are shared with a group are opened by a policy on its users' roles.
//!
//! A group's policies are made from the records of its shared datasets, carried by every role of
//! every user in the group, and removed when no role carries them or nothing is shared.

mod shares;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::aws::lock::Locks;
use crate::aws::{Clients, Error, Guard, Operation};
use crate::iam::{DesiredPolicy, ManagedPolicies, Roles};
use crate::membership::MemberRoles;
use crate::name::{DatasetName, GroupName, ProjectName, UserName};
use crate::records::{
    GroupDatasetRecord, GroupUserRecord, Item, Malformed, ProjectUserRecord, RecordStore,
};
use crate::tags::PolicyOwner;
use crate::{layout, policies};

use shares::SharesCache;

/// More policies than any role can carry: where to stop looking for those of a group that shrank.
const MOST_POLICIES: usize = 10;

/// The index that finds the groups, or projects, of a user.
const BY_USER: &str = "ReverseLookup";

/// Longest wait for a role or policy that existed before to be visible.
const VISIBILITY_TIMEOUT: Duration = Duration::from_secs(15);

/// Groups and their policies.
pub(crate) struct Groups {
    clients: Clients,
    records: Arc<dyn RecordStore>,
    roles: Arc<Roles>,
    policies: Arc<ManagedPolicies>,
    member_roles: MemberRoles,
    locks: Locks,
    shares: SharesCache,
}

impl Groups {
    /// Groups on record in `records`, with their policies in `policies`, carried by `roles`.
    pub(crate) fn new(
        clients: Clients,
        records: Arc<dyn RecordStore>,
        roles: Arc<Roles>,
        policies: Arc<ManagedPolicies>,
    ) -> Self {
        Self {
            member_roles: MemberRoles::new(clients.clone()),
            clients,
            records,
            roles,
            policies,
            locks: Locks::default(),
            shares: SharesCache::default(),
        }
    }

    async fn lock(&self, group: &GroupName) -> Guard {
        self.locks.lock(&group.as_str().to_ascii_lowercase()).await
    }

    /// Brings the policies of a group, and what its users' roles carry, in line with the records of
    /// the datasets that are shared with it. Call it after those records changed.
    ///
    /// # Errors
    /// When AWS can't be reached or refuses the calls, or the group's datasets need more policies
    /// than a role carries. Calling it again goes on.
    pub(crate) async fn sync(&self, operation: &Operation, group: &GroupName) -> Result<(), Error> {
        let _guard = self.lock(group).await;
        self.shares.forget().await;
        let desired = self.desired_policies(group).await?;
        let roles = self.roles_of_group(group).await?;
        let mut arns = Vec::new();
        if !roles.is_empty() {
            for policy in &desired {
                arns.push(self.policies.ensure(operation, policy).await?);
            }
        }
        let stale = self.stale_policies(group, arns.len()).await?;
        for role in &roles {
            let Some(found) = self.roles.current(role).await? else {
                continue;
            };
            for arn in arns.iter().filter(|arn| !found.attached.contains(*arn)) {
                operation.check(&format!("sharing the datasets of group `{group}`"))?;
                match self
                    .roles
                    .attach(operation, role, arn, VISIBILITY_TIMEOUT)
                    .await
                {
                    // The membership went in the meantime.
                    Err(error)
                        if error.is_absent() && self.roles.current(role).await?.is_none() =>
                    {
                        break;
                    }
                    result => result?,
                }
            }
        }
        for arn in stale {
            operation.check(&format!("closing the datasets of group `{group}`"))?;
            self.policies.delete(operation, &arn).await?;
        }
        Ok(())
    }

    /// The policies that share the group's datasets; none when nothing is shared.
    async fn desired_policies<'a>(
        &self,
        group: &'a GroupName,
    ) -> Result<Vec<DesiredPolicy<'a>>, Error> {
        let table = &self.clients.settings().table_names.group_datasets;
        let items = self.records.query(table, "group", group.as_str()).await?;
        let names = parsed::<DatasetName>(&items, |item| {
            GroupDatasetRecord::read(item).map(|r| r.dataset)
        });
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let documents =
            policies::group_policies(&self.clients.grant_context().await?, group, &names)?;
        let name = layout::group_policy_name(&self.clients.settings().iam_resource_prefix, group)?;
        let desired = documents.into_iter().enumerate().map(|(n, document)| DesiredPolicy {
            name: numbered(&name, n),
            owner: PolicyOwner::Group(group),
            document,
            conflict_remedy: format!(
                "rename or remove it, or, if it belongs to group `{group}`, tag it `group` = `{group}` and `system` = `{}`",
                self.clients.settings().system_tag
            ),
        });
        Ok(desired.collect())
    }

    /// The policies of the group beyond the first `kept`.
    async fn stale_policies(&self, group: &GroupName, kept: usize) -> Result<Vec<String>, Error> {
        let name = layout::group_policy_name(&self.clients.settings().iam_resource_prefix, group)?;
        let account = self.clients.account().await?;
        let mut stale = Vec::new();
        for n in kept..MOST_POLICIES {
            let arn = account.policy_arn(&numbered(&name, n));
            match self.policies.current(&arn).await? {
                Some(found) if self.policies.owns(PolicyOwner::Group(group), &found) => {
                    stale.push(arn)
                }
                // They are numbered without gaps, so that the first one missing is the last.
                _ => break,
            }
        }
        // The last goes first: an interrupted removal leaves no gap.
        stale.reverse();
        Ok(stale)
    }

    /// Names of the roles of all memberships of all users in the group.
    async fn roles_of_group(&self, group: &GroupName) -> Result<BTreeSet<String>, Error> {
        let tables = &self.clients.settings().table_names;
        let items = self
            .records
            .query(&tables.group_users, "group", group.as_str())
            .await?;
        let mut roles = BTreeSet::new();
        for user in parsed::<UserName>(&items, |item| GroupUserRecord::read(item).map(|r| r.user)) {
            let items = self
                .records
                .query_index(&tables.project_users, BY_USER, "user", user.as_str())
                .await?;
            // An index holds keys only; so does this reading.
            let projects = parsed::<ProjectName>(&items, |item| {
                ProjectUserRecord::read(item).map(|r| r.project)
            });
            for project in projects {
                roles.insert(self.member_roles.name(&project, &user)?);
            }
        }
        Ok(roles)
    }

    /// Makes the policies of the user's groups what they should be; their ARNs, for the user's roles.
    pub(crate) async fn ensure_policies_of(
        &self,
        operation: &Operation,
        user: &UserName,
    ) -> Result<Vec<String>, Error> {
        let mut arns = Vec::new();
        for group in self.groups_of(user).await? {
            let _guard = self.lock(&group).await;
            for policy in self.desired_policies(&group).await? {
                arns.push(self.policies.ensure(operation, &policy).await?);
            }
        }
        Ok(arns)
    }

    /// Removes the policies of the user's groups that no role carries any more, `gone` being a role
    /// that was just deleted.
    pub(crate) async fn delete_unused_policies_of(
        &self,
        operation: &Operation,
        user: &UserName,
        gone: &str,
    ) -> Result<(), Error> {
        for group in self.groups_of(user).await? {
            let _guard = self.lock(&group).await;
            let name =
                layout::group_policy_name(&self.clients.settings().iam_resource_prefix, &group)?;
            let owner = PolicyOwner::Group(&group);
            let stale = self.stale_policies(&group, 0).await?.len();
            for n in (0..stale).rev() {
                self.policies
                    .delete_if_unused(operation, &numbered(&name, n), owner, gone)
                    .await?;
            }
        }
        Ok(())
    }
}

/// The name of the group's policy number `n`, from 0.
fn numbered(name: &str, n: usize) -> String {
    match n {
        0 => name.to_owned(),
        n => format!("{name}-{}", n + 1),
    }
}

/// The names that items hold; those that are no names of ours are nothing the platform made.
fn parsed<T: std::str::FromStr>(
    items: &[Item],
    read: impl Fn(&Item) -> Result<String, Malformed>,
) -> Vec<T> {
    items
        .iter()
        .filter_map(|item| read(item).ok()?.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::ItemBuilder;

    #[test]
    fn a_groups_policies_are_numbered_from_the_second() {
        assert_eq!(numbered("MLSpace-group-risk", 0), "MLSpace-group-risk");
        assert_eq!(numbered("MLSpace-group-risk", 2), "MLSpace-group-risk-3");
    }

    #[test]
    fn keys_of_an_index_are_enough_to_find_memberships() {
        let keys_only = ItemBuilder::new()
            .string("user", "alice")
            .string("project", "fraud")
            .build();
        let projects = parsed::<ProjectName>(&[keys_only], |item| {
            ProjectUserRecord::read(item).map(|r| r.project)
        });
        assert_eq!(projects, ["fraud".parse().unwrap()]);
    }

    #[test]
    fn names_that_could_not_be_ours_are_passed_over() {
        let odd = ItemBuilder::new()
            .string("group", "risk")
            .string("dataset", "a/*")
            .build();
        let good = ItemBuilder::new()
            .string("group", "risk")
            .string("dataset", "cards")
            .build();
        let names = parsed::<DatasetName>(&[odd, good], |item| {
            GroupDatasetRecord::read(item).map(|r| r.dataset)
        });
        assert_eq!(names, ["cards".parse().unwrap()]);
    }
}
