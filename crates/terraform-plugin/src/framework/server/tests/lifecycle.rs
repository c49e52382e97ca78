//! Tests of the RPCs of resources, from validation to deletion.

use std::sync::Arc;

use tonic::Request;

use super::toy::{self, *};
use crate::framework::{Field, Path, Server, Type, Value};
use crate::protocol::tfplugin6::{self as proto, provider_server::Provider as _};

pub(super) const NOTE: &str = "toy_note";

pub(super) async fn configured() -> Arc<Server<Toy>> {
    let server = Arc::new(server());
    let ty = Type::object([("region", Type::String), ("retries", Type::Number)]);
    let config = Some(encode(&Value::object::<&str>([]), &ty));
    let request = proto::configure_provider::Request {
        config,
        ..Default::default()
    };
    let response = server
        .configure_provider(Request::new(request))
        .await
        .unwrap()
        .into_inner();
    assert!(response.diagnostics.is_empty());
    server
}

pub(super) fn null() -> proto::DynamicValue {
    proto::DynamicValue {
        msgpack: vec![0xc0],
        json: vec![],
    }
}

fn create_timeout(create: &str) -> Value {
    let delete = ("delete", Value::Null);
    Value::list([Value::object([("create", Value::from(create)), delete])])
}

async fn validate(server: &Server<Toy>, config: proto::DynamicValue) -> Vec<String> {
    let request = proto::validate_resource_config::Request {
        type_name: NOTE.to_owned(),
        config: Some(config),
        ..Default::default()
    };
    short(
        &server
            .validate_resource_config(Request::new(request))
            .await
            .unwrap()
            .into_inner()
            .diagnostics,
    )
}

async fn plan(
    server: &Server<Toy>,
    prior: &proto::DynamicValue,
    config: &proto::DynamicValue,
    proposed: &proto::DynamicValue,
) -> proto::plan_resource_change::Response {
    let request = proto::plan_resource_change::Request {
        type_name: NOTE.to_owned(),
        prior_state: Some(prior.clone()),
        config: Some(config.clone()),
        proposed_new_state: Some(proposed.clone()),
        prior_private: b"{\"kept\":1}".to_vec(),
        ..Default::default()
    };
    server
        .plan_resource_change(Request::new(request))
        .await
        .unwrap()
        .into_inner()
}

async fn apply(
    server: &Server<Toy>,
    prior: &proto::DynamicValue,
    planned: &proto::DynamicValue,
) -> proto::apply_resource_change::Response {
    let request = proto::apply_resource_change::Request {
        type_name: NOTE.to_owned(),
        prior_state: Some(prior.clone()),
        planned_state: Some(planned.clone()),
        config: Some(planned.clone()),
        planned_private: b"{\"kept\":1}".to_vec(),
        ..Default::default()
    };
    server
        .apply_resource_change(Request::new(request))
        .await
        .unwrap()
        .into_inner()
}

async fn read(server: &Server<Toy>, state: &proto::DynamicValue) -> proto::read_resource::Response {
    let request = proto::read_resource::Request {
        type_name: NOTE.to_owned(),
        current_state: Some(state.clone()),
        private: b"{\"kept\":1}".to_vec(),
        ..Default::default()
    };
    server
        .read_resource(Request::new(request))
        .await
        .unwrap()
        .into_inner()
}

#[tokio::test]
async fn validate_needs_no_client() {
    let server = server();
    assert!(
        validate(&server, note("a", Value::Unknown, Value::Null))
            .await
            .is_empty()
    );
    assert_eq!(
        validate(&server, note("", "rude", 1)).await,
        [
            "error name: Invalid value",
            "error length: Read-only attribute",
            "error text: Rude text",
        ]
    );
    let timeouts = create_timeout("soon");
    let config = note_with("a", "x", Value::Null, timeouts);
    assert_eq!(
        validate(&server, config).await,
        ["error timeouts.0.create: Invalid value"]
    );
    let garbage = proto::DynamicValue {
        msgpack: b"\x93".to_vec(),
        json: vec![],
    };
    assert_eq!(
        validate(&server, garbage).await,
        ["error : Invalid value from Terraform"]
    );
}

#[tokio::test]
async fn resource_is_created_read_replaced_and_deleted() {
    let server = configured().await;
    let timeouts = create_timeout("90s");
    let config = note_with("a", "hello", Value::Null, timeouts);
    let planned = plan(&server, &null(), &config, &config).await;
    assert!(planned.diagnostics.is_empty());
    assert_eq!(
        decode_note(planned.planned_state.as_ref()).length,
        Field::Unknown
    );
    assert_eq!(planned.planned_private, b"{\"kept\":1}");
    assert!(planned.planned_identity.is_some());

    let created = apply(&server, &null(), planned.planned_state.as_ref().unwrap()).await;
    assert!(created.diagnostics.is_empty());
    assert_eq!(created.private, b"{\"kept\":1,\"seconds\":90}");
    assert_eq!(created.new_identity, planned.planned_identity);
    let state = created.new_state.unwrap();
    assert_eq!(decode_note(Some(&state)).length, 5.into());
    assert_eq!(
        decode(Some(&state))
            .attribute("timeouts")
            .at(&Path::root().index(0).attribute("create")),
        &Value::from("90s")
    );

    let seen = read(&server, &state).await;
    assert_eq!(seen.new_state.as_ref(), Some(&state));
    assert_eq!(seen.private, b"{\"kept\":1}");
    let again = plan(&server, &state, &config, &state).await;
    assert_eq!(again.planned_state.as_ref(), Some(&state));

    let renamed = note("b", "hello", 5);
    let replaced = plan(&server, &state, &renamed, &renamed).await;
    assert_eq!(replaced.requires_replace.len(), 1);

    let gone = plan(&server, &state, &null(), &null()).await;
    assert_eq!(gone.planned_state, Some(null()));
    let deleted = apply(&server, &state, &null()).await;
    assert!(deleted.diagnostics.is_empty());
    assert_eq!(deleted.new_state, Some(null()));
    assert_eq!(read(&server, &state).await.new_state, Some(null()));
}

#[tokio::test]
async fn private_state_reaches_the_next_plan() {
    let server = configured().await;
    let timeouts = create_timeout("13s");
    let created = apply(
        &server,
        &null(),
        &note_with("a", "x", Value::Unknown, timeouts),
    )
    .await;
    let state = created.new_state.unwrap();
    let request = proto::plan_resource_change::Request {
        type_name: NOTE.to_owned(),
        prior_state: Some(state.clone()),
        config: Some(state.clone()),
        proposed_new_state: Some(state),
        prior_private: created.private,
        ..Default::default()
    };
    let planned = server
        .plan_resource_change(Request::new(request))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(short(&planned.diagnostics), ["error : Unlucky note"]);
}

#[tokio::test]
async fn plan_sets_private_state() {
    let server = configured().await;
    let config = note("a", "forgetful", Value::Null);
    let planned = plan(&server, &null(), &config, &config).await;
    assert_eq!(planned.planned_private, b"{\"plans\":1}");
}

#[tokio::test]
async fn plan_destroy_can_reject_the_plan() {
    let server = configured().await;
    let refused = plan(&server, &note("a", "precious", 8), &null(), &null()).await;
    assert_eq!(short(&refused.diagnostics), ["error : Note is protected"]);
}

#[tokio::test]
async fn plan_works_without_a_client_but_apply_does_not() {
    let server = server();
    let config = note("a", "x", Value::Null);
    let planned = plan(&server, &null(), &config, &config).await;
    assert_eq!(short(&planned.diagnostics), ["warning : Not checked"]);
    let refused = apply(&server, &null(), &planned.planned_state.unwrap()).await;
    assert_eq!(
        short(&refused.diagnostics),
        ["error : Provider not configured"]
    );
    assert_eq!(refused.new_state, Some(null()));
}

#[tokio::test]
async fn apply_failure_returns_the_reached_state() {
    let server = configured().await;
    let failed = apply(&server, &null(), &note("a", "fail", Value::Unknown)).await;
    assert_eq!(short(&failed.diagnostics), ["error text: Smudged text"]);
    let state = decode_note(failed.new_state.as_ref());
    assert_eq!((state.name, state.length), ("a".into(), Field::Null));
    assert!(failed.private.windows(7).any(|part| part == b"seconds"));
    assert!(failed.new_identity.is_some());

    let prior = note("a", "old", 3);
    let refused = apply(&server, &prior, &note("a", "refuse", Value::Unknown)).await;
    assert_eq!(short(&refused.diagnostics), ["error : Update refused"]);
    assert_eq!(refused.new_state, Some(prior));
    let sticky = note("a", "sticky", 6);
    let stuck = apply(&server, &sticky, &null()).await;
    assert_eq!(
        (short(&stuck.diagnostics), stuck.new_state),
        (vec!["error : Note is stuck".to_owned()], Some(sticky))
    );
}

#[tokio::test]
async fn apply_returns_warnings() {
    let server = configured().await;
    let faint = apply(&server, &null(), &note("a", "faint", Value::Unknown)).await;
    assert_eq!(short(&faint.diagnostics), ["warning text: Faint text"]);
    assert_eq!(decode_note(faint.new_state.as_ref()).name, "a".into());
    let failed = apply(&server, &null(), &note("a", "faint fail", Value::Unknown)).await;
    assert_eq!(
        short(&failed.diagnostics),
        ["warning text: Faint text", "error text: Smudged text"]
    );
}

#[tokio::test]
async fn apply_reports_results_that_contradict_the_plan() {
    let server = configured().await;
    let forgot = apply(&server, &null(), &note("a", "forget", Value::Unknown)).await;
    assert_eq!(
        short(&forgot.diagnostics),
        ["error length: Bug in the provider"]
    );
    assert_eq!(decode_note(forgot.new_state.as_ref()).length, Field::Null);
    let changed = apply(&server, &null(), &note("a", "change", Value::Unknown)).await;
    assert_eq!(
        short(&changed.diagnostics),
        ["error text: Bug in the provider"]
    );
    assert_eq!(
        decode_note(changed.new_state.as_ref()).text,
        "changed".into()
    );
}

#[tokio::test]
async fn panic_becomes_a_diagnostic() {
    let server = configured().await;
    let config = note("a", "panic in plan", Value::Null);
    let planned = plan(&server, &null(), &config, &config).await;
    assert!(
        planned
            .diagnostics
            .first()
            .unwrap()
            .detail
            .contains("out of paper")
    );
    let prior = note("a", "old", 3);
    let applied = apply(&server, &prior, &note("a", "panic", Value::Unknown)).await;
    let diagnostic = applied.diagnostics.first().unwrap();
    assert!(diagnostic.detail.contains("out of ink") && !diagnostic.detail.contains("backtrace"));
    assert_eq!(applied.new_state, Some(prior));
    assert_eq!(applied.private, b"{\"kept\":1}");
}

#[tokio::test]
async fn stop_during_apply_returns_the_reached_state() {
    let server = configured().await;
    let slow = tokio::spawn({
        let server = Arc::clone(&server);
        async move { apply(&server, &null(), &note("a", "wait", Value::Unknown)).await }
    });
    while server.provider.shelf.notes.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    server
        .stop_provider(Request::new(Default::default()))
        .await
        .unwrap();
    let stopped = slow.await.unwrap();
    assert_eq!(short(&stopped.diagnostics), ["error : Operation cancelled"]);
    assert_eq!(decode_note(stopped.new_state.as_ref()).name, "a".into());
}

async fn upgrade(
    server: &Server<Toy>,
    version: i64,
    json: &str,
) -> proto::upgrade_resource_state::Response {
    let request = proto::upgrade_resource_state::Request {
        type_name: NOTE.to_owned(),
        version,
        raw_state: Some(proto::RawState {
            json: json.as_bytes().to_vec(),
            ..Default::default()
        }),
    };
    server
        .upgrade_resource_state(Request::new(request))
        .await
        .unwrap()
        .into_inner()
}

#[tokio::test]
async fn upgrade_state_accepts_older_versions() {
    let server = server();
    let same = upgrade(
        &server,
        2,
        r#"{"name":"a","text":"x","gone":{"b":[1]},"length":1}"#,
    )
    .await;
    assert_eq!(decode_note(same.upgraded_state.as_ref()).text, "x".into());
    let old = upgrade(&server, 1, r#"{"name":"a","body":"x"}"#).await;
    let state = decode_note(old.upgraded_state.as_ref());
    assert_eq!((state.text, state.length), ("x".into(), 0.into()));
    for (version, json, summary) in [
        (0, "{}", "State is too old"),
        (3, "{}", "Stored state is too new"),
        (2, "{", "Invalid stored state"),
        (2, "", "Stored state is too old"),
        (2, r#"{"name":["a"]}"#, "Invalid stored state"),
    ] {
        let refused = upgrade(&server, version, json).await;
        assert_eq!(
            refused.diagnostics.first().unwrap().summary,
            summary,
            "{json}"
        );
    }
    let request = proto::upgrade_resource_identity::Request {
        type_name: NOTE.to_owned(),
        version: 0,
        raw_identity: Some(proto::RawState {
            json: br#"{"name":"a"}"#.to_vec(),
            ..Default::default()
        }),
    };
    let response = server
        .upgrade_resource_identity(Request::new(request))
        .await
        .unwrap()
        .into_inner();
    assert!(response.diagnostics.is_empty());
    assert_eq!(response.upgraded_identity, Some(identity("a")));
}

fn identity(name: &str) -> proto::ResourceIdentityData {
    let ty = Type::object([("name", Type::String)]);
    let value = Value::object([(
        "name",
        if name.is_empty() {
            Value::Null
        } else {
            name.into()
        },
    )]);
    proto::ResourceIdentityData {
        identity_data: Some(encode(&value, &ty)),
    }
}

async fn import(
    server: &Server<Toy>,
    id: &str,
    identity: Option<proto::ResourceIdentityData>,
) -> Result<proto::import_resource_state::ImportedResource, Vec<String>> {
    let request = proto::import_resource_state::Request {
        type_name: NOTE.to_owned(),
        id: id.to_owned(),
        identity,
        ..Default::default()
    };
    let response = server
        .import_resource_state(Request::new(request))
        .await
        .unwrap()
        .into_inner();
    response
        .imported_resources
        .into_iter()
        .next()
        .ok_or_else(|| short(&response.diagnostics))
}

#[tokio::test]
async fn import_accepts_an_id_or_an_identity() {
    let server = configured().await;
    let by_id = import(&server, "a", None).await.unwrap();
    assert_eq!(
        decode_note(by_id.state.as_ref()),
        NoteModel {
            name: "a".into(),
            ..NoteModel::default()
        }
    );
    assert_eq!(by_id.identity, Some(identity("a")));
    assert_eq!(by_id.private, b"{\"imported\":true}");
    let by_identity = import(&server, "", Some(identity("a"))).await.unwrap();
    assert_eq!(by_identity, by_id);
    assert_eq!(
        import(&server, "a/b", None).await.unwrap_err(),
        ["error : Invalid import id"]
    );
    assert_eq!(
        import(&server, "", None).await.unwrap_err(),
        ["error : Missing import id"]
    );
    assert_eq!(
        import(&server, "", Some(identity(""))).await.unwrap_err(),
        ["error : Incomplete resource identity"]
    );
    assert_eq!(
        import(&toy::server(), "a", None).await.unwrap_err(),
        ["error : Provider not configured"]
    );
}

#[tokio::test]
async fn unknown_types_and_rpcs_are_errors() {
    let server = server();
    let request = proto::read_resource::Request {
        type_name: "toy_ghost".to_owned(),
        ..Default::default()
    };
    let response = server
        .read_resource(Request::new(request))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        short(&response.diagnostics),
        ["error : Unknown resource type"]
    );
    let status = server
        .move_resource_state(Request::new(Default::default()))
        .await
        .unwrap_err();
    assert_eq!(status.code(), tonic::Code::Unimplemented);
}
