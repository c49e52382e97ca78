//! The notebooks of a project or a user: found by tags, stopped when their owner is suspended.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use futures::{StreamExt as _, TryStreamExt as _};

use super::Status;
use super::api::{ListedInstance, NotebookApi, is_missing};
use crate::aws::wait::{retry, until};
use crate::aws::{Backoff, Cached, Clients, Error, Operation, Poll};
use crate::name::{NotebookName, ProjectName, UserName};
use crate::tags::{self, Tags};

/// Maximum number of concurrent reads of tags.
const CONCURRENT_READS: usize = 8;

/// Whose notebooks are meant.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Owner<'a> {
    /// All of a project.
    Project(&'a ProjectName),
    /// A user's in a project.
    Member(&'a ProjectName, &'a UserName),
    /// A user's in all projects.
    User(&'a UserName),
}

/// As in "the members of project `fraud` are".
impl fmt::Display for Owner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Project(project) => write!(f, "the members of project `{project}` are"),
            Self::Member(project, user) => {
                write!(f, "the member `{user}` of project `{project}` is")
            }
            Self::User(user) => write!(f, "the user `{user}` is"),
        }
    }
}

/// A notebook of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnedNotebook {
    /// The notebook.
    pub(crate) name: NotebookName,
    /// Its status when it was listed.
    pub(crate) status: Status,
    /// The user it belongs to.
    pub(crate) user: String,
    /// The project it belongs to.
    project: String,
    arn: String,
    /// Whether its tags say that its project or user is suspended.
    is_suspended: bool,
}

/// The next step to stop a notebook.
#[derive(Debug, PartialEq, Eq)]
enum StopStep {
    /// Stop it.
    Stop,
    /// Wait: it is stopping, or cannot be stopped at the moment.
    Wait,
    /// None: it does not run.
    Done,
}

fn stop_step(status: &Status) -> StopStep {
    match status {
        Status::InService => StopStep::Stop,
        Status::Stopped | Status::Failed | Status::Deleting => StopStep::Done,
        _ => StopStep::Wait,
    }
}

/// ARN and time of creation: a later instance can have the same name.
type InstanceKey = (String, Option<i64>);

/// The notebook instances of the account and region, by their tags.
pub(crate) struct NotebookInventory {
    clients: Clients,
    api: Arc<dyn NotebookApi>,
    /// All instances with their tags, for removals of what instances depend on.
    listed: Cached<Vec<(ListedInstance, Tags)>>,
    /// Tags that were read. They name the owner, who does not change.
    tags: Mutex<HashMap<InstanceKey, Tags>>,
}

impl NotebookInventory {
    /// Instances behind `api`. The settings of `clients` name the system tag.
    pub(crate) fn new(clients: Clients, api: Arc<dyn NotebookApi>) -> Self {
        Self {
            clients,
            api,
            listed: Cached::default(),
            tags: Mutex::default(),
        }
    }

    /// The notebooks that keep a project, or the membership of a user in it, from being removed. All
    /// removals of a few seconds share one list; it is read again where it contains any.
    pub(crate) async fn dependents(
        &self,
        project: &ProjectName,
        user: Option<&UserName>,
    ) -> Result<Vec<OwnedNotebook>, Error> {
        let owner = match user {
            Some(user) => Owner::Member(project, user),
            None => Owner::Project(project),
        };
        let listed = self.listed.recent(|| self.read(false)).await?;
        if self.owned(&listed, owner).is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.owned(&self.read(false).await?, owner))
    }

    /// The notebooks whose tags name the owner.
    pub(crate) async fn of(&self, owner: Owner<'_>) -> Result<Vec<OwnedNotebook>, Error> {
        Ok(self.owned(&self.read(true).await?, owner))
    }

    /// All instances with their tags, which are read `anew` or as they were first read.
    async fn read(&self, anew: bool) -> Result<Vec<(ListedInstance, Tags)>, Error> {
        let listed = self.api.list().await?;
        futures::stream::iter(listed)
            .map(|instance| async move {
                let tags = self.tags_of(&instance, anew).await?;
                Ok::<_, Error>((instance, tags))
            })
            .buffer_unordered(CONCURRENT_READS)
            .try_collect()
            .await
    }

    /// The instance's tags, `anew` or as they were first read. An instance without any is asked again:
    /// SageMaker may not list those of a new one yet, and has none of one that was deleted meanwhile.
    async fn tags_of(&self, instance: &ListedInstance, anew: bool) -> Result<Tags, Error> {
        let key = (instance.arn.clone(), instance.created);
        let known = {
            let tags = self.tags.lock().unwrap_or_else(PoisonError::into_inner);
            tags.get(&key).filter(|_| !anew).cloned()
        };
        if let Some(tags) = known {
            return Ok(tags);
        }
        let found = self.api.tags(&instance.arn).await?.unwrap_or_default();
        if found.iter().next().is_some() {
            let mut tags = self.tags.lock().unwrap_or_else(PoisonError::into_inner);
            tags.insert(key, found.clone());
        }
        Ok(found)
    }

    /// Those of the instances whose tags name the owner, by name.
    fn owned(&self, listed: &[(ListedInstance, Tags)], owner: Owner<'_>) -> Vec<OwnedNotebook> {
        let system = &self.clients.settings().system_tag;
        let owned = listed.iter().filter_map(|(instance, tags)| {
            if !is_owned(tags, system, owner) {
                return None;
            }
            Some(OwnedNotebook {
                user: tags.get(tags::USER).unwrap_or_default().to_owned(),
                project: tags.get(tags::PROJECT).unwrap_or_default().to_owned(),
                name: instance.name.clone(),
                status: instance.status.clone(),
                arn: instance.arn.clone(),
                is_suspended: tags.contains_key(tags::SUSPENDED),
            })
        });
        let mut owned: Vec<OwnedNotebook> = owned.collect();
        owned.sort_by(|a, b| a.name.cmp(&b.name));
        owned
    }

    /// Suspends all notebooks of the owner: tags them so that nobody opens or starts them, stops them
    /// and waits until none runs.
    ///
    /// # Errors
    /// [`Error::Conflict`] with the notebooks that could not be stopped, after all others were.
    pub(crate) async fn suspend_all(
        &self,
        operation: &Operation,
        owner: Owner<'_>,
    ) -> Result<(), Error> {
        let notebooks = self.of(owner).await?;
        let stops = notebooks.iter().map(|notebook| async {
            let name = &notebook.name;
            let tagged = match notebook.is_suspended {
                true => Ok(()),
                false => self.tag_suspended(operation, notebook).await,
            };
            // One that cannot be tagged is stopped all the same.
            let stopped = self.stop(operation, name).await;
            tagged
                .and(stopped)
                .map_err(|error| (name.to_string(), error))
        });
        let failed: Vec<(String, Error)> = futures::future::join_all(stops)
            .await
            .into_iter()
            .filter_map(Result::err)
            .collect();
        if operation.cancel.is_cancelled() {
            return Err(Error::Cancelled {
                what: "stopping the notebooks of a suspension".to_owned(),
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
                "{owner} denied all access, but some notebooks could not be stopped: {}",
                list.join(", ")
            ),
            remedy: "apply again to continue".to_owned(),
        })
    }

    /// Lets the owner's notebooks be opened and started again, which [`Self::suspend_all`] suspended.
    /// Another suspension, of the notebook's project or user, `stays`.
    pub(crate) async fn resume_all(
        &self,
        operation: &Operation,
        owner: Owner<'_>,
        stays: impl Fn(&ProjectName, &UserName) -> bool + Send,
    ) -> Result<(), Error> {
        let keys = [tags::SUSPENDED.to_owned()];
        for notebook in self.of(owner).await? {
            let other = match (notebook.project.parse(), notebook.user.parse()) {
                (Ok(project), Ok(user)) => stays(&project, &user),
                _ => false,
            };
            if notebook.is_suspended && !other {
                let what = format!("removing a tag of notebook `{}`", notebook.name);
                let removed = retry(operation, &what, || {
                    self.api.delete_tags(&notebook.arn, &keys)
                })
                .await;
                if_it_exists(removed)?;
            }
        }
        Ok(())
    }

    async fn tag_suspended(
        &self,
        operation: &Operation,
        notebook: &OwnedNotebook,
    ) -> Result<(), Error> {
        let tag = Tags::from([(tags::SUSPENDED, "true")]);
        let what = format!("tagging notebook `{}`", notebook.name);
        let tagged = retry(operation, &what, || self.api.add_tags(&notebook.arn, &tag)).await;
        if_it_exists(tagged)
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
                // It was deleted, or its status changed, after the read: read again.
                Err(error) if is_missing(&error) || error.is("ValidationException") => {
                    Ok(Poll::Pending(status))
                }
                Err(error) => Err(error),
            }
        })
        .await
    }
}

/// The result, without the error that the notebook was deleted meanwhile.
fn if_it_exists(result: Result<(), Error>) -> Result<(), Error> {
    match result {
        Err(error) if is_missing(&error) => Ok(()),
        other => other,
    }
}

/// Whether the tags name the owner.
pub(crate) fn is_owned(found: &Tags, system: &str, owner: Owner<'_>) -> bool {
    let same = |key, value: &str| found.get(key) == Some(value);
    let (project, user) = match owner {
        Owner::Project(project) => (Some(project), None),
        Owner::Member(project, user) => (Some(project), Some(user)),
        Owner::User(user) => (None, Some(user)),
    };
    same(tags::SYSTEM, system)
        && project.is_none_or(|project| same(tags::PROJECT, project.as_str()))
        && user.is_none_or(|user| same(tags::USER, user.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::PolicyModel;
    use crate::services::Services;
    use crate::testing::{self, FakePlatform, operation};

    #[test]
    fn owner_is_told_by_all_tags() {
        let (fraud, alice, bob) = (
            testing::project_name("fraud"),
            "alice".parse().unwrap(),
            "bob".parse().unwrap(),
        );
        let tags = tags::resource_tags("MLSpace", &fraud, &alice);
        let owned = |owner| is_owned(&tags, "MLSpace", owner);
        assert!(owned(Owner::Project(&fraud)) && owned(Owner::Member(&fraud, &alice)));
        assert!(owned(Owner::User(&alice)));
        assert!(!owned(Owner::Member(&fraud, &bob)) && !owned(Owner::User(&bob)));
        let other = testing::project_name("Fraud");
        assert!(!owned(Owner::Project(&other)) && !owned(Owner::Member(&other, &alice)));
        assert!(!is_owned(&tags, "Other", Owner::User(&alice)));
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

    /// A platform with the project fraud and a notebook of each of these users in it.
    async fn platform_of(users: &[&str]) -> FakePlatform {
        let platform = FakePlatform::new(PolicyModel::PerPrincipal);
        let Services {
            projects,
            memberships,
            notebooks,
            ..
        } = &platform.services;
        let operation = operation();
        let fraud = testing::project("fraud");
        projects.create(&operation, &fraud).await.unwrap();
        for user in users {
            let membership = testing::member("fraud", user);
            memberships.create(&operation, &membership).await.unwrap();
            let spec = testing::notebook(&format!("{user}-fraud"), "fraud", user);
            notebooks.create(&operation, &spec).await.unwrap();
        }
        platform
    }

    fn inventory(platform: &FakePlatform) -> NotebookInventory {
        let api = Arc::clone(&platform.notebooks);
        NotebookInventory::new(platform.services.clients.clone(), api)
    }

    async fn suspend_all(platform: &FakePlatform) -> Result<(), Error> {
        let fraud = testing::project_name("fraud");
        let inventory = inventory(platform);
        inventory
            .suspend_all(&operation(), Owner::Project(&fraud))
            .await
    }

    fn statuses(platform: &FakePlatform) -> Vec<Status> {
        let instances = platform.notebooks.instances().into_values();
        instances.map(|instance| instance.state.status).collect()
    }

    #[tokio::test]
    async fn of_filters_by_tags() {
        let platform = platform_of(&["alice", "bob", "carol"]).await;
        platform.notebooks.edit("carol-fraud", |instance| {
            instance.tags.insert("project", "other");
        });
        let inventory = inventory(&platform);
        let fraud = testing::project_name("fraud");
        let owned = async |owner: Owner<'_>| {
            let found = inventory.of(owner).await.unwrap();
            let users: Vec<String> = found.into_iter().map(|notebook| notebook.user).collect();
            users
        };
        assert_eq!(owned(Owner::Project(&fraud)).await, ["alice", "bob"]);
        let bob = "bob".parse().unwrap();
        assert_eq!(owned(Owner::Member(&fraud, &bob)).await, ["bob"]);
        let carol = "carol".parse().unwrap();
        assert_eq!(owned(Owner::User(&carol)).await, ["carol"]);
    }

    #[tokio::test]
    async fn of_leaves_out_deleted_instances() {
        let platform = platform_of(&["alice"]).await;
        let notebooks = Arc::clone(&platform.notebooks);
        platform.faults.before("ListTags", move || {
            notebooks.remove("alice-fraud");
            Ok(())
        });
        let fraud = testing::project_name("fraud");
        assert_eq!(
            inventory(&platform).of(Owner::Project(&fraud)).await,
            Ok(Vec::new())
        );
    }

    #[tokio::test]
    async fn suspend_all_stops_running_notebooks() {
        let platform = platform_of(&["alice", "bob", "carol"]).await;
        platform.notebooks.edit("bob-fraud", |instance| {
            instance.state.status = Status::Pending;
        });
        platform.notebooks.edit("carol-fraud", |instance| {
            instance.state.status = Status::Failed;
        });
        suspend_all(&platform).await.unwrap();
        assert_eq!(
            statuses(&platform),
            [Status::Stopped, Status::Stopped, Status::Failed]
        );
    }

    #[tokio::test]
    async fn notebooks_are_tagged_while_their_project_is_suspended() {
        let platform = platform_of(&["alice", "bob"]).await;
        let (inventory, fraud) = (inventory(&platform), testing::project_name("fraud"));
        let owner = Owner::Project(&fraud);
        let tagged = || {
            let instances = platform.notebooks.instances().into_values();
            let tags =
                instances.map(|instance| instance.tags.get(tags::SUSPENDED).map(str::to_owned));
            tags.collect::<Vec<_>>()
        };
        assert_eq!(tagged(), [None, None]);
        // Bob's is stopped although it cannot be tagged, and tagged by the next apply.
        platform
            .faults
            .refuse("sagemaker", "AddTags", "AccessDeniedException", 1);
        let failed = inventory.suspend_all(&operation(), owner).await;
        assert!(failed.is_err());
        assert_eq!(statuses(&platform), [Status::Stopped, Status::Stopped]);
        inventory.suspend_all(&operation(), owner).await.unwrap();
        assert_eq!(tagged(), [Some("true".to_owned()), Some("true".to_owned())]);
        let alice = |_: &ProjectName, user: &UserName| user.as_str() == "alice";
        let resumed = inventory.resume_all(&operation(), owner, alice).await;
        resumed.unwrap();
        assert_eq!(tagged(), [Some("true".to_owned()), None]);
        let resumed = inventory
            .resume_all(&operation(), owner, |_, _| false)
            .await;
        resumed.unwrap();
        assert_eq!(tagged(), [None, None]);
    }

    #[tokio::test]
    async fn suspend_all_names_notebooks_that_run_on() {
        let platform = platform_of(&["alice", "bob", "carol"]).await;
        let operation = "StopNotebookInstance";
        platform
            .faults
            .refuse("sagemaker", operation, "InternalFailure", 1);
        let text = suspend_all(&platform).await.unwrap_err().to_string();
        assert!(text.contains("`alice-fraud`"), "{text}");
        assert!(!text.contains("`bob-fraud`"), "{text}");
        assert_eq!(
            statuses(&platform),
            [Status::InService, Status::Stopped, Status::Stopped]
        );
        suspend_all(&platform).await.unwrap();
        assert_eq!(statuses(&platform), [(); 3].map(|()| Status::Stopped));
    }

    #[tokio::test]
    async fn suspend_all_looks_again_after_race() {
        let platform = platform_of(&["alice"]).await;
        let operation = "StopNotebookInstance";
        platform
            .faults
            .refuse("sagemaker", operation, "ValidationException", 1);
        suspend_all(&platform).await.unwrap();
        assert_eq!(statuses(&platform), [Status::Stopped]);
        platform.notebooks.edit("alice-fraud", |instance| {
            instance.state.status = Status::InService;
        });
        let notebooks = Arc::clone(&platform.notebooks);
        platform.faults.before(operation, move || {
            notebooks.remove("alice-fraud");
            Ok(())
        });
        suspend_all(&platform).await.unwrap();
    }

    #[tokio::test]
    async fn suspend_all_ends_when_cancelled() {
        let platform = platform_of(&["alice"]).await;
        let operation = operation();
        operation.cancel.cancel();
        let fraud = testing::project_name("fraud");
        let owner = Owner::Project(&fraud);
        let stopped = inventory(&platform).suspend_all(&operation, owner).await;
        assert!(matches!(stopped, Err(Error::Cancelled { .. })));
    }
}
