//! What a suspension does to a user's roles and notebooks.

use std::time::Duration;

use super::Users;
use crate::aws::wait::retry_while;
use crate::aws::{Backoff, Error, IfPresent as _, Operation, PolicyModel};
use crate::iam::DesiredPolicy;
use crate::iam::managed_policies::MAX_ATTEMPTS;
use crate::layout;
use crate::name::{ProjectName, UserName};
use crate::notebook::Owner;
use crate::policies;
use crate::tags::{PROJECT, SYSTEM, USER};
use iam_policy::{Document, PolicyType, Statement};

/// Longest wait until an existing role or policy is visible to the next call.
const SEEN: Duration = Duration::from_secs(15);

/// Whether the policy has the statement of a suspended user.
pub(super) fn denies_everything(json: &str) -> bool {
    Document::parse(json).is_ok_and(|document| document.statements.iter().any(is_denial))
}

fn is_denial(statement: &Statement) -> bool {
    let denial = Document::new([policies::suspended_statement()]);
    Document::new([statement.clone()]).equivalent(&denial)
}

/// The policy with or without the statement that denies everything; the rest stays, whoever wrote it.
/// `None` if that cannot be: it is not a policy, or has no room, or nothing else in it.
fn with_denial(json: &str, suspended: bool) -> Option<Document> {
    let mut document = Document::parse(json).ok()?;
    document
        .statements
        .retain(|statement| !is_denial(statement));
    if suspended {
        document
            .statements
            .insert(0, policies::suspended_statement());
    }
    let fits = document.size() <= PolicyType::Managed.limit();
    (fits && !document.statements.is_empty()).then_some(document)
}

impl Users {
    /// Denies everything to the user's roles, or lifts the denial.
    pub(super) async fn set_policies(
        &self,
        operation: &Operation,
        user: &UserName,
        suspended: bool,
    ) -> Result<(), Error> {
        // A membership that is being set up in this process has its policies before or after.
        let _guard = self.memberships.lock(user).await;
        let roles = self.roles_of(user).await?;
        self.set_user_policy(operation, user, suspended, !roles.is_empty())
            .await?;
        self.suspensions.follow(operation).await?;
        if suspended {
            for role in &roles {
                self.close_role(operation, user, role).await?;
            }
        }
        Ok(())
    }

    /// Brings the user's policy in line, in both models: roles of the other one can still carry it. In
    /// the model `per_principal` it is made if the user has roles.
    async fn set_user_policy(
        &self,
        operation: &Operation,
        user: &UserName,
        suspended: bool,
        has_roles: bool,
    ) -> Result<(), Error> {
        let desired = self
            .memberships
            .desired_user_policy(user, suspended)
            .await?;
        let arn = self.policies.arn(&desired.name).await?;
        let what = format!("setting up policy `{}`", desired.name);
        for attempt in 0..MAX_ATTEMPTS {
            operation.check(&what)?;
            let Some(found) = self.policies.current(&arn).await? else {
                let own = self.clients.settings().policy_model == PolicyModel::PerPrincipal;
                if suspended && own && has_roles {
                    self.policies.ensure(operation, &desired).await?;
                }
                return Ok(());
            };
            if !self.policies.owns(desired.owner, &found) {
                return Err(desired.conflict());
            }
            let document = with_denial(&found.document, suspended);
            let policy = DesiredPolicy {
                document: document.unwrap_or_else(|| desired.document.clone()),
                ..desired.clone()
            };
            if self
                .policies
                .repair(operation, &arn, &policy, &found)
                .await?
            {
                return Ok(());
            }
            operation.back_off(Backoff::QUICK, attempt, &what).await?;
        }
        Err(Error::Conflict {
            message: format!("policy `{}` keeps being changed by others", desired.name),
            remedy: "apply again when they are done".to_owned(),
        })
    }

    /// Names of the roles of the user's memberships, whoever made them, as their tags and names tell.
    async fn roles_of(&self, user: &UserName) -> Result<Vec<String>, Error> {
        let system = &self.clients.settings().system_tag;
        let mut found = Vec::new();
        for (name, tags) in self.roles.tagged().await? {
            if tags.get(SYSTEM) != Some(system) || tags.get(USER) != Some(user.as_str()) {
                continue;
            }
            let project = tags.get(PROJECT).map(str::parse::<ProjectName>);
            if let Some(Ok(project)) = project
                && self.member_roles.name(&project, user)? == name
            {
                found.push(name);
            }
        }
        Ok(found)
    }

    /// Attaches the policy that denies to a role that has lost it.
    async fn close_role(
        &self,
        operation: &Operation,
        user: &UserName,
        role: &str,
    ) -> Result<(), Error> {
        let prefix = &self.clients.settings().iam_resource_prefix;
        let account = self.clients.account().await?;
        let of_user = account.policy_arn(&layout::user_policy_name(prefix, user)?);
        let of_all = account.policy_arn(&layout::suspension_policy_name(prefix)?);
        let Some(attached) = self.roles.attached(role).await? else {
            return Ok(());
        };
        // What roles of the other model carry denies everything, too.
        if attached.contains(&of_user) || attached.contains(&of_all) {
            return Ok(());
        }
        let arn = match self.clients.settings().policy_model {
            PolicyModel::PerPrincipal => of_user,
            PolicyModel::Attribute => of_all,
        };
        operation.check(&format!("suspending role `{role}`"))?;
        // The policy may have been made a moment ago.
        let what = format!("suspending role `{role}`");
        let attached = retry_while(operation, SEEN, &what, Error::is_absent, || {
            self.roles.attach(operation, role, &arn)
        });
        match attached.await {
            // The membership was deleted in the meantime.
            Err(error) if error.is_absent() && !self.roles.exists(role).await? => Ok(()),
            result => result,
        }
    }

    /// Stops the user's notebooks and apps of Studio and closes them to people, or opens those whose
    /// project is not suspended.
    pub(super) async fn set_notebooks(
        &self,
        operation: &Operation,
        user: &UserName,
        suspended: bool,
    ) -> Result<(), Error> {
        let owner = Owner::User(user);
        if suspended {
            self.inventory.suspend_all(operation, owner).await?;
            return self.studio.suspend_all(operation, owner).await;
        }
        let projects = self.projects.suspensions().await.if_present()?;
        let projects = projects.unwrap_or_default();
        let stays = |project: &ProjectName, _: &UserName| projects.get(project) == Some(&true);
        self.inventory.resume_all(operation, owner, stays).await?;
        self.studio.resume_all(operation, owner, stays).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_denial_keeps_the_rest() {
        let theirs = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#;
        let before = Document::parse(theirs).unwrap();
        let denied = with_denial(theirs, true).unwrap();
        assert!(denies_everything(&denied.to_json()));
        assert_eq!(denied.statements[1..], before.statements);
        let twice = with_denial(&denied.to_json(), true).unwrap();
        assert_eq!(twice.statements.len(), 2);
        let lifted = with_denial(&denied.to_json(), false).unwrap();
        assert!(lifted.equivalent(&before));
    }

    #[test]
    fn with_denial_gives_up_where_nothing_fits() {
        assert_eq!(with_denial("{", true), None);
        let denial = Document::new([policies::suspended_statement()]).to_json();
        assert_eq!(with_denial(&denial, false), None);
        let resource = format!("arn:aws:s3:::{}", "x".repeat(6_080));
        let full = Document::new([Statement::allow("A")
            .actions(["s3:*"])
            .resources([resource])]);
        assert_eq!(with_denial(&full.to_json(), true), None);
    }
}
