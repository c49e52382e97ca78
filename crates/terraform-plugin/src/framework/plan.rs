//! Planning: from configuration, prior state and Terraform's proposed state to the planned state.
//!
//! The order is that of terraform-plugin-framework: set defaults, mark unknown values, and call the
//! resource's `modify_plan` last. If the proposed state equals the prior state, nothing is marked
//! as unknown, so that an unchanged configuration plans no change. If `modify_plan` then makes a
//! change (for example to correct drift), values are marked after it, and `modify_plan` is called
//! again, so that it sees and can override the marked values. If it takes back what the
//! configuration changes, nothing stays marked either.

mod marking;
mod nulls;
mod rules;

pub(crate) use marking::{apply_defaults, mark_unknown};
pub(crate) use nulls::first as first_null_element;
pub(crate) use rules::{check_applied, check_config, inconsistent_plan, keep_planned};

use super::{
    call::{Call, Private},
    codec,
    diagnostics::Diagnostics,
    path::Path,
    resource::{AnyResource, Planned, provider_bug},
    schema::Schema,
    value::Value,
};

/// The input of planning.
pub(crate) struct Request<'a> {
    pub(crate) schema: &'a Schema,
    /// The configuration, as the user wrote it.
    pub(crate) config: &'a Value,
    /// The prior state; null on creation.
    pub(crate) prior: &'a Value,
    /// Terraform's merge of configuration and prior state.
    pub(crate) proposed: Value,
}

/// The result of planning.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) planned: Value,
    pub(crate) requires_replace: Vec<Path>,
    pub(crate) diagnostics: Diagnostics,
    /// The private state to plan; `None` to keep that of the prior state.
    pub(crate) private: Option<Private>,
}

/// Plans a create or update.
pub(crate) async fn plan<C: Sync + 'static>(
    resource: &dyn AnyResource<C>,
    client: Option<&C>,
    cx: &Call,
    request: Request<'_>,
) -> Result<Outcome, Diagnostics> {
    let Request {
        schema,
        config,
        prior,
        proposed,
    } = request;
    let body = schema.body();
    let mut base = proposed;
    apply_defaults(body, config, &mut base);

    let changed = base != *prior;
    let mut marked = base.clone();
    if changed {
        marking::mark_unknown(body, config, prior, None, &mut marked);
    }
    let mut response = modify(resource, schema, client, cx, (config, prior, &marked)).await?;
    if !changed && response.proposed != *prior {
        // The resource alone made a change, so nothing has been marked yet. Mark everything that it
        // did not set, and let it modify the result.
        marked = response.proposed;
        marking::mark_unknown(body, config, prior, Some(&base), &mut marked);
        response = modify(resource, schema, client, cx, (config, prior, &marked)).await?;
    }
    if changed && marking::is_only_marked(body, config, prior, &response.proposed) {
        // The resource took the changes back, for example because the configuration spells a value
        // differently. Nothing is left to mark, unless the resource makes a change of its own.
        let unmarked = modify(resource, schema, client, cx, (config, prior, prior)).await?;
        if unmarked.proposed == *prior {
            marked = prior.clone();
            response = Planned {
                // What the first plan says about the changes that it took back.
                diagnostics: response.diagnostics,
                ..unmarked
            };
        }
    }
    if response.proposed != marked {
        // The resource may have changed an attribute from which others are derived.
        marking::mark_derived(body, config, prior, &marked, &mut response.proposed);
    }
    let Planned {
        proposed: planned,
        replace: mut requested,
        mut diagnostics,
        private,
    } = response;
    if let Some(path) = rules::inconsistent_plan(body, config, prior, &planned) {
        diagnostics.extend(provider_bug(
            path,
            "The plan changes a value that the configuration sets.",
        ));
    }
    let mut requires_replace = marking::replacements(body, config, prior, &planned);
    requested.retain(|path| !requires_replace.contains(path));
    requires_replace.extend(requested);
    if prior.is_null() {
        // Nothing to replace: this is a creation, or the second half of a replacement.
        requires_replace.clear();
    }
    Ok(Outcome {
        planned,
        requires_replace,
        diagnostics,
        private,
    })
}

/// Calls the resource's `modify_plan`.
async fn modify<C: Sync + 'static>(
    resource: &dyn AnyResource<C>,
    schema: &Schema,
    client: Option<&C>,
    cx: &Call,
    (config, prior, planned): (&Value, &Value, &Value),
) -> Result<Planned, Diagnostics> {
    let replaces =
        |planned: &Value| !marking::replacements(schema.body(), config, prior, planned).is_empty();
    let replacing = replaces(planned);
    let mut response = resource
        .modify_plan(schema, client, cx, (config, prior, planned), replacing)
        .await?;
    let replacing_now = replaces(&response.proposed);
    if replacing_now != replacing {
        let values = (config, prior, planned);
        response = resource
            .modify_plan(schema, client, cx, values, replacing_now)
            .await?;
    }
    if codec::can_coerce(&response.proposed, &schema.ty()) {
        Ok(response)
    } else {
        Err(provider_bug(
            Path::root(),
            "The plan does not match the schema.",
        ))
    }
}

#[cfg(test)]
mod tests;
