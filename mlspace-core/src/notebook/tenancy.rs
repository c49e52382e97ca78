//! Whose notebook it may be: the project's and the membership's records, and the member's role.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::NotebookSpec;
use crate::{
    aws::{Called as _, Error, IfPresent as _, Platform},
    layout,
    name::{ProjectName, UserName},
    schedule::{StopPolicy, StopTime},
};

type Item = HashMap<String, AttributeValue>;

/// What a project says about its notebooks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProjectRules {
    /// Whether the project is suspended.
    pub(crate) suspended: bool,
    /// What it says about stop times.
    pub(crate) stop: StopPolicy,
}

impl ProjectRules {
    /// Reads MLSpace's project record. An override is allowed when the flag is true; MLSpace takes its mere presence for a yes.
    fn of(item: &Item) -> Self {
        let flag = |value: Option<&AttributeValue>| {
            value
                .and_then(|value| value.as_bool().ok())
                .is_some_and(|on| *on)
        };
        let map =
            |value: Option<&AttributeValue>| value.and_then(|value| value.as_m().ok()).cloned();
        let termination = map(item.get("metadata"))
            .and_then(|metadata| map(metadata.get("terminationConfiguration")))
            .unwrap_or_default();
        let default = termination
            .get("defaultNotebookStopTime")
            .and_then(|time| time.as_s().ok())
            .and_then(|time| time.parse::<StopTime>().ok());
        Self {
            suspended: flag(item.get("suspended")),
            stop: StopPolicy {
                default,
                may_override: flag(termination.get("allowNotebookOwnerOverride")),
            },
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
        let key = HashMap::from([("name".to_owned(), AttributeValue::S(project.to_string()))]);
        Ok(self.item(table, key).await?.as_ref().map(ProjectRules::of))
    }

    /// Whether `user` is a member of `project`, by the platform's record.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn is_member(&self, project: &ProjectName, user: &UserName) -> Result<bool, Error> {
        let table = &self.settings().table_names.project_users;
        let key = HashMap::from([
            ("project".to_owned(), AttributeValue::S(project.to_string())),
            ("user".to_owned(), AttributeValue::S(user.to_string())),
        ]);
        Ok(self.item(table, key).await?.is_some())
    }

    async fn item(&self, table: &str, key: Item) -> Result<Option<Item>, Error> {
        let client = self.dynamodb().await?;
        let request = client.get_item().table_name(table).set_key(Some(key));
        let answer = request
            .consistent_read(true)
            .send()
            .await
            .called("dynamodb", "GetItem")?;
        Ok(answer.item)
    }

    /// ARN of the role that a member's notebooks run with.
    pub(crate) async fn member_role_arn(
        &self,
        project: &ProjectName,
        user: &UserName,
    ) -> Result<String, Error> {
        let prefix = &self.settings().iam_resource_prefix;
        let name = layout::role_name(prefix, project, user).map_err(|error| Error::Invalid {
            attribute: None,
            message: error.to_string(),
            remedy: "change `iam_resource_prefix` in the provider block".to_owned(),
        })?;
        Ok(self.account().await?.role_arn(&name))
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
                message: format!("project `{project}`: {error}"),
                remedy: "or change the project's default".to_owned(),
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

    fn project(suspended: bool, termination: &[(&str, AttributeValue)]) -> Item {
        let map = |entries: &[(&str, AttributeValue)]| {
            AttributeValue::M(
                entries
                    .iter()
                    .map(|(k, v)| ((*k).to_owned(), v.clone()))
                    .collect(),
            )
        };
        HashMap::from([
            ("suspended".to_owned(), AttributeValue::Bool(suspended)),
            (
                "metadata".to_owned(),
                map(&[("terminationConfiguration", map(termination))]),
            ),
        ])
    }

    #[test]
    fn an_override_needs_the_flag_to_be_true() {
        let time = (
            "defaultNotebookStopTime",
            AttributeValue::S("17:00".to_owned()),
        );
        let flag = |on| ("allowNotebookOwnerOverride", AttributeValue::Bool(on));
        for (termination, may_override) in [
            (vec![time.clone()], false),
            (vec![time.clone(), flag(false)], false),
            (vec![time.clone(), flag(true)], true),
        ] {
            let rules = ProjectRules::of(&project(true, &termination));
            assert!(rules.suspended);
            assert_eq!(rules.stop.default, "17:00".parse().ok());
            assert_eq!(rules.stop.may_override, may_override);
        }
    }

    #[test]
    fn a_project_that_says_nothing_has_no_rules() {
        assert_eq!(ProjectRules::of(&Item::new()), ProjectRules::default());
        assert_eq!(
            ProjectRules::of(&project(false, &[])),
            ProjectRules::default()
        );
    }
}
