//! Deleting notebooks.

use super::instances::Since;
use super::state::DesiredState;
use super::{Notebooks, object};
use crate::{
    aws::{Error, Operation},
    name::NotebookName,
    ownership::{Claim, Mark},
};

impl Notebooks {
    /// Stops the instance if it runs, deletes it and waits until it is gone. The record of the
    /// daily stop is deleted first: after an interruption the instance is left, which the next
    /// apply finds and deletes.
    ///
    /// # Errors
    /// Those of the calls. An instance that does not exist is not an error.
    pub async fn delete(&self, operation: &Operation, name: &NotebookName) -> Result<(), Error> {
        let _guard = self.locks.lock(name.as_str()).await;
        if *operation.claim() != Claim::Unknown
            && let Some(found) = self.instances.describe(name).await?
        {
            let tags = self.instances.tags(&found.arn).await?.unwrap_or_default();
            let token = Mark::of(&tags).map(|mark| mark.token);
            operation.claim().check(&object(name), token.as_ref())?;
        }
        self.stops.remove(operation, name).await?;
        self.instances
            .drive(operation, name, DesiredState::Gone, Since::Before)
            .await
            .map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{instance_calls, platform, platform_with, spec};
    use super::super::{NotebookSpec, Status};
    use super::*;
    use crate::services::Services;
    use crate::testing::{FakePlatform, converges, operation};

    async fn delete(platform: &FakePlatform) -> Result<(), Error> {
        let notebooks = &platform.services.notebooks;
        notebooks.delete(&operation(), &spec().name).await
    }

    fn set_status(platform: &FakePlatform, status: Status) {
        let name = spec().name;
        platform
            .notebooks
            .edit(name.as_str(), |instance| instance.state.status = status);
    }

    fn scheduled() -> NotebookSpec {
        NotebookSpec {
            daily_stop_time: Some("19:00".parse().unwrap()),
            ..spec()
        }
    }

    #[tokio::test]
    async fn delete_stops_running_instance() {
        let platform = platform_with(&scheduled()).await;
        delete(&platform).await.unwrap();
        assert!(platform.notebooks.instances().is_empty());
        assert!(
            platform
                .records
                .items("mlspace-resource-schedule")
                .is_empty()
        );
        assert_eq!(
            instance_calls(&platform),
            ["StopNotebookInstance", "DeleteNotebookInstance"]
        );
    }

    #[tokio::test]
    async fn delete_needs_no_stop_at_rest() {
        for status in [Status::Stopped, Status::Failed] {
            let platform = platform_with(&spec()).await;
            set_status(&platform, status);
            delete(&platform).await.unwrap();
            assert!(platform.notebooks.instances().is_empty());
            assert_eq!(instance_calls(&platform), ["DeleteNotebookInstance"]);
        }
    }

    #[tokio::test]
    async fn delete_waits_for_deletion_of_others() {
        let platform = platform_with(&spec()).await;
        set_status(&platform, Status::Deleting);
        delete(&platform).await.unwrap();
        assert!(platform.notebooks.instances().is_empty());
        assert_eq!(instance_calls(&platform), Vec::<String>::new());
    }

    #[tokio::test]
    async fn delete_of_absent_instance_succeeds() {
        let platform = platform().await;
        delete(&platform).await.unwrap();
    }

    #[tokio::test]
    async fn delete_reports_denied_call() {
        let platform = platform_with(&scheduled()).await;
        platform.faults.deny("DeleteNotebookInstance");
        let error = delete(&platform).await.unwrap_err();
        assert!(error.is_denied(), "{error}");
        assert_eq!(platform.notebooks.instances().len(), 1);
    }

    #[tokio::test]
    async fn delete_converges() {
        converges(
            || async { platform_with(&scheduled()).await },
            async |services: &Services| {
                let notebooks = &services.notebooks;
                notebooks.delete(&operation(), &spec().name).await
            },
        )
        .await;
    }
}
