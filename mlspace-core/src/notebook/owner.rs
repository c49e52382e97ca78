//! Whose notebook it may be: the project's and the membership's records, and the member's role.

use super::{NotebookSpec, Notebooks};
use crate::aws::Error;
use crate::name::{ProjectName, UserName};
use crate::project::missing_project;
use crate::schedule::StopTime;

/// What a notebook gets from its project and membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotebookOwner {
    /// ARN of the member's role.
    pub(crate) role_arn: String,
    /// When the notebook stops every day.
    pub(crate) stop: Option<StopTime>,
}

impl Notebooks {
    /// Checks that the project and the membership allow the notebook, and gives what comes from them.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming `project`, `user`, `running` or `daily_stop_time`; [`Error::NotFound`] when the member's role is missing.
    pub(super) async fn check_owner(&self, spec: &NotebookSpec) -> Result<NotebookOwner, Error> {
        let (project, user) = (&spec.project, &spec.user);
        let rules = self
            .projects
            .notebook_rules(project)
            .await?
            .ok_or_else(|| missing_project("project", project))?;
        if !self.members.exists(project, user).await? {
            return Err(not_a_member(project, user));
        }
        if rules.suspended && spec.running {
            return Err(Error::Invalid {
                attribute: Some("running"),
                message: format!(
                    "project `{project}` is suspended, so that its notebooks cannot run"
                ),
                remedy: "set `running = false`, or `suspended = false` on the project".to_owned(),
            });
        }
        let stop = rules
            .stop
            .effective(spec.daily_stop_time)
            .map_err(|error| Error::Invalid {
                attribute: Some("daily_stop_time"),
                message: format!("{error} in project `{project}`"),
                remedy: "remove it, or set `allow_notebook_owner_override` in the project's `termination` block"
                        .to_owned(),
            })?;
        let role_arn = self.member_roles.arn(project, user).await?;
        self.check_role(&role_arn, project, user).await?;
        Ok(NotebookOwner { role_arn, stop })
    }

    async fn check_role(
        &self,
        arn: &str,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<(), Error> {
        let name = arn.rsplit('/').next().unwrap_or(arn);
        if self.roles.exists(name).await? {
            return Ok(());
        }
        Err(Error::NotFound {
            what: format!("the role `{name}` of member `{user}` of project `{project}`"),
            remedy: format!(
                "apply its `mlspace_membership` (id `{project}/{user}`) to create it again"
            ),
        })
    }
}

/// The error for a user who is not a member of the project.
pub(super) fn not_a_member(project: &ProjectName, user: &UserName) -> Error {
    Error::Invalid {
        attribute: Some("user"),
        message: format!("`{user}` is not a member of project `{project}`"),
        remedy: "add a `mlspace_membership` and refer to its `project` and `user` here, so that it is created first".to_owned(),
    }
}
