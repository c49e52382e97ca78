//! Checks of a notebook's owner: the records of project and membership, and the member's role.

use super::{NotebookSpec, Notebooks};
use crate::aws::{Backoff, Error, Operation};
use crate::iam::Roles;
use crate::name::{ProjectName, UserName};
use crate::policies::Limits;
use crate::project::missing_project;
use crate::schedule::StopTime;
use crate::tags::{SUSPENDED, Tags};

/// Settings of a notebook that come from its project and membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotebookOwner {
    /// ARN of the member's role.
    pub(crate) role_arn: String,
    /// The daily stop time.
    pub(crate) stop: Option<StopTime>,
    /// Whether the project or the user is suspended.
    pub(crate) suspended: bool,
    /// The limits of project and platform.
    pub(crate) limits: Limits,
}

impl NotebookOwner {
    /// The tags of a suspended owner's notebook, which nobody may open or start.
    pub(super) fn tags(&self) -> Tags {
        match self.suspended {
            true => Tags::from([(SUSPENDED, "true")]),
            false => Tags::new(),
        }
    }
}

/// How often a member's role is looked for that IAM may not show yet: for about 20 seconds.
const LOOKS: u32 = 12;

impl Notebooks {
    /// Checks that project and membership allow the notebook. `runs` says that it is to run.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `project`, `user`, `running` or `daily_stop_time`;
    /// [`Error::NotFound`] when the member's role is missing.
    pub(super) async fn check_owner(
        &self,
        operation: &Operation,
        spec: &NotebookSpec,
        runs: bool,
    ) -> Result<NotebookOwner, Error> {
        let (project, user) = (&spec.project, &spec.user);
        let rules = self
            .projects
            .notebook_rules(project)
            .await?
            .ok_or_else(|| missing_project("project", project))?;
        if !self.members.is_member(project, user).await? {
            return Err(not_a_member(project, user));
        }
        if rules.suspended && runs {
            return Err(Error::Invalid {
                attribute: Some("running"),
                message: format!("notebooks of the suspended project `{project}` cannot run"),
                remedy: "set `running = false`, or `suspended = false` on the project".to_owned(),
            });
        }
        let user_suspended = self.directory.was_suspended(user).await?;
        if user_suspended && runs {
            return Err(Error::Invalid {
                attribute: Some("running"),
                message: format!("notebooks of the suspended user `{user}` cannot run"),
                remedy: "set `running = false`, or `suspended = false` on the user".to_owned(),
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
        wait_for_role(&self.roles, operation, &role_arn, project, user).await?;
        Ok(NotebookOwner {
            role_arn,
            stop,
            suspended: rules.suspended || user_suspended,
            limits: rules.limits.within(&self.clients.settings().limits),
        })
    }
}

/// Looks for a member's role. A membership that has just been created is on record before IAM shows
/// its role everywhere.
///
/// # Errors
/// [`Error::NotFound`] when the role is missing, and those of the calls.
pub(crate) async fn wait_for_role(
    roles: &Roles,
    operation: &Operation,
    arn: &str,
    project: &ProjectName,
    user: &UserName,
) -> Result<(), Error> {
    let name = arn.rsplit('/').next().unwrap_or(arn);
    let what = format!("waiting for role `{name}` to be seen");
    for attempt in 0..LOOKS {
        if roles.exists(name).await? {
            return Ok(());
        }
        operation.back_off(Backoff::QUICK, attempt, &what).await?;
    }
    Err(Error::NotFound {
        what: format!("the role `{name}` of member `{user}` of project `{project}`"),
        remedy: format!(
            "apply its `mlspace_membership` (id `{project}/{user}`) to create it again"
        ),
    })
}

/// The error for a user who is not a member of the project.
pub(crate) fn not_a_member(project: &ProjectName, user: &UserName) -> Error {
    Error::Invalid {
        attribute: Some("user"),
        message: format!("`{user}` is not a member of project `{project}`"),
        remedy: "add a `mlspace_membership` and refer to its `project` and `user` here, so that it is created first".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{platform, spec};
    use super::*;
    use crate::aws::PolicyModel;
    use crate::project::ProjectSpec;
    use crate::records::TerminationConfig;
    use crate::testing::{self, FakePlatform, operation};

    async fn check(platform: &FakePlatform, spec: &NotebookSpec) -> Result<NotebookOwner, Error> {
        let runs = spec.runs_when_created();
        let notebooks = &platform.services.notebooks;
        notebooks.check_owner(&operation(), spec, runs).await
    }

    async fn update(platform: &FakePlatform, project: &ProjectSpec) {
        let projects = &platform.services.projects;
        projects.update(&operation(), project, true).await.unwrap();
    }

    fn with_stop(may_override: bool) -> ProjectSpec {
        ProjectSpec {
            termination: Some(TerminationConfig {
                default_notebook_stop_time: Some("17:00".to_owned()),
                allow_notebook_owner_override: may_override,
                ..TerminationConfig::default()
            }),
            ..testing::project("fraud")
        }
    }

    #[tokio::test]
    async fn check_owner_gives_role_and_stop() {
        let platform = platform().await;
        let owner = check(&platform, &spec()).await.unwrap();
        let roles = platform.iam.state().roles;
        assert!(roles.values().any(|role| role.arn == owner.role_arn));
        assert_eq!(owner.stop, None);
        update(&platform, &with_stop(false)).await;
        let owner = check(&platform, &spec()).await.unwrap();
        assert_eq!(owner.stop, "17:00".parse().ok());
    }

    #[tokio::test]
    async fn check_owner_refuses_missing_project() {
        let platform = FakePlatform::new(PolicyModel::PerPrincipal);
        let error = check(&platform, &spec()).await.unwrap_err();
        assert_eq!(error.attribute(), Some("project"));
    }

    #[tokio::test]
    async fn check_owner_refuses_nonmember() {
        let platform = platform().await;
        let bobs = testing::notebook("n", "fraud", "bob");
        let error = check(&platform, &bobs).await.unwrap_err();
        assert_eq!(error.attribute(), Some("user"));
        assert!(error.detail().contains("mlspace_membership"), "{error}");
    }

    #[tokio::test]
    async fn check_owner_refuses_running_in_suspended_project() {
        let platform = platform().await;
        let suspended = ProjectSpec {
            suspended: true,
            ..testing::project("fraud")
        };
        update(&platform, &suspended).await;
        let error = check(&platform, &spec()).await.unwrap_err();
        assert_eq!(error.attribute(), Some("running"));
        let stopped = NotebookSpec {
            running: Some(false),
            ..spec()
        };
        assert!(check(&platform, &stopped).await.is_ok());
    }

    #[tokio::test]
    async fn check_owner_applies_override_rule() {
        let platform = platform().await;
        let own = NotebookSpec {
            daily_stop_time: "19:00".parse().ok(),
            ..spec()
        };
        update(&platform, &with_stop(false)).await;
        let error = check(&platform, &own).await.unwrap_err();
        assert_eq!(error.attribute(), Some("daily_stop_time"));
        update(&platform, &with_stop(true)).await;
        let owner = check(&platform, &own).await.unwrap();
        assert_eq!(owner.stop, own.daily_stop_time);
    }

    #[tokio::test]
    async fn check_owner_waits_for_a_role_that_is_not_seen_yet() {
        let platform = platform().await;
        let roles = platform.iam.state().roles;
        platform.iam.edit(|account| account.roles.clear());
        let iam = std::sync::Arc::clone(&platform.iam);
        platform.faults.before("GetRole", move || {
            iam.edit(|account| account.roles.clone_from(&roles));
            Ok(())
        });
        check(&platform, &spec()).await.unwrap();
    }

    #[tokio::test]
    async fn check_owner_reports_missing_role() {
        let platform = platform().await;
        platform.iam.edit(|account| account.roles.clear());
        let error = check(&platform, &spec()).await.unwrap_err();
        assert!(matches!(error, Error::NotFound { .. }));
        assert!(error.detail().contains("`fraud/alice`"), "{error}");
    }
}
