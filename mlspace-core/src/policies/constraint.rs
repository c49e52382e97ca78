//! Policies that narrow what memberships may start: instance types, keys by instance type, and whole services.
//!
//! All of them deny, and so hold beside whatever grants. MLSpace's own allow: where a request names several instance types, one allowed among
//! them lets all through, and where another policy allows too, nothing is held back.
//!
//! Source: *Actions, resources, and condition keys for Amazon SageMaker*
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html>).

use super::actions::{CREATE_ENDPOINT, WITH_VOLUME};
use super::context::{GrantContext, GrantError, check_value, managed};
use crate::layout::Account;
use iam_policy::{Document, Operator, Statement};

/// Instance types that each kind of workload may use: names, or patterns such as `ml.g5.*`. A list of none allows none.
#[derive(Clone, Copy, Debug, Default)]
pub struct InstanceTypes<'a> {
    /// Notebook instances, when made and when changed.
    pub notebooks: &'a [String],
    /// Training and tuning.
    pub training: &'a [String],
    /// Processing.
    pub processing: &'a [String],
    /// Batch transform.
    pub transform: &'a [String],
    /// Endpoints.
    pub endpoints: &'a [String],
}

const TYPES: &str = "sagemaker:InstanceTypes";

/// Denies every instance type that is not listed, also where a request names several and only one of them is not.
///
/// Serverless endpoints and training name no type, and are left to other policies.
///
/// # Errors
/// [`GrantError`] when a type cannot stand in a policy, or there are more than fit: a pattern for each family does.
pub fn instance_type_policy(types: &InstanceTypes<'_>) -> Result<Document, GrantError> {
    let kinds: [(&str, &[&str], &[String]); 5] = [
        (
            "Notebook",
            &[
                "sagemaker:CreateNotebookInstance",
                "sagemaker:UpdateNotebookInstance",
            ],
            types.notebooks,
        ),
        (
            "Training",
            &[
                "sagemaker:CreateHyperParameterTuningJob",
                "sagemaker:CreateTrainingJob",
                "sagemaker:UpdateTrainingJob",
            ],
            types.training,
        ),
        (
            "Processing",
            &["sagemaker:CreateProcessingJob"],
            types.processing,
        ),
        (
            "Transform",
            &["sagemaker:CreateTransformJob"],
            types.transform,
        ),
        (
            "Endpoint",
            &["sagemaker:CreateEndpointConfig"],
            types.endpoints,
        ),
    ];
    let mut statements = Vec::new();
    for (kind, actions, allowed) in kinds {
        check_types(allowed)?;
        let deny = Statement::deny(format!("Deny{kind}Types"))
            .actions(actions.to_vec())
            .resources(["*"]);
        statements.push(if allowed.is_empty() {
            deny.when(Operator::Null, TYPES, ["false"])
        } else {
            deny.when(Operator::StringNotLike.for_any_value(), TYPES, allowed)
        });
    }
    managed(
        Document::new(statements),
        "the policy of instance types",
        "write patterns such as `ml.g5.*` in place of single types",
    )
}

/// Denies volumes without the approved key, except on the instance types that take none, those with disks of their own: names, or patterns.
///
/// A request that names several types is exempt only if all of them are; one that names none is not, other than a serverless endpoint.
///
/// It is for roles other than memberships': the inline policy of these ([`super::pass_role_policy`]) wants the key on every type, so that they
/// cannot use those that take none.
///
/// # Errors
/// [`GrantError`] when a value cannot stand in a policy, or there are more types than fit.
pub fn volume_key_policy(
    context: &GrantContext<'_>,
    exempt_types: &[String],
) -> Result<Document, GrantError> {
    context.check()?;
    check_types(exempt_types)?;
    let unkeyed = |sid: &str, actions: &[&str]| {
        super::workload::other_key(sid, actions.to_vec(), "sagemaker:VolumeKmsKey", context)
    };
    let config = "sagemaker:CreateEndpointConfig";
    let (automl, jobs): (Vec<&str>, Vec<&str>) = WITH_VOLUME
        .into_iter()
        .chain(["sagemaker:CreateNotebookInstance"])
        .filter(|action| *action != config)
        .partition(|action| action.starts_with("sagemaker:CreateAutoML"));
    let typed = unkeyed("DenyVolumeWithoutKey", &[&jobs[..], &[config]].concat());
    managed(
        Document::new([
            if exempt_types.is_empty() {
                typed.when(Operator::Null, TYPES, ["false"])
            } else {
                typed.when(Operator::StringNotLike.for_any_value(), TYPES, exempt_types)
            },
            unkeyed("DenyUntypedVolumeWithoutKey", &jobs).when(Operator::Null, TYPES, ["true"]),
            // They choose their types themselves, and no request for them has the key.
            unkeyed("DenyAutoMLVolumeWithoutKey", &automl),
        ]),
        "the policy of keys for volumes",
        "write patterns such as `ml.g5.*` in place of single types",
    )
}

fn check_types(types: &[String]) -> Result<(), GrantError> {
    let expected = "write a type such as `ml.m5.large`, or a pattern such as `ml.g5.*`";
    types
        .iter()
        .try_for_each(|name| check_value("instance type", name, ".-*?", expected))
}

/// A service that a deployment can switch off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// Endpoints and their configurations.
    Endpoints,
    /// Training, tuning, processing, transform and AutoML jobs.
    Jobs,
    /// Labeling jobs.
    LabelingJobs,
    /// Clusters of Amazon EMR, with the roles they run with.
    Emr,
    /// Translation of documents in batches.
    BatchTranslate,
    /// Translation of single texts and documents.
    RealtimeTranslate,
    /// Models of Amazon Bedrock.
    Bedrock,
}

impl Service {
    /// All of them, each with the word that configurations write.
    pub const WORDS: [(&'static str, Self); 7] = [
        ("endpoints", Self::Endpoints),
        ("jobs", Self::Jobs),
        ("labeling-jobs", Self::LabelingJobs),
        ("emr", Self::Emr),
        ("batch-translate", Self::BatchTranslate),
        ("realtime-translate", Self::RealtimeTranslate),
        ("bedrock", Self::Bedrock),
    ];
}

/// Denies what starts or uses the services that are switched off; stopping and looking at what still runs stays possible.
///
/// With both kinds of translation off, roles can also no longer be passed to Amazon Translate. `emr_role_arns` are the roles of EMR's clusters.
///
/// None when nothing is switched off: a policy must hold a statement.
///
/// # Errors
/// [`GrantError`] when an ARN cannot stand in a policy, or there are more than fit.
pub fn denied_services_policy(
    account: &Account,
    services: &[Service],
    emr_role_arns: &[String],
) -> Result<Option<Document>, GrantError> {
    for arn in emr_role_arns {
        check_value("role", arn, ":/_+=,.@-", "write the ARN of a role")?;
    }
    let deny = |sid: &str, actions: &[&str]| {
        Statement::deny(sid)
            .actions(actions.to_vec())
            .resources(["*"])
    };
    let off = |service: Service| services.contains(&service);
    let mut statements = Vec::new();
    if off(Service::Endpoints) {
        let invoke = "sagemaker:InvokeEndpoint*";
        let start = [
            "sagemaker:CreateEndpointConfig",
            "sagemaker:UpdateEndpoint*",
        ];
        statements.push(deny(
            "DenyEndpoints",
            &[&start[..], &[CREATE_ENDPOINT, invoke]].concat(),
        ));
    }
    if off(Service::Jobs) {
        let start = [
            "sagemaker:Create*ningJob",
            "sagemaker:CreateAutoMLJob*",
            "sagemaker:CreateProcessingJob",
            "sagemaker:CreateTransformJob",
        ];
        statements.push(deny("DenyJobs", &start));
    }
    if off(Service::LabelingJobs) {
        statements.push(deny("DenyLabelingJobs", &["sagemaker:CreateLabelingJob"]));
    }
    if off(Service::Emr) {
        let start = [
            "elasticmapreduce:Add*",
            "elasticmapreduce:Create*",
            "elasticmapreduce:Modify*",
            "elasticmapreduce:Put*",
            "elasticmapreduce:RunJobFlow",
            "elasticmapreduce:Start*",
        ];
        statements.push(deny("DenyClusters", &start));
        if !emr_role_arns.is_empty() {
            statements.push(
                Statement::deny("DenyPassToClusters")
                    .actions(["iam:PassRole"])
                    .resources(emr_role_arns),
            );
        }
    }
    let (batch, realtime) = (
        off(Service::BatchTranslate),
        off(Service::RealtimeTranslate),
    );
    if batch {
        statements.push(deny(
            "DenyBatchTranslate",
            &["translate:StartTextTranslationJob"],
        ));
    }
    if realtime {
        let translate = ["translate:TranslateDocument", "translate:TranslateText"];
        statements.push(deny("DenyRealtimeTranslate", &translate));
    }
    if batch && realtime {
        let detect = ["comprehend:BatchDetect*", "comprehend:Detect*"];
        statements.push(deny("DenyDetectLanguage", &detect));
        statements.push(
            Statement::deny("DenyPassToTranslate")
                .actions(["iam:PassRole"])
                .resources([account.role_arn("*")])
                .when(
                    Operator::StringEquals,
                    "iam:PassedToService",
                    ["translate.amazonaws.com"],
                ),
        );
    }
    if off(Service::Bedrock) {
        let use_model = ["bedrock:Converse*", "bedrock:Create*", "bedrock:Invoke*"];
        statements.push(deny("DenyBedrock", &use_model));
    }
    if statements.is_empty() {
        return Ok(None);
    }
    managed(
        Document::new(statements),
        "the policy of denied services",
        "name fewer roles",
    )
    .map(Some)
}
