//! Lifecycle configurations through the AWS SDK.

use async_trait::async_trait;
use aws_sdk_sagemaker::types::NotebookInstanceLifecycleHook;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::api::{Described, LifecycleConfigApi, Scripts, is_missing};
use crate::aws::sagemaker_tags::{self, sdk_tags};
use crate::aws::{Clients, Error, SdkResultExt as _};
use crate::tags::Tags;

/// The SDK's SageMaker client, created at the first call.
pub(crate) struct SdkLifecycleConfigs {
    clients: Clients,
}

impl SdkLifecycleConfigs {
    pub(crate) fn new(clients: Clients) -> Self {
        Self { clients }
    }
}

/// A script as SageMaker takes it: a list of at most one, in base64.
fn hooks(script: Option<&str>) -> Vec<NotebookInstanceLifecycleHook> {
    let encoded = script.map(|script| STANDARD.encode(script));
    encoded
        .into_iter()
        .map(|content| {
            NotebookInstanceLifecycleHook::builder()
                .content(content)
                .build()
        })
        .collect()
}

/// The script in a list of hooks; what is not text is shown as it is stored.
fn script(hooks: &[NotebookInstanceLifecycleHook]) -> Option<String> {
    let content = hooks.first()?.content()?;
    let decoded = STANDARD.decode(content).ok();
    let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    Some(text.unwrap_or_else(|| content.to_owned()))
}

#[async_trait]
impl LifecycleConfigApi for SdkLifecycleConfigs {
    async fn describe(&self, name: &str) -> Result<Option<Described>, Error> {
        let client = self.clients.sagemaker().await?;
        let answer = client
            .describe_notebook_instance_lifecycle_config()
            .notebook_instance_lifecycle_config_name(name)
            .send()
            .await
            .called("sagemaker", "DescribeNotebookInstanceLifecycleConfig");
        match answer {
            Ok(found) => Ok(Some(Described {
                arn: found
                    .notebook_instance_lifecycle_config_arn()
                    .unwrap_or_default()
                    .to_owned(),
                scripts: Scripts {
                    on_create: script(found.on_create()),
                    on_start: script(found.on_start()),
                },
            })),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn tags(&self, arn: &str) -> Result<Tags, Error> {
        sagemaker_tags::list(&self.clients, arn).await
    }

    async fn users(&self, name: &str) -> Result<Vec<String>, Error> {
        let client = self.clients.sagemaker().await?;
        let mut users = Vec::new();
        let mut token = None;
        loop {
            let page = client
                .list_notebook_instances()
                .notebook_instance_lifecycle_config_name_contains(name)
                .max_results(100)
                .set_next_token(token.take())
                .send()
                .await
                .called("sagemaker", "ListNotebookInstances")?;
            users.extend(
                page.notebook_instances()
                    .iter()
                    .filter(|one| one.notebook_instance_lifecycle_config_name() == Some(name))
                    .filter_map(|one| one.notebook_instance_name().map(str::to_owned)),
            );
            token = page.next_token;
            if token.is_none() {
                return Ok(users);
            }
        }
    }

    async fn create(&self, name: &str, scripts: &Scripts, tags: &Tags) -> Result<String, Error> {
        let client = self.clients.sagemaker().await?;
        let created = client
            .create_notebook_instance_lifecycle_config()
            .notebook_instance_lifecycle_config_name(name)
            .set_on_create(Some(hooks(scripts.on_create.as_deref())))
            .set_on_start(Some(hooks(scripts.on_start.as_deref())))
            .set_tags(Some(sdk_tags(tags)))
            .send()
            .await
            .called("sagemaker", "CreateNotebookInstanceLifecycleConfig")?;
        Ok(created
            .notebook_instance_lifecycle_config_arn
            .unwrap_or_default())
    }

    async fn update(&self, name: &str, scripts: &Scripts) -> Result<(), Error> {
        let client = self.clients.sagemaker().await?;
        client
            .update_notebook_instance_lifecycle_config()
            .notebook_instance_lifecycle_config_name(name)
            .set_on_create(Some(hooks(scripts.on_create.as_deref())))
            .set_on_start(Some(hooks(scripts.on_start.as_deref())))
            .send()
            .await
            .called("sagemaker", "UpdateNotebookInstanceLifecycleConfig")
            .map(drop)
    }

    async fn add_tags(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        sagemaker_tags::add(&self.clients, arn, tags).await
    }

    async fn delete(&self, name: &str) -> Result<(), Error> {
        let client = self.clients.sagemaker().await?;
        let answer = client
            .delete_notebook_instance_lifecycle_config()
            .notebook_instance_lifecycle_config_name(name)
            .send()
            .await
            .called("sagemaker", "DeleteNotebookInstanceLifecycleConfig");
        match answer {
            Err(error) if is_missing(&error) => Ok(()),
            answer => answer.map(drop),
        }
    }
}
