//! Permissions that notebooks and jobs need in addition to their data: network interfaces, logs,
//! metrics and container images.
//!
//! Source: *How to use SageMaker AI execution roles*
//! (<https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html>).

use crate::policies::context::GrantContext;
use iam_policy::{Operator, Statement};

/// Writing logs.
pub(in crate::policies) const WRITE_LOGS: [&str; 4] = [
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DescribeLogStreams",
    "logs:PutLogEvents",
];
/// Pulling images.
pub(in crate::policies) const PULL_IMAGES: [&str; 3] = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
];
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

/// Allows publishing metrics in the namespaces of SageMaker's agents and of the system.
///
/// CloudWatch supports no resource for this action.
pub(in crate::policies) fn allow_metrics(context: &GrantContext<'_>) -> Statement {
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

/// Allows creating, using and describing network interfaces in the approved network. SageMaker
/// creates them with the role's permissions in the VPC that the workload names.
pub(in crate::policies) fn allow_interfaces(context: &GrantContext<'_>) -> [Statement; 3] {
    let [create, describe] = allow_interface_creation(context);
    [
        create,
        Statement::allow("UseInterface")
            .actions(USE_INTERFACE)
            .resources([context.account.arn("ec2", "network-interface/*")])
            .when(
                Operator::ArnLike,
                "ec2:Subnet",
                ec2_arns(context, "subnet", context.subnets()),
            ),
        describe,
    ]
}

/// Allows creating network interfaces in the approved network, and describing the network.
pub(in crate::policies) fn allow_interface_creation(context: &GrantContext<'_>) -> [Statement; 2] {
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
fn ec2_arns(context: &GrantContext<'_>, resource_type: &str, ids: &[String]) -> Vec<String> {
    let arn = |id: &str| context.account.arn("ec2", &format!("{resource_type}/{id}"));
    if ids.is_empty() {
        return vec![arn("*")];
    }
    ids.iter().map(|id| arn(id)).collect()
}
