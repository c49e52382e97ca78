//! `mlspace_sdk_config`: what a machine of a member tells the AWS SDKs for Python.

use std::collections::BTreeMap;

use async_trait::async_trait;
use mlspace_core::name::{ProjectName, UserName};
use mlspace_core::sdk_config::{self, SdkConfig, SdkTenant};
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::mapping;
use crate::validators;
use terraform_plugin::framework::{Attribute, Call, DataSource, Diagnostics, Field, Schema, Type};

/// The data source.
#[derive(Debug)]
pub(crate) struct SdkConfigDataSource;

/// The result.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct SdkConfigModel {
    project: Field<String>,
    user: Field<String>,
    security_group_ids: Field<Vec<Field<String>>>,
    defaults_file: Field<String>,
    plugin: Field<String>,
    plugin_settings: Field<String>,
    environment: Field<BTreeMap<String, String>>,
}

#[async_trait]
impl DataSource<Client> for SdkConfigDataSource {
    type Model = SdkConfigModel;

    fn type_name(&self) -> &'static str {
        "mlspace_sdk_config"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe(
                "What a machine of a member tells boto3 and the SageMaker Python SDK, so that ordinary code names the \
                 tags, network, keys, role, bucket and names that the platform requires. Notebook instances get it \
                 from `mlspace_lifecycle_config`; this data source is for images, containers and pipelines.",
            )
            .attributes([
                Attribute::string("project")
                    .required()
                    .describe("Name of the project.")
                    .validate(validators::parses_as::<ProjectName>),
                Attribute::string("user")
                    .required()
                    .describe("Name of the user, a member of the project.")
                    .validate(validators::parses_as::<UserName>),
                Attribute::list("security_group_ids", Type::String).optional().describe(
                    "Security groups of the user's workloads: those of the project, if it has its own. Defaults to \
                     the provider's `notebook_defaults`; without any, requests get no network.",
                ),
                Attribute::string("defaults_file").computed().describe(
                    "Defaults file of the SageMaker Python SDK, for `/etc/xdg/sagemaker/config.yaml`. JSON, which is \
                     also YAML.",
                ),
                Attribute::string("plugin").computed().describe(
                    "Module of a client plugin of botocore 1.40 or newer, for a file `mlspace_sdk.py` on Python's \
                     path.",
                ),
                Attribute::string("plugin_settings").computed().describe(
                    "Settings of the plugin as JSON, for `/opt/mlspace/tenant.json` or the file that the environment \
                     variable `MLSPACE_SDK_CONFIG` names.",
                ),
                Attribute::map("environment", Type::String)
                    .computed()
                    .describe("Environment variables that load the plugin."),
            ])
    }

    async fn read(
        &self,
        client: &Client,
        _call: &mut Call,
        config: SdkConfigModel,
    ) -> Result<SdkConfigModel, Diagnostics> {
        let project: ProjectName = mapping::parse(&config.project, "project")?;
        let user: UserName = mapping::parse(&config.user, "user")?;
        let role_arn = client
            .memberships
            .role_arn(&project, &user)
            .await
            .map_err(|error| mapping::diagnostics(&error))?;
        let tenant = SdkTenant {
            project: project.as_str(),
            user: user.as_str(),
            role_arn: &role_arn,
        };
        let mut platform = SdkConfig::from(client.clients.settings());
        let groups = &config.security_group_ids;
        if let Some(groups) = mapping::optional_strings(groups, "security_group_ids")? {
            platform.security_group_ids = groups;
        }
        let environment = sdk_config::ENVIRONMENT
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Ok(SdkConfigModel {
            defaults_file: Field::Known(platform.defaults_file(tenant).to_string()),
            plugin: Field::Known(sdk_config::PLUGIN.to_owned()),
            plugin_settings: Field::Known(platform.plugin_settings(tenant).to_string()),
            environment: Field::Known(environment.collect()),
            ..config
        })
    }
}
