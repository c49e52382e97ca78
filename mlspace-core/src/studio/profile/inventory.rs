//! The profiles of a project or a user: closed, and their apps stopped, when their owner is suspended;
//! in the way when it is removed.

use std::fmt;
use std::sync::Arc;

use super::super::Status;
use super::super::api::{StudioApi, is_missing};
use super::super::contents::Contents;
use super::write::remove;
use crate::aws::wait::retry;
use crate::aws::{Cached, Clients, Error, Operation};
use crate::layout::user_profile_name;
use crate::name::{ProjectName, UserName};
use crate::notebook::{Owner, is_owned};
use crate::policies::Service;
use crate::tags::{PROJECT, SUSPENDED, Tags, USER};

/// A profile of the owner.
struct Owned {
    domain: String,
    name: String,
    arn: String,
    tags: Tags,
}

/// A profile that keeps its project or membership from being removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DependentProfile {
    /// Id of the domain.
    pub(crate) domain: String,
    /// Name of the profile.
    pub(crate) name: String,
}

/// As in "user profile fraud-alice of Studio domain d-0123456789ab".
impl fmt::Display for DependentProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "user profile {} of Studio domain {}",
            self.name, self.domain
        )
    }
}

/// The profiles in all domains of the account and region, by their tags.
pub(crate) struct StudioInventory {
    clients: Clients,
    api: Arc<dyn StudioApi>,
    /// All profiles, for removals of what they depend on.
    listed: Cached<Vec<DependentProfile>>,
}

impl StudioInventory {
    /// Profiles behind `api`.
    pub(crate) fn new(clients: Clients, api: Arc<dyn StudioApi>) -> Self {
        Self {
            clients,
            api,
            listed: Cached::default(),
        }
    }

    /// The profiles that keep a project or membership from being removed; none, without a call, where
    /// the platform does not offer Studio. All removals of a few seconds share one list; it is read
    /// again where it contains any.
    pub(crate) async fn dependents(
        &self,
        owner: Owner<'_>,
    ) -> Result<Vec<DependentProfile>, Error> {
        if !self.is_offered() {
            return Ok(Vec::new());
        }
        let listed = self.listed.recent(|| self.list()).await?;
        if !listed.iter().any(|one| may_be_of(&one.name, owner)) {
            return Ok(Vec::new());
        }
        let owned = self.of(owner).await?;
        Ok(owned
            .into_iter()
            .map(|one| DependentProfile {
                domain: one.domain,
                name: one.name,
            })
            .collect())
    }

    /// Deletes a profile with its spaces and their volumes.
    ///
    /// # Errors
    /// Those of the calls. One that does not exist is not an error.
    pub(crate) async fn delete(
        &self,
        operation: &Operation,
        profile: &DependentProfile,
    ) -> Result<(), Error> {
        remove(
            self.api.as_ref(),
            operation,
            &profile.domain,
            &profile.name,
            true,
        )
        .await
    }

    fn is_offered(&self) -> bool {
        let offered = &self.clients.settings().services;
        offered.contains(&Service::Studio)
    }

    /// All profiles that are not being deleted.
    async fn list(&self) -> Result<Vec<DependentProfile>, Error> {
        let mut listed = Vec::new();
        for domain in self.api.domains().await? {
            if domain.status == Status::Deleting {
                continue;
            }
            for profile in self.api.profiles(&domain.id).await? {
                if profile.status != Status::Deleting {
                    listed.push(DependentProfile {
                        domain: domain.id.clone(),
                        name: profile.name,
                    });
                }
            }
        }
        Ok(listed)
    }

    /// The profiles whose names and tags are those of the owner; none, without a call, where the
    /// platform does not offer Studio.
    async fn of(&self, owner: Owner<'_>) -> Result<Vec<Owned>, Error> {
        let mut owned = Vec::new();
        if !self.is_offered() {
            return Ok(owned);
        }
        let account = self.clients.account().await?;
        for DependentProfile { domain, name } in self.list().await? {
            if !may_be_of(&name, owner) {
                continue;
            }
            let arn = account.sagemaker_arn(&format!("user-profile/{domain}/{name}"));
            let tags = self.api.tags(&arn).await?.unwrap_or_default();
            if is_owned(&tags, &self.clients.settings().system_tag, owner) {
                owned.push(Owned {
                    domain,
                    name,
                    arn,
                    tags,
                });
            }
        }
        Ok(owned)
    }

    /// Closes the owner's profiles by a tag, stops their apps and waits until none runs.
    ///
    /// # Errors
    /// The first error, after all other profiles were closed and stopped.
    pub(crate) async fn suspend_all(
        &self,
        operation: &Operation,
        owner: Owner<'_>,
    ) -> Result<(), Error> {
        let owned = self.of(owner).await?;
        let closed = owned.iter().map(|profile| async {
            let tag = Tags::from([(SUSPENDED, "true")]);
            let what = format!("tagging user profile `{}`", profile.name);
            let tagged = match profile.tags.contains_key(SUSPENDED) {
                true => Ok(()),
                false => retry(operation, &what, || self.api.add_tags(&profile.arn, &tag)).await,
            };
            // One that cannot be tagged is stopped all the same.
            let contents = Contents::of_profile(self.api.as_ref(), &profile.domain, &profile.name);
            let stopped = contents.stop(operation).await;
            if_it_exists(tagged).and(stopped)
        });
        let results = futures::future::join_all(closed).await;
        results.into_iter().collect()
    }

    /// Opens the owner's profiles again. Another suspension, of the profile's project or user,
    /// `stays`.
    pub(crate) async fn resume_all(
        &self,
        operation: &Operation,
        owner: Owner<'_>,
        stays: impl Fn(&ProjectName, &UserName) -> bool + Send,
    ) -> Result<(), Error> {
        let keys = [SUSPENDED.to_owned()];
        for profile in self.of(owner).await? {
            let tag = |key| profile.tags.get(key).unwrap_or_default();
            let other = match (tag(PROJECT).parse(), tag(USER).parse()) {
                (Ok(project), Ok(user)) => stays(&project, &user),
                _ => false,
            };
            if profile.tags.contains_key(SUSPENDED) && !other {
                let what = format!("removing a tag of user profile `{}`", profile.name);
                let removed = retry(operation, &what, || {
                    self.api.delete_tags(&profile.arn, &keys)
                })
                .await;
                if_it_exists(removed)?;
            }
        }
        Ok(())
    }
}

/// Whether a profile of this name can be one of the owner's: its name begins with the project's, and
/// follows from the user's.
pub(super) fn may_be_of(profile: &str, owner: Owner<'_>) -> bool {
    let profile = profile.to_ascii_lowercase();
    let Some((project, _)) = profile.split_once('-') else {
        return false;
    };
    let (wanted, user) = match owner {
        Owner::Project(project) => (Some(project), None),
        Owner::Member(project, user) => (Some(project), Some(user)),
        Owner::User(user) => (None, Some(user)),
    };
    let follows = |user: &UserName| {
        let project = project.parse::<ProjectName>();
        project.is_ok_and(|project| user_profile_name(&project, user) == profile)
    };
    wanted.is_none_or(|wanted| wanted.as_str().eq_ignore_ascii_case(project))
        && user.is_none_or(follows)
}

/// The result, without the error that the profile was deleted meanwhile.
fn if_it_exists(result: Result<(), Error>) -> Result<(), Error> {
    match result {
        Err(error) if is_missing(&error) => Ok(()),
        other => other,
    }
}
