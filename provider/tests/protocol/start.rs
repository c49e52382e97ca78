//! Start of the process: arguments, handshake and TLS.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::client::{Client, ClientCertificate, connect_tls, refusal};
use crate::plugin::{COOKIE, Plugin, command};
use crate::rpc::{METADATA, metadata};

/// Exit code, standard output and standard error.
fn output(command: &mut Command) -> (Option<i32>, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn start_without_the_cookie_fails_with_an_explanation() {
    let directory = tempfile::tempdir().unwrap();
    for cookie in [None, Some("wrong")] {
        let mut command = command(directory.path());
        if let Some(cookie) = cookie {
            command.env("TF_PLUGIN_MAGIC_COOKIE", cookie);
        }
        let (code, stdout, stderr) = output(&mut command);
        assert_eq!((code, stdout.as_str()), (Some(1), ""));
        assert!(
            stderr.contains("Terraform plugin") && stderr.contains("terraform init"),
            "{stderr}"
        );
    }
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn start_fails_without_protocol_version_6() {
    let directory = tempfile::tempdir().unwrap();
    let (code, stdout, stderr) = output(
        command(directory.path())
            .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
            .env("PLUGIN_PROTOCOL_VERSIONS", "4,5"),
    );
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(stderr.contains("`4,5`"), "{stderr}");
}

#[test]
fn start_fails_with_an_invalid_client_certificate() {
    let directory = tempfile::tempdir().unwrap();
    let (code, stdout, stderr) = output(
        command(directory.path())
            .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
            .env("PLUGIN_CLIENT_CERT", "nonsense"),
    );
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(stderr.contains("PLUGIN_CLIENT_CERT"), "{stderr}");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn version_is_printed() {
    let directory = tempfile::tempdir().unwrap();
    let (code, stdout, _) = output(command(directory.path()).arg("--version"));
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        (code, stdout),
        (Some(0), format!("terraform-provider-mlspace {version}\n"))
    );
}

#[test]
fn help_is_printed() {
    let directory = tempfile::tempdir().unwrap();
    for argument in ["--help", "-h"] {
        let (code, stdout, stderr) = output(command(directory.path()).arg(argument));
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
        assert!(
            stdout.contains("mlspace = { source = \"registry.terraform.io/mlspace/mlspace\" }"),
            "{stdout}"
        );
    }
}

#[test]
fn unknown_argument_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let (code, stdout, stderr) = output(command(directory.path()).arg("--serve"));
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(stderr.contains("`--serve`"), "{stderr}");
}

#[test]
fn handshake_line_names_a_private_socket() {
    let plugin = Plugin::start(&[]);
    let fields: Vec<_> = plugin.line.split('|').collect();
    let [core, version, network, socket, protocol, certificate] = fields.as_slice() else {
        panic!("{}", plugin.line)
    };
    assert_eq!(
        (*core, *version, *network, *protocol),
        ("1", "6", "unix", "grpc")
    );
    assert!(
        certificate.len() > 50 && !certificate.contains('='),
        "{certificate}"
    );
    let directory = std::path::Path::new(socket).parent().unwrap();
    assert_eq!(directory.parent(), Some(plugin.directory.path()));
    assert_eq!(
        std::fs::metadata(directory).unwrap().permissions().mode() & 0o777,
        0o700
    );
}

#[tokio::test]
async fn tls_accepts_only_the_announced_client() {
    let plugin = Plugin::start(&[]);
    metadata(&plugin.client().await).await.unwrap();

    let (socket, certificate) = (plugin.socket(), plugin.certificate());
    let none = connect_tls(&socket, &certificate, None, rustls::DEFAULT_VERSIONS).await;
    let refused = refusal(none).await;
    assert!(refused.contains("CertificateRequired"), "{refused}");
    let other = ClientCertificate::generate();
    let refused = refusal(
        connect_tls(
            &socket,
            &certificate,
            Some(&other),
            rustls::DEFAULT_VERSIONS,
        )
        .await,
    )
    .await;
    assert!(refused.contains("AccessDenied"), "{refused}");
    let plain = Client::plain(&socket).await.unwrap();
    metadata(&plain).await.unwrap_err();
}

#[tokio::test]
async fn tls_is_off_without_a_client_certificate() {
    let plugin = Plugin::start(&[("PLUGIN_CLIENT_CERT", "")]);
    assert!(plugin.line.ends_with("|grpc|"), "{}", plugin.line);
    metadata(&Client::plain(&plugin.socket()).await.unwrap())
        .await
        .unwrap_or_else(|status| panic!("{METADATA}: {status}"));
}
