//! Tests of the RPCs of ephemeral resources.

use tonic::Request;

use super::serving::configure;
use super::toy::*;
use crate::framework::{Server, Type, Value, codec, types};
use crate::protocol::tfplugin6::{self as proto, provider_server::Provider as _};

fn key_type() -> Type {
    let timeouts = types::Type::object([("open", Type::String), ("close", Type::String)]);
    Type::object([
        ("note", Type::String),
        ("teeth", Type::Number),
        ("key", Type::String),
        ("timeouts", Type::list(timeouts)),
    ])
}

fn key(note: Value, teeth: Value, key: Value) -> Value {
    key_within(note, teeth, key, Value::List(vec![]))
}

fn key_within(note: Value, teeth: Value, key: Value, timeouts: Value) -> Value {
    Value::object([
        ("note", note),
        ("teeth", teeth),
        ("key", key),
        ("timeouts", timeouts),
    ])
}

async fn validate(server: &Server<Toy>, config: &Value) -> Vec<String> {
    let request = proto::validate_ephemeral_resource_config::Request {
        type_name: "toy_key".to_owned(),
        config: Some(encode(config, &key_type())),
    };
    let response = server.validate_ephemeral_resource_config(Request::new(request));
    short(&response.await.unwrap().into_inner().diagnostics)
}

async fn open_config(
    server: &Server<Toy>,
    config: &Value,
    deferral: bool,
) -> proto::open_ephemeral_resource::Response {
    let request = proto::open_ephemeral_resource::Request {
        type_name: "toy_key".to_owned(),
        config: Some(encode(config, &key_type())),
        client_capabilities: Some(proto::ClientCapabilities {
            deferral_allowed: deferral,
            ..Default::default()
        }),
    };
    let response = server.open_ephemeral_resource(Request::new(request)).await;
    response.unwrap().into_inner()
}

async fn open(server: &Server<Toy>, note: &str) -> proto::open_ephemeral_resource::Response {
    open_config(server, &key(note.into(), Value::Null, Value::Null), false).await
}

fn result(response: &proto::open_ephemeral_resource::Response) -> Value {
    codec::decode(&response.result.as_ref().unwrap().msgpack, &key_type()).unwrap()
}

async fn renew(
    server: &Server<Toy>,
    private: Option<Vec<u8>>,
) -> proto::renew_ephemeral_resource::Response {
    let request = proto::renew_ephemeral_resource::Request {
        type_name: "toy_key".to_owned(),
        private,
    };
    let response = server.renew_ephemeral_resource(Request::new(request)).await;
    response.unwrap().into_inner()
}

async fn close(server: &Server<Toy>, private: Option<Vec<u8>>) -> Vec<String> {
    let request = proto::close_ephemeral_resource::Request {
        type_name: "toy_key".to_owned(),
        private,
    };
    let response = server.close_ephemeral_resource(Request::new(request)).await;
    short(&response.unwrap().into_inner().diagnostics)
}

/// The keys that are out.
fn out(server: &Server<Toy>) -> Vec<String> {
    let notes = server.provider.shelf.notes.lock().unwrap();
    notes
        .iter()
        .map(|(key, what)| format!("{key}: {what}"))
        .collect()
}

#[tokio::test]
async fn ephemeral_resource_lives_with_its_private_state() {
    let server = server();
    configure(&server, Value::Null).await;
    let timeouts = Value::list([Value::object([
        ("open", Value::from("5m")),
        ("close", Value::Null),
    ])]);
    let config = key_within("a".into(), Value::Null, Value::Null, timeouts.clone());
    let opened = open_config(&server, &config, false).await;
    assert_eq!(opened.diagnostics, []);
    let expected = key_within("a".into(), 8.into(), "hush-a".into(), timeouts);
    assert_eq!(result(&opened), expected);
    assert_eq!(opened.renew_at.unwrap().seconds, 100);
    let private = opened.private.clone().unwrap();
    let text = String::from_utf8(private).unwrap();
    assert_eq!(text, r#"{"note":"a","seconds":300}"#);
    assert_eq!(out(&server), ["key of a: out"]);

    let renewed = renew(&server, opened.private.clone()).await;
    assert_eq!(renewed.renew_at.unwrap().seconds, 200);
    assert_ne!(renewed.private, opened.private);
    let again = renew(&server, renewed.private).await;
    assert_eq!(out(&server), ["key of a: out, renewed, renewed"]);
    assert_eq!(close(&server, again.private).await, [""; 0]);
    assert_eq!(out(&server), [""; 0]);

    assert_eq!(
        close(&server, opened.private.clone()).await,
        ["error : Key lost"]
    );
    let lost = renew(&server, opened.private).await;
    assert_eq!(short(&lost.diagnostics), ["error : Key lost"]);
    assert_eq!(lost.renew_at, None);
    let brief = open(&server, "brief").await;
    assert_eq!(renew(&server, brief.private).await.renew_at, None);
}

#[tokio::test]
async fn ephemeral_configuration_is_validated() {
    let server = server();
    let good = key("a".into(), 3.into(), Value::Null);
    assert_eq!(validate(&server, &good).await, [""; 0]);
    let vague = key(Value::Unknown, Value::Unknown, Value::Null);
    assert_eq!(validate(&server, &vague).await, [""; 0]);
    for (config, error) in [
        (
            key("a".into(), 0.into(), Value::Null),
            "error teeth: Blunt key",
        ),
        (
            key("a".into(), Value::Null, "x".into()),
            "error key: Read-only attribute",
        ),
    ] {
        assert_eq!(validate(&server, &config).await, [error]);
    }
    let request = proto::open_ephemeral_resource::Request {
        type_name: "toy_lock".to_owned(),
        ..Default::default()
    };
    let response = server.open_ephemeral_resource(Request::new(request)).await;
    let diagnostics = response.unwrap().into_inner().diagnostics;
    assert_eq!(
        short(&diagnostics),
        ["error : Unknown ephemeral resource type"]
    );
}

#[tokio::test]
async fn what_is_unknown_opens_nothing() {
    let server = server();
    assert_eq!(
        short(&open(&server, "a").await.diagnostics),
        ["error : Provider not configured"]
    );
    let unknown = key("a".into(), 8.into(), Value::Unknown);
    configure(&server, Value::Unknown).await;
    assert_eq!(
        short(&open(&server, "a").await.diagnostics),
        ["error : Provider configuration unknown"]
    );
    let deferred = open_config(&server, &key("a".into(), Value::Null, Value::Null), true).await;
    assert_eq!(
        deferred.deferred.unwrap().reason,
        proto::deferred::Reason::ProviderConfigUnknown as i32
    );
    assert_eq!(result(&deferred), unknown);

    configure(&server, Value::Null).await;
    let vague = key(Value::Unknown, Value::Null, Value::Null);
    let waiting = open_config(&server, &vague, false).await;
    assert_eq!(waiting.diagnostics, []);
    assert_eq!(
        result(&waiting),
        key(Value::Unknown, 8.into(), Value::Unknown)
    );
    assert_eq!(out(&server), [""; 0]);
}

#[tokio::test]
async fn open_can_wait_for_an_object_that_the_run_creates() {
    let server = server();
    configure(&server, Value::Null).await;
    let refused = open(&server, "missing").await;
    assert_eq!(short(&refused.diagnostics), ["error note: No such note"]);
    assert_eq!(refused.result, None);
    let request = proto::plan_resource_change::Request {
        type_name: "toy_note".to_owned(),
        prior_state: Some(encode(&Value::Null, &note_type())),
        proposed_new_state: Some(note("missing", "text", Value::Null)),
        config: Some(note("missing", "text", Value::Null)),
        ..Default::default()
    };
    let planned = server.plan_resource_change(Request::new(request)).await;
    assert!(
        !planned
            .unwrap()
            .into_inner()
            .diagnostics
            .iter()
            .any(|one| one.severity == 1)
    );
    let waiting = open(&server, "missing").await;
    assert_eq!(
        result(&waiting),
        key("missing".into(), 8.into(), Value::Unknown)
    );
}

#[tokio::test]
async fn contradicting_result_is_closed_again() {
    let server = server();
    configure(&server, Value::Null).await;
    let wrong = open(&server, "wrong").await;
    assert_eq!(
        short(&wrong.diagnostics),
        ["error note: Bug in the provider"]
    );
    assert_eq!((wrong.result, wrong.private), (None, None));
    assert_eq!(out(&server), [""; 0]);
}

#[tokio::test]
async fn ephemeral_values_reach_no_diagnostic() {
    let server = server();
    configure(&server, Value::Null).await;
    for note in ["loud", "panic", "wrong"] {
        let response = open(&server, note).await;
        assert!(!response.diagnostics.is_empty(), "{note}");
        let text = format!("{:?}", response.diagnostics);
        assert!(!text.contains(SECRET), "{text}");
    }
}

#[tokio::test]
async fn stop_ends_an_open_and_not_the_close_after_it() {
    let server = std::sync::Arc::new(server());
    configure(&server, Value::Null).await;
    let opened = open(&server, "a").await;
    let waiting = tokio::spawn({
        let server = std::sync::Arc::clone(&server);
        async move { short(&open(&server, "wait").await.diagnostics) }
    });
    tokio::task::yield_now().await;
    server
        .stop_provider(Request::new(Default::default()))
        .await
        .unwrap();
    assert_eq!(waiting.await.unwrap(), ["error : Operation cancelled"]);
    assert_eq!(close(&server, opened.private).await, [""; 0]);
    assert_eq!(out(&server), [""; 0]);
}
