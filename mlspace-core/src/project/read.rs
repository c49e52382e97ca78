//! Reading projects.

use super::Project;
use crate::aws::managed_policy::{ManagedPolicy, WantedPolicy, means};
use crate::aws::{Error, Platform, PolicyModel};
use crate::layout;
use crate::name::ProjectName;
use crate::policies;
use crate::records::{Item, ProjectRecord};
use crate::tags::{POLICY_VERSION, PolicyOwner, Tags};
use iam_policy::Document;

/// A project's record with the item it was read from.
pub(super) struct Found {
    pub(super) record: ProjectRecord,
    pub(super) item: Item,
}

impl Platform {
    /// The project as it is; `None` when neither its record nor, where it has one, its policy is there.
    ///
    /// # Errors
    /// When AWS can't be reached or refuses the calls, or the record is malformed.
    pub async fn read_project(&self, name: &ProjectName) -> Result<Option<Project>, Error> {
        match self.settings().policy_model {
            PolicyModel::PerPrincipal => self.read_project_and_policy(name).await,
            PolicyModel::Attribute => self.read_listed_project(name).await,
        }
    }

    /// Reads a project that has no policy of its own.
    async fn read_listed_project(&self, name: &ProjectName) -> Result<Option<Project>, Error> {
        let Some(Found { record, .. }) = self.find_project(name).await? else {
            return Ok(None);
        };
        let suspended = record.suspended;
        let mut drift = Vec::from_iter(self.suspension_drift(name, suspended).await?);
        let left = layout::project_policy_name(&self.settings().iam_resource_prefix, name)?;
        if self.is_left_over(&left, PolicyOwner::Project(name)).await? {
            drift.push(format!(
                "policy `{left}` is left over from the model `{}`",
                PolicyModel::PerPrincipal.name()
            ));
        }
        Ok(Some(project(name, Some(record), suspended, None, drift)))
    }

    async fn read_project_and_policy(&self, name: &ProjectName) -> Result<Option<Project>, Error> {
        let policy_name = layout::project_policy_name(&self.settings().iam_resource_prefix, name)?;
        let arn = self.account().await?.policy_arn(&policy_name);
        let (found, policy) =
            futures::try_join!(self.find_project(name), Box::pin(self.policy(&arn)))?;
        let owner = PolicyOwner::Project(name);
        if found.is_none()
            && !policy
                .as_ref()
                .is_some_and(|policy| self.owns_policy(owner, policy))
        {
            return Ok(None);
        }
        let context = self.grant_context().await?;
        let suspended = match &found {
            Some(found) => found.record.suspended,
            // Without a record, the policy says which of the two it is.
            None => {
                let denying = policies::project_policy(&context, name, true)?;
                policy
                    .as_ref()
                    .is_some_and(|policy| means(&policy.document, &denying))
            }
        };
        let mut drift = Vec::new();
        if found.is_none() {
            drift.push(format!("the record of project `{name}` is missing"));
        }
        let wanted = policies::project_policy(&context, name, suspended)?;
        drift.extend(policy_drift(
            &policy_name,
            policy.as_ref(),
            &wanted,
            &self.wanted_policy_tags(owner),
        ));
        Ok(Some(project(
            name,
            found.map(|found| found.record),
            suspended,
            Some(arn),
            drift,
        )))
    }

    /// ARN of the project's policy, whether or not it exists; none in a model that gives projects no
    /// policy of their own.
    ///
    /// # Errors
    /// When the prefix leaves too little room for the name, or the account can't be told.
    pub async fn project_policy_arn(&self, name: &ProjectName) -> Result<Option<String>, Error> {
        if self.settings().policy_model == PolicyModel::Attribute {
            return Ok(None);
        }
        let policy = layout::project_policy_name(&self.settings().iam_resource_prefix, name)?;
        Ok(Some(self.account().await?.policy_arn(&policy)))
    }

    /// The project's record.
    pub(super) async fn find_project(&self, name: &ProjectName) -> Result<Option<Found>, Error> {
        let table = &self.settings().table_names.projects;
        let key = ProjectRecord::key(name);
        let Some(item) = self.read_item(table, &key).await? else {
            return Ok(None);
        };
        let record = ProjectRecord::read(&item).map_err(|error| error.of(table, &key))?;
        Ok(Some(Found { record, item }))
    }

    /// The project's record, for those who only need to know the project.
    ///
    /// # Errors
    /// When AWS can't be reached or refuses the call, or the record is malformed.
    pub async fn project_record(&self, name: &ProjectName) -> Result<Option<ProjectRecord>, Error> {
        Ok(self.find_project(name).await?.map(|found| found.record))
    }

    /// The policy that the project's members carry.
    pub(crate) async fn wanted_project_policy<'a>(
        &self,
        name: &'a ProjectName,
        suspended: bool,
    ) -> Result<WantedPolicy<'a>, Error> {
        Ok(WantedPolicy {
            name: layout::project_policy_name(&self.settings().iam_resource_prefix, name)?,
            owner: PolicyOwner::Project(name),
            document: policies::project_policy(&self.grant_context().await?, name, suspended)?,
            in_the_way: format!(
                "rename or remove it, or, if it belongs to project `{name}`, tag it `project` = `{name}` and `system` = `{}`",
                self.settings().system_tag
            ),
        })
    }
}

/// How a managed policy differs from what it should be.
pub(crate) fn policy_drift(
    name: &str,
    found: Option<&ManagedPolicy>,
    wanted: &Document,
    tags: &Tags,
) -> Vec<String> {
    let Some(found) = found else {
        return vec![format!("policy `{name}` is missing")];
    };
    let mut drift = Vec::new();
    if !means(&found.document, wanted) {
        drift.push(format!("policy `{name}` was edited"));
    }
    for (key, value) in tags.iter() {
        match found.tags.get(key) {
            None => drift.push(format!("policy `{name}` lost its tag `{key}`")),
            Some(found) if found != value && key != POLICY_VERSION => {
                drift.push(format!("tag `{key}` of policy `{name}` became `{found}`"));
            }
            Some(_) => {}
        }
    }
    drift
}

pub(super) fn project(
    name: &ProjectName,
    record: Option<ProjectRecord>,
    suspended: bool,
    policy_arn: Option<String>,
    drift: Vec<String>,
) -> Project {
    let (description, created_by, termination, created_at, last_updated_at) = match record {
        Some(r) => (
            r.description,
            r.created_by,
            r.termination,
            r.created_at,
            r.last_updated_at,
        ),
        None => (String::new(), String::new(), None, 0, 0),
    };
    Project {
        name: name.clone(),
        description,
        created_by,
        suspended,
        termination,
        policy_arn,
        created_at,
        last_updated_at,
        drift,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iam_policy::Statement;

    fn wanted() -> Document {
        Document::new([Statement::allow("A")
            .actions(["s3:GetObject"])
            .resources(["*"])])
    }

    fn tags() -> Tags {
        Tags::from([
            ("project", "fraud"),
            ("system", "MLSpace"),
            ("policyVersion", "1"),
        ])
    }

    fn found() -> ManagedPolicy {
        ManagedPolicy {
            tags: tags(),
            document: wanted().to_json_pretty(),
        }
    }

    #[test]
    fn a_policy_as_wanted_shows_no_drift() {
        assert!(policy_drift("p", Some(&found()), &wanted(), &tags()).is_empty());
        let mut newer = found();
        newer.tags.insert("policyVersion", "7");
        newer.tags.insert("theirs", "x");
        assert!(policy_drift("p", Some(&newer), &wanted(), &tags()).is_empty());
    }

    #[test]
    fn each_change_is_a_sentence() {
        assert_eq!(
            policy_drift("p", None, &wanted(), &tags()),
            ["policy `p` is missing"]
        );
        let mut changed = found();
        changed.document = changed.document.replace("GetObject", "*");
        changed.tags.insert("project", "churn");
        changed.tags.remove("system");
        assert_eq!(
            policy_drift("p", Some(&changed), &wanted(), &tags()),
            [
                "policy `p` was edited",
                "tag `project` of policy `p` became `churn`",
                "policy `p` lost its tag `system`",
            ]
        );
    }
}
