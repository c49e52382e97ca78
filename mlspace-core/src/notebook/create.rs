//! Making a notebook: records and role checked, the instance, its first start, the record of its daily stop.

use super::{
    Known, Network, Notebook, NotebookSpec, NotebookSpecError, Notebooks, Status,
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
        let text = error.to_string();
        let (message, remedy) = match text.split_once(": ") {
            Some((message, remedy)) => (message.to_owned(), remedy.to_owned()),
            None => (text, "see the attribute's documentation".to_owned()),
        };
        Self::Invalid {
            attribute: Some(error.attribute()),
            message,
            remedy,
        }
    }
}

impl Notebooks {
    /// Checks a new notebook as far as that is possible before anything is applied.
    ///
    /// `membership_planned` tells that the same plan makes the membership, so that its record need not be there yet.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a broken rule or a user who is no member, [`Error::AlreadyExists`] for an instance in the way.
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
                self.check_ours(spec, &found).await.map(drop)
            }
            _ => Ok(()),
        }
    }

    /// Makes a notebook and waits until it runs, or is stopped if it should not run.
    ///
    /// An instance that an interrupted create left behind (its tags say the same system, project and user) is taken over.
    ///
    /// # Errors
    /// With what exists by then, if something does: an instance that failed to start is there and needs removal.
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
            Some(found) => Some(self.check_ours(spec, &found).await?),
            None => {
                self.make_instance(operation, spec, &network, &owner)
                    .await?
            }
        };
        let settled = match adopted {
            Some(tags) => Box::pin(self.converge(operation, spec, &owner, &tags)).await,
            None => self.settle_new(operation, spec, &owner).await,
        };
        self.outcome(spec, settled).await
    }

    /// Calls CreateNotebookInstance. Gives the tags of an instance that turned out to be there already and ours: an earlier answer was lost.
    async fn make_instance(
        &self,
        operation: &Operation,
        spec: &NotebookSpec,
        network: &Network,
        owner: &NotebookOwner,
    ) -> Result<Option<Tags>, Error> {
        let tags = tagging::wanted(spec, self.clients.settings());
        let made = self
            .instances
            .create(operation, spec, network, &owner.role_arn, &tags)
            .await;
        let Err(error) = made else {
            return Ok(None);
        };
        if error.is_denied() {
            return Err(error);
        }
        // No answer, or "exists already": what is there decides.
        match self.instances.describe(&spec.name).await {
            Ok(Some(found)) => self.check_ours(spec, &found).await.map(Some),
            _ => Err(error),
        }
    }

    /// The first start, the stop after it where the notebook should not run, and the record of the daily stop.
    async fn settle_new(
        &self,
        operation: &Operation,
        spec: &NotebookSpec,
        owner: &NotebookOwner,
    ) -> Result<(), Error> {
        let name = &spec.name;
        self.instances
            .drive(operation, name, DesiredState::Running, true)
            .await?
            .ok_or_else(|| vanished(spec))?;
        if !spec.running {
            self.instances
                .drive(operation, name, DesiredState::AtRest, true)
                .await?
                .ok_or_else(|| vanished(spec))?;
        }
        self.schedule
            .set(operation, name, &spec.project, owner.stop)
            .await
    }

    /// Leads an existing instance to what it should be: tags, settings, running or not, daily stop.
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
            .ok_or_else(|| vanished(spec))?;
        if found.status == Status::Updating {
            // Someone's update, maybe our own interrupted one: what it leads to is what counts.
            found = self
                .instances
                .drive(operation, name, DesiredState::AtRest, false)
                .await?
                .ok_or_else(|| vanished(spec))?;
        }
        if let Some(reason) = found.must_replace() {
            return Err(Error::Conflict {
                message: format!("notebook `{name}`: {reason}"),
                remedy: "replace it with `terraform apply -replace=ADDRESS`".to_owned(),
            });
        }
        let change = TagChange::between(tags, &tagging::wanted(spec, self.clients.settings()));
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
            .ok_or_else(|| vanished(spec))?;
        self.schedule
            .set(operation, name, &spec.project, owner.stop)
            .await
    }

    /// Stops the instance, changes its settings and waits until they are in force. When SageMaker refuses them, an instance that should
    /// run is started again before the error is returned.
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
            .ok_or_else(|| vanished(spec))?;
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
            .ok_or_else(|| vanished(spec))?;
        if after.status == Status::Failed && before.status != Status::Failed {
            return Err(instances::failed(name, &after));
        }
        Ok(())
    }

    /// The tags of the instance in the way, if they prove that it is this notebook.
    async fn check_ours(&self, spec: &NotebookSpec, found: &InstanceState) -> Result<Tags, Error> {
        let tags = self.instances.tags(&found.arn).await?.unwrap_or_default();
        if tagging::proves(&tags, self.clients.settings(), &spec.project, &spec.user) {
            return Ok(tags);
        }
        let owner = match (tags.get(crate::tags::PROJECT), tags.get(crate::tags::USER)) {
            (Some(project), Some(user)) => format!("it belongs to `{user}` in project `{project}`"),
            _ => "its tags name no project and user".to_owned(),
        };
        Err(Error::AlreadyExists {
            what: format!("a notebook instance `{}`", spec.name),
            remedy: format!(
                "{owner}: choose another name, or if it is the same notebook run `terraform import mlspace_notebook.NAME {}`",
                spec.name
            ),
        })
    }

    /// Reads back what an operation led to; an error carries it along.
    pub(super) async fn outcome(
        &self,
        spec: &NotebookSpec,
        done: Result<(), Error>,
    ) -> Outcome<Notebook> {
        let known = Known::from(spec);
        let seen = self.read(&spec.name, Some(&known)).await;
        match (done, seen) {
            (Ok(()), Ok(Some(notebook))) => Ok(notebook),
            (Ok(()), Ok(None)) => Err(vanished(spec).into()),
            (Ok(()), Err(error)) => Err(Failure {
                error,
                reached: self.bare_notebook(spec).await,
            }),
            (Err(error), Ok(reached)) => Err(Failure { error, reached }),
            (Err(error), Err(_)) => Err(Failure {
                error,
                reached: self.bare_notebook(spec).await,
            }),
        }
    }

    /// What is known of an instance that exists but cannot be read just now: the state must not lose it.
    async fn bare_notebook(&self, spec: &NotebookSpec) -> Option<Notebook> {
        let account = self.clients.account().await.ok()?;
        let network = Network::of(spec, &self.clients.settings().notebook_defaults).ok();
        let arn = account.notebook_arn(&spec.name.as_str().to_ascii_lowercase());
        let role_arn = self
            .member_roles
            .arn(&spec.project, &spec.user)
            .await
            .ok()?;
        let found = InstanceState::unread(spec, network, arn, role_arn);
        let tags = tagging::wanted(spec, self.clients.settings());
        let (known, own) = (Known::from(spec), spec.tags.clone());
        Some(read::notebook(
            &spec.name,
            &known,
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

/// The instance went while it was worked on.
pub(super) fn vanished(spec: &NotebookSpec) -> Error {
    Error::NotFound {
        what: format!("notebook instance `{}`", spec.name),
        remedy: "it was deleted by someone else: apply again to create it anew".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_rules_become_errors_with_attribute_and_remedy() {
        let error = Error::from(NotebookSpecError::VolumeSize { given: 4 });
        assert_eq!(error.attribute(), Some("volume_size"));
        assert_eq!(
            error.to_string(),
            "a volume of 4 GB is not possible; choose between 5 and 16384"
        );
    }
}
