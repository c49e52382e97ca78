//! Making and changing projects.

use std::sync::atomic::AtomicBool;

use super::read::project;
use super::records::FoundProject;
use super::{Project, ProjectSpec, Projects, now, object};
use crate::aws::{Error, Failure, Guard, IfPresent as _, Operation, Outcome, PolicyModel};
use crate::directory::invalid_new_name;
use crate::iam::Creation;
use crate::name::{ProjectName, UserName};
use crate::notebook::Owner;
use crate::ownership::{Mark, Run, Token};
use crate::policies::{self, ProjectAccess};
use crate::records::{Change, Item, ProjectRecord, REMOVING, Write};
use crate::tags::PolicyOwner;

impl Projects {
    /// Waits until this process changes no project of this name, and keeps it so while the guard is held.
    pub(super) async fn lock(&self, name: &ProjectName) -> Guard {
        self.locks.lock(&name.as_str().to_ascii_lowercase()).await
    }

    /// Checks at plan time what a new project would run into: an existing project, a name that
    /// differs from another's in case only, settings that no policy can be made from. `run` says
    /// which existing ones leave.
    ///
    /// # Errors
    /// What the check finds, or what keeps it from looking.
    pub(super) async fn check_new(&self, spec: &ProjectSpec, run: &dyn Run) -> Result<(), Error> {
        spec.check()?;
        spec.name
            .check_new()
            .map_err(|error| invalid_new_name("name", &error))?;
        let context = self.clients.policy_context().await?;
        match self.clients.settings().policy_model {
            PolicyModel::PerPrincipal => {
                let access = self.clients.settings().effective(&spec.access);
                policies::project_policy(&context, &spec.name, &access, spec.suspended)?;
            }
            PolicyModel::Attribute => drop(policies::attribute_policy(&context)?),
        }
        let renames = self.collisions.plan_project(&spec.name, run).await?;
        // Under IAM's rules, what the old spelling leaves is this project's own until then.
        if renames || run.replaces(&object(&spec.name)) {
            return Ok(());
        }
        self.check_absent(&spec.name).await
    }

    /// Refuses a project that exists.
    async fn check_absent(&self, name: &ProjectName) -> Result<(), Error> {
        let object = object(name);
        // The list may be older than a delete of this process.
        if self.collisions.may_exist(&object).await? && self.projects.exists(name).await? {
            return Err(object.exists());
        }
        let Some(arn) = self.project_policies.arn(name).await? else {
            return Ok(());
        };
        let owner = PolicyOwner::Project(name);
        // Without the permission to look, the create finds it.
        match self.policies.cached(&arn).await.if_allowed()?.flatten() {
            Some(found) if !self.policies.owns(owner, &found) => Err(self
                .project_policies
                .desired(name, &ProjectAccess::default(), false)
                .await?
                .conflict()),
            Some(found) if Mark::of(&found.tags).is_none() => {
                Err(object.exists_of(without_record()))
            }
            _ => Ok(()),
        }
    }

    /// Makes a project: its policy, then its record. Finishes what an interrupted create left.
    ///
    /// # Errors
    /// [`Error::Exists`] for a project that is on record; or the first step's that failed, with the
    /// project as far as it exists.
    pub async fn create(&self, operation: &Operation, spec: &ProjectSpec) -> Outcome<Project> {
        let name = &spec.name;
        spec.check()?;
        // Before the lock, which a removal under another spelling needs.
        self.collisions.check_project(operation, name).await?;
        let _guard = self.lock(name).await;
        if self.projects.exists(name).await? {
            return Err(object(name).exists().into());
        }
        name.check_new()
            .map_err(|error| invalid_new_name("name", &error))?;
        let token = Token::random();
        let made = AtomicBool::new(false);
        let created = Some((&token, &made));
        let policies = async {
            let arn = self.set_up_policies(operation, spec, created).await?;
            if let Some(budget) = &spec.budget {
                self.budgets.ensure(operation, name, &token, budget).await?;
            }
            Ok(arn)
        };
        let policies = Box::pin(policies).await;
        let record = spec.record(None, now());
        let missing = format!("the record of project `{name}` is missing");
        let reached = |arn: &Option<String>, drift| Project {
            token: Some(token.clone()),
            ..project(
                name,
                Some(record.clone()),
                spec.suspended,
                arn.clone(),
                drift,
            )
        };
        let arn = match policies {
            Ok(arn) => arn,
            Err(error) => {
                let seen = self.left_behind(name, &error).await;
                let arn = self.project_policies.arn(name).await?;
                // A new policy may not be visible yet.
                let unseen = || reached(&arn, vec![missing]);
                return Err(Failure {
                    error,
                    reached: seen.or_else(|| made.into_inner().then(unseen)),
                });
            }
        };
        let done = |drift| reached(&arn, drift);
        let recorded = self
            .record_new_project(operation, spec, token.mark(record.item()))
            .await;
        if let Err(error) = recorded {
            return match self.projects.find(name).await {
                // It was written, and only the response was lost.
                Ok(Some(found)) if found.token().as_ref() == Some(&token) => {
                    self.settle_new(operation, spec, done(Vec::new())).await
                }
                Ok(Some(_)) => Err(object(name).exists().into()),
                // Then there is nothing.
                Ok(None) if arn.is_none() => Err(error.into()),
                Ok(None) | Err(_) => Err(Failure {
                    error,
                    reached: Some(done(vec![missing])),
                }),
            };
        }
        match recorded? {
            Write::Done => self.settle_new(operation, spec, done(Vec::new())).await,
            // Another process was faster with the whole project; the policy is now its.
            Write::Refused => Err(object(name).exists().into()),
        }
    }

    /// Completes the suspension of a new project, which is on record by now.
    async fn settle_new(
        &self,
        operation: &Operation,
        spec: &ProjectSpec,
        made: Project,
    ) -> Outcome<Project> {
        if !spec.suspended {
            return Ok(made);
        }
        match self.suspensions.settle(operation, &spec.name, true).await {
            Ok(()) => Ok(made),
            Err(error) => Err(Failure {
                error,
                reached: Some(made),
            }),
        }
    }

    /// The project without a record that a failed create leaves behind.
    async fn left_behind(&self, name: &ProjectName, error: &Error) -> Option<Project> {
        if error.is_owned_by_others() {
            return None;
        }
        let found = self.read(name).await.ok().flatten()?;
        found.record.is_none().then_some(found)
    }

    /// Brings the policies that decide about the project's members in line, where there are any: its
    /// own, and the shared list of suspended projects. Returns the ARN of its own. `created` is the
    /// token of a create, which only finishes a policy that another create left, and what notes that
    /// the policy is made.
    ///
    /// A deployment that changes over to the other model has roles of both for a while, and a
    /// suspension reaches them all: each policy is kept up until no role carries it.
    async fn set_up_policies(
        &self,
        operation: &Operation,
        spec: &ProjectSpec,
        created: Option<(&Token, &AtomicBool)>,
    ) -> Result<Option<String>, Error> {
        let (name, suspended) = (&spec.name, spec.suspended);
        self.suspensions.set(operation, name, suspended).await?;
        let policies = &self.project_policies;
        let mut policy = policies.desired(name, &spec.access, suspended).await?;
        policy.creation = created.map(|(token, made)| Creation {
            token,
            made,
            exists: object(name).exists_of(without_record()),
        });
        if self.clients.settings().policy_model == PolicyModel::PerPrincipal {
            return self.policies.ensure(operation, &policy).await.map(Some);
        }
        let arn = self.clients.account().await?.policy_arn(&policy.name);
        let found = self.policies.current(&arn).await?;
        if found.is_some_and(|found| self.policies.owns(policy.owner, &found)) {
            if self.policies.is_used(&arn, "").await? {
                self.policies.ensure(operation, &policy).await?;
            } else {
                self.policies
                    .delete_if_unused(operation, &policy.name, policy.owner, "")
                    .await?;
            }
        }
        Ok(None)
    }

    async fn record_new_project(
        &self,
        operation: &Operation,
        spec: &ProjectSpec,
        item: Item,
    ) -> Result<Write, Error> {
        operation.check(&format!("recording project `{}`", spec.name))?;
        let table = &self.clients.settings().table_names.projects;
        self.projects.forget(&spec.name).await;
        self.records
            .create(table, &ProjectRecord::key(&spec.name), item)
            .await
    }

    /// Changes a project in place, and mends what was changed outside.
    ///
    /// Suspending denies everything to the members first, then stops the project's notebooks, and
    /// is recorded when they have stopped.
    ///
    /// `is_recorded` says that the caller knows the record: one that is missing all the same was
    /// deleted meanwhile. Otherwise a missing record is made anew.
    ///
    /// # Errors
    /// The first step's that failed, with the project as it is then.
    pub async fn update(
        &self,
        operation: &Operation,
        spec: &ProjectSpec,
        is_recorded: bool,
    ) -> Outcome<Project> {
        let _guard = self.lock(&spec.name).await;
        let done = self.update_steps(operation, spec, is_recorded).await;
        match (done, self.read(&spec.name).await) {
            (Ok(()), Ok(Some(project))) => Ok(project),
            (Ok(()), Ok(None)) => Err(Error::Conflict {
                message: format!("project `{}` was removed while it was changed", spec.name),
                remedy: "apply again".to_owned(),
            }
            .into()),
            (Ok(()), Err(error)) => Err(error.into()),
            (Err(error), seen) => Err(Failure {
                error,
                reached: seen.ok().flatten(),
            }),
        }
    }

    async fn update_steps(
        &self,
        operation: &Operation,
        spec: &ProjectSpec,
        is_recorded: bool,
    ) -> Result<(), Error> {
        Box::pin(self.update_project(operation, spec, is_recorded)).await?;
        let Some(budget) = &spec.budget else {
            return Ok(());
        };
        // By now it has one.
        match self.projects.token(&spec.name).await? {
            Some(token) => {
                let budgets = &self.budgets;
                Box::pin(budgets.ensure(operation, &spec.name, &token, budget)).await
            }
            None => Err(deleted_record(&spec.name)),
        }
    }

    /// All of an update but the budget that the project has afterwards.
    async fn update_project(
        &self,
        operation: &Operation,
        spec: &ProjectSpec,
        is_recorded: bool,
    ) -> Result<(), Error> {
        spec.check()?;
        let name = &spec.name;
        let (claim, object) = (operation.claim(), object(name));
        let settings = self.clients.settings();
        let access = settings.effective(&spec.access);
        let mut changes_access = false;
        // `None` if no record says so.
        let mut had_budget = None;
        match self.projects.find(name).await? {
            Some(found) => {
                claim.check(&object, found.token().as_ref())?;
                had_budget = Some(found.record.budget.is_some());
                changes_access = settings.effective(&found.record.access) != access;
            }
            None if is_recorded => return Err(deleted_record(name)),
            None => {}
        }
        self.set_up_policies(operation, spec, None).await?;
        let budgets = &self.budgets;
        match had_budget {
            _ if spec.budget.is_some() => {}
            // Before the record forgets it.
            Some(true) => Box::pin(budgets.remove(operation, name)).await?,
            Some(false) => {}
            None => Box::pin(budgets.remove_any(operation, name)).await?,
        }
        let memberships = &self.dependents.memberships;
        if changes_access {
            // Each inline policy denies what it does not grant, so that in between a role can do
            // no more than before or than after.
            memberships.sync_access(operation, name, &access).await?;
        }
        let table = &self.clients.settings().table_names.projects;
        let key = ProjectRecord::key(name);
        // Others write to the record too: when it changed after it was read, it is read again.
        for attempt in 0..5 {
            operation.check(&format!("recording project `{name}`"))?;
            let found = self.projects.find(name).await?;
            let before = found.as_ref().is_some_and(|found| found.record.suspended);
            let suspending = spec.suspended && !before;
            if suspending && attempt == 0 {
                let owner = Owner::Project(name);
                self.inventory.suspend_all(operation, owner).await?;
                self.studio.suspend_all(operation, owner).await?;
            }
            // Before the record says so: an interrupted resumption is continued by the next apply.
            if before && !spec.suspended && attempt == 0 {
                // Those of suspended users stay as they are.
                let users = self.users.suspensions().await?;
                let stays = |_: &ProjectName, user: &UserName| users.get(user) == Some(&true);
                let owner = Owner::Project(name);
                self.inventory.resume_all(operation, owner, stays).await?;
                self.studio.resume_all(operation, owner, stays).await?;
            }
            let write = match found {
                None if is_recorded => return Err(deleted_record(name)),
                None => {
                    let record = spec.record(None, now());
                    let item = claim.token(None).mark(record.item());
                    self.records.create(table, &key, item).await?
                }
                Some(found) => {
                    claim.check(&object, found.token().as_ref())?;
                    let change = change(spec, &found, now());
                    match claim.guard("name", &found.item, change) {
                        None => return Ok(()),
                        Some(change) => self.records.update(table, &key, &change).await?,
                    }
                }
            };
            if write == Write::Done {
                self.projects.forget(name).await;
                if changes_access {
                    // Members who were added meanwhile have their role by the former record.
                    memberships.sync_access(operation, name, &access).await?;
                }
                if before != spec.suspended {
                    self.suspensions
                        .settle(operation, name, spec.suspended)
                        .await?;
                }
                return Ok(());
            }
        }
        Err(Error::Conflict {
            message: format!("the record of project `{name}` keeps being changed by others"),
            remedy: "apply again when they are done".to_owned(),
        })
    }
}

/// Whose a project is of which only the policy was found, by no create of ours.
fn without_record() -> String {
    "of which there is only the policy".to_owned()
}

/// The error for a record that was deleted between plan and apply.
fn deleted_record(name: &ProjectName) -> Error {
    Error::NotFound {
        what: format!("the record of project `{name}`"),
        remedy: "it was deleted by someone else: apply again to create it".to_owned(),
    }
}

/// The change that brings the record to what it should be, under the condition that it is as it was
/// read; `None` when it is so already.
fn change(spec: &ProjectSpec, found: &FoundProject, now: i64) -> Option<Change> {
    let change = spec
        .record(Some(&found.record), now)
        .change_from(&found.record, &found.item);
    if !found.item.contains_key(REMOVING) {
        return change;
    }
    // Left by a removal that did not finish.
    let change = change.unwrap_or_else(|| Change::new().expect_present("name"));
    Some(change.remove(REMOVING))
}

#[cfg(test)]
mod tests {
    use super::super::spec::tests::spec;
    use super::*;
    use crate::records::TerminationConfig;

    fn found(spec: &ProjectSpec) -> FoundProject {
        let record = spec.record(None, 1_700_000_000);
        FoundProject {
            item: record.item(),
            record,
        }
    }

    #[test]
    fn a_record_as_wanted_is_left_alone() {
        assert_eq!(change(&spec(), &found(&spec()), 1_800_000_000), None);
    }

    #[test]
    fn a_change_touches_what_differs_and_expects_what_was_read() {
        let after = ProjectSpec {
            description: "new".to_owned(),
            ..spec()
        };
        let change = change(&after, &found(&spec()), 1_800_000_000).unwrap();
        let wire = change.expressions();
        let names = wire.names.unwrap();
        let touched: std::collections::BTreeSet<_> = names.values().map(String::as_str).collect();
        assert_eq!(
            touched.into_iter().collect::<Vec<_>>(),
            ["description", "lastUpdatedAt", "name"]
        );
        assert!(wire.condition.unwrap().contains("attribute_exists"));
    }

    #[test]
    fn who_made_it_stays_when_the_configuration_does_not_say() {
        let silent = ProjectSpec {
            created_by: None,
            ..spec()
        };
        assert_eq!(
            silent.record(Some(&found(&spec()).record), 1).created_by,
            "alice"
        );
        assert_eq!(silent.record(None, 1).created_by, "");
    }

    #[test]
    fn termination_goes_into_metadata_under_a_condition_on_it() {
        let after = ProjectSpec {
            termination: Some(TerminationConfig::default()),
            ..spec()
        };
        let change = change(&after, &found(&spec()), 1_800_000_000).unwrap();
        let metadata = change
            .expressions()
            .names
            .unwrap()
            .values()
            .filter(|name| *name == "metadata")
            .count();
        assert_eq!(metadata, 2, "once set, once expected");
    }
}
