//! What a domain or a profile contains: apps, spaces and profiles, and their deletion in the order
//! that SageMaker requires (*Delete a domain*:
//! <https://docs.aws.amazon.com/sagemaker/latest/dg/gs-studio-delete-domain.html>).

use std::collections::HashSet;
use std::sync::Mutex;

use super::Status;
use super::api::{App, Listed, StudioApi, is_deleted, is_missing};
use crate::aws::wait::until;
use crate::aws::{Backoff, Error, Operation, Poll};

/// The contents of a domain, or of one of its profiles or spaces.
pub(super) struct Contents<'a> {
    api: &'a dyn StudioApi,
    domain: &'a str,
    profile: Option<&'a str>,
    space: Option<&'a str>,
}

impl<'a> Contents<'a> {
    /// Everything in a domain.
    pub(super) fn of_domain(api: &'a dyn StudioApi, domain: &'a str) -> Self {
        Self {
            api,
            domain,
            profile: None,
            space: None,
        }
    }

    /// The apps and spaces of a profile.
    pub(super) fn of_profile(api: &'a dyn StudioApi, domain: &'a str, profile: &'a str) -> Self {
        Self {
            api,
            domain,
            profile: Some(profile),
            space: None,
        }
    }

    /// The apps of a space.
    pub(super) fn of_space(api: &'a dyn StudioApi, domain: &'a str, space: &'a str) -> Self {
        Self {
            api,
            domain,
            profile: None,
            space: Some(space),
        }
    }

    /// Whether a profile of this name is the one that is meant; names do not differ in case only.
    fn includes(&self, name: Option<&str>) -> bool {
        match self.profile {
            None => true,
            Some(profile) => name.is_some_and(|name| name.eq_ignore_ascii_case(profile)),
        }
    }

    /// The apps that are neither deleted nor failed.
    pub(super) async fn live_apps(&self) -> Result<Vec<App>, Error> {
        let mut apps = self.api.apps(self.domain).await?;
        apps.retain(App::is_live);
        if let Some(space) = self.space {
            let inside = |app: &App| {
                let name = app.space.as_deref();
                name.is_some_and(|name| name.eq_ignore_ascii_case(space))
            };
            apps.retain(inside);
        } else if self.profile.is_some() && apps.iter().any(|app| app.space.is_some()) {
            let spaces = self.spaces().await?;
            apps.retain(|app| match &app.space {
                Some(space) => spaces.iter().any(|one| one.name == *space),
                None => self.includes(app.profile.as_deref()),
            });
        } else {
            apps.retain(|app| self.includes(app.profile.as_deref()));
        }
        Ok(apps)
    }

    /// The spaces.
    pub(super) async fn spaces(&self) -> Result<Vec<Listed>, Error> {
        let mut spaces = self.api.spaces(self.domain).await?;
        spaces.retain(|space| self.includes(space.owner.as_deref()));
        Ok(spaces)
    }

    /// The profiles; none of a profile.
    async fn profiles(&self) -> Result<Vec<Listed>, Error> {
        match self.profile {
            None => self.api.profiles(self.domain).await,
            Some(_) => Ok(Vec::new()),
        }
    }

    /// Checks that nothing keeps `what`, such as "Studio domain `d-1`", from being deleted.
    ///
    /// # Errors
    /// [`Error::InUse`] with the contents.
    pub(super) async fn check_empty(&self, what: &str) -> Result<(), Error> {
        let left = self.names().await?;
        if left.is_empty() {
            return Ok(());
        }
        Err(Error::InUse {
            what: what.to_owned(),
            by: left,
            remedy: "delete them first, or set `force_destroy = true` and apply it, which deletes them with the \
                     volumes of the spaces"
                .to_owned(),
        })
    }

    /// Sentences' parts for what keeps the domain or profile from being deleted.
    async fn names(&self) -> Result<Vec<String>, Error> {
        let (profiles, spaces) = (self.profiles().await?, self.spaces().await?);
        let mut names: Vec<String> = profiles
            .into_iter()
            .map(|profile| format!("profile {}", profile.name))
            .collect();
        names.extend(spaces.into_iter().map(|space| match space.owner {
            Some(owner) => format!("space {} of profile {owner}", space.name),
            None => format!("space {}", space.name),
        }));
        if self.profile.is_some() {
            let apps = self.live_apps().await?.into_iter();
            let outside = apps.filter(|app| app.space.is_none());
            names.extend(outside.map(|app| format!("app {app}")));
        }
        Ok(names)
    }

    /// Deletes the apps and waits until none is left. The files of spaces stay.
    pub(super) async fn stop(&self, operation: &Operation) -> Result<(), Error> {
        let of = self.profile.or(self.space).unwrap_or(self.domain);
        let what = format!("stopping the apps of `{of}`");
        until(operation, &what, Backoff::SLOW, || async {
            Ok(match self.delete_apps().await? {
                0 => Poll::Ready(()),
                apps => Poll::Pending(format!("{apps} apps left")),
            })
        })
        .await
    }

    /// Deletes all: apps, then spaces, then profiles. Lists anew before each step, because members
    /// can start apps meanwhile.
    pub(super) async fn delete(&self, operation: &Operation) -> Result<(), Error> {
        let what = match self.profile {
            None => format!("deleting the contents of Studio domain `{}`", self.domain),
            Some(profile) => format!("deleting the spaces of user profile `{profile}`"),
        };
        let asked = Mutex::new(HashSet::new());
        until(operation, &what, Backoff::SLOW, || async {
            let apps = self.delete_apps().await?;
            if apps > 0 {
                return Ok(Poll::Pending(format!("{apps} apps left")));
            }
            let spaces = self.spaces().await?;
            for space in &spaces {
                if self.is_to_delete("space", space, &asked)? {
                    accept(self.api.delete_space(self.domain, &space.name).await)?;
                }
            }
            if !spaces.is_empty() {
                return Ok(Poll::Pending(format!("{} spaces left", spaces.len())));
            }
            let profiles = self.profiles().await?;
            for profile in &profiles {
                if self.is_to_delete("user profile", profile, &asked)? {
                    accept(self.api.delete_profile(self.domain, &profile.name).await)?;
                }
            }
            if !profiles.is_empty() {
                return Ok(Poll::Pending(format!("{} profiles left", profiles.len())));
            }
            Ok(Poll::Ready(()))
        })
        .await
    }

    /// Asks for the deletion of all live apps; returns how many there are.
    async fn delete_apps(&self) -> Result<usize, Error> {
        let apps = self.live_apps().await?;
        for app in apps.iter().filter(|app| app.status != "Deleting") {
            let answer = self.api.delete_app(self.domain, app).await;
            match answer {
                // SageMaker refuses the deletion of an app that is still starting: the next look asks again.
                Err(error) if app.status == "Pending" && error.is("ValidationException") => {}
                answer => accept(answer)?,
            }
        }
        Ok(apps.len())
    }

    /// Whether to ask for the deletion of a space or profile, which one that is being deleted does not need.
    ///
    /// # Errors
    /// [`Error::Conflict`] when a deletion that was asked for has failed.
    fn is_to_delete(
        &self,
        kind: &str,
        one: &Listed,
        asked: &Mutex<HashSet<String>>,
    ) -> Result<bool, Error> {
        let key = format!("{kind} `{}`", one.name);
        let mut asked = asked
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let known = !asked.insert(key.clone());
        match one.status {
            Status::Deleting => Ok(false),
            Status::DeleteFailed if known => Err(Error::Conflict {
                message: format!(
                    "the deletion of {key} in Studio domain `{}` failed",
                    self.domain
                ),
                remedy: "see the reason in the SageMaker console, then apply again".to_owned(),
            }),
            _ => Ok(true),
        }
    }
}

/// The answer to a deletion: that the object is gone, or in use at the moment, is no error, because
/// the next look finds it.
fn accept(answer: Result<(), Error>) -> Result<(), Error> {
    match answer {
        Err(error) if is_missing(&error) || is_deleted(&error) || error.is("ResourceInUse") => {
            Ok(())
        }
        answer => answer,
    }
}

/// The error for a change that SageMaker makes only while no app runs.
pub(super) fn blocked(object: &str, apps: &[App]) -> Error {
    Error::InUse {
        what: format!("what is to change of {object}"),
        by: apps.iter().map(ToString::to_string).collect(),
        remedy:
            "stop these apps and apply again, because SageMaker changes it only while no app runs"
                .to_owned(),
    }
}
