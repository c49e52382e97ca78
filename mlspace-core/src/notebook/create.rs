//! Creating notebooks: checks of records and role, the instance, its first start, the record of its
//! daily stop.

#[cfg(test)]
mod tests;

use super::{
    Network, Notebook, NotebookSpec, NotebookSpecError, Notebooks, Status,
    instance::InstanceState,
    instances::Since,
    owner::{NotebookOwner, not_a_member},
    state::DesiredState,
    tagging,
};
use crate::{
    aws::{Completed, Error, Failure, Operation, Settings},
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
    /// required to exist. `replaces` says that it deletes the existing instance first, whoever it
    /// belongs to.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a setting that is not valid or a user who is not a member,
    /// [`Error::AlreadyExists`] for an existing instance of another owner.
    pub(super) async fn check_new(
        &self,
        spec: &NotebookSpec,
        membership_planned: bool,
        replaces: bool,
    ) -> Result<(), Error> {
        spec.check()?;
        Network::of(spec, &self.clients.settings().notebook_defaults)?;
        check_tags(spec, self.clients.settings())?;
        if !membership_planned && !self.members.exists(&spec.project, &spec.user).await? {
            return Err(not_a_member(&spec.project, &spec.user));
        }
        if replaces {
            return Ok(());
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
    /// A step that fails or is cut off after that is a warning, because Terraform replaces what a
    /// failed create returns.
    ///
    /// # Errors
    /// With the notebook if its instance failed to start.
    pub async fn create(
        &self,
        operation: &Operation,
        spec: &NotebookSpec,
    ) -> Result<Completed<Notebook>, Failure<Notebook>> {
        let _guard = self.locks.lock(spec.name.as_str()).await;
        spec.check().map_err(Error::from)?;
        check_tags(spec, self.clients.settings())?;
        let network =
            Network::of(spec, &self.clients.settings().notebook_defaults).map_err(Error::from)?;
        let owner = self.check_owner(spec, spec.runs_when_created()).await?;
        operation.check(&format!("creating notebook `{}`", spec.name))?;
        let mut before = self.instances.describe(&spec.name).await?;
        if before
            .as_ref()
            .is_some_and(|found| found.status == Status::Deleting)
        {
            before = self
                .instances
                .drive(operation, &spec.name, DesiredState::Gone, Since::Before)
                .await?;
        }
        let adopted = match before {
            Some(found) => Some(self.check_ownership(spec, &found).await?),
            None => {
                self.create_instance(operation, spec, &network, &owner)
                    .await?
            }
        };
        let new = adopted.is_none();
        let done = match adopted {
            Some(tags) => Box::pin(self.converge(operation, spec, &owner, &tags, true)).await,
            None => self.finish_new(operation, spec, &owner).await,
        };
        self.created(spec, new, done).await
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
            .drive(operation, name, DesiredState::Running, Since::Created)
            .await?
            .ok_or_else(|| missing_instance(spec))?;
        if !spec.runs_when_created() {
            self.instances
                .drive(operation, name, DesiredState::AtRest, Since::Created)
                .await?
                .ok_or_else(|| missing_instance(spec))?;
        }
        self.schedule
            .set(operation, name, &spec.project, owner.stop)
            .await
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
}

/// Checks the notebook's own tags, and that they are not too many with those of provider and
/// platform.
pub(super) fn check_tags(spec: &NotebookSpec, settings: &Settings) -> Result<(), Error> {
    let checked =
        check_user_tags(&spec.tags).and_then(|()| tagging::check_count(settings, &spec.tags));
    checked.map_err(|error| Error::Invalid {
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
