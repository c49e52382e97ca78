//! Looking at things, without the data in them.

use super::PersonaAccess;
use crate::policies::context::GrantContext;
use crate::policies::endpoint::log_groups;
use iam_policy::{Operator, Statement};

/// SageMaker's resources by name, and their settings. Lists take no tags into account.
pub(super) fn sagemaker() -> Statement {
    Statement::allow("SeeSageMaker")
        .actions(["sagemaker:Describe*", "sagemaker:List*"])
        .resources(["*"])
}

/// The platform's roles and policies.
pub(super) fn identities(context: &GrantContext<'_>) -> Statement {
    let own = format!("{}-*", context.iam_prefix);
    Statement::allow("SeeIdentities")
        .actions([
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListEntitiesForPolicy",
            "iam:ListPolicyTags",
            "iam:ListPolicyVersions",
            "iam:ListRolePolicies",
            "iam:ListRoleTags",
        ])
        .resources([
            context.account.role_arn(&own),
            context.account.policy_arn(&own),
        ])
}

/// How the platform fares: alarms, metrics, the network, quotas. None of it is in a resource that could be named.
pub(super) fn operations() -> Statement {
    Statement::allow("SeeOperations")
        .actions([
            "cloudwatch:DescribeAlarm*",
            "cloudwatch:GetMetric*",
            "cloudwatch:ListMetrics",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcEndpoints",
            "ec2:DescribeVpcs",
            "iam:GetAccountSummary",
            "iam:ListPolicies",
            "iam:ListRoles",
            "logs:DescribeLogGroups",
            "logs:DescribeLogStreams",
            "servicequotas:Get*",
            "servicequotas:List*",
            "tag:GetResources",
        ])
        .resources(["*"])
}

/// The configuration of the whole account: who may what, what is encrypted how, what is recorded.
pub(super) fn configuration() -> Statement {
    Statement::allow("SeeConfiguration")
        .actions([
            "access-analyzer:Get*",
            "access-analyzer:List*",
            "cloudtrail:Describe*",
            "cloudtrail:Get*",
            "cloudtrail:List*",
            "cloudtrail:LookupEvents",
            "cloudwatch:Describe*",
            "config:Describe*",
            "config:Get*",
            "config:List*",
            "dynamodb:Describe*",
            "dynamodb:ListTables",
            "dynamodb:ListTagsOfResource",
            "ec2:Describe*",
            "ec2:GetEbsEncryptionByDefault",
            "elasticmapreduce:Describe*",
            "elasticmapreduce:List*",
            "iam:GenerateCredentialReport",
            "iam:GenerateServiceLastAccessedDetails",
            "iam:Get*",
            "iam:List*",
            "iam:Simulate*",
            "kms:DescribeKey",
            "kms:GetKeyPolicy",
            "kms:GetKeyRotationStatus",
            "kms:List*",
            "logs:Describe*",
            "logs:ListTags*",
            "organizations:Describe*",
            "organizations:List*",
            "s3:GetAccountPublicAccessBlock",
            "s3:GetBucket*",
            "s3:GetEncryptionConfiguration",
            "s3:GetLifecycleConfiguration",
            "s3:ListAllMyBuckets",
            "servicequotas:Get*",
            "servicequotas:List*",
            "sns:Get*",
            "sns:List*",
            "tag:GetResources",
        ])
        .resources(["*"])
}

/// Log streams of notebook instances whose last part matches.
pub(super) fn log_streams(context: &GrantContext<'_>, last: &str) -> String {
    // A group's pattern ends in `*`, which stands for more groups than this one.
    let group = log_groups(context.account, "/aws/sagemaker/NotebookInstances");
    format!("{}:log-stream:*/{last}", group.trim_end_matches('*'))
}

const READ: [&str; 3] = [
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "dynamodb:Query",
];

/// The records, from both ends.
pub(super) fn records(context: &GrantContext<'_>, access: &PersonaAccess<'_>) -> Vec<Statement> {
    let tables = access
        .tables
        .all()
        .into_iter()
        .flat_map(|name| [name.to_owned(), format!("{name}/index/*")]);
    let read = Statement::allow("SeeRecords")
        .actions(READ.into_iter().chain(["dynamodb:Scan"]))
        .resources(tables.map(|name| context.account.table_arn(&name)));
    with_key(context, access, read)
}

/// The records whose key is one of these projects: the project, its members, its groups and its datasets.
pub(super) fn records_of(
    context: &GrantContext<'_>,
    access: &PersonaAccess<'_>,
    projects: &[&str],
) -> Vec<Statement> {
    let tables = &access.tables;
    let keyed = [
        tables.projects,
        tables.project_users,
        tables.project_groups,
        tables.datasets,
    ];
    let leading = "dynamodb:LeadingKeys";
    let read = Statement::allow("SeeTeamRecords")
        .actions(READ)
        .resources(keyed.map(|name| context.account.table_arn(name)))
        .when(
            Operator::StringEquals.for_all_values(),
            leading,
            projects.iter().copied(),
        )
        // For all of no values anything holds.
        .when(Operator::Null, leading, ["false"]);
    with_key(context, access, read)
}

fn with_key(
    context: &GrantContext<'_>,
    access: &PersonaAccess<'_>,
    read: Statement,
) -> Vec<Statement> {
    let key = access.table_key_arn.map(|key| {
        crate::policies::provider::table_key(context.account, key).actions(["kms:Decrypt"])
    });
    [read].into_iter().chain(key).collect()
}
