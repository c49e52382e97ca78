//! Roles: read as they are now, and changed one thing at a time. Every step may be repeated.

use std::time::Duration;

use super::authorization::{RoleState, decode, tags_of};
use super::error::Error;
use super::managed_policy::iam_tags;
use super::outcome::{Called as _, IfPresent as _};
use super::platform::Platform;
use super::retry::passes;
use super::wait::{Operation, settle, settle_while};
use crate::tags::Tags;

impl Platform {
    /// The role as it is now.
    pub(crate) async fn live_role(&self, name: &str) -> Result<Option<RoleState>, Error> {
        let client = self.iam().await?;
        let found = client
            .get_role()
            .role_name(name)
            .send()
            .await
            .called("iam", "GetRole");
        let Some(role) = found.if_present()?.and_then(|output| output.role) else {
            return Ok(None);
        };
        let mut state = RoleState {
            arn: role.arn().to_owned(),
            trust: decode(role.assume_role_policy_document().unwrap_or_default()),
            boundary: role
                .permissions_boundary()
                .and_then(|boundary| boundary.permissions_boundary_arn())
                .map(str::to_owned),
            tags: tags_of(role.tags()),
            ..RoleState::default()
        };
        let mut marker = None;
        loop {
            let call = client
                .list_attached_role_policies()
                .role_name(name)
                .set_marker(marker.take());
            let page = call.send().await.called("iam", "ListAttachedRolePolicies");
            let Some(page) = page.if_present()? else {
                return Ok(None);
            };
            let arns = page
                .attached_policies()
                .iter()
                .filter_map(|policy| policy.policy_arn());
            state.attached.extend(arns.map(str::to_owned));
            marker = page.marker.filter(|_| page.is_truncated);
            if marker.is_none() {
                break;
            }
        }
        for policy in self.inline_names(name).await? {
            let call = client
                .get_role_policy()
                .role_name(name)
                .policy_name(&policy);
            let found = call
                .send()
                .await
                .called("iam", "GetRolePolicy")
                .if_present()?;
            if let Some(found) = found {
                state.inline.insert(policy, decode(found.policy_document()));
            }
        }
        Ok(Some(state))
    }

    async fn inline_names(&self, role: &str) -> Result<Vec<String>, Error> {
        let client = self.iam().await?;
        let mut names = Vec::new();
        let mut marker = None;
        loop {
            let call = client
                .list_role_policies()
                .role_name(role)
                .set_marker(marker.take());
            let page = call
                .send()
                .await
                .called("iam", "ListRolePolicies")
                .if_present()?;
            let Some(page) = page else {
                return Ok(names);
            };
            names.extend_from_slice(page.policy_names());
            marker = page.marker.filter(|_| page.is_truncated);
            if marker.is_none() {
                return Ok(names);
            }
        }
    }

    /// Creates a role without rights. False when a role of this name, in any case, exists.
    pub(crate) async fn create_role(
        &self,
        operation: &Operation,
        name: &str,
        description: &str,
        trust: &str,
        boundary: Option<&str>,
        tags: &Tags,
    ) -> Result<bool, Error> {
        self.authorizations().written(name);
        let client = self.iam().await?;
        let created = settle(operation, &format!("creating role `{name}`"), || async {
            client
                .create_role()
                .role_name(name)
                .description(description)
                .assume_role_policy_document(trust)
                .set_permissions_boundary(boundary.map(str::to_owned))
                .set_tags(Some(iam_tags(tags)))
                .send()
                .await
                .called("iam", "CreateRole")
        })
        .await;
        match created {
            Ok(_) => Ok(true),
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
        self.authorizations().written(role);
        let client = self.iam().await?;
        settle(
            operation,
            &format!("setting the trust policy of role `{role}`"),
            || async {
                let call = client
                    .update_assume_role_policy()
                    .role_name(role)
                    .policy_document(trust);
                call.send().await.called("iam", "UpdateAssumeRolePolicy")
            },
        )
        .await?;
        Ok(())
    }

    /// Sets or removes the permissions boundary.
    pub(crate) async fn set_boundary(
        &self,
        operation: &Operation,
        role: &str,
        boundary: Option<&str>,
    ) -> Result<(), Error> {
        self.authorizations().written(role);
        let client = self.iam().await?;
        let what = format!("setting the permissions boundary of role `{role}`");
        settle(operation, &what, || async {
            match boundary {
                Some(arn) => client
                    .put_role_permissions_boundary()
                    .role_name(role)
                    .permissions_boundary(arn)
                    .send()
                    .await
                    .called("iam", "PutRolePermissionsBoundary")
                    .map(drop),
                None => client
                    .delete_role_permissions_boundary()
                    .role_name(role)
                    .send()
                    .await
                    .called("iam", "DeleteRolePermissionsBoundary")
                    .map(drop),
            }
        })
        .await
    }

    /// Sets tags, leaving others.
    pub(crate) async fn tag_role(
        &self,
        operation: &Operation,
        role: &str,
        tags: &Tags,
    ) -> Result<(), Error> {
        self.authorizations().written(role);
        let client = self.iam().await?;
        settle(operation, &format!("tagging role `{role}`"), || async {
            let call = client
                .tag_role()
                .role_name(role)
                .set_tags(Some(iam_tags(tags)));
            call.send().await.called("iam", "TagRole")
        })
        .await?;
        Ok(())
    }

    /// Attaches a managed policy. It, or the role, may have been made a moment ago and not be seen
    /// yet: it is waited for, up to `patience`.
    pub(crate) async fn attach_policy(
        &self,
        operation: &Operation,
        role: &str,
        arn: &str,
        patience: Duration,
    ) -> Result<(), Error> {
        self.authorizations().written(role);
        self.authorizations().attached(role, arn);
        let client = self.iam().await?;
        let what = format!("attaching `{arn}` to role `{role}`");
        let passing = |error: &Error| passes(error) || error.is_absent();
        settle_while(operation, patience, &what, passing, || async {
            let call = client.attach_role_policy().role_name(role).policy_arn(arn);
            call.send().await.called("iam", "AttachRolePolicy")
        })
        .await?;
        Ok(())
    }

    /// Detaches a managed policy; one that isn't attached is no error.
    pub(crate) async fn detach_policy(
        &self,
        operation: &Operation,
        role: &str,
        arn: &str,
    ) -> Result<(), Error> {
        self.authorizations().written(role);
        let client = self.iam().await?;
        settle(
            operation,
            &format!("detaching `{arn}` from role `{role}`"),
            || async {
                let call = client.detach_role_policy().role_name(role).policy_arn(arn);
                call.send().await.called("iam", "DetachRolePolicy")
            },
        )
        .await
        .if_present()?;
        self.authorizations().detached(role, arn);
        Ok(())
    }

    /// Sets an inline policy.
    pub(crate) async fn set_inline(
        &self,
        operation: &Operation,
        role: &str,
        name: &str,
        document: &str,
    ) -> Result<(), Error> {
        self.authorizations().written(role);
        let client = self.iam().await?;
        settle(
            operation,
            &format!("setting policy `{name}` of role `{role}`"),
            || async {
                client
                    .put_role_policy()
                    .role_name(role)
                    .policy_name(name)
                    .policy_document(document)
                    .send()
                    .await
                    .called("iam", "PutRolePolicy")
            },
        )
        .await?;
        Ok(())
    }

    /// Deletes an inline policy; one that isn't there is no error.
    pub(crate) async fn delete_inline(
        &self,
        operation: &Operation,
        role: &str,
        name: &str,
    ) -> Result<(), Error> {
        self.authorizations().written(role);
        let client = self.iam().await?;
        settle(
            operation,
            &format!("deleting policy `{name}` of role `{role}`"),
            || async {
                let call = client
                    .delete_role_policy()
                    .role_name(role)
                    .policy_name(name);
                call.send().await.called("iam", "DeleteRolePolicy")
            },
        )
        .await
        .if_present()?;
        Ok(())
    }

    /// Takes everything from the role and deletes it; one that isn't there is no error.
    ///
    /// `last` are policies, by ARN, that go after all others and in this order, and `inline` is the
    /// inline policy that goes before the very last of them: those that deny. A role that is cut
    /// down halfway never may more than before.
    pub(crate) async fn delete_role(
        &self,
        operation: &Operation,
        name: &str,
        last: &[String],
        inline: &str,
    ) -> Result<(), Error> {
        let Some(state) = self.live_role(name).await? else {
            return Ok(());
        };
        for policy in state.inline.keys().filter(|policy| *policy != inline) {
            self.delete_inline(operation, name, policy).await?;
        }
        let mut managed: Vec<&String> = state.attached.iter().collect();
        // The sort is stable, and what isn't among the last comes before all that is.
        managed.sort_by_key(|arn| last.iter().position(|last| last == *arn));
        let very_last = managed.pop_if(|arn| last.contains(*arn));
        for arn in managed {
            self.detach_policy(operation, name, arn).await?;
        }
        if state.inline.contains_key(inline) {
            self.delete_inline(operation, name, inline).await?;
        }
        if let Some(arn) = very_last {
            self.detach_policy(operation, name, arn).await?;
        }
        self.leave_instance_profiles(operation, name).await?;
        let client = self.iam().await?;
        settle(operation, &format!("deleting role `{name}`"), || async {
            client
                .delete_role()
                .role_name(name)
                .send()
                .await
                .called("iam", "DeleteRole")
        })
        .await
        .if_present()?;
        Ok(())
    }

    /// Someone may have put the role into an instance profile, which keeps it from being deleted.
    async fn leave_instance_profiles(
        &self,
        operation: &Operation,
        role: &str,
    ) -> Result<(), Error> {
        let client = self.iam().await?;
        let call = client.list_instance_profiles_for_role().role_name(role);
        let found = call
            .send()
            .await
            .called("iam", "ListInstanceProfilesForRole")
            .if_present();
        let profiles = match found {
            Ok(found) => found.map(|page| page.instance_profiles).unwrap_or_default(),
            // Not being allowed to look is no reason to fail: profiles are the exception.
            Err(error) if error.is_denied() => Vec::new(),
            Err(error) => return Err(error),
        };
        for profile in profiles {
            settle(
                operation,
                &format!("taking role `{role}` out of its instance profile"),
                || async {
                    client
                        .remove_role_from_instance_profile()
                        .instance_profile_name(profile.instance_profile_name())
                        .role_name(role)
                        .send()
                        .await
                        .called("iam", "RemoveRoleFromInstanceProfile")
                },
            )
            .await
            .if_present()?;
        }
        Ok(())
    }
}
