//! SDK clients, created on first use, with their settings and caller identity.

use std::sync::Arc;
use std::time::Duration;

use aws_config::{AppName, BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_sdk_iam::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use tokio::sync::OnceCell;

use super::error::Error;
use super::outcome::SdkResultExt as _;
use super::settings::{ConnectionConfig, Settings};
use crate::layout::Account;
use crate::policies::{ApprovedNetwork, GrantContext};

/// The SDK clients, the settings of the platform and the caller's identity.
///
/// Cloning is cheap. Credentials are resolved and clients created on first use.
#[derive(Clone)]
pub struct Clients {
    inner: Arc<Inner>,
}

struct Inner {
    connection: ConnectionConfig,
    settings: Settings,
    config: OnceCell<SdkConfig>,
    caller: OnceCell<Caller>,
    iam: OnceCell<aws_sdk_iam::Client>,
    sagemaker: OnceCell<aws_sdk_sagemaker::Client>,
    s3: OnceCell<aws_sdk_s3::Client>,
    dynamodb: OnceCell<aws_sdk_dynamodb::Client>,
}

/// The identity that calls AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The account, with its partition and the region in use.
    pub account: Account,
    /// The ARN of the calling identity.
    pub arn: String,
    /// The identity's unique ID.
    pub user_id: String,
}

/// Timeout of one attempt. The SDK's retries come on top.
const ATTEMPT: Duration = Duration::from_secs(60);

impl Clients {
    /// Clients for the platform of `settings`, over `connection`. Makes no call.
    #[must_use]
    pub fn new(connection: ConnectionConfig, settings: Settings) -> Self {
        Self {
            inner: Arc::new(Inner {
                connection,
                settings,
                config: OnceCell::new(),
                caller: OnceCell::new(),
                iam: OnceCell::new(),
                sagemaker: OnceCell::new(),
                s3: OnceCell::new(),
                dynamodb: OnceCell::new(),
            }),
        }
    }

    /// Clients in this account for unit tests: the caller is known without STS, and no SDK client
    /// works.
    #[cfg(test)]
    pub(crate) fn offline(account: Account, settings: Settings) -> Self {
        let mut clients = Self::new(ConnectionConfig::default(), settings);
        let caller = Caller {
            arn: account.role_arn("terraform"),
            account,
            user_id: "AROATERRAFORM".to_owned(),
        };
        let inner = Arc::get_mut(&mut clients.inner).unwrap();
        inner.caller = OnceCell::new_with(Some(caller));
        clients
    }

    /// The platform's settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The account, partition and region in use. Calls STS once.
    ///
    /// # Errors
    /// When no region is set, or the call to STS fails.
    pub async fn account(&self) -> Result<&Account, Error> {
        Ok(&self.caller().await?.account)
    }

    /// The calling identity. Calls STS once.
    ///
    /// # Errors
    /// When no region is set, or the call to STS fails.
    pub async fn caller(&self) -> Result<&Caller, Error> {
        self.inner.caller.get_or_try_init(|| self.identify()).await
    }

    async fn identify(&self) -> Result<Caller, Error> {
        let config = self.config().await?;
        let mut builder = aws_sdk_sts::config::Builder::from(config);
        if let Some(endpoint) = &self.inner.connection.endpoints.sts {
            builder = builder.endpoint_url(endpoint);
        }
        let sts = aws_sdk_sts::Client::from_conf(builder.build());
        let identity = sts
            .get_caller_identity()
            .send()
            .await
            .called("sts", "GetCallerIdentity")?;
        let region = config.region().map(ToString::to_string).unwrap_or_default();
        caller_from(
            identity.arn(),
            identity.account(),
            identity.user_id(),
            region,
        )
    }

    /// The context for generating policies.
    ///
    /// # Errors
    /// Those of [`Self::account`].
    pub async fn grant_context(&self) -> Result<GrantContext<'_>, Error> {
        let settings = self.settings();
        let defaults = &settings.notebook_defaults;
        let named = !(defaults.subnet_ids.is_empty() && defaults.security_group_ids.is_empty());
        Ok(GrantContext {
            account: self.account().await?,
            system_tag: &settings.system_tag,
            iam_prefix: &settings.iam_resource_prefix,
            data_bucket: &settings.data_bucket,
            network: named.then_some(ApprovedNetwork {
                subnet_ids: &defaults.subnet_ids,
                security_group_ids: &defaults.security_group_ids,
            }),
            kms_key: defaults.kms_key_id.as_deref(),
        })
    }

    /// The IAM client.
    ///
    /// # Errors
    /// When no region is set.
    pub async fn iam(&self) -> Result<&aws_sdk_iam::Client, Error> {
        self.inner
            .iam
            .get_or_try_init(|| async {
                let config = self.config().await?;
                let mut builder = aws_sdk_iam::config::Builder::from(config);
                if let Some(endpoint) = &self.inner.connection.endpoints.iam {
                    builder = builder.endpoint_url(endpoint);
                }
                Ok(aws_sdk_iam::Client::from_conf(builder.build()))
            })
            .await
    }

    /// The SageMaker client.
    ///
    /// # Errors
    /// When no region is set.
    pub async fn sagemaker(&self) -> Result<&aws_sdk_sagemaker::Client, Error> {
        self.inner
            .sagemaker
            .get_or_try_init(|| async {
                let config = self.config().await?;
                let mut builder = aws_sdk_sagemaker::config::Builder::from(config);
                if let Some(endpoint) = &self.inner.connection.endpoints.sagemaker {
                    builder = builder.endpoint_url(endpoint);
                }
                Ok(aws_sdk_sagemaker::Client::from_conf(builder.build()))
            })
            .await
    }

    /// The S3 client. With a custom endpoint it addresses buckets by path, because bucket names in
    /// the host name of an emulator rarely resolve.
    ///
    /// # Errors
    /// When no region is set.
    pub async fn s3(&self) -> Result<&aws_sdk_s3::Client, Error> {
        self.inner
            .s3
            .get_or_try_init(|| async {
                let config = self.config().await?;
                let own = &self.inner.connection.endpoints.s3;
                let mut builder = aws_sdk_s3::config::Builder::from(config)
                    .force_path_style(own.is_some() || config.endpoint_url().is_some());
                if let Some(endpoint) = own {
                    builder = builder.endpoint_url(endpoint);
                }
                Ok(aws_sdk_s3::Client::from_conf(builder.build()))
            })
            .await
    }

    /// The DynamoDB client.
    ///
    /// # Errors
    /// When no region is set.
    pub async fn dynamodb(&self) -> Result<&aws_sdk_dynamodb::Client, Error> {
        self.inner
            .dynamodb
            .get_or_try_init(|| async {
                let config = self.config().await?;
                let mut builder = aws_sdk_dynamodb::config::Builder::from(config);
                if let Some(endpoint) = &self.inner.connection.endpoints.dynamodb {
                    builder = builder.endpoint_url(endpoint);
                }
                Ok(aws_sdk_dynamodb::Client::from_conf(builder.build()))
            })
            .await
    }

    async fn config(&self) -> Result<&SdkConfig, Error> {
        self.inner
            .config
            .get_or_try_init(|| load(&self.inner.connection))
            .await
    }
}

async fn load(connection: &ConnectionConfig) -> Result<SdkConfig, Error> {
    let mut loader = loader(connection)?;
    if let (Some(key), Some(secret)) = (&connection.access_key, &connection.secret_key) {
        let token = connection.token.clone();
        loader =
            loader.credentials_provider(Credentials::new(key, secret, token, None, "provider"));
    }
    let config = loader.load().await;
    if config.region().is_none() {
        return Err(Error::Invalid {
            attribute: None,
            message: "no AWS region is set".to_owned(),
            remedy: "set `region` in the provider block, or AWS_REGION in the environment"
                .to_owned(),
        });
    }
    let Some(role) = &connection.assume_role else {
        return Ok(config);
    };
    let mut sts = config.to_builder();
    if let Some(endpoint) = &connection.endpoints.sts {
        sts.set_endpoint_url(Some(endpoint.clone()));
    }
    let mut provider = aws_config::sts::AssumeRoleProvider::builder(&role.role_arn)
        .session_name(role.session_name.as_deref().unwrap_or("mlspace"))
        .configure(&sts.build());
    if let Some(id) = &role.external_id {
        provider = provider.external_id(id);
    }
    if let Some(duration) = role.duration {
        provider = provider.session_length(duration);
    }
    let provider = SharedCredentialsProvider::new(provider.build().await);
    Ok(config.to_builder().credentials_provider(provider).build())
}

fn loader(connection: &ConnectionConfig) -> Result<ConfigLoader, Error> {
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .retry_config(
            RetryConfig::standard().with_max_attempts(connection.max_retries.saturating_add(1)),
        )
        .timeout_config(
            TimeoutConfig::builder()
                .operation_attempt_timeout(ATTEMPT)
                .build(),
        );
    if let Ok(name) = AppName::new("mlspace") {
        loader = loader.app_name(name);
    }
    if let Some(region) = &connection.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &connection.profile {
        loader = loader.profile_name(profile);
    }
    match (&connection.access_key, &connection.secret_key) {
        (Some(_), None) => Err(incomplete_credentials("secret_key", "access_key")),
        (None, Some(_)) => Err(incomplete_credentials("access_key", "secret_key")),
        _ => Ok(loader),
    }
}

fn incomplete_credentials(missing: &str, given: &str) -> Error {
    Error::Invalid {
        attribute: None,
        message: format!("`{given}` is set without `{missing}`"),
        remedy: "set both in the provider block, or neither".to_owned(),
    }
}

fn caller_from(
    arn: Option<&str>,
    account: Option<&str>,
    user_id: Option<&str>,
    region: String,
) -> Result<Caller, Error> {
    let partition = arn
        .and_then(|arn| arn.split(':').nth(1))
        .filter(|part| !part.is_empty());
    let (Some(arn), Some(account), Some(partition)) = (arn, account, partition) else {
        return Err(Error::Conflict {
            message: "STS GetCallerIdentity returned no account or ARN".to_owned(),
            remedy: "check the credentials and the endpoint of STS in the provider block"
                .to_owned(),
        });
    };
    Ok(Caller {
        account: Account {
            partition: partition.to_owned(),
            account_id: account.to_owned(),
            region,
        },
        arn: arn.to_owned(),
        user_id: user_id.unwrap_or_default().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caller_from_takes_partition_of_arn() {
        let arn = "arn:aws-us-gov:sts::012345678901:assumed-role/ci/run";
        let caller = caller_from(
            Some(arn),
            Some("012345678901"),
            Some("AROA:run"),
            "us-gov-west-1".into(),
        );
        let account = caller.unwrap().account;
        assert_eq!(account.partition, "aws-us-gov");
        assert_eq!(account.account_id, "012345678901");
        assert_eq!(account.region, "us-gov-west-1");
    }

    #[test]
    fn caller_from_needs_arn_and_account() {
        let caller = |arn, account| caller_from(arn, account, None, String::new());
        assert!(caller(None, Some("1")).is_err());
        assert!(caller(Some("arn:aws:iam::1:root"), None).is_err());
        assert!(caller(Some("not an arn"), Some("1")).is_err());
    }

    #[tokio::test]
    async fn clients_need_both_keys() {
        let connection = ConnectionConfig {
            access_key: Some("AKIDEXAMPLE".to_owned()),
            region: Some("us-east-1".to_owned()),
            ..ConnectionConfig::default()
        };
        let clients = Clients::new(connection.clone(), Settings::default());
        let error = clients.iam().await.unwrap_err();
        assert!(error.detail().contains("without `secret_key`"), "{error}");
        let swapped = ConnectionConfig {
            access_key: None,
            secret_key: connection.access_key.clone(),
            ..connection
        };
        let clients = Clients::new(swapped, Settings::default());
        let error = clients.account().await.unwrap_err();
        assert!(error.detail().contains("without `access_key`"), "{error}");
    }

    #[tokio::test]
    async fn clients_are_created_without_call() {
        let connection = ConnectionConfig {
            access_key: Some("AKIDEXAMPLE".to_owned()),
            secret_key: Some("secret".to_owned()),
            region: Some("us-east-1".to_owned()),
            ..ConnectionConfig::default()
        };
        let clients = Clients::new(connection, Settings::default());
        clients.iam().await.unwrap();
        clients.s3().await.unwrap();
        clients.sagemaker().await.unwrap();
        let region = clients
            .dynamodb()
            .await
            .unwrap()
            .config()
            .region()
            .map(ToString::to_string);
        assert_eq!(region.as_deref(), Some("us-east-1"));
    }

    #[tokio::test]
    async fn clients_take_endpoints_and_role() {
        let endpoint = || Some("http://127.0.0.1:1".to_owned());
        let connection = ConnectionConfig {
            access_key: Some("AKIDEXAMPLE".to_owned()),
            secret_key: Some("secret".to_owned()),
            region: Some("eu-west-1".to_owned()),
            assume_role: Some(super::super::settings::AssumeRole {
                role_arn: "arn:aws:iam::123456789012:role/ci".to_owned(),
                session_name: None,
                external_id: Some("id".to_owned()),
                duration: Some(Duration::from_secs(900)),
            }),
            endpoints: super::super::settings::Endpoints {
                iam: endpoint(),
                sagemaker: endpoint(),
                s3: endpoint(),
                dynamodb: endpoint(),
                sts: endpoint(),
            },
            ..ConnectionConfig::default()
        };
        let clients = Clients::new(connection, Settings::default());
        clients.iam().await.unwrap();
        clients.sagemaker().await.unwrap();
        clients.s3().await.unwrap();
        clients.dynamodb().await.unwrap();
    }

    #[tokio::test]
    async fn offline_knows_account_and_caller() {
        let account = Account::new("123456789012", "us-east-1");
        let clients = Clients::offline(account.clone(), Settings::default());
        assert_eq!(clients.account().await, Ok(&account));
        let arn = &clients.caller().await.unwrap().arn;
        assert_eq!(arn, "arn:aws:iam::123456789012:role/terraform");
    }

    #[tokio::test]
    async fn grant_context_has_network_where_set() {
        let account = Account::new("123456789012", "us-east-1");
        let clients = Clients::offline(account.clone(), Settings::default());
        assert!(clients.grant_context().await.unwrap().network.is_none());
        let mut settings = Settings::default();
        settings.notebook_defaults.subnet_ids = vec!["subnet-a".to_owned()];
        settings.notebook_defaults.kms_key_id = Some("key-1".to_owned());
        let clients = Clients::offline(account, settings);
        let context = clients.grant_context().await.unwrap();
        assert_eq!(context.network.unwrap().subnet_ids, ["subnet-a"]);
        assert_eq!(context.kms_key, Some("key-1"));
    }
}
