//! Removing a notebook.

use super::Notebooks;
use super::state::DesiredState;
use crate::{
    aws::{Error, Operation},
    name::NotebookName,
};

impl Notebooks {
    /// Stops the instance if it runs, deletes it and waits until it is gone. The record of the daily stop goes first: should this be
    /// interrupted, the instance is what is left, and that is seen and deleted the next time.
    ///
    /// # Errors
    /// What the calls say. An instance that isn't there is no error.
    pub async fn delete(&self, operation: &Operation, name: &NotebookName) -> Result<(), Error> {
        let _guard = self.locks.lock(name.as_str()).await;
        self.schedule.remove(operation, name).await?;
        self.instances
            .drive(operation, name, DesiredState::Gone, false)
            .await
            .map(drop)
    }
}
