//! `mlspace_studio_domain`: a domain of SageMaker Studio that exists.

use async_trait::async_trait;
use mlspace_core::studio::FoundDomain;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::mapping;
use crate::validators;
use terraform_plugin::framework::{Attribute, Call, DataSource, Diagnostics, Field, Schema, Type};

/// The data source.
#[derive(Debug)]
pub(crate) struct StudioDomainDataSource;

/// Arguments and result.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct StudioDomainModel {
    id: Field<String>,
    name: Field<String>,
    arn: Field<String>,
    status: Field<String>,
    url: Field<String>,
    auth_mode: Field<String>,
    vpc_id: Field<String>,
    subnet_ids: Field<Vec<String>>,
    security_group_ids: Field<Vec<String>>,
    kms_key_id: Field<String>,
    default_execution_role_arn: Field<String>,
    home_efs_file_system_id: Field<String>,
}

#[async_trait]
impl DataSource<Client> for StudioDomainDataSource {
    type Model = StudioDomainModel;

    fn type_name(&self) -> &'static str {
        "mlspace_studio_domain"
    }

    fn schema(&self) -> Schema {
        let text =
            |name, description: &str| Attribute::string(name).computed().describe(description);
        Schema::new(0)
            .describe(
                "A domain of SageMaker Studio in the account and region of the provider, by its id or its name, also one \
                 that is not managed with Terraform.",
            )
            .attributes([
                Attribute::string("id")
                    .optional()
                    .computed()
                    .validate(validators::studio_domain_id)
                    .describe("Id of the domain. Exactly one of `id` and `name` is set."),
                Attribute::string("name")
                    .optional()
                    .computed()
                    .validate(validators::studio_domain_name)
                    .describe("Name of the domain. Exactly one of `id` and `name` is set."),
                text("arn", "ARN of the domain."),
                text("status", "Status of the domain, for example `InService`."),
                text("url", "Address of the domain; opening it takes a presigned URL where people sign in with IAM."),
                text(
                    "auth_mode",
                    "How people sign in: `IAM`, or `SSO` for IAM Identity Center.",
                ),
                text("vpc_id", "VPC of the domain."),
                Attribute::list("subnet_ids", Type::String)
                    .computed()
                    .describe("Subnets of the domain, in order."),
                Attribute::list("security_group_ids", Type::String)
                    .computed()
                    .describe("Security groups of all apps, in order."),
                text("kms_key_id", "KMS key of the volumes. Null for a key of AWS."),
                text("default_execution_role_arn", "Role of profiles that name none."),
                text("home_efs_file_system_id", "Home file system of the domain. Null if it has none."),
            ])
    }

    fn validate(&self, config: &StudioDomainModel, diagnostics: &mut Diagnostics) {
        let problem = match (&config.id, &config.name) {
            (Field::Null, Field::Null) => "Neither `id` nor `name` is set.",
            (Field::Known(_), Field::Known(_)) => "Both `id` and `name` are set.",
            _ => return,
        };
        let detail = format!("{problem} Set exactly one of them.");
        diagnostics.error("id", "Invalid combination of arguments", detail);
    }

    async fn read(
        &self,
        client: &Client,
        _call: &mut Call,
        config: StudioDomainModel,
    ) -> Result<StudioDomainModel, Diagnostics> {
        let domains = &client.studio_domains;
        let found = match (config.id.as_option(), config.name.as_option()) {
            (Some(id), _) => domains.by_id(id).await,
            (None, Some(name)) => domains.by_name(name).await,
            (None, None) => return Err(mapping::missing_value("id")),
        };
        found
            .map(StudioDomainModel::from)
            .map_err(|error| mapping::diagnostics(&error))
    }
}

impl From<FoundDomain> for StudioDomainModel {
    fn from(found: FoundDomain) -> Self {
        Self {
            id: Field::Known(found.id),
            name: Field::Known(found.name),
            arn: Field::Known(found.arn),
            status: Field::Known(found.status),
            url: found.url.into(),
            auth_mode: Field::Known(found.auth_mode),
            vpc_id: found.vpc_id.into(),
            subnet_ids: Field::Known(found.subnet_ids),
            security_group_ids: Field::Known(found.security_group_ids),
            kms_key_id: found.kms_key_id.into(),
            default_execution_role_arn: found.default_execution_role_arn.into(),
            home_efs_file_system_id: found.home_efs_file_system_id.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validate_wants_one_of_id_and_name() {
        let known = || Field::Known("x".to_owned());
        for (id, name, fits) in [
            (Field::Null, Field::Null, false),
            (known(), known(), false),
            (known(), Field::Null, true),
            (Field::Unknown, Field::Null, true),
            (Field::Unknown, known(), true),
        ] {
            let config = StudioDomainModel {
                id,
                name,
                ..StudioDomainModel::default()
            };
            let mut diagnostics = Diagnostics::default();
            StudioDomainDataSource.validate(&config, &mut diagnostics);
            assert_eq!(diagnostics.has_errors(), !fits, "{config:?}");
        }
    }
}
