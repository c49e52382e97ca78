//! The `mlspace` provider: its configuration and the types that it serves.

use std::collections::BTreeMap;

use async_trait::async_trait;
use mlspace_core::aws::{
    AssumeRole, ConnectionConfig, Endpoints, NotebookDefaults, Platform, PolicyModel, Settings,
    TableNames,
};
use mlspace_core::tags::Tags;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::data_sources::{
    access::AccessDataSource, caller::CallerDataSource, policy_document::PolicyDocumentDataSource,
};
use crate::functions::{
    condition_keys::ConditionKeys,
    dataset_prefix::{DatasetPrefix, DatasetUri},
    documents::{BUCKET_POLICY, ENDPOINT_POLICY, KEY_POLICY, PolicyDocuments},
    guardrail::Guardrail,
    guardrails::Guardrails,
    network::{StudioIpPlan, SubnetLayout},
    pack_policies::PackPolicies,
    policy_allows::PolicyAllows,
    policy_equivalent::PolicyEquivalent,
    policy_lint::PolicyLint,
    policy_size::PolicySize,
    resource_policy_allows::ResourcePolicyAllows,
    role_name::RoleName,
    standard_tags::StandardTags,
};
use crate::mapping::{self, StringList, StringMap};
use crate::resources::{
    dataset::DatasetResource, membership::MembershipResource, notebook::NotebookResource,
    project::ProjectResource,
};
use crate::validators;
use terraform_plugin::framework::{
    AnyDataSource, AnyResource, Attribute, Block, ConfigureContext, Diagnostics, Field, Function,
    Path, Provider, Schema, Type,
};

/// The provider.
#[derive(Debug, Default)]
pub struct Mlspace;

/// The `provider "mlspace"` block.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ProviderModel {
    region: Field<String>,
    profile: Field<String>,
    access_key: Field<String>,
    secret_key: Field<String>,
    token: Field<String>,
    max_retries: Field<i64>,
    system_tag: Field<String>,
    iam_resource_prefix: Field<String>,
    data_bucket: Field<String>,
    permissions_boundary_arn: Field<String>,
    base_policy_arns: StringList,
    policy_model: Field<String>,
    default_tags: StringMap,
    table_names: StringMap,
    assume_role: Option<AssumeRoleModel>,
    endpoints: Option<EndpointsModel>,
    notebook_defaults: Option<NotebookDefaultsModel>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct AssumeRoleModel {
    role_arn: Field<String>,
    session_name: Field<String>,
    external_id: Field<String>,
    duration: Field<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct EndpointsModel {
    iam: Field<String>,
    sagemaker: Field<String>,
    s3: Field<String>,
    dynamodb: Field<String>,
    sts: Field<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct NotebookDefaultsModel {
    subnet_ids: StringList,
    security_group_ids: StringList,
    kms_key_id: Field<String>,
    lifecycle_config_name: Field<String>,
}

#[async_trait]
impl Provider for Mlspace {
    type Model = ProviderModel;
    type Client = Client;

    fn name(&self) -> &'static str {
        "mlspace"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe(
                "Declares multi-tenant machine-learning projects on AWS: projects, their members, datasets and \
                 notebooks. Least-privilege IAM, tags and storage layout follow from them.",
            )
            .attributes(connection_attributes())
            .attributes(platform_attributes())
            .blocks([
                Block::single(
                    "assume_role",
                    [
                        Attribute::string("role_arn").required().describe("ARN of the role to assume."),
                        Attribute::string("session_name")
                            .optional()
                            .describe("Name of the session, shown in CloudTrail. Defaults to `mlspace`."),
                        Attribute::string("external_id")
                            .optional()
                            .describe("External id that the role's trust policy requires."),
                        Attribute::string("duration")
                            .optional()
                            .describe("Duration of a session, for example `1h`: 15 minutes to 12 hours.")
                            .validate(validators::duration_between("15m", "12h")),
                    ],
                )
                .describe("Role to assume before any other call."),
                Block::single(
                    "endpoints",
                    ["iam", "sagemaker", "s3", "dynamodb", "sts"].map(|service| {
                        Attribute::string(service)
                            .optional()
                            .describe("URL of this service, in place of AWS's own.")
                            .validate(validators::http_url)
                    }),
                )
                .describe("URLs of services, for private endpoints and emulators."),
                Block::single(
                    "notebook_defaults",
                    [
                        Attribute::list("subnet_ids", Type::String).optional().describe(
                            "Subnets over which notebooks are distributed. Members' jobs can use only these.",
                        ),
                        Attribute::list("security_group_ids", Type::String).optional().describe(
                            "Security groups of notebooks. Members' jobs can use only these.",
                        ),
                        Attribute::string("kms_key_id").optional().describe(
                            "KMS key (ARN or id) that encrypts notebooks' volumes. Members' jobs must use it.",
                        ),
                        Attribute::string("lifecycle_config_name")
                            .optional()
                            .describe("Default lifecycle configuration of notebooks."),
                    ],
                )
                .describe("Defaults of notebooks, and the approved network and key of members' jobs."),
            ])
    }

    fn validate(&self, config: &ProviderModel, diagnostics: &mut Diagnostics) {
        let access_key = ("access_key", &config.access_key);
        let secret_key = ("secret_key", &config.secret_key);
        for ((set, value), (missing, other)) in [(access_key, secret_key), (secret_key, access_key)]
        {
            if value.is_known() && other.is_null() {
                diagnostics.error(
                    missing,
                    "Incomplete credentials",
                    format!(
                        "`{set}` is set without `{missing}`. Set both, or neither to use the AWS SDK's credential \
                         chain."
                    ),
                );
            }
        }
        if let Some(tables) = config.table_names.as_option() {
            for key in tables
                .keys()
                .filter(|key| !TableNames::FIELDS.contains(&key.as_str()))
            {
                diagnostics.error(
                    Path::from("table_names").key(key),
                    "Unknown table",
                    format!(
                        "`{key}` is not a table that this provider uses. Use {}.",
                        validators::join_quoted(TableNames::FIELDS)
                    ),
                );
            }
        }
        mapping::check_tags(&config.default_tags, "default_tags", diagnostics);
        reject_nulls(
            &config.base_policy_arns,
            &Path::from("base_policy_arns"),
            diagnostics,
        );
        if let Some(defaults) = &config.notebook_defaults {
            let block = Path::from("notebook_defaults");
            for (name, strings) in [
                ("subnet_ids", &defaults.subnet_ids),
                ("security_group_ids", &defaults.security_group_ids),
            ] {
                reject_nulls(strings, &block.attribute(name), diagnostics);
            }
        }
    }

    async fn configure(
        &self,
        config: ProviderModel,
        _context: &ConfigureContext,
    ) -> Result<Client, Diagnostics> {
        Ok(Client::new(Platform::new(
            config.connection(),
            config.settings(),
        )))
    }

    fn resources(&self) -> Vec<Box<dyn AnyResource<Client>>> {
        vec![
            Box::new(ProjectResource),
            Box::new(MembershipResource),
            Box::new(DatasetResource),
            Box::new(NotebookResource),
        ]
    }

    fn data_sources(&self) -> Vec<Box<dyn AnyDataSource<Client>>> {
        vec![
            Box::new(AccessDataSource),
            Box::new(CallerDataSource),
            Box::new(PolicyDocumentDataSource),
        ]
    }

    fn functions(&self) -> Vec<Box<dyn Function>> {
        vec![
            Box::new(BUCKET_POLICY),
            Box::new(ConditionKeys),
            Box::new(DatasetPrefix),
            Box::new(DatasetUri),
            Box::new(ENDPOINT_POLICY),
            Box::new(Guardrail),
            Box::new(Guardrails),
            Box::new(KEY_POLICY),
            Box::new(PackPolicies),
            Box::new(PolicyAllows),
            Box::new(PolicyDocuments),
            Box::new(PolicyEquivalent),
            Box::new(PolicyLint),
            Box::new(PolicySize),
            Box::new(ResourcePolicyAllows),
            Box::new(RoleName),
            Box::new(StandardTags),
            Box::new(StudioIpPlan),
            Box::new(SubnetLayout),
        ]
    }
}

/// Attributes of the connection to AWS.
fn connection_attributes() -> Vec<Attribute> {
    vec![
        Attribute::string("region").optional().describe(
            "AWS region. Defaults to that of the AWS SDK's own chain: environment, profile, instance metadata.",
        ),
        Attribute::string("profile")
            .optional()
            .describe("Profile of the shared AWS configuration files."),
        Attribute::string("access_key")
            .optional()
            .sensitive()
            .describe(
                "Access key id; set with `secret_key`. Prefer the AWS SDK's credential chain.",
            ),
        Attribute::string("secret_key")
            .optional()
            .sensitive()
            .describe("Secret access key."),
        Attribute::string("token")
            .optional()
            .sensitive()
            .describe("Session token of temporary credentials."),
        Attribute::number("max_retries")
            .optional()
            .describe("Number of retries of a throttled or failed AWS call. Defaults to 25.")
            .validate(validators::between(0, 100)),
    ]
}

/// Attributes of the platform: names, tags and policies.
fn platform_attributes() -> Vec<Attribute> {
    vec![
        Attribute::string("system_tag")
            .optional()
            .describe("Value of the `system` tag on everything that the platform creates. Defaults to `MLSpace`.")
            .validate(validators::tag_value),
        Attribute::string("iam_resource_prefix")
            .optional()
            .describe("Prefix of the names of roles and policies. Defaults to `MLSpace`.")
            .validate(validators::iam_prefix),
        Attribute::string("data_bucket")
            .required()
            .describe("Name of the bucket for all datasets.")
            .validate(validators::bucket_name),
        Attribute::string("permissions_boundary_arn")
            .optional()
            .describe(
                "ARN of the permissions boundary of every membership's role. Strongly recommended: no policy that is \
                 attached later can exceed it.",
            )
            .validate(validators::policy_arn),
        Attribute::list("base_policy_arns", Type::String)
            .optional()
            .describe(
                "ARNs of managed policies that are attached to every membership's role, in addition to those of the \
                 project and the user.",
            )
            .validate(validators::each(validators::policy_arn)),
        Attribute::string("policy_model")
            .optional()
            .describe(
                "Model of the policies that grant members their permissions, which are the same in both models. \
                 `per_principal`, the default: a managed policy per project and per user, like MLSpace. `attribute`: \
                 two managed policies for all, based on the tags of the roles. Changing it migrates every membership; \
                 see the guide on the access model.",
            )
            .validate(validators::one_of(PolicyModel::NAMES)),
        Attribute::map("default_tags", Type::String)
            .optional()
            .describe("Tags of all resources that can be tagged, in addition to the platform's own."),
        Attribute::map("table_names", Type::String)
            .optional()
            .describe(format!(
                "Names of the DynamoDB tables where they differ from MLSpace's defaults. Keys: {}.",
                validators::join_quoted(TableNames::FIELDS)
            )),
    ]
}

impl ProviderModel {
    fn connection(&self) -> ConnectionConfig {
        let defaults = ConnectionConfig::default();
        let endpoints = self.endpoints.as_ref();
        let endpoint = |pick: fn(&EndpointsModel) -> &Field<String>| {
            endpoints.and_then(|model| pick(model).as_option().cloned())
        };
        ConnectionConfig {
            region: self.region.as_option().cloned(),
            profile: self.profile.as_option().cloned(),
            access_key: self.access_key.as_option().cloned(),
            secret_key: self.secret_key.as_option().cloned(),
            token: self.token.as_option().cloned(),
            assume_role: self.assume_role.as_ref().map(AssumeRoleModel::role),
            endpoints: Endpoints {
                iam: endpoint(|model| &model.iam),
                sagemaker: endpoint(|model| &model.sagemaker),
                s3: endpoint(|model| &model.s3),
                dynamodb: endpoint(|model| &model.dynamodb),
                sts: endpoint(|model| &model.sts),
            },
            max_retries: self
                .max_retries
                .as_option()
                .and_then(|retries| u32::try_from(*retries).ok())
                .unwrap_or(defaults.max_retries),
        }
    }

    fn settings(&self) -> Settings {
        let defaults = Settings::default();
        let mut table_names = TableNames::default();
        for (field, name) in known_strings(&self.table_names) {
            table_names.set(&field, name);
        }
        // The provider is configured only when all values are known, and `validate` rejects nulls.
        let list = |field: &StringList| {
            let strings = field.as_option().into_iter().flatten();
            strings
                .filter_map(|string| string.as_option().cloned())
                .collect()
        };
        Settings {
            system_tag: self
                .system_tag
                .as_option()
                .cloned()
                .unwrap_or(defaults.system_tag),
            iam_resource_prefix: self
                .iam_resource_prefix
                .as_option()
                .cloned()
                .unwrap_or(defaults.iam_resource_prefix),
            data_bucket: mapping::string_or_default(&self.data_bucket),
            permissions_boundary_arn: self.permissions_boundary_arn.as_option().cloned(),
            base_policy_arns: list(&self.base_policy_arns),
            policy_model: self
                .policy_model
                .as_option()
                .and_then(|name| PolicyModel::named(name))
                .unwrap_or_default(),
            default_tags: Tags::from(known_strings(&self.default_tags)),
            table_names,
            notebook_defaults: self.notebook_defaults.as_ref().map_or_else(
                NotebookDefaults::default,
                |model| NotebookDefaults {
                    subnet_ids: list(&model.subnet_ids),
                    security_group_ids: list(&model.security_group_ids),
                    kms_key_id: model.kms_key_id.as_option().cloned(),
                    lifecycle_config_name: model.lifecycle_config_name.as_option().cloned(),
                },
            ),
        }
    }
}

/// Rejects null elements, which would otherwise be ignored: a missing policy or subnet is most
/// likely a mistake.
fn reject_nulls(list: &StringList, path: &Path, diagnostics: &mut Diagnostics) {
    for (index, string) in list.as_option().into_iter().flatten().enumerate() {
        if string.is_null() {
            let path = path.index(index);
            diagnostics.error(
                &path,
                "Null element",
                format!("`{path}` is null. Remove it from the list, for example with `compact`."),
            );
        }
    }
}

/// The known entries of a map.
fn known_strings(map: &StringMap) -> BTreeMap<String, String> {
    let entries = map.as_option().into_iter().flatten();
    entries
        .filter_map(|(key, string)| Some((key.clone(), string.as_option()?.clone())))
        .collect()
}

impl AssumeRoleModel {
    fn role(&self) -> AssumeRole {
        AssumeRole {
            role_arn: mapping::string_or_default(&self.role_arn),
            session_name: self.session_name.as_option().cloned(),
            external_id: self.external_id.as_option().cloned(),
            duration: mapping::duration(&self.duration),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use terraform_plugin::framework::Server;

    #[test]
    fn provider_passes_the_schema_checks() {
        Server::new(Mlspace).map(drop).unwrap();
    }

    fn messages(model: &ProviderModel) -> Vec<String> {
        let mut diagnostics = Diagnostics::new();
        Mlspace.validate(model, &mut diagnostics);
        let messages = diagnostics.iter().map(|diagnostic| {
            format!(
                "{}: {}",
                diagnostic.path.clone().unwrap_or_default(),
                diagnostic.summary
            )
        });
        messages.collect()
    }

    #[test]
    fn validate_requires_complete_credentials() {
        let mut model = ProviderModel {
            secret_key: Field::from("s"),
            ..ProviderModel::default()
        };
        assert_eq!(messages(&model), ["access_key: Incomplete credentials"]);
        model.access_key = Field::Unknown;
        assert!(messages(&model).is_empty());
        model.access_key = Field::from("a");
        model.secret_key = Field::Null;
        assert_eq!(messages(&model), ["secret_key: Incomplete credentials"]);
    }

    #[test]
    fn validate_rejects_null_elements_and_unknown_tables() {
        let arns = vec![Field::from("arn:aws:iam::aws:policy/x"), Field::Null];
        let tables = [("projects", "p"), ("project", "p")];
        let model = ProviderModel {
            base_policy_arns: Field::Known(arns),
            table_names: Field::Known(
                tables
                    .map(|(key, name)| (key.to_owned(), Field::from(name)))
                    .into(),
            ),
            ..ProviderModel::default()
        };
        assert_eq!(
            messages(&model),
            [
                "table_names[\"project\"]: Unknown table",
                "base_policy_arns[1]: Null element"
            ]
        );
    }

    #[test]
    fn settings_have_defaults() {
        let model = ProviderModel {
            data_bucket: Field::from("data"),
            ..ProviderModel::default()
        };
        let settings = model.settings();
        assert_eq!(
            settings,
            Settings {
                data_bucket: "data".to_owned(),
                ..Settings::default()
            }
        );
        assert_eq!(model.connection(), ConnectionConfig::default());
    }
}
