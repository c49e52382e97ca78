//! Updating notebooks in place.

#[cfg(test)]
mod tests;

use super::{
    Notebook, NotebookSpec, Notebooks,
    create::{check_tags, missing_instance},
    limits, object,
};
use crate::aws::{Error, Operation, Outcome};
use crate::ownership::Mark;

impl Notebooks {
    /// Changes a notebook to `spec`, and repairs changes made outside of Terraform.
    ///
    /// SageMaker changes settings only of stopped instances: a running one is stopped, changed, and
    /// started again if it should run. Calling this again finishes an interrupted update, because
    /// it compares the instance with `spec` only.
    ///
    /// # Errors
    /// With the notebook as it is then. A failed instance that SageMaker does not start or change
    /// is an [`Error::Conflict`] that recommends replacement.
    pub async fn update(&self, operation: &Operation, spec: &NotebookSpec) -> Outcome<Notebook> {
        let _guard = self.locks.lock(spec.name.as_str()).await;
        let done = Box::pin(self.update_steps(operation, spec)).await;
        self.updated(spec, done).await
    }

    async fn update_steps(&self, operation: &Operation, spec: &NotebookSpec) -> Result<(), Error> {
        spec.check()?;
        check_tags(spec, self.clients.settings())?;
        let owner = self
            .check_owner(operation, spec, spec.running == Some(true))
            .await?;
        operation.check(&format!("updating notebook `{}`", spec.name))?;
        let found = self
            .instances
            .describe(&spec.name)
            .await?
            .ok_or_else(|| missing_instance(spec))?;
        let existing = (found.instance_type.as_str(), found.volume_size);
        limits::check(&owner.limits, spec, Some(existing))?;
        // Without tags in sight all are set again.
        let tags = self.instances.tags(&found.arn).await?.unwrap_or_default();
        let token = Mark::of(&tags).map(|mark| mark.token);
        let claim = operation.claim();
        claim.check(&object(&spec.name), token.as_ref())?;
        let mark = Mark {
            token: claim.token(token.as_ref()),
            finished: true,
        };
        Box::pin(self.converge(operation, spec, &owner, &tags, &mark, false)).await
    }
}
