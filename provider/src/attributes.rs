//! Attributes that multiple resources share.

use terraform_plugin::framework::{Attribute, Field, Type};

/// The `id` attribute, which is the import id; `form` describes its format.
pub(crate) fn id_attribute(form: &str) -> Attribute {
    Attribute::string("id")
        .computed()
        .use_state_for_unknown()
        .describe(format!("Import id: {form}"))
}

/// The `drift` attribute: changes made outside Terraform, a sentence each.
pub(crate) fn drift_attribute() -> Attribute {
    Attribute::list("drift", Type::String)
        .computed()
        .use_state_for_unknown()
        .describe(
            "Changes made outside Terraform, a sentence each. Empty after every apply: if a refresh finds \
             something, the plan shows it here and the next apply corrects it.",
        )
}

/// Plans an empty `drift` for a new resource, and for one in which a refresh found drift. Returns
/// whether there is drift to correct.
pub(crate) fn plan_drift(
    prior: Option<&Field<Vec<String>>>,
    planned: &mut Field<Vec<String>>,
) -> bool {
    let found = prior
        .and_then(Field::as_option)
        .is_some_and(|drift| !drift.is_empty());
    // Planned as empty only where it changes: a difference from the prior state causes an update.
    if prior.is_none() || found {
        *planned = Field::Known(Vec::new());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plan_drift_plans_a_correction() {
        let drift = Field::Known(vec!["the policy was detached".to_owned()]);
        let mut planned = drift.clone();
        assert!(plan_drift(Some(&drift), &mut planned));
        assert_eq!(planned, Field::Known(Vec::new()));
        let mut planned = Field::Unknown;
        assert!(!plan_drift(None, &mut planned));
        assert_eq!(planned, Field::Known(Vec::new()));
        let mut planned = Field::Unknown;
        assert!(!plan_drift(Some(&Field::Null), &mut planned));
        assert_eq!(planned, Field::Unknown);
    }
}
