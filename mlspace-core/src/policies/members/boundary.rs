//! The permissions boundary of all membership roles.
//!
//! Source: *Permissions boundaries for IAM entities*
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>).

use super::fences::without_covered;
use super::role::deny_untagged;
use crate::policies::context::{PolicyContext, PolicyError, ResourceNames, managed};
use crate::policies::services::{Service, ServiceEntry};
use crate::policies::statements::actions::{OBJECT, PULL, USE_KEY};
use crate::policies::statements::job_runtime::{
    DESCRIBE_NETWORK, GROUP_LOGS, IMAGE_LOGIN, STREAM_LOGS,
};
use crate::policies::statements::storage::{self, GROUP_PREFIX};
use crate::policies::statements::tag_conditions::{OWN_PROJECT, OWN_USER};
use crate::policies::statements::workload;
use crate::tags::{PROJECT, SYSTEM, USER};
use iam_policy::{Document, Operator, Statement};

/// Using resources with the project's tags, as patterns. The role's own policies name the actions.
pub(super) const OPERATE: [&str; 15] = [
    "sagemaker-mlflow:*",
    "sagemaker:AccessModelPackage",
    "sagemaker:Batch*",
    "sagemaker:Create*",
    "sagemaker:Delete*",
    "sagemaker:Describe*",
    "sagemaker:GetRecord",
    "sagemaker:Invoke*",
    "sagemaker:List*",
    "sagemaker:PutRecord",
    "sagemaker:Retry*",
    "sagemaker:Send*",
    "sagemaker:Start*",
    "sagemaker:Stop*",
    "sagemaker:Update*",
];

/// Operations that lend resources to others, or that AWS's reference does not list.
const NEVER: [&str; 9] = [
    "sagemaker:*InferenceGateway*",
    "sagemaker:*InferenceRouter*",
    "sagemaker:*Policy",
    "sagemaker:*TrainingSession*",
    "sagemaker:CreateNotebookInstance*",
    "sagemaker:CreatePresignedNotebook*",
    "sagemaker:DeleteTags",
    "sagemaker:UpdateInferenceComponent",
    "sagemaker:UpdateNotebookInstance*",
];

/// The permissions boundary of all membership roles: one document that limits every tenant,
/// regardless of the attached policies.
///
/// A boundary by itself allows nothing; it denies implicitly what it does not allow. So the
/// required tags are conditions of its Allow statements, where ANDing is correct. A role without
/// tags has no access. Denials hold what is true for every tenant: its own prefixes, models and
/// network.
///
/// It says which services can be reached at all: those that the platform offers. What a project has
/// switched on, what members share, the key of volumes and results, and the names of log streams,
/// images and whatever other services hold are decided by the role's own policies.
///
/// # Errors
/// [`PolicyError`] when a value of the context is invalid, or the approved subnets and security
/// groups do not fit.
pub fn permissions_boundary(context: &PolicyContext<'_>) -> Result<Document, PolicyError> {
    context.check()?;
    managed(
        Document::new(statements(context)),
        "the permissions boundary",
        "approve fewer subnets and security groups, offer fewer services, or shorten the data bucket's name",
    )
}

pub(in crate::policies) fn statements(context: &PolicyContext<'_>) -> Vec<Statement> {
    let mut statements = reach(context);
    if context.platform.services.contains(&Service::Pipelines) {
        // The SDK sets the same tags again when it updates a pipeline.
        statements.push(
            with_tags(context, "TagPipeline", "Request", true)
                .actions(["sagemaker:AddTags"])
                .resources([context.sagemaker_type("pipeline")]),
        );
    }
    statements.extend(deny_untagged());
    statements.extend(storage_denials(context));
    statements.push(
        Statement::deny("DenyOther")
            .actions(["sagemaker:*"])
            .resources(["*"])
            .when(
                Operator::Null,
                format!("aws:ResourceTag/{PROJECT}"),
                ["false"],
            )
            .when(
                Operator::StringNotEquals,
                format!("aws:ResourceTag/{PROJECT}"),
                [OWN_PROJECT],
            ),
    );
    if context.platform.resource_names == ResourceNames::Prefixed {
        let models = vec![context.sagemaker_name("model", OWN_PROJECT)];
        statements.push(workload::deny_other_models(models));
    }
    // A request that names subnets names security groups too: SageMaker's API requires both.
    let [subnets, _] = workload::deny_missing_network();
    statements.push(subnets);
    statements.extend(workload::deny_other_network(context));
    statements
}

fn entries<'a>(context: &PolicyContext<'a>) -> impl Iterator<Item = &'static ServiceEntry> + 'a {
    context
        .platform
        .services
        .iter()
        .map(|service| service.entry())
}

/// Allows what can be reached at all.
fn reach(context: &PolicyContext<'_>) -> Vec<Statement> {
    let anything = OBJECT
        .into_iter()
        .chain(STREAM_LOGS)
        .chain(GROUP_LOGS)
        .chain(PULL)
        .chain(DESCRIBE_NETWORK)
        .chain([
            IMAGE_LOGIN,
            "cloudwatch:PutMetricData",
            "ec2:*NetworkInterface*",
            "s3:GetBucketLocation",
            "s3:ListBucket",
            "sagemaker:DescribeDomain",
            "sagemaker:Search",
        ])
        .chain(entries(context).flat_map(|entry| entry.boundary.iter().copied()));
    let passed = ["sagemaker.amazonaws.com"]
        .into_iter()
        .chain(entries(context).flat_map(|entry| entry.passed_to.iter().copied()));
    let approved = context.kms_key.map_or_else(
        || "*".to_owned(),
        |key| {
            if key.contains("alias/") {
                "*".to_owned()
            } else {
                context.account.kms_arn(key)
            }
        },
    );
    let keys = [approved]
        .into_iter()
        .chain(context.platform.granted_key_arns.iter().cloned());
    let role = format!("{}-{OWN_PROJECT}-*", context.iam_prefix);
    vec![
        with_tags(context, "Create", "Request", true)
            .actions(["sagemaker:Create*"])
            .resources(["*"]),
        with_tags(context, "Operate", "Resource", false)
            .actions(OPERATE)
            .resources(["*"]),
        // A configuration that the SDK created without tags is told apart by its name.
        Statement::allow("UseConfig")
            .actions(["sagemaker:CreateEndpoint"])
            .resources([context.sagemaker_type("endpoint-config")]),
        Statement::deny("DenyNever").actions(NEVER).resources(["*"]),
        // SageMaker checks the tags in the create call that AddTags is part of.
        Statement::allow("Tag")
            .actions(["sagemaker:AddTags"])
            .resources(["*"])
            .when(Operator::Null, "sagemaker:TaggingAction", ["false"]),
        Statement::allow("Reach")
            .actions(without_covered(anything.map(str::to_owned).collect()))
            .resources(["*"]),
        Statement::allow("Key")
            .actions(USE_KEY.into_iter().chain(["kms:CreateGrant"]))
            .resources(keys),
        Statement::allow("PassRole")
            .actions(["iam:PassRole"])
            .resources([context.account.role_arn(&role)])
            .when(Operator::StringEquals, "iam:PassedToService", passed),
    ]
}

/// Denies objects of other tenants, and whatever other buckets hold.
fn storage_denials(context: &PolicyContext<'_>) -> [Statement; 3] {
    let project = format!("project/{OWN_PROJECT}/");
    let private = format!("private/{OWN_USER}/");
    let objects = [&project, &private, GROUP_PREFIX]
        .into_iter()
        .chain(storage::SHARED)
        .map(|prefix| context.objects(prefix));
    let granted = context.platform.granted_buckets.iter().flat_map(|bucket| {
        [
            context.account.bucket_arn(bucket),
            context.account.object_arn(bucket, "*"),
        ]
    });
    let resources = objects
        .chain([context.bucket()])
        .chain(
            storage::public_buckets(context)
                .into_iter()
                .filter_map(|arn| {
                    // The pattern covers the bucket and its objects. The role's own policies name both.
                    (!arn.ends_with("/*")).then(|| format!("{arn}*"))
                }),
        )
        .chain(granted);
    let listed = [&project, &private]
        .map(|prefix| storage::under(prefix))
        .into_iter()
        // The `/` before the last `*` requires a dataset's name: the names of all datasets cannot be
        // listed.
        .chain([format!("{GROUP_PREFIX}*/*")])
        .chain(storage::under_shared());
    [
        Statement::deny("DenyOtherObjects")
            .actions(["s3:*"])
            .not_resources(resources),
        Statement::deny("DenyDeleteShared")
            .actions(["s3:DeleteObject"])
            .resources([context.objects(GROUP_PREFIX)]),
        Statement::deny("DenyOtherListing")
            .actions(["s3:ListBucket"])
            .resources([context.bucket()])
            .when(Operator::StringNotLike, "s3:prefix", listed),
    ]
}

/// An Allow with the tags of a membership as conditions on the request or the resource: those of
/// system and project, and that of the user.
fn with_tags(context: &PolicyContext<'_>, sid: &str, on: &str, user: bool) -> Statement {
    [
        (SYSTEM, context.system_tag),
        (PROJECT, OWN_PROJECT),
        (USER, OWN_USER),
    ]
    .into_iter()
    .take(if user { 3 } else { 2 })
    .fold(Statement::allow(sid), |allow, (key, value)| {
        allow.when(
            Operator::StringEquals,
            format!("aws:{on}Tag/{key}"),
            [value],
        )
    })
}
