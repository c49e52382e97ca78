//! Whose notebook it may be: the project's and the membership's records, and the member's role.

use super::NotebookSpec;
use crate::{
    aws::{Called as _, Error, IfPresent as _, Platform},
    name::{ProjectName, UserName},
    records::{ProjectRecord, ProjectUserRecord},
    schedule::{StopPolicy, StopTime},
};

/// What a project says about its notebooks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProjectRules {
    /// Whether the project is suspended.
    pub(crate) suspended: bool,
    /// What it says about stop times.
    pub(crate) stop: StopPolicy,
}

impl ProjectRules {
    /// The rules in a project's record. A default that is no time of day stops nothing, in MLSpace either.
    fn of(record: &ProjectRecord) -> Self {
        let stop = record
            .termination
            .as_ref()
            .map_or_else(StopPolicy::default, |termination| {
                let default = termination.default_notebook_stop_time.as_deref();
                StopPolicy {
                    default: default.and_then(|time| time.parse::<StopTime>().ok()),
                    may_override: termination.allow_notebook_owner_override,
                }
            });
        Self {
            suspended: record.suspended,
            stop,
        }
    }
}

/// What a notebook gets from its project and membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tenancy {
    /// ARN of the member's role.
    pub(crate) role_arn: String,
    /// When the notebook stops every day.
    pub(crate) stop: Option<StopTime>,
}

impl Platform {
    /// What the project says about its notebooks; `None` when there is no such project.
    pub(crate) async fn project_rules(
        &self,
        project: &ProjectName,
    ) -> Result<Option<ProjectRules>, Error> {
        let table = &self.settings().table_names.projects;
        let key = ProjectRecord::key(project);
        let Some(item) = self.read_item(table, &key).await? else {
            return Ok(None);
        };
        let record = ProjectRecord::read(&item).map_err(|error| error.of(table, &key))?;
        Ok(Some(ProjectRules::of(&record)))
    }

    /// Whether there is such a project, by the platform's record.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn project_exists(&self, project: &ProjectName) -> Result<bool, Error> {
        Ok(self.project_rules(project).await?.is_some())
    }

    /// Whether `user` is a member of `project`, by the platform's record.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn is_member(&self, project: &ProjectName, user: &UserName) -> Result<bool, Error> {
        let table = &self.settings().table_names.project_users;
        let key = ProjectUserRecord::key(project, user);
        Ok(self.read_item(table, &key).await?.is_some())
    }

    /// Checks that the project and the membership allow the notebook, and gives what comes from them.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming `project`, `user`, `running` or `daily_stop_time`; [`Error::NotFound`] when the member's role is missing.
    pub(super) async fn admit_notebook(&self, spec: &NotebookSpec) -> Result<Tenancy, Error> {
        let (project, user) = (&spec.project, &spec.user);
        let rules = self
            .project_rules(project)
            .await?
            .ok_or_else(|| Error::Invalid {
                attribute: Some("project"),
                message: format!("there is no project `{project}`"),
                remedy: "create it with a `mlspace_project`, or correct the name".to_owned(),
            })?;
        if !self.is_member(project, user).await? {
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
        let role_arn = self.member_role_arn(project, user).await?;
        self.check_role(&role_arn, project, user).await?;
        Ok(Tenancy { role_arn, stop })
    }

    async fn check_role(
        &self,
        arn: &str,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<(), Error> {
        let name = arn.rsplit('/').next().unwrap_or(arn);
        let found = self.iam().await?.get_role().role_name(name).send().await;
        match found.called("iam", "GetRole").if_present()? {
            Some(_) => Ok(()),
            None => Err(Error::NotFound {
                what: format!("the role `{name}` of member `{user}` of project `{project}`"),
                remedy: format!(
                    "apply its `mlspace_membership` (id `{project}/{user}`) to make it again"
                ),
            }),
        }
    }
}

/// The user is no member of the project.
pub(super) fn not_a_member(project: &ProjectName, user: &UserName) -> Error {
    Error::Invalid {
        attribute: Some("user"),
        message: format!("`{user}` is not a member of project `{project}`"),
        remedy: "add a `mlspace_membership` and refer to its `project` and `user` here, so that it is made first".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::TerminationConfig;

    fn rules(termination: Option<TerminationConfig>) -> ProjectRules {
        ProjectRules::of(&ProjectRecord {
            name: "fraud".to_owned(),
            description: String::new(),
            suspended: true,
            created_by: String::new(),
            created_at: 0,
            last_updated_at: 0,
            termination,
        })
    }

    #[test]
    fn a_project_s_default_and_its_leave_to_override_are_read() {
        for may_override in [false, true] {
            let rules = rules(Some(TerminationConfig {
                default_notebook_stop_time: Some("17:00".to_owned()),
                allow_notebook_owner_override: may_override,
                ..TerminationConfig::default()
            }));
            assert!(rules.suspended);
            assert_eq!(rules.stop.default, "17:00".parse().ok());
            assert_eq!(rules.stop.may_override, may_override);
        }
    }

    #[test]
    fn a_project_that_says_nothing_has_no_default() {
        assert_eq!(rules(None).stop, StopPolicy::default());
        let odd = rules(Some(TerminationConfig {
            default_notebook_stop_time: Some("five".to_owned()),
            ..TerminationConfig::default()
        }));
        assert_eq!(odd.stop.default, None);
    }
}
