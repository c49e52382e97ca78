//! Creating notebooks: checks of records and role, the instance, its first start, the record of its
//! daily stop.

#[cfg(test)]
mod tests;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{
    Network, Notebook, NotebookSpec, NotebookSpecError, Notebooks, Status,
    instance::InstanceState,
    instances::Since,
    key, limits, object,
    owner::{NotebookOwner, not_a_member},
    state::DesiredState,
    tagging::{self, TagChange},
};
use crate::{
    aws::{Completed, Error, Failure, IfPresent as _, Operation, Settings},
    layout::Account,
    ownership::{Mark, Token},
    tags::{Tags, check_user_tags},
};

/// Time limit for the last call of a create whose other steps failed.
const FINISH_TIMEOUT: Duration = Duration::from_secs(60);

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
    /// [`Error::Exists`] for an existing instance, unless an interrupted create left it unfinished.
    pub(super) async fn check_new(
        &self,
        spec: &NotebookSpec,
        membership_planned: bool,
        replaces: bool,
    ) -> Result<(), Error> {
        spec.check()?;
        check_tags(spec, self.clients.settings())?;
        if !membership_planned && !self.members.is_member(&spec.project, &spec.user).await? {
            return Err(not_a_member(&spec.project, &spec.user));
        }
        if replaces {
            return Ok(());
        }
        match self.instances.describe(&spec.name).await? {
            Some(found) if found.status != Status::Deleting => {
                self.check_unfinished(spec, &found).await.map(drop)
            }
            _ => Ok(()),
        }
    }

    /// Creates a notebook and waits until it runs, or is stopped if it should not run.
    ///
    /// An instance with the mark of an interrupted create is finished; if it has other settings
    /// that cannot be changed, it is deleted first.
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
        let owner = self
            .check_owner(operation, spec, spec.runs_when_created())
            .await?;
        limits::check(&owner.limits, spec, None)?;
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
        let mut mark = Mark {
            token: Token::random(),
            finished: false,
        };
        let mut adopted = match before {
            Some(found) => Some((self.check_unfinished(spec, &found).await?, found)),
            None => None,
        };
        if let Some((_, found)) = &adopted
            && !can_become(found, spec, &network, self.clients.account().await?)
        {
            self.instances
                .drive(operation, &spec.name, DesiredState::Gone, Since::Before)
                .await?;
            adopted = None;
        }
        let adopted = match adopted {
            Some((tags, found)) => {
                // Another create that is still at work finds out by this.
                let change = TagChange {
                    set: mark.tags(),
                    remove: Vec::new(),
                };
                self.instances
                    .change_tags(operation, &found.arn, &change)
                    .await?;
                Some(tags.overlaid(&mark.tags()))
            }
            None => {
                self.create_instance(operation, spec, &network, &owner, &mark)
                    .await?
            }
        };
        let new = adopted.is_none();
        let done = match adopted {
            Some(tags) => {
                Box::pin(self.converge(operation, spec, &owner, &tags, &mark, true)).await
            }
            None => self.finish_new(operation, spec, &owner).await,
        };
        // Also when a step failed or was cut off: an instance that the state keeps is not for others
        // to finish.
        mark.finished = true;
        let last = Operation::new(CancellationToken::new(), FINISH_TIMEOUT);
        let operation = if done.is_ok() { operation } else { &last };
        let finished = self.finish(operation, spec, &mark, new).await;
        if let Err(error @ Error::Foreign { .. }) = finished {
            return Err(error.into());
        }
        self.created(spec, new, done.and(finished)).await
    }

    /// Says that the create is finished, as its last call.
    ///
    /// # Errors
    /// [`Error::Foreign`] if another create has finished the instance meanwhile.
    async fn finish(
        &self,
        operation: &Operation,
        spec: &NotebookSpec,
        mark: &Mark,
        new: bool,
    ) -> Result<(), Error> {
        let arn = match self.instances.describe(&spec.name).await? {
            Some(found) => found.arn,
            // A read that is older than the create. The ARN is known.
            None if new => {
                let account = self.clients.account().await?;
                account.notebook_arn(&spec.name.as_str().to_ascii_lowercase())
            }
            None => return Err(missing_instance(spec)),
        };
        let tags = self.instances.tags(&arn).await.if_allowed()?;
        let found_mark = tags.flatten().as_ref().and_then(Mark::of);
        if found_mark.is_some_and(|found| found.token != mark.token) {
            return Err(object(&spec.name).foreign());
        }
        let change = TagChange {
            set: mark.tags(),
            remove: Vec::new(),
        };
        self.instances.change_tags(operation, &arn, &change).await
    }

    /// Calls CreateNotebookInstance. Returns the tags of an unfinished instance that exists although
    /// the call failed, unless only the response of this call was lost.
    async fn create_instance(
        &self,
        operation: &Operation,
        spec: &NotebookSpec,
        network: &Network,
        owner: &NotebookOwner,
        mark: &Mark,
    ) -> Result<Option<Tags>, Error> {
        let tags = tagging::desired(spec, self.clients.settings())
            .overlaid(&mark.tags())
            .overlaid(&owner.tags());
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
            Ok(Some(found)) => {
                let tags = self.check_unfinished(spec, &found).await?;
                Ok((Mark::of(&tags).as_ref() != Some(mark)).then(|| tags.overlaid(&mark.tags())))
            }
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
        self.stops
            .set(operation, name, &spec.project, owner.stop)
            .await
    }

    /// The tags of an existing instance, if an interrupted create of this notebook left it.
    async fn check_unfinished(
        &self,
        spec: &NotebookSpec,
        found: &InstanceState,
    ) -> Result<Tags, Error> {
        let tags = self.instances.tags(&found.arn).await?.unwrap_or_default();
        let settings = self.clients.settings();
        let unfinished = Mark::of(&tags).is_some_and(|mark| !mark.finished);
        if unfinished && tagging::is_owned_by(&tags, settings, &spec.project, &spec.user) {
            return Ok(tags);
        }
        let whose = match (tags.get(crate::tags::PROJECT), tags.get(crate::tags::USER)) {
            (Some(project), Some(user)) => {
                format!("which belongs to user `{user}` in project `{project}`")
            }
            _ => "whose tags name no project and user".to_owned(),
        };
        Err(object(&spec.name).exists_of(whose))
    }
}

/// Whether an unfinished instance can become this notebook: SageMaker changes neither network nor
/// key, and only enlarges volumes.
fn can_become(
    found: &InstanceState,
    spec: &NotebookSpec,
    network: &Network,
    account: &Account,
) -> bool {
    let mut groups = network.security_group_ids.clone();
    groups.sort();
    let same_key = match (&found.kms_key_id, &network.kms_key_id) {
        (None, None) => true,
        (Some(found), Some(wanted)) => key::is_same_key(account, found, wanted),
        _ => false,
    };
    same_key
        && found.subnet_id.as_ref() == Some(&network.subnet_id)
        && found.security_group_ids == groups
        && found.volume_size <= spec.volume_size
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
