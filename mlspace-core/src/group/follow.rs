//! What users get by joining a group, and lose by leaving it.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use super::Groups;
use crate::aws::wait::until;
use crate::aws::{Backoff, Error, Operation, Poll};
use crate::name::{GroupName, UserName};

impl Groups {
    /// Lets the roles of these users, who have joined or left the group, follow: those of members have
    /// the group's policies, and those of others do not.
    ///
    /// # Errors
    /// When AWS cannot be reached or refuses a call. Calling it again continues.
    pub(crate) async fn follow(
        &self,
        operation: &Operation,
        group: &GroupName,
        users: &BTreeSet<UserName>,
    ) -> Result<(), Error> {
        let _guard = self.lock(group).await;
        self.forget(group).await;
        self.members.forget_places().await;
        {
            let mut moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
            for user in users {
                *moved.entry(user.clone()).or_default() += 1;
            }
        }
        let what = format!("changing what the members of group `{group}` can do");
        let mut ensured: Option<Vec<String>> = None;
        let existing = self.stale_policies(group, 0).await?;
        let mut left = false;
        for user in users {
            let member = self.is_seen_in(operation, group, user).await?;
            left |= !member;
            for (project, user) in self.memberships_of_user(user).await? {
                operation.check(&what)?;
                let role = self.member_roles.name(&project, &user)?;
                let Some(found) = self.roles.current(&role).await? else {
                    continue;
                };
                // First, since it denies what is no longer shared.
                let updated = self
                    .update_inline(operation, &project, &user, &role, &found)
                    .await;
                match updated {
                    Ok(true) => {}
                    Ok(false) => continue,
                    // Of this member's project, whose own resources say so.
                    Err(error @ Error::Record { .. }) => {
                        tracing::warn!(%error, role, "the role is left as it is");
                        continue;
                    }
                    Err(error) => return Err(error),
                }
                if !member {
                    for arn in existing.iter().filter(|arn| found.attached.contains(*arn)) {
                        self.roles.detach(operation, &role, arn).await?;
                    }
                    continue;
                }
                let arns = match &mut ensured {
                    Some(arns) => arns,
                    none => {
                        let mut arns = Vec::new();
                        for policy in &self.desired_policies(group).await? {
                            arns.push(self.policies.ensure(operation, policy).await?);
                        }
                        none.insert(arns)
                    }
                };
                for arn in arns.iter().filter(|arn| !found.attached.contains(*arn)) {
                    match self.roles.attach(operation, &role, arn).await {
                        // The membership was deleted in the meantime.
                        Err(error) if error.is_absent() && !self.roles.exists(&role).await? => {
                            break;
                        }
                        result => result?,
                    }
                }
            }
        }
        if left {
            let count = existing.len();
            self.delete_unused(operation, group, count, "").await?;
        }
        Ok(())
    }

    /// Whether the user is in the group, once the index by user agrees, which a role's policies are
    /// worked out from. An index follows its table within a moment (DynamoDB developer guide, "Using
    /// global secondary indexes": "eventually consistent").
    async fn is_seen_in(
        &self,
        operation: &Operation,
        group: &GroupName,
        user: &UserName,
    ) -> Result<bool, Error> {
        let what = format!("waiting for the index of groups by user to show user `{user}`");
        until(operation, &what, Backoff::QUICK, || async move {
            let member = self.has_member(group, user).await?;
            let indexed = self.groups_of(user).await?.contains(group);
            Ok(match member == indexed {
                true => Poll::Ready(member),
                false => Poll::Pending("the index is behind its table".to_owned()),
            })
        })
        .await
    }

    /// The users of the group, as they were at the first look.
    pub(crate) async fn cached_members_of(
        &self,
        group: &GroupName,
    ) -> Result<BTreeSet<UserName>, Error> {
        Ok(self.shared().await?.members_of(group))
    }
}
