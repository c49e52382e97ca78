//! Statements that allow reading configuration and records, without data.

use super::StaffAccess;
use crate::policies::context::PolicyContext;
use crate::policies::statements::records::allow_table_key;
use iam_policy::{Operator, Statement};

/// SageMaker resources and their settings. Lists support no tag conditions.
pub(super) fn sagemaker() -> Statement {
    Statement::allow("SeeSageMaker")
        .actions(["sagemaker:Describe*", "sagemaker:List*"])
        .resources(["*"])
}

/// The platform's roles and policies.
pub(super) fn identities(context: &PolicyContext<'_>) -> Statement {
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

/// The state of the platform: alarms, metrics, network and quotas. These actions support no
/// resource, or apply to the whole account.
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

/// The configuration of the whole account: permissions, encryption and logging.
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

/// Pattern for log streams of notebook instances whose name ends with `last`.
pub(super) fn log_streams(context: &PolicyContext<'_>, last: &str) -> String {
    let group = "/aws/sagemaker/NotebookInstances";
    context
        .account
        .log_group_arn(&format!("{group}:log-stream:*/{last}"))
}

const READ: [&str; 3] = [
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "dynamodb:Query",
];

/// All records, by key and by index.
pub(super) fn records(context: &PolicyContext<'_>, access: &StaffAccess<'_>) -> Vec<Statement> {
    let tables = access
        .tables
        .all()
        .into_iter()
        .flat_map(|name| [name.to_owned(), format!("{name}/index/*")]);
    let read = Statement::allow("SeeRecords")
        .actions(READ.into_iter().chain(["dynamodb:Scan"]))
        .resources(tables.map(|name| context.account.table_arn(&name)));
    with_table_key(context, access, read)
}

/// Records whose key is one of these projects: the project, its members, its groups and its
/// datasets.
pub(super) fn project_records(
    context: &PolicyContext<'_>,
    access: &StaffAccess<'_>,
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
        // `ForAllValues` is true if the key is absent.
        .when(Operator::Null, leading, ["false"]);
    with_table_key(context, access, read)
}

/// The statement, and one that allows decrypting with the key of the tables, if there is one.
fn with_table_key(
    context: &PolicyContext<'_>,
    access: &StaffAccess<'_>,
    read: Statement,
) -> Vec<Statement> {
    let key = access
        .table_key_arn
        .map(|key| allow_table_key(context.account, key).actions(["kms:Decrypt"]));
    [read].into_iter().chain(key).collect()
}
