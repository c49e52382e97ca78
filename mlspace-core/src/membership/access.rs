//! What a project's members can do, in the inline policies of their roles.

use super::{Memberships, PASS_ROLE};
use crate::aws::{Error, Operation};
use crate::iam::managed_policies::equivalent_json;
use crate::name::{ProjectName, UserName};
use crate::policies::{ProjectAccess, denies_other_actions};
use iam_policy::Document;

impl Memberships {
    /// Writes the inline policies of all members of a project for this access, in the terms of the
    /// platform ([`crate::aws::Settings::effective`]).
    ///
    /// Roles whose inline policy is not of this platform are left alone: MLSpace's web application
    /// made them, and their resource here replaces it when it is imported.
    ///
    /// # Errors
    /// The first step's that failed. Calling it again continues.
    pub(crate) async fn sync_access(
        &self,
        operation: &Operation,
        project: &ProjectName,
        access: &ProjectAccess,
    ) -> Result<(), Error> {
        for user in self.members.all_in(project).await? {
            let _guard = self.lock(&user).await;
            let name = self.member_roles.name(project, &user)?;
            let Some(found) = self.roles.current(&name).await? else {
                continue;
            };
            let is_ours = self.member_roles.owns(project, &user, &found)
                && found.inline.get(PASS_ROLE).is_some_and(|json| {
                    Document::parse(json).is_ok_and(|document| denies_other_actions(&document))
                });
            if !is_ours {
                continue;
            }
            let owner = self.members.is_owner(project, &user).await?;
            let shares = self.groups.shares_of(project, &user).await?;
            let desired = self
                .inline
                .desired(project, &user, owner, access, &shares)
                .await?;
            let inline = found.inline.get(PASS_ROLE);
            if !inline.is_some_and(|json| equivalent_json(json, &desired)) {
                operation.check(&format!("changing what role `{name}` can do"))?;
                self.roles
                    .update_inline(operation, &name, PASS_ROLE, &desired)
                    .await?;
            }
        }
        Ok(())
    }

    /// Checks that the policies of all members of a project fit with this access, and returns the
    /// members.
    ///
    /// # Errors
    /// Of the first policy that does not fit.
    pub(crate) async fn check_access(
        &self,
        project: &ProjectName,
        access: &ProjectAccess,
    ) -> Result<Vec<UserName>, Error> {
        let members: Vec<UserName> = self.members.all_in(project).await?.into_iter().collect();
        for user in &members {
            let shares = self.groups.cached_shares_of(project, user).await?;
            self.inline
                .desired(project, user, true, access, &shares)
                .await?;
        }
        Ok(members)
    }
}
