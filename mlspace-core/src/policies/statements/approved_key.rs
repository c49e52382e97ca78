//! Permissions on the deployment's approved KMS key.

use super::actions::USE_KEY;
use crate::policies::context::PolicyContext;
use iam_policy::{Operator, Statement};

/// Allows using the approved key. `None` without an approved key.
pub(in crate::policies) fn allow_use(context: &PolicyContext<'_>) -> Option<Statement> {
    allow_on_key(context, "UseKey").map(|allow| allow.actions(USE_KEY))
}

/// Allows AWS services to use the approved key for volumes. `None` without an approved key.
pub(in crate::policies) fn allow_service_grants(context: &PolicyContext<'_>) -> Option<Statement> {
    let allow = allow_on_key(context, "GrantKeyToServices")?;
    Some(allow.actions(["kms:CreateGrant"]).when(
        Operator::Bool,
        "kms:GrantIsForAWSResource",
        ["true"],
    ))
}

/// An Allow on the approved key, still without actions.
pub(in crate::policies) fn allow_on_key(
    context: &PolicyContext<'_>,
    sid: &str,
) -> Option<Statement> {
    let key = context.kms_key?;
    let alias = key
        .split_once(":alias/")
        .map_or(key.strip_prefix("alias/"), |(_, name)| Some(name));
    let allow = Statement::allow(sid);
    Some(match alias {
        // KMS authorizes these actions on the key's ARN, never on an alias. The alias is in
        // `kms:ResourceAliases`.
        Some(name) => allow.resources([context.account.kms_arn("*")]).when(
            Operator::StringEquals.for_any_value(),
            "kms:ResourceAliases",
            [format!("alias/{name}")],
        ),
        None => allow.resources([context.account.kms_arn(key)]),
    })
}
