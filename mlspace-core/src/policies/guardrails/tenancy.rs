//! Tags, roles, and who administers what.

use super::actions::{ADMINISTRATION, TAGGED};
use super::deny;
use super::parameters::{GuardrailError, Reader};
use iam_policy::{Operator, Statement};

type Statements = Result<Vec<Statement>, GuardrailError>;

/// A statement for each tag: several keys under one `Null` would only catch a request that lacks all of them. Beside the tenant's, it is
/// `required_tags` that must be there, with any value: `cost-center` unless said otherwise.
pub(super) fn required_tags(parameters: &Reader<'_>) -> Statements {
    let tenant = parameters.one("tenant_tag")?;
    let required = parameters
        .optional("required_tags")?
        .unwrap_or_else(|| vec!["cost-center".to_owned()]);
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

/// `sagemaker:TaggingAction` names the create call that AddTags is part of, and is absent otherwise.
pub(super) fn protected_tags(parameters: &Reader<'_>) -> Statements {
    let tags = parameters.list("protected_tags")?;
    let protected = |statement: Statement| {
        statement.when(
            Operator::StringEquals.for_any_value(),
            "aws:TagKeys",
            tags.clone(),
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
    ])
}

pub(super) fn administration(_: &Reader<'_>) -> Statements {
    Ok(vec![deny("PlatformAdministration", ADMINISTRATION)])
}

pub(super) fn approval(_: &Reader<'_>) -> Statements {
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

/// The boundary is `boundary_policy_arn`, a policy `ml-boundary` unless said otherwise; the roles whose policies nobody may edit are
/// `guarded_role_arns`, those under the path `/ml/`.
pub(super) fn self_protection(parameters: &Reader<'_>) -> Statements {
    let (partition, account) = (parameters.one("partition")?, parameters.one("account_id")?);
    let boundary = parameters
        .optional("boundary_policy_arn")?
        .unwrap_or_else(|| vec![format!("arn:{partition}:iam::{account}:policy/ml-boundary")]);
    let guarded = parameters
        .optional("guarded_role_arns")?
        .unwrap_or_else(|| vec![format!("arn:{partition}:iam::{account}:role/ml/*")]);
    Ok(vec![
        deny(
            "ChangeBoundary",
            [
                "iam:DeleteRolePermissionsBoundary",
                "iam:PutRolePermissionsBoundary",
            ],
        ),
        deny("RoleWithoutBoundary", ["iam:CreateRole"]).when(
            Operator::StringNotEquals,
            "iam:PermissionsBoundary",
            boundary.clone(),
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
                "iam:DeleteRolePolicy",
                "iam:DetachRolePolicy",
                "iam:PutRolePolicy",
                "iam:UpdateAssumeRolePolicy",
            ])
            .resources(guarded),
    ])
}

/// The Deny is what holds where another policy allows more.
pub(super) fn pass_role(parameters: &Reader<'_>) -> Statements {
    let roles = parameters.list("exec_role_arns")?;
    let to_sagemaker = |statement: Statement| {
        statement.actions(["iam:PassRole"]).when(
            Operator::StringEquals,
            "iam:PassedToService",
            ["sagemaker.amazonaws.com"],
        )
    };
    Ok(vec![
        to_sagemaker(Statement::allow("PassNamedRoles")).resources(roles.clone()),
        to_sagemaker(Statement::deny("PassOtherRoles")).not_resources(roles),
    ])
}
