//! The provider as a whole.

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use super::{
    data_source::AnyDataSource, diagnostics::Diagnostics, function::Function,
    resource::AnyResource, schema::Schema,
};

/// What Terraform says besides the configuration when it configures the provider.
#[derive(Debug, Clone)]
pub struct ConfigureContext {
    /// Terraform's version, such as `1.15.5`.
    pub terraform_version: String,
    /// Cancelled when Terraform asks the provider to stop.
    pub cancel: CancellationToken,
    /// Names the request, as the log lines of the call do (`tf_req_id`).
    pub request_id: String,
}

/// A provider: its configuration, and what it serves.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// The typed configuration. Attributes and block fields that may be unknown need [`Field`](super::Field) for
    /// validation; [`Provider::configure`] is only called with known values.
    type Model: DeserializeOwned + Send;
    /// What resources and data sources work with once the provider is configured.
    type Client: Clone + Send + Sync + 'static;

    /// The name, which all its type names begin with.
    fn name(&self) -> &'static str;

    /// The schema of its configuration.
    fn schema(&self) -> Schema;

    /// Checks a configuration offline. Values may be unknown.
    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// Makes the client. Terraform configures a provider several times in one command, so this should be cheap: connect
    /// when a connection is first needed.
    async fn configure(
        &self,
        config: Self::Model,
        cx: &ConfigureContext,
    ) -> Result<Self::Client, Diagnostics>;

    /// The resources.
    fn resources(&self) -> Vec<Box<dyn AnyResource<Self::Client>>> {
        Vec::new()
    }

    /// The data sources.
    fn data_sources(&self) -> Vec<Box<dyn AnyDataSource<Self::Client>>> {
        Vec::new()
    }

    /// The functions.
    fn functions(&self) -> Vec<Box<dyn Function>> {
        Vec::new()
    }
}
