//! The handshake before gRPC: the magic cookie, the protocol version, and the line with the
//! socket's address.
//!
//! Cookie, variables and fields of the line are defined by go-plugin (`server.go`) and Terraform
//! (package `plugin`, `Handshake`).

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::{Value, json};
use thiserror::Error;

use super::Environment;

/// Version of go-plugin's own protocol: the first field of the handshake line.
const CORE_VERSION: u32 = 1;

/// Version of Terraform's plugin protocol that is served.
pub(super) const VERSION: u32 = 6;

const COOKIE_NAME: &str = "TF_PLUGIN_MAGIC_COOKIE";
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
const VERSIONS: &str = "PLUGIN_PROTOCOL_VERSIONS";
const MULTIPLEX: &str = "PLUGIN_MULTIPLEX_GRPC";

/// Errors of the handshake.
#[derive(Debug, Error, PartialEq, Eq)]
pub(super) enum HandshakeError {
    #[error(
        "this program is a Terraform plugin and cannot be run on its own.\n\
         Declare the provider in a Terraform configuration and run `terraform init`: Terraform then starts the plugin.\n\
         To attach Terraform to a process that you start yourself, run it with `--debug`."
    )]
    NotStartedByTerraform,
    #[error(
        "the host offers plugin protocol versions `{}`, and this provider supports only version {VERSION}: use {remedy}",
        offered.escape_debug()
    )]
    Version {
        offered: String,
        remedy: &'static str,
    },
}

/// Checks that a host that supports protocol version 6 started the process.
pub(super) fn check(env: Environment<'_>) -> Result<(), HandshakeError> {
    if env(COOKIE_NAME).as_deref() != Some(COOKIE) {
        return Err(HandshakeError::NotStartedByTerraform);
    }
    // Hosts that are too old to send the list accept whatever version the line names.
    match env(VERSIONS).filter(|offered| !offered.is_empty()) {
        Some(offered) => {
            let versions = offered
                .split(',')
                .filter_map(|each| each.trim().parse().ok());
            let versions: Vec<u32> = versions.collect();
            if versions.contains(&VERSION) {
                return Ok(());
            }
            let newer = versions.iter().any(|version| *version > VERSION);
            let remedy = if newer {
                "a newer version of the provider, or an older Terraform"
            } else {
                "Terraform 1.0 or newer"
            };
            Err(HandshakeError::Version { offered, remedy })
        }
        None => Ok(()),
    }
}

/// The handshake line, without its newline. `certificate` is the server certificate in DER, if TLS
/// is enabled.
pub(super) fn line(socket: &Path, certificate: Option<&[u8]>, env: Environment<'_>) -> String {
    let certificate = certificate
        .map(|der| STANDARD_NO_PAD.encode(der))
        .unwrap_or_default();
    let mut line = format!(
        "{CORE_VERSION}|{VERSION}|unix|{}|grpc|{certificate}",
        socket.display()
    );
    // As in go-plugin, only hosts that ask for the seventh field (whether the plugin multiplexes
    // connections) get it, since older ones cannot parse it. Terraform does not ask.
    if env(MULTIPLEX).is_some_and(|value| !value.is_empty()) {
        line.push_str("|false");
    }
    line
}

/// The value of `TF_REATTACH_PROVIDERS` with which Terraform uses this process for the provider at
/// `address`.
pub(super) fn reattach(address: &str, socket: &Path, pid: u32) -> Value {
    json!({
        address: {
            "Protocol": "grpc",
            "ProtocolVersion": VERSION,
            "Pid": pid,
            "Test": true,
            "Addr": { "Network": "unix", "String": socket.display().to_string() },
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(cookie: Option<&str>, versions: Option<&str>) -> Result<(), HandshakeError> {
        check(&|name| match name {
            COOKIE_NAME => cookie.map(str::to_owned),
            VERSIONS => versions.map(str::to_owned),
            _ => None,
        })
    }

    #[test]
    fn check_requires_the_cookie() {
        assert_eq!(
            checked(None, Some("6")),
            Err(HandshakeError::NotStartedByTerraform)
        );
        assert_eq!(
            checked(Some("guess"), Some("6")),
            Err(HandshakeError::NotStartedByTerraform)
        );
        assert_eq!(checked(Some(COOKIE), Some("6")), Ok(()));
    }

    #[test]
    fn check_requires_protocol_version_6() {
        for offered in ["5,6", "6,5", "6", " 6 ", ""] {
            assert_eq!(checked(Some(COOKIE), Some(offered)), Ok(()), "{offered}");
        }
        assert_eq!(checked(Some(COOKIE), None), Ok(()));
        for (offered, remedy) in [
            ("5", "use Terraform 1.0 or newer"),
            ("4,5", "use Terraform 1.0 or newer"),
            ("six", "use Terraform 1.0 or newer"),
            ("7", "use a newer version of the provider"),
            ("5,7", "use a newer version of the provider"),
            ("66", "use a newer version of the provider"),
        ] {
            let refusal = checked(Some(COOKIE), Some(offered)).unwrap_err();
            let text = refusal.to_string();
            assert!(text.contains(remedy) && text.contains(offered), "{text}");
        }
    }

    #[test]
    fn line_has_six_fields_and_an_unpadded_certificate() {
        let path = Path::new("/tmp/x/s");
        assert_eq!(line(path, None, &|_| None), "1|6|unix|/tmp/x/s|grpc|");
        assert_eq!(
            line(path, Some(&[0, 1, 2, 3]), &|_| None),
            "1|6|unix|/tmp/x/s|grpc|AAECAw"
        );
        let asked = |name: &str| (name == MULTIPLEX).then(|| "true".to_owned());
        assert_eq!(line(path, None, &asked), "1|6|unix|/tmp/x/s|grpc||false");
    }

    #[test]
    fn reattach_matches_go_plugins_configuration() {
        insta::assert_json_snapshot!(reattach("registry.example/a/b", Path::new("/tmp/x/s"), 42), @r#"
        {
          "registry.example/a/b": {
            "Addr": {
              "Network": "unix",
              "String": "/tmp/x/s"
            },
            "Pid": 42,
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Test": true
          }
        }
        "#);
    }
}
