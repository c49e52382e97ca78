//! Creating, changing and deleting spaces.

use std::sync::atomic::{AtomicBool, Ordering};

use super::super::Status;
use super::super::api::{App, NewSpace, SpaceState};
use super::super::contents::Contents;
use super::super::steps::{self, Described as _};
use super::{KnownSpace, SpaceKey, SpaceSpec, StudioSpace, StudioSpaces, app_reason, missing};
use crate::aws::wait::{retry, until};
use crate::aws::{Backoff, Completed, Error, Failure, Operation, Outcome, Poll};
use crate::notebook::{TagChange, all_tags};
use crate::ownership::{Claim, Mark, Token};
use crate::plan::Notice;
use crate::tags::{self, SUSPENDED, Tags, check_user_tags};

impl StudioSpaces {
    /// Creates a space, and starts its app if it should run. One with the mark of an interrupted
    /// create is finished. That the app does not start is a warning: a failed create would make
    /// Terraform replace the space.
    ///
    /// # Errors
    /// [`Error::Exists`] when another space has the name, [`Error::Invalid`] for `user` when the member
    /// has no profile in the domain; with the space when it exists by then, which Terraform replaces.
    /// Nothing is in it yet.
    pub async fn create(
        &self,
        operation: &Operation,
        spec: &SpaceSpec,
    ) -> Result<Completed<StudioSpace>, Failure<StudioSpace>> {
        let key = &spec.key;
        let _guard = self.locks.lock(&key.to_string()).await;
        self.check(spec)?;
        self.check_limits(spec, None).await?;
        let suspended = self.profile_is_suspended(operation, spec).await?;
        operation.check(&format!("creating space `{key}`"))?;
        let mut mark = Mark {
            token: Token::random(),
            finished: false,
        };
        let created = !self.adopt(operation, spec, &mark).await?;
        if created {
            self.call_create(operation, spec, &mark).await?;
        }
        let stopped = SpaceSpec {
            running: spec.running.filter(|runs| !runs),
            ..spec.clone()
        };
        let done = self
            .converge(operation, &stopped, &mark, created, suspended)
            .await;
        let started = match (&done, spec.running) {
            (Ok(()), Some(true)) => self.start(operation, spec).await,
            _ => Ok(()),
        };
        let what = format!("Space `{key}`");
        let arn = self.arn(key).await?;
        let target = (what.as_str(), &key.object(), arn.as_str());
        let warning =
            steps::finish(self.api.as_ref(), operation, &done, target, &mark.token).await?;
        mark.finished = true;
        let reached = match self.read(key, Some(spec.known())).await {
            Ok(found) => found,
            Err(_) => Some(self.unread(spec, arn, &mark)),
        };
        let not_started = started.err().map(|error| Notice {
            attribute: "running",
            summary: "Space not started".to_owned(),
            detail: format!(
                "Space `{key}` exists, but its app does not run yet. {} The next apply starts it.",
                error.cause_sentence()
            ),
        });
        let warnings = warning.into_iter().chain(not_started);
        steps::created(done, reached, warnings, || missing(key))
    }

    /// Changes settings and tags. A running app is stopped for it, and started again unless it should
    /// not run.
    ///
    /// # Errors
    /// [`Error::Foreign`] for a space of another state, [`Error::Conflict`] for what cannot be changed,
    /// and those of the calls.
    pub async fn update(&self, operation: &Operation, spec: &SpaceSpec) -> Outcome<StudioSpace> {
        let key = &spec.key;
        let _guard = self.locks.lock(&key.to_string()).await;
        self.check(spec)?;
        operation.check(&format!("updating space `{key}`"))?;
        let found = self.api.space(&key.domain_id, &key.name).await?;
        let found = found.ok_or_else(|| missing(key))?;
        let claim = operation.claim();
        let object = key.object();
        let stored = steps::check_claim(self.api.as_ref(), claim, &object, &found.arn).await?;
        let existing = (
            found.settings.instance_type.as_str(),
            found.settings.volume_size,
        );
        self.check_limits(spec, Some(existing)).await?;
        let suspended = self.profile_is_suspended(operation, spec).await?;
        let mark = Mark {
            token: claim.token(stored.as_ref()),
            finished: true,
        };
        let done = self
            .converge(operation, spec, &mark, false, suspended)
            .await;
        let read = self.read(key, Some(spec.known())).await;
        steps::updated(done, read, || missing(key))
    }

    /// Stops the app, deletes the space with its volume, and waits until it is gone.
    ///
    /// # Errors
    /// [`Error::Conflict`] without `force`, [`Error::Foreign`] for a space of another state, and those
    /// of the calls. One that does not exist is not an error.
    pub async fn delete(
        &self,
        operation: &Operation,
        key: &SpaceKey,
        force: bool,
    ) -> Result<(), Error> {
        let _guard = self.locks.lock(&key.to_string()).await;
        operation.check(&format!("deleting space `{key}`"))?;
        let Some(found) = self.api.space(&key.domain_id, &key.name).await? else {
            return Ok(());
        };
        let claim = operation.claim();
        if *claim != Claim::Unknown {
            steps::check_claim(self.api.as_ref(), claim, &key.object(), &found.arn).await?;
        }
        // One that could not be made has no files.
        if !force && !matches!(found.status, Status::Failed | Status::Deleting) {
            return Err(Error::Conflict {
                message: format!("deleting space `{key}` would delete the files on its volume"),
                remedy: "save what is worth keeping, then set `force_destroy = true` and apply it"
                    .to_owned(),
            });
        }
        self.remove(operation, key).await
    }

    async fn remove(&self, operation: &Operation, key: &SpaceKey) -> Result<(), Error> {
        let what = format!("waiting for space `{key}` to be deleted");
        let asked = AtomicBool::new(false);
        until(operation, &what, Backoff::SLOW, || async {
            let Some(found) = self.api.space(&key.domain_id, &key.name).await? else {
                return Ok(Poll::Ready(()));
            };
            if found.status == Status::DeleteFailed && asked.load(Ordering::Relaxed) {
                return Err(failed(&found, key, "could not be deleted"));
            }
            if found.status.is_transitional() {
                return Ok(Poll::Pending(found.status.to_string()));
            }
            // The member can start the app until the space is being deleted.
            self.stop(operation, key).await?;
            asked.store(true, Ordering::Relaxed);
            match self.api.delete_space(&key.domain_id, &key.name).await {
                // A read that is older than our call, or an app that was started since.
                Err(error) if error.is("ResourceInUse") => Ok(Poll::Pending("in use".to_owned())),
                answer => answer.map(|()| Poll::Pending("Deleting".to_owned())),
            }
        })
        .await
    }

    fn check(&self, spec: &SpaceSpec) -> Result<(), Error> {
        spec.check()?;
        let all = self.desired_tags(spec).overlaid(&Token::random().tags());
        let checked =
            check_user_tags(&spec.tags).and_then(|()| tags::check_together(&all, spec.tags.len()));
        checked.map_err(|error| Error::Invalid {
            attribute: Some("tags"),
            message: error.to_string(),
            remedy: "correct the tags".to_owned(),
        })
    }

    fn desired_tags(&self, spec: &SpaceSpec) -> Tags {
        all_tags(
            self.clients.settings(),
            &spec.project,
            &spec.user,
            &spec.tags,
        )
    }

    async fn arn(&self, key: &SpaceKey) -> Result<String, Error> {
        let account = self.clients.account().await?;
        Ok(account.sagemaker_arn(&format!("space/{}/{}", key.domain_id, key.name)))
    }

    /// Waits for the profile of the space's owner; returns whether it is closed by a suspension.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `user` without a profile, and for `running` with a closed one.
    async fn profile_is_suspended(
        &self,
        operation: &Operation,
        spec: &SpaceSpec,
    ) -> Result<bool, Error> {
        let (domain, profile) = (&spec.key.domain_id, spec.profile());
        let what = format!("user profile `{profile}`");
        let found = steps::settle(operation, &what, false, || {
            self.api.profile(domain, &profile)
        })
        .await?;
        let Some(found) = found else {
            return Err(Error::Invalid {
                attribute: Some("user"),
                message: format!(
                    "user `{}` has no profile for project `{}` in Studio domain `{domain}`",
                    spec.user, spec.project
                ),
                remedy: "refer to the `user` of a `mlspace_studio_user_profile`, so that it is created first"
                    .to_owned(),
            });
        };
        let tags = self.api.tags(&found.arn).await?.unwrap_or_default();
        let suspended = tags.contains_key(SUSPENDED);
        if suspended && spec.running == Some(true) {
            return Err(Error::Invalid {
                attribute: Some("running"),
                message: format!(
                    "spaces of user profile `{profile}` cannot run, because its project or its user is suspended"
                ),
                remedy: "set `running = false`, or end the suspension".to_owned(),
            });
        }
        Ok(suspended)
    }

    /// Takes over what an interrupted create of this space left; false if there is none, or none any
    /// more.
    ///
    /// # Errors
    /// [`Error::Exists`] for a complete space of this name.
    async fn adopt(
        &self,
        operation: &Operation,
        spec: &SpaceSpec,
        mark: &Mark,
    ) -> Result<bool, Error> {
        let key = &spec.key;
        let Some(found) = self.api.space(&key.domain_id, &key.name).await? else {
            return Ok(false);
        };
        if found.status == Status::Deleting {
            self.settle(operation, key, false).await?;
            return Ok(false);
        }
        self.check_new(spec).await?;
        let Some(found) = self.settle(operation, key, false).await? else {
            return Ok(false);
        };
        let fails = matches!(found.status, Status::Failed | Status::DeleteFailed);
        if fails || fixed_difference(&found, spec).is_some() {
            self.remove(operation, key).await?;
            return Ok(false);
        }
        // Another create that is still at work finds out by this.
        steps::tag(self.api.as_ref(), operation, &found.arn, &mark.tags()).await?;
        Ok(true)
    }

    /// Calls CreateSpace; no error if only its answer was lost.
    async fn call_create(
        &self,
        operation: &Operation,
        spec: &SpaceSpec,
        mark: &Mark,
    ) -> Result<(), Error> {
        let key = &spec.key;
        let tags = self.desired_tags(spec).overlaid(&mark.tags());
        let owner = spec.profile();
        let new = NewSpace {
            domain: &key.domain_id,
            name: &key.name,
            owner: &owner,
            app: spec.app,
            settings: &spec.settings,
            tags: &tags,
        };
        let what = format!("creating space `{key}`");
        let created = retry(operation, &what, || self.api.create_space(&new)).await;
        let Err(error) = created else { return Ok(()) };
        if error.is_denied() {
            return Err(error);
        }
        let found = self.api.space(&key.domain_id, &key.name).await?;
        let arn = found.as_ref().map(|found| found.arn.as_str());
        match steps::has_mark(self.api.as_ref(), arn, mark).await? {
            true => Ok(()),
            false => Err(error),
        }
    }

    /// Brings an existing space in line, its tags last.
    async fn converge(
        &self,
        operation: &Operation,
        spec: &SpaceSpec,
        mark: &Mark,
        created: bool,
        suspended: bool,
    ) -> Result<(), Error> {
        let key = &spec.key;
        let settled = self.settle(operation, key, created).await?;
        let mut found = settled.ok_or_else(|| missing(key))?;
        if found.status == Status::Failed {
            return Err(failed(&found, key, "failed"));
        }
        if let Some(what) = fixed_difference(&found, spec) {
            return Err(Error::Conflict {
                message: format!("{what} of space `{key}` cannot be changed"),
                remedy: "replace the space, which deletes the files on its volume".to_owned(),
            });
        }
        let (domain, name) = (&key.domain_id, &key.name);
        let app = self.api.space_app(domain, name, spec.app).await?;
        let ran = app.as_ref().is_some_and(App::runs);
        let runs = !suspended && spec.running.unwrap_or(ran);
        let changes = found.settings != spec.settings;
        if changes || !runs {
            self.stop(operation, key).await?;
        }
        if changes {
            let what = format!("updating space `{key}`");
            retry(operation, &what, || {
                self.api
                    .update_space(domain, name, spec.app, &spec.settings, &found)
            })
            .await?;
            let after = self.settle(operation, key, false).await?;
            found = after.ok_or_else(|| missing(key))?;
            if found.status != Status::InService {
                return Err(failed(&found, key, "did not take the change"));
            }
        }
        if runs {
            self.start(operation, spec).await?;
        }
        let tags = self.api.tags(&found.arn).await?.unwrap_or_default();
        let desired = self.desired_tags(spec).overlaid(&mark.tags());
        let change = TagChange::between(&tags, &desired);
        steps::change_tags(
            self.api.as_ref(),
            operation,
            "the space",
            &found.arn,
            &change,
        )
        .await
    }

    /// Starts the app and waits until it runs.
    async fn start(&self, operation: &Operation, spec: &SpaceSpec) -> Result<(), Error> {
        let (key, tags) = (&spec.key, self.desired_tags(spec));
        let found = self.api.space(&key.domain_id, &key.name).await?;
        let found = found.ok_or_else(|| missing(key))?;
        let what = format!("starting the app of space `{key}`");
        let asked = AtomicBool::new(false);
        until(operation, &what, Backoff::SLOW, || async {
            let app = self
                .api
                .space_app(&key.domain_id, &key.name, spec.app)
                .await?;
            match app {
                Some(app) if app.status == "InService" => Ok(Poll::Ready(())),
                Some(app) if app.status == "Failed" && asked.load(Ordering::Relaxed) => {
                    Err(Error::Conflict {
                        message: format!(
                            "the app of space `{key}` did not start: {}",
                            app_reason(&app)
                        ),
                        remedy: "correct the cause and apply again; the space and its files stay"
                            .to_owned(),
                    })
                }
                Some(app) if app.is_live() => Ok(Poll::Pending(app.status)),
                _ => {
                    let answer = self
                        .api
                        .create_app(&key.domain_id, &key.name, spec.app, &found, &tags)
                        .await;
                    asked.store(true, Ordering::Relaxed);
                    match answer {
                        // Somebody starts it too, or the last one is still ending.
                        Err(error) if error.is("ResourceInUse") => {
                            Ok(Poll::Pending("in use".to_owned()))
                        }
                        answer => answer.map(|()| Poll::Pending("Pending".to_owned())),
                    }
                }
            }
        })
        .await
    }

    /// Stops the apps in the space, of either type, and waits until none runs. The files stay.
    async fn stop(&self, operation: &Operation, key: &SpaceKey) -> Result<(), Error> {
        let contents = Contents::of_space(self.api.as_ref(), &key.domain_id, &key.name);
        contents.stop(operation).await
    }

    /// Waits until the space is at rest; `None` when it is gone. One that this operation `created` may
    /// not be visible yet.
    async fn settle(
        &self,
        operation: &Operation,
        key: &SpaceKey,
        created: bool,
    ) -> Result<Option<SpaceState>, Error> {
        let space = format!("space `{key}`");
        steps::settle(operation, &space, created, || {
            self.api.space(&key.domain_id, &key.name)
        })
        .await
    }

    /// A space that exists and cannot be read at the moment, so that the state does not lose it.
    fn unread(&self, spec: &SpaceSpec, arn: String, mark: &Mark) -> StudioSpace {
        let found = SpaceState {
            arn,
            status: Status::Pending,
            modified: None,
            failure_reason: None,
            url: None,
            owner: Some(spec.profile()),
            private: true,
            app_type: spec.app.name().to_owned(),
            settings: spec.settings.clone(),
            image_arn: None,
            image_version_arn: None,
        };
        let tags = self.desired_tags(spec).overlaid(&mark.tags());
        let whose = (&spec.project, &spec.user, spec.app);
        self.space(&spec.key, found, whose, &tags, Some(&spec.tags), false)
    }
}

impl SpaceSpec {
    fn known(&self) -> KnownSpace<'_> {
        KnownSpace {
            project: &self.project,
            user: &self.user,
            tags: &self.tags,
        }
    }
}

/// What differs that no change in place alters.
fn fixed_difference(found: &SpaceState, spec: &SpaceSpec) -> Option<&'static str> {
    let profile = spec.profile();
    let owned = found
        .owner
        .as_ref()
        .is_some_and(|owner| owner.eq_ignore_ascii_case(&profile));
    match () {
        () if !owned => Some("the owner"),
        () if !found.private => Some("the sharing"),
        () if found.app_type != spec.app.name() => Some("the app"),
        () if found.settings.volume_size > spec.settings.volume_size => Some("the larger volume"),
        () => None,
    }
}

fn failed(found: &SpaceState, key: &SpaceKey, what: &str) -> Error {
    Error::Conflict {
        message: format!("space `{key}` {what}: {}", found.reason()),
        remedy: "correct the cause and apply again".to_owned(),
    }
}
