//! Changing a notebook in place.

use super::{
    Notebook, NotebookSpec,
    create::{lock_key, vanished},
};
use crate::{
    aws::{Error, Operation, Outcome, Platform},
    tags::check_user_tags,
};

impl Platform {
    /// Leads a notebook to `spec`, mending what was changed outside on the way.
    ///
    /// Settings of the machine change at rest: a running instance is stopped, changed, and started again if it should run. What was
    /// interrupted halfway is finished by calling this again, since only `spec` and the instance decide, never what was done before.
    ///
    /// # Errors
    /// With the notebook as it is by then. A failed instance that SageMaker doesn't bring back is an [`Error::Conflict`] that asks for
    /// replacement.
    pub async fn update_notebook(
        &self,
        operation: &Operation,
        spec: &NotebookSpec,
    ) -> Outcome<Notebook> {
        let _held = self.lock(&lock_key(spec)).await;
        let done = Box::pin(self.update_notebook_steps(operation, spec)).await;
        self.notebook_outcome(spec, done).await
    }

    async fn update_notebook_steps(
        &self,
        operation: &Operation,
        spec: &NotebookSpec,
    ) -> Result<(), Error> {
        spec.check()?;
        check_user_tags(&spec.tags).map_err(|error| Error::Invalid {
            attribute: Some("tags"),
            message: error.to_string(),
            remedy: "correct the tags".to_owned(),
        })?;
        let tenancy = self.admit_notebook(spec).await?;
        operation.check(&format!("updating notebook `{}`", spec.name))?;
        let found = self
            .describe_notebook(&spec.name)
            .await?
            .ok_or_else(|| vanished(spec))?;
        let tags = self
            .notebook_tags(&found.arn)
            .await?
            .ok_or_else(|| vanished(spec))?;
        Box::pin(self.converge_notebook(operation, spec, &tenancy, &tags)).await
    }
}
