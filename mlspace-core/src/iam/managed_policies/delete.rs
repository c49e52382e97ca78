//! Removing customer-managed policies.

use super::ManagedPolicies;
use crate::aws::wait::{Operation, retry};
use crate::aws::{Error, IfPresent as _};
use crate::iam::api::Attachments;
use crate::tags::PolicyOwner;

impl ManagedPolicies {
    /// The roles, users and groups that the policy is attached to; none when there is no such policy.
    pub(crate) async fn attachments(&self, arn: &str) -> Result<Attachments, Error> {
        let mut all = Attachments::default();
        let mut marker = None;
        loop {
            let page;
            (page, marker) = self.api.attachments(arn, marker).await?;
            all.roles.extend(page.roles);
            all.users.extend(page.users);
            all.groups.extend(page.groups);
            if marker.is_none() {
                return Ok(all);
            }
        }
    }

    /// Detaches the policy everywhere and deletes it with all its versions. A policy that does not
    /// exist is not an error.
    pub(crate) async fn delete(&self, operation: &Operation, arn: &str) -> Result<(), Error> {
        self.cache.written(arn);
        let what = format!("deleting policy `{arn}`");
        let attachments = self.attachments(arn).await?;
        for role in &attachments.roles {
            self.roles.detach(operation, role, arn).await?;
        }
        for user in &attachments.users {
            retry(operation, &what, || self.api.detach_user_policy(user, arn))
                .await
                .if_present()?;
        }
        for group in &attachments.groups {
            retry(operation, &what, || {
                self.api.detach_group_policy(group, arn)
            })
            .await
            .if_present()?;
        }
        self.delete_detached(operation, arn, &what, None).await
    }

    /// Deletes a policy that nothing uses. With `deleted_role`, use by anything but that role ends
    /// it without an error: another process attached the policy in between, so it is needed.
    async fn delete_detached(
        &self,
        operation: &Operation,
        arn: &str,
        what: &str,
        deleted_role: Option<&str>,
    ) -> Result<(), Error> {
        for id in self.other_versions(arn).await? {
            retry(operation, what, || self.api.delete_policy_version(arn, &id))
                .await
                .if_present()?;
        }
        retry(operation, what, || async {
            match (self.api.delete_policy(arn).await, deleted_role) {
                (Err(error), Some(role)) if error.is("DeleteConflict") => {
                    if self.is_used(arn, role).await? {
                        Ok(())
                    } else {
                        Err(error)
                    }
                }
                (result, _) => result,
            }
        })
        .await
        .if_present()?;
        Ok(())
    }

    /// Deletes a shared policy if it is ours and nothing uses it any more. `deleted_role` is a role
    /// that was just deleted: IAM may list it for a while.
    pub(crate) async fn delete_if_unused(
        &self,
        operation: &Operation,
        name: &str,
        owner: PolicyOwner<'_>,
        deleted_role: &str,
    ) -> Result<(), Error> {
        let arn = self.arn(name).await?;
        let _guard = self.lock(name).await;
        match self.current(&arn).await? {
            Some(found) if self.owns(owner, &found) => {}
            _ => return Ok(()),
        }
        if self.is_used(&arn, deleted_role).await? {
            return Ok(());
        }
        self.cache.written(&arn);
        let what = format!("deleting policy `{name}`");
        self.delete_detached(operation, &arn, &what, Some(deleted_role))
            .await
    }

    /// Whether the policy is attached to anything but the role `deleted_role`, and roles that this
    /// process detached it from. Reads no further than the first.
    pub(crate) async fn is_used(&self, arn: &str, deleted_role: &str) -> Result<bool, Error> {
        let mut marker = None;
        loop {
            let page;
            (page, marker) = self.api.attachments(arn, marker).await?;
            let uses = |role: &String| role != deleted_role && !self.cache.is_detached(role, arn);
            if page.roles.iter().any(uses) || !(page.users.is_empty() && page.groups.is_empty()) {
                return Ok(true);
            }
            if marker.is_none() {
                return Ok(false);
            }
        }
    }

    /// Whether a policy of ours of this name exists and is attached to nothing.
    pub(crate) async fn is_left_over(
        &self,
        name: &str,
        owner: PolicyOwner<'_>,
    ) -> Result<bool, Error> {
        let arn = self.arn(name).await?;
        if self.cached_document(&arn).await?.is_none() {
            return Ok(false);
        }
        match self.current(&arn).await? {
            Some(found) if self.owns(owner, &found) => Ok(!self.is_used(&arn, "").await?),
            _ => Ok(false),
        }
    }
}
