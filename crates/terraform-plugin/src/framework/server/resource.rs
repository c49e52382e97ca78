//! RPCs that validate, plan and apply managed resources.

use tokio_util::sync::CancellationToken;

use super::{Entry, Server, configure::cancelled, wire};
use crate::{
    framework::{
        call::{Call, Private},
        diagnostics::Diagnostics,
        path::Path,
        plan,
        provider::Provider,
        resource::{AnyResource, FailedValue},
        schema::Schema,
        value::Value,
    },
    protocol::tfplugin6::{apply_resource_change, plan_resource_change, validate_resource_config},
};

impl<P: Provider> Server<P> {
    pub(super) fn validate(
        &self,
        request: &validate_resource_config::Request,
    ) -> Result<validate_resource_config::Response, Diagnostics> {
        let Entry {
            schema,
            handler: resource,
        } = self.resource(&request.type_name)?;
        let config = wire::decode_object(request.config.as_ref(), schema)?;
        let mut diagnostics = Diagnostics::new();
        plan::check_config(schema.body(), &config, &Path::root(), &mut diagnostics);
        resource.validate(&config, &mut diagnostics);
        Ok(validate_resource_config::Response {
            diagnostics: wire::diagnostics(diagnostics),
        })
    }

    pub(super) async fn plan(
        &self,
        request: &plan_resource_change::Request,
        cancel: CancellationToken,
    ) -> Result<plan_resource_change::Response, Diagnostics> {
        let Entry {
            schema,
            handler: resource,
        } = self.resource(&request.type_name)?;
        let prior = wire::decode_object(request.prior_state.as_ref(), schema)?;
        let proposed = wire::decode_object(request.proposed_new_state.as_ref(), schema)?;
        let config = wire::decode_object(request.config.as_ref(), schema)?;
        let timeouts = schema.timeouts(if proposed.is_null() {
            &prior
        } else {
            &proposed
        });
        let private = Private::decode(&request.prior_private);
        let cx = Call::new(cancel.clone()).with(timeouts, private);
        let client = self.client();
        let mut response = plan_resource_change::Response {
            planned_private: request.prior_private.clone(),
            ..Default::default()
        };
        if proposed.is_null() {
            let mut diagnostics = Diagnostics::new();
            if !prior.is_null() {
                let work = resource.plan_destroy(client.as_ref(), &cx, &prior, &mut diagnostics);
                cancel
                    .run_until_cancelled(work)
                    .await
                    .ok_or_else(cancelled)?;
            }
            response.planned_state = Some(wire::encode(&Value::Null, &schema.ty())?);
            response.diagnostics = wire::diagnostics(diagnostics);
            return Ok(response);
        }
        let work = plan::plan(
            resource.as_ref(),
            client.as_ref(),
            &cx,
            plan::Request {
                schema,
                config: &config,
                prior: &prior,
                proposed,
            },
        );
        let outcome = cancel
            .run_until_cancelled(work)
            .await
            .unwrap_or_else(|| Err(cancelled()))?;
        response.planned_state = Some(wire::encode(&outcome.planned, &schema.ty())?);
        response.requires_replace = outcome.requires_replace.iter().map(wire::path).collect();
        response.planned_identity = wire::identity(schema, &outcome.planned);
        response.diagnostics = wire::diagnostics(outcome.diagnostics);
        if let Some(private) = outcome.private {
            response.planned_private = private.encode();
        }
        Ok(response)
    }

    /// Applies a plan. An `Err` leads to a response with the prior state (see [`apply_failed`]). An
    /// error of the resource itself is part of an `Ok` response, with the state that was reached.
    pub(super) async fn apply(
        &self,
        request: &apply_resource_change::Request,
        cancel: CancellationToken,
    ) -> Result<apply_resource_change::Response, Diagnostics> {
        let Entry {
            schema,
            handler: resource,
        } = self.resource(&request.type_name)?;
        let prior = wire::decode_object(request.prior_state.as_ref(), schema)?;
        let planned = wire::decode_object(request.planned_state.as_ref(), schema)?;
        let client = self.require_client()?;
        let timeouts = schema.timeouts(if planned.is_null() { &prior } else { &planned });
        let private = Private::decode(&request.planned_private);
        let mut cx = Call::new(cancel).with(timeouts, private);
        let applied = apply(
            resource.as_ref(),
            schema,
            &client,
            &mut cx,
            &prior,
            &planned,
        )
        .await;
        let Applied {
            mut state,
            diagnostics,
        } = applied;
        schema.body().normalize(&mut state);
        Ok(apply_resource_change::Response {
            new_state: Some(wire::encode(&state, &schema.ty())?),
            private: cx.private.encode(),
            new_identity: wire::identity(schema, &state),
            diagnostics: wire::diagnostics(diagnostics),
            legacy_type_system: false,
        })
    }
}

/// The response to an apply that failed outside of the resource's own error handling, for example
/// by a panic. The state that was reached is unknown, so the response has the prior one.
pub(super) fn apply_failed(
    request: &apply_resource_change::Request,
    diagnostics: Diagnostics,
) -> apply_resource_change::Response {
    apply_resource_change::Response {
        new_state: request.prior_state.clone(),
        private: request.planned_private.clone(),
        diagnostics: wire::diagnostics(diagnostics),
        ..Default::default()
    }
}

struct Applied {
    state: Value,
    diagnostics: Diagnostics,
}

async fn apply<C: Sync + 'static>(
    resource: &dyn AnyResource<C>,
    schema: &Schema,
    client: &C,
    cx: &mut Call,
    prior: &Value,
    planned: &Value,
) -> Applied {
    let outcome = match (prior.is_null(), planned.is_null()) {
        (true, true) => Ok(Value::Null),
        (true, false) => resource.create(schema, client, cx, planned).await,
        (false, false) => resource.update(schema, client, cx, prior, planned).await,
        (false, true) => resource
            .delete(schema, client, cx, prior)
            .await
            .map(|()| Value::Null),
    };
    match outcome {
        Ok(state) => Applied {
            diagnostics: plan::check_applied(planned, &state).unwrap_or_default(),
            state: state.unknown_to_null(),
        },
        // Terraform stores this state even though there is an error. If the resource was created,
        // Terraform also marks it as tainted, and the next plan replaces it.
        Err(FailedValue { diagnostics, state }) => Applied {
            state: state.map_or_else(|| prior.clone(), Value::unknown_to_null),
            diagnostics,
        },
    }
}
