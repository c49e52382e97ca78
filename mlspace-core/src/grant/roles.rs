//! The roles that a grant is for.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Grantee;
use crate::aws::{Error, Operation};
use crate::external_location::PlacedGrant;
use crate::group::Groups;
use crate::membership::{MemberRecords, Memberships, Shares};
use crate::name::{ProjectName, UserName};

/// The memberships whose policies follow from grants.
pub(crate) struct GrantedRoles {
    members: Arc<MemberRecords>,
    memberships: Arc<Memberships>,
    groups: Arc<Groups>,
}

impl GrantedRoles {
    /// Memberships on record.
    pub(crate) fn new(
        members: Arc<MemberRecords>,
        memberships: Arc<Memberships>,
        groups: Arc<Groups>,
    ) -> Self {
        Self {
            members,
            memberships,
            groups,
        }
    }

    /// The memberships that the grantee stands for.
    ///
    /// # Errors
    /// Those of the calls.
    pub(crate) async fn of(
        &self,
        grantee: &Grantee,
    ) -> Result<BTreeSet<(ProjectName, UserName)>, Error> {
        Ok(match grantee {
            Grantee::Project(project) => {
                let users = self.members.all_in(project).await?;
                users
                    .into_iter()
                    .map(|user| (project.clone(), user))
                    .collect()
            }
            Grantee::Membership(project, user) => {
                let exists = self.members.is_member(project, user).await?;
                exists
                    .then(|| (project.clone(), user.clone()))
                    .into_iter()
                    .collect()
            }
            Grantee::Group(group) => self.groups.memberships_of_group(group).await?,
            Grantee::User(user) => self.groups.memberships_of_user(user).await?,
        })
    }

    /// The memberships that this process plans to create.
    pub(crate) fn planned(&self) -> BTreeSet<(ProjectName, UserName)> {
        self.members.planned()
    }

    /// Whether the user is on record as an owner of the project.
    ///
    /// # Errors
    /// Those of the call, and of a malformed record.
    pub(crate) async fn is_owner(
        &self,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<bool, Error> {
        self.members.is_owner(project, user).await
    }

    /// What would be shared with a membership under these grants.
    ///
    /// # Errors
    /// Those of the calls.
    pub(crate) async fn shares_with(
        &self,
        project: &ProjectName,
        user: &UserName,
        grants: &[PlacedGrant],
    ) -> Result<Shares, Error> {
        self.groups.cached_shares_with(project, user, grants).await
    }

    /// Writes the inline policies of these memberships again, as the records say now. A role that has
    /// it already is left alone, and one that is missing is for its membership to create.
    ///
    /// # Errors
    /// The first step's that failed. Calling it again continues.
    pub(crate) async fn rewrite(
        &self,
        operation: &Operation,
        grantee: &Grantee,
    ) -> Result<(), Error> {
        for (project, user) in self.of(grantee).await? {
            operation.check(&format!("writing the policy of member `{project}/{user}`"))?;
            let rewritten = self.memberships.rewrite_inline(operation, &project, &user);
            Box::pin(rewritten).await?;
        }
        Ok(())
    }
}
