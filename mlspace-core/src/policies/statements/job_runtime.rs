//! Permissions that notebooks and jobs need in addition to their data: network interfaces, logs,
//! metrics and container images.
//!
//! Source: *How to use SageMaker AI execution roles*
//! (<https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html>).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::tag_conditions::OWN_PROJECT;
use crate::policies::context::PolicyContext;
use crate::tags::{PROJECT, SYSTEM};
use iam_policy::{Operator, Statement};

/// Reading and writing log streams.
pub(in crate::policies) const STREAM_LOGS: [&str; 3] = [
    "logs:CreateLogStream",
    "logs:GetLogEvents",
    "logs:PutLogEvents",
];
/// Creating a log group, and listing its streams.
pub(in crate::policies) const GROUP_LOGS: [&str; 2] =
    ["logs:CreateLogGroup", "logs:DescribeLogStreams"];
/// Log groups that all jobs of a kind share, as patterns: those of processing, training and transform
/// jobs, and of notebook instances. The streams begin with the name of the job.
///
/// Source: *Log groups and streams that Amazon SageMaker AI sends to Amazon CloudWatch Logs*
/// (<https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html>).
pub(in crate::policies) const SHARED_LOG_GROUPS: [&str; 2] = ["?r*Jobs", "NotebookInstances"];
/// Log groups with the name of one endpoint or component.
pub(in crate::policies) const OWN_LOG_GROUPS: [&str; 2] = ["Endpoints", "InferenceComponents"];

/// Patterns of the log streams of resources whose names begin with this project's name.
pub(in crate::policies) fn own_streams(context: &PolicyContext<'_>, project: &str) -> Vec<String> {
    let arn =
        |group: String| context.anywhere("logs", &format!("log-group:/aws/sagemaker/{group}"));
    let shared = SHARED_LOG_GROUPS
        .iter()
        .map(|group| arn(format!("{group}:log-stream:{project}-*")));
    shared.chain(own_groups(context, project)).collect()
}

/// Patterns of the log groups with the names of the project's endpoints and components.
pub(in crate::policies) fn own_groups<'a>(
    context: &'a PolicyContext<'_>,
    project: &'a str,
) -> impl Iterator<Item = String> + 'a {
    OWN_LOG_GROUPS.iter().map(move |group| {
        context.anywhere(
            "logs",
            &format!("log-group:/aws/sagemaker/{group}/{project}-*"),
        )
    })
}

/// Patterns of the log groups that all jobs of a kind share, as requests that concern the whole group
/// name them: without a stream, or with an empty one.
pub(in crate::policies) fn shared_groups(context: &PolicyContext<'_>) -> Vec<String> {
    SHARED_LOG_GROUPS
        .iter()
        .flat_map(|group| ["", ":log-stream:"].map(|rest| format!("{group}{rest}")))
        .map(|group| context.anywhere("logs", &format!("log-group:/aws/sagemaker/{group}")))
        .collect()
}

/// Creating a network interface.
const CREATE_INTERFACE: [&str; 1] = ["ec2:CreateNetworkInterface"];
/// Lending a network interface to SageMaker, and deleting it.
const USE_INTERFACE: [&str; 3] = [
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
];
/// Describing the network. EC2 supports no resource for these actions.
pub(in crate::policies) const DESCRIBE_NETWORK: [&str; 5] = [
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
];
/// Logging in to ECR to pull images.
pub(in crate::policies) const IMAGE_LOGIN: &str = "ecr:GetAuthorizationToken";

/// Allows publishing metrics in the namespaces of jobs and of the system.
///
/// CloudWatch supports no resource for this action.
pub(in crate::policies) fn allow_metrics(context: &PolicyContext<'_>) -> Statement {
    Statement::allow("WriteMetrics")
        .actions(["cloudwatch:PutMetricData"])
        .resources(["*"])
        .when(
            Operator::StringLike,
            "cloudwatch:namespace",
            JOB_NAMESPACES
                .iter()
                .map(|namespace| (*namespace).to_owned())
                .chain([format!("{}/*", context.system_tag)]),
        )
}

/// Namespaces in which jobs publish the metrics that their algorithms print. Those of endpoints are
/// SageMaker's own, which needs no right of a member.
pub(in crate::policies) const JOB_NAMESPACES: [&str; 3] = [
    "/aws/sagemaker/ProcessingJobs",
    "/aws/sagemaker/TrainingJobs",
    "/aws/sagemaker/TransformJobs",
];

/// Accounts in which AWS keeps the images of SageMaker's frameworks and algorithms in a region.
///
/// Source: the tables of image URIs in the SageMaker Python SDK, and *Docker Registry Paths and
/// Example Code* (<https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html>).
pub(in crate::policies) fn image_accounts(region: &str) -> Vec<String> {
    static REGISTRIES: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../../../data/image_registries.json"))
            .unwrap_or_default()
    });
    REGISTRIES.get(region).cloned().unwrap_or_default()
}

/// Patterns of the repositories in which AWS keeps images for SageMaker. In a region that is not
/// known yet, those of every account.
pub(in crate::policies) fn aws_images(context: &PolicyContext<'_>) -> Vec<String> {
    let mut accounts = image_accounts(&context.account.region);
    if accounts.is_empty() {
        accounts.push("*".to_owned());
    }
    let arn = |account: &String| format!("arn:{}:ecr:*:{account}:*", context.account.partition);
    accounts.iter().map(arn).collect()
}

/// Allows creating, using and describing network interfaces in the approved network. SageMaker
/// creates them with the role's permissions in the VPC that the workload names.
pub(in crate::policies) fn allow_interfaces(context: &PolicyContext<'_>) -> Vec<Statement> {
    let [create, describe] = allow_interface_creation(context);
    let mut statements = if context.platform.project_security_groups {
        Vec::from(allow_interfaces_of_project(context))
    } else {
        vec![create]
    };
    statements.extend([
        Statement::allow("UseInterface")
            .actions(USE_INTERFACE)
            .resources([context.account.arn("ec2", "network-interface/*")])
            .when(
                Operator::ArnLike,
                "ec2:Subnet",
                ec2_arns(context, "subnet", context.subnets()),
            ),
        describe,
    ]);
    statements
}

/// Allows creating network interfaces in the approved subnets and in security groups with the tags of
/// the platform and of the role's project, and denies other security groups, whatever else the role
/// is allowed.
///
/// EC2 tells IAM the tags of each security group of the call
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html>).
fn allow_interfaces_of_project(context: &PolicyContext<'_>) -> [Statement; 4] {
    let groups = context.account.arn("ec2", "security-group/*");
    let tags = [(SYSTEM, context.system_tag), (PROJECT, OWN_PROJECT)];
    let tag = |key: &str| format!("aws:ResourceTag/{key}");
    let allow = Statement::allow("CreateInterfaceInGroup")
        .actions(CREATE_INTERFACE)
        .resources([groups.clone()]);
    // A comparison with `StringNotEquals` is true for a group without the tag.
    let deny = |sid: &str, (key, value): (&str, &str)| {
        Statement::deny(sid)
            .actions(CREATE_INTERFACE)
            .resources([groups.clone()])
            .when(Operator::StringNotEquals, tag(key), [value])
    };
    let [system, project] = tags;
    [
        Statement::allow("CreateInterface")
            .actions(CREATE_INTERFACE)
            .resources(
                ec2_arns(context, "subnet", context.subnets())
                    .into_iter()
                    .chain([context.account.arn("ec2", "network-interface/*")]),
            ),
        tags.into_iter().fold(allow, |allow, (key, value)| {
            allow.when(Operator::StringEquals, tag(key), [value])
        }),
        deny("DenyGroupsOfOthers", system),
        deny("DenyGroupsOfOtherProjects", project),
    ]
}

/// Allows creating network interfaces in the approved network, and describing the network.
pub(in crate::policies) fn allow_interface_creation(context: &PolicyContext<'_>) -> [Statement; 2] {
    let subnets = ec2_arns(context, "subnet", context.subnets());
    let groups = ec2_arns(context, "security-group", context.security_groups());
    let interfaces = context.account.arn("ec2", "network-interface/*");
    [
        // EC2 authorizes the call on the interface, its subnet and each of its security groups.
        Statement::allow("CreateInterface")
            .actions(CREATE_INTERFACE)
            .resources(subnets.iter().chain(&groups).chain([&interfaces])),
        Statement::allow("DescribeNetwork")
            .actions(DESCRIBE_NETWORK)
            .resources(["*"]),
    ]
}

/// ARNs of EC2 resources with these ids. Without ids, a pattern for all resources of the type.
fn ec2_arns(context: &PolicyContext<'_>, resource_type: &str, ids: &[String]) -> Vec<String> {
    let arn = |id: &str| context.account.arn("ec2", &format!("{resource_type}/{id}"));
    if ids.is_empty() {
        return vec![arn("*")];
    }
    ids.iter().map(|id| arn(id)).collect()
}
