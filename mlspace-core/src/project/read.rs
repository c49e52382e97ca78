//! Reading projects.

use super::records::FoundProject;
use super::{Project, Projects};
use crate::aws::{Error, PolicyModel};
use crate::iam::ManagedPolicy;
use crate::iam::managed_policies::equivalent_json;
use crate::layout;
use crate::name::ProjectName;
use crate::policies;
use crate::records::{Item, ProjectRecord, REMOVING};
use crate::tags::{POLICY_VERSION, PolicyOwner, Tags};
use iam_policy::Document;

impl Projects {
    /// The project as it is; `None` when neither its record nor, where it has one, its policy is there.
    ///
    /// # Errors
    /// When AWS can't be reached or refuses the calls, or the record is malformed.
    pub async fn read(&self, name: &ProjectName) -> Result<Option<Project>, Error> {
        match self.clients.settings().policy_model {
            PolicyModel::PerPrincipal => self.read_project_and_policy(name).await,
            PolicyModel::Attribute => self.read_listed_project(name).await,
        }
    }

    /// Reads a project that has no policy of its own.
    async fn read_listed_project(&self, name: &ProjectName) -> Result<Option<Project>, Error> {
        let Some(found) = self.projects.find(name).await? else {
            return Ok(None);
        };
        let token = found.token();
        let FoundProject { record, item } = found;
        let suspended = record.suspended;
        let mut drift = record_drift(name, &item);
        drift.extend(self.suspensions.drift(name, suspended).await?);
        let left = layout::project_policy_name(&self.clients.settings().iam_resource_prefix, name)?;
        if self
            .policies
            .is_left_over(&left, PolicyOwner::Project(name))
            .await?
        {
            drift.push(format!(
                "policy `{left}` is left over from the model `{}`",
                PolicyModel::PerPrincipal.name()
            ));
        }
        Ok(Some(Project {
            token,
            ..project(name, Some(record), suspended, None, drift)
        }))
    }

    async fn read_project_and_policy(&self, name: &ProjectName) -> Result<Option<Project>, Error> {
        let policy_name =
            layout::project_policy_name(&self.clients.settings().iam_resource_prefix, name)?;
        let arn = self.clients.account().await?.policy_arn(&policy_name);
        let (found, policy) = futures::try_join!(
            self.projects.find(name),
            Box::pin(self.policies.cached(&arn))
        )?;
        let owner = PolicyOwner::Project(name);
        if found.is_none()
            && !policy
                .as_ref()
                .is_some_and(|policy| self.policies.owns(owner, policy))
        {
            return Ok(None);
        }
        let context = self.clients.policy_context().await?;
        let suspended = match &found {
            Some(found) => found.record.suspended,
            // Without a record, the policy says which of the two it is.
            None => policy
                .as_ref()
                .is_some_and(|policy| denies_everything(&policy.document)),
        };
        let mut drift = Vec::new();
        match &found {
            Some(found) => drift.extend(record_drift(name, &found.item)),
            None => drift.push(format!("the record of project `{name}` is missing")),
        }
        let recorded = found.as_ref().map(|found| found.record.access.clone());
        let access = self
            .clients
            .settings()
            .effective(&recorded.unwrap_or_default());
        let wanted = policies::project_policy(&context, name, &access, suspended)?;
        drift.extend(policy_drift(
            &policy_name,
            policy.as_ref(),
            &wanted,
            &self.policies.desired_tags(owner),
        ));
        let token = found.as_ref().and_then(FoundProject::token);
        let record = found.map(|found| found.record);
        Ok(Some(Project {
            token,
            ..project(name, record, suspended, Some(arn), drift)
        }))
    }
}

/// Whether the policy has the statement of a suspended project.
fn denies_everything(json: &str) -> bool {
    let denial = [policies::suspended_statement()];
    Document::parse(json).is_ok_and(|document| {
        let mut statements = document.statements.into_iter();
        statements.any(|one| Document::new([one]).equivalent(&Document::new(denial.clone())))
    })
}

/// What MLSpace needs and the record lacks, and the mark of a removal that did not finish.
fn record_drift(name: &ProjectName, item: &Item) -> Vec<String> {
    let mut drift = Vec::new();
    let missing = ProjectRecord::missing(item);
    if !missing.is_empty() {
        let missing = missing.join("`, `");
        drift.push(format!(
            "the record of project `{name}` lacks `{missing}`, which MLSpace needs"
        ));
    }
    if item.contains_key(REMOVING) {
        drift.push(format!(
            "the record of project `{name}` says that it is being removed, so that nothing is added to it"
        ));
    }
    drift
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
    if !equivalent_json(&found.document, wanted) {
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
    Project {
        name: name.clone(),
        record,
        suspended,
        policy_arn,
        drift,
        token: None,
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
            description: String::new(),
            document: wanted().to_json_pretty(),
            has_history: false,
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
