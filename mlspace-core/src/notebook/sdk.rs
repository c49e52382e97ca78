//! Notebook instances through the AWS SDK.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sagemaker::types::{
    DirectInternetAccess, InstanceMetadataServiceConfiguration, InstanceType, RootAccess,
};

use super::api::{ListedInstance, NewInstance, NotebookApi, is_missing};
use super::instance::{InstanceState, METADATA_SERVICE};
use super::settings::{LifecycleChange, SettingsChange};
use super::{NotebookSpecError, Status};
use crate::aws::sagemaker_tags::{self, sdk_tags};
use crate::aws::{Clients, Error, SdkResultExt as _};
use crate::name::NotebookName;
use crate::presigned::{SecretUrl, seconds};
use crate::tags::Tags;

/// The SDK's SageMaker client, created at the first call.
pub(crate) struct SdkNotebooks {
    clients: Clients,
}

impl SdkNotebooks {
    pub(crate) fn new(clients: Clients) -> Self {
        Self { clients }
    }
}

fn metadata_service() -> InstanceMetadataServiceConfiguration {
    InstanceMetadataServiceConfiguration::builder()
        .minimum_instance_metadata_service_version(METADATA_SERVICE)
        .build()
}

fn volume(size: i64) -> Result<i32, Error> {
    i32::try_from(size).map_err(|_| NotebookSpecError::VolumeSize { given: size }.into())
}

#[async_trait]
impl NotebookApi for SdkNotebooks {
    async fn list(&self) -> Result<Vec<ListedInstance>, Error> {
        let client = self.clients.sagemaker().await?;
        let mut listed = Vec::new();
        let mut token = None;
        loop {
            let page = client
                .list_notebook_instances()
                .max_results(100)
                .set_next_token(token.take())
                .send()
                .await
                .called("sagemaker", "ListNotebookInstances")?;
            for instance in page.notebook_instances() {
                let name = instance
                    .notebook_instance_name()
                    .and_then(|name| name.parse().ok());
                let status = instance
                    .notebook_instance_status()
                    .map_or("", |status| status.as_str());
                if let (Some(name), Some(arn)) = (name, instance.notebook_instance_arn()) {
                    listed.push(ListedInstance {
                        name,
                        arn: arn.to_owned(),
                        status: Status::from_name(status),
                        created: instance
                            .creation_time()
                            .and_then(|time| time.to_millis().ok()),
                        modified: instance
                            .last_modified_time()
                            .and_then(|time| time.to_millis().ok()),
                    });
                }
            }
            token = page.next_token;
            if token.is_none() {
                return Ok(listed);
            }
        }
    }

    async fn describe(&self, name: &NotebookName) -> Result<Option<InstanceState>, Error> {
        let client = self.clients.sagemaker().await?;
        let call = client
            .describe_notebook_instance()
            .notebook_instance_name(name.as_str());
        let answer = call.send().await;
        match answer.called("sagemaker", "DescribeNotebookInstance") {
            Ok(found) => Ok(Some(found.into())),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn tags(&self, arn: &str) -> Result<Option<Tags>, Error> {
        match sagemaker_tags::list(&self.clients, arn).await {
            // The ARN comes from SageMaker, so this error means that the instance was deleted.
            Err(error) if is_missing(&error) || error.is("ValidationException") => Ok(None),
            tags => tags.map(Some),
        }
    }

    async fn add_tags(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        sagemaker_tags::add(&self.clients, arn, tags).await
    }

    async fn delete_tags(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        sagemaker_tags::remove(&self.clients, arn, keys).await
    }

    async fn create(&self, instance: &NewInstance<'_>) -> Result<(), Error> {
        let NewInstance { spec, network, .. } = instance;
        let client = self.clients.sagemaker().await?;
        client
            .create_notebook_instance()
            .notebook_instance_name(spec.name.as_str())
            .instance_type(InstanceType::from(spec.instance_type.as_str()))
            .volume_size_in_gb(volume(spec.volume_size)?)
            .role_arn(instance.role_arn)
            .subnet_id(&network.subnet_id)
            .set_security_group_ids(Some(network.security_group_ids.clone()))
            .set_kms_key_id(network.kms_key_id.clone())
            .set_lifecycle_config_name(network.lifecycle_config_name.clone())
            .set_platform_identifier(spec.platform_identifier.clone())
            .root_access(RootAccess::Disabled)
            .direct_internet_access(DirectInternetAccess::Disabled)
            .instance_metadata_service_configuration(metadata_service())
            .set_tags(Some(sdk_tags(instance.tags)))
            .send()
            .await
            .called("sagemaker", "CreateNotebookInstance")
            .map(drop)
    }

    async fn update(&self, name: &NotebookName, change: &SettingsChange) -> Result<(), Error> {
        let client = self.clients.sagemaker().await?;
        let mut call = client
            .update_notebook_instance()
            .notebook_instance_name(name.as_str())
            .set_instance_type(change.instance_type.as_deref().map(InstanceType::from))
            .set_volume_size_in_gb(change.volume_size.map(volume).transpose()?)
            .set_platform_identifier(change.platform_identifier.clone())
            .set_role_arn(change.role_arn.clone());
        call = match &change.lifecycle {
            LifecycleChange::Keep => call,
            LifecycleChange::Attach(config) => call.lifecycle_config_name(config),
            LifecycleChange::Detach => call.disassociate_lifecycle_config(true),
        };
        if change.disable_root {
            call = call.root_access(RootAccess::Disabled);
        }
        if change.require_metadata_service {
            call = call.instance_metadata_service_configuration(metadata_service());
        }
        let answer = call.send().await;
        answer
            .called("sagemaker", "UpdateNotebookInstance")
            .map(drop)
    }

    async fn start(&self, name: &NotebookName) -> Result<(), Error> {
        let client = self.clients.sagemaker().await?;
        let call = client
            .start_notebook_instance()
            .notebook_instance_name(name.as_str());
        let answer = call.send().await;
        answer
            .called("sagemaker", "StartNotebookInstance")
            .map(drop)
    }

    async fn stop(&self, name: &NotebookName) -> Result<(), Error> {
        let client = self.clients.sagemaker().await?;
        let call = client
            .stop_notebook_instance()
            .notebook_instance_name(name.as_str());
        let answer = call.send().await;
        answer.called("sagemaker", "StopNotebookInstance").map(drop)
    }

    async fn delete(&self, name: &NotebookName) -> Result<(), Error> {
        let client = self.clients.sagemaker().await?;
        let call = client
            .delete_notebook_instance()
            .notebook_instance_name(name.as_str());
        let answer = call.send().await;
        answer
            .called("sagemaker", "DeleteNotebookInstance")
            .map(drop)
    }

    async fn presigned_url(
        &self,
        name: &NotebookName,
        session: Option<Duration>,
    ) -> Result<SecretUrl, Error> {
        let client = self.clients.sagemaker().await?;
        let answer = client
            .create_presigned_notebook_instance_url()
            .notebook_instance_name(name.as_str())
            .set_session_expiration_duration_in_seconds(seconds(session))
            .send()
            .await
            .called("sagemaker", "CreatePresignedNotebookInstanceUrl")?;
        SecretUrl::answered("CreatePresignedNotebookInstanceUrl", answer.authorized_url)
    }
}
