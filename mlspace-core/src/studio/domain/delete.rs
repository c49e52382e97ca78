//! Deleting domains.

use std::sync::atomic::{AtomicBool, Ordering};

use super::super::Status;
use super::super::contents::Contents;
use super::super::steps::{self, Described as _};
use super::{StudioDomains, object};
use crate::aws::wait::until;
use crate::aws::{Backoff, Error, Operation, Poll};
use crate::ownership::Claim;

impl StudioDomains {
    /// Deletes a domain and waits until it is gone. With `force`, what is in it is deleted first:
    /// apps, spaces with their volumes, profiles.
    ///
    /// # Errors
    /// [`Error::InUse`] without `force` while profiles or spaces are in it, [`Error::Foreign`] for a
    /// domain of another state, and those of the calls. One that does not exist is not an error.
    pub async fn delete(&self, operation: &Operation, id: &str, force: bool) -> Result<(), Error> {
        operation.check(&format!("deleting Studio domain `{id}`"))?;
        let Some(found) = self.api.domain(id).await? else {
            return Ok(());
        };
        let _guard = self.locks.lock(&found.name).await;
        if *operation.claim() != Claim::Unknown {
            let claim = operation.claim();
            steps::check_claim(self.api.as_ref(), claim, &object(id), &found.arn).await?;
        }
        self.remove(operation, id, force).await
    }

    /// As [`Self::delete`], whoever manages it.
    pub(super) async fn remove(
        &self,
        operation: &Operation,
        id: &str,
        force: bool,
    ) -> Result<(), Error> {
        let what = format!("waiting for Studio domain `{id}` to be deleted");
        let asked = AtomicBool::new(false);
        until(operation, &what, Backoff::SLOW, || async {
            let Some(found) = self.api.domain(id).await? else {
                return Ok(Poll::Ready(()));
            };
            if found.status == Status::DeleteFailed && asked.load(Ordering::Relaxed) {
                return Err(Error::Conflict {
                    message: format!(
                        "the deletion of Studio domain `{id}` failed: {}",
                        found.reason()
                    ),
                    remedy: "correct the cause and apply again".to_owned(),
                });
            }
            if found.status.is_transitional() {
                return Ok(Poll::Pending(found.status.to_string()));
            }
            // Members can start apps, and others add profiles, until the domain is being deleted.
            let contents = Contents::of_domain(self.api.as_ref(), id);
            if force {
                contents.delete(operation).await?;
            } else {
                contents
                    .check_empty(&format!("Studio domain `{id}`"))
                    .await?;
            }
            asked.store(true, Ordering::Relaxed);
            match self.api.delete_domain(id).await {
                // A read that is older than our call, or a profile that was added since.
                Err(error) if error.is("ResourceInUse") => Ok(Poll::Pending("in use".to_owned())),
                answer => answer.map(|()| Poll::Pending("Deleting".to_owned())),
            }
        })
        .await
    }
}
