//! The policy of the identity that runs Terraform: the permissions that the provider's calls need.

mod boundary;
mod records;
mod sagemaker;
#[cfg(test)]
pub(super) mod tests;

pub use boundary::provider_boundary;

use records::{allow_tables, allow_use_of_table_key};
use sagemaker::allow_sagemaker;

use super::context::{PolicyContext, PolicyError, check_key_arn, check_table_name, check_value};
use super::resources::check_schedule_group;
use super::statements::approved_key::{allow_on_key, allow_service_grants};
use super::statements::job_runtime::allow_interface_creation;
use crate::tables::TableNames;
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
    /// Who joined and left groups.
    pub group_membership_history: &'a str,
    /// Datasets shared with groups.
    pub group_datasets: &'a str,
    /// Datasets.
    pub datasets: &'a str,
    /// When resources are to be stopped.
    pub resource_schedule: &'a str,
    /// Users.
    pub users: &'a str,
    /// Groups of users.
    pub groups: &'a str,
    /// MLSpace's records of resources, where external locations are recorded too.
    pub resource_metadata: &'a str,
}

impl<'a> From<&'a TableNames> for ProviderTables<'a> {
    fn from(names: &'a TableNames) -> Self {
        Self {
            projects: &names.projects,
            project_users: &names.project_users,
            project_groups: &names.project_groups,
            group_users: &names.group_users,
            group_membership_history: &names.group_membership_history,
            group_datasets: &names.group_datasets,
            datasets: &names.datasets,
            resource_schedule: &names.resource_schedule,
            users: &names.users,
            groups: &names.groups,
            resource_metadata: &names.resource_metadata,
        }
    }
}

impl Default for ProviderTables<'_> {
    /// MLSpace's names.
    fn default() -> Self {
        TableNames::mlspace().into()
    }
}

/// Parameters of the policy, in addition to the deployment.
#[derive(Clone, Copy, Debug, Default)]
pub struct TerraformRoleAccess<'a> {
    /// The tables.
    pub tables: ProviderTables<'a>,
    /// ARN of the boundary that every role must have. Without one the caller can create roles with
    /// all permissions, also for itself: omit it only if the caller is trusted with the whole
    /// account.
    pub boundary_arn: Option<&'a str>,
    /// ARNs of the managed policies that are attached to every role.
    pub base_policy_arns: &'a [String],
    /// ARN of the key that encrypts the tables. `None` if AWS manages the key.
    pub table_key_arn: Option<&'a str>,
    /// The schedules that stop notebooks; `None` if nothing or MLSpace does.
    pub stop_schedules: Option<StopSchedules<'a>>,
    /// Whether projects have budgets.
    pub budgets: bool,
    /// Whether the configuration reads groups of IAM Identity Center.
    pub identity_center: bool,
}

/// The schedules that stop notebooks.
#[derive(Clone, Copy, Debug)]
pub struct StopSchedules<'a> {
    /// Name of their group.
    pub group: &'a str,
    /// ARN of the role with which they do.
    pub role_arn: &'a str,
}

/// The managed policies of the identity that runs the provider, usually two. They allow the
/// provider's calls on roles and policies under the prefix, on the named tables, on the data
/// bucket, and on notebook instances that have the system's tag.
///
/// * Roles are created with the boundary and the system's tag only. While a role has another
///   boundary or none, nothing of it can be changed except that it gets this one, and it can be
///   deleted. The boundary and the base policies cannot be changed, even if their names start with
///   the prefix.
/// * Members' roles are passed to SageMaker only, and the role that stops notebooks to Scheduler only. Notebook instances are created without root access and
///   direct internet access, with version 2 of the metadata service, and in the approved network
///   with the approved key only. The same network and key are those of Studio domains.
/// * IAM cannot limit what a trust policy says. Whoever controls this identity can let another
///   principal assume a member's role: watch AssumeRole on roles under the prefix.
/// * Objects are deleted under the `datasets/` prefixes only, for `force_destroy`. No object is
///   read or written.
/// * The provider's own policies can be detached from any identity, other policies from bounded roles
///   under the prefix only. Roles cannot be removed from
///   instance profiles.
/// * Notebooks and Studio cannot be opened: whoever has a presigned URL works as its member. That is
///   a right of people, as [`data_scientist_policy`](crate::policies::data_scientist_policy) has it.
///
/// Notebook instances can have any name. Describing a missing instance must not be denied, so
/// reading them requires no tag.
///
/// Sources: the pages on IAM, SageMaker, DynamoDB and S3 of the *Service Authorization Reference*
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>);
/// for the calls of EC2 and KMS that SageMaker makes with its caller's permissions, *Amazon
/// SageMaker AI API Permissions*
/// (<https://docs.aws.amazon.com/sagemaker/latest/dg/api-permissions-reference.html>).
///
/// # Errors
/// [`PolicyError`] when a value is invalid, or the subnets, security groups and base policies do not
/// fit.
pub fn provider_policy(
    context: &PolicyContext<'_>,
    access: &TerraformRoleAccess<'_>,
) -> Result<Vec<Document>, PolicyError> {
    context.check()?;
    check(access)?;
    let mut statements = Vec::from(allow_reading_roles(context));
    statements.extend(allow_managing_roles(context, access, RoleTags::Required));
    statements.extend(allow_managing_policies(
        context,
        access,
        managed_policy_arns(context),
    ));
    statements.extend(allow_tables(context, &access.tables));
    statements.extend(allow_use_of_table_key(context, access));
    statements.extend(allow_deleting_datasets(context));
    statements.extend(allow_looking_at_locations(context));
    statements.extend(allow_sagemaker(context));
    statements.extend(allow_network_and_key(context));
    statements.extend(allow_schedules(context, access));
    statements.extend(allow_budgets(context, access));
    statements.extend(allow_identity_center(access));
    let target = PackTarget {
        policy_type: PolicyType::Managed,
        documents: ATTACHED_POLICIES_PER_ROLE,
    };
    Ok(pack(&[Document::new(statements)], target)?)
}

fn check(access: &TerraformRoleAccess<'_>) -> Result<(), PolicyError> {
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
    if let Some(schedules) = access.stop_schedules {
        check_schedule_group(schedules.group)?;
        check_value(
            "role",
            schedules.role_arn,
            ":/_+=,.@-",
            "write the ARN of a role",
        )?;
    }
    if let Some(key) = access.table_key_arn {
        check_key_arn(key)?;
    }
    access.tables.check()
}

impl<'a> ProviderTables<'a> {
    /// The tables of the records that the provider manages or evaluates.
    pub(super) fn all(&self) -> [&'a str; 8] {
        [
            self.projects,
            self.project_users,
            self.project_groups,
            self.group_users,
            self.group_datasets,
            self.datasets,
            self.resource_schedule,
            self.resource_metadata,
        ]
    }

    pub(super) fn check(&self) -> Result<(), PolicyError> {
        let others = [self.users, self.groups, self.group_membership_history];
        let names = self.all().into_iter().chain(others);
        names.into_iter().try_for_each(check_table_name)
    }
}

fn allow_reading_roles(context: &PolicyContext<'_>) -> [Statement; 2] {
    [
        // IAM supports no resource for these actions.
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

/// Which tags a request must have that makes or tags a role.
#[derive(Clone, Copy)]
enum RoleTags {
    /// The system's.
    Required,
    /// Any: for the boundary, which has little room.
    Any,
}

fn allow_managing_roles(
    context: &PolicyContext<'_>,
    access: &TerraformRoleAccess<'_>,
    tags: RoleTags,
) -> Vec<Statement> {
    let roles = own_roles(context);
    let bounded = |allow: Statement| match access.boundary_arn {
        Some(arn) => allow.when(Operator::ArnEquals, "iam:PermissionsBoundary", [arn]),
        None => allow,
    };
    let attachable = [own_policies(context)]
        .into_iter()
        .chain(access.base_policy_arns.iter().cloned());
    let mut changes = vec![
        "iam:DeleteRolePolicy",
        "iam:DetachRolePolicy",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
        "iam:UpdateAssumeRolePolicy",
    ];
    let mut always = vec!["iam:DeleteRole"];
    let mut statements = Vec::new();
    match tags {
        RoleTags::Required => {
            let tagged = |sid: &str| {
                Statement::allow(sid).resources([&roles]).when(
                    Operator::StringEquals,
                    format!("aws:RequestTag/{SYSTEM}"),
                    [context.system_tag],
                )
            };
            statements.extend([
                bounded(tagged("MakeRoles")).actions(["iam:CreateRole"]),
                tagged("TagRoles").actions(["iam:TagRole"]),
            ]);
        }
        RoleTags::Any => {
            changes.push("iam:CreateRole");
            always.push("iam:TagRole");
        }
    }
    statements.extend([
        bounded(Statement::allow("ChangeRoles"))
            .actions(changes)
            .resources([&roles]),
        bounded(Statement::allow("AttachPolicies"))
            .actions(["iam:AttachRolePolicy"])
            .resources([&roles])
            .when(Operator::ArnLike, "iam:PolicyARN", attachable),
        Statement::allow("DeleteRoles")
            .actions(always)
            .resources([&roles]),
        Statement::allow("PassRoles")
            .actions(["iam:PassRole"])
            .resources([&roles])
            .when(
                Operator::StringEquals,
                "iam:PassedToService",
                ["sagemaker.amazonaws.com"],
            ),
    ]);
    if access.boundary_arn.is_none() {
        statements.push(
            Statement::allow("RemoveBoundaries")
                .actions(["iam:DeleteRolePermissionsBoundary"])
                .resources([&roles]),
        );
    }
    statements
}

fn allow_managing_policies(
    context: &PolicyContext<'_>,
    access: &TerraformRoleAccess<'_>,
    policy_arns: Vec<String>,
) -> Vec<Statement> {
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
            .resources(&policy_arns),
        // IAM deletes a policy only after it is detached from all identities, including those it
        // was attached to outside of Terraform.
        Statement::allow("DetachOwnPolicies")
            .actions([
                "iam:DetachGroupPolicy",
                "iam:DetachRolePolicy",
                "iam:DetachUserPolicy",
            ])
            .resources([format!(
                "arn:{}:iam::{}:*",
                context.account.partition, context.account.account_id
            )])
            .when(Operator::ArnLike, "iam:PolicyARN", policy_arns),
    ];
    let protected: Vec<&str> = access
        .boundary_arn
        .into_iter()
        .chain(access.base_policy_arns.iter().map(String::as_str))
        .collect();
    if !protected.is_empty() {
        statements.push(
            Statement::deny("DenyRewriteLimits")
                .actions([
                    "iam:CreatePolicyVersion",
                    "iam:DeletePolicy",
                    "iam:DeletePolicyVersion",
                    "iam:SetDefaultPolicyVersion",
                ])
                .resources(protected),
        );
    }
    statements
}

/// Allows the budgets of projects, by their names. Looking at one that does not exist must not be
/// denied, so that no tag is asked for. Notifications and subscribers need the same actions
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html>).
fn allow_budgets(
    context: &PolicyContext<'_>,
    access: &TerraformRoleAccess<'_>,
) -> Option<Statement> {
    let name = format!("{}-project-*", context.iam_prefix);
    access.budgets.then(|| {
        Statement::allow("Budgets")
            .actions([
                "budgets:ListTagsForResource",
                "budgets:ModifyBudget",
                "budgets:TagResource",
                "budgets:ViewBudget",
            ])
            .resources([context.account.budget_arn(&name)])
    })
}

/// Allows reading the groups of IAM Identity Center and their members, in whichever account the
/// directory is.
fn allow_identity_center(access: &TerraformRoleAccess<'_>) -> Option<Statement> {
    access.identity_center.then(|| {
        Statement::allow("ReadGroups")
            .actions([
                "identitystore:DescribeGroup",
                "identitystore:DescribeUser",
                "identitystore:GetGroupId",
                "identitystore:ListGroupMemberships",
            ])
            .resources(["*"])
    })
}

/// Allows schedules in the platform's group, which call with the role that stops notebooks and no
/// other. Schedules have no tags
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgescheduler.html>).
fn allow_schedules(
    context: &PolicyContext<'_>,
    access: &TerraformRoleAccess<'_>,
) -> Vec<Statement> {
    let Some(StopSchedules { group, role_arn }) = access.stop_schedules else {
        return Vec::new();
    };
    vec![
        Statement::allow("Schedules")
            .actions(["scheduler:*teSchedule", "scheduler:GetSchedule"])
            .resources([context
                .account
                .arn("scheduler", &format!("schedule/{group}/*"))]),
        Statement::allow("PassStopRole")
            .actions(["iam:PassRole"])
            .resources([role_arn])
            .when(
                Operator::StringEquals,
                "iam:PassedToService",
                ["scheduler.amazonaws.com"],
            ),
    ]
}

fn allow_deleting_datasets(context: &PolicyContext<'_>) -> [Statement; 3] {
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
        // Unlike other listings, this action does not support `s3:prefix`.
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

/// Allows looking at the buckets and keys that members can be granted: whether a bucket exists, and
/// what the policies of both say. Nothing in them is read.
///
/// HeadBucket needs `s3:ListBucket`
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html>).
fn allow_looking_at_locations(context: &PolicyContext<'_>) -> Vec<Statement> {
    let (buckets, keys) = (
        context.platform.granted_buckets,
        context.platform.granted_key_arns,
    );
    let mut statements = Vec::new();
    if !buckets.is_empty() {
        statements.push(
            Statement::allow("LookAtBuckets")
                .actions(["s3:GetBucketPolicy", "s3:ListBucket"])
                .resources(
                    buckets
                        .iter()
                        .map(|bucket| context.account.bucket_arn(bucket)),
                ),
        );
    }
    if !keys.is_empty() {
        statements.push(
            Statement::allow("LookAtKeys")
                .actions(["kms:GetKeyPolicy"])
                .resources(keys),
        );
    }
    statements
}

/// Allows the calls that SageMaker makes with the caller's permissions when a notebook instance is
/// created or started.
fn allow_network_and_key(context: &PolicyContext<'_>) -> Vec<Statement> {
    let mut statements = Vec::from(allow_interface_creation(context));
    statements.extend(allow_service_grants(context));
    statements.extend(
        allow_on_key(context, "DescribeKey").map(|allow| allow.actions(["kms:DescribeKey"])),
    );
    statements
}

/// ARN patterns of the policies that the provider creates, by their names (see [`crate::layout`]).
///
/// A pattern for all policies under the prefix would be unsafe: a policy of the caller's own role
/// could have such a name, and by changing it the caller could get any permission.
fn managed_policy_arns(context: &PolicyContext<'_>) -> Vec<String> {
    let names = ["group-*", "members", "project-*", "suspended", "user-*"];
    let arn = |name| format!("{}-{name}", context.iam_prefix);
    names
        .map(|name| context.account.policy_arn(&arn(name)))
        .to_vec()
}

fn own_roles(context: &PolicyContext<'_>) -> String {
    context
        .account
        .role_arn(&format!("{}-*", context.iam_prefix))
}

fn own_policies(context: &PolicyContext<'_>) -> String {
    context
        .account
        .policy_arn(&format!("{}-*", context.iam_prefix))
}
