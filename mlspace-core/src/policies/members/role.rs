//! The trust policy and the inline policy of a membership's role.
//!
//! Sources: *The confused deputy problem*
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>), *Grant a user
//! permissions to pass a role to an AWS service*
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>).

use std::collections::BTreeSet;

use super::access::{BucketGrant, MemberAccess};
use super::fences;
use super::workloads::own_resources;
use crate::policies::context::{PolicyContext, PolicyError, sized};
use crate::policies::services::Service;
use crate::policies::services::grants::{self, ServiceStatements};
use crate::policies::statements::actions::{DECRYPT, OBJECT, OBJECT_READ, USE_KEY};
use crate::tags::{PROJECT, USER};
use iam_policy::{Document, Operator, PolicyType, Principal, Statement};

/// The trust policy of a membership's role: SageMaker can assume it, on behalf of this account
/// only.
///
/// It does not allow `sts:TagSession`: session tags would override the role's own tags, which are
/// its identity.
pub fn trust_policy(context: &PolicyContext<'_>) -> Document {
    Document::new([Statement::allow("SageMaker")
        .principal(Principal::service("sagemaker.amazonaws.com"))
        .actions(["sts:AssumeRole"])
        .when(
            Operator::StringEquals,
            "aws:SourceAccount",
            [&context.account.account_id],
        )])
}

/// The inline policy of a membership's role.
///
/// It allows what depends on the names of project and user: passing the role itself, the logs of the
/// project's workloads, its images, and the services that the project has switched on. It denies
/// everything that is not the membership's, whatever another policy of the role allows, so that the
/// role is safe with a wide base policy and without a permissions boundary.
///
/// Names are written out: the policy asks for no tag of the role.
///
/// # Errors
/// [`PolicyError`] when a value is invalid, or the policy does not fit.
pub fn pass_role_policy(
    context: &PolicyContext<'_>,
    member: &MemberAccess<'_>,
) -> Result<Document, PolicyError> {
    member.check(context)?;
    let mut statements = statements(context, member);
    statements.extend(fences::studio_denials(context));
    fitting(statements, member)
}

/// The statements of [`pass_role_policy`] that depend on the membership.
pub(in crate::policies) fn statements(
    context: &PolicyContext<'_>,
    member: &MemberAccess<'_>,
) -> Vec<Statement> {
    let services: Vec<ServiceStatements> = member
        .access
        .services
        .iter()
        .map(|(service, options)| grants::statements(context, member, service, options))
        .collect();
    let mut statements = allows(context, member);
    statements.extend(services.iter().flat_map(|service| service.allow.clone()));
    statements.push(fences::deny_other_actions(member, &services));
    statements.push(fences::deny_other_resources(context, member, &services));
    statements.extend(fences::storage_denials(context, member));
    statements.extend(fences::tenant_denials(context, member));
    statements.extend(fences::runtime_denials(context, member));
    statements.extend(services.into_iter().flat_map(|service| service.deny));
    statements.extend(member.access.limits.denials(&member.access.services));
    statements
}

/// The inline policy of a membership's role in the attribute model: [`pass_role_policy`] without what is
/// denied to everybody, and a denial of everything while a tag is missing that the shared policies ask
/// for.
///
/// # Errors
/// [`PolicyError`] as for [`pass_role_policy`].
pub fn attribute_role_policy(
    context: &PolicyContext<'_>,
    member: &MemberAccess<'_>,
) -> Result<Document, PolicyError> {
    member.check(context)?;
    let mut statements = statements(context, member);
    statements.extend(deny_untagged());
    fitting(statements, member)
}

fn fitting(statements: Vec<Statement>, member: &MemberAccess<'_>) -> Result<Document, PolicyError> {
    sized(
        Document::new(statements),
        format!("the inline policy of the role `{}`", member.role_arn),
        PolicyType::RoleInline,
        "share fewer datasets with the user's groups, grant fewer locations, switch on fewer services, or approve fewer subnets and security groups",
    )
}

/// Denies everything to a role whose tags are missing. Other statements ask for the tags'
/// values by variables, and AWS does not promise what a variable without a value does.
///
/// Source: *IAM policy elements: Variables and tags*
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>).
pub(super) fn deny_untagged() -> [Statement; 2] {
    [("Project", PROJECT), ("User", USER)].map(|(sid, key)| {
        Statement::deny(format!("DenyWithout{sid}"))
            .actions(["*"])
            .resources(["*"])
            .when(Operator::Null, format!("aws:PrincipalTag/{key}"), ["true"])
    })
}

fn allows(context: &PolicyContext<'_>, member: &MemberAccess<'_>) -> Vec<Statement> {
    let mut all = vec![
        Statement::allow("PassOwnRole")
            .actions(["iam:PassRole"])
            .resources([member.role_arn])
            .when(
                Operator::StringEquals,
                "iam:PassedToService",
                fences::passed_to(member),
            ),
    ];
    let anywhere = fences::any_groups(context);
    if !anywhere.is_empty() {
        all.push(
            Statement::allow("WriteLogs")
                .actions([
                    "logs:CreateLogGroup",
                    "logs:CreateLogStream",
                    "logs:PutLogEvents",
                ])
                .resources(anywhere),
        );
    }
    // The shared policy of the attribute model knows the project's name by a variable, which has one
    // spelling.
    if let Some(names) = member.names().only_lower() {
        let services: Vec<Service> = member.access.services.names().collect();
        let statements = own_resources(context, &names, &services);
        all.extend(statements.into_iter().map(|statement| Statement {
            sid: statement.sid.map(|sid| format!("Lower{sid}")),
            ..statement
        }));
    }
    if !member.published.is_empty() {
        let prefixes = member.published.iter().map(fences::published_prefix);
        all.push(
            Statement::allow("Publish")
                .actions(OBJECT)
                .resources(prefixes.map(|prefix| context.objects(&prefix))),
        );
    }
    all.extend(granted(context, member.grants));
    all
}

/// Allows what the grants open: one statement for each kind of access, since the statements of many
/// grants would not fit.
///
/// Which prefixes of a bucket can be listed is decided by the denials ([`fences::storage_denials`]).
fn granted(context: &PolicyContext<'_>, grants: &[BucketGrant]) -> Vec<Statement> {
    let account = context.account;
    let mut all = Vec::new();
    for (write, sid, objects, keys) in [
        (false, "Read", &OBJECT_READ[..], &DECRYPT[..]),
        (true, "Write", &OBJECT[..], &USE_KEY[..]),
    ] {
        let of = || grants.iter().filter(|grant| grant.write == write);
        let patterns: Vec<String> = of()
            .flat_map(|grant| {
                let prefixes = grant.all_prefixes().into_iter();
                prefixes.map(|prefix| account.object_arn(&grant.bucket, &format!("{prefix}*")))
            })
            .collect();
        if !patterns.is_empty() {
            all.push(
                Statement::allow(format!("Grant{sid}"))
                    .actions(objects.to_vec())
                    .resources(patterns),
            );
        }
        let arns: BTreeSet<&String> = of()
            .filter_map(|grant| grant.kms_key_arn.as_ref())
            .collect();
        if !arns.is_empty() {
            all.push(
                Statement::allow(format!("GrantKey{sid}"))
                    .actions(keys.to_vec())
                    .resources(arns),
            );
        }
    }
    let buckets: BTreeSet<&str> = grants.iter().map(|grant| grant.bucket.as_str()).collect();
    if !buckets.is_empty() {
        all.push(
            Statement::allow("GrantListing")
                .actions(["s3:ListBucket"])
                .resources(buckets.into_iter().map(|bucket| account.bucket_arn(bucket))),
        );
    }
    all
}
