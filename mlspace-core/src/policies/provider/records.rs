//! The records, and the key that encrypts them.

use super::{ProviderAccess, ProviderTables};
use crate::layout::Account;
use crate::policies::actions::USE_KEY;
use crate::policies::context::GrantContext;
use iam_policy::{Operator, Statement};

pub(super) fn tables(context: &GrantContext<'_>, tables: &ProviderTables<'_>) -> [Statement; 4] {
    let arns = |names: &[&str]| -> Vec<String> {
        names
            .iter()
            .map(|name| context.account.table_arn(name))
            .collect()
    };
    let read = arns(&tables.all());
    let indexed = [
        tables.project_users,
        tables.group_users,
        tables.group_datasets,
    ]
    .map(|name| {
        context
            .account
            .table_arn(&format!("{name}/index/ReverseLookup"))
    });
    [
        Statement::allow("ReadRecords")
            .actions([
                "dynamodb:BatchGetItem",
                "dynamodb:GetItem",
                "dynamodb:Query",
            ])
            .resources(read),
        Statement::allow("LookUpRecords")
            .actions(["dynamodb:Query"])
            .resources(indexed),
        Statement::allow("ListRecords")
            .actions(["dynamodb:Scan"])
            .resources(arns(&[
                tables.projects,
                tables.project_users,
                tables.group_users,
                tables.group_datasets,
            ])),
        Statement::allow("WriteRecords")
            .actions([
                "dynamodb:DeleteItem",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
            ])
            .resources(arns(&[
                tables.projects,
                tables.project_users,
                tables.project_groups,
                tables.group_datasets,
                tables.datasets,
                tables.resource_schedule,
            ])),
    ]
}

/// DynamoDB asks the key whether its caller may read and write what it encrypts.
pub(super) fn use_table_key(
    context: &GrantContext<'_>,
    access: &ProviderAccess<'_>,
) -> Option<Statement> {
    let key = access.table_key_arn?;
    // Where it is the approved key too, `DescribeKey` allows this already, and not through DynamoDB only.
    let shared = context.kms_key == Some(key);
    let actions = USE_KEY
        .into_iter()
        .filter(|action| !(shared && *action == "kms:DescribeKey"));
    Some(table_key(context.account, key).actions(actions))
}

/// The key of the tables, for DynamoDB on its caller's behalf and nothing else.
///
/// Source: *DynamoDB encryption at rest: usage notes*
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html>).
pub(in crate::policies) fn table_key(account: &Account, key: &str) -> Statement {
    Statement::allow("KeyOfRecords").resources([key]).when(
        Operator::StringEquals,
        "kms:ViaService",
        through_dynamodb(account),
    )
}

/// What `kms:ViaService` says when DynamoDB asks. In China it may end as the domain there does.
pub(in crate::policies) fn through_dynamodb(account: &Account) -> Vec<String> {
    let service = format!("dynamodb.{}.amazonaws.com", account.region);
    if account.partition == "aws-cn" {
        vec![format!("{service}.cn"), service]
    } else {
        vec![service]
    }
}
