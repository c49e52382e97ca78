//! Permissions on the records in DynamoDB and on the key that encrypts them.

use super::{ProviderTables, TerraformRoleAccess};
use crate::policies::context::PolicyContext;
use crate::policies::statements::actions::USE_KEY;
use crate::policies::statements::records::allow_table_key;
use crate::tables::LOCATION_TYPE;
use iam_policy::{Operator, Statement};

/// Allows reading and writing the records that the provider manages.
pub(super) fn allow_tables(
    context: &PolicyContext<'_>,
    tables: &ProviderTables<'_>,
) -> [Statement; 6] {
    let arns = |names: &[&str]| -> Vec<String> {
        names
            .iter()
            .map(|name| context.account.table_arn(name))
            .collect()
    };
    let indexed = [
        tables.project_users,
        tables.project_groups,
        tables.group_users,
        tables.group_datasets,
    ]
    .map(|name| {
        context
            .account
            .table_arn(&format!("{name}/index/ReverseLookup"))
    });
    [
        Statement::allow("KeepRecords")
            .actions([
                "dynamodb:BatchGetItem",
                "dynamodb:ConditionCheckItem",
                "dynamodb:DeleteItem",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
                "dynamodb:UpdateItem",
            ])
            .resources(arns(&[
                tables.projects,
                tables.project_users,
                tables.project_groups,
                tables.groups,
                tables.group_users,
                tables.group_datasets,
                tables.datasets,
                tables.resource_schedule,
                tables.users,
            ])),
        Statement::allow("ReadRecords")
            .actions([
                "dynamodb:BatchGetItem",
                "dynamodb:GetItem",
                "dynamodb:Query",
            ])
            .resources(arns(&[tables.resource_metadata])),
        // History is only written, and not changed: each item has a time of its own.
        Statement::allow("WriteHistory")
            .actions(["dynamodb:PutItem"])
            .resources(arns(&[tables.group_membership_history])),
        Statement::allow("LookUpRecords")
            .actions(["dynamodb:Query"])
            .resources(indexed),
        Statement::allow("ListRecords")
            .actions(["dynamodb:Scan"])
            .resources(arns(&[
                tables.projects,
                tables.project_groups,
                tables.project_users,
                tables.group_users,
                tables.group_datasets,
                tables.users,
                tables.groups,
                tables.datasets,
                tables.resource_schedule,
            ])),
        // Of this table, only the items of external locations are the provider's. These actions are on
        // one item each.
        Statement::allow("WriteLocations")
            .actions([
                "dynamodb:DeleteItem",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
            ])
            .resources(arns(&[tables.resource_metadata]))
            .when(
                Operator::StringEquals.for_any_value(),
                "dynamodb:LeadingKeys",
                [LOCATION_TYPE],
            ),
    ]
}

/// Allows using the key of the tables. `None` if AWS manages the key.
pub(super) fn allow_use_of_table_key(
    context: &PolicyContext<'_>,
    access: &TerraformRoleAccess<'_>,
) -> Option<Statement> {
    let key = access.table_key_arn?;
    // If this is also the approved key, the statement `DescribeKey` allows that action already, and
    // not through DynamoDB only.
    let shared = context.kms_key == Some(key);
    let actions = USE_KEY
        .into_iter()
        .filter(|action| !(shared && *action == "kms:DescribeKey"));
    Some(allow_table_key(context.account, key).actions(actions))
}
