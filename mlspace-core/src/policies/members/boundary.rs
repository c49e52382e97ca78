//! The permissions boundary of all membership roles.
//!
//! Source: *Permissions boundaries for IAM entities*
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>).

use crate::policies::context::{GrantContext, GrantError, managed};
use crate::policies::statements::actions::{
    CREATE_ENDPOINT, IN_VPC, OBJECT, OPERATE_PATTERNS, USE_KEY,
};
use crate::policies::statements::approved_key::{allow_service_grants, allow_use};
use crate::policies::statements::job_runtime::{
    DESCRIBE_NETWORK, IMAGE_LOGIN, PULL_IMAGES, WRITE_LOGS, allow_metrics,
};
use crate::policies::statements::tag_conditions::{OWN_PROJECT, OWN_USER};
use crate::policies::statements::{storage, workload};
use crate::tags::{PROJECT, SYSTEM, USER};
use iam_policy::{ConditionOperator, Document, Operator, Statement};

/// The permissions boundary of all membership roles: one document that limits every tenant,
/// regardless of the attached policies.
///
/// A boundary by itself allows nothing; it denies implicitly what it does not allow. So the
/// required tags are conditions of its Allow statements, where ANDing is correct. A role without
/// tags has no access, since a variable without a value matches nothing. Only the approved network
/// and key are Deny statements, since they apply to other actions than any single Allow.
///
/// In addition to the permissions of a membership it allows those of
/// [`super::notebook_base_policy`].
///
/// Two limits are wider here than in the role's own policies, since no tag of the role can narrow
/// them: datasets of all groups, and passing roles of the same project (AWS advises against
/// conditions on the tags of a passed role, since their results are not reliable). The role's own
/// policies narrow both.
///
/// # Errors
/// [`GrantError`] when a value of the context is invalid, or the approved subnets and security
/// groups do not fit.
pub fn permissions_boundary(context: &GrantContext<'_>) -> Result<Document, GrantError> {
    context.check()?;
    let project = format!("project/{OWN_PROJECT}/");
    let private = format!("private/{OWN_USER}/");
    let mut statements = vec![
        Statement::allow("Objects").actions(OBJECT).resources(
            [&project, &private, "group/datasets/"].map(|prefix| context.objects(prefix)),
        ),
        storage::read_shared(context),
        storage::listing(
            context,
            "Listing",
            [&project, &private, "group/datasets/*/"]
                .into_iter()
                .chain(storage::shared_prefixes()),
        ),
        tagged(
            context,
            Statement::allow("CreateInVpc"),
            Operator::StringEquals,
            "Request",
        )
        .actions(IN_VPC)
        .resources(["*"])
        .when(Operator::Null, "sagemaker:VpcSubnets", ["false"])
        .when(Operator::Null, "sagemaker:VpcSecurityGroupIds", ["false"]),
        tagged(
            context,
            Statement::allow("Create"),
            Operator::StringEquals,
            "Request",
        )
        .actions([
            "sagemaker:CreateEndpointConfig",
            "sagemaker:CreateTransformJob",
        ])
        .resources(["*"]),
        tagged(
            context,
            Statement::allow("CreateEndpoint"),
            Operator::StringEquals,
            "Request",
        )
        .actions([CREATE_ENDPOINT])
        .resources([anywhere(context, "sagemaker", "endpoint/*")]),
        tagged(
            context,
            Statement::allow("UseConfig"),
            Operator::StringEquals.if_exists(),
            "Resource",
        )
        .actions([CREATE_ENDPOINT])
        .resources([anywhere(context, "sagemaker", "endpoint-config/*")]),
        tagged(
            context,
            Statement::allow("Operate"),
            Operator::StringEquals,
            "Resource",
        )
        .actions(OPERATE_PATTERNS)
        .resources(["*"]),
        // SageMaker checks the tags in the create call that AddTags is part of.
        Statement::allow("TagWhileCreating")
            .actions(["sagemaker:AddTags"])
            .resources(["*"])
            .when(Operator::Null, "sagemaker:TaggingAction", ["false"]),
        Statement::allow("PassRole")
            .actions(["iam:PassRole"])
            .resources([context
                .account
                .role_arn(&format!("{}-{OWN_PROJECT}-*", context.iam_prefix))])
            .when(
                Operator::StringEquals,
                "iam:PassedToService",
                ["sagemaker.amazonaws.com"],
            ),
    ];
    statements.extend(workload::deny_other_network_or_key(context));
    statements.extend(base_policy_limits(context));
    statements.extend(allow_service_grants(context));
    managed(
        Document::new(statements),
        "the permissions boundary",
        "approve fewer subnets and security groups, or shorten the data bucket's name",
    )
}

/// The statement with the three tags of a membership as conditions on the request or the resource.
fn tagged(
    context: &GrantContext<'_>,
    allow: Statement,
    operator: impl Into<ConditionOperator>,
    on: &str,
) -> Statement {
    let operator = operator.into();
    [
        (SYSTEM, context.system_tag),
        (PROJECT, OWN_PROJECT),
        (USER, OWN_USER),
    ]
    .into_iter()
    .fold(allow, |allow, (key, value)| {
        allow.when(operator, format!("aws:{on}Tag/{key}"), [value])
    })
}

/// Allows what the base policy allows. To save characters, actions of multiple services share a
/// statement: each action applies only to resources of its own service.
fn base_policy_limits(context: &GrantContext<'_>) -> Vec<Statement> {
    let resources = [
        ("ec2", "network-interface/*"),
        ("ec2", "security-group/*"),
        ("ec2", "subnet/*"),
        ("ecr", "repository/*"),
        ("logs", "log-group:/aws/sagemaker/*"),
    ];
    // Each of the two patterns matches the interface and its permission.
    let interfaces = ["ec2:CreateNetworkInterface*", "ec2:DeleteNetworkInterface*"];
    let actions = interfaces
        .into_iter()
        .chain(PULL_IMAGES)
        .chain(WRITE_LOGS)
        .chain(["s3:GetBucketLocation"]);
    let resources = resources
        .map(|(service, resource)| anywhere(context, service, resource))
        .into_iter()
        .chain([context.bucket()]);
    let base = Statement::allow("Base");
    let mut statements = match allow_use(context) {
        // A key given by its ARN needs no condition, and so no separate statement.
        Some(key) if key.conditions.is_empty() => {
            let keys = key
                .resources
                .iter()
                .flat_map(|clause| clause.values().iter().cloned());
            vec![
                base.actions(actions.chain(USE_KEY))
                    .resources(resources.chain(keys)),
            ]
        }
        other => [base.actions(actions).resources(resources)]
            .into_iter()
            .chain(other)
            .collect(),
    };
    statements.extend([
        Statement::allow("BaseAnywhere")
            .actions(DESCRIBE_NETWORK.into_iter().chain([IMAGE_LOGIN]))
            .resources(["*"]),
        allow_metrics(context),
    ]);
    statements
}

/// An ARN pattern for any region and account: shorter, so that the document fits.
fn anywhere(context: &GrantContext<'_>, service: &str, resource: &str) -> String {
    format!("arn:{}:{service}:*:*:{resource}", context.account.partition)
}
