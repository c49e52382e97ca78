//! Parameters and statements that the policies of staff roles share.

use crate::policies::ProviderTables;
use crate::policies::context::{PolicyContext, PolicyError, check_key_arn, managed};
use crate::policies::statements::records::dynamodb_service_names;
use crate::tags::SYSTEM;
use iam_policy::{Document, Operator, Statement};

/// Parameters of the policies of staff roles, in addition to the deployment.
#[derive(Clone, Copy, Debug, Default)]
pub struct StaffAccess<'a> {
    /// The tables.
    pub tables: ProviderTables<'a>,
    /// ARN of the key that encrypts the tables. `None` if AWS manages the key.
    pub table_key_arn: Option<&'a str>,
}

/// Entering a notebook or Studio from outside, and sending requests to running workloads.
const ENTER: [&str; 3] = [
    "sagemaker:CreatePresigned*",
    "sagemaker:InvokeEndpoint*",
    "sagemaker:StartSession",
];

/// Checks the values that the policies contain.
pub(super) fn check(
    context: &PolicyContext<'_>,
    access: &StaffAccess<'_>,
) -> Result<(), PolicyError> {
    context.check()?;
    access.tables.check()?;
    access.table_key_arn.map_or(Ok(()), check_key_arn)
}

/// The document of these statements, if it fits into a managed policy.
pub(super) fn managed_policy(
    statements: Vec<Statement>,
    what: &str,
) -> Result<Document, PolicyError> {
    managed(Document::new(statements), what, "name fewer projects")
}

/// The statement, restricted to resources with the system's tag.
pub(super) fn with_system_tag(context: &PolicyContext<'_>, allow: Statement) -> Statement {
    allow.when(
        Operator::StringEquals,
        format!("aws:ResourceTag/{SYSTEM}"),
        [context.system_tag],
    )
}

/// Allows attaching AWS's policy that denies everything to roles under these prefixes, and, with
/// `lift`, detaching it.
pub(super) fn revoke_access(
    context: &PolicyContext<'_>,
    prefixes: impl IntoIterator<Item = String>,
    lift: bool,
) -> [Statement; 1] {
    let deny_all = format!(
        "arn:{}:iam::aws:policy/AWSDenyAll",
        context.account.partition
    );
    let roles = prefixes
        .into_iter()
        .map(|prefix| context.account.role_arn(&format!("{prefix}-*")));
    [Statement::allow("LockOut")
        .actions(
            ["iam:AttachRolePolicy", "iam:DetachRolePolicy"]
                .into_iter()
                .take(if lift { 2 } else { 1 }),
        )
        .resources(roles)
        .when(Operator::ArnEquals, "iam:PolicyARN", [deny_all])]
}

/// Denies entering notebooks and invoking endpoints.
pub(super) fn deny_enter() -> Statement {
    Statement::deny("DenyEnter").actions(ENTER).resources(["*"])
}

/// Denies access to the bucket's objects, and all use of keys except through DynamoDB, which
/// decrypts records for principals that can read them.
pub(super) fn deny_data(context: &PolicyContext<'_>) -> [Statement; 2] {
    [
        Statement::deny("DenyObjects")
            .actions(["s3:*"])
            .resources([context.objects("")]),
        Statement::deny("DenyKeys")
            .actions([
                "kms:CreateGrant",
                "kms:Decrypt",
                "kms:Encrypt",
                "kms:GenerateDataKey*",
                "kms:ReEncrypt*",
            ])
            .resources(["*"])
            .when(
                Operator::StringNotEquals,
                "kms:ViaService",
                dynamodb_service_names(context.account),
            ),
    ]
}
