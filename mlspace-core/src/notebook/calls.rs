//! SageMaker's calls on notebook instances, each in our types and with its known refusals told apart.

use aws_sdk_sagemaker::types::{
    DirectInternetAccess, InstanceMetadataServiceConfiguration, InstanceType, RootAccess, Tag,
};

use super::{
    NotebookSpec, Status,
    network::Network,
    observed::{METADATA_SERVICE, Observed},
    settings::{Lifecycle, SettingsChange},
    state::{self, Goal, Step},
    tagging::TagChange,
};
use crate::{
    aws::{
        Backoff, Called as _, Error, Operation, Platform, Poll,
        wait::{settle, until},
    },
    name::NotebookName,
    tags::Tags,
};

/// How often a call that SageMaker refuses for the instance's status is made again, after another look at the status.
const REFUSALS: u32 = 3;

/// SageMaker answers `ValidationException` to nearly everything; only the words tell what it means.
fn says(error: &Error, words: &str) -> bool {
    matches!(error, Error::Aws { service: "sagemaker", message, .. } if message.contains(words))
}

/// The instance isn't there. DescribeNotebookInstance and its siblings say `RecordNotFound`.
fn absent(error: &Error) -> bool {
    error.is_absent() || says(error, "RecordNotFound")
}

/// The instance isn't in a status for this call: "Status (…) not in (…). Unable to transition to (…)".
pub(super) fn out_of_turn(error: &Error) -> bool {
    says(error, "Unable to transition to")
}

fn metadata_service() -> InstanceMetadataServiceConfiguration {
    InstanceMetadataServiceConfiguration::builder()
        .minimum_instance_metadata_service_version(METADATA_SERVICE)
        .build()
}

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}

fn volume(size: i64) -> Result<i32, Error> {
    i32::try_from(size).map_err(|_| super::NotebookSpecError::VolumeSize { given: size }.into())
}

impl Platform {
    /// DescribeNotebookInstance; `None` when there is no such instance.
    pub(super) async fn describe_notebook(
        &self,
        name: &NotebookName,
    ) -> Result<Option<Observed>, Error> {
        let client = self.sagemaker().await?;
        let answer = client
            .describe_notebook_instance()
            .notebook_instance_name(name.as_str())
            .send()
            .await
            .called("sagemaker", "DescribeNotebookInstance");
        match answer {
            Ok(found) => Ok(Some(found.into())),
            Err(error) if absent(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// ListTags, all pages; AWS's own tags (`aws:…`) are left out. `None` when the instance is gone by now.
    pub(super) async fn notebook_tags(&self, arn: &str) -> Result<Option<Tags>, Error> {
        let client = self.sagemaker().await?;
        let mut tags = Tags::new();
        let mut token = None;
        loop {
            let answer = client
                .list_tags()
                .resource_arn(arn)
                .set_next_token(token)
                .send()
                .await
                .called("sagemaker", "ListTags");
            let page = match answer {
                Ok(page) => page,
                Err(error) if absent(&error) => return Ok(None),
                Err(error) => return Err(error),
            };
            tags.extend(
                page.tags
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
                    .filter(|(key, _)| !key.starts_with("aws:")),
            );
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(Some(tags));
            }
        }
    }

    /// AddTags and DeleteTags.
    pub(super) async fn change_notebook_tags(
        &self,
        operation: &Operation,
        arn: &str,
        change: &TagChange,
    ) -> Result<(), Error> {
        let client = self.sagemaker().await?;
        if !change.set.is_empty() {
            let tags = sdk_tags(&change.set);
            settle(operation, "setting the notebook's tags", || async {
                client
                    .add_tags()
                    .resource_arn(arn)
                    .set_tags(Some(tags.clone()))
                    .send()
                    .await
                    .called("sagemaker", "AddTags")
            })
            .await?;
        }
        if !change.remove.is_empty() {
            settle(operation, "removing tags of the notebook", || async {
                client
                    .delete_tags()
                    .resource_arn(arn)
                    .set_tag_keys(Some(change.remove.clone()))
                    .send()
                    .await
                    .called("sagemaker", "DeleteTags")
            })
            .await?;
        }
        Ok(())
    }

    /// CreateNotebookInstance, again while the role is too new to be assumed.
    pub(super) async fn call_create_notebook(
        &self,
        operation: &Operation,
        spec: &NotebookSpec,
        network: &Network,
        role_arn: &str,
        tags: &Tags,
    ) -> Result<(), Error> {
        let client = self.sagemaker().await?;
        let request = client
            .create_notebook_instance()
            .notebook_instance_name(spec.name.as_str())
            .instance_type(InstanceType::from(spec.instance_type.as_str()))
            .volume_size_in_gb(volume(spec.volume_size)?)
            .role_arn(role_arn)
            .subnet_id(&network.subnet_id)
            .set_security_group_ids(Some(network.security_group_ids.clone()))
            .set_kms_key_id(network.kms_key_id.clone())
            .set_lifecycle_config_name(network.lifecycle_config_name.clone())
            .set_platform_identifier(spec.platform_identifier.clone())
            .root_access(RootAccess::Disabled)
            .direct_internet_access(DirectInternetAccess::Disabled)
            .instance_metadata_service_configuration(metadata_service())
            .set_tags(Some(sdk_tags(tags)));
        let what = format!("creating notebook `{}`", spec.name);
        settle(operation, &what, || async {
            let answer = request.clone().send().await;
            answer.called("sagemaker", "CreateNotebookInstance")
        })
        .await
        .map(drop)
    }

    /// UpdateNotebookInstance.
    pub(super) async fn call_update_notebook(
        &self,
        operation: &Operation,
        name: &NotebookName,
        change: &SettingsChange,
    ) -> Result<(), Error> {
        let client = self.sagemaker().await?;
        let mut request = client
            .update_notebook_instance()
            .notebook_instance_name(name.as_str())
            .set_instance_type(change.instance_type.as_deref().map(InstanceType::from))
            .set_volume_size_in_gb(change.volume_size.map(volume).transpose()?)
            .set_platform_identifier(change.platform_identifier.clone())
            .set_role_arn(change.role_arn.clone());
        request = match &change.lifecycle {
            Lifecycle::Keep => request,
            Lifecycle::Attach(config) => request.lifecycle_config_name(config),
            Lifecycle::Detach => request.disassociate_lifecycle_config(true),
        };
        if change.disable_root {
            request = request.root_access(RootAccess::Disabled);
        }
        if change.require_metadata_service {
            request = request.instance_metadata_service_configuration(metadata_service());
        }
        let what = format!("updating notebook `{name}`");
        settle(operation, &what, || async {
            let answer = request.clone().send().await;
            answer.called("sagemaker", "UpdateNotebookInstance")
        })
        .await
        .map(drop)
    }

    /// Leads the instance to `goal` and waits until it is there; `None` when it is gone.
    ///
    /// `started` tells that it is on its way up by our own call, so that `Failed` is the outcome of that.
    pub(super) async fn drive_notebook(
        &self,
        operation: &Operation,
        name: &NotebookName,
        goal: Goal,
        mut started: bool,
    ) -> Result<Option<Observed>, Error> {
        let what = match goal {
            Goal::Running => format!("waiting for notebook `{name}` to run"),
            Goal::AtRest => format!("waiting for notebook `{name}` to stop"),
            Goal::Gone => format!("waiting for notebook `{name}` to go"),
        };
        let mut refusals = 0;
        loop {
            let started_now = started;
            let seen = until(operation, &what, Backoff::SLOW, || async move {
                let Some(found) = self.describe_notebook(name).await? else {
                    return Ok(Poll::Ready(None));
                };
                Ok(match state::next(&found.status, goal, started_now) {
                    Step::Wait => Poll::Pending(found.status.to_string()),
                    step => Poll::Ready(Some((step, found))),
                })
            })
            .await?;
            let Some((step, found)) = seen else {
                return Ok(None);
            };
            let answer = match step {
                Step::Reached | Step::Wait => return Ok(Some(found)),
                Step::Failed => return Err(failed(name, &found)),
                Step::Vanishing => {
                    return Err(Error::Conflict {
                        message: format!("notebook `{name}` is being deleted by someone else"),
                        remedy: "apply again when it is gone, to create it anew".to_owned(),
                    });
                }
                Step::Start => {
                    started = true;
                    self.call_start_notebook(operation, name).await
                }
                Step::Stop => self.call_stop_notebook(operation, name).await,
                Step::Delete => self.call_delete_notebook(operation, name).await,
            };
            match answer {
                Ok(()) => refusals = 0,
                // Gone between the look and the call: the next look says so.
                Err(error) if absent(&error) => {}
                Err(error) if out_of_turn(&error) && found.status == Status::Failed => {
                    return Err(beyond_repair(name, &found, &error));
                }
                // Someone else moved it between the look and the call.
                Err(error) if out_of_turn(&error) && refusals < REFUSALS => {
                    refusals += 1;
                    started &= step != Step::Start;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn call_start_notebook(
        &self,
        operation: &Operation,
        name: &NotebookName,
    ) -> Result<(), Error> {
        let client = self.sagemaker().await?;
        let what = format!("starting notebook `{name}`");
        settle(operation, &what, || async {
            let request = client.start_notebook_instance();
            let answer = request.notebook_instance_name(name.as_str()).send().await;
            answer.called("sagemaker", "StartNotebookInstance")
        })
        .await
        .map(drop)
    }

    async fn call_stop_notebook(
        &self,
        operation: &Operation,
        name: &NotebookName,
    ) -> Result<(), Error> {
        let client = self.sagemaker().await?;
        let what = format!("stopping notebook `{name}`");
        settle(operation, &what, || async {
            let request = client.stop_notebook_instance();
            let answer = request.notebook_instance_name(name.as_str()).send().await;
            answer.called("sagemaker", "StopNotebookInstance")
        })
        .await
        .map(drop)
    }

    async fn call_delete_notebook(
        &self,
        operation: &Operation,
        name: &NotebookName,
    ) -> Result<(), Error> {
        let client = self.sagemaker().await?;
        let what = format!("deleting notebook `{name}`");
        settle(operation, &what, || async {
            let request = client.delete_notebook_instance();
            let answer = request.notebook_instance_name(name.as_str()).send().await;
            answer.called("sagemaker", "DeleteNotebookInstance")
        })
        .await
        .map(drop)
    }
}

fn reason(found: &Observed) -> &str {
    found
        .failure_reason
        .as_deref()
        .unwrap_or("SageMaker gave no reason")
}

/// The start that was ours failed.
pub(super) fn failed(name: &NotebookName, found: &Observed) -> Error {
    Error::Conflict {
        message: format!("notebook `{name}` failed: {}", reason(found)),
        remedy: format!(
            "correct the cause and apply again; scripts of lifecycle configurations write to the log stream `{name}/` of \
             /aws/sagemaker/NotebookInstances"
        ),
    }
}

/// SageMaker takes no call that would bring the failed instance back.
pub(super) fn beyond_repair(name: &NotebookName, found: &Observed, refusal: &Error) -> Error {
    Error::Conflict {
        message: format!(
            "notebook `{name}` failed ({}) and SageMaker refuses to bring it back: {refusal}",
            reason(found)
        ),
        remedy: "replace it with `terraform apply -replace=ADDRESS`; its volume is lost with that"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(message: &str) -> Error {
        Error::Aws {
            service: "sagemaker",
            operation: "DescribeNotebookInstance",
            code: "ValidationException".to_owned(),
            message: message.to_owned(),
            request_id: None,
        }
    }

    #[test]
    fn sagemaker_s_words_tell_absence_from_bad_timing() {
        assert!(absent(&refused("RecordNotFound")));
        assert!(!absent(&refused("1 validation error detected")));
        let timing = refused(
            "Status (Stopped) not in ([InService]). Unable to transition to (Stopping) for Notebook Instance (x)",
        );
        assert!(out_of_turn(&timing) && !absent(&timing));
    }
}
