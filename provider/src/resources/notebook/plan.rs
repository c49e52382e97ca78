//! Planning `mlspace_notebook`.

use std::collections::BTreeMap;

use mlspace_core::aws::Settings;
use mlspace_core::name::NotebookName;
use mlspace_core::notebook::{self, NotebookSpec, Notebooks, UnknownSettings};
use mlspace_core::ownership::{Kind, Object, Run as _};
use mlspace_core::tags::Tags;
use terraform_plugin::framework::diagnostics::sentence;
use terraform_plugin::framework::{Call, Field, Plan};

use super::NotebookModel;
use crate::attributes::plan_drift;
use crate::client::Client;
use crate::mapping;
use crate::ownership;

/// Key in the planned private state: true if the configuration does not say whether it runs.
const RUNNING_UNSET: &str = "running_unset";

/// What the plan noted for the apply.
pub(super) struct Notes {
    /// Whether the configuration does not say whether the notebook runs.
    pub(super) running_unset: bool,
}

/// Removes the plan's notes from the private state and returns them.
pub(super) fn take_notes(call: &mut Call) -> Notes {
    let notes = Notes {
        running_unset: call.private(RUNNING_UNSET).unwrap_or(false),
    };
    call.remove_private(RUNNING_UNSET);
    notes
}

/// Plans a create, an update or one half of a replacement.
pub(super) async fn modify(client: Option<&Client>, call: &Call, plan: &mut Plan<NotebookModel>) {
    let prior = plan.prior.clone();
    let drift = prior.as_ref().map(|prior| &prior.drift);
    let drifted = plan_drift(drift, &mut plan.proposed.drift);
    // No notebook has to be replaced after an apply.
    plan.proposed.must_replace = Field::Null;
    if plan.proposed.running.is_unknown() && plan.config.running.is_null() {
        plan.proposed.running = Field::Known(true);
    }
    if plan.config.tags.is_null() {
        // No tags, in the form that the state has them in.
        let empty = prior.as_ref().map(|prior| prior.tags.clone());
        plan.proposed.tags = empty.filter(is_empty).unwrap_or_default();
    }
    let Some(client) = client else { return };
    plan_defaults(&client.notebooks, plan);
    if let Some(prior) = &prior {
        keep_key(client, prior, &mut plan.proposed).await;
    }
    plan_tags(client.clients.settings(), plan);
    match prior {
        None => plan_create(client, call, plan).await,
        Some(prior) => plan_change(client, &prior, drifted, plan).await,
    }
}

async fn plan_create(client: &Client, call: &Call, plan: &mut Plan<NotebookModel>) {
    let mut proposed = plan.proposed.clone();
    let groups = &mut proposed.security_group_ids;
    let has_unknown = |groups: &Vec<Field<String>>| groups.iter().any(Field::is_unknown);
    if groups.as_option().is_some_and(has_unknown) {
        *groups = Field::Unknown;
    }
    let unknown = UnknownSettings {
        network: groups.is_unknown() || proposed.subnet_id.is_unknown(),
        lifecycle_config: proposed.lifecycle_config_name.is_unknown(),
    };
    let Ok(spec) = proposed.spec() else {
        return;
    };
    let limits = client.notebooks.plan_limits(&spec, None).await;
    mapping::planned(limits, &mut plan.diagnostics);
    let replaces = ownership::run(call).replaces(&Object::new(Kind::Notebook, &spec.name));
    let outcome = client.notebooks.plan_new(&spec, replaces, unknown).await;
    mapping::planned(outcome, &mut plan.diagnostics);
}

/// Says what a change of an existing notebook entails.
async fn plan_change(
    client: &Client,
    prior: &NotebookModel,
    drifted: bool,
    plan: &mut Plan<NotebookModel>,
) {
    let name = prior.name.as_deref().unwrap_or_default();
    let running_unset = plan.config.running.is_null();
    // A boolean can always be stored.
    let _ = plan.set_private(RUNNING_UNSET, &running_unset);
    let reason = prior.must_replace.as_deref();
    if reason.is_some() {
        plan.requires_replace("must_replace");
    }
    if plan.is_replace() {
        let outcome = notebook::plan_replacement(name, reason);
        mapping::planned(outcome, &mut plan.diagnostics);
        return;
    }
    if let (Some(found), Some(configured)) = (
        prior.volume_size.as_option(),
        plan.proposed.volume_size.as_option(),
    ) {
        let outcome = notebook::plan_volume(*found, *configured);
        if let Some(size) = mapping::planned(outcome, &mut plan.diagnostics) {
            plan.proposed.volume_size = Field::Known(size);
        }
    }
    let (Ok(known), Ok(spec)) = (prior.spec(), plan.proposed.spec()) else {
        plan.proposed.status = Field::Unknown;
        plan.proposed.network_interface_id = Field::Unknown;
        return;
    };
    let spec = NotebookSpec {
        running: spec.running.filter(|_| !running_unset),
        ..spec
    };
    let existing = (known.instance_type.as_str(), known.volume_size);
    let limits = client.notebooks.plan_limits(&spec, Some(existing)).await;
    mapping::planned(limits, &mut plan.diagnostics);
    let outcome = client.notebooks.plan_change(&known, &spec, drifted).await;
    let Some(change) = mapping::planned(outcome, &mut plan.diagnostics) else {
        return;
    };
    if change.restarts {
        plan.proposed.network_interface_id = Field::Unknown;
    }
    if change
        .status
        .is_some_and(|status| prior.status.as_deref() != Some(status.name()))
    {
        plan.proposed.status = Field::Unknown;
    }
}

fn is_empty(tags: &Field<BTreeMap<String, Field<String>>>) -> bool {
    tags.as_option().is_some_and(BTreeMap::is_empty)
}

/// Keeps the key that the state has if the configuration names the same one in another form.
async fn keep_key(client: &Client, prior: &NotebookModel, proposed: &mut NotebookModel) {
    if is_same_key(client, &prior.kms_key_id, &proposed.kms_key_id).await {
        proposed.kms_key_id = prior.kms_key_id.clone();
    }
}

/// Whether both fields are known and name the same key.
pub(super) async fn is_same_key(client: &Client, a: &Field<String>, b: &Field<String>) -> bool {
    match (a.as_deref(), b.as_deref()) {
        // Without an answer they count as different: the call that needs it fails anyway.
        (Some(a), Some(b)) => client.notebooks.is_same_key(a, b).await.unwrap_or(false),
        _ => false,
    }
}

/// Fills in what the provider's `notebook_defaults` give a new notebook, so that the plan shows it.
fn plan_defaults(notebooks: &Notebooks, plan: &mut Plan<NotebookModel>) {
    let proposed = &mut plan.proposed;
    let name = mapping::parse::<NotebookName>(&proposed.name, "name").ok();
    let defaults = notebooks.defaults(name.as_ref());
    if proposed.subnet_id.is_unknown()
        && plan.config.subnet_id.is_null()
        && let Some(subnet) = defaults.subnet_id
    {
        proposed.subnet_id = Field::Known(subnet);
    }
    if proposed.security_group_ids.is_unknown()
        && plan.config.security_group_ids.is_null()
        && !defaults.security_group_ids.is_empty()
    {
        proposed.security_group_ids = mapping::strings(&defaults.security_group_ids);
    }
    if proposed.kms_key_id.is_unknown() && plan.config.kms_key_id.is_null() {
        proposed.kms_key_id = defaults.kms_key_id.into();
    }
    // Changes in place, so leaving it out returns to the default; the others would replace the
    // instance.
    if plan.config.lifecycle_config_name.is_null() {
        proposed.lifecycle_config_name = defaults.lifecycle_config_name.into();
    }
}

/// Plans `tags_all`: known as soon as every tag is, so that it never differs between plan and apply.
fn plan_tags(settings: &Settings, plan: &mut Plan<NotebookModel>) {
    let proposed = &mut plan.proposed;
    if let Some(tags) = proposed.tags.as_option() {
        // Their number is known even if their values are not.
        let own: Tags = tags.keys().map(|key| (key.as_str(), "")).collect();
        if let Err(error) = notebook::check_tag_count(settings, &own) {
            let detail = sentence(&error.to_string());
            plan.diagnostics.error("tags", "Invalid tags", detail);
        }
    }
    proposed.tags_all = match proposed.spec_tags() {
        Some((project, user, own)) => {
            let all = notebook::all_tags(settings, &project, &user, &own);
            mapping::tag_map(&all)
        }
        None => Field::Unknown,
    };
}
