//! Ephemeral resources: values that exist during one run of Terraform only, such as a token or a
//! presigned URL. Terraform stores them neither in the state nor in a plan.

use std::fmt;
use std::time::SystemTime;

use async_trait::async_trait;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    call::Call,
    diagnostics::Diagnostics,
    resource::{read_config, read_model, write_model},
    schema::Schema,
    value::Value,
};

/// An ephemeral resource that is open.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened<M> {
    /// The object: the configuration, with the computed attributes.
    pub result: M,
    /// When Terraform has to call [`EphemeralResource::renew`]; `None` for never.
    pub renew_at: Option<SystemTime>,
}

impl<M> Opened<M> {
    /// An object that needs no renewal.
    pub const fn new(result: M) -> Self {
        Self {
            result,
            renew_at: None,
        }
    }

    /// Sets the time of the first renewal.
    #[must_use]
    pub const fn renew_at(mut self, time: SystemTime) -> Self {
        self.renew_at = Some(time);
        self
    }
}

/// Without the result, which is secret.
impl<M> fmt::Debug for Opened<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("renew_at", &self.renew_at)
            .finish_non_exhaustive()
    }
}

/// An ephemeral resource type. `C` is the client type of the provider.
///
/// Terraform (1.10 and newer) opens it in each plan and each apply, renews it while it is in use,
/// and closes it at the end. The private state of [`Call`] goes from `open` to `renew` and `close`.
#[async_trait]
pub trait EphemeralResource<C: Sync + 'static>: Send + Sync + 'static {
    /// The typed object: both configuration and result.
    type Model: Serialize + DeserializeOwned + Send + Sync;

    /// The full type name, such as `example_token`.
    fn type_name(&self) -> &'static str;

    /// The schema.
    fn schema(&self) -> Schema;

    /// Validates a configuration without a client. Values can be unknown.
    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// Opens it. Defaults are set in the configuration, and no value is unknown: while one is, the
    /// server answers for the resource that the computed attributes are unknown.
    ///
    /// Computed attributes can be unknown in the result, for a plan in which the object that they
    /// are about does not exist yet. Terraform does not close what returned an error, so an `open`
    /// that fails takes back what it did.
    async fn open(
        &self,
        client: &C,
        cx: &mut Call,
        config: Self::Model,
    ) -> Result<Opened<Self::Model>, Diagnostics>;

    /// Extends its life. The result that Terraform has stays as it is. Returns the time of the next
    /// renewal, or `None` if there is none.
    async fn renew(&self, client: &C, cx: &mut Call) -> Result<Option<SystemTime>, Diagnostics> {
        let _ = (client, cx);
        Ok(None)
    }

    /// Ends it. Terraform calls this once, whether or not it was renewed, with the private state of
    /// `open`. As `renew`, it has the schema's default timeouts: Terraform sends no configuration.
    async fn close(&self, client: &C, cx: &mut Call) -> Result<(), Diagnostics> {
        let _ = (client, cx);
        Ok(())
    }
}

/// An ephemeral resource without its model type, as the server stores it. Implemented for every
/// [`EphemeralResource`].
#[async_trait]
pub trait AnyEphemeralResource<C: Sync + 'static>: Send + Sync + 'static {
    /// See [`EphemeralResource::type_name`].
    fn type_name(&self) -> &'static str;

    /// See [`EphemeralResource::schema`].
    fn schema(&self) -> Schema;

    /// See [`EphemeralResource::validate`]. `diagnostics` has the errors of the schema's own checks.
    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics);

    /// See [`EphemeralResource::open`].
    async fn open(
        &self,
        schema: &Schema,
        client: &C,
        cx: &mut Call,
        config: &Value,
    ) -> Result<Opened<Value>, Diagnostics>;

    /// See [`EphemeralResource::renew`].
    async fn renew(&self, client: &C, cx: &mut Call) -> Result<Option<SystemTime>, Diagnostics>;

    /// See [`EphemeralResource::close`].
    async fn close(&self, client: &C, cx: &mut Call) -> Result<(), Diagnostics>;
}

#[async_trait]
impl<C: Sync + 'static, E: EphemeralResource<C>> AnyEphemeralResource<C> for E {
    fn type_name(&self) -> &'static str {
        EphemeralResource::type_name(self)
    }

    fn schema(&self) -> Schema {
        EphemeralResource::schema(self)
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        match read_model(config) {
            Ok(model) => EphemeralResource::validate(self, &model, diagnostics),
            // A value that the schema's rules reject may not fit the model.
            Err(_) if diagnostics.has_errors() => {}
            Err(bug) => diagnostics.extend(bug),
        }
    }

    async fn open(
        &self,
        schema: &Schema,
        client: &C,
        cx: &mut Call,
        config: &Value,
    ) -> Result<Opened<Value>, Diagnostics> {
        let model = read_config(config, schema)?;
        let Opened { result, renew_at } = EphemeralResource::open(self, client, cx, model).await?;
        match write_model(&result, schema, config) {
            Ok(result) => Ok(Opened { result, renew_at }),
            // Terraform will not close it.
            Err(mut bug) => {
                if let Err(errors) = EphemeralResource::close(self, client, cx).await {
                    bug.extend(errors);
                }
                Err(bug)
            }
        }
    }

    async fn renew(&self, client: &C, cx: &mut Call) -> Result<Option<SystemTime>, Diagnostics> {
        EphemeralResource::renew(self, client, cx).await
    }

    async fn close(&self, client: &C, cx: &mut Call) -> Result<(), Diagnostics> {
        EphemeralResource::close(self, client, cx).await
    }
}
