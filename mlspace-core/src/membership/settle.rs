//! Roles of users who are members through groups.
//!
//! A role has as many reasons as there are records that make the user a member: one by name, and one for
//! each of the user's groups in the project. It is removed with the last of them. A role that has a
//! record by name is that membership's; of such a one, only the inline policy follows here, which says
//! what owners can do.

use std::collections::BTreeSet;

use futures::StreamExt as _;

use super::read::id;
use super::{MembershipSpec, Memberships, object};
use crate::aws::{Backoff, Error, Operation};
use crate::iam::managed_policies::MAX_ATTEMPTS;
use crate::name::{ProjectName, UserName};
use crate::ownership::Mark;
use crate::project_group::ProjectGroupKey;

/// Members that are brought in line at a time; each takes about ten calls, which [`crate::aws::pace`]
/// spreads.
const AT_ONCE: usize = 8;

impl Memberships {
    /// Brings the roles of these users in the project in line with the records ([`Self::settle`]), as many
    /// as possible.
    ///
    /// # Errors
    /// The first of those that failed, after all others. Calling it again continues.
    pub(crate) async fn settle_all(
        &self,
        operation: &Operation,
        project: &ProjectName,
        users: &BTreeSet<UserName>,
    ) -> Result<(), Error> {
        let operation = &operation.on_any_object();
        let settled = futures::stream::iter(users.iter().cloned())
            .map(|user| Box::pin(async move { self.settle(operation, project, &user).await }))
            .buffered(AT_ONCE)
            .collect::<Vec<_>>();
        settled.await.into_iter().collect()
    }

    /// Brings the role of a user in a project in line with all reasons on record now: makes it, mends it,
    /// or removes it. Call it after a change of these records.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a role that is not tagged as this member's, [`Error::InUse`] for one that
    /// has to go while it is in use, and those of the calls. Calling it again continues.
    pub(crate) async fn settle(
        &self,
        operation: &Operation,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<(), Error> {
        let _guard = self.lock(user).await;
        self.settle_locked(operation, project, user).await
    }

    /// [`Self::settle`], under the user's lock.
    pub(super) async fn settle_locked(
        &self,
        operation: &Operation,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<(), Error> {
        let spec = MembershipSpec {
            project: project.clone(),
            user: user.clone(),
            owner: false,
        };
        let what = format!("bringing the role of `{}` in line", id(&spec));
        let mut reasons = self.reasons(project, user).await?;
        for attempt in 0..MAX_ATTEMPTS {
            operation.check(&what)?;
            match reasons {
                (true, _) => {
                    let role = self.member_roles.name(project, user)?;
                    self.groups
                        .sync_inline(operation, project, user, &role)
                        .await?;
                }
                (false, Some(_)) => self.set_up_through_groups(operation, &spec).await?,
                (false, None) => {
                    self.wait_until_unused(operation, project, user).await?;
                    let removal = self.shared.removal();
                    let suspended = self.projects.may_be_suspended(project).await?;
                    self.remove_role(operation, &spec, None, suspended, removal)
                        .await?;
                }
            }
            // Others who have changed the records meanwhile may have looked at the role before this did.
            let now = self.reasons(project, user).await?;
            if now == reasons {
                return Ok(());
            }
            reasons = now;
            operation.back_off(Backoff::QUICK, attempt, &what).await?;
        }
        Err(Error::Conflict {
            message: format!(
                "the memberships of `{}` keep being changed by others",
                id(&spec)
            ),
            remedy: "let the other run finish and apply again".to_owned(),
        })
    }

    /// Whether the user is a member by name, and whether through groups and then as an owner.
    async fn reasons(
        &self,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<(bool, Option<bool>), Error> {
        let by_name = self.members.exists(project, user).await?;
        Ok((by_name, self.members.through_groups(project, user).await?))
    }

    /// Makes or mends the role of a user who is a member through groups only.
    async fn set_up_through_groups(
        &self,
        operation: &Operation,
        spec: &MembershipSpec,
    ) -> Result<(), Error> {
        let role = self.member_roles.name(&spec.project, &spec.user)?;
        if let Some(found) = self.roles.current(&role).await?
            && !self.member_roles.owns(&spec.project, &spec.user, &found)
        {
            return Err(self.not_ours(spec, &role));
        }
        let changes = self.changes(spec).await?;
        Box::pin(self.set_up_role_through_groups(operation, spec)).await?;
        // What this run changed without seeing the role yet, it left to us.
        if self.changes(spec).await? != changes {
            Box::pin(self.set_up_role_through_groups(operation, spec)).await?;
        }
        Ok(())
    }

    /// The error for a role under a member's name whose tags say something else.
    pub(super) fn not_ours(&self, spec: &MembershipSpec, role: &str) -> Error {
        Error::Conflict {
            message: format!("role `{role}` is neither recorded nor tagged as that of `{}`", id(spec)),
            remedy: "remove it by hand, or tag it with its `system`, `project` and `user`, and apply again".to_owned(),
        }
    }

    /// Checks before a group joins a project that its user's role can be made: names and settings that no
    /// role or policy can be made from, and a role that is there although no record says why.
    ///
    /// # Errors
    /// What the check finds, or what keeps it from looking.
    pub(crate) async fn check_free(
        &self,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<(), Error> {
        let role = self.member_roles.name(project, user)?;
        let Some(found) = self.roles.cached(&role).await? else {
            return Ok(());
        };
        if self.members.is_member(project, user).await? {
            return Ok(());
        }
        let spec = MembershipSpec {
            project: project.clone(),
            user: user.clone(),
            owner: false,
        };
        // An interrupted create of the user's membership left one with a mark.
        if self.member_roles.owns(project, user, &found) && Mark::of(&found.tags).is_some() {
            return Ok(());
        }
        Err(object(&spec).exists_of(format!("of which there is only the role `{role}`")))
    }

    /// Checks at plan time that the role of a user can be made who becomes a member through a group.
    ///
    /// # Errors
    /// As of [`Self::check_free`], and of a policy that does not fit.
    pub(crate) async fn plan_through_group(
        &self,
        project: &ProjectName,
        user: &UserName,
        owner: bool,
    ) -> Result<(), Error> {
        self.check_free(project, user).await?;
        let shares = self.groups.cached_shares_of(project, user).await?;
        let access = self.projects.planned_access(project).await?;
        self.inline
            .desired(project, user, owner, &access, &shares)
            .await?;
        let groups = self.groups.cached_policies_of(user).await?;
        self.check_attachments(groups.len()).await
    }

    /// Checks that the role of a user can go who is about to leave the group, or whose group is about to
    /// leave the project, if nothing else gives it.
    ///
    /// # Errors
    /// [`Error::InUse`] naming what runs under the role, and those of the calls.
    pub(crate) async fn check_leaving(
        &self,
        operation: &Operation,
        key: &ProjectGroupKey,
        user: &UserName,
    ) -> Result<(), Error> {
        if self.members.exists(&key.project, user).await? {
            return Ok(());
        }
        for place in self.members.places_in(&key.project).await? {
            if place.group != key.group && self.groups.has_member(&place.group, user).await? {
                return Ok(());
            }
        }
        self.wait_until_unused(operation, &key.project, user).await
    }

    /// What a refresh has to say about the role of a user whom a group gave a place in the project.
    /// Nothing about one who is a member by name: the membership's own resource says it.
    ///
    /// # Errors
    /// When AWS can't be reached or refuses the calls.
    pub(crate) async fn drift_through_groups(
        &self,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<Vec<String>, Error> {
        let name = self.member_roles.name(project, user)?;
        let (record, role) =
            futures::try_join!(self.members.read(project, user), self.roles.cached(&name))?;
        if record.is_some() {
            return Ok(Vec::new());
        }
        let place = self.members.cached_through_groups(project, user).await?;
        match (place, role) {
            (None, None) => Ok(Vec::new()),
            (None, Some(role)) => Ok(match self.member_roles.owns(project, user, &role) {
                true => vec![format!(
                    "user `{user}` has left, but still has the role `{name}`"
                )],
                false => Vec::new(),
            }),
            (Some(owner), role) => self.role_drift(project, user, owner, role.as_ref()).await,
        }
    }
}
