//! A gRPC client for a plugin's socket, with or without go-plugin's mutual TLS. Shared by unit and
//! process tests.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::stream::BoxStream;
use futures::{Stream, StreamExt};
use hyper::body::Incoming;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, PKCS_ECDSA_P521_SHA512};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme, SupportedProtocolVersion};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::UnixStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::body::Body;
use tonic::client::Grpc;
use tonic::codegen::{BoxFuture, Service, http};
use tonic::{Request, Status};
use tonic_prost::ProstCodec;

/// A client certificate like go-plugin's: self-signed on P-521 and marked as an authority.
pub(crate) struct ClientCertificate {
    pub(crate) pem: String,
    der: CertificateDer<'static>,
    key: PrivatePkcs8KeyDer<'static>,
}

impl ClientCertificate {
    pub(crate) fn generate() -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512).unwrap();
        let mut parameters = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        parameters
            .distinguished_name
            .push(DnType::CommonName, "localhost");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = parameters.self_signed(&key).unwrap();
        Self {
            pem: certificate.pem(),
            der: certificate.der().clone(),
            key: key.serialize_der().into(),
        }
    }
}

/// Opens a TLS connection like Terraform: trusts exactly `server`, and sends `own` if given.
pub(crate) async fn connect_tls(
    socket: &Path,
    server: &[u8],
    own: Option<&ClientCertificate>,
    versions: &[&'static SupportedProtocolVersion],
) -> io::Result<TlsStream<UnixStream>> {
    let verifier = Arc::new(ExactServer(CertificateDer::from(server.to_vec())));
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = match own {
        Some(own) => builder
            .with_client_auth_cert(
                vec![own.der.clone()],
                PrivateKeyDer::Pkcs8(own.key.clone_key()),
            )
            .unwrap(),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    let stream = UnixStream::connect(socket).await?;
    TlsConnector::from(Arc::new(config))
        .connect(ServerName::try_from("localhost").unwrap(), stream)
        .await
}

/// The error that a refused client gets. In TLS 1.3 it arrives after the client's handshake, with
/// the first read.
pub(crate) async fn refusal(connected: io::Result<TlsStream<UnixStream>>) -> String {
    let error = match connected {
        Err(error) => error,
        Ok(mut stream) => match stream.read(&mut [0; 64]).await {
            Err(error) => error,
            Ok(bytes) => return format!("no refusal, but {bytes} bytes"),
        },
    };
    error.to_string()
}

/// Calls RPCs over one HTTP/2 connection.
#[derive(Clone)]
pub(crate) struct Client(Grpc<Http2>);

impl Client {
    pub(crate) async fn over(
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ) -> io::Result<Self> {
        let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .map_err(io::Error::other)?;
        tokio::spawn(connection);
        let grpc = Grpc::with_origin(Http2(sender), http::Uri::from_static("http://localhost"));
        Ok(Self(grpc.max_decoding_message_size(usize::MAX)))
    }

    /// Without TLS.
    pub(crate) async fn plain(socket: &Path) -> io::Result<Self> {
        Self::over(UnixStream::connect(socket).await?).await
    }

    /// With mutual TLS, as Terraform.
    pub(crate) async fn mutual(
        socket: &Path,
        server: &[u8],
        own: &ClientCertificate,
    ) -> io::Result<Self> {
        Self::over(connect_tls(socket, server, Some(own), rustls::DEFAULT_VERSIONS).await?).await
    }

    /// Makes a unary call. `path` is `/package.Service/Method`.
    pub(crate) async fn call<Q, A>(&self, path: &'static str, request: Q) -> Result<A, Status>
    where
        Q: Message + 'static,
        A: Message + Default + 'static,
    {
        let mut grpc = self.0.clone();
        ready(&mut grpc).await?;
        let codec = ProstCodec::<Q, A>::default();
        let path = http::uri::PathAndQuery::from_static(path);
        Ok(grpc
            .unary(Request::new(request), path, codec)
            .await?
            .into_inner())
    }

    /// Makes a streaming call. The client's side closes when `requests` ends.
    pub(crate) async fn stream<Q, A>(
        &self,
        path: &'static str,
        requests: impl Stream<Item = Q> + Send + 'static,
    ) -> Result<BoxStream<'static, Result<A, Status>>, Status>
    where
        Q: Message + 'static,
        A: Message + Default + 'static,
    {
        let mut grpc = self.0.clone();
        ready(&mut grpc).await?;
        let codec = ProstCodec::<Q, A>::default();
        let path = http::uri::PathAndQuery::from_static(path);
        Ok(grpc
            .streaming(Request::new(requests.boxed()), path, codec)
            .await?
            .into_inner()
            .boxed())
    }
}

async fn ready(grpc: &mut Grpc<Http2>) -> Result<(), Status> {
    grpc.ready()
        .await
        .map_err(|error| Status::unavailable(error.to_string()))
}

/// Adapts hyper's connection to tonic's service trait.
#[derive(Clone)]
pub(crate) struct Http2(SendRequest<Body>);

impl Service<http::Request<Body>> for Http2 {
    type Response = http::Response<Incoming>;
    type Error = hyper::Error;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(self.0.send_request(request))
    }
}

#[derive(Debug)]
struct ExactServer(CertificateDer<'static>);

impl ServerCertVerifier for ExactServer {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        assert_eq!(
            *end_entity, self.0,
            "the server's certificate differs from the announced one"
        );
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = aws_lc_rs::default_provider().signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, &algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = aws_lc_rs::default_provider().signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, &algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        aws_lc_rs::default_provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}
