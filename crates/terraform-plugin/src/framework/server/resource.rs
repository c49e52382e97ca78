//! RPCs that validate, plan and apply managed resources.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::{Entry, Server, check, configure::cancelled, wire};
use crate::{
    framework::{
        call::{Call, Private},
        diagnostics::Diagnostics,
        objects::{ObjectKey, Step},
        plan,
        provider::Provider,
        resource::{AnyResource, Change, FailedValue},
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
        let Entry { schema, handler } = self.resource(&request.type_name)?;
        let diagnostics = check(schema, request.config.as_ref(), |config, diagnostics| {
            handler.validate(config, diagnostics);
        })?;
        Ok(validate_resource_config::Response { diagnostics })
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
        let timeouts = schema.timeouts(if proposed.is_null() {
            &prior
        } else {
            &proposed
        });
        let mut private = Private::decode(&request.prior_private);
        let first_half = forget_plan(&mut private);
        let objects = self.objects();
        let cx = Call::new(cancel.clone())
            .with(timeouts, private)
            .among(objects.clone());
        let client = self.client();
        let key = |value: &Value| ObjectKey::of(&request.type_name, schema, value);
        let old = key(&prior);
        if prior.is_null()
            && let Some(first_half) = &first_half
            && first_half.step == KEPT
        {
            // Before the resource plans, because it asks whether its object is replaced.
            objects.leave_after_all(&first_half.key(&request.type_name));
        }
        if let Some(old) = &old {
            objects.found(old.clone(), &cx.private);
        }
        if proposed.is_null() {
            let mut diagnostics = Diagnostics::new();
            if !prior.is_null() {
                resource.review(&cx, &prior, Change::Delete, &mut diagnostics);
                let work = resource.plan_destroy(client.as_ref(), &cx, &prior, &mut diagnostics);
                cancel
                    .run_until_cancelled(work)
                    .await
                    .ok_or_else(cancelled)?;
            }
            if let Some(old) = &old
                && !objects.plan(old, Step::Leave)
            {
                diagnostics.extend(duplicate(schema, old));
            }
            return Ok(plan_resource_change::Response {
                planned_state: Some(wire::encode(&Value::Null, &schema.ty())?),
                planned_private: cx.private.encode(),
                diagnostics: wire::diagnostics(diagnostics),
                ..Default::default()
            });
        }
        let config = wire::decode_config(request.config.as_ref(), schema)?;
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
        let mut outcome = cancel
            .run_until_cancelled(work)
            .await
            .unwrap_or_else(|| Err(cancelled()))?;
        let mut private = outcome.private.unwrap_or(cx.private.clone());
        let new = key(&outcome.planned);
        let (claimed, step) = if prior.is_null() {
            if let Some(new) = &new
                && let Some(tainted) = objects.tainted(new)
            {
                // Terraform passes what is planned here to the destroy of the tainted object.
                private = tainted.overlaid(private);
            }
            (new, Step::Create)
        } else {
            let change = match outcome.requires_replace.is_empty() {
                false => Change::Replace,
                true if outcome.planned == prior => Change::None,
                true => Change::Update,
            };
            resource.review(&cx, &prior, change, &mut outcome.diagnostics);
            let replaces = change == Change::Replace;
            if let Some(old) = &old {
                note_plan(&mut private, if replaces { REPLACED } else { KEPT }, old);
            }
            (old, if replaces { Step::Leave } else { Step::Keep })
        };
        if let Some(claimed) = &claimed
            && !objects.plan(claimed, step)
        {
            outcome.diagnostics.extend(duplicate(schema, claimed));
        }
        let scope = match &client {
            Some(client) => Some(self.provider.scope(client).await),
            None => None,
        };
        Ok(plan_resource_change::Response {
            planned_state: Some(wire::encode(&outcome.planned, &schema.ty())?),
            requires_replace: outcome.requires_replace.iter().map(wire::path).collect(),
            planned_identity: wire::identity(schema, &outcome.planned, scope.as_ref()),
            planned_private: private.encode(),
            diagnostics: wire::diagnostics(outcome.diagnostics),
            ..Default::default()
        })
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
        let mut private = Private::decode(&request.planned_private);
        forget_plan(&mut private);
        let objects = self.objects();
        if planned.is_null()
            && let Some(key) = ObjectKey::of(&request.type_name, schema, &prior)
        {
            objects.plan(&key, Step::Leave);
        }
        let mut cx = Call::new(cancel.clone())
            .with(timeouts, private)
            .among(objects);
        let work = apply(
            resource.as_ref(),
            schema,
            &client,
            &mut cx,
            &prior,
            &planned,
        );
        let applied = self.provider.run(&cancel, work).await;
        let Applied {
            mut state,
            diagnostics,
        } = applied;
        schema.body().normalize(&mut state);
        let scope = self.provider.scope(&client).await;
        let mut all = std::mem::take(&mut cx.warnings);
        all.extend(diagnostics);
        Ok(apply_resource_change::Response {
            new_state: Some(wire::encode(&state, &schema.ty())?),
            private: cx.private.encode(),
            new_identity: wire::identity(schema, &state, Some(&scope)),
            diagnostics: wire::diagnostics(all),
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

/// Key of the private state under which a plan leaves a note for the second half of a replacement,
/// which is the only plan without prior state that receives any.
const PLANNED: &str = ".planned";
/// The first half kept the object: only Terraform knows why it is replaced.
const KEPT: &str = "kept";
/// The first half replaces the object.
const REPLACED: &str = "replaced";

/// What the first half of a replacement did with which object.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct FirstHalf {
    step: String,
    identity: BTreeMap<String, String>,
}

impl FirstHalf {
    fn key(&self, type_name: &str) -> ObjectKey {
        let identity = self.identity.iter();
        ObjectKey::new(
            type_name,
            identity.map(|(name, value)| (name.as_str(), value.as_str())),
        )
    }
}

fn note_plan(private: &mut Private, step: &str, object: &ObjectKey) {
    let note = FirstHalf {
        step: step.to_owned(),
        identity: object.identity().clone(),
    };
    // Strings are always valid JSON.
    let _ = private.set(PLANNED, &note);
}

/// Removes the note of an earlier plan, and returns it.
pub(super) fn forget_plan(private: &mut Private) -> Option<FirstHalf> {
    let note = private.get(PLANNED);
    private.remove(PLANNED);
    note
}

/// The error for an object that more than one resource instance of the run manages.
fn duplicate(schema: &Schema, key: &ObjectKey) -> Diagnostics {
    let mut configured = schema
        .identity_attributes()
        .filter(|attribute| attribute.is_required());
    let path = configured.next().map(|attribute| attribute.name());
    Diagnostics::of_error(
        path.unwrap_or_default(),
        "Duplicate resource",
        format!(
            "More than one block or instance of this configuration or its state manages {key}. \
             They would change and delete the same object. Keep one of them. If the state holds \
             both, take one out of it with `terraform state rm`, or with a `removed` block that \
             sets `destroy = false`."
        ),
    )
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
        Ok(mut state) => {
            let mut diagnostics = plan::keep_planned(schema.body(), planned, &mut state);
            diagnostics.extend(plan::check_applied(planned, &state).unwrap_or_default());
            Applied {
                diagnostics,
                state: state.unknown_to_null(),
            }
        }
        // Terraform stores this state even though there is an error. If the resource was created,
        // Terraform also marks it as tainted, and the next plan replaces it.
        Err(FailedValue { diagnostics, state }) => Applied {
            state: state.map_or_else(|| prior.clone(), Value::unknown_to_null),
            diagnostics,
        },
    }
}
