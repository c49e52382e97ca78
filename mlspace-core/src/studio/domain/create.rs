//! Creating domains.

use super::super::Status;
use super::super::api::{DomainState, ListedDomain, NewDomain};
use super::super::steps;
use super::{DomainSpec, StudioDomain, StudioDomains, missing, object};
use crate::aws::wait::retry;
use crate::aws::{Completed, Error, Failure, Operation};
use crate::ownership::{Mark, Run, Token};
use crate::tags::{SYSTEM, Tags};

impl StudioDomains {
    /// Creates a domain and waits until it is in service.
    ///
    /// `CreateDomain` takes no client token: a domain of this name with the mark of an interrupted
    /// create is finished, or deleted first if it failed or cannot become this one.
    ///
    /// # Errors
    /// [`Error::Exists`] when another domain has the name; with the domain when it exists by then,
    /// which Terraform replaces. Nothing is in it yet.
    pub async fn create(
        &self,
        operation: &Operation,
        spec: &DomainSpec,
    ) -> Result<Completed<StudioDomain>, Failure<StudioDomain>> {
        let _guard = self.locks.lock(&spec.name).await;
        spec.check().map_err(Error::from)?;
        self.check_tags(&spec.tags)?;
        operation.check(&format!("creating Studio domain `{}`", spec.name))?;
        let mut mark = Mark {
            token: Token::random(),
            finished: false,
        };
        let (id, created) = match self.unfinished(operation, spec, &mark).await? {
            Some(id) => (id, false),
            None => (self.create_domain(operation, spec, &mark).await?, true),
        };
        let done = self.converge(operation, spec, &id, &mark, created).await;
        let what = format!("Studio domain `{}`", spec.name);
        let arn = self.arn(&id).await?;
        let target = (what.as_str(), &object(&id), arn.as_str());
        let warning =
            steps::finish(self.api.as_ref(), operation, &done, target, &mark.token).await?;
        mark.finished = true;
        let domain = self.reached(spec, &id, &mark).await;
        steps::created(done, domain, warning, || missing(&id))
    }

    /// The domain after a create; as it was asked for if it cannot be read. `None` if it is gone.
    async fn reached(&self, spec: &DomainSpec, id: &str, mark: &Mark) -> Option<StudioDomain> {
        if let Ok(found) = self.read(id, Some(&spec.tags)).await {
            return found;
        }
        let state = DomainState {
            id: id.to_owned(),
            arn: self.arn(id).await.ok()?,
            name: spec.name.clone(),
            status: Status::Pending,
            failure_reason: None,
            url: None,
            auth_mode: "IAM".to_owned(),
            vpc_id: Some(spec.vpc_id.clone()),
            subnet_ids: spec.subnet_ids.clone(),
            kms_key_id: Some(spec.kms_key_id.clone()),
            home_efs_file_system_id: None,
            settings: spec.settings.clone(),
            deviations: Vec::new(),
        };
        let tags = self.desired_tags(&spec.tags).overlaid(&mark.tags());
        Some(self.domain(state, &tags, Some(&spec.tags)))
    }

    /// Calls CreateDomain; returns the id.
    async fn create_domain(
        &self,
        operation: &Operation,
        spec: &DomainSpec,
        mark: &Mark,
    ) -> Result<String, Error> {
        let tags = self.desired_tags(&spec.tags).overlaid(&mark.tags());
        let new = NewDomain {
            name: &spec.name,
            vpc_id: &spec.vpc_id,
            subnet_ids: &spec.subnet_ids,
            kms_key_id: &spec.kms_key_id,
            settings: &spec.settings,
            tags: &tags,
        };
        let what = format!("creating Studio domain `{}`", spec.name);
        let error = match retry(operation, &what, || self.api.create_domain(&new)).await {
            Ok(id) => return Ok(id),
            Err(error) => error,
        };
        // No response, or the name is in use: the domain may be that of this call.
        if error.is_denied() {
            return Err(error);
        }
        for listed in self.named(&spec.name).await? {
            if self.mark_of(&listed).await?.as_ref() == Some(mark) {
                return Ok(listed.id);
            }
        }
        Err(error)
    }

    /// The id of a domain that an interrupted create left behind, which has the token of `mark` from
    /// now on.
    ///
    /// # Errors
    /// [`Error::Exists`] for a complete domain of this name.
    async fn unfinished(
        &self,
        operation: &Operation,
        spec: &DomainSpec,
        mark: &Mark,
    ) -> Result<Option<String>, Error> {
        let mut found = None;
        for listed in self.named(&spec.name).await? {
            if listed.status == Status::Deleting {
                self.settle(operation, &listed.id, false).await?;
                continue;
            }
            if !self.is_unfinished(&listed).await? {
                return Err(exists(&listed));
            }
            let Some(state) = self.settle(operation, &listed.id, false).await? else {
                continue;
            };
            if state.status == Status::Failed
                || self.fixed_difference(&state, spec).await?.is_some()
            {
                self.remove(operation, &listed.id, false).await?;
                continue;
            }
            // Another create that is still at work finds out by this.
            steps::tag(self.api.as_ref(), operation, &listed.arn, &mark.tags()).await?;
            found = Some(listed.id);
        }
        Ok(found)
    }

    /// Whether an existing domain of this name keeps a new one from being created.
    pub(super) async fn check_new(&self, name: &str, run: &dyn Run) -> Result<(), Error> {
        for listed in self.named(name).await? {
            if listed.status != Status::Deleting
                && !self.is_unfinished(&listed).await?
                // The run does not know yet that both have one name: the plan of the other tells.
                && !run.removes(&object(&listed.id)).await
            {
                return Err(exists(&listed));
            }
        }
        Ok(())
    }

    async fn named(&self, name: &str) -> Result<Vec<ListedDomain>, Error> {
        let mut listed = self.api.domains().await?;
        listed.retain(|one| one.name == name);
        Ok(listed)
    }

    async fn tags_of(&self, listed: &ListedDomain) -> Result<Tags, Error> {
        Ok(self.api.tags(&listed.arn).await?.unwrap_or_default())
    }

    async fn mark_of(&self, listed: &ListedDomain) -> Result<Option<Mark>, Error> {
        Ok(Mark::of(&self.tags_of(listed).await?))
    }

    async fn is_unfinished(&self, listed: &ListedDomain) -> Result<bool, Error> {
        let tags = self.tags_of(listed).await?;
        let ours = tags.get(SYSTEM) == Some(&self.clients.settings().system_tag);
        Ok(ours && Mark::of(&tags).is_some_and(|mark| !mark.finished))
    }

    async fn arn(&self, id: &str) -> Result<String, Error> {
        let account = self.clients.account().await?;
        Ok(account.sagemaker_arn(&format!("domain/{id}")))
    }
}

fn exists(listed: &ListedDomain) -> Error {
    object(&listed.id).exists_of(format!("which is called `{}`", listed.name))
}
