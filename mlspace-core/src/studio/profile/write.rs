//! Creating, changing and deleting profiles.

use std::sync::atomic::{AtomicBool, Ordering};

use super::super::Status;
use super::super::api::{ProfileState, StudioApi};
use super::super::contents::{Contents, blocked};
use super::super::steps::{self, Described as _};
use super::owner::Membership;
use super::{ProfileKey, StudioProfiles, StudioUserProfile, UserProfileSpec};
use crate::aws::wait::{retry, until};
use crate::aws::{Backoff, Completed, Error, Failure, Operation, Outcome, Poll};
use crate::notebook::{TagChange, all_tags};
use crate::ownership::{Claim, Mark, Token};
use crate::tags::{self, SUSPENDED, Tags, check_user_tags};

impl StudioProfiles {
    /// Creates a profile and waits until it is in service. One with the mark of an interrupted create
    /// of this membership's profile is finished.
    ///
    /// # Errors
    /// [`Error::Exists`] when another profile has the name; with the profile when it exists by then,
    /// which Terraform replaces. Nothing is in it yet.
    pub async fn create(
        &self,
        operation: &Operation,
        spec: &UserProfileSpec,
    ) -> Result<Completed<StudioUserProfile>, Failure<StudioUserProfile>> {
        let (key, name) = (&spec.key, spec.key.name());
        let _guard = self.locks.lock(&key.to_string()).await;
        self.check(spec)?;
        let membership = self.membership(operation, key).await?;
        self.check_domain(operation, &key.domain_id).await?;
        operation.check(&format!("creating user profile `{name}`"))?;
        let mut mark = Mark {
            token: Token::random(),
            finished: false,
        };
        let created = !self.adopt(operation, key, &mark).await?;
        if created {
            self.call_create(operation, spec, &membership, &mark)
                .await?;
        }
        let done = self
            .converge(operation, spec, &membership, &mark, created)
            .await;
        let what = format!("User profile `{name}`");
        let arn = self.arn(key).await?;
        let target = (what.as_str(), &key.object(), arn.as_str());
        let warning =
            steps::finish(self.api.as_ref(), operation, &done, target, &mark.token).await?;
        mark.finished = true;
        let reached = match self.read(key, Some(&spec.tags)).await {
            Ok(found) => found,
            Err(_) => Some(self.unread(spec, &membership, &mark).await?),
        };
        steps::created(done, reached, warning, || missing(key))
    }

    /// Changes settings and tags, and repairs the role. The apps of a suspended member are stopped.
    ///
    /// # Errors
    /// [`Error::InUse`] with the running apps for a change that they block, [`Error::Foreign`] for a
    /// profile of another state, and those of the calls.
    pub async fn update(
        &self,
        operation: &Operation,
        spec: &UserProfileSpec,
    ) -> Outcome<StudioUserProfile> {
        let (key, name) = (&spec.key, spec.key.name());
        let _guard = self.locks.lock(&key.to_string()).await;
        self.check(spec)?;
        operation.check(&format!("updating user profile `{name}`"))?;
        let membership = self.membership(operation, key).await?;
        let found = self.api.profile(&key.domain_id, &name).await?;
        let found = found.ok_or_else(|| missing(key))?;
        let claim = operation.claim();
        let stored =
            steps::check_claim(self.api.as_ref(), claim, &key.object(), &found.arn).await?;
        let mark = Mark {
            token: operation.claim().token(stored.as_ref()),
            finished: true,
        };
        let done = self
            .converge(operation, spec, &membership, &mark, false)
            .await;
        let read = self.read(key, Some(&spec.tags)).await;
        steps::updated(done, read, || missing(key))
    }

    /// Deletes a profile and waits until it is gone. With `force`, its apps and its spaces with their
    /// volumes are deleted first.
    ///
    /// # Errors
    /// [`Error::InUse`] without `force` while it has any, [`Error::Foreign`] for a profile of another
    /// state, and those of the calls. One that does not exist is not an error.
    pub async fn delete(
        &self,
        operation: &Operation,
        key: &ProfileKey,
        force: bool,
    ) -> Result<(), Error> {
        let name = key.name();
        let _guard = self.locks.lock(&key.to_string()).await;
        operation.check(&format!("deleting user profile `{name}`"))?;
        let Some(found) = self.api.profile(&key.domain_id, &name).await? else {
            return Ok(());
        };
        if *operation.claim() != Claim::Unknown {
            let claim = operation.claim();
            steps::check_claim(self.api.as_ref(), claim, &key.object(), &found.arn).await?;
        }
        remove(self.api.as_ref(), operation, &key.domain_id, &name, force).await
    }

    fn check(&self, spec: &UserProfileSpec) -> Result<(), Error> {
        spec.check()?;
        let all = self
            .desired_tags(spec)
            .overlaid(&Token::random().tags())
            .overlaid(&Tags::from([(SUSPENDED, "true")]));
        let checked =
            check_user_tags(&spec.tags).and_then(|()| tags::check_together(&all, spec.tags.len()));
        checked.map_err(|error| Error::Invalid {
            attribute: Some("tags"),
            message: error.to_string(),
            remedy: "correct the tags".to_owned(),
        })
    }

    fn desired_tags(&self, spec: &UserProfileSpec) -> Tags {
        let (settings, key) = (self.clients.settings(), &spec.key);
        all_tags(settings, &key.project, &key.user, &spec.tags)
    }

    /// Waits until the domain is ready for profiles.
    async fn check_domain(&self, operation: &Operation, id: &str) -> Result<(), Error> {
        let domain = format!("Studio domain `{id}`");
        let found = steps::settle(operation, &domain, false, || self.api.domain(id)).await?;
        let problem = match found.map(|found| found.status) {
            None => "does not exist".to_owned(),
            Some(Status::InService | Status::UpdateFailed) => return Ok(()),
            Some(status) => format!("has the status `{status}`"),
        };
        Err(Error::Invalid {
            attribute: Some("domain_id"),
            message: format!("Studio domain `{id}` {problem}"),
            remedy: "refer to the `id` of a `mlspace_studio_domain`, so that it is created first"
                .to_owned(),
        })
    }

    /// Takes over what an interrupted create of this profile left; false if there is none, or none any
    /// more.
    async fn adopt(
        &self,
        operation: &Operation,
        key: &ProfileKey,
        mark: &Mark,
    ) -> Result<bool, Error> {
        let Some(found) = self.api.profile(&key.domain_id, &key.name()).await? else {
            return Ok(false);
        };
        if found.status == Status::Deleting {
            self.settle(operation, key, false).await?;
            return Ok(false);
        }
        self.check_unfinished(key, &found).await?;
        let settled = self.settle(operation, key, false).await?;
        match settled.map(|found| found.status) {
            None => Ok(false),
            Some(Status::Failed | Status::DeleteFailed) => {
                remove(
                    self.api.as_ref(),
                    operation,
                    &key.domain_id,
                    &key.name(),
                    false,
                )
                .await?;
                Ok(false)
            }
            Some(_) => {
                // Another create that is still at work finds out by this.
                steps::tag(self.api.as_ref(), operation, &found.arn, &mark.tags()).await?;
                Ok(true)
            }
        }
    }

    /// Calls CreateUserProfile; no error if only its answer was lost.
    async fn call_create(
        &self,
        operation: &Operation,
        spec: &UserProfileSpec,
        membership: &Membership,
        mark: &Mark,
    ) -> Result<(), Error> {
        let (key, name) = (&spec.key, spec.key.name());
        let settings = spec.settings(&membership.role_arn);
        let tags = self
            .desired_tags(spec)
            .overlaid(&mark.tags())
            .overlaid(&membership.tags());
        let what = format!("creating user profile `{name}`");
        let created = retry(operation, &what, || {
            self.api
                .create_profile(&key.domain_id, &name, &settings, &tags)
        })
        .await;
        let Err(error) = created else { return Ok(()) };
        if error.is_denied() {
            return Err(error);
        }
        let found = self.api.profile(&key.domain_id, &name).await?;
        let arn = found.as_ref().map(|found| found.arn.as_str());
        match steps::has_mark(self.api.as_ref(), arn, mark).await? {
            true => Ok(()),
            false => Err(error),
        }
    }

    /// Brings an existing profile in line, its tags last.
    async fn converge(
        &self,
        operation: &Operation,
        spec: &UserProfileSpec,
        membership: &Membership,
        mark: &Mark,
        created: bool,
    ) -> Result<(), Error> {
        let (key, name) = (&spec.key, spec.key.name());
        let settled = self.settle(operation, key, created).await?;
        let found = settled.ok_or_else(|| missing(key))?;
        if found.status == Status::Failed {
            return Err(failed(&found, &name, "failed"));
        }
        let contents = Contents::of_profile(self.api.as_ref(), &key.domain_id, &name);
        if membership.suspended && !created {
            contents.stop(operation).await?;
        }
        let wanted = spec.settings(&membership.role_arn);
        if found.settings != wanted {
            if found.settings.role_arn != wanted.role_arn {
                let apps = contents.live_apps().await?;
                if !apps.is_empty() {
                    return Err(blocked(&format!("user profile `{name}`"), &apps));
                }
            }
            let what = format!("updating user profile `{name}`");
            retry(operation, &what, || {
                let domain = &key.domain_id;
                self.api
                    .update_profile(domain, &name, &wanted, &found.settings)
            })
            .await?;
            let after = self.settle(operation, key, false).await?;
            let after = after.ok_or_else(|| missing(key))?;
            if after.status != Status::InService {
                return Err(failed(&after, &name, "did not take the change"));
            }
        }
        self.set_tags(operation, spec, membership, mark, &found.arn)
            .await
    }

    async fn set_tags(
        &self,
        operation: &Operation,
        spec: &UserProfileSpec,
        membership: &Membership,
        mark: &Mark,
        arn: &str,
    ) -> Result<(), Error> {
        let tags = self.api.tags(arn).await?.unwrap_or_default();
        let desired = self
            .desired_tags(spec)
            .overlaid(&mark.tags())
            .overlaid(&membership.tags());
        let mut change = TagChange::between(&tags, &desired);
        if tags.contains_key(SUSPENDED) && !membership.suspended {
            change.remove.push(SUSPENDED.to_owned());
        }
        steps::change_tags(
            self.api.as_ref(),
            operation,
            "the user profile",
            arn,
            &change,
        )
        .await
    }

    async fn arn(&self, key: &ProfileKey) -> Result<String, Error> {
        let account = self.clients.account().await?;
        let resource = format!("user-profile/{}/{}", key.domain_id, key.name());
        Ok(account.sagemaker_arn(&resource))
    }

    /// A profile that exists and cannot be read at the moment, so that the state does not lose it.
    async fn unread(
        &self,
        spec: &UserProfileSpec,
        membership: &Membership,
        mark: &Mark,
    ) -> Result<StudioUserProfile, Error> {
        let found = ProfileState {
            arn: self.arn(&spec.key).await?,
            status: Status::Pending,
            modified: None,
            failure_reason: None,
            settings: spec.settings(&membership.role_arn),
            home_efs_file_system_uid: None,
        };
        let tags = self.desired_tags(spec).overlaid(&mark.tags());
        let own = Some(&spec.tags);
        Ok(self.profile(&spec.key, found, &tags, own, &membership.role_arn))
    }

    /// Waits until the profile is at rest; `None` when it is gone. One that this operation `created`
    /// may not be visible yet.
    async fn settle(
        &self,
        operation: &Operation,
        key: &ProfileKey,
        created: bool,
    ) -> Result<Option<ProfileState>, Error> {
        let name = key.name();
        let profile = format!("user profile `{name}`");
        steps::settle(operation, &profile, created, || {
            self.api.profile(&key.domain_id, &name)
        })
        .await
    }
}

/// Deletes a profile, whoever manages it, and waits until it is gone; with `force`, its contents first.
pub(super) async fn remove(
    api: &dyn StudioApi,
    operation: &Operation,
    domain: &str,
    name: &str,
    force: bool,
) -> Result<(), Error> {
    let what = format!("waiting for user profile `{name}` to be deleted");
    let asked = AtomicBool::new(false);
    until(operation, &what, Backoff::SLOW, || async {
        let Some(found) = api.profile(domain, name).await? else {
            return Ok(Poll::Ready(()));
        };
        if found.status == Status::DeleteFailed && asked.load(Ordering::Relaxed) {
            return Err(failed(&found, name, "could not be deleted"));
        }
        if found.status.is_transitional() {
            return Ok(Poll::Pending(found.status.to_string()));
        }
        // Members can start apps until the profile is being deleted.
        let contents = Contents::of_profile(api, domain, name);
        if force {
            contents.delete(operation).await?;
        } else {
            contents
                .check_empty(&format!("user profile `{name}`"))
                .await?;
        }
        asked.store(true, Ordering::Relaxed);
        match api.delete_profile(domain, name).await {
            // A read that is older than our call, or an app that was started since.
            Err(error) if error.is("ResourceInUse") => Ok(Poll::Pending("in use".to_owned())),
            answer => answer.map(|()| Poll::Pending("Deleting".to_owned())),
        }
    })
    .await
}

fn failed(found: &ProfileState, name: &str, what: &str) -> Error {
    Error::Conflict {
        message: format!("user profile `{name}` {what}: {}", found.reason()),
        remedy: "correct the cause and apply again".to_owned(),
    }
}

/// The error for a profile that was deleted during an operation.
fn missing(key: &ProfileKey) -> Error {
    Error::NotFound {
        what: format!("user profile `{}`", key.name()),
        remedy: "apply again to create it, because another process deleted it".to_owned(),
    }
}
