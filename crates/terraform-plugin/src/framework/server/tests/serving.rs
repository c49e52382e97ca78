//! Tests of the RPCs of schemas, provider configuration, data sources and functions.

use tonic::Request;

use super::toy::*;
use crate::framework::{
    Attribute, Diagnostics, Provider, Schema, Server, Type, Value, data_source::AnyDataSource,
    provider::ConfigureContext,
};
use crate::protocol::tfplugin6::{self as proto, provider_server::Provider as _};

fn provider_config(region: Value) -> Option<proto::DynamicValue> {
    let ty = Type::object([("region", Type::String), ("retries", Type::Number)]);
    Some(encode(
        &Value::object([("region", region), ("retries", Value::Null)]),
        &ty,
    ))
}

pub(super) async fn configure(server: &Server<Toy>, region: Value) -> Vec<String> {
    let request = proto::configure_provider::Request {
        config: provider_config(region),
        ..Default::default()
    };
    short(
        &server
            .configure_provider(Request::new(request))
            .await
            .unwrap()
            .into_inner()
            .diagnostics,
    )
}

#[tokio::test]
async fn metadata_and_schemas_list_all_types() {
    let server = server();
    let metadata = server
        .get_metadata(Request::new(Default::default()))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(metadata.resources.first().unwrap().type_name, "toy_note");
    assert_eq!(
        metadata.data_sources.first().unwrap().type_name,
        "toy_count"
    );
    assert_eq!(metadata.functions.first().unwrap().name, "join");
    assert_eq!(
        metadata.ephemeral_resources.first().unwrap().type_name,
        "toy_key"
    );

    let schemas = server
        .get_provider_schema(Request::new(Default::default()))
        .await
        .unwrap()
        .into_inner();
    let capabilities = schemas.server_capabilities.unwrap();
    assert!(capabilities.plan_destroy && capabilities.get_provider_schema_optional);
    assert_eq!(metadata.server_capabilities, Some(capabilities));
    let provider = schemas.provider.unwrap().block.unwrap();
    assert!(
        provider
            .attributes
            .iter()
            .all(|attribute| attribute.optional && !attribute.computed)
    );
    let note = schemas.resource_schemas["toy_note"].clone();
    assert_eq!(note.version, 2);
    let block = note.block.unwrap();
    let loud = block
        .attributes
        .iter()
        .find(|attribute| attribute.name == "loud")
        .unwrap();
    assert!(loud.optional && loud.computed && !loud.required);
    assert_eq!(loud.r#type, b"\"bool\"");
    assert!(loud.deprecated);
    assert_eq!(loud.deprecation_message, "Use `text`.");
    assert_eq!(block.block_types.first().unwrap().type_name, "timeouts");
    let key = schemas.ephemeral_resource_schemas["toy_key"].clone();
    let mut attributes = key.block.unwrap().attributes.into_iter();
    assert!(attributes.any(|attribute| attribute.name == "key" && attribute.sensitive));
    assert_eq!(schemas.functions["join"].parameters.len(), 1);
    assert!(schemas.functions["join"].variadic_parameter.is_some());

    let identities = server
        .get_resource_identity_schemas(Request::new(Default::default()))
        .await
        .unwrap()
        .into_inner();
    let identity = &identities.identity_schemas["toy_note"].identity_attributes;
    assert_eq!(identity.first().unwrap().name, "name");
    assert!(identity.first().unwrap().required_for_import);
    assert_eq!(identity.last().unwrap().name, "shelf");
    assert!(identity.last().unwrap().optional_for_import);
    assert_eq!(
        server.resource_schemas().next().unwrap().1.description(),
        "A note."
    );
    assert_eq!(
        server.data_source_schemas().count() + server.function_signatures().count(),
        2
    );
}

/// The answers to the validation and the use of a provider configuration.
async fn validate_and_configure(config: Option<proto::DynamicValue>) -> [Vec<String>; 2] {
    let server = server();
    let request = proto::validate_provider_config::Request {
        config: config.clone(),
    };
    let validated = server
        .validate_provider_config(Request::new(request))
        .await
        .unwrap()
        .into_inner();
    let request = proto::configure_provider::Request {
        config,
        ..Default::default()
    };
    let configured = server
        .configure_provider(Request::new(request))
        .await
        .unwrap()
        .into_inner();
    [
        short(&validated.diagnostics),
        short(&configured.diagnostics),
    ]
}

#[tokio::test]
async fn invalid_provider_configuration_is_the_users_mistake() {
    let ty = Type::object([("region", Type::String), ("retries", Type::Number)]);
    for retries in ["2.5", "1e19", "1e30"] {
        let retries = Value::Number(retries.parse().unwrap());
        let config = Value::object([("region", Value::Null), ("retries", retries)]);
        assert_eq!(
            validate_and_configure(Some(encode(&config, &ty))).await,
            [
                ["error retries: Invalid value"],
                ["error retries: Invalid value"]
            ]
        );
    }
    for config in [None, Some(encode(&Value::Null, &ty))] {
        assert_eq!(
            validate_and_configure(config).await,
            [
                ["error : Missing configuration"],
                ["error : Missing configuration"]
            ]
        );
    }
}

#[tokio::test]
async fn provider_configuration_is_validated_and_applied() {
    let server = server();
    let request = proto::validate_provider_config::Request {
        config: provider_config("moon".into()),
    };
    let response = server
        .validate_provider_config(Request::new(request))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        short(&response.diagnostics),
        ["error region: Unknown region"]
    );
    assert_eq!(
        configure(&server, "nowhere".into()).await,
        ["error region: Unreachable region"]
    );
    assert!(server.client().is_none());
    assert!(configure(&server, Value::Null).await.is_empty());
    assert!(server.client().is_some());
}

async fn count(
    server: &Server<Toy>,
    prefix: Value,
    deferral: bool,
) -> proto::read_data_source::Response {
    let ty = Type::object([("prefix", Type::String), ("total", Type::Number)]);
    let request = proto::read_data_source::Request {
        type_name: "toy_count".to_owned(),
        config: Some(encode(&Value::object([("prefix", prefix)]), &ty)),
        client_capabilities: Some(proto::ClientCapabilities {
            deferral_allowed: deferral,
            ..Default::default()
        }),
        ..Default::default()
    };
    server
        .read_data_source(Request::new(request))
        .await
        .unwrap()
        .into_inner()
}

#[tokio::test]
async fn unknown_provider_configuration_defers_reads() {
    let server = server();
    let refused = count(&server, Value::Null, true).await;
    assert_eq!(
        short(&refused.diagnostics),
        ["error : Provider not configured"]
    );
    assert!(configure(&server, Value::Unknown).await.is_empty());
    let refused = count(&server, Value::Null, false).await;
    assert_eq!(
        short(&refused.diagnostics),
        ["error : Provider configuration unknown"]
    );
    let deferred = count(&server, Value::Null, true).await;
    assert_eq!(
        deferred.deferred.unwrap().reason,
        proto::deferred::Reason::ProviderConfigUnknown as i32
    );
}

#[tokio::test]
async fn data_source_is_read_with_defaults() {
    let server = server();
    configure(&server, Value::Null).await;
    server
        .provider
        .shelf
        .notes
        .lock()
        .unwrap()
        .insert("a".to_owned(), String::new());
    let response = count(&server, Value::Null, false).await;
    let ty = Type::object([("prefix", Type::String), ("total", Type::Number)]);
    let state = crate::framework::codec::decode(&response.state.unwrap().msgpack, &ty).unwrap();
    assert_eq!(
        state,
        Value::object([("prefix", Value::from("")), ("total", Value::from(1))])
    );
    assert!(response.diagnostics.is_empty());
    let rare = count(&server, "rare".into(), false).await;
    assert_eq!(short(&rare.diagnostics), ["warning prefix: Rare prefix"]);
    assert!(rare.state.is_some());
    let vague = count(&server, "vague".into(), false).await;
    assert_eq!(
        short(&vague.diagnostics),
        ["error total: Bug in the provider"]
    );

    let request = proto::validate_data_resource_config::Request {
        type_name: "toy_count".to_owned(),
        config: Some(encode(&Value::object([("total", Value::from(1))]), &ty)),
    };
    let response = server
        .validate_data_resource_config(Request::new(request))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        short(&response.diagnostics),
        ["error total: Read-only attribute"]
    );
}

async fn join(server: &Server<Toy>, arguments: &[Value]) -> Result<String, (Option<i64>, String)> {
    let request = proto::call_function::Request {
        name: "join".to_owned(),
        arguments: arguments
            .iter()
            .map(|value| encode(value, &Type::of(value)))
            .collect(),
    };
    let response = server
        .call_function(Request::new(request))
        .await
        .unwrap()
        .into_inner();
    match response.error {
        Some(error) => Err((error.function_argument, error.text)),
        None => {
            let value =
                crate::framework::codec::decode(&response.result.unwrap().msgpack, &Type::String)
                    .unwrap();
            Ok(value.as_str().unwrap().to_owned())
        }
    }
}

#[tokio::test]
async fn function_errors_name_the_argument() {
    let server = server();
    let text = Value::from;
    assert_eq!(
        join(&server, &[text("-"), text("a"), text("b")])
            .await
            .unwrap(),
        "a-b"
    );
    assert_eq!(join(&server, &[Value::Null]).await.unwrap(), "");
    assert_eq!(
        join(&server, &[]).await.unwrap_err().1,
        "Too few arguments: `join` needs at least 1, found 0."
    );
    assert_eq!(
        join(&server, &[text("-"), text("")]).await.unwrap_err(),
        (Some(1), "The string must not be empty.".to_owned())
    );
    assert_eq!(
        join(&server, &[text("-"), text("a"), Value::Null])
            .await
            .unwrap_err()
            .0,
        Some(2)
    );
    assert_eq!(
        join(&server, &[text("-"), Value::from(true)])
            .await
            .unwrap_err()
            .0,
        Some(1)
    );
    assert!(
        join(&server, &[text("-"), text("panic")])
            .await
            .unwrap_err()
            .1
            .contains("knotted")
    );
    assert!(
        join(&server, &[text("-"), text("number")])
            .await
            .unwrap_err()
            .1
            .contains("bug in the provider")
    );
    let request = proto::call_function::Request {
        name: "split".to_owned(),
        arguments: vec![],
    };
    let response = server
        .call_function(Request::new(request))
        .await
        .unwrap()
        .into_inner();
    assert!(response.error.unwrap().text.contains("`split`"));
}

#[tokio::test]
async fn stop_cancels_running_operations_only() {
    let server = std::sync::Arc::new(server());
    let slow = tokio::spawn({
        let server = std::sync::Arc::clone(&server);
        async move { configure(&server, "loop".into()).await }
    });
    tokio::task::yield_now().await;
    let answer = server
        .stop_provider(Request::new(Default::default()))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answer.error, "");
    assert_eq!(slow.await.unwrap(), ["error : Operation cancelled"]);
    assert!(configure(&server, Value::Null).await.is_empty());
}

struct Broken(&'static str);

struct Nameless(&'static str);

#[async_trait::async_trait]
impl crate::framework::DataSource<()> for Nameless {
    type Model = ();

    fn type_name(&self) -> &'static str {
        self.0
    }

    fn schema(&self) -> Schema {
        Schema::new(0).attributes([Attribute::string("a").optional()])
    }

    async fn read(
        &self,
        (): &(),
        _: &mut crate::framework::Call,
        (): (),
    ) -> Result<(), Diagnostics> {
        Ok(())
    }
}

#[async_trait::async_trait]
impl Provider for Broken {
    type Model = ();
    type Client = ();

    fn name(&self) -> &'static str {
        "toy"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
    }

    async fn configure(&self, (): (), _: &ConfigureContext) -> Result<(), Diagnostics> {
        Ok(())
    }

    fn data_sources(&self) -> Vec<Box<dyn AnyDataSource<()>>> {
        vec![Box::new(Nameless(self.0)), Box::new(Nameless("toy_fine"))]
    }
}

#[test]
fn new_rejects_invalid_type_names() {
    assert!(Server::new(Broken("toy_other")).is_ok());
    for name in ["other_thing", "toy", "toy_", "toy_Thing", "toy_fine"] {
        let error = Server::new(Broken(name)).err().unwrap().to_string();
        assert!(error.starts_with(&format!("schema of `{name}`")), "{error}");
    }
}
