//! Data sources.

use async_trait::async_trait;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    call::Call,
    diagnostics::Diagnostics,
    resource::{read_config, read_model, write_model},
    schema::Schema,
    value::Value,
};

/// A data source type. `C` is the client type of the provider.
#[async_trait]
pub trait DataSource<C: Sync + 'static>: Send + Sync + 'static {
    /// The typed object: both configuration and result.
    type Model: Serialize + DeserializeOwned + Send + Sync;

    /// The full type name, such as `example_server`.
    fn type_name(&self) -> &'static str;

    /// The schema.
    fn schema(&self) -> Schema;

    /// Validates a configuration without a client. Values can be unknown.
    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// Reads the data source. Defaults are set in the configuration, and no value is unknown.
    async fn read(
        &self,
        client: &C,
        cx: &mut Call,
        config: Self::Model,
    ) -> Result<Self::Model, Diagnostics>;
}

/// A data source without its model type, as the server stores it. Implemented for every
/// [`DataSource`].
#[async_trait]
pub trait AnyDataSource<C: Sync + 'static>: Send + Sync + 'static {
    /// See [`DataSource::type_name`].
    fn type_name(&self) -> &'static str;

    /// See [`DataSource::schema`].
    fn schema(&self) -> Schema;

    /// See [`DataSource::validate`]. `diagnostics` has the errors of the schema's own checks.
    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics);

    /// See [`DataSource::read`].
    async fn read(
        &self,
        schema: &Schema,
        client: &C,
        cx: &mut Call,
        config: &Value,
    ) -> Result<Value, Diagnostics>;
}

#[async_trait]
impl<C: Sync + 'static, D: DataSource<C>> AnyDataSource<C> for D {
    fn type_name(&self) -> &'static str {
        DataSource::type_name(self)
    }

    fn schema(&self) -> Schema {
        DataSource::schema(self)
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        match read_model(config) {
            Ok(model) => DataSource::validate(self, &model, diagnostics),
            // A value that the schema's rules reject may not fit the model.
            Err(_) if diagnostics.has_errors() => {}
            Err(bug) => diagnostics.extend(bug),
        }
    }

    async fn read(
        &self,
        schema: &Schema,
        client: &C,
        cx: &mut Call,
        config: &Value,
    ) -> Result<Value, Diagnostics> {
        let model = DataSource::read(self, client, cx, read_config(config, schema)?).await?;
        write_model(&model, schema, config)
    }
}
