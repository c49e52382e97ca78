//! The SDK's configuration: region, credentials, retries, timeouts, HTTP client.

use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{AppName, BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_sdk_sts::config::{Credentials, SharedAsyncSleep, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use super::cancel::CancellableSleep;
use super::credentials::{Source, assumed, explained};
use super::error::Error;
use super::settings::ConnectionConfig;
use super::{http, profiles};
use crate::layout;

/// Timeout of one attempt.
const ATTEMPT: Duration = Duration::from_secs(60);
/// Timeout of a call with all of its attempts. 25 retries of a throttled call take 4 minutes on
/// average.
pub(super) const CALL: Duration = Duration::from_secs(5 * 60);
/// Timeout of loading credentials. The SDK's own of 5 seconds would hide why there is no connection
/// to STS or SSO.
const LOAD_CREDENTIALS: Duration = Duration::from_secs(60);

/// Loads the configuration. Credentials are resolved at the first call.
///
/// Explicit keys win over an explicit profile, and this over the SDK's chain, in which the
/// environment comes first.
///
/// # Errors
/// When no valid region is set, the profile does not exist, or a setting is incomplete.
pub(super) async fn load(connection: &ConnectionConfig) -> Result<SdkConfig, Error> {
    load_with(connection, http::client()?).await
}

/// As [`load`], with this HTTP client.
pub(crate) async fn load_with(
    connection: &ConnectionConfig,
    client: SharedHttpClient,
) -> Result<SdkConfig, Error> {
    let keys = keys(connection)?;
    if keys.is_none() {
        profiles::check(connection.profile.as_deref(), &profiles::shared_files())?;
    }
    let config = loader(connection, client.clone()).load().await;
    check_region(config.region())?;
    let config = match (keys, &connection.profile) {
        (Some(keys), _) => with_credentials(&config, SharedCredentialsProvider::new(keys)),
        (None, Some(name)) => {
            let settings = ProviderConfig::default()
                .with_region(config.region().cloned())
                .with_http_client(client);
            let provider = ProfileFileCredentialsProvider::builder()
                .configure(&settings)
                .profile_name(name)
                .build();
            let provider = SharedCredentialsProvider::new(provider);
            with_credentials(&config, explained(provider, Source::Profile(name.clone())))
        }
        (None, None) => match config.credentials_provider() {
            Some(chain) => with_credentials(&config, explained(chain, Source::Chain)),
            None => config,
        },
    };
    let Some(role) = &connection.assume_role else {
        return Ok(config);
    };
    let mut sts = config.to_builder();
    if let Some(endpoint) = &connection.endpoints.sts {
        sts.set_endpoint_url(Some(endpoint.clone()));
    }
    let provider = assumed(role, &sts.build()).await;
    Ok(with_credentials(&config, provider))
}

fn with_credentials(config: &SdkConfig, provider: SharedCredentialsProvider) -> SdkConfig {
    config.to_builder().credentials_provider(provider).build()
}

fn loader(connection: &ConnectionConfig, client: SharedHttpClient) -> ConfigLoader {
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(client)
        // Not the SDK's adaptive mode: two throttled calls of a service at the beginning slow it down
        // to one call in two seconds, and an apply of seconds takes minutes.
        .retry_config(
            RetryConfig::standard().with_max_attempts(connection.max_retries.saturating_add(1)),
        )
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(http::CONNECT_TIMEOUT)
                .operation_attempt_timeout(ATTEMPT)
                .operation_timeout(CALL)
                .build(),
        )
        .sleep_impl(SharedAsyncSleep::new(CancellableSleep))
        .identity_cache(IdentityCache::lazy().load_timeout(LOAD_CREDENTIALS).build());
    if let Ok(name) = AppName::new("mlspace") {
        loader = loader.app_name(name);
    }
    if let Some(region) = &connection.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &connection.profile {
        loader = loader.profile_name(profile);
    }
    loader
}

/// Checks the region, which can come from the environment or a profile.
fn check_region(region: Option<&Region>) -> Result<(), Error> {
    let Some(region) = region else {
        return Err(Error::Invalid {
            attribute: None,
            message: "no AWS region is set".to_owned(),
            remedy: "set `region` in the provider block, or AWS_REGION in the environment"
                .to_owned(),
        });
    };
    layout::check_region(region.as_ref()).map_err(|error| Error::Invalid {
        attribute: None,
        message: error.to_string(),
        remedy: "correct `region` in the provider block, or else AWS_REGION or the region of the AWS profile"
            .to_owned(),
    })
}

/// The explicit keys.
fn keys(connection: &ConnectionConfig) -> Result<Option<Credentials>, Error> {
    let token = connection.token.clone();
    match (&connection.access_key, &connection.secret_key) {
        (Some(key), Some(secret)) => {
            Ok(Some(Credentials::new(key, secret, token, None, "provider")))
        }
        (Some(_), None) => Err(incomplete("access_key", "secret_key")),
        (None, Some(_)) => Err(incomplete("secret_key", "access_key")),
        (None, None) if token.is_some() => Err(incomplete("token", "access_key")),
        (None, None) => Ok(None),
    }
}

fn incomplete(given: &str, missing: &str) -> Error {
    Error::Invalid {
        attribute: None,
        message: format!("`{given}` is set without `{missing}`"),
        remedy: "set `access_key` and `secret_key` in the provider block, or none of them"
            .to_owned(),
    }
}
