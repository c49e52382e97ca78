//! Statements that tie workloads to the approved network and key.

use super::actions::{IN_VPC, WITH_OUTPUT, WITH_VOLUME};
use crate::policies::context::GrantContext;
use iam_policy::{Operator, Statement};

/// Denies workloads that name no network.
pub(in crate::policies) fn deny_missing_network() -> [Statement; 2] {
    [
        deny_missing("DenyNoSubnets", "sagemaker:VpcSubnets"),
        deny_missing("DenyNoSecurityGroups", "sagemaker:VpcSecurityGroupIds"),
    ]
}

/// Denies workloads that name a network other than the approved one, or that lack the approved key.
pub(in crate::policies) fn deny_other_network_or_key(context: &GrantContext<'_>) -> Vec<Statement> {
    let mut denials = Vec::new();
    denials.extend(deny_other_values(
        "DenyOtherSubnets",
        "sagemaker:VpcSubnets",
        context.subnets(),
    ));
    denials.extend(deny_other_values(
        "DenyOtherSecurityGroups",
        "sagemaker:VpcSecurityGroupIds",
        context.security_groups(),
    ));
    denials.push(deny_without_key(
        "DenyOtherVolumeKey",
        WITH_VOLUME,
        "sagemaker:VolumeKmsKey",
        context,
    ));
    denials.push(deny_without_key(
        "DenyOtherOutputKey",
        WITH_OUTPUT,
        "sagemaker:OutputKmsKey",
        context,
    ));
    denials
}

fn deny_missing(sid: &str, key: &str) -> Statement {
    Statement::deny(sid)
        .actions(IN_VPC)
        .resources(["*"])
        .when(Operator::Null, key, ["true"])
}

/// Denies requests in which any of the values is not approved.
///
/// The keys have multiple values, so the comparison needs a set operator. `ForAnyValue` is false
/// for an absent key, so the pattern can cover actions without the key. Endpoint configurations
/// name a network for inference components only: for these, nothing more can be required.
fn deny_other_values(sid: &str, key: &str, approved: &[String]) -> Option<Statement> {
    (!approved.is_empty()).then(|| {
        Statement::deny(sid)
            .actions(["sagemaker:Create*"])
            .resources(["*"])
            .when(Operator::StringNotEquals.for_any_value(), key, approved)
    })
}

/// Denies requests that do not name the approved key. Without an approved key, any key is
/// sufficient.
///
/// SageMaker renamed the condition keys in 2026 (`…KmsKey` to `…KmsKeyArn`) and does not document
/// which of the two a request has. The conditions of a statement are ANDed: the statement denies
/// unless at least one of the two keys has an approved value.
pub(in crate::policies) fn deny_without_key<'a>(
    sid: &str,
    actions: impl IntoIterator<Item = &'a str>,
    key: &str,
    context: &GrantContext<'_>,
) -> Statement {
    let deny = Statement::deny(sid).actions(actions).resources(["*"]);
    let renamed = format!("{key}Arn");
    let approved = context.keys();
    if approved.is_empty() {
        return deny
            .when(Operator::Null, key, ["true"])
            .when(Operator::Null, renamed, ["true"]);
    }
    deny.when(Operator::StringNotEquals, key, approved.clone())
        .when(Operator::StringNotEquals, renamed, approved)
}
