//! Changing a notebook in place.

use super::{Notebook, NotebookSpec, Notebooks, create::vanished};
use crate::{
    aws::{Error, Operation, Outcome},
    tags::check_user_tags,
};

impl Notebooks {
    /// Leads a notebook to `spec`, mending what was changed outside on the way.
    ///
    /// Settings of the machine change at rest: a running instance is stopped, changed, and started again if it should run. What was
    /// interrupted halfway is finished by calling this again, since only `spec` and the instance decide, never what was done before.
    ///
    /// # Errors
    /// With the notebook as it is by then. A failed instance that SageMaker doesn't bring back is an [`Error::Conflict`] that asks for
    /// replacement.
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
            .ok_or_else(|| vanished(spec))?;
        let tags = self
            .instances
            .tags(&found.arn)
            .await?
            .ok_or_else(|| vanished(spec))?;
        Box::pin(self.converge(operation, spec, &owner, &tags)).await
    }
}
