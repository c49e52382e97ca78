//! Mutual TLS between Terraform and this process.
//!
//! Each side generates a certificate per process and sends it out of band: Terraform's arrives in
//! `PLUGIN_CLIENT_CERT`, ours is part of the handshake line. A peer is authenticated if its
//! certificate is exactly that one and it can sign with the key; there is no chain. Stock verifiers
//! cannot be used: go-plugin marks its client certificate as a certificate authority, which rustls
//! rejects for an end entity, and its key is on P-521, which ring cannot verify (aws-lc can).

use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use rcgen::{
    CertificateParams, DistinguishedName as SubjectName, DnType, ExtendedKeyUsagePurpose, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{NoServerSessionStorage, ParsedCertificate};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme,
    crypto::aws_lc_rs::default_provider,
};
use thiserror::Error;

/// The host name that go-plugin's clients expect, even over a Unix socket.
const SERVER_NAME: &str = "localhost";

/// Errors of setting up TLS.
#[derive(Debug, Error)]
pub(super) enum TlsError {
    #[error("PLUGIN_CLIENT_CERT is not a valid PEM certificate: {0}")]
    ClientCertificate(rustls::pki_types::pem::Error),
    #[error("PLUGIN_CLIENT_CERT does not contain a valid certificate: {0}")]
    ClientCertificateContent(rustls::Error),
    #[error("cannot generate the server's certificate: {0}")]
    ServerCertificate(#[from] rcgen::Error),
    #[error("cannot compute the validity of the server's certificate: {0}")]
    Clock(#[from] jiff::Error),
    #[error("cannot set up TLS: {0}")]
    Configuration(#[from] rustls::Error),
}

/// The server's side of TLS.
#[derive(Debug, Clone)]
pub(super) struct Tls {
    /// Configuration that accepts exactly one client.
    pub(super) config: Arc<ServerConfig>,
    /// The server's certificate in DER, for the handshake line.
    pub(super) certificate: CertificateDer<'static>,
}

impl Tls {
    /// Accepts only the holder of the certificate in `client_pem` (the value of
    /// `PLUGIN_CLIENT_CERT`), and generates a certificate for the server.
    pub(super) fn for_client(client_pem: &str) -> Result<Self, TlsError> {
        let client = CertificateDer::from_pem_slice(client_pem.as_bytes())
            .map_err(TlsError::ClientCertificate)?;
        // Nobody could connect with a certificate that cannot be parsed.
        ParsedCertificate::try_from(&client).map_err(TlsError::ClientCertificateContent)?;
        // Explicit, because the process-wide default depends on which other crates are linked.
        let provider = Arc::new(default_provider());
        let (certificate, key) = server_certificate()?;
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(Arc::new(ExactClient::new(client, &provider)))
            .with_single_cert(vec![certificate.clone()], key.into())?;
        // Go's gRPC client requires the server to negotiate HTTP/2 by ALPN.
        config.alpn_protocols = vec![b"h2".to_vec()];
        // One client opens one connection, so there is no session to resume.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Self {
            config: Arc::new(config),
            certificate,
        })
    }
}

/// A self-signed leaf on P-256. Go accepts it because the client adds it to its own root pool.
fn server_certificate() -> Result<(CertificateDer<'static>, PrivatePkcs8KeyDer<'static>), TlsError>
{
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut parameters = CertificateParams::new(vec![SERVER_NAME.to_owned()])?;
    // As go-plugin's own certificates. rcgen's default is the name of the library.
    let mut subject = SubjectName::new();
    subject.push(DnType::CommonName, SERVER_NAME);
    parameters.distinguished_name = subject;
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // A day back tolerates clock changes; five years are longer than any plugin process runs.
    let now = Timestamp::now().to_zoned(TimeZone::UTC);
    let day = |time: &Zoned| {
        rcgen::date_time_ymd(
            i32::from(time.year()),
            time.month().unsigned_abs(),
            time.day().unsigned_abs(),
        )
    };
    parameters.not_before = day(&now.checked_sub(1.day())?);
    parameters.not_after = day(&now.checked_add(5.years())?);
    let certificate = parameters.self_signed(&key)?;
    Ok((
        certificate.der().clone(),
        PrivatePkcs8KeyDer::from(key.serialize_der()),
    ))
}

/// Accepts the client whose certificate is exactly the expected one.
#[derive(Debug)]
struct ExactClient {
    expected: CertificateDer<'static>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ExactClient {
    fn new(expected: CertificateDer<'static>, provider: &CryptoProvider) -> Self {
        Self {
            expected,
            algorithms: provider.signature_verification_algorithms,
        }
    }
}

impl ClientCertVerifier for ExactClient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        // Certificates are public, so the comparison need not take constant time. The handshake
        // signature, verified below, proves possession of the key.
        if end_entity.as_ref() == self.expected.as_ref() {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn for_client_rejects_invalid_pem() {
        for text in [
            "",
            "no PEM at all",
            "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n",
            // PEM around bytes that are no certificate.
            "-----BEGIN CERTIFICATE-----\nanVuaw==\n-----END CERTIFICATE-----\n",
        ] {
            let error = Tls::for_client(text).unwrap_err();
            assert!(error.to_string().contains("PLUGIN_CLIENT_CERT"), "{error}");
        }
    }

    #[test]
    fn exact_client_supports_p521_signatures() {
        let schemes = ExactClient::new(CertificateDer::from(vec![]), &default_provider())
            .supported_verify_schemes();
        assert!(
            schemes.contains(&SignatureScheme::ECDSA_NISTP521_SHA512),
            "{schemes:?}"
        );
    }

    #[test]
    fn server_certificate_is_new_and_long_enough() {
        let (one, _) = server_certificate().unwrap();
        let (two, _) = server_certificate().unwrap();
        assert_ne!(one, two);
        // go-plugin ignores a sixth field that is shorter.
        assert!(one.len() > 50);
        let holds = |text: &[u8]| one.windows(text.len()).any(|part| part == text);
        assert!(holds(b"localhost") && !holds(b"rcgen"));
    }
}
