//! Properties of plans for arbitrary configurations and states.

use proptest::prelude::*;

use super::*;

fn field<T: Clone + std::fmt::Debug + 'static>(
    known: impl Strategy<Value = T> + 'static,
    unknowns: bool,
) -> BoxedStrategy<Field<T>> {
    let unknown = if unknowns {
        Field::Unknown
    } else {
        Field::Null
    };
    prop_oneof![3 => known.prop_map(Field::Known), 1 => Just(Field::Null), 1 => Just(unknown)]
        .boxed()
}

prop_compose! {
    fn configs(unknowns: bool)(
        name in "[ab]",
        note in field("[xy]", unknowns),
        size in field(4..7_i64, unknowns),
        zone in field("[yz]", unknowns),
        rule in prop::collection::vec((1..3_i64, field("[tu]", unknowns)), 0..3),
    ) -> Model {
        let rule = rule.into_iter().map(|(port, tag)| Rule { port: port.into(), tag }).collect();
        Model { name: name.as_str().into(), note, size, zone, rule, ..Model::default() }
    }
}

/// A correct apply: unknown values become known, and all others are unchanged.
fn applied(planned: &Value, seed: u8) -> Value {
    let mut model = model(planned);
    let text = |field: &mut Field<String>| {
        if field.is_unknown() {
            *field = Field::Known(format!("applied {seed}"));
        }
    };
    for field in [
        &mut model.note,
        &mut model.zone,
        &mut model.id,
        &mut model.url,
        &mut model.link,
    ] {
        text(field);
    }
    model.rule.iter_mut().for_each(|rule| text(&mut rule.tag));
    for number in [&mut model.size, &mut model.stamp] {
        if number.is_unknown() {
            *number = Field::Known(seed.into());
        }
    }
    if model.drift.is_unknown() {
        model.drift = Field::Known(vec![]);
    }
    value(&model)
}

proptest! {
    #[test]
    fn plan_after_apply_is_empty(
        first in configs(false), second in configs(false), drift in prop::bool::ANY
    ) {
        let mut state = applied(&plan_values(CORRECT_DRIFT, &value(&first), &Value::Null).0.planned, 1);
        if drift {
            state.set_attribute("drift", Value::list(["something"]));
        }
        let config = value(&second);
        let (changed, _) = plan_values(CORRECT_DRIFT, &config, &state);
        let prior = if changed.requires_replace.is_empty() { state } else { Value::Null };
        let state = applied(&plan_values(CORRECT_DRIFT, &config, &prior).0.planned, 2);
        prop_assert_eq!(check_applied(&changed.planned, &state).filter(|_| changed.requires_replace.is_empty()), None);
        let (again, _) = plan_values(CORRECT_DRIFT, &config, &state);
        prop_assert_eq!(again.planned, state);
        prop_assert!(again.requires_replace.is_empty());
    }

    #[test]
    fn plan_keeps_configured_values(first in configs(false), second in configs(true)) {
        let state = applied(&plan_values(NO_CHANGE, &value(&first), &Value::Null).0.planned, 1);
        let config = value(&second);
        for prior in [Value::Null, state] {
            let (outcome, _) = plan_values(NO_CHANGE, &config, &prior);
            prop_assert!(outcome.diagnostics.is_empty());
            for name in ["name", "note", "size", "zone"] {
                let set = config.attribute(name);
                prop_assert!(set.is_null() || set == outcome.planned.attribute(name), "{}", name);
            }
            let rules = |value: &Value| value.attribute("rule").as_elements().unwrap().to_vec();
            for (set, planned) in rules(&config).iter().zip(rules(&outcome.planned)) {
                prop_assert_eq!(set.attribute("port"), planned.attribute("port"));
            }
        }
    }

    #[test]
    fn plan_with_unknowns_agrees_with_the_final_plan(first in configs(false), second in configs(true)) {
        // Terraform plans again during the apply, when all values are known. It requires that
        // values known in the first plan do not change.
        let state = applied(&plan_values(CORRECT_DRIFT, &value(&first), &Value::Null).0.planned, 1);
        for prior in [Value::Null, state] {
            let (early, _) = plan_values(CORRECT_DRIFT, &value(&second), &prior);
            let resolved = value(&Model {
                note: if second.note.is_unknown() { "x".into() } else { second.note.clone() },
                size: if second.size.is_unknown() { 5.into() } else { second.size },
                zone: if second.zone.is_unknown() { "z".into() } else { second.zone.clone() },
                rule: second.rule.iter().map(|rule| Rule {
                    tag: if rule.tag.is_unknown() { "t".into() } else { rule.tag.clone() },
                    ..rule.clone()
                }).collect(),
                ..second.clone()
            });
            let (late, _) = plan_values(CORRECT_DRIFT, &resolved, &prior);
            prop_assert_eq!(rules::mismatch(&early.planned, &late.planned, &Path::root()), None);
        }
    }
}
