//! What is said before gRPC begins: is a Terraform there, does it speak version 6, and where to find us.
//!
//! The cookie, the variables and the line's fields are go-plugin's and Terraform's
//! (go-plugin's `server.go`; Terraform's `plugin` package, `Handshake`).

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::{Value, json};
use thiserror::Error;

use super::Environment;

/// Version of go-plugin's own protocol: the first field of the line.
const CORE_VERSION: u32 = 1;

/// Version of Terraform's plugin protocol that is served.
pub(super) const VERSION: u32 = 6;

const COOKIE_NAME: &str = "TF_PLUGIN_MAGIC_COOKIE";
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
const VERSIONS: &str = "PLUGIN_PROTOCOL_VERSIONS";
const MULTIPLEX: &str = "PLUGIN_MULTIPLEX_GRPC";

/// Why no handshake takes place.
#[derive(Debug, Error, PartialEq, Eq)]
pub(super) enum HandshakeError {
    #[error(
        "this program is a Terraform plugin and does nothing when run by itself.\n\
         Name the provider in a Terraform configuration and run `terraform init`: Terraform then starts the plugin.\n\
         To attach Terraform to a process started by hand, run it with `--debug`."
    )]
    NotStartedByTerraform,
    #[error(
        "the host offers plugin protocol versions `{offered}`, and this provider serves version {VERSION} only: \
         use Terraform 1.0 or newer"
    )]
    Version { offered: String },
}

/// Refuses to go on unless a host that speaks version 6 started the process.
pub(super) fn check(env: Environment<'_>) -> Result<(), HandshakeError> {
    if env(COOKIE_NAME).as_deref() != Some(COOKIE) {
        return Err(HandshakeError::NotStartedByTerraform);
    }
    // Hosts too old to send the list take what they get.
    match env(VERSIONS).filter(|offered| !offered.is_empty()) {
        Some(offered)
            if !offered
                .split(',')
                .any(|version| version.trim().parse() == Ok(VERSION)) =>
        {
            Err(HandshakeError::Version { offered })
        }
        _ => Ok(()),
    }
}

/// The handshake line, without its newline. `certificate` is the server's in DER, when TLS is on.
pub(super) fn line(socket: &Path, certificate: Option<&[u8]>, env: Environment<'_>) -> String {
    let certificate = certificate
        .map(|der| STANDARD_NO_PAD.encode(der))
        .unwrap_or_default();
    let mut line = format!(
        "{CORE_VERSION}|{VERSION}|unix|{}|grpc|{certificate}",
        socket.display()
    );
    // A seventh field confuses hosts that did not ask for it. Terraform doesn't.
    if env(MULTIPLEX).is_some_and(|value| !value.is_empty()) {
        line.push_str("|false");
    }
    line
}

/// The value of `TF_REATTACH_PROVIDERS` that makes Terraform use this process for the provider at `address`.
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
    fn only_the_cookie_opens() {
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
    fn the_host_must_offer_version_6() {
        for offered in ["5,6", "6,5", "6", " 6 ", ""] {
            assert_eq!(checked(Some(COOKIE), Some(offered)), Ok(()), "{offered}");
        }
        assert_eq!(checked(Some(COOKIE), None), Ok(()));
        for offered in ["5", "4,5", "66", "six"] {
            let offered = offered.to_owned();
            let refusal = HandshakeError::Version {
                offered: offered.clone(),
            };
            assert_eq!(checked(Some(COOKIE), Some(&offered)), Err(refusal));
        }
    }

    #[test]
    fn the_line_has_six_fields_and_an_unpadded_certificate() {
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
    fn reattach_has_the_shape_of_go_plugins_configuration() {
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
