//! The HTTP client of all AWS calls: its trusted certificates, and an early end where no connection
//! can be made.
//!
//! The SDK repeats a call that finds no server as often as one that is throttled, `max_retries`
//! times, which takes minutes. This client tries three times, which takes 11 seconds at most, and
//! then returns an error that the SDK does not retry.

mod certificates;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_sts::config::AsyncSleep as _;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, TlsContext, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::{
    RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::config_bag::ConfigBag;
use hyper::Uri;
use hyper_util::client::proxy::matcher::Matcher;

use super::cancel::{self, CancellableSleep};
use super::error::{ConnectionFault, Error, causes, chain, one_line};

pub(super) use certificates::CA_BUNDLE;

/// How long a connection may take to be made, with the resolution of the name.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Pauses between attempts to connect.
const PAUSES: &[Duration] = &[Duration::from_millis(500), Duration::from_secs(1)];

/// The HTTP client of all AWS calls. It takes proxies from the environment, and certificates from
/// the file that `AWS_CA_BUNDLE` names, or else from the system.
///
/// # Errors
/// When the file cannot be read or has no certificates.
pub(super) fn client() -> Result<SharedHttpClient, Error> {
    let context = certificates::tls_context(std::env::var_os(CA_BUNDLE))?;
    Ok(failing_fast(base_client(context)))
}

/// This client with a limit of the attempts to connect, and an end of calls that are cancelled.
pub(super) fn failing_fast(inner: SharedHttpClient) -> SharedHttpClient {
    SharedHttpClient::new(FailFast::new(inner, Matcher::from_env(), PAUSES))
}

/// The SDK's own default client, with these certificates.
fn base_client(context: TlsContext) -> SharedHttpClient {
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut builder = Connector::builder()
            .tls_provider(tls::Provider::Rustls(CryptoMode::AwsLc))
            .tls_context(context.clone())
            .proxy_config(ProxyConfig::from_env());
        builder.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            builder.set_sleep_impl(components.sleep_impl());
        }
        builder.build()
    })
}

/// An HTTP client that limits the attempts to connect.
#[derive(Debug, Clone)]
struct FailFast<C> {
    inner: C,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    proxies: Matcher,
    pauses: &'static [Duration],
    /// The hosts to which the last call found no connection. They are tried once, so that a plan of
    /// many resources ends soon, too.
    unreachable: Mutex<HashSet<String>>,
}

impl FailFast<SharedHttpClient> {
    fn new(inner: SharedHttpClient, proxies: Matcher, pauses: &'static [Duration]) -> Self {
        Self {
            inner,
            shared: Arc::new(Shared {
                proxies,
                pauses,
                unreachable: Mutex::default(),
            }),
        }
    }
}

impl HttpClient for FailFast<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(FailFast {
            inner: self.inner.http_connector(settings, components),
            shared: Arc::clone(&self.shared),
        })
    }

    fn validate_base_client_config(
        &self,
        components: &RuntimeComponentsBuilder,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.inner.validate_base_client_config(components, config)
    }

    fn validate_final_config(
        &self,
        components: &RuntimeComponents,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.inner.validate_final_config(components, config)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.inner.connector_metadata()
    }
}

impl HttpConnector for FailFast<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = self.clone();
        HttpConnectorFuture::new(async move { connector.send(request).await })
    }
}

impl FailFast<SharedHttpConnector> {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let uri: Uri = request.uri().parse().unwrap_or_default();
        let host = uri.host().unwrap_or_default().to_owned();
        if is_metadata_service(&host) {
            // It is missing in most places. The SDK has its own rules for that.
            return self.inner.call(request).await;
        }
        let pauses = if self.shared.is_unreachable(&host) {
            &[]
        } else {
            self.shared.pauses
        };
        let mut pauses = pauses.iter();
        let mut request = request;
        let mut attempts = 0;
        loop {
            cancel::check()?;
            let spare = request.try_clone();
            attempts += 1;
            let error = match self.inner.call(request).await {
                Err(error) if is_connect_error(&error) => error,
                answer => {
                    self.shared.set_unreachable(&host, false);
                    return answer;
                }
            };
            let next = if is_untrusted(&error) {
                None
            } else {
                spare.zip(pauses.next())
            };
            let Some((spare, pause)) = next else {
                self.shared.set_unreachable(&host, true);
                let fault = self.shared.fault(&uri, attempts, &error);
                return Err(ConnectorError::other(Box::new(fault), None));
            };
            tracing::info!(host, attempts, "cannot connect, trying again");
            CancellableSleep.sleep(*pause).await;
            request = spare;
        }
    }
}

impl Shared {
    fn is_unreachable(&self, host: &str) -> bool {
        let hosts = self.unreachable.lock();
        hosts.unwrap_or_else(PoisonError::into_inner).contains(host)
    }

    fn set_unreachable(&self, host: &str, unreachable: bool) {
        let hosts = self.unreachable.lock();
        let mut hosts = hosts.unwrap_or_else(PoisonError::into_inner);
        if unreachable {
            hosts.insert(host.to_owned());
        } else {
            hosts.remove(host);
        }
    }

    fn fault(&self, uri: &Uri, attempts: u32, error: &ConnectorError) -> ConnectionFault {
        let authority = |uri: &Uri| {
            let port = uri.port_u16().map(|port| format!(":{port}"));
            format!(
                "{}{}",
                uri.host().unwrap_or_default(),
                port.unwrap_or_default()
            )
        };
        let proxy = self
            .proxies
            .intercept(uri)
            .map(|proxy| authority(proxy.uri()));
        let via = proxy
            .as_ref()
            .map_or_else(String::new, |proxy| format!(" through the proxy `{proxy}`"));
        let host = authority(uri);
        let cause = reason(error);
        if is_untrusted(error) {
            return ConnectionFault {
                summary: "Untrusted certificate",
                message: format!("the certificate of `{host}`{via} is not trusted: {cause}"),
                remedy: format!(
                    "set {CA_BUNDLE} to a PEM file with the certificate of its authority, for \
                     example of a proxy that inspects TLS, or correct `endpoints` in the provider block"
                ),
            };
        }
        let remedy = if proxy.is_some() {
            "check the proxy and the environment variables HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
        } else if is_aws(uri.host().unwrap_or_default()) {
            "check `region` in the provider block or AWS_REGION, the network's DNS and route to AWS, and \
             whether a proxy (HTTPS_PROXY) or a VPC endpoint is needed"
        } else {
            "check `endpoints` in the provider block and the environment variables AWS_ENDPOINT_URL and \
             AWS_ENDPOINT_URL_<SERVICE>"
        };
        let plural = if attempts == 1 { "" } else { "s" };
        ConnectionFault {
            summary: "Cannot connect to AWS",
            message: format!(
                "cannot connect to `{host}`{via} ({attempts} attempt{plural}): {cause}"
            ),
            remedy: remedy.to_owned(),
        }
    }
}

/// Whether the error is one of making a connection: resolution of the name, TCP, TLS, proxy.
fn is_connect_error(error: &ConnectorError) -> bool {
    chain(error).any(|cause| {
        cause
            .downcast_ref::<hyper_util::client::legacy::Error>()
            .is_some_and(hyper_util::client::legacy::Error::is_connect)
    })
}

fn is_untrusted(error: &ConnectorError) -> bool {
    causes(error).contains("invalid peer certificate")
}

/// The cause of a connection error in a few words.
fn reason(error: &ConnectorError) -> String {
    let all = one_line(&causes(error));
    if all.contains("dns error") {
        "the host's name cannot be resolved".to_owned()
    } else if error.is_timeout() {
        format!("no answer within {} s", CONNECT_TIMEOUT.as_secs())
    } else {
        let innermost = chain(error)
            .last()
            .map(|cause| one_line(&cause.to_string()));
        innermost.unwrap_or(all)
    }
}

/// Hosts of AWS's partitions (*Service endpoints*:
/// <https://docs.aws.amazon.com/general/latest/gr/rande.html>, and the `partitions.json` of the AWS
/// SDKs).
fn is_aws(host: &str) -> bool {
    [
        ".amazonaws.com",
        ".amazonaws.com.cn",
        ".amazonaws.eu",
        ".api.aws",
        ".c2s.ic.gov",
        ".sc2s.sgov.gov",
        ".cloud.adc-e.uk",
        ".csp.hci.ic.gov",
    ]
    .iter()
    .any(|suffix| host.ends_with(suffix))
}

/// Hosts of the metadata services of instances and containers, which give credentials.
fn is_metadata_service(host: &str) -> bool {
    host.starts_with("169.254.") || host.trim_start_matches('[').starts_with("fd00:ec2:")
}
