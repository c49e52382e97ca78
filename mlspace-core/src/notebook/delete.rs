//! Removing a notebook.

use super::state::Goal;
use crate::{
    aws::{Error, Operation, Platform},
    name::NotebookName,
};

impl Platform {
    /// Stops the instance if it runs, deletes it and waits until it is gone. The record of the daily stop goes first: should this be
    /// interrupted, the instance is what is left, and that is seen and deleted the next time.
    ///
    /// # Errors
    /// What the calls say. An instance that isn't there is no error.
    pub async fn delete_notebook(
        &self,
        operation: &Operation,
        name: &NotebookName,
    ) -> Result<(), Error> {
        let _held = self.lock(&format!("notebook/{name}")).await;
        self.unschedule_stop(operation, name).await?;
        self.drive_notebook(operation, name, Goal::Gone, false)
            .await
            .map(drop)
    }
}
