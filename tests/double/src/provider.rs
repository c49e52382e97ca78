//! The provider: which types it serves, and what its configuration means.

use std::{collections::BTreeMap, path::PathBuf};

use async_trait::async_trait;
use serde::Deserialize;
use terraform_plugin::framework::{
    AnyDataSource, AnyResource, ConfigureContext, Diagnostics, Field, Provider, Schema,
};

use crate::{
    account::Account,
    data_source::DoubledDataSource,
    resource::DoubledResource,
    schema::{self, Subject, Unusable},
    types::{self, TypesError},
};

/// The region where nothing names one.
const DEFAULT_REGION: &str = "us-east-1";
/// The account where the configuration allows any.
const DEFAULT_ACCOUNT: &str = "123456789012";

/// The double cannot be set up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetupError {
    #[error(
        "AWS_DOUBLE_SCHEMAS is not set: let it name the directory that tests/tools/aws_schemas.py prints"
    )]
    NoSchemas,
    #[error(transparent)]
    Types(#[from] TypesError),
    #[error(transparent)]
    Schema(#[from] Unusable),
}

/// The double.
pub(crate) struct AwsDouble {
    schema: Schema,
    resources: Vec<(&'static str, Schema)>,
    data_sources: Vec<(&'static str, Schema)>,
    region: Option<String>,
}

impl AwsDouble {
    /// Loads the schemas that the environment asks for.
    pub(crate) fn from_environment(
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, SetupError> {
        let directory = PathBuf::from(env("AWS_DOUBLE_SCHEMAS").ok_or(SetupError::NoSchemas)?);
        let wanted = types::wanted(&directory, env("AWS_DOUBLE_TYPES").as_deref())?;
        let load = |kind: &str, names: &[String], subject| {
            names
                .iter()
                .map(|name| {
                    let file = directory.join(kind).join(format!("{name}.json"));
                    Ok((types::eternal(name), schema::read(&file, subject)?))
                })
                .collect::<Result<Vec<_>, Unusable>>()
        };
        Ok(Self {
            schema: schema::read(&directory.join("provider.json"), Subject::Provider)?,
            resources: load("resource", &wanted.resources, Subject::Resource)?,
            data_sources: load("data", &wanted.data_sources, Subject::DataSource)?,
            region: env("AWS_REGION").or_else(|| env("AWS_DEFAULT_REGION")),
        })
    }
}

/// What the double heeds of its configuration. Everything else is accepted and has no effect.
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
impl Provider for AwsDouble {
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
            Box::new(DoubledResource::new(name, schema.clone())) as Box<dyn AnyResource<Account>>
        });
        all.collect()
    }

    fn data_sources(&self) -> Vec<Box<dyn AnyDataSource<Account>>> {
        let all = self.data_sources.iter().map(|(name, schema)| {
            Box::new(DoubledDataSource::new(name, schema.clone()))
                as Box<dyn AnyDataSource<Account>>
        });
        all.collect()
    }
}
