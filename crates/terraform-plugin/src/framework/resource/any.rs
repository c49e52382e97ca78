//! Resources without their model type: values in, values out.

use std::{collections::BTreeMap, fmt::Display};

use async_trait::async_trait;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value as Json;

use super::{Change, Failed, Plan, Resource};
use crate::framework::{
    call::{Call, Private},
    diagnostics::Diagnostics,
    model,
    path::Path,
    plan,
    schema::Schema,
    value::Value,
    value_error::ValueError,
};

/// [`Failed`] without the model type.
#[derive(Debug)]
pub struct FailedValue {
    /// Diagnostics with at least one error.
    pub diagnostics: Diagnostics,
    /// The state that was reached; `None` if nothing was created or changed.
    pub state: Option<Value>,
}

/// The result of [`AnyResource::modify_plan`].
#[derive(Debug)]
pub struct Planned {
    /// The planned state.
    pub proposed: Value,
    /// The attributes whose change requires replacement.
    pub replace: Vec<Path>,
    /// Warnings and errors.
    pub diagnostics: Diagnostics,
    /// The private state to plan; `None` to keep that of the prior state.
    pub private: Option<Private>,
}

/// A resource without its model type, as the server stores it. Implemented for every [`Resource`].
///
/// `schema` is the resource's own schema. Values are objects of its type.
#[async_trait]
pub trait AnyResource<C: Sync + 'static>: Send + Sync + 'static {
    /// See [`Resource::type_name`].
    fn type_name(&self) -> &'static str;

    /// See [`Resource::schema`].
    fn schema(&self) -> Schema;

    /// See [`Resource::validate`]. `diagnostics` has the errors of the schema's own checks.
    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics);

    /// See [`Resource::modify_plan`]. `values` are configuration, prior state and planned state;
    /// `replacing` is true if the plan replaces the resource.
    async fn modify_plan(
        &self,
        schema: &Schema,
        client: Option<&C>,
        cx: &Call,
        values: (&Value, &Value, &Value),
        replacing: bool,
    ) -> Result<Planned, Diagnostics>;

    /// See [`Resource::review`].
    fn review(&self, cx: &Call, state: &Value, change: Change, diagnostics: &mut Diagnostics) {
        let _ = (cx, state, change, diagnostics);
    }

    /// See [`Resource::plan_destroy`].
    async fn plan_destroy(
        &self,
        client: Option<&C>,
        cx: &Call,
        state: &Value,
        diagnostics: &mut Diagnostics,
    );

    /// See [`Resource::create`].
    async fn create(
        &self,
        schema: &Schema,
        client: &C,
        cx: &mut Call,
        planned: &Value,
    ) -> Result<Value, FailedValue>;

    /// See [`Resource::read`].
    async fn read(
        &self,
        schema: &Schema,
        client: &C,
        cx: &mut Call,
        state: &Value,
    ) -> Result<Option<Value>, Diagnostics>;

    /// See [`Resource::update`].
    async fn update(
        &self,
        schema: &Schema,
        client: &C,
        cx: &mut Call,
        prior: &Value,
        planned: &Value,
    ) -> Result<Value, FailedValue>;

    /// See [`Resource::delete`].
    async fn delete(
        &self,
        schema: &Schema,
        client: &C,
        cx: &mut Call,
        state: &Value,
    ) -> Result<(), FailedValue>;

    /// See [`Resource::import_state`].
    ///
    /// # Errors
    /// As there, and when the model does not fit the schema.
    async fn import_state(
        &self,
        schema: &Schema,
        client: &C,
        cx: &mut Call,
        id: &str,
    ) -> Result<Value, Diagnostics>;

    /// See [`Resource::import_identity`].
    ///
    /// # Errors
    /// As there, and when the model does not fit the schema.
    async fn import_identity(
        &self,
        schema: &Schema,
        client: &C,
        cx: &mut Call,
        identity: &BTreeMap<String, String>,
    ) -> Result<Value, Diagnostics>;

    /// See [`Resource::upgrade_state`].
    ///
    /// # Errors
    /// As there.
    fn upgrade_state(&self, from_version: i64, state: Json) -> Result<Json, Diagnostics>;
}

/// A diagnostic for an error that only a bug in the provider can cause. `what` is a full sentence.
pub(crate) fn provider_bug(path: Path, what: impl Display) -> Diagnostics {
    Diagnostics::of_error(
        path,
        "Bug in the provider",
        format!("{what} This is a bug in the provider: please report it to its developers."),
    )
}

/// Deserializes the model of an object.
pub(crate) fn read_model<M: DeserializeOwned>(value: &Value) -> Result<M, Diagnostics> {
    model::from_value(value).map_err(|ValueError { path, problem }| {
        provider_bug(
            path,
            format!("A value does not match the provider's model: {problem}."),
        )
    })
}

/// As [`read_model`], for a stored state, which can have been edited.
fn read_state<M: DeserializeOwned>(state: &Value) -> Result<M, Diagnostics> {
    model::from_value(state).map_err(|ValueError { path, problem }| {
        Diagnostics::of_error(
            path,
            "Invalid stored state",
            format!(
                "A value in the stored state is not one that this provider writes: {problem}. Remove \
                 the resource from the state with `terraform state rm`, then import it again."
            ),
        )
    })
}

/// As [`read_model`], for a configuration: if it violates the schema's rules, the errors are about
/// these. Terraform validates every configuration before it uses it, but other clients may not.
pub(crate) fn read_config<M: DeserializeOwned>(
    config: &Value,
    schema: &Schema,
) -> Result<M, Diagnostics> {
    read_model(config).map_err(|bug| {
        let mut found = Diagnostics::new();
        plan::check_config(schema.body(), config, &Path::root(), &mut found);
        if found.has_errors() { found } else { bug }
    })
}

/// Serializes a model as an object of the schema's type. The timeouts block, for which models have
/// no field, is copied from `source`.
pub(crate) fn write_model<M: Serialize>(
    model: &M,
    schema: &Schema,
    source: &Value,
) -> Result<Value, Diagnostics> {
    let write = || -> Result<Value, ValueError> {
        let mut untyped = model::to_value(model)?;
        if let (Some(block), Value::Object(entries)) = (schema.timeouts_block(), &mut untyped) {
            entries
                .entry(block.name().to_owned())
                .or_insert_with(|| source.attribute(block.name()).clone());
        }
        schema.body().normalize(&mut untyped);
        crate::framework::codec::coerce(untyped, &schema.ty())
    };
    write().map_err(|ValueError { path, problem }| {
        provider_bug(
            path,
            format!("The provider's model does not match its schema: {problem}."),
        )
    })
}

fn failed<M: Serialize>(failure: Failed<M>, schema: &Schema, source: &Value) -> FailedValue {
    let Failed {
        mut diagnostics,
        state,
    } = failure;
    if !diagnostics.has_errors() {
        diagnostics.extend(provider_bug(
            Path::root(),
            "An operation failed without an error.",
        ));
    }
    let state = state.and_then(|model| match write_model(&model, schema, source) {
        Ok(state) => Some(state),
        Err(more) => {
            diagnostics.extend(more);
            None
        }
    });
    FailedValue { diagnostics, state }
}

/// A failure outside of the resource's own code.
impl From<Diagnostics> for FailedValue {
    fn from(diagnostics: Diagnostics) -> Self {
        Self {
            diagnostics,
            state: None,
        }
    }
}

#[async_trait]
impl<C: Sync + 'static, R: Resource<C>> AnyResource<C> for R {
    fn type_name(&self) -> &'static str {
        Resource::type_name(self)
    }

    fn schema(&self) -> Schema {
        Resource::schema(self)
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        match read_model(config) {
            Ok(model) => Resource::validate(self, &model, diagnostics),
            // A value that the schema's rules reject may not fit the model.
            Err(_) if diagnostics.has_errors() => {}
            Err(bug) => diagnostics.extend(bug),
        }
    }

    async fn modify_plan(
        &self,
        schema: &Schema,
        client: Option<&C>,
        cx: &Call,
        (config, prior, proposed): (&Value, &Value, &Value),
        replacing: bool,
    ) -> Result<Planned, Diagnostics> {
        let prior = if prior.is_null() {
            None
        } else {
            Some(read_state(prior)?)
        };
        let mut plan = Plan::new(read_config(config, schema)?, prior, read_model(proposed)?)
            .with(replacing, cx.private.clone());
        Resource::modify_plan(self, client, cx, &mut plan).await;
        Ok(Planned {
            proposed: write_model(&plan.proposed, schema, proposed)?,
            replace: plan.replace,
            diagnostics: plan.diagnostics,
            private: Some(plan.private),
        })
    }

    fn review(&self, cx: &Call, state: &Value, change: Change, diagnostics: &mut Diagnostics) {
        match read_state(state) {
            Ok(model) => Resource::review(self, cx, &model, change, diagnostics),
            Err(bug) => diagnostics.extend(bug),
        }
    }

    async fn plan_destroy(
        &self,
        client: Option<&C>,
        cx: &Call,
        state: &Value,
        diagnostics: &mut Diagnostics,
    ) {
        match read_state(state) {
            Ok(model) => Resource::plan_destroy(self, client, cx, model, diagnostics).await,
            Err(bug) => diagnostics.extend(bug),
        }
    }

    async fn create(
        &self,
        schema: &Schema,
        client: &C,
        cx: &mut Call,
        planned: &Value,
    ) -> Result<Value, FailedValue> {
        match Resource::create(self, client, cx, read_model(planned)?).await {
            Ok(model) => Ok(write_model(&model, schema, planned)?),
            Err(failure) => Err(failed(failure, schema, planned)),
        }
    }

    async fn read(
        &self,
        schema: &Schema,
        client: &C,
        cx: &mut Call,
        state: &Value,
    ) -> Result<Option<Value>, Diagnostics> {
        let model = Resource::read(self, client, cx, read_state(state)?).await?;
        model
            .map(|model| write_model(&model, schema, state))
            .transpose()
    }

    async fn update(
        &self,
        schema: &Schema,
        client: &C,
        cx: &mut Call,
        prior: &Value,
        planned: &Value,
    ) -> Result<Value, FailedValue> {
        match Resource::update(self, client, cx, read_state(prior)?, read_model(planned)?).await {
            Ok(model) => Ok(write_model(&model, schema, planned)?),
            Err(failure) => Err(failed(failure, schema, planned)),
        }
    }

    async fn delete(
        &self,
        schema: &Schema,
        client: &C,
        cx: &mut Call,
        state: &Value,
    ) -> Result<(), FailedValue> {
        let outcome = Resource::delete(self, client, cx, read_state(state)?).await;
        outcome.map_err(|failure| failed(failure, schema, state))
    }

    async fn import_state(
        &self,
        schema: &Schema,
        client: &C,
        cx: &mut Call,
        id: &str,
    ) -> Result<Value, Diagnostics> {
        let model = Resource::import_state(self, client, cx, id).await?;
        write_model(&model, schema, &Value::Null)
    }

    async fn import_identity(
        &self,
        schema: &Schema,
        client: &C,
        cx: &mut Call,
        identity: &BTreeMap<String, String>,
    ) -> Result<Value, Diagnostics> {
        let model = Resource::import_identity(self, client, cx, identity).await?;
        write_model(&model, schema, &Value::Null)
    }

    fn upgrade_state(&self, from_version: i64, state: Json) -> Result<Json, Diagnostics> {
        Resource::upgrade_state(self, from_version, state)
    }
}
