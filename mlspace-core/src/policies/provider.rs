//! What the one who runs the provider needs: the least that its calls take.

mod boundary;
mod records;

pub use boundary::provider_boundary;

pub(super) use records::{table_key, through_dynamodb};
use records::{tables, use_table_key};

use super::context::{GrantContext, GrantError, check_value};
use crate::tags::SYSTEM;
use iam_policy::{
    ATTACHED_POLICIES_PER_ROLE, Document, Operator, PackTarget, PolicyType, Statement, pack,
};

/// The DynamoDB tables that the provider reads and writes.
#[derive(Clone, Copy, Debug)]
pub struct ProviderTables<'a> {
    /// Projects.
    pub projects: &'a str,
    /// Members of projects.
    pub project_users: &'a str,
    /// Groups that are members of projects.
    pub project_groups: &'a str,
    /// Users in groups.
    pub group_users: &'a str,
    /// Datasets shared with groups.
    pub group_datasets: &'a str,
    /// Datasets.
    pub datasets: &'a str,
    /// When resources are to be stopped.
    pub resource_schedule: &'a str,
}

impl Default for ProviderTables<'_> {
    /// MLSpace's names.
    fn default() -> Self {
        Self {
            projects: "mlspace-projects",
            project_users: "mlspace-project-users",
            project_groups: "mlspace-project-groups",
            group_users: "mlspace-group-users",
            group_datasets: "mlspace-group-datasets",
            datasets: "mlspace-datasets",
            resource_schedule: "mlspace-resource-schedule",
        }
    }
}

/// What the caller's policy is about, beside the deployment itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProviderAccess<'a> {
    /// The tables.
    pub tables: ProviderTables<'a>,
    /// ARN of the boundary that every role must have. Without one the caller can make roles that may anything, its own included: leave it
    /// out only where the caller is trusted with the account.
    pub boundary_arn: Option<&'a str>,
    /// ARNs of the managed policies that are attached to every role.
    pub base_policy_arns: &'a [String],
    /// ARN of the key that encrypts the tables; without one, they need none.
    pub table_key_arn: Option<&'a str>,
}

/// The managed policies of the identity that runs the provider, two as a rule: the calls that it makes, on the roles and policies under the prefix, the named
/// tables, the data bucket, and notebook instances that bear the system's tag.
///
/// * Roles are only made with the boundary, and get policies and rights only while they have it. The boundary and the base policies cannot
///   be rewritten, also where their names lie under the prefix.
/// * Roles are only passed to SageMaker, and notebook instances only made without root access and direct internet access.
/// * Objects are deleted below the `datasets/` prefixes only, which is what `force_destroy` does. None is read or written.
/// * Our policies can be detached from whatever they were attached to; roles in instance profiles cannot be taken out of them.
///
/// Notebook instances are named freely. Describing one that is not there must not be denied, so reading them needs no tag.
///
/// Sources: the pages on IAM, SageMaker, DynamoDB and S3 of the *Service Authorization Reference*
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>); for the calls
/// of EC2 and KMS that SageMaker makes as its caller, *Amazon SageMaker AI API Permissions*
/// (<https://docs.aws.amazon.com/sagemaker/latest/dg/api-permissions-reference.html>).
///
/// # Errors
/// [`GrantError`] when a value cannot stand in a policy, or there are more subnets, security groups and base policies than fit.
pub fn provider_policy(
    context: &GrantContext<'_>,
    access: &ProviderAccess<'_>,
) -> Result<Vec<Document>, GrantError> {
    context.check()?;
    check(access)?;
    let mut statements = Vec::from(reading_roles(context));
    statements.extend(keeping_roles(context, access));
    statements.extend(policies(context, access, kept_policies(context)));
    statements.extend(tables(context, &access.tables));
    statements.extend(use_table_key(context, access));
    statements.extend(bucket(context));
    statements.extend(notebooks(context));
    statements.extend(network_and_key(context));
    let carrier = PackTarget {
        policy_type: PolicyType::Managed,
        documents: ATTACHED_POLICIES_PER_ROLE,
    };
    Ok(pack(&[Document::new(statements)], carrier)?)
}

fn check(access: &ProviderAccess<'_>) -> Result<(), GrantError> {
    let arns = access
        .boundary_arn
        .into_iter()
        .map(|arn| ("permissions boundary", arn));
    let base = access
        .base_policy_arns
        .iter()
        .map(|arn| ("base policy", arn.as_str()));
    for (what, arn) in arns.chain(base) {
        check_value(what, arn, ":/_+=,.@-", "write the ARN of a managed policy")?;
    }
    if let Some(key) = access.table_key_arn {
        check_value("KMS key", key, ":/-", "write the key's ARN")?;
    }
    access.tables.check()
}

impl<'a> ProviderTables<'a> {
    /// All names.
    pub(super) fn all(&self) -> [&'a str; 7] {
        [
            self.projects,
            self.project_users,
            self.project_groups,
            self.group_users,
            self.group_datasets,
            self.datasets,
            self.resource_schedule,
        ]
    }

    pub(super) fn check(&self) -> Result<(), GrantError> {
        let expected = "write the name of a DynamoDB table";
        self.all()
            .iter()
            .try_for_each(|table| check_value("table name", table, "_.-", expected))
    }
}

fn reading_roles(context: &GrantContext<'_>) -> [Statement; 2] {
    [
        // None of these is about one resource.
        Statement::allow("ReadAccount")
            .actions([
                "iam:GetAccountAuthorizationDetails",
                "iam:GetAccountSummary",
                "iam:ListPolicies",
            ])
            .resources(["*"]),
        Statement::allow("ReadRoles")
            .actions([
                "iam:GetRole",
                "iam:GetRolePolicy",
                "iam:ListAttachedRolePolicies",
                "iam:ListRolePolicies",
            ])
            .resources([own_roles(context)]),
    ]
}

fn keeping_roles(context: &GrantContext<'_>, access: &ProviderAccess<'_>) -> Vec<Statement> {
    let roles = own_roles(context);
    let bounded = |allow: Statement| match access.boundary_arn {
        Some(arn) => allow.when(Operator::ArnEquals, "iam:PermissionsBoundary", [arn]),
        None => allow,
    };
    let attachable = [own_policies(context)]
        .into_iter()
        .chain(access.base_policy_arns.iter().cloned());
    let mut statements = vec![
        bounded(Statement::allow("MakeRoles"))
            .actions([
                "iam:CreateRole",
                "iam:PutRolePermissionsBoundary",
                "iam:PutRolePolicy",
            ])
            .resources([&roles]),
        bounded(Statement::allow("AttachPolicies"))
            .actions(["iam:AttachRolePolicy"])
            .resources([&roles])
            .when(Operator::ArnLike, "iam:PolicyARN", attachable),
        Statement::allow("KeepRoles")
            .actions([
                "iam:DeleteRole",
                "iam:DeleteRolePolicy",
                "iam:DetachRolePolicy",
                "iam:TagRole",
                "iam:UpdateAssumeRolePolicy",
            ])
            .resources([&roles]),
        Statement::allow("PassRoles")
            .actions(["iam:PassRole"])
            .resources([&roles])
            .when(
                Operator::StringEquals,
                "iam:PassedToService",
                ["sagemaker.amazonaws.com"],
            ),
    ];
    if access.boundary_arn.is_none() {
        statements.push(
            Statement::allow("RemoveBoundaries")
                .actions(["iam:DeleteRolePermissionsBoundary"])
                .resources([&roles]),
        );
    }
    statements
}

fn policies(
    context: &GrantContext<'_>,
    access: &ProviderAccess<'_>,
    kept: Vec<String>,
) -> Vec<Statement> {
    let own = own_policies(context);
    let mut statements = vec![
        Statement::allow("KeepPolicies")
            .actions([
                "iam:CreatePolicy",
                "iam:CreatePolicyVersion",
                "iam:DeletePolicy",
                "iam:DeletePolicyVersion",
                "iam:GetPolicy",
                "iam:GetPolicyVersion",
                "iam:ListEntitiesForPolicy",
                "iam:ListPolicyVersions",
                "iam:TagPolicy",
            ])
            .resources(kept),
        // A policy has to be detached from wherever somebody put it before it can be deleted.
        Statement::allow("DetachOwnPolicies")
            .actions([
                "iam:DetachGroupPolicy",
                "iam:DetachRolePolicy",
                "iam:DetachUserPolicy",
            ])
            .resources(["group", "role", "user"].map(|kind| {
                format!(
                    "arn:{}:iam::{}:{kind}/*",
                    context.account.partition, context.account.account_id
                )
            }))
            .when(Operator::ArnLike, "iam:PolicyARN", [&own]),
    ];
    let fixed: Vec<&str> = access
        .boundary_arn
        .into_iter()
        .chain(access.base_policy_arns.iter().map(String::as_str))
        .collect();
    if !fixed.is_empty() {
        statements.push(
            Statement::deny("DenyRewriteLimits")
                .actions([
                    "iam:CreatePolicyVersion",
                    "iam:DeletePolicy",
                    "iam:DeletePolicyVersion",
                    "iam:SetDefaultPolicyVersion",
                ])
                .resources(fixed),
        );
    }
    statements
}

fn bucket(context: &GrantContext<'_>) -> [Statement; 3] {
    let prefixes = [
        "global/datasets/",
        "group/datasets/",
        "private/*/datasets/",
        "project/*/datasets/",
    ];
    [
        Statement::allow("ListDatasets")
            .actions(["s3:ListBucket", "s3:ListBucketVersions"])
            .resources([context.bucket()])
            .when(
                Operator::StringLike,
                "s3:prefix",
                prefixes.map(|prefix| format!("{prefix}*")),
            ),
        // Unlike other listings it does not carry `s3:prefix`.
        Statement::allow("ListUploads")
            .actions(["s3:ListBucketMultipartUploads"])
            .resources([context.bucket()]),
        Statement::allow("DeleteDatasets")
            .actions([
                "s3:AbortMultipartUpload",
                "s3:DeleteObject",
                "s3:DeleteObjectVersion",
            ])
            .resources(prefixes.map(|prefix| context.objects(prefix))),
    ]
}

fn notebooks(context: &GrantContext<'_>) -> [Statement; 6] {
    let notebooks = context.sagemaker("notebook-instance");
    let own = |source: &str| format!("aws:{source}/{SYSTEM}");
    [
        Statement::allow("ListNotebooks")
            .actions(["sagemaker:ListNotebookInstances"])
            .resources(["*"]),
        Statement::allow("ReadNotebooks")
            .actions(["sagemaker:DescribeNotebookInstance", "sagemaker:ListTags"])
            .resources([&notebooks]),
        Statement::allow("CreateNotebooks")
            .actions(["sagemaker:CreateNotebookInstance"])
            .resources([&notebooks])
            .when(
                Operator::StringEquals,
                own("RequestTag"),
                [context.system_tag],
            )
            .when(
                Operator::StringEquals,
                "sagemaker:DirectInternetAccess",
                ["Disabled"],
            )
            .when(Operator::StringEquals, "sagemaker:RootAccess", ["Disabled"]),
        // Which tags these are is checked by the create call that this is part of.
        Statement::allow("TagNewNotebooks")
            .actions(["sagemaker:AddTags"])
            .resources([&notebooks])
            .when(
                Operator::StringEquals,
                "sagemaker:TaggingAction",
                ["CreateNotebookInstance"],
            ),
        Statement::allow("KeepNotebooks")
            .actions([
                "sagemaker:AddTags",
                "sagemaker:DeleteNotebookInstance",
                "sagemaker:DeleteTags",
                "sagemaker:StartNotebookInstance",
                "sagemaker:StopNotebookInstance",
                "sagemaker:UpdateNotebookInstance",
            ])
            .resources([&notebooks])
            .when(
                Operator::StringEquals,
                own("ResourceTag"),
                [context.system_tag],
            ),
        Statement::deny("DenyRootAccess")
            .actions(["sagemaker:UpdateNotebookInstance"])
            .resources([&notebooks])
            .when(Operator::StringEquals, "sagemaker:RootAccess", ["Enabled"]),
    ]
}

/// What SageMaker does with the caller's rights when an instance is made or started.
fn network_and_key(context: &GrantContext<'_>) -> Vec<Statement> {
    let mut statements = Vec::from(super::base::interface_creation(context));
    statements.extend(super::base::grant_key(context));
    statements.extend(
        super::base::on_key(context, "DescribeKey").map(|allow| allow.actions(["kms:DescribeKey"])),
    );
    statements
}

/// The policies that the provider makes, by the names it gives them (see [`crate::layout`]). Not all under the prefix: a policy of the caller's
/// own role may be called like that too, and who rewrites it has whatever they want.
fn kept_policies(context: &GrantContext<'_>) -> Vec<String> {
    let names = ["group-*", "members", "project-*", "suspended", "user-*"];
    let arn = |name| format!("{}-{name}", context.iam_prefix);
    names
        .map(|name| context.account.policy_arn(&arn(name)))
        .to_vec()
}

fn own_roles(context: &GrantContext<'_>) -> String {
    context
        .account
        .role_arn(&format!("{}-*", context.iam_prefix))
}

fn own_policies(context: &GrantContext<'_>) -> String {
    context
        .account
        .policy_arn(&format!("{}-*", context.iam_prefix))
}
