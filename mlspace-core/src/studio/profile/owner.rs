//! The membership that a profile belongs to.

use super::{ProfileKey, StudioProfiles};
use crate::aws::{Error, Operation};
use crate::notebook::{not_a_member, wait_for_role};
use crate::project::missing_project;
use crate::tags::{SUSPENDED, Tags};

/// What a profile gets from its membership.
pub(super) struct Membership {
    /// ARN of the role.
    pub(super) role_arn: String,
    /// Whether the project or the user is suspended.
    pub(super) suspended: bool,
}

impl Membership {
    /// The tags of a suspended member's profile, which nobody may open.
    pub(super) fn tags(&self) -> Tags {
        match self.suspended {
            true => Tags::from([(SUSPENDED, "true")]),
            false => Tags::new(),
        }
    }
}

impl StudioProfiles {
    /// Looks up the membership.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `project` or `user`, [`Error::NotFound`] when the role is missing.
    pub(super) async fn membership(
        &self,
        operation: &Operation,
        key: &ProfileKey,
    ) -> Result<Membership, Error> {
        let (project, user) = (&key.project, &key.user);
        let rules = self.projects.notebook_rules(project).await?;
        let rules = rules.ok_or_else(|| missing_project("project", project))?;
        if !self.members.is_member(project, user).await? {
            return Err(not_a_member(project, user));
        }
        let role_arn = self.role_arn(project, user).await?;
        wait_for_role(&self.roles, operation, &role_arn, project, user).await?;
        Ok(Membership {
            role_arn,
            suspended: rules.suspended || self.directory.was_suspended(user).await?,
        })
    }
}
