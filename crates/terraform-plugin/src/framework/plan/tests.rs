//! Planning, with a resource whose say each test chooses.

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
                Attribute::string("name").required().requires_replace(),
                Attribute::string("note").optional(),
                Attribute::number("size").optional().default(5),
                Attribute::string("zone")
                    .optional_computed()
                    .requires_replace(),
                Attribute::string("secret").optional().write_only(),
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

    fn import_state(&self, _: &str) -> Result<Model, Diagnostics> {
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

#[test]
fn what_the_resource_said_first_stays_when_the_rest_is_marked() {
    let say: Say = |plan| {
        if plan.prior.as_ref() == Some(&plan.proposed) {
            plan.proposed.stamp = 9.into();
        }
    };
    let (planned, ..) = plan_models(say, &config(), Some(&state()));
    assert_eq!((planned.stamp, planned.zone), (9.into(), Field::Unknown));
}
