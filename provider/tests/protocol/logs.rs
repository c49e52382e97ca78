//! Logs of the process.

use serde_json::Value;
use terraform_plugin::protocol::tfplugin6::{DynamicValue, configure_provider, read_resource};

use crate::plugin::Plugin;
use crate::rpc::{metadata, open_streams, shut_down};

/// A secret that must not appear in any log line.
const CANARY: &str = "wJalrXUtnFEMI-canary";

/// The log lines of a process that serves a few calls with the given variables, and its standard
/// output after the handshake.
async fn logged(variables: &[(&str, &str)]) -> (Vec<Value>, String) {
    let mut plugin = Plugin::start(variables);
    let client = plugin.client().await;
    let _streams = open_streams(&client).await;
    metadata(&client).await.unwrap();
    // {"secret_key": canary} in msgpack. Whether the provider accepts it does not matter here.
    let mut msgpack = vec![0x81, 0xaa];
    msgpack.extend_from_slice(b"secret_key");
    msgpack.push(0xa0 | u8::try_from(CANARY.len()).unwrap());
    msgpack.extend_from_slice(CANARY.as_bytes());
    let config = Some(DynamicValue {
        msgpack,
        json: vec![],
    });
    let request = configure_provider::Request {
        config: config.clone(),
        ..Default::default()
    };
    let _any = client
        .call::<_, configure_provider::Response>("/tfplugin6.Provider/ConfigureProvider", request)
        .await;
    let request = read_resource::Request {
        type_name: "x".into(),
        current_state: config,
        ..Default::default()
    };
    let _any = client
        .call::<_, read_resource::Response>("/tfplugin6.Provider/ReadResource", request)
        .await;
    shut_down(&client).await;
    let (_, rest, errors) = plugin.ended();
    let lines = errors
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}")))
        .collect();
    (lines, rest)
}

#[tokio::test]
async fn logs_are_off_without_a_level() {
    let (lines, rest) = logged(&[]).await;
    assert_eq!((lines.len(), rest.as_str()), (0, ""));
    let (lines, rest) = logged(&[("TF_LOG", "TRACE"), ("TF_LOG_PROVIDER_MLSPACE", "OFF")]).await;
    assert_eq!((lines.len(), rest.as_str()), (0, ""));
}

#[tokio::test]
async fn trace_logs_are_well_formed_and_name_the_rpc() {
    let (lines, rest) = logged(&[("TF_LOG_PROVIDER", "TRACE")]).await;
    assert_eq!(rest, "");
    for line in &lines {
        for key in ["@level", "@message", "@module", "@timestamp"] {
            assert!(line[key].is_string(), "{key} in {line}");
        }
        assert!(!line.to_string().contains(CANARY), "{line}");
    }
    for rpc in ["GetMetadata", "ConfigureProvider", "ReadResource"] {
        let of_rpc: Vec<_> = lines.iter().filter(|line| line["tf_rpc"] == rpc).collect();
        assert!(!of_rpc.is_empty(), "no line of {rpc}");
        assert!(
            of_rpc.iter().all(|line| line["tf_req_id"].is_string()),
            "{of_rpc:?}"
        );
    }
}

#[tokio::test]
async fn logs_are_filtered_by_level() {
    let (lines, _) = logged(&[("TF_LOG", "WARN")]).await;
    assert!(
        lines
            .iter()
            .all(|line| line["@level"] != "debug" && line["@level"] != "trace"),
        "{lines:?}"
    );
    let (lines, _) = logged(&[("TF_LOG", "DEBUG")]).await;
    assert!(lines.iter().any(|line| line["@level"] == "debug"));
    assert!(
        lines.iter().all(|line| line["@level"] != "trace"),
        "{lines:?}"
    );
}
