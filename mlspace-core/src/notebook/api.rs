//! SageMaker's calls on notebook instances, one method per call. Lists include all pages.

use std::time::Duration;

use async_trait::async_trait;

use super::instance::InstanceState;
use super::settings::SettingsChange;
use super::{Network, NotebookSpec, Status};
use crate::aws::Error;
use crate::name::NotebookName;
use crate::presigned::SecretUrl;
use crate::tags::Tags;

/// A notebook instance as ListNotebookInstances returns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListedInstance {
    /// The instance's name.
    pub(crate) name: NotebookName,
    /// Its ARN.
    pub(crate) arn: String,
    /// Its status when it was listed.
    pub(crate) status: Status,
    /// When it was created, in milliseconds since the epoch.
    pub(crate) created: Option<i64>,
    /// When it was changed last, in milliseconds since the epoch.
    pub(crate) modified: Option<i64>,
}

/// A notebook instance to create.
#[derive(Clone, Debug)]
pub(crate) struct NewInstance<'a> {
    /// Name, type, volume and platform.
    pub(crate) spec: &'a NotebookSpec,
    /// Subnet, security groups, key and lifecycle configuration.
    pub(crate) network: &'a Network,
    /// ARN of the role.
    pub(crate) role_arn: &'a str,
    /// All tags.
    pub(crate) tags: &'a Tags,
}

/// SageMaker's calls on notebook instances. An instance that does not exist is `None` for reads,
/// and an error for which [`is_missing`] holds for writes.
#[async_trait]
pub(crate) trait NotebookApi: Send + Sync {
    /// ListNotebookInstances. Instances whose names are not valid names here are left out.
    async fn list(&self) -> Result<Vec<ListedInstance>, Error>;
    /// DescribeNotebookInstance.
    async fn describe(&self, name: &NotebookName) -> Result<Option<InstanceState>, Error>;
    /// ListTags, without AWS's own tags (`aws:…`).
    async fn tags(&self, arn: &str) -> Result<Option<Tags>, Error>;

    /// AddTags.
    async fn add_tags(&self, arn: &str, tags: &Tags) -> Result<(), Error>;
    /// DeleteTags.
    async fn delete_tags(&self, arn: &str, keys: &[String]) -> Result<(), Error>;
    /// CreateNotebookInstance, without root access and direct internet access.
    async fn create(&self, instance: &NewInstance<'_>) -> Result<(), Error>;
    /// UpdateNotebookInstance.
    async fn update(&self, name: &NotebookName, change: &SettingsChange) -> Result<(), Error>;
    /// StartNotebookInstance.
    async fn start(&self, name: &NotebookName) -> Result<(), Error>;
    /// StopNotebookInstance.
    async fn stop(&self, name: &NotebookName) -> Result<(), Error>;
    /// DeleteNotebookInstance.
    async fn delete(&self, name: &NotebookName) -> Result<(), Error>;

    /// CreatePresignedNotebookInstanceUrl; without `session`, for 12 hours.
    async fn presigned_url(
        &self,
        name: &NotebookName,
        session: Option<Duration>,
    ) -> Result<SecretUrl, Error>;
}

/// Whether SageMaker's message contains these words. SageMaker returns `ValidationException` for
/// most errors, which only their messages tell apart.
fn has_message(error: &Error, words: &str) -> bool {
    matches!(error, Error::Aws { service: "sagemaker", message, .. } if message.contains(words))
}

/// Whether the instance does not exist. The calls on instances return `RecordNotFound`.
pub(super) fn is_missing(error: &Error) -> bool {
    error.is_absent() || has_message(error, "RecordNotFound")
}

/// Whether the instance is in the wrong status for the call: "Status (…) not in (…). Unable to
/// transition to (…)".
pub(super) fn is_wrong_status(error: &Error) -> bool {
    has_message(error, "Unable to transition to")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(message: &str) -> Error {
        Error::Aws {
            service: "sagemaker",
            operation: "DescribeNotebookInstance",
            code: "ValidationException".to_owned(),
            message: message.to_owned(),
            request_id: None,
        }
    }

    #[test]
    fn is_missing_and_is_wrong_status_read_messages() {
        assert!(is_missing(&refused("RecordNotFound")));
        assert!(!is_missing(&refused("1 validation error detected")));
        let status = refused(
            "Status (Stopped) not in ([InService]). Unable to transition to (Stopping) for Notebook Instance (x)",
        );
        assert!(is_wrong_status(&status) && !is_missing(&status));
    }
}
