//! In-memory lifecycle configurations for unit tests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::api::{Described, LifecycleConfigApi, Scripts};
use crate::aws::Error;
use crate::notebook::fake::FakeNotebooks;
use crate::tags::Tags;
use crate::testing::Faults;

/// A configuration with its tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FakeConfig {
    pub(crate) scripts: Scripts,
    pub(crate) tags: Tags,
}

/// SageMaker's lifecycle configurations in memory.
pub(crate) struct FakeLifecycleConfigs {
    configs: Mutex<BTreeMap<String, FakeConfig>>,
    notebooks: Arc<FakeNotebooks>,
    faults: Faults,
}

impl FakeLifecycleConfigs {
    /// None; `faults` can interrupt the calls.
    pub(crate) fn new(notebooks: Arc<FakeNotebooks>, faults: Faults) -> Self {
        Self {
            configs: Mutex::default(),
            notebooks,
            faults,
        }
    }

    /// Configurations by name.
    pub(crate) fn configs(&self) -> BTreeMap<String, FakeConfig> {
        self.configs.lock().unwrap().clone()
    }

    /// Changes a configuration as another program would.
    pub(crate) fn edit(&self, name: &str, act: impl FnOnce(&mut FakeConfig)) {
        act(self.configs.lock().unwrap().get_mut(name).unwrap());
    }

    /// Removes a configuration as another program would.
    pub(crate) fn remove(&self, name: &str) {
        self.configs.lock().unwrap().remove(name);
    }

    fn change(
        &self,
        operation: &'static str,
        name: &str,
        act: impl FnOnce(&mut BTreeMap<String, FakeConfig>) -> bool,
    ) -> Result<(), Error> {
        self.faults.write("sagemaker", operation, || {
            if act(&mut self.configs.lock().unwrap()) {
                Ok(())
            } else {
                Err(refusal(
                    operation,
                    &format!("{name} was refused: not found"),
                ))
            }
        })
    }
}

fn arn(name: &str) -> String {
    format!(
        "arn:aws:sagemaker:us-east-1:123456789012:notebook-instance-lifecycle-config/{}",
        name.to_lowercase()
    )
}

fn refusal(operation: &'static str, message: &str) -> Error {
    Error::Aws {
        service: "sagemaker",
        operation,
        code: "ValidationException".to_owned(),
        message: message.to_owned(),
        request_id: None,
    }
}

#[async_trait]
impl LifecycleConfigApi for FakeLifecycleConfigs {
    async fn describe(&self, name: &str) -> Result<Option<Described>, Error> {
        self.faults
            .read("sagemaker", "DescribeNotebookInstanceLifecycleConfig")?;
        let configs = self.configs.lock().unwrap();
        Ok(configs.get(name).map(|config| Described {
            arn: arn(name),
            scripts: config.scripts.clone(),
        }))
    }

    async fn tags(&self, wanted: &str) -> Result<Tags, Error> {
        self.faults.read("sagemaker", "ListTags")?;
        let configs = self.configs.lock().unwrap();
        let found = configs.iter().find(|(name, _)| arn(name) == wanted);
        Ok(found
            .map(|(_, config)| config.tags.clone())
            .unwrap_or_default())
    }

    async fn users(&self, name: &str) -> Result<Vec<String>, Error> {
        self.faults.read("sagemaker", "ListNotebookInstances")?;
        Ok(self
            .notebooks
            .instances()
            .into_iter()
            .filter(|(_, one)| one.state.lifecycle_config_name.as_deref() == Some(name))
            .map(|(notebook, _)| notebook.to_string())
            .collect())
    }

    async fn create(&self, name: &str, scripts: &Scripts, tags: &Tags) -> Result<String, Error> {
        let operation = "CreateNotebookInstanceLifecycleConfig";
        self.faults.write("sagemaker", operation, || {
            let mut configs = self.configs.lock().unwrap();
            if configs.contains_key(name) {
                return Err(refusal(operation, "already exists"));
            }
            let config = FakeConfig {
                scripts: scripts.clone(),
                tags: tags.clone(),
            };
            configs.insert(name.to_owned(), config);
            Ok(arn(name))
        })
    }

    async fn update(&self, name: &str, scripts: &Scripts) -> Result<(), Error> {
        self.change("UpdateNotebookInstanceLifecycleConfig", name, |configs| {
            configs
                .get_mut(name)
                .map(|config| config.scripts = scripts.clone())
                .is_some()
        })
    }

    async fn add_tags(&self, wanted: &str, tags: &Tags) -> Result<(), Error> {
        self.change("AddTags", wanted, |configs| {
            let found = configs.iter_mut().find(|(name, _)| arn(name) == wanted);
            found
                .map(|(_, config)| config.tags = config.tags.clone().overlaid(tags))
                .is_some()
        })
    }

    async fn delete(&self, name: &str) -> Result<(), Error> {
        self.faults
            .write("sagemaker", "DeleteNotebookInstanceLifecycleConfig", || {
                self.configs.lock().unwrap().remove(name);
                Ok(())
            })
    }
}
