//! Reading projects.

use super::records::FoundProject;
use super::{Project, Projects};
use crate::aws::{Error, PolicyModel};
use crate::budget::ProjectSpend;
use crate::iam::managed_policies::equivalent_json;
use crate::layout;
use crate::name::ProjectName;
use crate::policies;
use crate::records::{Item, ProjectRecord, REMOVING};
use crate::tags::PolicyOwner;
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

    /// What the project spent in the current month, by its budget.
    ///
    /// # Errors
    /// [`Error::NotFound`] without one, or when AWS can't be reached or refuses the call.
    pub async fn spend(&self, name: &ProjectName) -> Result<ProjectSpend, Error> {
        self.budgets.spend(name).await
    }

    /// Reads a project that has no policy of its own.
    async fn read_listed_project(&self, name: &ProjectName) -> Result<Option<Project>, Error> {
        let Some(found) = self.projects.read(name).await? else {
            return Ok(None);
        };
        let token = found.token();
        let FoundProject { record, item } = found;
        let suspended = record.suspended;
        let mut drift = record_drift(name, &item);
        drift.extend(self.suspensions.drift(name, suspended).await?);
        drift.extend(self.budget_drift(name, &record).await?);
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

    /// How the budget differs from what the record says; no call for a project without one.
    async fn budget_drift(
        &self,
        name: &ProjectName,
        record: &ProjectRecord,
    ) -> Result<Vec<String>, Error> {
        match &record.budget {
            Some(budget) => Box::pin(self.budgets.drift(name, budget)).await,
            None => Ok(Vec::new()),
        }
    }

    async fn read_project_and_policy(&self, name: &ProjectName) -> Result<Option<Project>, Error> {
        let policy_name =
            layout::project_policy_name(&self.clients.settings().iam_resource_prefix, name)?;
        let arn = self.clients.account().await?.policy_arn(&policy_name);
        let (found, document) = futures::try_join!(
            self.projects.read(name),
            Box::pin(self.policies.cached_document(&arn))
        )?;
        // Only where no record says whose the policy is, its tags are read, with a call of their own.
        if found.is_none() {
            let owner = PolicyOwner::Project(name);
            let policy = self.policies.cached(&arn).await?;
            if !policy.is_some_and(|policy| self.policies.owns(owner, &policy)) {
                return Ok(None);
            }
        }
        let context = self.clients.policy_context().await?;
        let suspended = match &found {
            Some(found) => found.record.suspended,
            // Without a record, the policy says which of the two it is.
            None => document.as_deref().is_some_and(denies_everything),
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
        drift.extend(policy_drift(&policy_name, document.as_deref(), &wanted));
        let token = found.as_ref().and_then(FoundProject::token);
        let record = found.map(|found| found.record);
        if let Some(record) = &record {
            drift.extend(self.budget_drift(name, record).await?);
        }
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

/// How a managed policy with this JSON differs from what it should be.
fn policy_drift(name: &str, found: Option<&str>, wanted: &Document) -> Option<String> {
    match found {
        None => Some(format!("policy `{name}` is missing")),
        Some(found) if !equivalent_json(found, wanted) => {
            Some(format!("policy `{name}` was edited"))
        }
        Some(_) => None,
    }
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

    #[test]
    fn a_policy_as_wanted_shows_no_drift() {
        let found = wanted().to_json_pretty();
        assert_eq!(policy_drift("p", Some(&found), &wanted()), None);
    }

    #[test]
    fn each_change_is_a_sentence() {
        let drift = |found: Option<&str>| policy_drift("p", found, &wanted()).unwrap();
        assert_eq!(drift(None), "policy `p` is missing");
        let edited = wanted().to_json().replace("GetObject", "*");
        assert_eq!(drift(Some(&edited)), "policy `p` was edited");
    }
}
