//! Tags, roles and administration.

use super::actions::{ADMINISTRATION, TAGGED};
use super::deny;
use crate::policies::catalog::arguments::Arguments;
use crate::policies::catalog::template::{Documents, Statements};
use iam_policy::{Document, Operator, Statement};

/// Each tag has a statement of its own: one statement with multiple `Null` conditions would deny
/// only requests that lack all tags. In addition to the tenant's tag, requests must have
/// `required_tags` with any value, by default `cost-center`.
pub(super) fn required_tags(arguments: &Arguments) -> Statements {
    let tenant = arguments.string("tenant_tag")?;
    let default = ["cost-center".to_owned()];
    let required = arguments
        .optional_strings("required_tags")
        .unwrap_or(&default);
    let mut statements = vec![deny("OtherTenant", TAGGED).when(
        Operator::StringNotEquals,
        format!("aws:RequestTag/{tenant}"),
        [format!("${{aws:PrincipalTag/{tenant}}}")],
    )];
    statements.extend(required.iter().enumerate().map(|(n, tag)| {
        deny(&format!("MissingTag{}", n + 1), TAGGED).when(
            Operator::Null,
            format!("aws:RequestTag/{tag}"),
            ["true"],
        )
    }));
    Ok(statements)
}

/// `sagemaker:TaggingAction` is the create call that AddTags is part of. It is absent otherwise.
///
/// The name of a tag in a condition key is compared without regard to case, so that a tag `Project`
/// is read as `aws:ResourceTag/project`, and so are the keys here. Session tags override the tags
/// of the role that is assumed.
pub(super) fn protected_tags(arguments: &Arguments) -> Statements {
    let tags = arguments.non_empty_strings("protected_tags")?;
    let protected = |statement: Statement| {
        statement.when(
            Operator::StringEqualsIgnoreCase.for_any_value(),
            "aws:TagKeys",
            tags,
        )
    };
    Ok(vec![
        protected(deny("Retag", ["sagemaker:AddTags"])).when(
            Operator::Null,
            "sagemaker:TaggingAction",
            ["true"],
        ),
        protected(deny("Untag", ["sagemaker:DeleteTags"])),
        protected(deny(
            "RetagPrincipal",
            [
                "iam:TagRole",
                "iam:TagUser",
                "iam:UntagRole",
                "iam:UntagUser",
            ],
        )),
        protected(deny("TagSession", ["sts:TagSession"])),
    ])
}

pub(super) fn administration(_: &Arguments) -> Statements {
    Ok(vec![deny("PlatformAdministration", ADMINISTRATION)])
}

pub(super) fn approval(_: &Arguments) -> Statements {
    Ok(vec![
        deny(
            "Approve",
            [
                "sagemaker:CreateModelPackage",
                "sagemaker:UpdateModelPackage",
            ],
        )
        .when(
            Operator::StringEquals,
            "sagemaker:ModelApprovalStatus",
            ["Approved"],
        ),
    ])
}

/// The boundary is `boundary_policy_arn`, by default a policy `ml-boundary`. Roles and users are
/// created with it only, and users get permissions only while they have it. The roles
/// `guarded_role_arns`, by default those under the path `/ml/`, cannot be edited, tagged or deleted.
pub(super) fn self_protection(arguments: &Arguments) -> Statements {
    let (partition, account) = (
        arguments.string("partition")?,
        arguments.string("account_id")?,
    );
    let default_boundary = [format!("arn:{partition}:iam::{account}:policy/ml-boundary")];
    let default_roles = [format!("arn:{partition}:iam::{account}:role/ml/*")];
    let boundary = arguments
        .optional_strings("boundary_policy_arn")
        .unwrap_or(&default_boundary);
    let guarded = arguments
        .optional_strings("guarded_role_arns")
        .unwrap_or(&default_roles);
    Ok(vec![
        deny(
            "ChangeBoundary",
            [
                "iam:DeleteRolePermissionsBoundary",
                "iam:DeleteUserPermissionsBoundary",
                "iam:PutRolePermissionsBoundary",
                "iam:PutUserPermissionsBoundary",
            ],
        ),
        deny(
            "WithoutBoundary",
            [
                "iam:AttachUserPolicy",
                "iam:CreateRole",
                "iam:CreateUser",
                "iam:PutUserPolicy",
            ],
        )
        .when(
            Operator::StringNotEquals,
            "iam:PermissionsBoundary",
            boundary,
        ),
        Statement::deny("EditBoundary")
            .actions([
                "iam:CreatePolicyVersion",
                "iam:DeletePolicy",
                "iam:DeletePolicyVersion",
                "iam:SetDefaultPolicyVersion",
            ])
            .resources(boundary),
        Statement::deny("EditGuardedRoles")
            .actions([
                "iam:AttachRolePolicy",
                "iam:DeleteRole",
                "iam:DeleteRolePolicy",
                "iam:DetachRolePolicy",
                "iam:PutRolePolicy",
                "iam:TagRole",
                "iam:UntagRole",
                "iam:UpdateAssumeRolePolicy",
                "iam:UpdateRole",
                "iam:UpdateRoleDescription",
            ])
            .resources(guarded),
    ])
}

/// The Deny statement applies if another policy allows more.
pub(super) fn pass_role(arguments: &Arguments) -> Documents {
    let roles = arguments.non_empty_strings("exec_role_arns")?;
    let to_sagemaker = |statement: Statement| {
        statement.actions(["iam:PassRole"]).when(
            Operator::StringEquals,
            "iam:PassedToService",
            ["sagemaker.amazonaws.com"],
        )
    };
    Ok(vec![Document::new([
        to_sagemaker(Statement::allow("PassNamedRoles")).resources(roles),
        to_sagemaker(Statement::deny("PassOtherRoles")).not_resources(roles),
    ])])
}
