//! The certificate authorities that are trusted.

use std::ffi::OsString;
use std::path::Path;

use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::{CertificateDer, pem::PemObject as _};

use crate::aws::error::Error;

/// The variable that names a PEM file of trusted certificate authorities, in place of the system's
/// (*AWS CLI environment variables*:
/// <https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html>).
pub(in crate::aws) const CA_BUNDLE: &str = "AWS_CA_BUNDLE";

/// The TLS settings with the certificates of this file, or with those of the system.
pub(super) fn tls_context(bundle: Option<OsString>) -> Result<TlsContext, Error> {
    let store = match bundle.filter(|path| !path.is_empty()) {
        Some(path) => {
            let pem = std::fs::read(&path)
                .map_err(|error| unusable(path.as_ref(), &format!("cannot be read: {error}")))?;
            check(&pem).map_err(|problem| unusable(path.as_ref(), &problem))?;
            TrustStore::empty().with_pem_certificate(pem)
        }
        None => TrustStore::default(),
    };
    let built = TlsContext::builder().with_trust_store(store).build();
    built.map_err(|error| unusable(Path::new(CA_BUNDLE), &error.to_string()))
}

/// Checks that the file has certificates, and nothing in it that the TLS library refuses: the SDK
/// expects valid ones and would panic.
fn check(pem: &[u8]) -> Result<(), String> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let certificates = certificates.map_err(|error| format!("is not a PEM file: {error}"))?;
    if certificates.is_empty() {
        return Err("has no certificate in PEM form".to_owned());
    }
    let mut store = RootCertStore::empty();
    for certificate in certificates {
        store
            .add(certificate)
            .map_err(|error| format!("has a certificate that is not valid: {error}"))?;
    }
    Ok(())
}

fn unusable(path: &Path, problem: &str) -> Error {
    Error::Invalid {
        attribute: None,
        message: format!("the file `{}` of {CA_BUNDLE} {problem}", path.display()),
        remedy: format!(
            "let {CA_BUNDLE} name a PEM file of certificate authorities, or unset it to trust those of the system"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_context_names_variable_and_file() {
        let folder = std::env::temp_dir().join(format!("mlspace-ca-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for (name, content, problem) in [
            ("missing.pem", None, "cannot be read"),
            ("empty.pem", Some(""), "has no certificate"),
            ("text.pem", Some("hello"), "has no certificate"),
            ("broken.pem", Some(broken), "not valid"),
        ] {
            let path = folder.join(name);
            if let Some(content) = content {
                std::fs::write(&path, content).unwrap();
            }
            let error = tls_context(Some(path.clone().into_os_string())).unwrap_err();
            let detail = error.detail();
            assert!(detail.contains(CA_BUNDLE), "{detail}");
            assert!(detail.contains(path.to_str().unwrap()), "{detail}");
            assert!(detail.contains(problem), "{detail}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn tls_context_takes_the_system_without_variable() {
        assert!(tls_context(None).is_ok());
        assert!(tls_context(Some(OsString::new())).is_ok());
    }
}
