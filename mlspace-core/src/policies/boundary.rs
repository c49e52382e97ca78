//! The permissions boundary of all membership roles.
//!
//! Source: *Permissions boundaries for IAM entities* (<https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>).

use super::actions::{CREATE_ENDPOINT, IN_VPC, OBJECT, OPERATE_PATTERNS, USE_KEY};
use super::attribute::{OWN_PROJECT, OWN_USER};
use super::base::{
    DESCRIBE_NETWORK, IMAGE_LOGIN, PULL_IMAGES, WRITE_LOGS, grant_key, use_key, write_metrics,
};
use super::context::{GrantContext, GrantError, managed};
use super::{storage, workload};
use crate::tags::{PROJECT, SYSTEM, USER};
use iam_policy::{ConditionOperator, Document, Operator, Statement};

/// The permissions boundary of all membership roles: one document that holds every tenant to its limits, whatever policies are attached.
///
/// A boundary grants nothing by itself; what it does not allow is out of reach. So the required tags stand in its Allows, where ANDing is what
/// is wanted, and a role without tags reaches nothing: a variable without a value matches nothing. Only the approved network and
/// key are denials: their actions are others than those of any one Allow.
///
/// Beside the limits of a membership it leaves room for what [`super::notebook_base_policy`] grants.
///
/// Two limits are wider here than in the role's own policies, as no tag tells more: datasets of all groups, and passing roles of the same
/// project (AWS advises against conditions on the tags of a passed role, their results not being reliable). Both are closed there.
///
/// # Errors
/// [`GrantError`] when a value of the context cannot stand in a policy, or there are more approved subnets and security groups than fit.
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
        // What the tags are is checked by the create call that this is part of.
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
    statements.extend(workload::value_denials(context));
    statements.extend(room_for_base(context));
    statements.extend(grant_key(context));
    managed(
        Document::new(statements),
        "the permissions boundary",
        "approve fewer subnets and security groups, or shorten the data bucket's name",
    )
}

/// The three tags of a membership, as conditions on the request or the resource.
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

/// Room for the base policy. Actions of several services share a statement: each is about resources of its own service only.
fn room_for_base(context: &GrantContext<'_>) -> Vec<Statement> {
    let resources = [
        ("ec2", "network-interface/*"),
        ("ec2", "security-group/*"),
        ("ec2", "subnet/*"),
        ("ecr", "repository/*"),
        ("logs", "log-group:/aws/sagemaker/*"),
    ];
    // Each of the two patterns stands for the interface and its permission.
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
    let mut statements = match use_key(context) {
        // A key by its ARN needs no condition, and so no statement of its own.
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
        write_metrics(context),
    ]);
    statements
}

/// An ARN pattern for any region and account, short so that the document fits.
fn anywhere(context: &GrantContext<'_>, service: &str, resource: &str) -> String {
    format!("arn:{}:{service}:*:*:{resource}", context.account.partition)
}
