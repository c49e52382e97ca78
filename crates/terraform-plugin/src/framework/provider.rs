//! The provider: its configuration and the types that it serves.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use super::{
    data_source::AnyDataSource, diagnostics::Diagnostics, ephemeral::AnyEphemeralResource,
    function::Function, resource::AnyResource, schema::Schema,
};

/// The context of [`Provider::configure`].
#[derive(Debug, Clone)]
pub struct ConfigureContext {
    /// Version of Terraform, such as `1.15.5`.
    pub terraform_version: String,
    /// Cancelled when Terraform asks the provider to stop.
    pub cancel: CancellationToken,
}

/// An attribute of every resource identity whose value comes from the configured provider: where
/// the object is, such as an account or a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeAttribute {
    /// The name.
    pub name: &'static str,
    /// The description in Markdown.
    pub description: &'static str,
}

/// A provider.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// The typed configuration. Attributes that can be unknown need a [`Field`](super::Field),
    /// because [`Provider::validate`] gets them. [`Provider::configure`] is only called with known
    /// values.
    type Model: DeserializeOwned + Send;
    /// The client that resources and data sources get from the configured provider.
    type Client: Clone + Send + Sync + 'static;

    /// The name, with which all type names start.
    fn name(&self) -> &'static str;

    /// The schema of the provider configuration.
    fn schema(&self) -> Schema;

    /// Validates a configuration without a client. Values can be unknown.
    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// Creates the client. Terraform configures a provider multiple times per command, so this
    /// should be cheap. Connect when a connection is first needed.
    async fn configure(
        &self,
        config: Self::Model,
        cx: &ConfigureContext,
    ) -> Result<Self::Client, Diagnostics>;

    /// Runs `work`, which creates, changes or deletes an object of a resource, and returns its
    /// result. A provider can give it a context of its own, such as a task-local value. `cancel` is
    /// cancelled when Terraform asks the provider to stop.
    fn run<T: Send>(
        &self,
        cancel: &CancellationToken,
        work: impl Future<Output = T> + Send,
    ) -> impl Future<Output = T> + Send {
        let _ = cancel;
        work
    }

    /// The attributes of every resource identity that say where an object is, in addition to those
    /// of the resource. They are optional for an import: one that names another place than that of
    /// the provider is refused.
    fn identity_scope(&self) -> &'static [ScopeAttribute] {
        &[]
    }

    /// Version of the resource identities. A new attribute of
    /// [`identity_scope`](Self::identity_scope) needs a new version; stored identities of older
    /// versions get it with the next refresh.
    fn identity_version(&self) -> i64 {
        0
    }

    /// The values of [`identity_scope`](Self::identity_scope) by name. Those that cannot be found
    /// are left out.
    async fn scope(&self, client: &Self::Client) -> BTreeMap<&'static str, String> {
        let _ = client;
        BTreeMap::new()
    }

    /// The resources.
    fn resources(&self) -> Vec<Box<dyn AnyResource<Self::Client>>> {
        Vec::new()
    }

    /// The data sources.
    fn data_sources(&self) -> Vec<Box<dyn AnyDataSource<Self::Client>>> {
        Vec::new()
    }

    /// The ephemeral resources.
    fn ephemeral_resources(&self) -> Vec<Box<dyn AnyEphemeralResource<Self::Client>>> {
        Vec::new()
    }

    /// The functions.
    fn functions(&self) -> Vec<Box<dyn Function>> {
        Vec::new()
    }
}
