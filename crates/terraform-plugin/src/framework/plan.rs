//! Planning: from configuration, prior state and Terraform's proposal to the plan.
//!
//! The order is that of Terraform's own framework: defaults, write-only values nulled, unknown marking, replacement, and
//! last the resource's say. What makes plans settle is the rule on marking: when the proposal equals the prior state,
//! nothing becomes unknown. When only the resource's say makes a difference (it planned away a drift, for example), the
//! marking is made up for and the resource asked again, so that its say stays the last.

mod marking;
mod rules;

pub(crate) use marking::{apply_defaults, drop_write_only};
pub(crate) use rules::{check_applied, check_config, refuse_write_only};

use super::{
    call::Call,
    codec,
    diagnostics::Diagnostics,
    path::Path,
    resource::{AnyResource, Planned, provider_bug},
    schema::Schema,
    value::Value,
};

/// What planning is about.
pub(crate) struct Request<'a> {
    pub(crate) schema: &'a Schema,
    /// As the user wrote it.
    pub(crate) config: &'a Value,
    /// Null on creation.
    pub(crate) prior: &'a Value,
    /// Terraform's merge of the two.
    pub(crate) proposed: Value,
}

/// A finished plan.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) planned: Value,
    pub(crate) replace: Vec<Path>,
    pub(crate) diagnostics: Diagnostics,
}

/// Plans a creation or an update.
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
    drop_write_only(body, &mut base);

    let changed = base != *prior;
    let mut draft = base.clone();
    if changed {
        marking::mark(body, config, prior, None, &mut draft);
    }
    let mut said = ask(resource, schema, client, cx, (config, prior, &draft)).await?;
    if !changed && said.proposed != *prior {
        draft = said.proposed;
        marking::mark(body, config, prior, Some(&base), &mut draft);
        said = ask(resource, schema, client, cx, (config, prior, &draft)).await?;
    }
    if said.proposed != draft {
        // The resource may have changed what others are derived from.
        marking::mark_derived(body, config, prior, &draft, &mut said.proposed);
    }
    let Planned {
        proposed: mut planned,
        replace: mut asked,
        mut diagnostics,
    } = said;
    drop_write_only(body, &mut planned);
    if let Some(path) = rules::unfaithful(body, config, prior, &planned) {
        diagnostics.extend(provider_bug(
            path,
            "the plan changes a value that the configuration decides",
        ));
    }
    let mut replace = marking::replacements(body, config, prior, &planned);
    asked.retain(|path| !replace.contains(path));
    replace.extend(asked);
    if prior.is_null() {
        replace.clear();
    }
    Ok(Outcome {
        planned,
        replace,
        diagnostics,
    })
}

async fn ask<C: Sync + 'static>(
    resource: &dyn AnyResource<C>,
    schema: &Schema,
    client: Option<&C>,
    cx: &Call,
    (config, prior, draft): (&Value, &Value, &Value),
) -> Result<Planned, Diagnostics> {
    let replacing = !marking::replacements(schema.body(), config, prior, draft).is_empty();
    let planned = resource
        .modify_plan(schema, client, cx, (config, prior, draft), replacing)
        .await?;
    if codec::conforms(&planned.proposed, &schema.ty()) {
        Ok(planned)
    } else {
        Err(provider_bug(
            Path::root(),
            "the plan does not fit the schema",
        ))
    }
}

#[cfg(test)]
mod tests;
