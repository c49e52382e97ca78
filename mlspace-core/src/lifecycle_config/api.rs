//! SageMaker's calls on lifecycle configurations of notebook instances.

use async_trait::async_trait;

use crate::aws::Error;
use crate::tags::Tags;

/// The scripts of a configuration, decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scripts {
    /// Runs once, when an instance is created.
    pub(crate) on_create: Option<String>,
    /// Runs at each start, the first included.
    pub(crate) on_start: Option<String>,
}

/// A configuration as SageMaker describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Described {
    pub(crate) arn: String,
    pub(crate) scripts: Scripts,
}

/// SageMaker's calls on lifecycle configurations.
#[async_trait]
pub(crate) trait LifecycleConfigApi: Send + Sync {
    /// DescribeNotebookInstanceLifecycleConfig; `None` if it does not exist.
    async fn describe(&self, name: &str) -> Result<Option<Described>, Error>;
    /// ListTags, without AWS's own tags.
    async fn tags(&self, arn: &str) -> Result<Tags, Error>;
    /// Names of the notebook instances that use it, by ListNotebookInstances.
    async fn users(&self, name: &str) -> Result<Vec<String>, Error>;

    /// CreateNotebookInstanceLifecycleConfig; returns the ARN.
    async fn create(&self, name: &str, scripts: &Scripts, tags: &Tags) -> Result<String, Error>;
    /// UpdateNotebookInstanceLifecycleConfig. Scripts that are `None` are removed.
    async fn update(&self, name: &str, scripts: &Scripts) -> Result<(), Error>;
    /// AddTags.
    async fn add_tags(&self, arn: &str, tags: &Tags) -> Result<(), Error>;
    /// DeleteNotebookInstanceLifecycleConfig. One that does not exist is not an error.
    async fn delete(&self, name: &str) -> Result<(), Error>;
}

/// Whether SageMaker's message says that the configuration does not exist. The code is
/// `ValidationException`, as for most of SageMaker's errors.
pub(super) fn is_missing(error: &Error) -> bool {
    let gone = [
        "not found",
        "does not exist",
        "RecordNotFound",
        "Could not find",
    ];
    error.is_absent()
        || matches!(error, Error::Aws { service: "sagemaker", message, .. }
            if gone.iter().any(|words| message.contains(words)))
}
