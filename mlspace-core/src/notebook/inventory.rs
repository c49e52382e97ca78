//! The notebooks of a project: found by their tags, and stopped when it is suspended.

use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _};

use super::Status;
use super::api::{NotebookApi, is_missing};
use crate::aws::wait::until;
use crate::aws::{Backoff, Clients, Error, Operation, Poll};
use crate::name::{NotebookName, ProjectName, UserName};
use crate::tags::{self, Tags};

/// How many notebooks are asked for their tags at once.
const CONCURRENT_READS: usize = 8;

/// A notebook of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnedNotebook {
    /// The notebook.
    pub(crate) name: NotebookName,
    /// Its status when it was listed.
    pub(crate) status: Status,
    /// The user it is for.
    pub(crate) user: String,
}

/// What to do about a notebook that is to stop, by its status.
#[derive(Debug, PartialEq, Eq)]
enum StopStep {
    /// Stop it.
    Stop,
    /// Wait: it cannot be stopped now, or is stopping.
    Wait,
    /// Nothing: it does not run.
    Done,
}

fn stop_step(status: &Status) -> StopStep {
    match status {
        Status::InService => StopStep::Stop,
        Status::Stopped | Status::Failed | Status::Deleting => StopStep::Done,
        _ => StopStep::Wait,
    }
}

/// All notebook instances of the account and region, by their tags.
pub(crate) struct NotebookInventory {
    clients: Clients,
    api: Arc<dyn NotebookApi>,
}

impl NotebookInventory {
    /// Instances behind `api`, of the system that the settings of `clients` name.
    pub(crate) fn new(clients: Clients, api: Arc<dyn NotebookApi>) -> Self {
        Self { clients, api }
    }

    /// The notebooks whose tags say that they are the project's, and the user's if one is given.
    pub(crate) async fn of_project(
        &self,
        project: &ProjectName,
        user: Option<&UserName>,
    ) -> Result<Vec<OwnedNotebook>, Error> {
        let listed = self.api.list().await?;
        let owned: Vec<Option<OwnedNotebook>> = futures::stream::iter(listed)
            .map(|instance| async move {
                // No tags: it was deleted in the meantime.
                let tags = self.api.tags(&instance.arn).await?.unwrap_or_default();
                let system = &self.clients.settings().system_tag;
                let owner = owner_in(&tags, system, project, user);
                Ok::<_, Error>(owner.map(|user| OwnedNotebook {
                    name: instance.name,
                    status: instance.status,
                    user,
                }))
            })
            .buffer_unordered(CONCURRENT_READS)
            .try_collect()
            .await?;
        let mut owned: Vec<OwnedNotebook> = owned.into_iter().flatten().collect();
        owned.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(owned)
    }

    /// Stops every notebook of the project and waits until none runs. One that cannot be stopped
    /// does not keep the others running; the error at the end names it.
    pub(crate) async fn stop_all(
        &self,
        operation: &Operation,
        project: &ProjectName,
    ) -> Result<(), Error> {
        let notebooks = self.of_project(project, None).await?;
        let stops = notebooks.iter().map(|notebook| async {
            self.stop(operation, &notebook.name)
                .await
                .map_err(|error| (notebook.name.to_string(), error))
        });
        let failed: Vec<(String, Error)> = futures::future::join_all(stops)
            .await
            .into_iter()
            .filter_map(Result::err)
            .collect();
        if operation.cancel.is_cancelled() {
            return Err(Error::Cancelled {
                what: format!("suspending project `{project}`"),
            });
        }
        if failed.is_empty() {
            return Ok(());
        }
        let list: Vec<String> = failed
            .iter()
            .map(|(name, error)| format!("`{name}` ({error})"))
            .collect();
        Err(Error::Conflict {
            message: format!(
                "members of project `{project}` are denied everything, but these notebooks could not be stopped: {}",
                list.join(", ")
            ),
            remedy: "apply again to continue".to_owned(),
        })
    }

    async fn stop(&self, operation: &Operation, name: &NotebookName) -> Result<(), Error> {
        let what = format!("waiting for notebook `{name}` to stop");
        until(operation, &what, Backoff::SLOW, || async move {
            let Some(found) = self.api.describe(name).await? else {
                return Ok(Poll::Ready(()));
            };
            let status = found.status.to_string();
            match stop_step(&found.status) {
                StopStep::Done => return Ok(Poll::Ready(())),
                StopStep::Wait => return Ok(Poll::Pending(status)),
                StopStep::Stop => {}
            }
            match self.api.stop(name).await {
                Ok(()) => Ok(Poll::Pending("Stopping".to_owned())),
                // It was deleted, or its status changed, in between: look again.
                Err(error) if is_missing(&error) || error.is("ValidationException") => {
                    Ok(Poll::Pending(status))
                }
                Err(error) => Err(error),
            }
        })
        .await
    }
}

/// The user that the tags name, if they are the project's (and this user's).
fn owner_in(
    found: &Tags,
    system: &str,
    project: &ProjectName,
    user: Option<&UserName>,
) -> Option<String> {
    let same = |key, value: &str| found.get(key) == Some(value);
    let ours = same(tags::SYSTEM, system)
        && same(tags::PROJECT, project.as_str())
        && user.is_none_or(|user| same(tags::USER, user.as_str()));
    ours.then(|| found.get(tags::USER).unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owner_needs_all_three_tags() {
        let (fraud, alice, bob) = (
            "fraud".parse().unwrap(),
            "alice".parse().unwrap(),
            "bob".parse().unwrap(),
        );
        let tags = tags::resource_tags("MLSpace", &fraud, &alice);
        let owner = |system, project, user| owner_in(&tags, system, project, user);
        assert_eq!(owner("MLSpace", &fraud, None).as_deref(), Some("alice"));
        let both = owner("MLSpace", &fraud, Some(&alice));
        assert_eq!(both.as_deref(), Some("alice"));
        assert_eq!(owner("MLSpace", &fraud, Some(&bob)), None);
        assert_eq!(owner("Other", &fraud, None), None);
        assert_eq!(owner("MLSpace", &"Fraud".parse().unwrap(), None), None);
    }

    #[test]
    fn stop_step_stops_running_and_waits_for_changing() {
        assert_eq!(stop_step(&Status::InService), StopStep::Stop);
        for status in ["Pending", "Stopping", "Updating", "SomethingNew"] {
            assert_eq!(stop_step(&Status::from_name(status)), StopStep::Wait);
        }
        for status in [Status::Stopped, Status::Failed, Status::Deleting] {
            assert_eq!(stop_step(&status), StopStep::Done, "{status}");
        }
    }
}
