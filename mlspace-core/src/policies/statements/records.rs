//! Permissions on the KMS key that encrypts the records in DynamoDB.

use crate::layout::Account;
use iam_policy::{Operator, Statement};

/// Allows the key of the tables through DynamoDB only, still without actions. DynamoDB uses the key
/// with the permissions of its caller.
///
/// Source: *DynamoDB encryption at rest: usage notes*
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html>).
pub(in crate::policies) fn allow_table_key(account: &Account, key_arn: &str) -> Statement {
    Statement::allow("KeyOfRecords").resources([key_arn]).when(
        Operator::StringEquals,
        "kms:ViaService",
        dynamodb_service_names(account),
    )
}

/// Values of `kms:ViaService` for requests from DynamoDB. In China the name can end in that
/// partition's domain.
pub(in crate::policies) fn dynamodb_service_names(account: &Account) -> Vec<String> {
    let service = format!("dynamodb.{}.amazonaws.com", account.region);
    if account.partition == "aws-cn" {
        vec![format!("{service}.cn"), service]
    } else {
        vec![service]
    }
}
