//! Planning, with a resource whose say each test chooses.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use futures::FutureExt;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::*;
use crate::framework::{
    model::Field,
    resource::{Failed, Plan, Resource},
    schema::{Attribute, Block, BlockNesting, Body},
    types::Type,
};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Model {
    name: Field<String>,
    note: Field<String>,
    size: Field<i64>,
    zone: Field<String>,
    secret: Field<String>,
    id: Field<String>,
    url: Field<String>,
    link: Field<String>,
    stamp: Field<i64>,
    drift: Field<Vec<String>>,
    rule: Vec<Rule>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Rule {
    port: Field<i64>,
    tag: Field<String>,
}

type Say = fn(&mut Plan<Model>);

struct Thing {
    say: Say,
    asked: AtomicUsize,
}

#[async_trait]
impl Resource<()> for Thing {
    type Model = Model;

    fn type_name(&self) -> &'static str {
        "toy_thing"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .attributes([
                Attribute::string("name").required().force_new(),
                Attribute::string("note").optional(),
                Attribute::number("size").optional().default(5),
                Attribute::string("zone").optional_computed().force_new(),
                Attribute::string("secret").optional().write_only(),
                Attribute::string("id").computed().keep_state(),
                Attribute::string("url")
                    .computed()
                    .derived_from(&["note", "rule"]),
                Attribute::string("link").computed().derived_from(&["url"]),
                Attribute::number("stamp").computed(),
                Attribute::list("drift", Type::String)
                    .computed()
                    .keep_state(),
            ])
            .blocks([Block::list(
                "rule",
                [
                    Attribute::number("port").required(),
                    Attribute::string("tag").optional_computed().keep_state(),
                ],
            )])
    }

    async fn plan(&self, _: Option<&()>, _: &Call, plan: &mut Plan<Model>) {
        self.asked.fetch_add(1, Ordering::Relaxed);
        (self.say)(plan);
    }

    async fn create(&self, (): &(), _: &mut Call, planned: Model) -> Result<Model, Failed<Model>> {
        Ok(planned)
    }

    async fn read(
        &self,
        (): &(),
        _: &mut Call,
        state: Model,
    ) -> Result<Option<Model>, Diagnostics> {
        Ok(Some(state))
    }

    async fn update(
        &self,
        (): &(),
        _: &mut Call,
        _: Model,
        planned: Model,
    ) -> Result<Model, Failed<Model>> {
        Ok(planned)
    }

    async fn delete(&self, (): &(), _: &mut Call, _: Model) -> Result<(), Failed<Model>> {
        Ok(())
    }

    fn import(&self, _: &str) -> Result<Model, Diagnostics> {
        Ok(Model::default())
    }
}

const SILENT: Say = |_| {};

/// Plans away what was found changed, as resources do.
const MEND: Say = |plan| {
    if plan
        .prior
        .as_ref()
        .and_then(|prior| prior.drift.known())
        .is_some_and(|drift| !drift.is_empty())
    {
        plan.proposed.drift = Field::Known(vec![]);
    }
};

fn value(model: &Model) -> Value {
    let schema = Resource::<()>::schema(&Thing {
        say: SILENT,
        asked: AtomicUsize::new(0),
    });
    crate::framework::model::to_typed_value(model, &schema.ty()).unwrap()
}

fn model(value: &Value) -> Model {
    crate::framework::model::from_value(value).unwrap()
}

/// Terraform's own merge: the configuration, with prior values where computed attributes are not set.
fn propose(body: &Body, config: &Value, prior: &Value) -> Value {
    let attributes = body.attributes().iter().map(|attribute| {
        let name = attribute.name();
        let (set, old) = (config.attribute(name), prior.attribute(name));
        (
            name,
            if attribute.is_computed() && set.is_null() {
                old
            } else {
                set
            }
            .clone(),
        )
    });
    let blocks = body.blocks().iter().map(|block| {
        assert_eq!(block.nesting(), BlockNesting::List);
        let elements = config
            .attribute(block.name())
            .as_elements()
            .unwrap_or_default();
        let olds = prior
            .attribute(block.name())
            .as_elements()
            .unwrap_or_default();
        let merged = elements.iter().enumerate().map(|(index, element)| {
            propose(
                block.body(),
                element,
                olds.get(index).unwrap_or(&Value::Null),
            )
        });
        (block.name(), Value::List(merged.collect()))
    });
    Value::object(attributes.chain(blocks))
}

fn plan_values(say: Say, config: &Value, prior: &Value) -> (Outcome, usize) {
    let thing = Thing {
        say,
        asked: AtomicUsize::new(0),
    };
    let schema = Resource::<()>::schema(&thing);
    let proposed = propose(schema.body(), config, prior);
    let request = Request {
        schema: &schema,
        config,
        prior,
        proposed,
    };
    let outcome = plan::<()>(&thing, Some(&()), &Call::default(), request)
        .now_or_never()
        .unwrap()
        .unwrap();
    (outcome, thing.asked.into_inner())
}

fn plan_models(
    say: Say,
    config: &Model,
    prior: Option<&Model>,
) -> (Model, Vec<String>, Diagnostics) {
    let (outcome, _) = plan_values(say, &value(config), &prior.map_or(Value::Null, value));
    let replace = outcome.replace.iter().map(ToString::to_string).collect();
    (model(&outcome.planned), replace, outcome.diagnostics)
}

fn config() -> Model {
    Model {
        name: "a".into(),
        note: "n".into(),
        rule: vec![Rule {
            port: 80.into(),
            tag: Field::Null,
        }],
        ..Model::default()
    }
}

fn state() -> Model {
    Model {
        size: 5.into(),
        zone: "z".into(),
        id: "i".into(),
        url: "u".into(),
        link: "l".into(),
        stamp: 1.into(),
        drift: Field::Known(vec![]),
        rule: vec![Rule {
            port: 80.into(),
            tag: "t".into(),
        }],
        ..config()
    }
}

#[test]
fn on_creation_defaults_are_set_and_the_rest_is_unknown() {
    let (planned, replace, _) = plan_models(
        SILENT,
        &Model {
            secret: "s".into(),
            ..config()
        },
        None,
    );
    let expected = Model {
        size: 5.into(),
        zone: Field::Unknown,
        id: Field::Unknown,
        url: Field::Unknown,
        link: Field::Unknown,
        stamp: Field::Unknown,
        drift: Field::Unknown,
        rule: vec![Rule {
            port: 80.into(),
            tag: Field::Unknown,
        }],
        ..config()
    };
    assert_eq!(planned, expected);
    assert!(replace.is_empty());
}

#[test]
fn nothing_becomes_unknown_when_nothing_changes() {
    let (planned, replace, diagnostics) = plan_models(SILENT, &config(), Some(&state()));
    assert_eq!(
        (planned, replace, diagnostics),
        (state(), vec![], Diagnostics::new())
    );
}

#[test]
fn a_change_makes_unknown_what_may_follow_from_it_and_nothing_else() {
    let (planned, replace, _) = plan_models(
        SILENT,
        &Model {
            size: 6.into(),
            ..config()
        },
        Some(&state()),
    );
    let expected = Model {
        size: 6.into(),
        zone: Field::Unknown,
        stamp: Field::Unknown,
        ..state()
    };
    assert_eq!(planned, expected);
    // The zone is the provider's to choose; that it is unknown is no reason to replace.
    assert!(replace.is_empty());
}

#[test]
fn derived_attributes_follow_their_sources_through_chains() {
    let (planned, ..) = plan_models(
        SILENT,
        &Model {
            note: Field::Unknown,
            ..config()
        },
        Some(&state()),
    );
    assert_eq!(
        (planned.url, planned.link),
        (Field::Unknown, Field::Unknown)
    );
    assert_eq!(planned.id, state().id);
    let two = vec![
        Rule {
            port: 80.into(),
            tag: Field::Null,
        },
        Rule {
            port: 81.into(),
            tag: Field::Null,
        },
    ];
    let (planned, ..) = plan_models(
        SILENT,
        &Model {
            rule: two,
            ..config()
        },
        Some(&state()),
    );
    assert_eq!(planned.url, Field::Unknown);
    assert_eq!(planned.rule.first().unwrap().tag, "t".into());
    assert_eq!(planned.rule.last().unwrap().tag, Field::Unknown);
}

#[test]
fn forced_replacement_names_the_attributes() {
    let new = Model {
        name: "b".into(),
        zone: "y".into(),
        ..config()
    };
    let (_, replace, _) = plan_models(SILENT, &new, Some(&state()));
    assert_eq!(replace, ["name", "zone"]);
    let (_, replace, _) = plan_models(
        SILENT,
        &Model {
            name: Field::Unknown,
            ..config()
        },
        Some(&state()),
    );
    assert_eq!(replace, ["name"]);
    let ask: Say = |plan| plan.requires_replace("note");
    let (_, replace, _) = plan_models(
        ask,
        &Model {
            note: "m".into(),
            ..config()
        },
        Some(&state()),
    );
    assert_eq!(replace, ["note"]);
    let (_, replace, _) = plan_models(ask, &config(), None);
    assert!(replace.is_empty());
}

#[test]
fn a_difference_made_by_the_resource_alone_is_a_change_like_any_other() {
    let drifted = Model {
        drift: Field::Known(vec!["policy was edited".to_owned()]),
        ..state()
    };
    let (outcome, asked) = plan_values(MEND, &value(&config()), &value(&drifted));
    let expected = Model {
        drift: Field::Known(vec![]),
        zone: Field::Unknown,
        stamp: Field::Unknown,
        ..state()
    };
    assert_eq!(model(&outcome.planned), expected);
    assert_eq!(
        asked, 2,
        "the resource has the last word on what was marked after its first"
    );
    let (outcome, asked) = plan_values(MEND, &value(&config()), &value(&state()));
    assert_eq!((model(&outcome.planned), asked), (state(), 1));
}

#[test]
fn the_resource_may_settle_what_was_marked() {
    let settle: Say = |plan| {
        if let Some(prior) = &plan.prior {
            plan.proposed.stamp = prior.stamp;
        } else {
            plan.proposed.id = "planned".into();
        }
    };
    let (planned, ..) = plan_models(
        settle,
        &Model {
            size: 6.into(),
            ..config()
        },
        Some(&state()),
    );
    assert_eq!(planned.stamp, state().stamp);
    let (planned, ..) = plan_models(settle, &config(), None);
    assert_eq!(planned.id, "planned".into());
}

#[test]
fn sources_changed_by_the_resource_carry_over_to_what_is_derived() {
    let say: Say = |plan| plan.proposed.url = "moved".into();
    let (planned, ..) = plan_models(
        say,
        &Model {
            size: 6.into(),
            ..config()
        },
        Some(&state()),
    );
    assert_eq!(
        (planned.url, planned.link),
        ("moved".into(), Field::Unknown)
    );
    let (planned, ..) = plan_models(say, &config(), Some(&state()));
    assert_eq!(
        (planned.url, planned.link, planned.stamp),
        ("moved".into(), Field::Unknown, Field::Unknown)
    );
}

#[test]
fn a_plan_that_overrides_the_configuration_is_a_bug_we_report() {
    let say: Say = |plan| plan.proposed.note = "other".into();
    let (.., diagnostics) = plan_models(say, &config(), Some(&state()));
    let paths: Vec<_> = diagnostics
        .iter()
        .map(|diagnostic| diagnostic.path.clone().unwrap().to_string())
        .collect();
    assert_eq!(paths, ["note"]);
    // Back to what was there is allowed: the same thing in another spelling.
    let say: Say = |plan| plan.proposed.note = plan.prior.clone().unwrap().note;
    let (planned, _, diagnostics) = plan_models(
        say,
        &Model {
            note: "N".into(),
            ..config()
        },
        Some(&state()),
    );
    assert!(diagnostics.is_empty());
    assert_eq!(planned.note, state().note);
}

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
        secret in field("s", unknowns),
        rule in prop::collection::vec((1..3_i64, field("[tu]", unknowns)), 0..3),
    ) -> Model {
        let rule = rule.into_iter().map(|(port, tag)| Rule { port: port.into(), tag }).collect();
        Model { name: name.as_str().into(), note, size, zone, secret, rule, ..Model::default() }
    }
}

/// An apply that keeps its promises: what the plan left unknown becomes something, the rest stays.
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
    fn after_apply_the_same_configuration_plans_nothing(
        first in configs(false), second in configs(false), drift in prop::bool::ANY
    ) {
        let mut state = applied(&plan_values(MEND, &value(&first), &Value::Null).0.planned, 1);
        if drift {
            state.set_attribute("drift", Value::list(["something"]));
        }
        let config = value(&second);
        let (changed, _) = plan_values(MEND, &config, &state);
        let prior = if changed.replace.is_empty() { state } else { Value::Null };
        let state = applied(&plan_values(MEND, &config, &prior).0.planned, 2);
        prop_assert_eq!(check_applied(&changed.planned, &state).filter(|_| changed.replace.is_empty()), None);
        let (again, _) = plan_values(MEND, &config, &state);
        prop_assert_eq!(again.planned, state);
        prop_assert!(again.replace.is_empty());
    }

    #[test]
    fn configured_values_are_kept_and_nothing_configured_becomes_unknown(first in configs(false), second in configs(true)) {
        let state = applied(&plan_values(SILENT, &value(&first), &Value::Null).0.planned, 1);
        let config = value(&second);
        for prior in [Value::Null, state] {
            let (outcome, _) = plan_values(SILENT, &config, &prior);
            prop_assert!(outcome.diagnostics.is_empty());
            prop_assert!(outcome.planned.attribute("secret").is_null());
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
    fn unknown_configuration_resolves_into_the_plan_it_promised(first in configs(false), second in configs(true)) {
        // Terraform plans once more at apply, when all is known: what the first plan knew must not change.
        let state = applied(&plan_values(MEND, &value(&first), &Value::Null).0.planned, 1);
        for prior in [Value::Null, state] {
            let (early, _) = plan_values(MEND, &value(&second), &prior);
            let resolved = value(&Model {
                note: if second.note.is_unknown() { "x".into() } else { second.note.clone() },
                size: if second.size.is_unknown() { 5.into() } else { second.size },
                zone: if second.zone.is_unknown() { "z".into() } else { second.zone.clone() },
                secret: Field::Null,
                rule: second.rule.iter().map(|rule| Rule {
                    tag: if rule.tag.is_unknown() { "t".into() } else { rule.tag.clone() },
                    ..rule.clone()
                }).collect(),
                ..second.clone()
            });
            let (late, _) = plan_values(MEND, &resolved, &prior);
            prop_assert_eq!(rules::mismatch(&early.planned, &late.planned, &Path::root()), None);
        }
    }
}
