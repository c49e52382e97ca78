//! Statements that tie workloads to the approved network and key, and to models of the project.

use super::actions::{FROM_MODEL, IN_VPC, WITH_OUTPUT, WITH_VOLUME};
use crate::policies::context::PolicyContext;
use iam_policy::{Operator, Statement};

/// The condition key that holds all instance types of a request.
const TYPES: &str = "sagemaker:InstanceTypes";

/// The condition key that holds the models of a request.
const MODEL: &str = "sagemaker:ModelArn";

/// Families of instance types with local storage, whose volumes take no key.
///
/// Source: the parameter `VolumeKmsKeyId` of `ResourceConfig`, and *Instance store volumes*
/// (<https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-store-volumes.html>).
#[cfg(test)]
pub(in crate::policies) const LOCAL_STORAGE_FAMILIES: [&str; 29] = [
    "c5d",
    "c6gd",
    "c6id",
    "dl1",
    "g4dn",
    "g5",
    "g6",
    "g6e",
    "g7",
    "g7e",
    "m5d",
    "m6gd",
    "m6id",
    "p3dn",
    "p4d",
    "p4de",
    "p5",
    "p5e",
    "p5en",
    "p6-b200",
    "p6-b300",
    "p6e-gb200",
    "r5d",
    "r6gd",
    "r6id",
    "r7gd",
    "trn1",
    "trn1n",
    "trn2",
];

/// [`LOCAL_STORAGE_FAMILIES`] as patterns that match no type of another family that SageMaker
/// offers. A test compares them.
pub(in crate::policies) const LOCAL_STORAGE_PATTERNS: [&str; 12] = [
    "ml.??d.*",
    "ml.??dn.*",
    "ml.??gd.*",
    "ml.??id.*",
    "ml.dl1.*",
    "ml.g5.*",
    "ml.g6*",
    "ml.g7*",
    "ml.p4de.*",
    "ml.p5*",
    "ml.p6*",
    "ml.trn*",
];

/// Denies workloads that name no network.
pub(in crate::policies) fn deny_missing_network() -> [Statement; 2] {
    [
        deny_missing("DenyNoSubnets", "sagemaker:VpcSubnets"),
        deny_missing("DenyNoSecurityGroups", "sagemaker:VpcSecurityGroupIds"),
    ]
}

/// Denies workloads that name a network other than the approved one.
pub(in crate::policies) fn deny_other_network(context: &PolicyContext<'_>) -> Vec<Statement> {
    [
        deny_other_values(
            "DenyOtherSubnets",
            "sagemaker:VpcSubnets",
            context.subnets(),
        ),
        deny_other_values(
            "DenyOtherSecurityGroups",
            "sagemaker:VpcSecurityGroupIds",
            context.security_groups(),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Denies workloads that lack the approved key.
///
/// A volume of an instance type with local storage takes no key, and a serverless endpoint has no
/// volume. A request with several types needs the key unless all of them take none: AWS refuses a
/// key then, so such a workload cannot be created.
pub(in crate::policies) fn deny_other_key(context: &PolicyContext<'_>) -> Vec<Statement> {
    let volume = |sid: &str, actions: Vec<&'static str>| {
        deny_without_key(sid, actions, "sagemaker:VolumeKmsKey", context)
    };
    // Requests for AutoML name no instance type.
    let typed = WITH_VOLUME
        .into_iter()
        .filter(|action| !action.contains("AutoML"));
    let keyless = LOCAL_STORAGE_PATTERNS
        .into_iter()
        .map(str::to_owned)
        .chain(context.platform.keyless_instance_types.iter().cloned());
    let mut all = vec![
        volume("DenyOtherVolumeKey", typed.collect()).when(
            Operator::StringNotLike.for_any_value(),
            TYPES,
            keyless,
        ),
        volume("DenyOtherUntypedVolumeKey", WITH_VOLUME.to_vec())
            .when(Operator::Null, TYPES, ["true"])
            .when(Operator::Null, "sagemaker:ServerlessMemorySize", ["true"]),
        deny_without_key(
            "DenyOtherOutputKey",
            WITH_OUTPUT,
            "sagemaker:OutputKmsKey",
            context,
        ),
    ];
    all.extend(deny_wrong_output_key(context));
    all
}

/// Denies results of processing jobs with a key other than the approved one. Without results there
/// is no key.
fn deny_wrong_output_key(context: &PolicyContext<'_>) -> Vec<Statement> {
    let approved = approved_key(context);
    if approved.is_empty() {
        return Vec::new();
    }
    [
        ("DenyWrongOutputKey", "sagemaker:OutputKmsKeyArn"),
        ("DenyWrongOutputKeyName", "sagemaker:OutputKmsKey"),
    ]
    .into_iter()
    .map(|(sid, key)| {
        Statement::deny(sid)
            .actions(["sagemaker:CreateProcessingJob"])
            .resources(["*"])
            .when(Operator::Null, key, ["false"])
            .when(Operator::StringNotLike, key, approved.clone())
    })
    .collect()
}

/// Denies models of other projects, told apart by their names: a workload works with the role of its
/// model, on data that the request names.
///
/// `ForAnyValue` is false for an absent key.
pub(in crate::policies) fn deny_other_models(models: Vec<String>) -> Statement {
    Statement::deny("DenyOtherModels")
        .actions(FROM_MODEL)
        .resources(["*"])
        .when(Operator::ArnNotLike.for_any_value(), MODEL, models)
}

/// Denies transform jobs whose model is not in the request. A transform job always has a model.
pub(in crate::policies) fn deny_unsaid_model() -> Statement {
    Statement::deny("DenyUnsaidModel")
        .actions(["sagemaker:CreateTransformJob"])
        .resources(["*"])
        .when(Operator::Null, MODEL, ["true"])
}

/// Denies file systems of the network, which know no tenants, and shells in running jobs.
///
/// Source: *Access a training container through AWS Systems Manager for remote debugging*
/// (<https://docs.aws.amazon.com/sagemaker/latest/dg/train-remote-debugging.html>).
pub(in crate::policies) fn deny_side_doors() -> [Statement; 2] {
    [
        Statement::deny("DenyFileSystems")
            .actions(["sagemaker:Create*"])
            .resources(["*"])
            .when(Operator::Null, "sagemaker:FileSystemId", ["false"]),
        Statement::deny("DenyRemoteDebug")
            .actions(["sagemaker:Create*", "sagemaker:UpdateTrainingJob"])
            .resources(["*"])
            .when(Operator::Bool, "sagemaker:EnableRemoteDebug", ["true"]),
    ]
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
            .actions(["sagemaker:Create*", "sagemaker:Update*"])
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
    context: &PolicyContext<'_>,
) -> Statement {
    let deny = Statement::deny(sid).actions(actions).resources(["*"]);
    let renamed = format!("{key}Arn");
    let approved = approved_key(context);
    if approved.is_empty() {
        return deny
            .when(Operator::Null, key, ["true"])
            .when(Operator::Null, renamed, ["true"]);
    }
    deny.when(Operator::StringNotLike, key, approved.clone())
        .when(Operator::StringNotLike, renamed, approved)
}

/// The approved key as requests name it. Of an ARN only its end is compared, so that documents fit: a
/// key's id is unique, and nobody chooses it.
fn approved_key(context: &PolicyContext<'_>) -> Vec<String> {
    context
        .keys()
        .into_iter()
        .map(|key| match key.rsplit_once(":key/") {
            Some((_, id)) => format!("*/{id}"),
            None => key,
        })
        .collect()
}
