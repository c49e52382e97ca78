//! Tests that try a kind of value at every attribute of every schema.

use serde_json::{Value as Json, json};
use terraform_plugin::framework::schema::{Block, BlockNesting, Body, Shape};
use terraform_plugin::framework::{
    Attribute, Call, Diagnostics, Provider as _, Schema, Server, Type, Value,
};
use terraform_plugin::protocol::tfplugin6 as proto;
use terraform_plugin::protocol::tfplugin6::provider_server::Provider as _;
use tonic::Request;

use super::Mlspace;

/// The attributes of a schema, with the name of the block that each is in.
fn attributes(body: &Body) -> Vec<(Option<&Block>, &Attribute)> {
    let top = body.attributes().iter().map(|attribute| (None, attribute));
    let nested = body.blocks().iter().flat_map(|block| {
        let attributes = block.body().attributes().iter();
        attributes.map(move |attribute| (Some(block), attribute))
    });
    let all = top.chain(nested);
    all.filter(|(_, attribute)| attribute.is_configurable())
        .collect()
}

/// A configuration that sets one attribute, as JSON.
fn config(body: &Body, block: Option<&Block>, attribute: &Attribute, value: Json) -> Vec<u8> {
    let mut config = serde_json::Map::new();
    for block in body.blocks() {
        if block.nesting() == BlockNesting::List {
            config.insert(block.name().to_owned(), json!([]));
        }
    }
    let object = json!({ attribute.name(): value });
    match block {
        None => drop(config.insert(
            attribute.name().to_owned(),
            object[attribute.name()].clone(),
        )),
        Some(block) if block.nesting() == BlockNesting::List => {
            drop(config.insert(block.name().to_owned(), json!([object])));
        }
        Some(block) => drop(config.insert(block.name().to_owned(), object)),
    }
    serde_json::to_vec(&config).unwrap()
}

/// What a schema is of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Provider,
    Resource,
    DataSource,
    Ephemeral,
}

/// Summaries of the diagnostics of a validation. `name` is a type, or empty for the provider.
async fn validate(server: &Server<Mlspace>, name: &str, kind: Kind, json: Vec<u8>) -> Vec<String> {
    let config = Some(proto::DynamicValue {
        json,
        msgpack: Vec::new(),
    });
    let type_name = name.to_owned();
    let diagnostics = match kind {
        Kind::Provider => {
            let request = proto::validate_provider_config::Request { config };
            let response = server.validate_provider_config(Request::new(request)).await;
            response.unwrap().into_inner().diagnostics
        }
        Kind::DataSource => {
            let request = proto::validate_data_resource_config::Request { type_name, config };
            let response = server.validate_data_resource_config(Request::new(request));
            response.await.unwrap().into_inner().diagnostics
        }
        Kind::Ephemeral => {
            let request = proto::validate_ephemeral_resource_config::Request { type_name, config };
            let response = server.validate_ephemeral_resource_config(Request::new(request));
            response.await.unwrap().into_inner().diagnostics
        }
        Kind::Resource => {
            let request = proto::validate_resource_config::Request {
                type_name,
                config,
                ..Default::default()
            };
            let response = server.validate_resource_config(Request::new(request)).await;
            response.unwrap().into_inner().diagnostics
        }
    };
    diagnostics.into_iter().map(|each| each.summary).collect()
}

/// Every schema with its name (empty for the provider) and what it is of.
fn schemas(server: &Server<Mlspace>) -> Vec<(&str, Kind, &Schema)> {
    let resources = server.resource_schemas();
    let data_sources = server.data_source_schemas();
    let ephemeral = server.ephemeral_resource_schemas();
    resources
        .map(|(name, schema)| (name, Kind::Resource, schema))
        .chain(data_sources.map(|(name, schema)| (name, Kind::DataSource, schema)))
        .chain(ephemeral.map(|(name, schema)| (name, Kind::Ephemeral, schema)))
        .chain([("", Kind::Provider, server.provider_schema())])
        .collect()
}

/// Sets each attribute to each of the values that `values` gives for it, and expects exactly one
/// error, with this summary.
async fn expect_error(values: fn(&Attribute) -> Vec<Json>, summary: &str) -> usize {
    let server = Server::new(Mlspace).unwrap();
    let mut tried = 0;
    for (name, kind, schema) in schemas(&server) {
        for (block, attribute) in attributes(schema.body()) {
            for value in values(attribute) {
                let json = config(schema.body(), block, attribute, value.clone());
                let errors = validate(&server, name, kind, json).await;
                let what = format!("`{name}` {} = {value}: {errors:?}", attribute.name());
                assert!(errors.contains(&summary.to_owned()), "{what}");
                assert!(!errors.iter().any(|error| error.contains("Bug")), "{what}");
                tried += 1;
            }
        }
    }
    tried
}

#[tokio::test]
async fn fractions_are_refused_at_every_number() {
    let values = |attribute: &Attribute| match attribute.ty() {
        // Money has cents.
        Type::Number if attribute.name() == "monthly_usd" => vec![json!(2.555), json!(1e30)],
        Type::Number => vec![json!(2.5), json!(1e19), json!(1e30), json!(-1e30)],
        _ => Vec::new(),
    };
    assert!(expect_error(values, "Invalid value").await >= 4 * 4);
}

#[tokio::test]
async fn null_elements_are_refused_in_every_collection() {
    let values = |attribute: &Attribute| match attribute.ty() {
        Type::List(element) | Type::Set(element) if *element == Type::Number => {
            vec![json!([null]), json!([1, null])]
        }
        Type::List(_) | Type::Set(_) => vec![json!([null]), json!(["x", null])],
        Type::Map(_) => vec![json!({ "a": null }), json!({ "a": null, "b": "x" })],
        _ => Vec::new(),
    };
    assert!(expect_error(values, "Null element").await >= 2 * 8);
}

/// Values of an attribute that are unknown in part.
fn partly_unknown(attribute: &Attribute) -> Vec<Value> {
    let mut values = vec![Value::Unknown];
    match attribute.shape() {
        Shape::Plain(Type::List(_)) => values.push(Value::List(vec![Value::Unknown])),
        Shape::Plain(Type::Set(_)) => values.push(Value::Set(vec![Value::Unknown])),
        Shape::Plain(Type::Map(_)) => values.push(Value::map([("a", Value::Unknown)])),
        _ => {}
    }
    values
}

/// Objects of the body in which one thing is unknown.
fn objects_with_unknowns(body: &Body) -> Vec<Value> {
    let attributes = body.attributes().iter();
    let mut empty = Value::object(attributes.map(|attribute| (attribute.name(), Value::Null)));
    for block in body.blocks() {
        let absent = match block.nesting() {
            BlockNesting::Single => Value::Null,
            BlockNesting::List => Value::List(Vec::new()),
            BlockNesting::Set => Value::Set(Vec::new()),
        };
        empty.set_attribute(block.name(), absent);
    }
    let with = |name: &str, value: Value| {
        let mut object = empty.clone();
        object.set_attribute(name, value);
        object
    };
    let configurable = body.attributes().iter().filter(|a| a.is_configurable());
    let mut objects: Vec<_> = configurable
        .flat_map(|attribute| {
            let values = partly_unknown(attribute).into_iter();
            values.map(|value| with(attribute.name(), value))
        })
        .collect();
    for block in body.blocks() {
        objects.push(with(block.name(), Value::Unknown));
        for inner in objects_with_unknowns(block.body()) {
            objects.push(with(block.name(), Value::List(vec![inner])));
        }
    }
    objects
}

/// No value that a configuration can set is unrepresentable in a model when it is unknown.
#[tokio::test]
async fn unknown_values_are_accepted_everywhere() {
    let assert_no_bug = |what: &str, config: &Value, diagnostics: &Diagnostics| {
        for each in diagnostics.iter() {
            assert!(
                !each.summary.contains("Bug"),
                "{what}: {config:?}: {each:?}"
            );
        }
    };
    for resource in Mlspace.resources() {
        let schema = resource.schema();
        for config in objects_with_unknowns(schema.body()) {
            let mut diagnostics = Diagnostics::new();
            resource.validate(&config, &mut diagnostics);
            let values = (&config, &Value::Null, &config);
            let planned = resource
                .modify_plan(&schema, None, &Call::default(), values, false)
                .await;
            diagnostics.extend(planned.map_or_else(|errors| errors, |plan| plan.diagnostics));
            assert_no_bug(resource.type_name(), &config, &diagnostics);
        }
    }
    for data_source in Mlspace.data_sources() {
        for config in objects_with_unknowns(data_source.schema().body()) {
            let mut diagnostics = Diagnostics::new();
            data_source.validate(&config, &mut diagnostics);
            assert_no_bug(data_source.type_name(), &config, &diagnostics);
        }
    }
    for resource in Mlspace.ephemeral_resources() {
        for config in objects_with_unknowns(resource.schema().body()) {
            let mut diagnostics = Diagnostics::new();
            resource.validate(&config, &mut diagnostics);
            assert_no_bug(resource.type_name(), &config, &diagnostics);
        }
    }
}

/// A `dynamic` block of unknown length cannot be planned for a single block.
#[test]
fn resources_have_no_single_blocks() {
    let server = Server::new(Mlspace).unwrap();
    for (name, schema) in server.resource_schemas() {
        for block in schema.body().blocks() {
            let block_name = block.name();
            assert_eq!(block.nesting(), BlockNesting::List, "{name}.{block_name}");
        }
    }
}
