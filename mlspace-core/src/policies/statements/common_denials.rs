//! Denials that are the same for every membership.

use super::actions::{NOTEBOOK, NOTEBOOK_TYPE, TYPES};
use crate::policies::context::GrantContext;
use iam_policy::{Operator, Statement};

/// Denies SageMaker actions that no tag allows: other resource types, listings, administration of
/// notebook instances, changes of tags.
pub(in crate::policies) fn sagemaker_denials(context: &GrantContext<'_>) -> [Statement; 4] {
    let types = TYPES.iter().copied().chain([NOTEBOOK_TYPE]);
    [
        // Actions without a resource type, such as ListModels and Search, have the resource `*`,
        // which none of these patterns matches: they are denied too.
        Statement::deny("DenyOtherSageMaker")
            .actions(["sagemaker:*"])
            .not_resources(types.map(|resource_type| context.sagemaker(resource_type))),
        Statement::deny("DenyNotebookAdministration")
            .not_actions(NOTEBOOK)
            .resources([context.sagemaker(NOTEBOOK_TYPE)]),
        // `sagemaker:TaggingAction` is the create call that AddTags is part of. It is absent
        // otherwise.
        Statement::deny("DenyTagExisting")
            .actions(["sagemaker:AddTags"])
            .resources(["*"])
            .when(Operator::Null, "sagemaker:TaggingAction", ["true"]),
        Statement::deny("DenyUntag")
            .actions(["sagemaker:DeleteTags"])
            .resources(["*"]),
    ]
}

/// Denies the administration of identities and keys, and access to the platform's records.
pub(in crate::policies) fn administration_denials() -> [Statement; 4] {
    [
        // All of IAM except PassRole, which has its own statements.
        Statement::deny("DenyIdentity")
            .actions([
                "iam:A*", "iam:C*", "iam:D*", "iam:E*", "iam:G*", "iam:L*", "iam:Pu*", "iam:R*",
                "iam:S*", "iam:T*", "iam:U*",
            ])
            .resources(["*"]),
        Statement::deny("DenyOtherIdentity")
            .actions(["organizations:*", "sts:AssumeRole*", "sts:TagSession"])
            .resources(["*"]),
        Statement::deny("DenyTables")
            .actions(["dynamodb:*"])
            .resources(["*"]),
        Statement::deny("DenyKeyAdministration")
            .actions([
                "kms:Cancel*",
                "kms:Connect*",
                "kms:CreateAlias",
                "kms:CreateCustom*",
                "kms:CreateKey",
                "kms:Delete*",
                "kms:Disable*",
                "kms:Disconnect*",
                "kms:Enable*",
                "kms:Import*",
                "kms:Put*",
                "kms:Replicate*",
                "kms:Retire*",
                "kms:Revoke*",
                "kms:Rotate*",
                "kms:Schedule*",
                "kms:Synchronize*",
                "kms:Tag*",
                "kms:Untag*",
                "kms:Update*",
            ])
            .resources(["*"]),
    ]
}

/// Denies creating grants on keys, except for AWS services.
pub(in crate::policies) fn key_grant_denial() -> Statement {
    Statement::deny("DenyOwnGrants")
        .actions(["kms:CreateGrant"])
        .resources(["*"])
        .when(
            Operator::Bool.if_exists(),
            "kms:GrantIsForAWSResource",
            ["false"],
        )
}
