//! Planning `mlspace_studio_domain`.

use mlspace_core::studio::StudioDomains;
use terraform_plugin::framework::diagnostics::sentence;
use terraform_plugin::framework::{Call, Field, Plan};

use super::StudioDomainModel;
use crate::attributes::plan_drift;
use crate::client::Client;
use crate::mapping;
use crate::ownership;

/// Plans a create, an update or one half of a replacement.
pub(super) async fn modify(
    client: Option<&Client>,
    call: &Call,
    plan: &mut Plan<StudioDomainModel>,
) {
    let prior = plan.prior.clone();
    let drift = prior.as_ref().map(|prior| &prior.drift);
    let drifted = plan_drift(drift, &mut plan.proposed.drift);
    let Some(client) = client else { return };
    plan_defaults(&client.studio_domains, plan);
    if let Some(prior) = &prior
        && is_same_key(client, &prior.kms_key_id, &plan.proposed.kms_key_id).await
    {
        plan.proposed.kms_key_id = prior.kms_key_id.clone();
    }
    if let Ok(spec) = plan.proposed.spec()
        && let Err(error) = spec.check()
    {
        let detail = sentence(&error.to_string());
        plan.diagnostics
            .error(error.attribute(), "Invalid value", detail);
        return;
    }
    match prior {
        None => {
            if let Some(name) = plan.proposed.name.as_deref() {
                let run = ownership::run(call);
                let outcome = client.studio_domains.plan_new(name, &run).await;
                mapping::planned(outcome, &mut plan.diagnostics);
            }
        }
        Some(prior) => plan_change(client, &prior, drifted, plan).await,
    }
}

async fn plan_change(
    client: &Client,
    prior: &StudioDomainModel,
    drifted: bool,
    plan: &mut Plan<StudioDomainModel>,
) {
    let why: Vec<&str> = [
        ("name", prior.name != plan.proposed.name),
        ("vpc_id", prior.vpc_id != plan.proposed.vpc_id),
        ("kms_key_id", prior.kms_key_id != plan.proposed.kms_key_id),
    ]
    .into_iter()
    .filter_map(|(attribute, differs)| differs.then_some(attribute))
    .collect();
    if !why.is_empty() || plan.is_replace() {
        let name = prior.name.as_deref().unwrap_or_default();
        let force = prior.force_destroy.as_option().copied().unwrap_or(false);
        let outcome = StudioDomains::plan_replacement(name, &why, force);
        mapping::planned(outcome, &mut plan.diagnostics);
        return;
    }
    let (Some(id), Ok(known)) = (prior.id.as_deref(), prior.spec()) else {
        return;
    };
    let Ok(spec) = plan.proposed.spec() else {
        plan.proposed.status = Field::Unknown;
        return;
    };
    if prior.status.as_deref() != Some("InService") && (drifted || known != spec) {
        plan.proposed.status = Field::Unknown;
    }
    let outcome = client.studio_domains.plan_change(id, &known, &spec).await;
    mapping::planned(outcome, &mut plan.diagnostics);
}

/// Fills in what the provider's `notebook_defaults` give, so that the plan shows it. The key is that of
/// the domain once there is one, because another would replace it.
fn plan_defaults(domains: &StudioDomains, plan: &mut Plan<StudioDomainModel>) {
    let (defaults, proposed) = (domains.defaults(), &mut plan.proposed);
    if plan.config.subnet_ids.is_null() {
        proposed.subnet_ids = mapping::strings(&defaults.subnet_ids);
    }
    if plan.config.security_group_ids.is_null() {
        proposed.security_group_ids = mapping::strings(&defaults.security_group_ids);
    }
    if plan.config.kms_key_id.is_null() {
        let prior = plan.prior.as_ref().map(|prior| prior.kms_key_id.clone());
        let kept = prior.filter(|key| !key.is_null());
        // A missing key is an error of the check, not a value for later.
        let default = Field::Known(defaults.kms_key_id.unwrap_or_default());
        proposed.kms_key_id = kept.unwrap_or(default);
    }
}

/// Whether both fields are known and name the same key.
pub(super) async fn is_same_key(client: &Client, a: &Field<String>, b: &Field<String>) -> bool {
    match (a.as_deref(), b.as_deref()) {
        // Without an answer they count as different: the call that needs it fails anyway.
        (Some(a), Some(b)) => client
            .studio_domains
            .is_same_key(a, b)
            .await
            .unwrap_or(false),
        _ => false,
    }
}
