//! The denial of whole services.

use crate::layout::Account;
use crate::policies::context::{PolicyError, check_value, managed};
use crate::policies::statements::actions::CREATE_ENDPOINT;
use iam_policy::{Document, Operator, Statement};

/// A service that a deployment can deny to roles other than those of memberships.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeniedService {
    /// Endpoints and their configurations.
    Endpoints,
    /// Training, tuning, processing, transform and AutoML jobs.
    Jobs,
    /// Labeling jobs.
    LabelingJobs,
    /// Amazon EMR clusters, and passing the roles they run with.
    Emr,
    /// Batch translation of documents.
    BatchTranslate,
    /// Real-time translation of single strings and documents.
    RealtimeTranslate,
    /// Models of Amazon Bedrock.
    Bedrock,
}

impl DeniedService {
    /// All services, with their names in configurations.
    pub const NAMES: [(&'static str, Self); 7] = [
        ("endpoints", Self::Endpoints),
        ("jobs", Self::Jobs),
        ("labeling-jobs", Self::LabelingJobs),
        ("emr", Self::Emr),
        ("batch-translate", Self::BatchTranslate),
        ("realtime-translate", Self::RealtimeTranslate),
        ("bedrock", Self::Bedrock),
    ];
}

/// Denies starting and using these services. Stopping and describing running resources stays
/// possible.
///
/// If both types of translation are denied, passing roles to Amazon Translate is denied too.
/// `emr_role_arns` are the roles of EMR clusters.
///
/// `None` if no service is denied, since a policy must have a statement.
///
/// # Errors
/// [`PolicyError`] when an ARN is invalid, or the ARNs do not fit.
pub fn denied_services_policy(
    account: &Account,
    services: &[DeniedService],
    emr_role_arns: &[String],
) -> Result<Option<Document>, PolicyError> {
    for arn in emr_role_arns {
        check_value("role", arn, ":/_+=,.@-", "write the ARN of a role")?;
    }
    let deny = |sid: &str, actions: &[&str]| {
        Statement::deny(sid)
            .actions(actions.to_vec())
            .resources(["*"])
    };
    let denied = |service: DeniedService| services.contains(&service);
    let mut statements = Vec::new();
    if denied(DeniedService::Endpoints) {
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
    if denied(DeniedService::Jobs) {
        let start = [
            "sagemaker:Create*ningJob",
            "sagemaker:CreateAutoMLJob*",
            "sagemaker:CreateProcessingJob",
            "sagemaker:CreateTransformJob",
        ];
        statements.push(deny("DenyJobs", &start));
    }
    if denied(DeniedService::LabelingJobs) {
        statements.push(deny("DenyLabelingJobs", &["sagemaker:CreateLabelingJob"]));
    }
    if denied(DeniedService::Emr) {
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
        denied(DeniedService::BatchTranslate),
        denied(DeniedService::RealtimeTranslate),
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
    if denied(DeniedService::Bedrock) {
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
