//! Tests of what the server remembers between the calls of one run: each object has one owner.

use tonic::Request;

use super::lifecycle::{NOTE, configured, null};
use super::toy::*;
use crate::framework::{Server, Value};
use crate::protocol::tfplugin6::{self as proto, provider_server::Provider as _};

const PRIVATE: &[u8] = b"{\"kept\":1}";

/// Errors of a plan, and the private state that it plans.
async fn plan(
    server: &Server<Toy>,
    prior: &proto::DynamicValue,
    proposed: &proto::DynamicValue,
    prior_private: &[u8],
) -> (Vec<String>, Vec<u8>) {
    let request = proto::plan_resource_change::Request {
        type_name: NOTE.to_owned(),
        prior_state: Some(prior.clone()),
        config: Some(proposed.clone()),
        proposed_new_state: Some(proposed.clone()),
        prior_private: prior_private.to_vec(),
        ..Default::default()
    };
    let planned = server.plan_resource_change(Request::new(request)).await;
    let planned = planned.unwrap().into_inner();
    (short(&planned.diagnostics), planned.planned_private)
}

/// Upgrades and reads a note of the state, as Terraform does before it plans.
async fn refresh(server: &Server<Toy>, name: &str) -> proto::DynamicValue {
    server
        .provider
        .shelf
        .notes
        .lock()
        .unwrap()
        .insert(name.to_owned(), "x".to_owned());
    let json = format!(r#"{{"name":"{name}","text":"x","loud":false,"length":1,"timeouts":null}}"#);
    let request = proto::upgrade_resource_state::Request {
        type_name: NOTE.to_owned(),
        version: server.resource_schemas().next().unwrap().1.version(),
        raw_state: Some(proto::RawState {
            json: json.into_bytes(),
            ..Default::default()
        }),
    };
    let upgraded = server.upgrade_resource_state(Request::new(request)).await;
    let upgraded = upgraded.unwrap().into_inner();
    assert_eq!(short(&upgraded.diagnostics), [""; 0]);
    let request = proto::read_resource::Request {
        type_name: NOTE.to_owned(),
        current_state: upgraded.upgraded_state,
        private: PRIVATE.to_vec(),
        ..Default::default()
    };
    let read = server.read_resource(Request::new(request)).await;
    read.unwrap().into_inner().new_state.unwrap()
}

const DUPLICATE: [&str; 1] = ["error name: Duplicate resource"];

#[tokio::test]
async fn plan_refuses_two_new_notes_of_one_name() {
    let server = configured().await;
    let new = note("a", "x", Value::Unknown);
    assert!(plan(&server, &null(), &new, b"").await.0.is_empty());
    let other = note("b", "x", Value::Unknown);
    assert!(plan(&server, &null(), &other, b"").await.0.is_empty());
    assert_eq!(plan(&server, &null(), &new, b"").await.0, DUPLICATE);
}

#[tokio::test]
async fn plan_refuses_a_second_block_in_any_order() {
    let new = note("a", "x", Value::Unknown);
    for state_first in [true, false] {
        let server = configured().await;
        let state = refresh(&server, "a").await;
        let mut errors = Vec::new();
        for stored in [state_first, !state_first] {
            let (errors_of_one, _) = if stored {
                plan(&server, &state, &state, PRIVATE).await
            } else {
                plan(&server, &null(), &new, b"").await
            };
            errors.extend(errors_of_one);
        }
        assert_eq!(errors, DUPLICATE);
    }
}

#[tokio::test]
async fn plan_accepts_replacements() {
    let server = configured().await;
    let state = refresh(&server, "a").await;
    let loud = note("a", "x", Value::Unknown);
    // A forced replacement: the first half keeps the note.
    let (errors, private) = plan(&server, &state, &state, PRIVATE).await;
    assert!(errors.is_empty());
    let (errors, private) = plan(&server, &null(), &loud, &private).await;
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(private, PRIVATE);
}

#[tokio::test]
async fn plan_of_a_tainted_note_carries_its_private_state() {
    let server = configured().await;
    refresh(&server, "a").await;
    let new = note("a", "x", Value::Unknown);
    let (errors, private) = plan(&server, &null(), &new, b"").await;
    assert!(errors.is_empty());
    assert_eq!(private, PRIVATE);
    // The next run knows nothing of it.
    let server = configured().await;
    let (_, private) = plan(&server, &null(), &new, b"").await;
    assert_eq!(private, b"");
}
