//! Lifecycle configurations of notebook instances: scripts that run as root when an instance is
//! created or started.
//!
//! A configuration is made of settings (defaults for the SDKs, idle stop, packages, repositories)
//! and of scripts of one's own. It is written for all members of a platform: project, user and role
//! are those of the instance that it runs on.

mod api;
#[cfg(test)]
pub(crate) mod fake;
mod script;
mod sdk;
mod spec;

pub use spec::{
    CodeArtifact, IdleStop, LifecycleConfigSpec, LifecycleConfigSpecError, check_name,
    check_repository,
};

pub(crate) use api::LifecycleConfigApi;
pub(crate) use sdk::SdkLifecycleConfigs;

use std::sync::Arc;

use crate::aws::{Clients, Error, Failure, Operation, Outcome, Settings};
use crate::ownership::{Kind, Mark, Object, Owned, Token};
use crate::plan::PlanOutcome;
use crate::sdk_config::SdkConfig;
use crate::tags::{SYSTEM, Tags};
use api::Scripts;

/// A lifecycle configuration as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LifecycleConfig {
    /// Its settings and own scripts, as far as its scripts tell.
    pub spec: LifecycleConfigSpec,
    /// Its ARN.
    pub arn: String,
    /// Changes outside of Terraform that no other field shows: one sentence each.
    pub drift: Vec<String>,
    /// Its token, in a tag.
    pub token: Option<Token>,
}

/// A create is one call, so that there are no unfinished configurations: every existing one is
/// refused.
impl Owned for LifecycleConfig {
    fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }
}

/// Lifecycle configurations of notebook instances.
pub struct LifecycleConfigs {
    clients: Clients,
    api: Arc<dyn LifecycleConfigApi>,
}

impl LifecycleConfigs {
    /// Lifecycle configurations behind `api`.
    pub(crate) fn new(clients: Clients, api: Arc<dyn LifecycleConfigApi>) -> Self {
        Self { clients, api }
    }

    /// Plans a new configuration (`exists` is false) or a change or replacement of one: its scripts fit AWS's limit,
    /// and a new name is not taken.
    pub async fn plan(&self, spec: &LifecycleConfigSpec, exists: bool) -> PlanOutcome<()> {
        self.try_plan(spec, exists).await.into()
    }

    async fn try_plan(&self, spec: &LifecycleConfigSpec, exists: bool) -> Result<(), Error> {
        self.scripts(spec)?;
        if !exists && self.api.describe(&spec.name).await?.is_some() {
            return Err(already_exists(&spec.name));
        }
        Ok(())
    }

    /// Creates the configuration.
    ///
    /// # Errors
    /// When the name is taken, and those of the call. A configuration that may exist although its
    /// creation failed is returned with the error.
    pub async fn create(
        &self,
        operation: &Operation,
        spec: &LifecycleConfigSpec,
    ) -> Outcome<LifecycleConfig> {
        operation.check("creating the lifecycle configuration")?;
        let scripts = self.scripts(spec)?;
        if self.api.describe(&spec.name).await?.is_some() {
            return Err(already_exists(&spec.name).into());
        }
        let token = Token::random();
        let tags = self.tags(spec).overlaid(&token.tags());
        let resource = format!(
            "notebook-instance-lifecycle-config/{}",
            spec.name.to_lowercase()
        );
        let arn = self.clients.account().await?.sagemaker_arn(&resource);
        match self.api.create(&spec.name, &scripts, &tags).await {
            Ok(arn) => Ok(applied(spec, arn, token)),
            // Only the response can be lost: then the configuration has the token of this call.
            Err(error) => match self.find(&spec.name).await {
                Ok(Some((arn, found))) if found.as_ref() == Some(&token) => {
                    Ok(applied(spec, arn, token))
                }
                Ok(Some(_)) => Err(error.into()),
                // It may be there, and not be visible yet.
                Ok(None) | Err(_) => Err(Failure {
                    reached: error.code().is_none().then(|| applied(spec, arn, token)),
                    error,
                }),
            },
        }
    }

    /// The ARN and the token of a configuration.
    async fn find(&self, name: &str) -> Result<Option<(String, Option<Token>)>, Error> {
        let Some(found) = self.api.describe(name).await? else {
            return Ok(None);
        };
        let tags = self.api.tags(&found.arn).await?;
        Ok(Some((found.arn, token(&tags))))
    }

    /// Reads the configuration; `None` when it does not exist. `known` is what the state has.
    ///
    /// # Errors
    /// Those of the calls.
    pub async fn read(
        &self,
        name: &str,
        known: Option<&LifecycleConfigSpec>,
    ) -> Result<Option<LifecycleConfig>, Error> {
        let Some(found) = self.api.describe(name).await? else {
            return Ok(None);
        };
        let mut drift = Vec::new();
        let mut spec = script::read(name, &found.scripts);
        spec.tags = known.map(|known| known.tags.clone()).unwrap_or_default();
        if self.scripts(&spec)? != found.scripts {
            drift.push(format!(
                "the scripts of lifecycle configuration `{name}` are not those that its settings give"
            ));
        }
        let tags = self.api.tags(&found.arn).await?;
        let expected = self.tags(&spec);
        if !tags.contains_all(&expected) {
            drift.push(format!("lifecycle configuration `{name}` has lost tags"));
        }
        Ok(Some(LifecycleConfig {
            spec,
            arn: found.arn,
            drift,
            token: token(&tags),
        }))
    }

    /// Replaces the scripts and adds missing tags. Notebook instances run the new scripts at their
    /// next start.
    ///
    /// # Errors
    /// [`Error::Foreign`] for a configuration of another state, and those of the calls.
    pub async fn update(
        &self,
        operation: &Operation,
        spec: &LifecycleConfigSpec,
    ) -> Outcome<LifecycleConfig> {
        operation.check("updating the lifecycle configuration")?;
        let scripts = self.scripts(spec)?;
        let Some(found) = self.api.describe(&spec.name).await? else {
            return Err(Error::Conflict {
                message: format!(
                    "lifecycle configuration `{}` was deleted by someone else",
                    spec.name
                ),
                remedy: "apply again to create it".to_owned(),
            }
            .into());
        };
        let reached = |error: Error| Failure {
            error,
            reached: None,
        };
        let tagged = self.api.tags(&found.arn).await.map_err(reached)?;
        let stored = token(&tagged);
        let claim = operation.claim();
        claim.check(&object(&spec.name), stored.as_ref())?;
        let token = claim.token(stored.as_ref());
        if found.scripts != scripts {
            let updated = self.api.update(&spec.name, &scripts).await;
            updated.map_err(reached)?;
        }
        let tags = self.tags(spec).overlaid(&token.tags());
        if !tagged.contains_all(&tags) {
            let added = self.api.add_tags(&found.arn, &tags).await;
            added.map_err(reached)?;
        }
        Ok(applied(spec, found.arn, token))
    }

    /// Names of the notebook instances that use the configuration.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn users(&self, name: &str) -> Result<Vec<String>, Error> {
        self.api.users(name).await
    }

    /// Deletes the configuration, unless a notebook instance uses it.
    ///
    /// # Errors
    /// [`Error::InUse`], [`Error::Foreign`] for a configuration of another state, and those of the
    /// calls. One that does not exist is not an error.
    pub async fn delete(&self, operation: &Operation, name: &str) -> Result<(), Error> {
        operation.check("deleting the lifecycle configuration")?;
        let Some((_, token)) = self.find(name).await? else {
            return Ok(());
        };
        let claim = operation.claim();
        claim.check(&object(name), token.as_ref())?;
        let users = self.api.users(name).await?;
        if !users.is_empty() {
            return Err(Error::InUse {
                what: format!("lifecycle configuration `{name}`"),
                by: users,
                remedy: "give these notebook instances another one, or none, first".to_owned(),
            });
        }
        self.api.delete(name).await
    }

    fn scripts(&self, spec: &LifecycleConfigSpec) -> Result<Scripts, Error> {
        spec.check().map_err(Error::from)?;
        script::render(spec, &SdkConfig::from(self.clients.settings())).map_err(Error::from)
    }

    fn tags(&self, spec: &LifecycleConfigSpec) -> Tags {
        let settings = self.clients.settings();
        settings
            .default_tags
            .clone()
            .overlaid(&spec.tags)
            .overlaid(&Tags::from([(SYSTEM, settings.system_tag.as_str())]))
    }
}

impl From<&Settings> for SdkConfig {
    fn from(settings: &Settings) -> Self {
        let defaults = &settings.notebook_defaults;
        Self {
            system_tag: settings.system_tag.clone(),
            data_bucket: settings.data_bucket.clone(),
            kms_key_id: defaults.kms_key_id.clone(),
            subnet_ids: defaults.subnet_ids.clone(),
            security_group_ids: defaults.security_group_ids.clone(),
            resource_names: settings.resource_names,
        }
    }
}

/// The configuration after a create or update.
fn applied(spec: &LifecycleConfigSpec, arn: String, token: Token) -> LifecycleConfig {
    LifecycleConfig {
        spec: spec.clone(),
        arn,
        drift: Vec::new(),
        token: Some(token),
    }
}

/// The token in these tags.
fn token(tags: &Tags) -> Option<Token> {
    Mark::of(tags).map(|mark| mark.token)
}

fn object(name: &str) -> Object {
    Object::new(Kind::LifecycleConfig, name)
}

fn already_exists(name: &str) -> Error {
    object(name).exists()
}

#[cfg(test)]
mod tests;
