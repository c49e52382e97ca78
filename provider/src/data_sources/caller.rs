//! `mlspace_caller`: the identity that Terraform uses, and the effective settings.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::client::Client;
use crate::mapping;
use terraform_plugin::framework::{Attribute, Call, DataSource, Diagnostics, Field, Schema, Type};

/// The data source.
#[derive(Debug)]
pub(crate) struct CallerDataSource;

/// The result.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct CallerModel {
    account_id: Field<String>,
    partition: Field<String>,
    region: Field<String>,
    arn: Field<String>,
    system_tag: Field<String>,
    iam_resource_prefix: Field<String>,
    data_bucket: Field<String>,
    permissions_boundary_arn: Field<String>,
    base_policy_arns: Field<Vec<String>>,
    default_tags: Field<BTreeMap<String, String>>,
    table_names: Field<BTreeMap<String, String>>,
}

#[async_trait]
impl DataSource<Client> for CallerDataSource {
    type Model = CallerModel;

    fn type_name(&self) -> &'static str {
        "mlspace_caller"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe(
                "Identity that Terraform uses in AWS, and the provider's settings including their defaults.",
            )
            .attributes([
                Attribute::string("account_id")
                    .computed()
                    .describe("Id of the AWS account."),
                Attribute::string("partition")
                    .computed()
                    .describe("AWS partition, for example `aws` or `aws-us-gov`."),
                Attribute::string("region")
                    .computed()
                    .describe("AWS region."),
                Attribute::string("arn")
                    .computed()
                    .describe("ARN of the calling identity."),
                Attribute::string("system_tag")
                    .computed()
                    .describe("Value of the `system` tag."),
                Attribute::string("iam_resource_prefix")
                    .computed()
                    .describe("Prefix of the names of roles and policies."),
                Attribute::string("data_bucket")
                    .computed()
                    .describe("Name of the bucket for all datasets."),
                Attribute::string("permissions_boundary_arn")
                    .computed()
                    .describe("ARN of the permissions boundary of memberships' roles, if any."),
                Attribute::list("base_policy_arns", Type::String)
                    .computed()
                    .describe("ARNs of the managed policies that are attached to every membership's role."),
                Attribute::map("default_tags", Type::String)
                    .computed()
                    .describe("Tags of all resources that can be tagged."),
                Attribute::map("table_names", Type::String)
                    .computed()
                    .describe("Names of the DynamoDB tables."),
            ])
    }

    async fn read(
        &self,
        client: &Client,
        _call: &mut Call,
        _config: CallerModel,
    ) -> Result<CallerModel, Diagnostics> {
        let caller = client
            .clients
            .caller()
            .await
            .map_err(|error| mapping::diagnostics(&error))?;
        let settings = client.clients.settings();
        let tables = settings.table_names.entries().into_iter();
        Ok(CallerModel {
            account_id: Field::Known(caller.account.account_id.clone()),
            partition: Field::Known(caller.account.partition.clone()),
            region: Field::Known(caller.account.region.clone()),
            arn: Field::Known(caller.arn.clone()),
            system_tag: Field::Known(settings.system_tag.clone()),
            iam_resource_prefix: Field::Known(settings.iam_resource_prefix.clone()),
            data_bucket: Field::Known(settings.data_bucket.clone()),
            permissions_boundary_arn: settings.permissions_boundary_arn.clone().into(),
            base_policy_arns: Field::Known(settings.base_policy_arns.clone()),
            default_tags: Field::Known(settings.default_tags.clone().into()),
            table_names: Field::Known(
                tables
                    .map(|(key, name)| (key.to_owned(), name.to_owned()))
                    .collect(),
            ),
        })
    }
}
