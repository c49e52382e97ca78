//! Removing customer-managed policies.

use super::lock_key;
use crate::aws::error::Error;
use crate::aws::outcome::{Called as _, IfPresent as _};
use crate::aws::platform::Platform;
use crate::aws::wait::{Operation, settle};
use crate::tags::PolicyOwner;

/// The roles, users and groups that a policy is attached to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Attachments {
    pub(crate) roles: Vec<String>,
    pub(crate) users: Vec<String>,
    pub(crate) groups: Vec<String>,
}

impl Platform {
    /// Who the policy is attached to; nobody when there is no such policy.
    pub(crate) async fn attachments(&self, arn: &str) -> Result<Attachments, Error> {
        let mut all = Attachments::default();
        let mut marker = None;
        loop {
            let page;
            (page, marker) = self.some_attachments(arn, marker).await?;
            all.roles.extend(page.roles);
            all.users.extend(page.users);
            all.groups.extend(page.groups);
            if marker.is_none() {
                return Ok(all);
            }
        }
    }

    /// A page of attachments, and where the next one begins.
    async fn some_attachments(
        &self,
        arn: &str,
        marker: Option<String>,
    ) -> Result<(Attachments, Option<String>), Error> {
        let client = self.iam().await?;
        let call = client
            .list_entities_for_policy()
            .policy_arn(arn)
            .set_marker(marker);
        let page = call.send().await.called("iam", "ListEntitiesForPolicy");
        let Some(page) = page.if_present()? else {
            return Ok(Default::default());
        };
        let names = |all: Vec<Option<&str>>| all.into_iter().flatten().map(str::to_owned).collect();
        let found = Attachments {
            roles: names(page.policy_roles().iter().map(|r| r.role_name()).collect()),
            users: names(page.policy_users().iter().map(|u| u.user_name()).collect()),
            groups: names(
                page.policy_groups()
                    .iter()
                    .map(|g| g.group_name())
                    .collect(),
            ),
        };
        Ok((found, page.marker.filter(|_| page.is_truncated)))
    }

    /// Detaches the policy everywhere and deletes it with all its versions. A policy that isn't
    /// there is no error.
    pub(crate) async fn delete_policy(
        &self,
        operation: &Operation,
        arn: &str,
    ) -> Result<(), Error> {
        let client = self.iam().await?;
        self.authorizations().written(arn);
        let what = format!("deleting policy `{arn}`");
        let attachments = self.attachments(arn).await?;
        for role in &attachments.roles {
            self.detach_policy(operation, role, arn).await?;
        }
        for user in &attachments.users {
            settle(operation, &what, || async {
                let call = client.detach_user_policy().user_name(user).policy_arn(arn);
                call.send().await.called("iam", "DetachUserPolicy")
            })
            .await
            .if_present()?;
        }
        for group in &attachments.groups {
            settle(operation, &what, || async {
                let call = client
                    .detach_group_policy()
                    .group_name(group)
                    .policy_arn(arn);
                call.send().await.called("iam", "DetachGroupPolicy")
            })
            .await
            .if_present()?;
        }
        self.delete_detached(operation, arn, &what, None).await
    }

    /// Deletes a policy that nothing uses. With `gone`, use by anything but that role ends it
    /// without error: another process attached the policy in between, so it is needed after all.
    async fn delete_detached(
        &self,
        operation: &Operation,
        arn: &str,
        what: &str,
        gone: Option<&str>,
    ) -> Result<(), Error> {
        let client = self.iam().await?;
        for id in self.other_versions(arn).await? {
            settle(operation, what, || async {
                let call = client
                    .delete_policy_version()
                    .policy_arn(arn)
                    .version_id(&id);
                call.send().await.called("iam", "DeletePolicyVersion")
            })
            .await
            .if_present()?;
        }
        settle(operation, what, || async {
            let call = client.delete_policy().policy_arn(arn);
            match (call.send().await.called("iam", "DeletePolicy"), gone) {
                (Err(error), Some(gone)) if error.is("DeleteConflict") => {
                    if self.is_used(arn, gone).await? {
                        Ok(())
                    } else {
                        Err(error)
                    }
                }
                (result, _) => result.map(drop),
            }
        })
        .await
        .if_present()?;
        Ok(())
    }

    /// Deletes a shared policy if it is ours and nothing uses it any more. `gone` is a role that
    /// was just deleted: IAM may list it for a while.
    pub(crate) async fn delete_policy_if_unused(
        &self,
        operation: &Operation,
        name: &str,
        owner: PolicyOwner<'_>,
        gone: &str,
    ) -> Result<(), Error> {
        let arn = self.account().await?.policy_arn(name);
        let _turn = self.lock(&lock_key(name)).await;
        match self.live_policy(&arn).await? {
            Some(found) if self.owns_policy(owner, &found) => {}
            _ => return Ok(()),
        }
        if self.is_used(&arn, gone).await? {
            return Ok(());
        }
        self.authorizations().written(&arn);
        let what = format!("deleting policy `{name}`");
        self.delete_detached(operation, &arn, &what, Some(gone))
            .await
    }

    /// Whether the policy is attached to anything but the role `gone`, and roles that this process
    /// took it from. Looks no further than the first.
    pub(crate) async fn is_used(&self, arn: &str, gone: &str) -> Result<bool, Error> {
        let mut marker = None;
        loop {
            let page;
            (page, marker) = self.some_attachments(arn, marker).await?;
            let carries =
                |role: &String| role != gone && !self.authorizations().is_detached(role, arn);
            if page.roles.iter().any(carries) || !(page.users.is_empty() && page.groups.is_empty())
            {
                return Ok(true);
            }
            if marker.is_none() {
                return Ok(false);
            }
        }
    }

    /// Whether a policy of ours of this name is there, attached to nothing.
    pub(crate) async fn is_left_over(
        &self,
        name: &str,
        owner: PolicyOwner<'_>,
    ) -> Result<bool, Error> {
        let arn = self.account().await?.policy_arn(name);
        if self.policy_document(&arn).await?.is_none() {
            return Ok(false);
        }
        match self.live_policy(&arn).await? {
            Some(found) if self.owns_policy(owner, &found) => Ok(!self.is_used(&arn, "").await?),
            _ => Ok(false),
        }
    }
}
