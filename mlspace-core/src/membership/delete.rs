//! Removing memberships.

use super::desired_role::PASS_ROLE;
use super::shared::Removal;
use super::{MembershipSpec, Memberships, object};
use crate::aws::wait::until;
use crate::aws::{Backoff, Error, Operation, PolicyModel, Poll};
use crate::layout;
use crate::name::{ProjectName, UserName};
use crate::notebook::{Owner, Status};
use crate::ownership::Token;
use crate::records::ProjectUserRecord;
use crate::tags::PolicyOwner;

impl Memberships {
    /// Removes a membership: the role with its rights, the user's policy if no other role carries
    /// it, then the record. What isn't there is no error.
    ///
    /// # Errors
    /// [`Error::InUse`] naming notebooks and profiles of Studio that run under the role, or the first
    /// step's that failed.
    /// What is left is removed by calling it again.
    pub async fn delete(
        &self,
        operation: &Operation,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<(), Error> {
        let _guard = self.lock(user).await;
        let removal = self.shared.removal();
        // Together in one batch.
        let (found, suspended) = futures::try_join!(
            self.members.find(project, user),
            self.projects.may_be_suspended(project)
        )?;
        let (record, item) = found.unzip();
        let spec = MembershipSpec {
            project: project.clone(),
            user: user.clone(),
            owner: false,
        };
        let token = item.as_ref().and_then(Token::of_item);
        operation.claim().check(&object(&spec), token.as_ref())?;
        // A role that a group gives as well stays with the group.
        let through = self.members.recent_through_groups(project, user).await?;
        if through.is_none() {
            self.wait_until_unused(operation, project, user).await?;
            self.remove_role(operation, &spec, record.as_ref(), suspended, removal)
                .await?;
        }
        operation.check(&format!("removing the record of member `{project}/{user}`"))?;
        let table = &self.clients.settings().table_names.project_users;
        self.records
            .delete(table, &ProjectUserRecord::key(project, user))
            .await?;
        match through {
            Some(_) => Box::pin(self.settle_locked(operation, project, user)).await,
            None => Ok(()),
        }
    }

    /// Removes the role of a member, and the policies that no other role carries then. `record` is the
    /// membership's, if it has one; whether the project is `suspended` decides about the order. What isn't there is no error.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a role of others, or the first step's that failed.
    pub(super) async fn remove_role(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
        record: Option<&ProjectUserRecord>,
        suspended: bool,
        removal: Removal<'_>,
    ) -> Result<(), Error> {
        let (project, user) = (&spec.project, &spec.user);
        let role = self.member_roles.name(project, user)?;
        if let Some(found) = self.roles.leaving(&role).await? {
            let recorded = record.is_some_and(|record| record.role == found.arn);
            if !recorded && !self.member_roles.owns(project, user, &found) {
                return Err(self.not_ours(spec, &role));
            }
            // Terraform's role may take policies from a role only while this has its boundary.
            let boundary = self.clients.settings().permissions_boundary_arn.as_deref();
            if boundary.is_some() && found.boundary.as_deref() != boundary {
                self.roles.set_boundary(operation, &role, boundary).await?;
            }
            let last = self.last_policies(project, user, suspended).await?;
            self.roles
                .delete(operation, &role, found, &last, PASS_ROLE)
                .await?;
        }
        let policy = layout::user_policy_name(&self.clients.settings().iam_resource_prefix, user)?;
        self.policies
            .delete_if_unused(operation, &policy, PolicyOwner::User(user), &role)
            .await?;
        // Others of this process that are about to be removed see to it when they are.
        if removal.end() {
            self.shared.remove_unused(operation, &role).await?;
        }
        self.groups
            .delete_unused_policies_of(operation, user, &role)
            .await
    }

    /// ARNs of the policies that deny, of both models, in an order in which none of them leaves the
    /// role with more than it had.
    async fn last_policies(
        &self,
        project: &ProjectName,
        user: &UserName,
        suspended: bool,
    ) -> Result<Vec<String>, Error> {
        let mut last = Vec::new();
        for model in [PolicyModel::PerPrincipal, PolicyModel::Attribute] {
            let own = self.own_policies(model, project, user, suspended).await?;
            last.extend(own.into_iter().rev());
        }
        Ok(last)
    }

    /// Refuses while something runs under the role of the member, or could be opened with it.
    ///
    /// # Errors
    /// [`Error::InUse`] naming notebooks and user profiles of Studio, and those of the calls.
    pub(super) async fn wait_until_unused(
        &self,
        operation: &Operation,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<(), Error> {
        self.wait_for_notebooks(operation, project, user).await?;
        self.check_profiles(project, user).await
    }

    /// Refuses while the member has user profiles of Studio, which could not be opened any more, and
    /// whose spaces would be left without rights.
    async fn check_profiles(&self, project: &ProjectName, user: &UserName) -> Result<(), Error> {
        let profiles = self.studio.dependents(Owner::Member(project, user)).await?;
        if profiles.is_empty() {
            return Ok(());
        }
        Err(Error::InUse {
            what: format!("the role of member `{project}/{user}`"),
            by: profiles.iter().map(ToString::to_string).collect(),
            remedy: "let each `mlspace_studio_user_profile` refer to the membership, so that Terraform deletes it \
                     before. To replace the membership, replace the profiles too: add `-replace=ADDRESS` for each"
                .to_owned(),
        })
    }

    /// Refuses while the member has notebooks, which would be left without rights; those that are
    /// being deleted are waited for.
    async fn wait_for_notebooks(
        &self,
        operation: &Operation,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<(), Error> {
        let what = format!("waiting for the notebooks of member `{project}/{user}` to be deleted");
        until(operation, &what, Backoff::SLOW, || async move {
            let notebooks = self.inventory.dependents(project, Some(user)).await?;
            let staying: Vec<String> = notebooks
                .iter()
                .filter(|notebook| notebook.status != Status::Deleting)
                .map(|notebook| notebook.name.to_string())
                .collect();
            if !staying.is_empty() {
                return Err(Error::InUse {
                    what: format!("the role of member `{project}/{user}`"),
                    by: staying,
                    remedy: "let each `mlspace_notebook` refer to the membership or the `mlspace_project_group`, so that \
                             Terraform deletes it before. To replace the membership, replace the notebooks too: add \
                             `-replace=ADDRESS` for each, or `replace_triggered_by` to its `lifecycle` block"
                        .to_owned(),
                });
            }
            Ok(match notebooks.first() {
                None => Poll::Ready(()),
                Some(notebook) => Poll::Pending(format!("`{}` is Deleting", notebook.name)),
            })
        })
        .await
    }
}
