//! SDK clients, created on first use, with their settings and caller identity.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use tokio::sync::OnceCell;

use super::error::{ConnectionFault, Error};
use super::outcome::SdkResultExt as _;
use super::settings::{ConnectionConfig, Settings};
use super::{config, pace};
use crate::layout::Account;
use crate::policies::{ApprovedNetwork, PlatformAccess, PolicyContext};

/// The SDK clients, the settings of the platform and the caller's identity.
///
/// Cloning is cheap. Credentials are resolved and clients created on first use. Before any other
/// call, STS is asked once for the caller: an account that is not allowed sees no other call, and
/// credentials that do not work fail once, not once for each resource.
#[derive(Clone)]
pub struct Clients {
    inner: Arc<Inner>,
}

struct Inner {
    connection: ConnectionConfig,
    settings: Settings,
    config: OnceCell<SdkConfig>,
    caller: OnceCell<Result<Caller, Error>>,
    iam: OnceCell<aws_sdk_iam::Client>,
    sagemaker: OnceCell<aws_sdk_sagemaker::Client>,
    s3: OnceCell<aws_sdk_s3::Client>,
    dynamodb: OnceCell<aws_sdk_dynamodb::Client>,
    scheduler: OnceCell<aws_sdk_scheduler::Client>,
    budgets: OnceCell<aws_sdk_budgets::Client>,
    tagging: OnceCell<aws_sdk_resourcegroupstagging::Client>,
    /// By region; the provider's without a name.
    identity_stores: Mutex<HashMap<Option<String>, aws_sdk_identitystore::Client>>,
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
                scheduler: OnceCell::new(),
                budgets: OnceCell::new(),
                tagging: OnceCell::new(),
                identity_stores: Mutex::default(),
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
        inner.caller = OnceCell::new_with(Some(Ok(caller)));
        clients
    }

    /// Clients with this configuration of the SDK, for unit tests.
    #[cfg(test)]
    pub(crate) fn with_sdk_config(
        connection: ConnectionConfig,
        settings: Settings,
        config: SdkConfig,
    ) -> Self {
        let mut clients = Self::new(connection, settings);
        let inner = Arc::get_mut(&mut clients.inner).unwrap();
        inner.config = OnceCell::new_with(Some(config));
        clients
    }

    /// The platform's settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Maximum number of retries of a throttled call.
    pub(crate) fn max_retries(&self) -> u32 {
        self.inner.connection.max_retries
    }

    /// The account, partition and region in use. Calls STS once.
    ///
    /// # Errors
    /// Those of [`Self::caller`].
    pub async fn account(&self) -> Result<&Account, Error> {
        Ok(&self.caller().await?.account)
    }

    /// The calling identity. Calls STS once.
    ///
    /// # Errors
    /// When no valid region is set, credentials are missing or not accepted, STS cannot be reached, or
    /// the account is not one of the allowed ones. A failure is remembered, unless the call was
    /// cancelled.
    pub async fn caller(&self) -> Result<&Caller, Error> {
        let outcome = self.inner.caller.get_or_try_init(|| async {
            match self.identify().await {
                Err(error @ Error::Cancelled { .. }) => Err(error),
                outcome => Ok(outcome),
            }
        });
        outcome.await?.as_ref().map_err(Clone::clone)
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
        let caller = caller_from(
            identity.arn(),
            identity.account(),
            identity.user_id(),
            region,
        )?;
        check_allowed(&caller, &self.inner.connection.allowed_account_ids)?;
        Ok(caller)
    }

    /// The context for generating policies.
    ///
    /// # Errors
    /// Those of [`Self::account`].
    pub async fn policy_context(&self) -> Result<PolicyContext<'_>, Error> {
        let settings = self.settings();
        let defaults = &settings.notebook_defaults;
        let named = !(defaults.subnet_ids.is_empty() && defaults.security_group_ids.is_empty());
        Ok(PolicyContext {
            account: self.account().await?,
            system_tag: &settings.system_tag,
            iam_prefix: &settings.iam_resource_prefix,
            data_bucket: &settings.data_bucket,
            network: named.then_some(ApprovedNetwork {
                subnet_ids: &defaults.subnet_ids,
                security_group_ids: &defaults.security_group_ids,
            }),
            kms_key: defaults.kms_key_id.as_deref(),
            platform: PlatformAccess {
                resource_names: settings.resource_names,
                services: &settings.services,
                source_vpc_ids: &settings.source_vpc_ids,
                ..PlatformAccess::default()
            },
        })
    }

    /// The IAM client.
    ///
    /// # Errors
    /// Those of [`Self::caller`].
    pub async fn iam(&self) -> Result<&aws_sdk_iam::Client, Error> {
        self.inner
            .iam
            .get_or_try_init(|| async {
                let config = self.checked_config().await?;
                let mut builder = aws_sdk_iam::config::Builder::from(config);
                builder.set_http_client(paced(config, "iam"));
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
    /// Those of [`Self::caller`].
    pub async fn sagemaker(&self) -> Result<&aws_sdk_sagemaker::Client, Error> {
        self.inner
            .sagemaker
            .get_or_try_init(|| async {
                let config = self.checked_config().await?;
                let mut builder = aws_sdk_sagemaker::config::Builder::from(config);
                builder.set_http_client(paced(config, "sagemaker"));
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
    /// Those of [`Self::caller`].
    pub async fn s3(&self) -> Result<&aws_sdk_s3::Client, Error> {
        self.inner
            .s3
            .get_or_try_init(|| async {
                let config = self.checked_config().await?;
                let own = &self.inner.connection.endpoints.s3;
                let mut builder = aws_sdk_s3::config::Builder::from(config)
                    .force_path_style(own.is_some() || config.endpoint_url().is_some());
                builder.set_http_client(paced(config, "s3"));
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
    /// Those of [`Self::caller`].
    pub async fn dynamodb(&self) -> Result<&aws_sdk_dynamodb::Client, Error> {
        self.inner
            .dynamodb
            .get_or_try_init(|| async {
                let config = self.checked_config().await?;
                let mut builder = aws_sdk_dynamodb::config::Builder::from(config);
                builder.set_http_client(paced(config, "dynamodb"));
                if let Some(endpoint) = &self.inner.connection.endpoints.dynamodb {
                    builder = builder.endpoint_url(endpoint);
                }
                Ok(aws_sdk_dynamodb::Client::from_conf(builder.build()))
            })
            .await
    }

    /// The client of EventBridge Scheduler.
    ///
    /// # Errors
    /// Those of [`Self::caller`].
    pub async fn scheduler(&self) -> Result<&aws_sdk_scheduler::Client, Error> {
        self.inner
            .scheduler
            .get_or_try_init(|| async {
                let config = self.checked_config().await?;
                let mut builder = aws_sdk_scheduler::config::Builder::from(config);
                builder.set_http_client(paced(config, "scheduler"));
                if let Some(endpoint) = &self.inner.connection.endpoints.scheduler {
                    builder = builder.endpoint_url(endpoint);
                }
                Ok(aws_sdk_scheduler::Client::from_conf(builder.build()))
            })
            .await
    }

    /// The client of AWS Budgets, which each partition has in one region
    /// (<https://docs.aws.amazon.com/general/latest/gr/billing.html>).
    ///
    /// # Errors
    /// Those of [`Self::caller`].
    pub async fn budgets(&self) -> Result<&aws_sdk_budgets::Client, Error> {
        self.inner
            .budgets
            .get_or_try_init(|| async {
                let config = self.checked_config().await?;
                let mut builder = aws_sdk_budgets::config::Builder::from(config);
                builder.set_http_client(paced(config, "budgets"));
                // Without an endpoint, the SDK finds the region; with one, it would sign for the
                // provider's.
                if let Some(region) = budgets_region(&self.account().await?.partition) {
                    builder = builder.region(aws_sdk_budgets::config::Region::new(region));
                }
                if let Some(endpoint) = &self.inner.connection.endpoints.budgets {
                    builder = builder.endpoint_url(endpoint);
                }
                Ok(aws_sdk_budgets::Client::from_conf(builder.build()))
            })
            .await
    }

    /// The client of the Resource Groups Tagging API.
    ///
    /// # Errors
    /// Those of [`Self::caller`].
    pub async fn tagging(&self) -> Result<&aws_sdk_resourcegroupstagging::Client, Error> {
        self.inner
            .tagging
            .get_or_try_init(|| async {
                let config = self.checked_config().await?;
                let mut builder = aws_sdk_resourcegroupstagging::config::Builder::from(config);
                builder.set_http_client(paced(config, "tag"));
                if let Some(endpoint) = &self.inner.connection.endpoints.resourcegroupstaggingapi {
                    builder = builder.endpoint_url(endpoint);
                }
                // Callers can do without it, so that a network that does not reach it costs a minute.
                let retries = aws_sdk_resourcegroupstagging::config::retry::RetryConfig::standard();
                builder = builder.retry_config(retries.with_max_attempts(3));
                Ok(aws_sdk_resourcegroupstagging::Client::from_conf(
                    builder.build(),
                ))
            })
            .await
    }

    /// Whether the Resource Groups Tagging API is where SageMaker is: with an endpoint of SageMaker's
    /// and none of its own, it may not be reached.
    pub(crate) fn has_tagging(&self) -> bool {
        let endpoints = &self.inner.connection.endpoints;
        endpoints.resourcegroupstaggingapi.is_some() || endpoints.sagemaker.is_none()
    }

    /// The client of identity stores in a region, by default the provider's.
    ///
    /// # Errors
    /// Those of [`Self::caller`].
    pub async fn identity_store(
        &self,
        region: Option<&str>,
    ) -> Result<aws_sdk_identitystore::Client, Error> {
        let config = self.checked_config().await?;
        let stores = &self.inner.identity_stores;
        let mut clients = stores.lock().unwrap_or_else(PoisonError::into_inner);
        let client = clients.entry(region.map(str::to_owned)).or_insert_with(|| {
            let mut builder = aws_sdk_identitystore::config::Builder::from(config);
            builder.set_http_client(paced(config, "identitystore"));
            if let Some(region) = region {
                builder = builder.region(aws_sdk_identitystore::config::Region::new(
                    region.to_owned(),
                ));
            }
            if let Some(endpoint) = &self.inner.connection.endpoints.identitystore {
                builder = builder.endpoint_url(endpoint);
            }
            aws_sdk_identitystore::Client::from_conf(builder.build())
        });
        Ok(client.clone())
    }

    /// The configuration, after the caller's account has been checked.
    async fn checked_config(&self) -> Result<&SdkConfig, Error> {
        self.caller().await?;
        self.config().await
    }

    async fn config(&self) -> Result<&SdkConfig, Error> {
        self.inner
            .config
            .get_or_try_init(|| config::load(&self.inner.connection))
            .await
    }
}

/// The region that requests to AWS Budgets are signed for; `None` where only the SDK knows it.
fn budgets_region(partition: &str) -> Option<&'static str> {
    match partition {
        "aws" => Some("us-east-1"),
        "aws-cn" => Some("cn-northwest-1"),
        _ => None,
    }
}

/// The HTTP client for all calls of one service, which share a rate once they are throttled.
fn paced(config: &SdkConfig, service: &'static str) -> Option<SharedHttpClient> {
    let client = config.http_client()?;
    Some(pace::paced(client, service))
}

/// Refuses an account that is not in the list. An empty list allows every account.
fn check_allowed(caller: &Caller, allowed: &[String]) -> Result<(), ConnectionFault> {
    let account = &caller.account.account_id;
    if allowed.is_empty() || allowed.contains(account) {
        return Ok(());
    }
    Err(ConnectionFault {
        summary: "AWS account not allowed",
        message: format!(
            "the credentials are those of `{}` in the account {account}, which is not in `allowed_account_ids`",
            caller.arn
        ),
        remedy: format!(
            "use credentials of {}, or correct `allowed_account_ids` in the provider block",
            allowed.join(" or ")
        ),
    })
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
