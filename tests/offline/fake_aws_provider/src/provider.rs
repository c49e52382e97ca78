//! The provider: the types that it serves, and its configuration.

use std::{collections::BTreeMap, path::PathBuf};

use async_trait::async_trait;
use serde::Deserialize;
use terraform_plugin::framework::{
    AnyDataSource, AnyResource, ConfigureContext, Diagnostics, Field, Provider, Schema,
};

use crate::{
    account::Account,
    data_source::FakeDataSource,
    resource::FakeResource,
    schema::{self, InvalidSchema, SchemaKind},
    types::{self, TypesError},
};

/// The region if neither the configuration nor the environment sets one.
const DEFAULT_REGION: &str = "us-east-1";
/// The account if the configuration has no `allowed_account_ids`.
const DEFAULT_ACCOUNT: &str = "123456789012";

/// The provider cannot start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetupError {
    #[error("AWS_FAKE_SCHEMAS is not set: set it to the directory that `schemas/extract` prints")]
    NoSchemas,
    #[error(transparent)]
    Types(#[from] TypesError),
    #[error(transparent)]
    Schema(#[from] InvalidSchema),
}

/// The fake AWS provider.
pub(crate) struct FakeAws {
    schema: Schema,
    resources: Vec<(&'static str, Schema)>,
    data_sources: Vec<(&'static str, Schema)>,
    region: Option<String>,
}

impl FakeAws {
    /// Loads the schemas that the environment variables select.
    pub(crate) fn from_environment(
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, SetupError> {
        let directory = PathBuf::from(env("AWS_FAKE_SCHEMAS").ok_or(SetupError::NoSchemas)?);
        let selected = types::selected(&directory, env("AWS_FAKE_TYPES").as_deref())?;
        let load = |folder: &str, names: &[String], kind| {
            names
                .iter()
                .map(|name| {
                    let file = directory.join(folder).join(format!("{name}.json"));
                    Ok((types::leaked(name), schema::read(&file, kind)?))
                })
                .collect::<Result<Vec<_>, InvalidSchema>>()
        };
        Ok(Self {
            schema: schema::read(&directory.join("provider.json"), SchemaKind::Provider)?,
            resources: load("resource", &selected.resources, SchemaKind::Resource)?,
            data_sources: load("data", &selected.data_sources, SchemaKind::DataSource)?,
            region: env("AWS_REGION").or_else(|| env("AWS_DEFAULT_REGION")),
        })
    }
}

/// The arguments of the provider block that have an effect. All others are accepted.
#[derive(Debug, Deserialize)]
pub(crate) struct Configuration {
    region: Field<String>,
    allowed_account_ids: Field<Vec<Field<String>>>,
    default_tags: Vec<DefaultTags>,
}

#[derive(Debug, Deserialize)]
struct DefaultTags {
    tags: Field<BTreeMap<String, Field<String>>>,
}

#[async_trait]
impl Provider for FakeAws {
    type Model = Configuration;
    type Client = Account;

    fn name(&self) -> &'static str {
        "aws"
    }

    fn schema(&self) -> Schema {
        self.schema.clone()
    }

    async fn configure(
        &self,
        config: Configuration,
        _: &ConfigureContext,
    ) -> Result<Account, Diagnostics> {
        let allowed = config.allowed_account_ids.into_known().unwrap_or_default();
        let tags = config
            .default_tags
            .into_iter()
            .filter_map(|block| block.tags.into_known())
            .flatten();
        Ok(Account {
            id: allowed
                .into_iter()
                .find_map(Field::into_known)
                .unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned()),
            region: config
                .region
                .into_known()
                .or_else(|| self.region.clone())
                .unwrap_or_else(|| DEFAULT_REGION.to_owned()),
            default_tags: tags
                .filter_map(|(key, value)| Some((key, value.into_known()?)))
                .collect(),
        })
    }

    fn resources(&self) -> Vec<Box<dyn AnyResource<Account>>> {
        let all = self.resources.iter().map(|(name, schema)| {
            Box::new(FakeResource::new(name, schema.clone())) as Box<dyn AnyResource<Account>>
        });
        all.collect()
    }

    fn data_sources(&self) -> Vec<Box<dyn AnyDataSource<Account>>> {
        let all = self.data_sources.iter().map(|(name, schema)| {
            Box::new(FakeDataSource::new(name, schema.clone())) as Box<dyn AnyDataSource<Account>>
        });
        all.collect()
    }
}
