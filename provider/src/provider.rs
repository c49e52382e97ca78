//! The `mlspace` provider: its configuration and the types that it serves.

mod schema;
#[cfg(test)]
mod sweep;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use mlspace_core::aws::{
    AssumeRole, ConnectionConfig, Endpoints, Enforce, NotebookDefaults, PolicyModel, Settings,
    TableNames, Termination, cancellable,
};
use mlspace_core::layout;
use mlspace_core::policies::{ResourceNames, Service};
use mlspace_core::services::Services;
use mlspace_core::tags::Tags;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::client::Client;
use crate::limits::{self, LimitsModel};
use crate::mapping::{self, StringList, StringMap};
use crate::validators;
use terraform_plugin::framework::model::at_most_one;
use terraform_plugin::framework::{
    AnyDataSource, AnyEphemeralResource, AnyResource, ConfigureContext, Diagnostics, Field,
    Function, Path, Provider, Schema, ScopeAttribute,
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
    allowed_account_ids: StringList,
    max_retries: Field<i64>,
    system_tag: Field<String>,
    iam_resource_prefix: Field<String>,
    data_bucket: Field<String>,
    permissions_boundary_arn: Field<String>,
    base_policy_arns: StringList,
    policy_model: Field<String>,
    resource_names: Field<String>,
    source_vpc_ids: StringList,
    services: StringList,
    #[serde(with = "at_most_one")]
    limits: Field<LimitsModel>,
    default_tags: StringMap,
    table_names: StringMap,
    assume_role: Option<AssumeRoleModel>,
    endpoints: Option<EndpointsModel>,
    notebook_defaults: Option<NotebookDefaultsModel>,
    termination: Option<TerminationModel>,
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
    scheduler: Field<String>,
    budgets: Field<String>,
    identitystore: Field<String>,
    resourcegroupstaggingapi: Field<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct TerminationModel {
    enforce: Field<String>,
    schedule_group: Field<String>,
    role_arn: Field<String>,
    time_zone: Field<String>,
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
        schema::schema()
    }

    fn validate(&self, config: &ProviderModel, diagnostics: &mut Diagnostics) {
        check_keys(config, diagnostics);
        check_accounts(&config.allowed_account_ids, diagnostics);
        if let Some(region) = config.region.as_option()
            && layout::check_region(region).is_ok()
            && !layout::is_known_region(region)
        {
            diagnostics.warning(
                "region",
                "Unknown region",
                format!(
                    "This version of the provider does not know the region `{region}`. Check its spelling, unless \
                     AWS has opened it recently."
                ),
            );
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
        limits::check(&config.limits, diagnostics);
        if let Some(termination) = &config.termination {
            termination.check(diagnostics);
        }
    }

    async fn configure(
        &self,
        config: ProviderModel,
        _context: &ConfigureContext,
    ) -> Result<Client, Diagnostics> {
        Ok(Client::new(Services::new(
            config.connection(),
            config.settings(),
        )))
    }

    fn run<T: Send>(
        &self,
        cancel: &CancellationToken,
        work: impl Future<Output = T> + Send,
    ) -> impl Future<Output = T> + Send {
        cancellable(cancel.clone(), work)
    }

    fn identity_scope(&self) -> &'static [ScopeAttribute] {
        &[
            ScopeAttribute {
                name: "account_id",
                description: "AWS account that it is in. Defaults to that of the provider.",
            },
            ScopeAttribute {
                name: "region",
                description: "AWS region that it is in. Defaults to that of the provider.",
            },
        ]
    }

    // Version 0 had neither account nor region.
    fn identity_version(&self) -> i64 {
        1
    }

    async fn scope(&self, client: &Client) -> BTreeMap<&'static str, String> {
        // A failure is an error of the operation itself, which needs the account too.
        let Ok(account) = client.clients.account().await else {
            return BTreeMap::new();
        };
        [
            ("account_id", account.account_id.clone()),
            ("region", account.region.clone()),
        ]
        .into()
    }

    fn resources(&self) -> Vec<Box<dyn AnyResource<Client>>> {
        crate::resources::all()
    }

    fn data_sources(&self) -> Vec<Box<dyn AnyDataSource<Client>>> {
        crate::data_sources::all()
    }

    fn ephemeral_resources(&self) -> Vec<Box<dyn AnyEphemeralResource<Client>>> {
        crate::ephemeral_resources::all()
    }

    fn functions(&self) -> Vec<Box<dyn Function>> {
        crate::functions::all()
    }
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
            allowed_account_ids: known_list(&self.allowed_account_ids),
            assume_role: self.assume_role.as_ref().map(AssumeRoleModel::role),
            endpoints: Endpoints {
                iam: endpoint(|model| &model.iam),
                sagemaker: endpoint(|model| &model.sagemaker),
                s3: endpoint(|model| &model.s3),
                dynamodb: endpoint(|model| &model.dynamodb),
                sts: endpoint(|model| &model.sts),
                scheduler: endpoint(|model| &model.scheduler),
                budgets: endpoint(|model| &model.budgets),
                identitystore: endpoint(|model| &model.identitystore),
                resourcegroupstaggingapi: endpoint(|model| &model.resourcegroupstaggingapi),
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
        // In the order of the catalogue, each once, so that policies do not depend on the order.
        let services: BTreeSet<Service> = known_list(&self.services)
            .iter()
            .filter_map(|name| name.parse().ok())
            .collect();
        let mut table_names = TableNames::default();
        for (field, name) in known_strings(&self.table_names) {
            table_names.set(&field, name);
        }
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
            base_policy_arns: known_list(&self.base_policy_arns),
            policy_model: self
                .policy_model
                .as_option()
                .and_then(|name| PolicyModel::named(name))
                .unwrap_or_default(),
            resource_names: self
                .resource_names
                .as_option()
                .and_then(|name| ResourceNames::named(name))
                .unwrap_or_default(),
            services: services.into_iter().collect(),
            limits: limits::limits(&self.limits).unwrap_or_default(),
            source_vpc_ids: known_list(&self.source_vpc_ids),
            default_tags: Tags::from(known_strings(&self.default_tags)),
            table_names,
            notebook_defaults: self.notebook_defaults.as_ref().map_or_else(
                NotebookDefaults::default,
                |model| NotebookDefaults {
                    subnet_ids: known_list(&model.subnet_ids),
                    security_group_ids: known_list(&model.security_group_ids),
                    kms_key_id: model.kms_key_id.as_option().cloned(),
                    lifecycle_config_name: model.lifecycle_config_name.as_option().cloned(),
                },
            ),
            termination: self
                .termination
                .as_ref()
                .map(TerminationModel::termination)
                .unwrap_or_default(),
        }
    }
}

/// Checks that access key, secret key and token are complete.
fn check_keys(config: &ProviderModel, diagnostics: &mut Diagnostics) {
    let keys = [
        ("access_key", &config.access_key),
        ("secret_key", &config.secret_key),
    ];
    let given = [keys[0], keys[1], ("token", &config.token)];
    for (missing, other) in keys {
        let set = given.iter().find(|(_, value)| value.is_known());
        if let Some((set, _)) = set
            && other.is_null()
        {
            diagnostics.error(
                missing,
                "Incomplete credentials",
                format!(
                    "`{set}` is set without `{missing}`. Set `access_key` and `secret_key`, or none of them to use \
                     the AWS SDK's credential chain."
                ),
            );
        }
    }
}

/// Checks that the list of accounts names one.
fn check_accounts(accounts: &StringList, diagnostics: &mut Diagnostics) {
    let path = Path::from("allowed_account_ids");
    if accounts.as_option().is_some_and(Vec::is_empty) {
        diagnostics.error(
            &path,
            "Empty list",
            "`allowed_account_ids` is empty, so that no account can be changed. Name at least one account, or remove \
             the attribute to allow the account of the credentials.",
        );
    }
}

/// The elements of a list. The provider is configured only when all values are known, and no element
/// is null.
fn known_list(list: &StringList) -> Vec<String> {
    let strings = list.as_option().into_iter().flatten();
    strings
        .filter_map(|string| string.as_option().cloned())
        .collect()
}

/// The known entries of a map.
fn known_strings(map: &StringMap) -> BTreeMap<String, String> {
    let entries = map.as_option().into_iter().flatten();
    entries
        .filter_map(|(key, string)| Some((key.clone(), string.as_option()?.clone())))
        .collect()
}

impl TerminationModel {
    fn enforce(&self) -> Option<Enforce> {
        Enforce::named(self.enforce.as_option()?)
    }

    /// Checks that schedules have a group and a role, and that MLSpace's times are in UTC.
    fn check(&self, diagnostics: &mut Diagnostics) {
        let path = |name: &str| Path::from("termination").attribute(name);
        let scheduled = match self.enforce() {
            Some(enforce) => enforce == Enforce::Scheduler,
            None => return,
        };
        let needed = [
            ("schedule_group", &self.schedule_group),
            ("role_arn", &self.role_arn),
        ];
        for (name, _) in needed
            .iter()
            .filter(|(_, value)| scheduled && value.is_null())
        {
            diagnostics.error(
                path(name),
                "Missing value",
                format!(
                    "`enforce` is `scheduler`, which needs `{name}`: the schedules have a group of their own and stop \
                     notebooks with a role."
                ),
            );
        }
        if !scheduled && self.time_zone.as_option().is_some_and(|zone| zone != "UTC") {
            diagnostics.error(
                path("time_zone"),
                "Time zone without schedules",
                "`time_zone` is for `enforce` = `scheduler` only: the times of MLSpace are in UTC. Remove it.",
            );
        }
    }

    fn termination(&self) -> Termination {
        Termination {
            enforce: self.enforce().unwrap_or_default(),
            schedule_group: self.schedule_group.as_option().cloned(),
            role_arn: self.role_arn.as_option().cloned(),
            time_zone: self.time_zone.as_option().cloned(),
        }
    }
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
        model.secret_key = Field::from("s");
        model.token = Field::from("t");
        assert!(messages(&model).is_empty());
    }

    #[test]
    fn validate_rejects_token_without_keys() {
        let model = ProviderModel {
            token: Field::from("t"),
            ..ProviderModel::default()
        };
        assert_eq!(
            messages(&model),
            [
                "access_key: Incomplete credentials",
                "secret_key: Incomplete credentials"
            ]
        );
    }

    #[test]
    fn validate_rejects_no_accounts() {
        let accounts = |ids: Vec<Field<String>>| ProviderModel {
            allowed_account_ids: Field::Known(ids),
            ..ProviderModel::default()
        };
        let one = Field::from("123456789012");
        assert!(messages(&accounts(vec![one, Field::Unknown])).is_empty());
        assert_eq!(
            messages(&accounts(Vec::new())),
            ["allowed_account_ids: Empty list"]
        );
    }

    #[test]
    fn validate_warns_of_unknown_regions() {
        let region = |name: &str| ProviderModel {
            region: Field::from(name),
            ..ProviderModel::default()
        };
        assert!(messages(&region("us-gov-west-1")).is_empty());
        assert_eq!(messages(&region("us-est-1")), ["region: Unknown region"]);
        // The validator of the attribute rejects it.
        assert!(messages(&region("us-east1")).is_empty());
    }

    #[test]
    fn validate_rejects_unknown_tables() {
        let tables = [("projects", "p"), ("project", "p")];
        let model = ProviderModel {
            table_names: Field::Known(
                tables
                    .map(|(key, name)| (key.to_owned(), Field::from(name)))
                    .into(),
            ),
            ..ProviderModel::default()
        };
        assert_eq!(
            messages(&model),
            ["table_names[\"project\"]: Unknown table"]
        );
    }

    #[test]
    fn validate_checks_termination() {
        let model = |enforce: &str, group: Field<String>, zone: Field<String>| ProviderModel {
            termination: Some(TerminationModel {
                enforce: Field::from(enforce),
                schedule_group: group,
                role_arn: Field::Unknown,
                time_zone: zone,
            }),
            ..ProviderModel::default()
        };
        let berlin = || Field::from("Europe/Berlin");
        let missing = messages(&model("scheduler", Field::Null, berlin()));
        assert_eq!(missing, ["termination.schedule_group: Missing value"]);
        assert!(messages(&model("scheduler", Field::Unknown, berlin())).is_empty());
        let zoned = messages(&model("mlspace", Field::Null, berlin()));
        assert_eq!(
            zoned,
            ["termination.time_zone: Time zone without schedules"]
        );
        assert!(messages(&model("none", Field::Null, Field::Unknown)).is_empty());
        let settings = model("scheduler", Field::from("stop"), berlin()).settings();
        assert_eq!(settings.termination.enforce, Enforce::Scheduler);
        assert_eq!(
            settings.termination.time_zone.as_deref(),
            Some("Europe/Berlin")
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
