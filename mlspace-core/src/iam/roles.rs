//! Roles: reads, and changes of one property each. Every change can be repeated.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::api::{IamApi, NewRole, RoleState};
use super::cache::IamCache;
use crate::aws::wait::{PROPAGATION_TIMEOUT, retry, retry_while};
use crate::aws::{Error, IfPresent as _, Operation};
use crate::tags::Tags;
use iam_policy::Document;

/// IAM's default quota of managed policies per role (IAM user guide, "IAM and AWS STS quotas").
pub(crate) const ATTACHMENTS_PER_ROLE: usize = 10;

/// The account's roles.
pub(crate) struct Roles {
    api: Arc<dyn IamApi>,
    cache: Arc<IamCache>,
}

impl Roles {
    /// Roles behind `api`, with bulk reads from `cache`.
    pub(crate) fn new(api: Arc<dyn IamApi>, cache: Arc<IamCache>) -> Self {
        Self { api, cache }
    }

    /// The role as it is now.
    pub(crate) async fn current(&self, name: &str) -> Result<Option<RoleState>, Error> {
        let Some(mut state) = self.api.role(name).await? else {
            return Ok(None);
        };
        let Some(attached) = self.api.attached_policies(name).await? else {
            return Ok(None);
        };
        state.attached = attached;
        for policy in self.api.inline_policy_names(name).await? {
            if let Some(document) = self.api.inline_policy(name, &policy).await? {
                state.inline.insert(policy, document);
            }
        }
        Ok(Some(state))
    }

    /// The role from the bulk read, or as it is now if this process has written to it.
    pub(crate) async fn cached(&self, name: &str) -> Result<Option<RoleState>, Error> {
        match self.cache.snapshot_for(name).await? {
            Some(snapshot) => Ok(snapshot.roles.get(name).cloned()),
            None => self.current(name).await,
        }
    }

    /// ARNs of the policies that are attached to the role now; `None` when there is no such role.
    pub(crate) async fn attached(&self, name: &str) -> Result<Option<BTreeSet<String>>, Error> {
        self.api.attached_policies(name).await
    }

    /// Whether the role exists now.
    pub(crate) async fn exists(&self, name: &str) -> Result<bool, Error> {
        Ok(self.api.role(name).await?.is_some())
    }

    /// Names and tags of all roles from the bulk read, but for those that this process has deleted;
    /// empty when the caller is not allowed to make one.
    pub(crate) async fn tagged(&self) -> Result<Vec<(String, Tags)>, Error> {
        let Some(snapshot) = self.cache.snapshot().await? else {
            return Ok(Vec::new());
        };
        let roles = snapshot.roles.iter();
        Ok(roles
            .filter(|(name, _)| !self.cache.is_deleted(name))
            .map(|(name, role)| (name.clone(), role.tags.clone()))
            .collect())
    }

    /// The quota of managed policies per role. The account's quota is read only when the default is
    /// less than `needed`.
    pub(crate) async fn attachment_quota(&self, needed: usize) -> Result<usize, Error> {
        if needed <= ATTACHMENTS_PER_ROLE {
            return Ok(ATTACHMENTS_PER_ROLE);
        }
        let quota = self.api.attached_policies_quota().await?;
        Ok(quota.unwrap_or(ATTACHMENTS_PER_ROLE))
    }

    /// Creates a role without policies. False when a role of this name, in any case, exists.
    pub(crate) async fn create(
        &self,
        operation: &Operation,
        role: &NewRole<'_>,
    ) -> Result<bool, Error> {
        self.cache.written(role.name);
        self.cache.note_deleted(role.name, false);
        let what = format!("creating role `{}`", role.name);
        let created = retry(operation, &what, || self.api.create_role(role)).await;
        match created {
            Ok(()) => Ok(true),
            Err(error) if error.is("EntityAlreadyExists") => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Sets the trust policy.
    pub(crate) async fn set_trust(
        &self,
        operation: &Operation,
        role: &str,
        trust: &str,
    ) -> Result<(), Error> {
        self.cache.written(role);
        let what = format!("setting the trust policy of role `{role}`");
        retry(operation, &what, || self.api.set_trust(role, trust)).await
    }

    /// Sets or removes the permissions boundary.
    pub(crate) async fn set_boundary(
        &self,
        operation: &Operation,
        role: &str,
        boundary: Option<&str>,
    ) -> Result<(), Error> {
        self.cache.written(role);
        let what = format!("setting the permissions boundary of role `{role}`");
        retry(operation, &what, || self.api.set_boundary(role, boundary)).await
    }

    /// Sets tags and leaves all others.
    pub(crate) async fn tag(
        &self,
        operation: &Operation,
        role: &str,
        tags: &Tags,
    ) -> Result<(), Error> {
        self.cache.written(role);
        let what = format!("tagging role `{role}`");
        retry(operation, &what, || self.api.tag_role(role, tags)).await
    }

    /// Attaches a managed policy. IAM says the same of a role and of a policy that it does not find,
    /// because it is missing or because it was just created; the caller knows what to do then.
    pub(crate) async fn attach(
        &self,
        operation: &Operation,
        role: &str,
        arn: &str,
    ) -> Result<(), Error> {
        self.cache.written(role);
        self.cache.attached(role, arn);
        let what = format!("attaching `{arn}` to role `{role}`");
        retry(operation, &what, || self.api.attach_policy(role, arn)).await
    }

    /// Detaches a managed policy. One that is not attached is not an error.
    pub(crate) async fn detach(
        &self,
        operation: &Operation,
        role: &str,
        arn: &str,
    ) -> Result<(), Error> {
        self.cache.written(role);
        let what = format!("detaching `{arn}` from role `{role}`");
        retry(operation, &what, || self.api.detach_policy(role, arn))
            .await
            .if_present()?;
        self.cache.detached(role, arn);
        Ok(())
    }

    /// Sets an inline policy. A role that was just created may not be found yet.
    pub(crate) async fn set_inline(
        &self,
        operation: &Operation,
        role: &str,
        name: &str,
        document: &str,
    ) -> Result<(), Error> {
        self.cache.written(role);
        let what = format!("setting policy `{name}` of role `{role}`");
        retry(operation, &what, || {
            self.api.put_inline_policy(role, name, document)
        })
        .await
    }

    /// Sets an inline policy of a role that was seen. False if the role was deleted in the meantime.
    pub(crate) async fn update_inline(
        &self,
        operation: &Operation,
        role: &str,
        name: &str,
        desired: &Document,
    ) -> Result<bool, Error> {
        let what = format!("changing what role `{role}` can do");
        let document = desired.to_json();
        // What reads see, writes may not see yet.
        let unseen = Error::is_absent;
        retry_while(operation, PROPAGATION_TIMEOUT, &what, unseen, || async {
            match self.set_inline(operation, role, name, &document).await {
                Err(error) if error.is_absent() && !self.exists(role).await? => Ok(false),
                result => result.map(|()| true),
            }
        })
        .await
    }

    /// Deletes an inline policy. One that does not exist is not an error.
    pub(crate) async fn delete_inline(
        &self,
        operation: &Operation,
        role: &str,
        name: &str,
    ) -> Result<(), Error> {
        self.cache.written(role);
        let what = format!("deleting policy `{name}` of role `{role}`");
        retry(operation, &what, || {
            self.api.delete_inline_policy(role, name)
        })
        .await
        .if_present()?;
        Ok(())
    }

    /// The role to be deleted: its policies from the bulk read, but for those that are attached to it
    /// now. What else was changed meanwhile is found when IAM refuses to delete the role.
    pub(crate) async fn leaving(&self, name: &str) -> Result<Option<RoleState>, Error> {
        let snapshot = self.cache.snapshot_for(name).await?;
        let Some(known) = snapshot.and_then(|snapshot| snapshot.roles.get(name).cloned()) else {
            return self.current(name).await;
        };
        let attached = self.api.attached_policies(name).await?;
        Ok(attached.map(|attached| RoleState { attached, ..known }))
    }

    /// Removes all policies from the role, which is as in `state`, and deletes it. A role that does
    /// not exist is not an error.
    ///
    /// `last` are ARNs of policies that are detached after all others, in this order. `inline` is
    /// the inline policy that is deleted before the very last of them. These contain the Deny
    /// statements: a role whose deletion is interrupted never has more permissions than before.
    pub(crate) async fn delete(
        &self,
        operation: &Operation,
        name: &str,
        state: RoleState,
        last: &[String],
        inline: &str,
    ) -> Result<(), Error> {
        self.strip(operation, name, &state, last, inline).await?;
        let what = format!("deleting role `{name}`");
        self.cache.written(name);
        retry(operation, &what, || async {
            match self.api.delete_role(name).await {
                // Others have added to it since it was read, or it is in an instance profile.
                Err(error) if error.is("DeleteConflict") => {
                    if let Some(state) = self.current(name).await? {
                        self.strip(operation, name, &state, last, inline).await?;
                        self.leave_instance_profiles(operation, name).await?;
                    }
                    Err(error)
                }
                result => result,
            }
        })
        .await
        .if_present()?;
        self.cache.note_deleted(name, true);
        Ok(())
    }

    /// Removes all policies from the role, those that deny last; see [`Self::delete`].
    async fn strip(
        &self,
        operation: &Operation,
        name: &str,
        state: &RoleState,
        last: &[String],
        inline: &str,
    ) -> Result<(), Error> {
        for policy in state.inline.keys().filter(|policy| *policy != inline) {
            self.delete_inline(operation, name, policy).await?;
        }
        let mut managed: Vec<&String> = state.attached.iter().collect();
        // The sort is stable, and `None` (not among the last) sorts before every position.
        managed.sort_by_key(|arn| last.iter().position(|last| last == *arn));
        let very_last = managed.pop_if(|arn| last.contains(*arn));
        for arn in managed {
            self.detach(operation, name, arn).await?;
        }
        if state.inline.contains_key(inline) {
            self.delete_inline(operation, name, inline).await?;
        }
        if let Some(arn) = very_last {
            self.detach(operation, name, arn).await?;
        }
        Ok(())
    }

    /// Removes the role from instance profiles, because IAM does not delete a role that is in one.
    async fn leave_instance_profiles(
        &self,
        operation: &Operation,
        role: &str,
    ) -> Result<(), Error> {
        let profiles = match self.api.instance_profiles(role).await {
            // Roles are rarely in profiles: a caller without this permission can still delete
            // roles.
            Err(error) if error.is_denied() => Vec::new(),
            found => found?,
        };
        let what = format!("removing role `{role}` from its instance profile");
        for profile in profiles {
            retry(operation, &what, || {
                self.api.leave_instance_profile(role, &profile)
            })
            .await
            .if_present()?;
        }
        Ok(())
    }
}
