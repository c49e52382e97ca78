//! Shutdown of the process.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::client::{Client, ClientCertificate};
use crate::plugin::{COOKIE, Plugin, command, signal, wait_until};
use crate::rpc::{metadata, open_streams, shut_down};

fn is_empty(directory: &tempfile::TempDir) -> bool {
    std::fs::read_dir(directory.path())
        .unwrap()
        .next()
        .is_none()
}

#[tokio::test]
async fn controller_shutdown_ends_the_process() {
    let mut plugin = Plugin::start(&[]);
    let client = plugin.client().await;
    let _streams = open_streams(&client).await;
    metadata(&client).await.unwrap();
    shut_down(&client).await;
    let (status, rest, errors) = plugin.ended();
    assert_eq!(
        (status.code(), rest.as_str(), errors.as_str()),
        (Some(0), "", "")
    );
    assert!(is_empty(&plugin.directory));
}

#[tokio::test]
async fn interrupt_is_ignored() {
    let mut plugin = Plugin::start(&[]);
    let client = plugin.client().await;
    for _ in 0..3 {
        plugin.signal("INT");
        metadata(&client).await.unwrap();
    }
    shut_down(&client).await;
    assert_eq!(plugin.ended().0.code(), Some(0));
}

#[tokio::test]
async fn termination_ends_the_process_cleanly() {
    for signal in ["TERM", "HUP"] {
        let mut plugin = Plugin::start(&[]);
        let client = plugin.client().await;
        let _streams = open_streams(&client).await;
        plugin.signal(signal);
        plugin.signal("INT");
        assert_eq!(plugin.ended().0.code(), Some(0), "{signal}");
        assert!(is_empty(&plugin.directory), "{signal}");
    }
}

/// A plugin whose host is another process: the child of the result.
fn start_under_a_host() -> Plugin {
    let directory = tempfile::tempdir().unwrap();
    let own = ClientCertificate::generate();
    let plain = command(directory.path());
    // The host is a shell. `read` keeps it running, because no input arrives.
    let mut host = std::process::Command::new("sh");
    host.args(["-c", "\"$0\" & read -r line"])
        .arg(plain.get_program())
        .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
        .env("PLUGIN_UNIX_SOCKET_DIR", directory.path())
        .env("PLUGIN_CLIENT_CERT", &own.pem)
        .stdin(Stdio::piped());
    Plugin::spawn(host, own, directory)
}

#[test]
fn process_ends_after_its_host_died_without_connecting() {
    let plugin = start_under_a_host();
    assert!(plugin.socket().exists());
    signal(plugin.child.id(), "KILL");
    wait_until("the socket is removed", || is_empty(&plugin.directory));
}

// More than one thread, so that the connection closes while the test waits.
#[tokio::test(flavor = "multi_thread")]
async fn process_ends_after_its_host_was_killed() {
    let plugin = start_under_a_host();
    let client = plugin.client().await;
    metadata(&client).await.unwrap();
    signal(plugin.child.id(), "KILL");
    drop(client);
    wait_until("the socket is removed", || is_empty(&plugin.directory));
}

#[tokio::test]
async fn debug_mode_prints_how_to_attach_and_ends_on_interrupt() {
    let directory = tempfile::tempdir().unwrap();
    let mut child = command(directory.path())
        .arg("--debug")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let variable = lines
        .find(|line| line.contains("TF_REATTACH_PROVIDERS"))
        .unwrap();
    let value = variable
        .trim()
        .strip_prefix("TF_REATTACH_PROVIDERS='")
        .unwrap()
        .strip_suffix('\'')
        .unwrap();
    let value: Value = serde_json::from_str(value).unwrap();
    let configuration = &value["registry.terraform.io/mlspace/mlspace"];
    assert_eq!(configuration["Pid"], child.id());
    assert_eq!(configuration["ProtocolVersion"], 6);
    let socket = configuration["Addr"]["String"].as_str().unwrap();
    let client = Client::plain(socket.as_ref()).await.unwrap();
    metadata(&client).await.unwrap();
    // Like the next Terraform command, connect again.
    drop(client);
    metadata(&Client::plain(socket.as_ref()).await.unwrap())
        .await
        .unwrap();
    signal(child.id(), "INT");
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(is_empty(&directory));
}
