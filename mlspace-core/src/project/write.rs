//! Making and changing projects.

use super::read::project;
use super::records::FoundProject;
use super::{Project, ProjectSpec, Projects, import_hint, now};
use crate::aws::{Error, Failure, Guard, Operation, Outcome, PolicyModel};
use crate::directory::invalid_new_name;
use crate::name::ProjectName;
use crate::policies;
use crate::records::{Change, ProjectRecord, Write, is_ours, mark_ours};

impl Projects {
    /// Waits until this process changes no project of this name, and keeps it so while the guard is held.
    pub(super) async fn lock(&self, name: &ProjectName) -> Guard {
        self.locks.lock(&name.as_str().to_ascii_lowercase()).await
    }

    /// Checks at plan time what a new project would run into: a name that differs from another's
    /// in case only, settings that no policy can be made from.
    ///
    /// # Errors
    /// What the check finds, or what keeps it from looking.
    pub(super) async fn check_new(&self, spec: &ProjectSpec) -> Result<(), Error> {
        spec.check()?;
        spec.name
            .check_new()
            .map_err(|error| invalid_new_name("name", &error))?;
        let context = self.clients.grant_context().await?;
        match self.clients.settings().policy_model {
            PolicyModel::PerPrincipal => {
                policies::project_policy(&context, &spec.name, spec.suspended)?;
            }
            PolicyModel::Attribute => drop(policies::attribute_policy(&context)?),
        }
        self.collisions.check_project(&spec.name).await
    }

    /// Makes a project: its policy, then its record.
    ///
    /// # Errors
    /// The first step's that failed, with the project as far as it exists.
    pub async fn create(&self, operation: &Operation, spec: &ProjectSpec) -> Outcome<Project> {
        let name = &spec.name;
        let _guard = self.lock(name).await;
        spec.check()?;
        let existing = self.projects.find(name).await?;
        if existing
            .as_ref()
            .is_some_and(|found| !is_finished(spec, found))
        {
            return Err(in_the_way(name).into());
        }
        if existing.is_none() {
            name.check_new()
                .map_err(|error| invalid_new_name("name", &error))?;
        }
        self.collisions.check_project(name).await?;
        let arn = self
            .set_up_policies(operation, name, spec.suspended)
            .await?;
        if let Some(FoundProject { record, .. }) = existing {
            return Ok(project(name, Some(record), spec.suspended, arn, Vec::new()));
        }

        let record = spec.record(None, now());
        let done = |drift| {
            project(
                name,
                Some(record.clone()),
                spec.suspended,
                arn.clone(),
                drift,
            )
        };
        match self.record_new_project(operation, spec, &record).await {
            Ok(Write::Done) if spec.suspended => {
                match self.suspensions.settle(operation, name, true).await {
                    Ok(()) => Ok(done(Vec::new())),
                    Err(error) => Err(Failure {
                        error,
                        reached: Some(done(Vec::new())),
                    }),
                }
            }
            Ok(Write::Done) => Ok(done(Vec::new())),
            // Another process was faster with the whole project; the policy is now its.
            Ok(Write::Refused) => Err(in_the_way(name).into()),
            Err(error) => {
                let missing = format!("the record of project `{name}` is missing");
                Err(Failure {
                    error,
                    reached: Some(done(vec![missing])),
                })
            }
        }
    }

    /// Brings the policies that decide about the project's members in line, where there are any: its
    /// own, and the shared list of suspended projects. Returns the ARN of its own.
    ///
    /// A deployment that changes over to the other model has roles of both for a while, and a
    /// suspension reaches them all: each policy is kept up until no role carries it.
    async fn set_up_policies(
        &self,
        operation: &Operation,
        name: &ProjectName,
        suspended: bool,
    ) -> Result<Option<String>, Error> {
        self.suspensions.set(operation, name, suspended).await?;
        let policy = self.project_policies.desired(name, suspended).await?;
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
        record: &ProjectRecord,
    ) -> Result<Write, Error> {
        operation.check(&format!("recording project `{}`", spec.name))?;
        let table = &self.clients.settings().table_names.projects;
        self.records
            .create(
                table,
                &ProjectRecord::key(&spec.name),
                mark_ours(record.item()),
            )
            .await
    }

    /// Changes a project in place, and mends what was changed outside.
    ///
    /// Suspending denies everything to the members first, then stops the project's notebooks, and
    /// is recorded when they have stopped.
    ///
    /// # Errors
    /// The first step's that failed, with the project as it is then.
    pub async fn update(&self, operation: &Operation, spec: &ProjectSpec) -> Outcome<Project> {
        let _guard = self.lock(&spec.name).await;
        let done = self.update_steps(operation, spec).await;
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

    async fn update_steps(&self, operation: &Operation, spec: &ProjectSpec) -> Result<(), Error> {
        spec.check()?;
        let name = &spec.name;
        self.set_up_policies(operation, name, spec.suspended)
            .await?;
        let table = &self.clients.settings().table_names.projects;
        let key = ProjectRecord::key(name);
        // Others write to the record too: when it changed after it was read, it is read again.
        for attempt in 0..5 {
            operation.check(&format!("recording project `{name}`"))?;
            let found = self.projects.find(name).await?;
            let before = found.as_ref().is_some_and(|found| found.record.suspended);
            let suspending = spec.suspended && !before;
            if suspending && attempt == 0 {
                self.inventory.stop_all(operation, name).await?;
            }
            let write = match found {
                None => {
                    let record = spec.record(None, now());
                    self.records
                        .create(table, &key, mark_ours(record.item()))
                        .await?
                }
                Some(found) => match change(spec, &found, now()) {
                    None => return Ok(()),
                    Some(change) => self.records.update(table, &key, &change).await?,
                },
            };
            if write == Write::Done {
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

/// Whether the record is what an interrupted create of this very project wrote, as its last step.
fn is_finished(spec: &ProjectSpec, found: &FoundProject) -> bool {
    is_ours(&found.item) && change(spec, found, found.record.last_updated_at).is_none()
}

fn in_the_way(name: &ProjectName) -> Error {
    Error::AlreadyExists {
        what: format!("project `{name}`"),
        remedy: import_hint(name),
    }
}

/// The change that brings the record to what it should be, under the condition that it is as it was
/// read; `None` when it is so already.
fn change(spec: &ProjectSpec, found: &FoundProject, now: i64) -> Option<Change> {
    spec.record(Some(&found.record), now)
        .change_from(&found.record, &found.item)
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
    fn only_its_own_finished_create_is_taken_up() {
        let marked = |spec: &ProjectSpec| {
            let found = found(spec);
            FoundProject {
                item: mark_ours(found.item),
                record: found.record,
            }
        };
        assert!(is_finished(&spec(), &marked(&spec())));
        assert!(!is_finished(&spec(), &found(&spec())), "somebody else's");
        let other = ProjectSpec {
            description: "another".to_owned(),
            ..spec()
        };
        assert!(!is_finished(&spec(), &marked(&other)));
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
