use std::sync::atomic::{AtomicUsize, Ordering};

use aws_smithy_runtime_api::client::http::http_client_fn;
use aws_smithy_types::body::SdkBody;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::aws::config;
use crate::aws::settings::{ConnectionConfig, Endpoints, Settings};
use crate::aws::{Clients, SdkResultExt as _};

/// Pauses of no length, as many as there are otherwise.
const NO_PAUSES: &[Duration] = &[Duration::ZERO; PAUSES.len()];

/// A connector that counts its calls.
#[derive(Debug, Clone)]
struct Counting {
    calls: Arc<AtomicUsize>,
    inner: SharedHttpConnector,
}

impl Counting {
    fn new() -> Self {
        let inner = Connector::builder()
            .tls_provider(tls::Provider::Rustls(CryptoMode::AwsLc))
            .build();
        Self {
            calls: Arc::default(),
            inner: SharedHttpConnector::new(inner),
        }
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

impl HttpConnector for Counting {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.inner.call(request)
    }
}

fn fail_fast(inner: &Counting) -> FailFast<SharedHttpConnector> {
    FailFast {
        inner: SharedHttpConnector::new(inner.clone()),
        shared: Arc::new(Shared {
            proxies: Matcher::builder().build(),
            pauses: NO_PAUSES,
            unreachable: Mutex::default(),
        }),
    }
}

/// The URL of a port at which nothing listens.
async fn closed_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn fault_of(error: &ConnectorError) -> &ConnectionFault {
    ConnectionFault::find(error).unwrap()
}

#[test]
fn attempts_take_less_than_fifteen_seconds() {
    let attempts = u32::try_from(PAUSES.len() + 1).unwrap();
    let longest = CONNECT_TIMEOUT * attempts + PAUSES.iter().sum::<Duration>();
    assert!(longest < Duration::from_secs(15), "{longest:?}");
}

#[tokio::test]
async fn send_gives_up_a_closed_port() {
    let counting = Counting::new();
    let connector = fail_fast(&counting);
    let url = closed_port().await;
    let error = connector
        .send(HttpRequest::get(&url).unwrap())
        .await
        .unwrap_err();
    assert_eq!(counting.calls(), PAUSES.len() + 1);
    let fault = fault_of(&error);
    let host = url.trim_start_matches("http://");
    assert!(
        fault
            .message
            .starts_with(&format!("cannot connect to `{host}` (3 attempts): ")),
        "{fault}"
    );
    assert!(fault.remedy.contains("`endpoints`"), "{}", fault.remedy);
    // The SDK does not retry it.
    assert!(error.is_other() && error.as_other().is_none());

    let again = connector.send(HttpRequest::get(&url).unwrap()).await;
    assert!(
        fault_of(&again.unwrap_err())
            .message
            .contains("(1 attempt)")
    );
    assert_eq!(counting.calls(), PAUSES.len() + 2);
}

#[tokio::test]
async fn send_forgets_a_host_that_answers() {
    let counting = Counting::new();
    let connector = fail_fast(&counting);
    connector.shared.set_unreachable("127.0.0.1", true);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 1024];
        assert!(stream.read(&mut request).await.unwrap() > 0);
        let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
        stream.write_all(answer).await.unwrap();
    });
    let answer = connector.send(HttpRequest::get(&url).unwrap()).await;
    assert_eq!(answer.unwrap().status().as_u16(), 204);
    server.await.unwrap();
    assert!(!connector.shared.is_unreachable("127.0.0.1"));
}

#[tokio::test]
async fn send_leaves_the_metadata_service_to_the_sdk() {
    let refusing = Counting {
        calls: Arc::default(),
        inner: SharedHttpConnector::new(Refusing),
    };
    let connector = fail_fast(&refusing);
    let request = HttpRequest::get("http://169.254.169.254/latest").unwrap();
    let error = connector.send(request).await.unwrap_err();
    assert!(error.is_io());
    assert_eq!(refusing.calls(), 1);
}

/// A connector that always fails.
#[derive(Debug)]
struct Refusing;

impl HttpConnector for Refusing {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(Err(ConnectorError::io("refused".into())))
    }
}

#[tokio::test]
async fn calls_do_not_multiply_attempts_by_max_retries() {
    let counting = Counting::new();
    let inner = SharedHttpConnector::new(counting.clone());
    let client = FailFast::new(
        http_client_fn(move |_, _| inner.clone()),
        Matcher::builder().build(),
        NO_PAUSES,
    );
    let endpoint = closed_port().await;
    let connection = ConnectionConfig {
        region: Some("us-east-1".to_owned()),
        access_key: Some("AKIDEXAMPLE".to_owned()),
        secret_key: Some("secret".to_owned()),
        max_retries: 25,
        endpoints: Endpoints {
            sts: Some(endpoint.clone()),
            ..Endpoints::default()
        },
        ..ConnectionConfig::default()
    };
    let sdk = config::load_with(&connection, SharedHttpClient::new(client))
        .await
        .unwrap();
    let clients = Clients::with_sdk_config(connection, Settings::default(), sdk);
    let error = clients.iam().await.unwrap_err();
    assert_eq!(counting.calls(), PAUSES.len() + 1);
    assert_eq!(error.summary(), "Cannot connect to AWS");
    // The failure is remembered.
    assert_eq!(clients.s3().await.unwrap_err(), error);
    assert_eq!(counting.calls(), PAUSES.len() + 1);
}

#[tokio::test]
async fn faults_of_credentials_name_the_host_of_sts() {
    let counting = Counting::new();
    let inner = SharedHttpConnector::new(counting.clone());
    let client = FailFast::new(
        http_client_fn(move |_, _| inner.clone()),
        Matcher::builder().build(),
        NO_PAUSES,
    );
    let endpoint = closed_port().await;
    let connection = ConnectionConfig {
        region: Some("us-east-1".to_owned()),
        access_key: Some("AKIDEXAMPLE".to_owned()),
        secret_key: Some("secret".to_owned()),
        assume_role: Some(crate::aws::settings::AssumeRole {
            role_arn: "arn:aws:iam::123456789012:role/ci".to_owned(),
            session_name: None,
            external_id: None,
            duration: None,
        }),
        endpoints: Endpoints {
            sts: Some(endpoint.clone()),
            ..Endpoints::default()
        },
        ..ConnectionConfig::default()
    };
    let sdk = config::load_with(&connection, SharedHttpClient::new(client))
        .await
        .unwrap();
    let call = aws_sdk_sts::Client::new(&sdk).get_caller_identity().send();
    let error = call.await.called("sts", "GetCallerIdentity").unwrap_err();
    let host = endpoint.trim_start_matches("http://");
    assert!(error.detail().contains(host), "{error}");
    assert_eq!(error.summary(), "Cannot connect to AWS");
    assert_eq!(counting.calls(), PAUSES.len() + 1);
}

fn fault(proxies: Matcher, url: &'static str, cause: &'static str) -> ConnectionFault {
    let shared = Shared {
        proxies,
        pauses: NO_PAUSES,
        unreachable: Mutex::default(),
    };
    let error = ConnectorError::io(cause.into());
    shared.fault(&Uri::from_static(url), 3, &error)
}

#[test]
fn fault_names_the_setting_to_look_at() {
    let direct = || Matcher::builder().build();
    let aws = "https://sts.us-est-1.amazonaws.com/";
    let unresolved = fault(direct(), aws, "dns error");
    assert!(
        unresolved.message.contains(
            "`sts.us-est-1.amazonaws.com` (3 attempts): the host's name cannot be resolved"
        ),
        "{unresolved}"
    );
    assert!(unresolved.remedy.contains("`region`"));
    let own = fault(direct(), "http://sts.internal:8080/", "refused");
    assert!(own.message.contains("`sts.internal:8080`"), "{own}");
    assert!(own.remedy.contains("`endpoints`"));
    let proxies = Matcher::builder()
        .all("http://user:hush@proxy.example.com:3128")
        .build();
    let proxied = fault(proxies, aws, "refused");
    assert!(
        proxied
            .message
            .contains("through the proxy `proxy.example.com:3128`"),
        "{proxied}"
    );
    assert!(!proxied.message.contains("hush"), "{proxied}");
    assert!(proxied.remedy.contains("HTTPS_PROXY"));
}

#[test]
fn fault_of_an_untrusted_certificate_names_the_bundle() {
    let untrusted = fault(
        Matcher::builder().build(),
        "https://localhost:8443/",
        "invalid peer certificate: UnknownIssuer",
    );
    assert_eq!(untrusted.summary, "Untrusted certificate");
    assert!(untrusted.remedy.contains("AWS_CA_BUNDLE"));
}

#[test]
fn is_aws_knows_hosts_of_every_partition() {
    for host in [
        "iam.amazonaws.com",
        "sts.cn-north-1.amazonaws.com.cn",
        "s3.dualstack.eu-west-1.amazonaws.com",
        "api.sagemaker.us-gov-west-1.amazonaws.com",
        "sts.eusc-de-east-1.amazonaws.eu",
    ] {
        assert!(is_aws(host), "{host}");
    }
    assert!(!is_aws("amazonaws.com.example.org"));
}

#[test]
fn requests_are_cloned_with_their_body() {
    let mut request = HttpRequest::new(SdkBody::from("Action=GetCallerIdentity"));
    request.set_uri("http://127.0.0.1:1/").unwrap();
    let copy = request.try_clone().unwrap();
    assert_eq!(copy.body().bytes(), request.body().bytes());
}
