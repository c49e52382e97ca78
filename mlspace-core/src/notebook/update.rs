//! Updating notebooks in place.

#[cfg(test)]
mod tests;

use super::{Notebook, NotebookSpec, Notebooks, create::missing_instance};
use crate::{
    aws::{Error, Operation, Outcome},
    tags::check_user_tags,
};

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
        self.outcome(spec, done).await
    }

    async fn update_steps(&self, operation: &Operation, spec: &NotebookSpec) -> Result<(), Error> {
        spec.check()?;
        check_user_tags(&spec.tags).map_err(|error| Error::Invalid {
            attribute: Some("tags"),
            message: error.to_string(),
            remedy: "correct the tags".to_owned(),
        })?;
        let owner = self.check_owner(spec).await?;
        operation.check(&format!("updating notebook `{}`", spec.name))?;
        let found = self
            .instances
            .describe(&spec.name)
            .await?
            .ok_or_else(|| missing_instance(spec))?;
        let tags = self
            .instances
            .tags(&found.arn)
            .await?
            .ok_or_else(|| missing_instance(spec))?;
        Box::pin(self.converge(operation, spec, &owner, &tags)).await
    }
}
