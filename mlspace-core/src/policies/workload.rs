//! Statements that tie workloads to the approved network and key.

use super::actions::{IN_VPC, WITH_OUTPUT, WITH_VOLUME};
use super::context::GrantContext;
use iam_policy::{Operator, Statement};

/// Denies workloads that name no network.
pub(super) fn presence_denials() -> [Statement; 2] {
    [
        missing("DenyNoSubnets", "sagemaker:VpcSubnets"),
        missing("DenyNoSecurityGroups", "sagemaker:VpcSecurityGroupIds"),
    ]
}

/// Denies workloads that name another network than the approved one, or are without the approved key.
pub(super) fn value_denials(context: &GrantContext<'_>) -> Vec<Statement> {
    let mut denials = Vec::new();
    denials.extend(other(
        "DenyOtherSubnets",
        "sagemaker:VpcSubnets",
        context.subnets(),
    ));
    denials.extend(other(
        "DenyOtherSecurityGroups",
        "sagemaker:VpcSecurityGroupIds",
        context.security_groups(),
    ));
    denials.push(other_key(
        "DenyOtherVolumeKey",
        WITH_VOLUME,
        "sagemaker:VolumeKmsKey",
        context,
    ));
    denials.push(other_key(
        "DenyOtherOutputKey",
        WITH_OUTPUT,
        "sagemaker:OutputKmsKey",
        context,
    ));
    denials
}

fn missing(sid: &str, key: &str) -> Statement {
    Statement::deny(sid)
        .actions(IN_VPC)
        .resources(["*"])
        .when(Operator::Null, key, ["true"])
}

/// Denies when any of the values is not approved. The keys hold lists, so a comparison without `ForAnyValue` would be ill-defined; and with it,
/// an absent key holds no value that could be wrong, so that the pattern may cover actions without the key. Endpoint configurations name a
/// network for inference components only: for them this is all that can be asked.
fn other(sid: &str, key: &str, approved: &[String]) -> Option<Statement> {
    (!approved.is_empty()).then(|| {
        Statement::deny(sid)
            .actions(["sagemaker:Create*"])
            .resources(["*"])
            .when(Operator::StringNotEquals.for_any_value(), key, approved)
    })
}

/// Denies unless the approved key is named; any key when none is approved.
///
/// The keys were renamed in 2026 (`…KmsKey` to `…KmsKeyArn`), and which of the two a request carries is not documented. Two conditions of one
/// statement are ANDed: it denies unless at least one of the names is there with an approved value, whichever that is.
pub(super) fn other_key<'a>(
    sid: &str,
    actions: impl IntoIterator<Item = &'a str>,
    key: &str,
    context: &GrantContext<'_>,
) -> Statement {
    let deny = Statement::deny(sid).actions(actions).resources(["*"]);
    let successor = format!("{key}Arn");
    let approved = context.keys();
    if approved.is_empty() {
        return deny
            .when(Operator::Null, key, ["true"])
            .when(Operator::Null, successor, ["true"]);
    }
    deny.when(Operator::StringNotEquals, key, approved.clone())
        .when(Operator::StringNotEquals, successor, approved)
}
