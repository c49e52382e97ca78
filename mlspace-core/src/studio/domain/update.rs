//! Changing domains.

use super::super::Status;
use super::super::api::{DomainChange, DomainState};
use super::super::contents::{Contents, blocked};
use super::super::steps::{self, Described as _};
use super::{DomainSpec, StudioDomain, StudioDomains, missing, needs_no_apps, object};
use crate::aws::wait::retry;
use crate::aws::{Error, Operation, Outcome};
use crate::notebook::{TagChange, is_same_key};
use crate::ownership::Mark;

impl StudioDomains {
    /// Changes settings and tags, and repairs what every domain of a platform has.
    ///
    /// # Errors
    /// [`Error::InUse`] with the running apps for a change that they block, [`Error::Foreign`] for a
    /// domain of another state, [`Error::Conflict`] for a change that only a replacement makes, and
    /// those of the calls.
    pub async fn update(
        &self,
        operation: &Operation,
        id: &str,
        spec: &DomainSpec,
    ) -> Outcome<StudioDomain> {
        let _guard = self.locks.lock(&spec.name).await;
        operation.check(&format!("updating Studio domain `{id}`"))?;
        spec.check().map_err(Error::from)?;
        self.check_tags(&spec.tags)?;
        let found = self.api.domain(id).await?.ok_or_else(|| missing(id))?;
        let claim = operation.claim();
        let stored = steps::check_claim(self.api.as_ref(), claim, &object(id), &found.arn).await?;
        let mark = Mark {
            token: operation.claim().token(stored.as_ref()),
            finished: true,
        };
        let done = self.converge(operation, spec, id, &mark, false).await;
        let read = self.read(id, Some(&spec.tags)).await;
        steps::updated(done, read, || missing(id))
    }

    /// Brings an existing domain in line, its tags last.
    pub(super) async fn converge(
        &self,
        operation: &Operation,
        spec: &DomainSpec,
        id: &str,
        mark: &Mark,
        created: bool,
    ) -> Result<(), Error> {
        let settled = self.settle(operation, id, created).await?;
        let found = settled.ok_or_else(|| missing(id))?;
        if found.status == Status::Failed {
            return Err(failed(&found, "failed"));
        }
        if let Some(what) = self.fixed_difference(&found, spec).await? {
            return Err(Error::Conflict {
                message: format!("{what} of Studio domain `{id}` cannot be changed"),
                remedy: "replace the domain, which loses all spaces in it".to_owned(),
            });
        }
        let same = found.deviations.is_empty()
            && found.subnet_ids == spec.subnet_ids
            && found.settings == spec.settings;
        if !same {
            self.change(operation, &found, spec).await?;
        }
        let tags = self.api.tags(&found.arn).await?.unwrap_or_default();
        let desired = self.desired_tags(&spec.tags).overlaid(&mark.tags());
        let change = TagChange::between(&tags, &desired);
        steps::change_tags(
            self.api.as_ref(),
            operation,
            "the domain",
            &found.arn,
            &change,
        )
        .await
    }

    /// Calls UpdateDomain and waits until the change is effective.
    async fn change(
        &self,
        operation: &Operation,
        found: &DomainState,
        spec: &DomainSpec,
    ) -> Result<(), Error> {
        let id = found.id.as_str();
        let before = (
            found.subnet_ids.as_slice(),
            found.settings.execution_role_arn.as_str(),
        );
        if needs_no_apps(before, &found.deviations, spec) {
            let apps = Contents::of_domain(self.api.as_ref(), id)
                .live_apps()
                .await?;
            if !apps.is_empty() {
                return Err(blocked(&format!("Studio domain `{id}`"), &apps));
            }
        }
        let change = DomainChange {
            found,
            vpc_id: &spec.vpc_id,
            subnet_ids: &spec.subnet_ids,
            settings: &spec.settings,
        };
        let what = format!("updating Studio domain `{id}`");
        retry(operation, &what, || self.api.update_domain(&change)).await?;
        let after = self.settle(operation, id, false).await?;
        let after = after.ok_or_else(|| missing(id))?;
        match after.status {
            Status::InService => Ok(()),
            _ => Err(failed(&after, "did not take the change")),
        }
    }

    /// What differs that no change in place alters.
    pub(super) async fn fixed_difference(
        &self,
        found: &DomainState,
        spec: &DomainSpec,
    ) -> Result<Option<&'static str>, Error> {
        let account = self.clients.account().await?;
        let same_key = found
            .kms_key_id
            .as_deref()
            .is_some_and(|key| is_same_key(account, key, &spec.kms_key_id));
        Ok(match () {
            () if found.name != spec.name => Some("the name"),
            () if found.vpc_id.as_ref() != Some(&spec.vpc_id) => Some("the VPC"),
            () if !same_key => Some("the KMS key"),
            () => None,
        })
    }
}

fn failed(found: &DomainState, what: &str) -> Error {
    Error::Conflict {
        message: format!("Studio domain `{}` {what}: {}", found.name, found.reason()),
        remedy: "correct the cause and apply again".to_owned(),
    }
}
