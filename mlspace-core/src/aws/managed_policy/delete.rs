//! Removing customer-managed policies.

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

impl Attachments {
    fn is_empty(&self) -> bool {
        self.roles.is_empty() && self.users.is_empty() && self.groups.is_empty()
    }
}

impl Platform {
    /// Who the policy is attached to; nobody when there is no such policy.
    pub(crate) async fn attachments(&self, arn: &str) -> Result<Attachments, Error> {
        let client = self.iam().await?;
        let mut all = Attachments::default();
        let mut marker = None;
        loop {
            let page = client
                .list_entities_for_policy()
                .policy_arn(arn)
                .set_marker(marker.take())
                .send()
                .await
                .called("iam", "ListEntitiesForPolicy");
            let Some(page) = page.if_present()? else {
                return Ok(Attachments::default());
            };
            let name = |name: Option<&str>| name.map(str::to_owned);
            all.roles.extend(
                page.policy_roles()
                    .iter()
                    .filter_map(|r| name(r.role_name())),
            );
            all.users.extend(
                page.policy_users()
                    .iter()
                    .filter_map(|u| name(u.user_name())),
            );
            all.groups.extend(
                page.policy_groups()
                    .iter()
                    .filter_map(|g| name(g.group_name())),
            );
            marker = page.marker.filter(|_| page.is_truncated);
            if marker.is_none() {
                return Ok(all);
            }
        }
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
        let _turn = self
            .lock(&format!("policy/{}", name.to_ascii_lowercase()))
            .await;
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

    async fn is_used(&self, arn: &str, gone: &str) -> Result<bool, Error> {
        let mut attachments = self.attachments(arn).await?;
        attachments.roles.retain(|role| role != gone);
        Ok(!attachments.is_empty())
    }
}
