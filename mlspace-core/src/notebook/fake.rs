//! In-memory notebook instances for unit tests.
//!
//! An instance passes through its transitional statuses (Pending, Stopping, Updating, Deleting) and
//! moves on each time it is described or listed. Calls in the wrong status are refused as SageMaker does.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;

use super::Status;
use super::api::{ListedInstance, NewInstance, NotebookApi};
use super::instance::{DISABLED, InstanceState, METADATA_SERVICE};
use super::settings::{LifecycleChange, SettingsChange};
use crate::aws::Error;
use crate::layout::Account;
use crate::name::NotebookName;
use crate::presigned::{SecretUrl, seconds};
use crate::tags::Tags;
use crate::testing::{self, Faults};

/// An instance with its tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FakeInstance {
    pub(crate) state: InstanceState,
    pub(crate) tags: Tags,
}

/// SageMaker's notebook instances in memory.
pub(crate) struct FakeNotebooks {
    account: Account,
    instances: Mutex<BTreeMap<NotebookName, FakeInstance>>,
    /// Why the next start fails.
    failure: Mutex<Option<String>>,
    /// How many descriptions do not find an existing instance yet.
    hidden_instances: Mutex<u32>,
    /// How many reads of tags do not find them yet.
    hidden_tags: Mutex<u32>,
    pub(crate) faults: Faults,
}

impl FakeNotebooks {
    /// No instances; `faults` can interrupt the calls.
    pub(crate) fn new(account: Account, faults: Faults) -> Self {
        Self {
            account,
            instances: Mutex::default(),
            failure: Mutex::default(),
            hidden_instances: Mutex::default(),
            hidden_tags: Mutex::default(),
            faults,
        }
    }

    /// Instances by name.
    pub(crate) fn instances(&self) -> BTreeMap<NotebookName, FakeInstance> {
        self.instances.lock().unwrap().clone()
    }

    /// Changes an instance as another program would.
    pub(crate) fn edit(&self, name: &str, act: impl FnOnce(&mut FakeInstance)) {
        let mut instances = self.instances.lock().unwrap();
        act(instances.get_mut(&name.parse().unwrap()).unwrap());
    }

    /// Adds or replaces an instance as another program would.
    pub(crate) fn insert(&self, name: &str, instance: FakeInstance) {
        let mut instances = self.instances.lock().unwrap();
        instances.insert(name.parse().unwrap(), instance);
    }

    /// Removes an instance as another program would.
    pub(crate) fn remove(&self, name: &str) -> Option<FakeInstance> {
        let mut instances = self.instances.lock().unwrap();
        instances.remove(&name.parse().unwrap())
    }

    /// Lets the next start, or creation, fail for this reason.
    pub(crate) fn fail_next_start(&self, reason: &str) {
        *self.failure.lock().unwrap() = Some(reason.to_owned());
    }

    /// Lets the next `reads` of an existing instance not find it, as reads do that are older than
    /// its create.
    pub(crate) fn hide_instances(&self, reads: u32) {
        *self.hidden_instances.lock().unwrap() = reads;
    }

    /// Lets the next `reads` of tags find no instance, as reads do that are older than a create.
    pub(crate) fn hide_tags(&self, reads: u32) {
        *self.hidden_tags.lock().unwrap() = reads;
    }

    /// Moves an instance from a transitional status to the one that follows.
    fn progress(&self, instances: &mut BTreeMap<NotebookName, FakeInstance>, name: &NotebookName) {
        let Some(FakeInstance { state, .. }) = instances.get_mut(name) else {
            return;
        };
        match state.status {
            Status::Pending => match self.failure.lock().unwrap().take() {
                Some(reason) => {
                    state.status = Status::Failed;
                    state.failure_reason = Some(reason);
                }
                None => state.status = Status::InService,
            },
            Status::Stopping | Status::Updating => state.status = Status::Stopped,
            Status::Deleting => drop(instances.remove(name)),
            _ => {}
        }
    }

    fn change(
        &self,
        operation: &'static str,
        name: &NotebookName,
        from: &[Status],
        act: impl FnOnce(&mut FakeInstance),
    ) -> Result<(), Error> {
        self.faults.write("sagemaker", operation, || {
            let mut instances = self.instances.lock().unwrap();
            let Some(instance) = instances.get_mut(name) else {
                return Err(validation(operation, "RecordNotFound"));
            };
            if !from.contains(&instance.state.status) {
                let message = format!(
                    "Status ({}) not in ({from:?}). Unable to transition to",
                    instance.state.status
                );
                return Err(validation(operation, &message));
            }
            act(instance);
            Ok(())
        })
    }

    fn by_arn<T>(&self, arn: &str, act: impl FnOnce(&mut FakeInstance) -> T) -> Option<T> {
        let mut instances = self.instances.lock().unwrap();
        let found = instances
            .values_mut()
            .find(|instance| instance.state.arn == arn);
        found.map(act)
    }
}

/// Counts down the reads that find nothing.
fn is_hidden(reads: &Mutex<u32>) -> bool {
    let mut reads = reads.lock().unwrap();
    let hidden = *reads > 0;
    *reads = reads.saturating_sub(1);
    hidden
}

fn validation(operation: &'static str, message: &str) -> Error {
    Error::Aws {
        service: "sagemaker",
        operation,
        code: "ValidationException".to_owned(),
        message: message.to_owned(),
        request_id: None,
    }
}

#[async_trait]
impl NotebookApi for FakeNotebooks {
    async fn list(&self) -> Result<Vec<ListedInstance>, Error> {
        self.faults.read("sagemaker", "ListNotebookInstances")?;
        let mut instances = self.instances.lock().unwrap();
        let listed: Vec<ListedInstance> = instances
            .iter()
            .map(|(name, instance)| ListedInstance {
                name: name.clone(),
                arn: instance.state.arn.clone(),
                status: instance.state.status.clone(),
                created: None,
                modified: testing::modified(&instance.state),
            })
            .collect();
        for instance in &listed {
            self.progress(&mut instances, &instance.name);
        }
        Ok(listed)
    }

    async fn describe(&self, name: &NotebookName) -> Result<Option<InstanceState>, Error> {
        self.faults.read("sagemaker", "DescribeNotebookInstance")?;
        let mut instances = self.instances.lock().unwrap();
        let seen = instances.get(name).map(|instance| InstanceState {
            modified: testing::modified(&instance.state),
            ..instance.state.clone()
        });
        if seen.is_some() && is_hidden(&self.hidden_instances) {
            return Ok(None);
        }
        self.progress(&mut instances, name);
        Ok(seen)
    }

    async fn tags(&self, arn: &str) -> Result<Option<Tags>, Error> {
        self.faults.read("sagemaker", "ListTags")?;
        if is_hidden(&self.hidden_tags) {
            return Ok(None);
        }
        Ok(self.by_arn(arn, |instance| instance.tags.clone()))
    }

    async fn add_tags(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        self.faults.write("sagemaker", "AddTags", || {
            self.by_arn(arn, |instance| {
                instance.tags = instance.tags.clone().overlaid(tags);
            });
            Ok(())
        })
    }

    async fn delete_tags(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        self.faults.write("sagemaker", "DeleteTags", || {
            self.by_arn(arn, |instance| {
                for key in keys {
                    instance.tags.remove(key);
                }
            });
            Ok(())
        })
    }

    async fn create(&self, new: &NewInstance<'_>) -> Result<(), Error> {
        let operation = "CreateNotebookInstance";
        self.faults.write("sagemaker", operation, || {
            let mut instances = self.instances.lock().unwrap();
            let name = &new.spec.name;
            if instances.contains_key(name) {
                return Err(validation(operation, "already exists"));
            }
            let mut security_group_ids = new.network.security_group_ids.clone();
            security_group_ids.sort();
            let state = InstanceState {
                arn: self
                    .account
                    .notebook_arn(&name.as_str().to_ascii_lowercase()),
                status: Status::Pending,
                modified: None,
                failure_reason: None,
                url: Some(format!("{name}.notebook.us-east-1.sagemaker.aws")),
                instance_type: new.spec.instance_type.clone(),
                volume_size: new.spec.volume_size,
                subnet_id: Some(new.network.subnet_id.clone()),
                security_group_ids,
                kms_key_id: new.network.kms_key_id.clone(),
                lifecycle_config_name: new.network.lifecycle_config_name.clone(),
                platform_identifier: new.spec.platform_identifier.clone(),
                role_arn: new.role_arn.to_owned(),
                network_interface_id: Some("eni-1".to_owned()),
                root_access: DISABLED.to_owned(),
                direct_internet_access: DISABLED.to_owned(),
                metadata_service: METADATA_SERVICE.to_owned(),
            };
            let tags = new.tags.clone();
            instances.insert(name.clone(), FakeInstance { state, tags });
            Ok(())
        })
    }

    async fn update(&self, name: &NotebookName, change: &SettingsChange) -> Result<(), Error> {
        let rest = [Status::Stopped, Status::Failed];
        self.change("UpdateNotebookInstance", name, &rest, |instance| {
            let state = &mut instance.state;
            state.status = Status::Updating;
            if let Some(kind) = &change.instance_type {
                kind.clone_into(&mut state.instance_type);
            }
            if let Some(size) = change.volume_size {
                state.volume_size = size;
            }
            if let Some(role) = &change.role_arn {
                role.clone_into(&mut state.role_arn);
            }
            if change.platform_identifier.is_some() {
                change
                    .platform_identifier
                    .clone_into(&mut state.platform_identifier);
            }
            match &change.lifecycle {
                LifecycleChange::Keep => {}
                LifecycleChange::Attach(name) => state.lifecycle_config_name = Some(name.clone()),
                LifecycleChange::Detach => state.lifecycle_config_name = None,
            }
            if change.disable_root {
                DISABLED.clone_into(&mut state.root_access);
            }
            if change.require_metadata_service {
                METADATA_SERVICE.clone_into(&mut state.metadata_service);
            }
        })
    }

    async fn start(&self, name: &NotebookName) -> Result<(), Error> {
        let rest = [Status::Stopped, Status::Failed];
        self.change("StartNotebookInstance", name, &rest, |instance| {
            instance.state.status = Status::Pending;
            instance.state.failure_reason = None;
        })
    }

    async fn stop(&self, name: &NotebookName) -> Result<(), Error> {
        let running = [Status::InService];
        self.change("StopNotebookInstance", name, &running, |instance| {
            instance.state.status = Status::Stopping;
        })
    }

    async fn delete(&self, name: &NotebookName) -> Result<(), Error> {
        let rest = [Status::Stopped, Status::Failed];
        self.change("DeleteNotebookInstance", name, &rest, |instance| {
            instance.state.status = Status::Deleting;
        })
    }

    async fn presigned_url(
        &self,
        name: &NotebookName,
        session: Option<Duration>,
    ) -> Result<SecretUrl, Error> {
        let mut host = None;
        let operation = "CreatePresignedNotebookInstanceUrl";
        self.change(operation, name, &[Status::InService], |instance| {
            host.clone_from(&instance.state.url);
        })?;
        let (host, seconds) = (host.unwrap_or_default(), seconds(session).unwrap_or(43_200));
        SecretUrl::answered(
            operation,
            Some(format!("https://{host}?authToken={seconds}")),
        )
    }
}
