//! Notebook instances: calls with retries of transient errors, and transitions to a desired state.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::api::{ListedInstance, NewInstance, NotebookApi, is_missing, is_wrong_status};
use super::instance::InstanceState;
use super::settings::SettingsChange;
use super::state::{self, DesiredState, Step};
use super::tagging::TagChange;
use super::{Network, NotebookSpec, Status};
use crate::aws::wait::{PROPAGATION_TIMEOUT, retry, until};
use crate::aws::{Backoff, Cached, Error, IfPresent as _, Operation, Poll};
use crate::memory::Remembered;
use crate::name::NotebookName;
use crate::presigned::SecretUrl;
use crate::tagged::TaggedResources;
use crate::tags::Tags;

/// How often a call is repeated that SageMaker refuses because of the instance's status. The status
/// is read again before each, after pauses that take about 20 seconds in all.
const MAX_REFUSALS: u32 = 12;

/// Stands for a missing reason of a failure.
const NO_REASON: &str = "SageMaker gave no reason";

/// What an operation did to an instance before it waits for a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Since {
    /// Nothing.
    Before,
    /// It created the instance, which starts it. `Failed` is the result of that start.
    Created,
}

/// Notebook instances of the account and region.
pub(crate) struct NotebookInstances {
    api: Arc<dyn NotebookApi>,
    tagged: Arc<TaggedResources>,
    /// All instances, for a refresh; `None` where listing them is not allowed.
    listed: Cached<Option<HashMap<NotebookName, ListedInstance>>>,
}

impl NotebookInstances {
    /// Instances behind `api`, with tags that are also in `tagged`.
    pub(crate) fn new(api: Arc<dyn NotebookApi>, tagged: Arc<TaggedResources>) -> Self {
        Self {
            api,
            tagged,
            listed: Cached::default(),
        }
    }

    /// The instance; `None` when it does not exist.
    pub(super) async fn describe(
        &self,
        name: &NotebookName,
    ) -> Result<Option<InstanceState>, Error> {
        self.api.describe(name).await
    }

    /// The instance as an earlier refresh found it, if it has not been changed since.
    pub(super) async fn unchanged(
        &self,
        name: &NotebookName,
        remembered: Remembered<InstanceState>,
    ) -> Result<Option<InstanceState>, Error> {
        let listed = self.listed.get(|| self.list()).await?;
        let Some(listed) = listed.as_ref().as_ref().and_then(|all| all.get(name)) else {
            return Ok(None);
        };
        let Remembered {
            modified, found, ..
        } = remembered;
        let is_same = listed.modified == Some(modified)
            && listed.arn == found.arn
            && listed.status == found.status;
        Ok(is_same.then_some(found))
    }

    async fn list(&self) -> Result<Option<HashMap<NotebookName, ListedInstance>>, Error> {
        let listed = self.api.list().await.if_allowed()?;
        Ok(listed.map(|all| {
            let named = all.into_iter().map(|one| (one.name.clone(), one));
            named.collect()
        }))
    }

    /// Whether a list confirms that the instance has just these tags.
    pub(super) async fn have_tags(&self, arn: &str, tags: &Tags) -> Result<bool, Error> {
        self.tagged.have(arn, tags).await
    }

    /// The instance's tags without AWS's own; `None` when it no longer exists.
    pub(super) async fn tags(&self, arn: &str) -> Result<Option<Tags>, Error> {
        self.api.tags(arn).await
    }

    /// Adds, changes and removes tags.
    pub(super) async fn change_tags(
        &self,
        operation: &Operation,
        arn: &str,
        change: &TagChange,
    ) -> Result<(), Error> {
        if !change.set.is_empty() {
            retry(operation, "setting the notebook's tags", || {
                self.api.add_tags(arn, &change.set)
            })
            .await?;
        }
        if !change.remove.is_empty() {
            retry(operation, "removing tags of the notebook", || {
                self.api.delete_tags(arn, &change.remove)
            })
            .await?;
        }
        Ok(())
    }

    /// Creates an instance. Retried while the role is too new to be assumed.
    pub(super) async fn create(
        &self,
        operation: &Operation,
        spec: &NotebookSpec,
        network: &Network,
        role_arn: &str,
        tags: &Tags,
    ) -> Result<(), Error> {
        let instance = NewInstance {
            spec,
            network,
            role_arn,
            tags,
        };
        let what = format!("creating notebook `{}`", spec.name);
        retry(operation, &what, || self.api.create(&instance)).await
    }

    /// Changes settings of a stopped instance.
    pub(super) async fn update(
        &self,
        operation: &Operation,
        name: &NotebookName,
        change: &SettingsChange,
    ) -> Result<(), Error> {
        let what = format!("updating notebook `{name}`");
        retry(operation, &what, || self.api.update(name, change)).await
    }

    /// A URL that opens a running instance.
    pub(super) async fn presigned_url(
        &self,
        name: &NotebookName,
        session: Option<Duration>,
    ) -> Result<SecretUrl, Error> {
        self.api.presigned_url(name, session).await
    }

    async fn start(&self, operation: &Operation, name: &NotebookName) -> Result<(), Error> {
        let what = format!("starting notebook `{name}`");
        retry(operation, &what, || self.api.start(name)).await
    }

    async fn stop(&self, operation: &Operation, name: &NotebookName) -> Result<(), Error> {
        let what = format!("stopping notebook `{name}`");
        retry(operation, &what, || self.api.stop(name)).await
    }

    async fn delete(&self, operation: &Operation, name: &NotebookName) -> Result<(), Error> {
        let what = format!("deleting notebook `{name}`");
        retry(operation, &what, || self.api.delete(name)).await
    }

    /// Brings the instance into the state `goal` and waits until it is in it; `None` when it is
    /// gone.
    ///
    /// `since` says what this operation did to the instance before.
    pub(super) async fn drive(
        &self,
        operation: &Operation,
        name: &NotebookName,
        goal: DesiredState,
        since: Since,
    ) -> Result<Option<InstanceState>, Error> {
        let what = match goal {
            DesiredState::Running => format!("waiting for notebook `{name}` to run"),
            DesiredState::AtRest => format!("waiting for notebook `{name}` to stop"),
            DesiredState::Gone => format!("waiting for notebook `{name}` to be deleted"),
        };
        let mut started = since != Since::Before;
        // Reads can be older than the create: then they do not find the instance yet.
        let visible_by = (since == Since::Created).then(|| Instant::now() + PROPAGATION_TIMEOUT);
        let (mut refusals, mut old_failures) = (0, None);
        loop {
            let started_now = started;
            let seen = until(operation, &what, Backoff::SLOW, || async move {
                let Some(found) = self.api.describe(name).await? else {
                    return Ok(match visible_by {
                        Some(time) if Instant::now() < time => {
                            Poll::Pending("not visible yet".to_owned())
                        }
                        _ => Poll::Ready(None),
                    });
                };
                Ok(match state::next(&found.status, goal, started_now) {
                    Step::Wait => Poll::Pending(found.status.to_string()),
                    step => Poll::Ready(Some((step, found))),
                })
            })
            .await?;
            let Some((step, found)) = seen else {
                return Ok(None);
            };
            let answer = match step {
                Step::Reached | Step::Wait => return Ok(Some(found)),
                // A read that is older than our start of a failed instance.
                Step::Failed if old_failures.is_some_and(|count| count < MAX_REFUSALS) => {
                    let count = old_failures.unwrap_or_default();
                    operation.back_off(Backoff::QUICK, count, &what).await?;
                    old_failures = Some(count + 1);
                    continue;
                }
                Step::Failed => return Err(failed(name, &found)),
                Step::BeingDeleted => {
                    return Err(Error::Conflict {
                        message: format!("notebook `{name}` is being deleted by another process"),
                        remedy: "apply again after its deletion to create it".to_owned(),
                    });
                }
                Step::Start => {
                    started = true;
                    old_failures = (found.status == Status::Failed).then_some(0);
                    self.start(operation, name).await
                }
                Step::Stop => self.stop(operation, name).await,
                Step::Delete => self.delete(operation, name).await,
            };
            match answer {
                Ok(()) => refusals = 0,
                // Deleted between read and call. The next read finds that.
                Err(error) if is_missing(&error) => {}
                Err(error) if refuses_failed(&error) => {
                    return Err(beyond_repair(name, &found, &error));
                }
                // The status changed between read and call, or the read was older than a change.
                Err(error) if is_wrong_status(&error) && refusals < MAX_REFUSALS => {
                    operation.back_off(Backoff::QUICK, refusals, &what).await?;
                    refusals += 1;
                    started &= step != Step::Start;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

fn reason(found: &InstanceState) -> &str {
    found.failure_reason.as_deref().unwrap_or(NO_REASON)
}

/// Whether the caller or the time limit ended the operation, rather than an answer of AWS.
pub(super) fn is_cut(error: &Error) -> bool {
    matches!(error, Error::Cancelled { .. } | Error::Timeout { .. })
}

/// Whether SageMaker refuses a call because the instance has failed: "Status (Failed) not in (…)".
pub(super) fn refuses_failed(error: &Error) -> bool {
    is_wrong_status(error) && error.to_string().contains("Status (Failed)")
}

/// The error for an instance that failed after our call.
pub(super) fn failed(name: &NotebookName, found: &InstanceState) -> Error {
    failed_because(name, found.failure_reason.as_deref())
}

/// As [`failed`], with SageMaker's reason.
pub(super) fn failed_because(name: &NotebookName, reason: Option<&str>) -> Error {
    Error::Conflict {
        message: format!("notebook `{name}` failed: {}", reason.unwrap_or(NO_REASON)),
        remedy: format!(
            "correct the cause and apply again; the output of lifecycle configuration scripts is in the log \
             stream `{name}/` of /aws/sagemaker/NotebookInstances"
        ),
    }
}

/// The error for a failed instance that SageMaker does not start or change.
pub(super) fn beyond_repair(name: &NotebookName, found: &InstanceState, refusal: &Error) -> Error {
    Error::Conflict {
        message: format!(
            "notebook `{name}` failed ({}) and SageMaker refuses to repair it: {refusal}",
            reason(found)
        ),
        remedy: "replace it with `terraform apply -replace=ADDRESS`, which loses its volume"
            .to_owned(),
    }
}
