//! Deleting customer-managed policies.

use super::ManagedPolicies;
use crate::aws::wait::{Operation, retry};
use crate::aws::{Error, IfPresent as _};
use crate::iam::api::Attachments;
use crate::tags::PolicyOwner;

impl ManagedPolicies {
    /// The roles, users and groups that the policy is attached to; empty when it does not exist.
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
        self.forget(arn);
        let what = format!("deleting policy `{arn}`");
        self.detach_everywhere(operation, arn, &what).await?;
        self.delete_detached(operation, arn, &what, None).await
    }

    /// Detaches the policy from all that IAM lists. The list can be older than the last attachment.
    async fn detach_everywhere(
        &self,
        operation: &Operation,
        arn: &str,
        what: &str,
    ) -> Result<(), Error> {
        let attachments = self.attachments(arn).await?;
        for role in &attachments.roles {
            self.roles.detach(operation, role, arn).await?;
        }
        for user in &attachments.users {
            retry(operation, what, || self.api.detach_user_policy(user, arn))
                .await
                .if_present()?;
        }
        for group in &attachments.groups {
            retry(operation, what, || self.api.detach_group_policy(group, arn))
                .await
                .if_present()?;
        }
        Ok(())
    }

    /// Deletes a policy that is attached to nothing, and its other versions where IAM refuses because
    /// of them. What is attached meanwhile is detached, too. With `deleted_role`, an attachment to
    /// anything else ends the deletion without an error, because another process has attached the
    /// policy.
    async fn delete_detached(
        &self,
        operation: &Operation,
        arn: &str,
        what: &str,
        deleted_role: Option<&str>,
    ) -> Result<(), Error> {
        retry(operation, what, || async {
            match self.api.delete_policy(arn).await {
                Err(error) if error.is("DeleteConflict") => {
                    match deleted_role {
                        Some(role) if self.is_used(arn, role).await? => return Ok(()),
                        Some(_) => {}
                        // Attached meanwhile, or not listed before.
                        None => self.detach_everywhere(operation, arn, what).await?,
                    }
                    self.delete_other_versions(operation, arn, what, Vec::new())
                        .await?;
                    Err(error)
                }
                result => result,
            }
        })
        .await
        .if_present()?;
        Ok(())
    }

    /// Deletes a shared policy if it has this owner and is no longer used. `deleted_role` is a role
    /// that was just deleted, which IAM may still list for a while.
    pub(crate) async fn delete_if_unused(
        &self,
        operation: &Operation,
        name: &str,
        owner: PolicyOwner<'_>,
        deleted_role: &str,
    ) -> Result<(), Error> {
        let arn = self.arn(name).await?;
        let _guard = self.lock(name).await;
        if self.is_unknown(&arn).await? {
            return Ok(());
        }
        let system = &self.clients.settings().system_tag;
        let found = self
            .api
            .policy(&arn)
            .await?
            .filter(|found| super::is_owned_by(owner, system, &found.tags, &found.description));
        let Some(found) = found else {
            return Ok(());
        };
        // IAM may count the role for a while, too.
        if found.attachments > 0 && self.is_used(&arn, deleted_role).await? {
            return Ok(());
        }
        self.cache.written(&arn);
        self.forget(&arn);
        let what = format!("deleting policy `{name}`");
        self.delete_detached(operation, &arn, &what, Some(deleted_role))
            .await
    }

    /// Whether the policy is attached to anything but the role `deleted_role` and roles from which
    /// this process detached it. Stops reading at the first attachment.
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

    /// Whether the policy exists with this owner and is attached to nothing.
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::iam::testing::{Fixture, policy_arn};
    use crate::name::ProjectName;
    use crate::tags::{self, Tags};
    use crate::testing::operation;

    const NAME: &str = "MLSpace-project-fraud";

    fn fraud() -> ProjectName {
        "fraud".parse().unwrap()
    }

    /// The policy of the project fraud, attached to these roles.
    fn attached_to(roles: &[&str]) -> Fixture {
        let iam = Fixture::new();
        let tags = tags::policy_tags("MLSpace", PolicyOwner::Project(&fraud()));
        iam.add_policy(NAME, "{}", &tags);
        for role in roles {
            iam.add_role(role, &[NAME]);
        }
        iam
    }

    fn exists(iam: &Fixture) -> bool {
        iam.policy(NAME).is_some()
    }

    async fn delete(iam: &Fixture) -> Result<(), Error> {
        iam.policies.delete(&operation(), &policy_arn(NAME)).await
    }

    /// Deletes the policy after the role `gone`, unless it is used.
    async fn delete_if_unused(iam: &Fixture) -> Result<(), Error> {
        let fraud = fraud();
        let owner = PolicyOwner::Project(&fraud);
        let policies = &iam.policies;
        policies
            .delete_if_unused(&operation(), NAME, owner, "gone")
            .await
    }

    async fn is_left_over(iam: &Fixture) -> bool {
        let fraud = fraud();
        let owner = PolicyOwner::Project(&fraud);
        iam.policies.is_left_over(NAME, owner).await.unwrap()
    }

    fn edit(iam: &Fixture, act: impl FnOnce(&mut crate::iam::fake::FakePolicy)) {
        let arn = policy_arn(NAME);
        iam.iam
            .edit(|account| act(account.policies.get_mut(&arn).unwrap()));
    }

    #[tokio::test]
    async fn delete_detaches_everywhere() {
        let iam = attached_to(&["one", "two"]);
        edit(&iam, |policy| {
            policy.users.insert("ursula".to_owned());
            policy.groups.insert("analysts".to_owned());
            policy.versions.insert(2, "{}".to_owned());
        });
        delete(&iam).await.unwrap();
        assert!(!exists(&iam));
        assert!(iam.role("one").unwrap().attached.is_empty());
        assert_eq!(
            iam.writes(),
            [
                "DetachRolePolicy",
                "DetachRolePolicy",
                "DetachUserPolicy",
                "DetachGroupPolicy",
                "DeletePolicy",
                "DeletePolicyVersion",
                "DeletePolicy"
            ]
        );
    }

    #[tokio::test]
    async fn delete_of_missing_policy_succeeds() {
        delete(&Fixture::new()).await.unwrap();
    }

    #[tokio::test]
    async fn delete_tolerates_concurrent_changes() {
        let iam = attached_to(&["one"]);
        edit(&iam, |policy| {
            policy.users.insert("ursula".to_owned());
            policy.versions.insert(2, "{}".to_owned());
        });
        let fake = Arc::clone(&iam.iam);
        iam.faults.before("DetachRolePolicy", move || {
            fake.edit(|account| {
                account.roles.clear();
                account.policies.clear();
            });
            Ok(())
        });
        delete(&iam).await.unwrap();
    }

    #[tokio::test]
    async fn delete_repeats_conflicts() {
        let iam = attached_to(&["one"]);
        iam.faults
            .refuse("iam", "DeletePolicy", "DeleteConflict", 2);
        delete(&iam).await.unwrap();
        assert!(!exists(&iam));
    }

    #[tokio::test]
    async fn delete_detaches_what_is_attached_meanwhile() {
        let iam = attached_to(&["one"]);
        let fake = Arc::clone(&iam.iam);
        iam.faults.before("DeletePolicy", move || {
            let mut role = crate::iam::RoleState::default();
            role.attached.insert(policy_arn(NAME));
            fake.edit(|account| drop(account.roles.insert("new".to_owned(), role)));
            Ok(())
        });
        delete(&iam).await.unwrap();
        assert!(!exists(&iam));
        assert!(iam.role("new").unwrap().attached.is_empty());
    }

    #[tokio::test]
    async fn delete_reports_denied_call() {
        let iam = attached_to(&["one"]);
        iam.faults.deny("DetachRolePolicy");
        assert!(delete(&iam).await.unwrap_err().is_denied());
        assert!(exists(&iam));
    }

    #[tokio::test]
    async fn delete_if_unused_deletes_own_policy() {
        let iam = attached_to(&[]);
        edit(&iam, |policy| {
            drop(policy.versions.insert(2, "{}".to_owned()))
        });
        delete_if_unused(&iam).await.unwrap();
        assert!(!exists(&iam));
        delete_if_unused(&iam).await.unwrap();
    }

    #[tokio::test]
    async fn delete_if_unused_keeps_used_policy() {
        let iam = attached_to(&["gone", "one"]);
        delete_if_unused(&iam).await.unwrap();
        assert!(exists(&iam));
        let iam = attached_to(&[]);
        edit(&iam, |policy| {
            assert!(policy.users.insert("ursula".to_owned()))
        });
        delete_if_unused(&iam).await.unwrap();
        assert!(exists(&iam));
    }

    #[tokio::test]
    async fn delete_if_unused_keeps_foreign_policy() {
        let iam = attached_to(&[]);
        edit(&iam, |policy| policy.tags = Tags::new());
        delete_if_unused(&iam).await.unwrap();
        assert!(exists(&iam));
    }

    /// IAM lists the deleted role for a while, and refuses to delete the policy until then.
    #[tokio::test]
    async fn delete_if_unused_waits_for_deleted_role() {
        let iam = attached_to(&["gone"]);
        // The first try meets the listed role, before the second one it is gone.
        iam.faults.before("DeletePolicy", || Ok(()));
        let fake = Arc::clone(&iam.iam);
        iam.faults.before("DeletePolicy", move || {
            fake.edit(|account| account.roles.clear());
            Ok(())
        });
        delete_if_unused(&iam).await.unwrap();
        assert!(!exists(&iam));
        assert_eq!(iam.writes(), ["DeletePolicy", "DeletePolicy"]);
    }

    #[tokio::test]
    async fn delete_if_unused_yields_to_new_attachment() {
        let iam = attached_to(&[]);
        let fake = Arc::clone(&iam.iam);
        iam.faults.before("DeletePolicy", move || {
            let arn = policy_arn(NAME);
            let mut role = crate::iam::RoleState::default();
            role.attached.insert(arn);
            fake.edit(|account| drop(account.roles.insert("new".to_owned(), role)));
            Ok(())
        });
        delete_if_unused(&iam).await.unwrap();
        assert!(exists(&iam));
        assert_eq!(iam.writes(), ["DeletePolicy"]);
    }

    #[tokio::test]
    async fn is_used_leaves_out_detached_roles() {
        let iam = attached_to(&["one"]);
        let arn = policy_arn(NAME);
        assert_eq!(iam.policies.is_used(&arn, "one").await, Ok(false));
        assert_eq!(iam.policies.is_used(&arn, "two").await, Ok(true));
        iam.roles.detach(&operation(), "one", &arn).await.unwrap();
        // IAM still lists the attachment.
        iam.add_role("one", &[NAME]);
        assert_eq!(iam.policies.is_used(&arn, "two").await, Ok(false));
        assert_eq!(
            iam.restarted().policies.is_used(&arn, "two").await,
            Ok(true)
        );
        edit(&iam, |policy| {
            assert!(policy.groups.insert("analysts".to_owned()))
        });
        assert_eq!(iam.policies.is_used(&arn, "two").await, Ok(true));
    }

    #[tokio::test]
    async fn attachments_of_missing_policy_are_empty() {
        let iam = Fixture::new();
        let found = iam.policies.attachments(&policy_arn(NAME)).await;
        assert_eq!(found, Ok(Attachments::default()));
    }

    #[tokio::test]
    async fn is_left_over_needs_own_unused_policy() {
        assert!(!is_left_over(&Fixture::new()).await);
        assert!(is_left_over(&attached_to(&[])).await);
        assert!(!is_left_over(&attached_to(&["one"])).await);
        let foreign = attached_to(&[]);
        edit(&foreign, |policy| policy.tags = Tags::new());
        assert!(!is_left_over(&foreign).await);
        // The bulk read still lists it.
        let removed = attached_to(&[]);
        removed.cache.snapshot().await.unwrap();
        removed.iam.edit(|account| account.policies.clear());
        assert!(!is_left_over(&removed).await);
    }
}
