//! What a notebook or a job needs besides its data.
//!
//! Source: *How to use SageMaker AI execution roles* (<https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html>).

use super::actions::USE_KEY;
use super::context::{GrantContext, GrantError, managed};
use iam_policy::{Document, Operator, Statement};

/// Writing logs.
pub(super) const WRITE_LOGS: [&str; 4] = [
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DescribeLogStreams",
    "logs:PutLogEvents",
];
/// Pulling images.
pub(super) const PULL_IMAGES: [&str; 3] = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
];
/// Making a network interface.
pub(super) const CREATE_INTERFACE: [&str; 1] = ["ec2:CreateNetworkInterface"];
/// Lending a network interface to SageMaker, and removing it.
pub(super) const USE_INTERFACE: [&str; 3] = [
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
];
/// Looking at the network; none of these can be limited to a resource.
pub(super) const DESCRIBE_NETWORK: [&str; 5] = [
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
];
/// Logging in to pull images.
pub(super) const IMAGE_LOGIN: &str = "ecr:GetAuthorizationToken";

/// A base policy for membership roles: network interfaces in the approved subnets, the approved key, logs and metrics of SageMaker, pulling
/// images, and the bucket's region.
///
/// It grants nothing of the platform's own matter, data and SageMaker's resources; a deployment may attach another in its place.
///
/// # Errors
/// [`GrantError`] when a value of the context cannot stand in a policy, or there are more subnets and security groups than fit.
pub fn notebook_base_policy(context: &GrantContext<'_>) -> Result<Document, GrantError> {
    context.check()?;
    let mut statements = Vec::from(network(context));
    statements.extend(use_key(context));
    statements.extend(grant_key(context));
    statements.extend([
        Statement::allow("WriteLogs")
            .actions(WRITE_LOGS)
            .resources([local(context, "logs", "log-group:/aws/sagemaker/*")]),
        write_metrics(context),
        Statement::allow("ImageLogin")
            .actions([IMAGE_LOGIN])
            .resources(["*"]),
        // AWS keeps its framework images in accounts of its own, one for each region: hence the open account.
        Statement::allow("PullImages")
            .actions(PULL_IMAGES)
            .resources([format!(
                "arn:{}:ecr:{}:*:repository/*",
                context.account.partition, context.account.region
            )]),
        Statement::allow("BucketLocation")
            .actions(["s3:GetBucketLocation"])
            .resources([context.bucket()]),
    ]);
    managed(
        Document::new(statements),
        "the notebook base policy",
        "approve fewer subnets and security groups",
    )
}

/// Metrics, which have no resource: only in the namespaces that SageMaker's agents write to, and in the system's own.
pub(super) fn write_metrics(context: &GrantContext<'_>) -> Statement {
    Statement::allow("WriteMetrics")
        .actions(["cloudwatch:PutMetricData"])
        .resources(["*"])
        .when(
            Operator::StringLike,
            "cloudwatch:namespace",
            [
                "/aws/sagemaker/*".to_owned(),
                format!("{}/*", context.system_tag),
            ],
        )
}

/// Using the approved key.
pub(super) fn use_key(context: &GrantContext<'_>) -> Option<Statement> {
    on_key(context, "UseKey").map(|allow| allow.actions(USE_KEY))
}

/// Letting AWS services use the approved key, for volumes.
pub(super) fn grant_key(context: &GrantContext<'_>) -> Option<Statement> {
    let allow = on_key(context, "GrantKeyToServices")?;
    Some(allow.actions(["kms:CreateGrant"]).when(
        Operator::Bool,
        "kms:GrantIsForAWSResource",
        ["true"],
    ))
}

/// An alias is no resource of the actions that use a key: the key behind it is found by `kms:ResourceAliases`.
pub(super) fn on_key(context: &GrantContext<'_>, sid: &str) -> Option<Statement> {
    let key = context.kms_key?;
    let alias = key
        .split_once(":alias/")
        .map_or(key.strip_prefix("alias/"), |(_, name)| Some(name));
    let allow = Statement::allow(sid);
    Some(match alias {
        Some(name) => allow.resources([context.account.kms_arn("*")]).when(
            Operator::StringEquals.for_any_value(),
            "kms:ResourceAliases",
            [format!("alias/{name}")],
        ),
        None => allow.resources([context.account.kms_arn(key)]),
    })
}

/// Network interfaces, which SageMaker makes with the role's permissions in the VPC that the workload names.
fn network(context: &GrantContext<'_>) -> [Statement; 3] {
    let interfaces = local(context, "ec2", "network-interface/*");
    let [create, describe] = interface_creation(context);
    [
        create,
        Statement::allow("UseInterface")
            .actions(USE_INTERFACE)
            .resources([&interfaces])
            .when(
                Operator::ArnLike,
                "ec2:Subnet",
                named(context, "subnet", context.subnets()),
            ),
        describe,
    ]
}

/// Making network interfaces in the approved network, and looking at it.
pub(super) fn interface_creation(context: &GrantContext<'_>) -> [Statement; 2] {
    let subnets = named(context, "subnet", context.subnets());
    let groups = named(context, "security-group", context.security_groups());
    let interfaces = local(context, "ec2", "network-interface/*");
    [
        Statement::allow("CreateInterface")
            .actions(CREATE_INTERFACE)
            .resources(subnets.iter().chain(&groups).chain([&interfaces])),
        Statement::allow("DescribeNetwork")
            .actions(DESCRIBE_NETWORK)
            .resources(["*"]),
    ]
}

/// EC2 resources with these ids; all of the kind when there is none.
fn named(context: &GrantContext<'_>, kind: &str, ids: &[String]) -> Vec<String> {
    if ids.is_empty() {
        return vec![local(context, "ec2", &format!("{kind}/*"))];
    }
    ids.iter()
        .map(|id| local(context, "ec2", &format!("{kind}/{id}")))
        .collect()
}

fn local(context: &GrantContext<'_>, service: &str, resource: &str) -> String {
    format!(
        "arn:{}:{service}:{}:{}:{resource}",
        context.account.partition, context.account.region, context.account.account_id
    )
}
