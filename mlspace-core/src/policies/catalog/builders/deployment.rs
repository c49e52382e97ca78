//! The account, the deployment and the tables that parameters describe.

use super::super::arguments::{Arguments, invalid};
use super::super::error::DocumentError;
use super::super::template::Documents;
use crate::layout::{Account, partition_of};
use crate::policies::{
    ApprovedNetwork, PlatformAccess, PolicyContext, PolicyError, ProviderTables, ResourceNames,
    Service,
};
use iam_policy::Document;

/// Default of the tag `system` and of the prefix of IAM names.
pub(super) const DEFAULT_NAME: &str = "MLSpace";

/// The account and region. The partition follows from the region.
pub(super) fn account(arguments: &Arguments) -> Result<Account, DocumentError> {
    let (id, region) = (arguments.string("account_id")?, arguments.string("region")?);
    if id.len() != 12 || !id.chars().all(|c| c.is_ascii_digit()) {
        let id = id.escape_debug();
        return Err(invalid(
            "account_id",
            format!("`{id}` is not an account id: write twelve digits"),
        ));
    }
    let parts: Vec<&str> = region.split('-').collect();
    let valid = parts.len() >= 3
        && parts.iter().all(|part| !part.is_empty())
        && region
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !valid {
        let region = region.escape_debug();
        return Err(invalid(
            "region",
            format!("`{region}` is not the name of a region: write one like `us-east-1`"),
        ));
    }
    let partition = partition_of(region);
    match arguments.optional_string("partition") {
        Some(other) if other != partition => Err(invalid(
            "partition",
            format!(
                "`{}` is not the partition of the region `{region}`: write `{partition}`, or remove it",
                other.escape_debug()
            ),
        )),
        _ => Ok(Account::new(id, region)),
    }
}

/// The deployment that parameters describe.
pub(super) struct Deployment<'a> {
    account: Account,
    resource_names: ResourceNames,
    services: Vec<Service>,
    arguments: &'a Arguments,
}

impl<'a> Deployment<'a> {
    pub(super) fn new(arguments: &'a Arguments) -> Result<Self, DocumentError> {
        let names = arguments.optional_string("resource_names");
        let unknown = || {
            let name = names.unwrap_or_default().escape_debug();
            invalid(
                "resource_names",
                format!("`{name}` is not a valid value: use `prefixed` or `free`"),
            )
        };
        Ok(Self {
            account: account(arguments)?,
            resource_names: names
                .map_or(Some(ResourceNames::default()), ResourceNames::named)
                .ok_or_else(unknown)?,
            services: arguments.all_parsed("services")?,
            arguments,
        })
    }

    /// The deployment as generators take it.
    pub(super) fn context(&self) -> PolicyContext<'_> {
        let arguments = self.arguments;
        let network = ApprovedNetwork {
            subnet_ids: arguments.strings("subnet_ids"),
            security_group_ids: arguments.strings("security_group_ids"),
        };
        let approved = !(network.subnet_ids.is_empty() && network.security_group_ids.is_empty());
        PolicyContext {
            account: &self.account,
            system_tag: arguments
                .optional_string("system_tag")
                .unwrap_or(DEFAULT_NAME),
            iam_prefix: arguments
                .optional_string("iam_resource_prefix")
                .unwrap_or(DEFAULT_NAME),
            data_bucket: arguments.optional_string("data_bucket").unwrap_or_default(),
            network: approved.then_some(network),
            kms_key: arguments.optional_string("kms_key_id"),
            platform: PlatformAccess {
                resource_names: self.resource_names,
                services: &self.services,
                source_vpc_ids: arguments.strings("source_vpc_ids"),
                keyless_instance_types: arguments.strings("keyless_instance_types"),
                image_repositories: arguments.strings("image_repositories"),
                granted_buckets: arguments.strings("granted_buckets"),
                granted_key_arns: arguments.strings("granted_key_arns"),
                project_security_groups: arguments
                    .optional_bool("project_security_groups")
                    .unwrap_or(false),
            },
        }
    }
}

/// One document, generated for the deployment.
pub(super) fn one(
    arguments: &Arguments,
    make: impl FnOnce(&PolicyContext<'_>) -> Result<Document, PolicyError>,
) -> Documents {
    let deployment = Deployment::new(arguments)?;
    Ok(vec![make(&deployment.context())?])
}

/// Names of the tables: the parameter `table_names`, with MLSpace's names as defaults.
pub(super) fn tables(arguments: &Arguments) -> ProviderTables<'_> {
    let mut tables = ProviderTables::default();
    for (key, name) in arguments.map("table_names") {
        let table = match key {
            "projects" => &mut tables.projects,
            "project_users" => &mut tables.project_users,
            "project_groups" => &mut tables.project_groups,
            "group_users" => &mut tables.group_users,
            "group_membership_history" => &mut tables.group_membership_history,
            "group_datasets" => &mut tables.group_datasets,
            "datasets" => &mut tables.datasets,
            "resource_schedule" => &mut tables.resource_schedule,
            "users" => &mut tables.users,
            "groups" => &mut tables.groups,
            "resource_metadata" => &mut tables.resource_metadata,
            // Other tables of MLSpace's web application, which no policy needs.
            _ => continue,
        };
        *table = name;
    }
    tables
}
