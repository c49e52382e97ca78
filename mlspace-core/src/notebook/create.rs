//! Creating notebooks: checks of records and role, the instance, its first start, the record of its
//! daily stop.

#[cfg(test)]
mod tests;

use super::{
    Network, Notebook, NotebookSpec, NotebookSpecError, Notebooks, PriorNotebook, Status,
    api::is_wrong_status,
    instance::InstanceState,
    instances,
    owner::{NotebookOwner, not_a_member},
    read,
    settings::SettingsChange,
    state::DesiredState,
    tagging::{self, TagChange},
};
use crate::{
    aws::{Error, Failure, Operation, Outcome},
    tags::{Tags, check_user_tags},
};

impl From<NotebookSpecError> for Error {
    fn from(error: NotebookSpecError) -> Self {
        let line = error.to_string();
        let (message, remedy) = match line.split_once(": ") {
            Some((message, remedy)) => (message.to_owned(), remedy.to_owned()),
            None => (line, "see the attribute's documentation".to_owned()),
        };
        Self::Invalid {
            attribute: Some(error.attribute()),
            message,
            remedy,
        }
    }
}

impl Notebooks {
    /// Checks a new notebook as far as possible before the apply.
    ///
    /// `membership_planned` says that the same plan creates the membership, which is then not
    /// required to exist.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a setting that is not valid or a user who is not a member,
    /// [`Error::AlreadyExists`] for an existing instance of another owner.
    pub(super) async fn check_new(
        &self,
        spec: &NotebookSpec,
        membership_planned: bool,
    ) -> Result<(), Error> {
        spec.check()?;
        Network::of(spec, &self.clients.settings().notebook_defaults)?;
        check_tags(spec)?;
        if !membership_planned && !self.members.exists(&spec.project, &spec.user).await? {
            return Err(not_a_member(&spec.project, &spec.user));
        }
        match self.instances.describe(&spec.name).await? {
            Some(found) if found.status != Status::Deleting => {
                self.check_ownership(spec, &found).await.map(drop)
            }
            _ => Ok(()),
        }
    }

    /// Creates a notebook and waits until it runs, or is stopped if it should not run.
    ///
    /// An instance whose tags name the same system, project and user is left over from an
    /// interrupted create, which this finishes.
    ///
    /// # Errors
    /// With the notebook if its instance exists: one that failed to start must be deleted later.
    pub async fn create(&self, operation: &Operation, spec: &NotebookSpec) -> Outcome<Notebook> {
        let _guard = self.locks.lock(spec.name.as_str()).await;
        spec.check().map_err(Error::from)?;
        check_tags(spec)?;
        let network =
            Network::of(spec, &self.clients.settings().notebook_defaults).map_err(Error::from)?;
        let owner = self.check_owner(spec).await?;
        operation.check(&format!("creating notebook `{}`", spec.name))?;
        let mut before = self.instances.describe(&spec.name).await?;
        if before
            .as_ref()
            .is_some_and(|found| found.status == Status::Deleting)
        {
            before = self
                .instances
                .drive(operation, &spec.name, DesiredState::Gone, false)
                .await?;
        }
        let adopted = match before {
            Some(found) => Some(self.check_ownership(spec, &found).await?),
            None => {
                self.create_instance(operation, spec, &network, &owner)
                    .await?
            }
        };
        let settled = match adopted {
            Some(tags) => Box::pin(self.converge(operation, spec, &owner, &tags)).await,
            None => self.finish_new(operation, spec, &owner).await,
        };
        self.outcome(spec, settled).await
    }

    /// Calls CreateNotebookInstance. Returns the tags of an instance of this notebook that exists
    /// although the call failed: its response, or that of an earlier call, was lost.
    async fn create_instance(
        &self,
        operation: &Operation,
        spec: &NotebookSpec,
        network: &Network,
        owner: &NotebookOwner,
    ) -> Result<Option<Tags>, Error> {
        let tags = tagging::desired(spec, self.clients.settings());
        let created = self
            .instances
            .create(operation, spec, network, &owner.role_arn, &tags)
            .await;
        let Err(error) = created else {
            return Ok(None);
        };
        if error.is_denied() {
            return Err(error);
        }
        // No response, or "already exists": the instance may be ours.
        match self.instances.describe(&spec.name).await {
            Ok(Some(found)) => self.check_ownership(spec, &found).await.map(Some),
            _ => Err(error),
        }
    }

    /// Waits for the first start, stops the instance if it should not run, and records the daily
    /// stop.
    async fn finish_new(
        &self,
        operation: &Operation,
        spec: &NotebookSpec,
        owner: &NotebookOwner,
    ) -> Result<(), Error> {
        let name = &spec.name;
        self.instances
            .drive(operation, name, DesiredState::Running, true)
            .await?
            .ok_or_else(|| missing_instance(spec))?;
        if !spec.running {
            self.instances
                .drive(operation, name, DesiredState::AtRest, true)
                .await?
                .ok_or_else(|| missing_instance(spec))?;
        }
        self.schedule
            .set(operation, name, &spec.project, owner.stop)
            .await
    }

    /// Changes tags, settings, status and daily stop of an existing instance to those of `spec`.
    pub(super) async fn converge(
        &self,
        operation: &Operation,
        spec: &NotebookSpec,
        owner: &NotebookOwner,
        tags: &Tags,
    ) -> Result<(), Error> {
        let name = &spec.name;
        let mut found = self
            .instances
            .describe(name)
            .await?
            .ok_or_else(|| missing_instance(spec))?;
        if found.status == Status::Updating {
            // An update by another process, or by an interrupted operation of ours. The settings
            // count that it leads to.
            found = self
                .instances
                .drive(operation, name, DesiredState::AtRest, false)
                .await?
                .ok_or_else(|| missing_instance(spec))?;
        }
        if let Some(reason) = found.must_replace() {
            return Err(Error::Conflict {
                message: format!("notebook `{name}` cannot be updated: {reason}"),
                remedy: "replace it with `terraform apply -replace=ADDRESS`".to_owned(),
            });
        }
        let change = TagChange::between(tags, &tagging::desired(spec, self.clients.settings()));
        self.instances
            .change_tags(operation, &found.arn, &change)
            .await?;
        let defaults = &self.clients.settings().notebook_defaults;
        let change = SettingsChange::between(&found, spec, defaults, &owner.role_arn)?;
        if !change.is_empty() {
            self.change_settings(operation, spec, &change).await?;
        }
        let goal = if spec.running {
            DesiredState::Running
        } else {
            DesiredState::AtRest
        };
        self.instances
            .drive(operation, name, goal, false)
            .await?
            .ok_or_else(|| missing_instance(spec))?;
        self.schedule
            .set(operation, name, &spec.project, owner.stop)
            .await
    }

    /// Stops the instance, changes its settings and waits until they are effective. When SageMaker
    /// refuses the change, an instance that should run is started again.
    async fn change_settings(
        &self,
        operation: &Operation,
        spec: &NotebookSpec,
        change: &SettingsChange,
    ) -> Result<(), Error> {
        let name = &spec.name;
        let before = self
            .instances
            .drive(operation, name, DesiredState::AtRest, false)
            .await?
            .ok_or_else(|| missing_instance(spec))?;
        let changed = self.instances.update(operation, name, change).await;
        if let Err(error) = changed {
            if spec.running && before.status == Status::Stopped {
                let restored = self
                    .instances
                    .drive(operation, name, DesiredState::Running, false)
                    .await;
                if let Err(second) = restored {
                    tracing::warn!(notebook = %name, error = %second, "could not start again after a refused update");
                }
            }
            return Err(match before.status {
                Status::Failed if is_wrong_status(&error) => {
                    instances::beyond_repair(name, &before, &error)
                }
                _ => error,
            });
        }
        let after = self
            .instances
            .drive(operation, name, DesiredState::AtRest, false)
            .await?
            .ok_or_else(|| missing_instance(spec))?;
        if after.status == Status::Failed && before.status != Status::Failed {
            return Err(instances::failed(name, &after));
        }
        Ok(())
    }

    /// The tags of an existing instance, if they prove that it is this notebook.
    async fn check_ownership(
        &self,
        spec: &NotebookSpec,
        found: &InstanceState,
    ) -> Result<Tags, Error> {
        let tags = self.instances.tags(&found.arn).await?.unwrap_or_default();
        if tagging::is_owned_by(&tags, self.clients.settings(), &spec.project, &spec.user) {
            return Ok(tags);
        }
        let name = &spec.name;
        let what = match (tags.get(crate::tags::PROJECT), tags.get(crate::tags::USER)) {
            (Some(project), Some(user)) => {
                format!("notebook instance `{name}` of user `{user}` in project `{project}`")
            }
            _ => format!("notebook instance `{name}`, whose tags name no project and user,"),
        };
        Err(Error::AlreadyExists {
            what,
            remedy: format!(
                "choose another name or, if it is the same notebook, run \
                 `terraform import mlspace_notebook.NAME {name}`"
            ),
        })
    }

    /// The result of an operation: the notebook as it is now, also with an error.
    pub(super) async fn outcome(
        &self,
        spec: &NotebookSpec,
        done: Result<(), Error>,
    ) -> Outcome<Notebook> {
        let prior = PriorNotebook::from(spec);
        let seen = self.read(&spec.name, Some(&prior)).await;
        match (done, seen) {
            (Ok(()), Ok(Some(notebook))) => Ok(notebook),
            (Ok(()), Ok(None)) => Err(missing_instance(spec).into()),
            (Ok(()), Err(error)) => Err(Failure {
                error,
                reached: self.unread_notebook(spec).await,
            }),
            (Err(error), Ok(reached)) => Err(Failure { error, reached }),
            (Err(error), Err(_)) => Err(Failure {
                error,
                reached: self.unread_notebook(spec).await,
            }),
        }
    }

    /// A notebook whose instance exists but cannot be read at the moment, so that the state does
    /// not lose it.
    async fn unread_notebook(&self, spec: &NotebookSpec) -> Option<Notebook> {
        let account = self.clients.account().await.ok()?;
        let network = Network::of(spec, &self.clients.settings().notebook_defaults).ok();
        let arn = account.notebook_arn(&spec.name.as_str().to_ascii_lowercase());
        let role_arn = self
            .member_roles
            .arn(&spec.project, &spec.user)
            .await
            .ok()?;
        let found = InstanceState::unread(spec, network, arn, role_arn);
        let tags = tagging::desired(spec, self.clients.settings());
        let (prior, own) = (PriorNotebook::from(spec), spec.tags.clone());
        Some(read::notebook(
            &spec.name,
            &prior,
            found,
            own,
            tags,
            spec.daily_stop_time,
            Vec::new(),
        ))
    }
}

fn check_tags(spec: &NotebookSpec) -> Result<(), Error> {
    check_user_tags(&spec.tags).map_err(|error| Error::Invalid {
        attribute: Some("tags"),
        message: error.to_string(),
        remedy: "correct the tags".to_owned(),
    })
}

/// The error for an instance that was deleted during an operation.
pub(super) fn missing_instance(spec: &NotebookSpec) -> Error {
    Error::NotFound {
        what: format!("notebook instance `{}`", spec.name),
        remedy: "apply again to create it, because another process deleted it".to_owned(),
    }
}
