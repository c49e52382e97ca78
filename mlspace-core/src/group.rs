//! Groups: policies that give the users of a group access to the datasets shared with it.
//!
//! A group's policies follow from the records of the datasets shared with it. They are attached to
//! the roles of all memberships of the group's users, and deleted when no role has them or nothing
//! is shared any more.

mod follow;
mod shares;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use crate::aws::lock::Locks;
use crate::aws::{Backoff, Cached, Clients, Error, Guard, Operation};
use crate::external_location::LocationStore;
use crate::iam::managed_policies::{MAX_ATTEMPTS, equivalent_json};
use crate::iam::{DesiredPolicy, ManagedPolicies, RoleState, Roles};
use crate::membership::{InlinePolicies, MemberRecords, MemberRoles, PASS_ROLE};
use crate::name::{DatasetName, GroupName, ProjectName, UserName};
use crate::project::ProjectRecords;
use crate::records::{
    GroupDatasetRecord, GroupUserRecord, Item, Malformed, ProjectUserRecord, RecordStore,
};
use crate::tags::PolicyOwner;
use crate::{layout, policies};
use iam_policy::Document;

use shares::Shared;

/// How many policies of a group are looked for at most. A role carries 10 managed policies, or up to
/// 25 with a raised quota (IAM user guide, "IAM and AWS STS quotas"); the search ends at the first
/// missing one.
const MAX_POLICIES: usize = 30;

/// MLSpace's index from users to their groups or projects.
const BY_USER: &str = "ReverseLookup";

/// Groups and their policies.
pub(crate) struct Groups {
    clients: Clients,
    records: Arc<dyn RecordStore>,
    roles: Arc<Roles>,
    policies: Arc<ManagedPolicies>,
    projects: Arc<ProjectRecords>,
    members: Arc<MemberRecords>,
    member_roles: MemberRoles,
    inline: InlinePolicies,
    locations: Arc<LocationStore>,
    locks: Locks,
    shares: Cached<Shared>,
    /// How often this process has synchronized a group.
    synced: Mutex<BTreeMap<GroupName, u64>>,
    /// How often this process has let users join or leave groups.
    moved: Mutex<BTreeMap<UserName, u64>>,
    /// Memberships that this process has recorded, which an index may not show yet.
    recorded: Mutex<BTreeSet<(ProjectName, UserName)>>,
    /// What [`Groups::skipped_for`] has returned.
    said: Mutex<BTreeSet<String>>,
}

impl Groups {
    /// Groups with their records in `records` and their policies in `policies`, attached to
    /// `roles` of members of `projects`.
    pub(crate) fn new(
        clients: Clients,
        records: Arc<dyn RecordStore>,
        roles: Arc<Roles>,
        policies: Arc<ManagedPolicies>,
        locations: Arc<LocationStore>,
        projects: Arc<ProjectRecords>,
        members: Arc<MemberRecords>,
    ) -> Self {
        Self {
            locations,
            member_roles: MemberRoles::new(clients.clone()),
            inline: InlinePolicies::new(clients.clone()),
            clients,
            records,
            roles,
            policies,
            projects,
            members,
            locks: Locks::default(),
            shares: Cached::default(),
            synced: Mutex::default(),
            moved: Mutex::default(),
            recorded: Mutex::default(),
            said: Mutex::default(),
        }
    }

    /// Locks the group within this process. IAM ignores case in the names of policies, so the lock
    /// does too.
    async fn lock(&self, group: &GroupName) -> Guard {
        self.locks.lock(&group.as_str().to_ascii_lowercase()).await
    }

    /// Updates the policies of a group, and their attachments to its users' roles, to the records
    /// of the datasets that are shared with it. Call it after a change of these records.
    ///
    /// Other processes do the same: when the records have changed meanwhile, one of them may have
    /// finished before a write of this one, so that it is done again.
    ///
    /// # Errors
    /// When AWS cannot be reached or refuses a call. Calling it again continues.
    pub(crate) async fn sync(&self, operation: &Operation, group: &GroupName) -> Result<(), Error> {
        let _guard = self.lock(group).await;
        self.forget(group).await;
        let what = format!("sharing the datasets of group `{group}`");
        let mut shared = self.datasets_shared_with(group).await?;
        for attempt in 0..MAX_ATTEMPTS {
            let done = Box::pin(self.share(operation, group, &shared)).await?;
            let now = self.datasets_shared_with(group).await?;
            if done && now == shared {
                return Ok(());
            }
            shared = now;
            operation.back_off(Backoff::QUICK, attempt, &what).await?;
        }
        Err(Error::Conflict {
            message: format!("what is shared with group `{group}` keeps being changed by others"),
            remedy: "let the other run finish and apply again".to_owned(),
        })
    }

    /// Shares these datasets with the group. False when a policy was removed by another process
    /// meanwhile, or is not seen yet.
    async fn share(
        &self,
        operation: &Operation,
        group: &GroupName,
        datasets: &[DatasetName],
    ) -> Result<bool, Error> {
        let desired = self.policies_sharing(group, datasets).await?;
        let roles = self.roles_of_group(group).await?;
        let mut arns = Vec::new();
        if !roles.is_empty() {
            for policy in &desired {
                arns.push(self.policies.ensure(operation, policy).await?);
            }
        }
        let stale = self.stale_policies(group, arns.len()).await?;
        let mut carriers = 0;
        for (role, (project, user)) in &roles {
            operation.check(&format!("sharing the datasets of group `{group}`"))?;
            let Some(found) = self.roles.current(role).await? else {
                continue;
            };
            // First, since it denies what is no longer shared.
            let updated = self
                .update_inline(operation, project, user, role, &found)
                .await;
            match updated {
                Ok(true) => {}
                Ok(false) => continue,
                // Of this member's project. Its own resources say so; the others get what is shared.
                Err(error @ Error::Record { .. }) => {
                    tracing::warn!(%error, role, "the role is left as it is");
                    continue;
                }
                Err(error) => return Err(error),
            }
            carriers += 1;
            for arn in arns.iter().filter(|arn| !found.attached.contains(*arn)) {
                operation.check(&format!("sharing the datasets of group `{group}`"))?;
                match self.roles.attach(operation, role, arn).await {
                    Err(error) if error.is_absent() => {
                        if self.roles.exists(role).await? {
                            return Ok(false);
                        }
                        // The membership was deleted in the meantime.
                        carriers -= 1;
                        break;
                    }
                    result => result?,
                }
            }
        }
        if carriers == 0 {
            // The memberships were deleted before these policies were made.
            self.delete_unused(operation, group, arns.len(), "").await?;
        }
        for arn in stale {
            operation.check(&format!("removing a policy of group `{group}`"))?;
            self.policies.delete(operation, &arn).await?;
        }
        Ok(true)
    }

    /// Deletes the first `count` policies of the group where no role has them, apart from a
    /// `deleted_role`, if there is one.
    async fn delete_unused(
        &self,
        operation: &Operation,
        group: &GroupName,
        count: usize,
        deleted_role: &str,
    ) -> Result<(), Error> {
        let name = layout::group_policy_name(&self.clients.settings().iam_resource_prefix, group)?;
        for n in (0..count).rev() {
            let owner = PolicyOwner::Group(group);
            self.policies
                .delete_if_unused(operation, &policy_name(&name, n), owner, deleted_role)
                .await?;
        }
        Ok(())
    }

    /// The policies that share the group's datasets; none when nothing is shared.
    async fn desired_policies<'a>(
        &self,
        group: &'a GroupName,
    ) -> Result<Vec<DesiredPolicy<'a>>, Error> {
        let names = self.datasets_shared_with(group).await?;
        self.policies_sharing(group, &names).await
    }

    async fn policies_sharing<'a>(
        &self,
        group: &'a GroupName,
        datasets: &[DatasetName],
    ) -> Result<Vec<DesiredPolicy<'a>>, Error> {
        if datasets.is_empty() {
            return Ok(Vec::new());
        }
        let documents =
            policies::group_policies(&self.clients.policy_context().await?, group, datasets)?;
        let name = layout::group_policy_name(&self.clients.settings().iam_resource_prefix, group)?;
        let desired = documents.into_iter().enumerate().map(|(n, document)| DesiredPolicy {
            name: policy_name(&name, n),
            owner: PolicyOwner::Group(group),
            document,
            conflict_remedy: format!(
                "rename or remove it, or, if it belongs to group `{group}`, tag it `group` = `{group}` and `system` = `{}`",
                self.clients.settings().system_tag
            ),
            creation: None,
        });
        Ok(desired.collect())
    }

    /// The datasets that are shared with the group.
    async fn datasets_shared_with(&self, group: &GroupName) -> Result<Vec<DatasetName>, Error> {
        let table = &self.clients.settings().table_names.group_datasets;
        let items = self.records.query(table, "group", group.as_str()).await?;
        Ok(valid_names::<DatasetName>(&items, |item| {
            GroupDatasetRecord::read(item).map(|r| r.dataset)
        }))
    }

    /// Updates the inline policy of a member's role, which denies the datasets of other groups and
    /// opens granted locations. A role that does not exist is not an error.
    pub(crate) async fn sync_inline(
        &self,
        operation: &Operation,
        project: &ProjectName,
        user: &UserName,
        role: &str,
    ) -> Result<(), Error> {
        if let Some(found) = self.roles.current(role).await? {
            self.update_inline(operation, project, user, role, &found)
                .await?;
        }
        Ok(())
    }

    /// [`Groups::sync_inline`] of a role as it was found. False if it was deleted in the meantime.
    ///
    /// Others write the same policy: when what it follows from has changed meanwhile, they may have
    /// written it before, so that it is written again.
    async fn update_inline(
        &self,
        operation: &Operation,
        project: &ProjectName,
        user: &UserName,
        role: &str,
        found: &RoleState,
    ) -> Result<bool, Error> {
        let what = format!("changing what role `{role}` can do");
        let inline = found.inline.get(PASS_ROLE);
        let mut written = None;
        for attempt in 0..MAX_ATTEMPTS {
            let desired = self.desired_inline(project, user).await?;
            let is_right = match &written {
                None => inline.is_some_and(|json| equivalent_json(json, &desired)),
                Some(written) => *written == desired,
            };
            if is_right {
                return Ok(true);
            }
            operation.check(&what)?;
            let roles = &self.roles;
            if !roles
                .update_inline(operation, role, PASS_ROLE, &desired)
                .await?
            {
                return Ok(false);
            }
            if written.replace(desired).is_some() {
                operation.back_off(Backoff::QUICK, attempt, &what).await?;
            }
        }
        Err(Error::Conflict {
            message: format!("what role `{role}` can do keeps being changed by others"),
            remedy: "let the other run finish and apply again".to_owned(),
        })
    }

    /// The inline policy of a member's role, by the records.
    async fn desired_inline(
        &self,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<Document, Error> {
        let table = &self.clients.settings().table_names.project_users;
        let key = ProjectUserRecord::key(project, user);
        let record = self.records.get(table, &key).await?;
        let owner = record
            .as_ref()
            .and_then(|item| ProjectUserRecord::read(item).ok())
            .is_some_and(|record| record.is_owner())
            || self.members.recent_through_groups(project, user).await? == Some(true);
        let shares = self.shares_of(project, user).await?;
        let access = self.projects.access(project).await?;
        self.inline
            .desired(project, user, owner, &access, &shares)
            .await
    }

    /// The policies of the group beyond the first `kept`.
    async fn stale_policies(&self, group: &GroupName, kept: usize) -> Result<Vec<String>, Error> {
        let name = layout::group_policy_name(&self.clients.settings().iam_resource_prefix, group)?;
        let account = self.clients.account().await?;
        let mut stale = Vec::new();
        for n in kept..MAX_POLICIES {
            let arn = account.policy_arn(&policy_name(&name, n));
            match self.policies.current(&arn).await? {
                Some(found) if self.policies.owns(PolicyOwner::Group(group), &found) => {
                    stale.push(arn)
                }
                // They are numbered without gaps, so there are none after the first missing one.
                _ => break,
            }
        }
        // The last one is deleted first, so that an interruption leaves no gap.
        stale.reverse();
        Ok(stale)
    }

    /// All memberships of all users in the group, by the names of their roles.
    async fn roles_of_group(
        &self,
        group: &GroupName,
    ) -> Result<BTreeMap<String, (ProjectName, UserName)>, Error> {
        let mut roles = BTreeMap::new();
        for (project, user) in self.memberships_of_group(group).await? {
            let name = self.member_roles.name(&project, &user)?;
            roles.insert(name, (project, user));
        }
        Ok(roles)
    }

    /// All memberships of all users in the group.
    pub(crate) async fn memberships_of_group(
        &self,
        group: &GroupName,
    ) -> Result<BTreeSet<(ProjectName, UserName)>, Error> {
        let table = &self.clients.settings().table_names.group_users;
        let items = self.records.query(table, "group", group.as_str()).await?;
        let mut memberships = BTreeSet::new();
        for user in
            valid_names::<UserName>(&items, |item| GroupUserRecord::read(item).map(|r| r.user))
        {
            memberships.extend(self.memberships_of_user(&user).await?);
        }
        Ok(memberships)
    }

    /// Notes that this process has recorded a membership.
    pub(crate) fn note_membership(&self, project: &ProjectName, user: &UserName) {
        let mut recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        recorded.insert((project.clone(), user.clone()));
    }

    /// All memberships of a user, by name or through groups. Some may be deleted: an index follows its table within a moment
    /// (DynamoDB developer guide, "Using global secondary indexes": "eventually consistent").
    pub(crate) async fn memberships_of_user(
        &self,
        user: &UserName,
    ) -> Result<BTreeSet<(ProjectName, UserName)>, Error> {
        let table = &self.clients.settings().table_names.project_users;
        let items = self
            .records
            .query_index(table, BY_USER, "user", user.as_str())
            .await?;
        // An index contains only keys, and only the project is needed.
        let projects = valid_names::<ProjectName>(&items, |item| {
            ProjectUserRecord::read(item).map(|r| r.project)
        });
        let through = self.members.projects_through_groups(user).await?;
        let recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        let recorded = recorded.iter().filter(|(_, member)| member == user);
        Ok(projects
            .into_iter()
            .chain(through)
            .map(|project| (project, user.clone()))
            .chain(recorded.cloned())
            .collect())
    }

    /// Creates or updates the policies of the user's groups. Returns their ARNs, for the user's
    /// roles.
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

    /// ARNs of the policies that the user's groups should have.
    pub(crate) async fn policy_arns_of(&self, user: &UserName) -> Result<Vec<String>, Error> {
        let mut arns = Vec::new();
        for group in self.groups_of(user).await? {
            for policy in self.desired_policies(&group).await? {
                arns.push(self.policies.arn(&policy.name).await?);
            }
        }
        Ok(arns)
    }

    /// Deletes the policies of the user's groups through which nothing is shared any more.
    pub(crate) async fn delete_stale_policies_of(
        &self,
        operation: &Operation,
        user: &UserName,
    ) -> Result<(), Error> {
        for group in self.groups_of(user).await? {
            let _guard = self.lock(&group).await;
            let kept = self.desired_policies(&group).await?.len();
            for arn in self.stale_policies(&group, kept).await? {
                self.policies.delete(operation, &arn).await?;
            }
        }
        Ok(())
    }

    /// Deletes the policies of the user's groups that no role has any more. The role `deleted_role`
    /// was just deleted and does not count, although IAM may list it for a while.
    pub(crate) async fn delete_unused_policies_of(
        &self,
        operation: &Operation,
        user: &UserName,
        deleted_role: &str,
    ) -> Result<(), Error> {
        for group in self.recent_groups_of(user).await? {
            let _guard = self.lock(&group).await;
            let stale = self.stale_policies(&group, 0).await?.len();
            self.delete_unused(operation, &group, stale, deleted_role)
                .await?;
        }
        Ok(())
    }
}

/// The name of a group's policy, counted from 0.
fn policy_name(name: &str, n: usize) -> String {
    match n {
        0 => name.to_owned(),
        n => format!("{name}-{}", n + 1),
    }
}

/// The names in these items that a policy can contain. A plan tells of the others
/// ([`Groups::skipped_for`]).
fn valid_names<T: std::str::FromStr>(
    items: &[Item],
    read: impl Fn(&Item) -> Result<String, Malformed>,
) -> Vec<T> {
    items
        .iter()
        .filter_map(|item| read(item).ok()?.parse().ok())
        .collect()
}
