//! Tests of planning, with a resource whose `modify_plan` each test chooses.

mod laws;

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use futures::FutureExt;
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

type ModifyPlan = fn(&mut Plan<Model>);

struct TestResource {
    modify_plan: ModifyPlan,
    calls: AtomicUsize,
}

#[async_trait]
impl Resource<()> for TestResource {
    type Model = Model;

    fn type_name(&self) -> &'static str {
        "toy_thing"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .attributes([
                Attribute::string("name").required().requires_replace(),
                Attribute::string("note").optional(),
                Attribute::number("size").optional().default(5),
                Attribute::string("zone")
                    .optional_computed()
                    .requires_replace(),
                Attribute::string("id").computed().use_state_for_unknown(),
                Attribute::string("url")
                    .computed()
                    .derived_from(&["note", "rule"]),
                Attribute::string("link").computed().derived_from(&["url"]),
                Attribute::number("stamp").computed(),
                Attribute::list("drift", Type::String)
                    .computed()
                    .use_state_for_unknown(),
            ])
            .blocks([Block::list(
                "rule",
                [
                    Attribute::number("port").required(),
                    Attribute::string("tag")
                        .optional_computed()
                        .use_state_for_unknown(),
                ],
            )])
    }

    async fn modify_plan(&self, _: Option<&()>, _: &Call, plan: &mut Plan<Model>) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        (self.modify_plan)(plan);
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

    async fn import_state(&self, (): &(), _: &mut Call, _: &str) -> Result<Model, Diagnostics> {
        Ok(Model::default())
    }
}

const NO_CHANGE: ModifyPlan = |_| {};

/// Plans to correct the drift in the prior state.
const CORRECT_DRIFT: ModifyPlan = |plan| {
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
    let schema = Resource::<()>::schema(&TestResource {
        modify_plan: NO_CHANGE,
        calls: AtomicUsize::new(0),
    });
    crate::framework::model::to_typed_value(model, &schema.ty()).unwrap()
}

fn model(value: &Value) -> Model {
    crate::framework::model::from_value(value).unwrap()
}

/// Terraform's own merge: the configuration, with prior values where computed attributes are not
/// set.
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

fn plan_values(modify_plan: ModifyPlan, config: &Value, prior: &Value) -> (Outcome, usize) {
    let resource = TestResource {
        modify_plan,
        calls: AtomicUsize::new(0),
    };
    let schema = Resource::<()>::schema(&resource);
    let proposed = propose(schema.body(), config, prior);
    let request = Request {
        schema: &schema,
        config,
        prior,
        proposed,
    };
    let outcome = plan::<()>(&resource, Some(&()), &Call::default(), request)
        .now_or_never()
        .unwrap()
        .unwrap();
    (outcome, resource.calls.into_inner())
}

fn plan_models(
    modify_plan: ModifyPlan,
    config: &Model,
    prior: Option<&Model>,
) -> (Model, Vec<String>, Diagnostics) {
    let (outcome, _) = plan_values(
        modify_plan,
        &value(config),
        &prior.map_or(Value::Null, value),
    );
    let replace = outcome
        .requires_replace
        .iter()
        .map(ToString::to_string)
        .collect();
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
fn create_sets_defaults_and_marks_the_rest_unknown() {
    let (planned, replace, _) = plan_models(NO_CHANGE, &config(), None);
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
fn plan_without_changes_marks_nothing_unknown() {
    let (planned, replace, diagnostics) = plan_models(NO_CHANGE, &config(), Some(&state()));
    assert_eq!(
        (planned, replace, diagnostics),
        (state(), vec![], Diagnostics::new())
    );
}

#[test]
fn update_marks_computed_attributes_unknown() {
    let (planned, replace, _) = plan_models(
        NO_CHANGE,
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
    // The configuration does not set the zone: that it is unknown does not require replacement.
    assert!(replace.is_empty());
}

#[test]
fn derived_attributes_follow_chains_of_sources() {
    let (planned, ..) = plan_models(
        NO_CHANGE,
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
        NO_CHANGE,
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
fn requires_replace_names_the_attributes() {
    let new = Model {
        name: "b".into(),
        zone: "y".into(),
        ..config()
    };
    let (_, replace, _) = plan_models(NO_CHANGE, &new, Some(&state()));
    assert_eq!(replace, ["name", "zone"]);
    let (_, replace, _) = plan_models(
        NO_CHANGE,
        &Model {
            name: Field::Unknown,
            ..config()
        },
        Some(&state()),
    );
    assert_eq!(replace, ["name"]);
    let require: ModifyPlan = |plan| plan.requires_replace("note");
    let (_, replace, _) = plan_models(
        require,
        &Model {
            note: "m".into(),
            ..config()
        },
        Some(&state()),
    );
    assert_eq!(replace, ["note"]);
    let (_, replace, _) = plan_models(require, &config(), None);
    assert!(replace.is_empty());
}

#[test]
fn modify_plan_alone_can_cause_an_update() {
    let drifted = Model {
        drift: Field::Known(vec!["policy was edited".to_owned()]),
        ..state()
    };
    let (outcome, calls) = plan_values(CORRECT_DRIFT, &value(&config()), &value(&drifted));
    let expected = Model {
        drift: Field::Known(vec![]),
        zone: Field::Unknown,
        stamp: Field::Unknown,
        ..state()
    };
    assert_eq!(model(&outcome.planned), expected);
    assert_eq!(
        calls, 2,
        "called again with the values that were marked after the first call"
    );
    let (outcome, calls) = plan_values(CORRECT_DRIFT, &value(&config()), &value(&state()));
    assert_eq!((model(&outcome.planned), calls), (state(), 1));
}

#[test]
fn modify_plan_knows_creates_and_replacements() {
    let modify_plan: ModifyPlan = |plan| {
        let step = match (plan.is_create(), plan.is_replace()) {
            (true, false) => "create",
            (false, true) => "replace",
            (false, false) => "update",
            (true, true) => "both",
        };
        plan.proposed.id = step.into();
    };
    let id = |config: &Model, prior: Option<&Model>| plan_models(modify_plan, config, prior).0.id;
    assert_eq!(id(&config(), None), "create".into());
    assert_eq!(id(&config(), Some(&state())), "update".into());
    let renamed = Model {
        name: "b".into(),
        ..config()
    };
    assert_eq!(id(&renamed, Some(&state())), "replace".into());
}

#[test]
fn modify_plan_can_set_marked_attributes() {
    let set_computed: ModifyPlan = |plan| {
        if let Some(prior) = &plan.prior {
            plan.proposed.stamp = prior.stamp;
        } else {
            plan.proposed.id = "planned".into();
        }
    };
    let (planned, ..) = plan_models(
        set_computed,
        &Model {
            size: 6.into(),
            ..config()
        },
        Some(&state()),
    );
    assert_eq!(planned.stamp, state().stamp);
    let (planned, ..) = plan_models(set_computed, &config(), None);
    assert_eq!(planned.id, "planned".into());
}

#[test]
fn modify_plan_affects_derived_attributes() {
    let modify_plan: ModifyPlan = |plan| plan.proposed.url = "moved".into();
    let (planned, ..) = plan_models(
        modify_plan,
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
    let (planned, ..) = plan_models(modify_plan, &config(), Some(&state()));
    assert_eq!(
        (planned.url, planned.link, planned.stamp),
        ("moved".into(), Field::Unknown, Field::Unknown)
    );
}

#[test]
fn modify_plan_cannot_override_the_configuration() {
    let modify_plan: ModifyPlan = |plan| plan.proposed.note = "other".into();
    let (.., diagnostics) = plan_models(modify_plan, &config(), Some(&state()));
    let paths: Vec<_> = diagnostics
        .iter()
        .map(|diagnostic| diagnostic.path.clone().unwrap().to_string())
        .collect();
    assert_eq!(paths, ["note"]);
    // The prior value is allowed: it can be the same value in another spelling.
    let modify_plan: ModifyPlan = |plan| plan.proposed.note = plan.prior.clone().unwrap().note;
    let (planned, _, diagnostics) = plan_models(
        modify_plan,
        &Model {
            note: "N".into(),
            ..config()
        },
        Some(&state()),
    );
    assert!(diagnostics.is_empty());
    assert_eq!(planned.note, state().note);
}

#[test]
fn modify_plan_values_are_not_marked_unknown() {
    let modify_plan: ModifyPlan = |plan| {
        if plan.prior.as_ref() == Some(&plan.proposed) {
            plan.proposed.stamp = 9.into();
        }
    };
    let (planned, ..) = plan_models(modify_plan, &config(), Some(&state()));
    assert_eq!((planned.stamp, planned.zone), (9.into(), Field::Unknown));
}

/// Keeps the prior note and name if the configuration differs from them in case only.
const KEEP_SPELLING: ModifyPlan = |plan| {
    let Some(prior) = plan.prior.clone() else {
        return;
    };
    let same = |a: &Field<String>, b: &Field<String>| {
        a.as_deref().map(str::to_lowercase) == b.as_deref().map(str::to_lowercase)
    };
    if same(&prior.note, &plan.proposed.note) {
        plan.proposed.note = prior.note;
    }
    if same(&prior.name, &plan.proposed.name) {
        plan.proposed.name = prior.name;
    }
    if plan.is_replace() {
        plan.diagnostics
            .warning("name", "Replaced", "The name changes.");
    }
};

#[test]
fn modify_plan_can_take_changes_back() {
    let respelled = Model {
        note: "N".into(),
        name: "A".into(),
        ..config()
    };
    let planned = plan_models(KEEP_SPELLING, &respelled, Some(&state()));
    assert_eq!(planned, (state(), vec![], Diagnostics::new()));

    let warn: ModifyPlan = |plan| {
        if plan.proposed.note == "N".into() {
            plan.diagnostics.warning("note", "Kept", "The note stays.");
        }
        KEEP_SPELLING(plan);
    };
    let (planned, _, diagnostics) = plan_models(warn, &respelled, Some(&state()));
    assert_eq!((planned, diagnostics.iter().count()), (state(), 1));

    // With another change, only that is planned, and it is no replacement.
    let larger = Model {
        size: 6.into(),
        ..respelled
    };
    let (planned, replace, diagnostics) = plan_models(KEEP_SPELLING, &larger, Some(&state()));
    assert_eq!((planned.note, planned.name), (state().note, state().name));
    assert_eq!((planned.size, planned.stamp), (6.into(), Field::Unknown));
    assert_eq!((replace, diagnostics), (vec![], Diagnostics::new()));

    let renamed = Model {
        name: "b".into(),
        ..config()
    };
    let (_, replace, diagnostics) = plan_models(KEEP_SPELLING, &renamed, Some(&state()));
    assert_eq!((replace.len(), diagnostics.iter().count()), (1, 1));
}

#[test]
fn modify_plan_keeps_its_own_change_when_it_takes_others_back() {
    let modify_plan: ModifyPlan = |plan| {
        KEEP_SPELLING(plan);
        CORRECT_DRIFT(plan);
    };
    let drifted = Model {
        drift: Field::Known(vec!["policy was edited".to_owned()]),
        ..state()
    };
    let respelled = Model {
        note: "N".into(),
        ..config()
    };
    let (planned, ..) = plan_models(modify_plan, &respelled, Some(&drifted));
    assert_eq!((planned.note, planned.drift), (state().note, state().drift));
    assert_eq!(planned.stamp, Field::Unknown);
}
