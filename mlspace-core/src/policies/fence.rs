//! Statements that tie SageMaker to the tags `system`, `project` and `user`, and close what no role may reach.

use super::actions::{CREATE_ENDPOINT, CREATE_PATTERNS, NOTEBOOK, NOTEBOOK_TYPE, TYPES};
use super::context::GrantContext;
use iam_policy::{Operator, Statement};

/// A tag that a membership's resources bear, as one policy knows it.
pub(super) struct TagFence<'a> {
    /// The tag's key.
    pub(super) key: &'static str,
    /// The key as it stands in Sids.
    pub(super) sid: &'static str,
    /// The value that is required.
    pub(super) value: &'a str,
}

impl TagFence<'_> {
    /// Denies whatever would be done without the tag, or with another value of it.
    pub(super) fn denials(&self, context: &GrantContext<'_>) -> [Statement; 5] {
        let sid = self.sid;
        let request = format!("aws:RequestTag/{}", self.key);
        let resource = format!("aws:ResourceTag/{}", self.key);
        [
            Statement::deny(format!("DenyCreateForOther{sid}"))
                .actions(CREATE_PATTERNS)
                .resources(["*"])
                .when(Operator::StringNotEquals, request.as_str(), [self.value]),
            // Not on the endpoint configuration: it exists already and gets no tag of the request.
            Statement::deny(format!("DenyCreateEndpointForOther{sid}"))
                .actions([CREATE_ENDPOINT])
                .not_resources([context.sagemaker("endpoint-config")])
                .when(Operator::StringNotEquals, request.as_str(), [self.value]),
            // A configuration without the tag is nobody's, and so left to the grant; one of another owner is not.
            Statement::deny(format!("DenyEndpointConfigOfOther{sid}"))
                .actions([CREATE_ENDPOINT])
                .resources([context.sagemaker("endpoint-config")])
                .when(Operator::Null, resource.as_str(), ["false"])
                .when(Operator::StringNotEquals, resource.as_str(), [self.value]),
            // All actions on existing resources, also those that AWS adds later. What creates has no resource tag yet.
            Statement::deny(format!("DenyResourceOfOther{sid}"))
                .not_actions(["sagemaker:AddTags", "sagemaker:Create*"])
                .resources([context.sagemaker("*")])
                .when(Operator::StringNotEquals, resource.as_str(), [self.value]),
            // The tags of a create call are checked there; this keeps its AddTags from carrying others.
            Statement::deny(format!("DenyTagForOther{sid}"))
                .actions(["sagemaker:AddTags"])
                .resources(["*"])
                .when(Operator::Null, request.as_str(), ["false"])
                .when(Operator::StringNotEquals, request.as_str(), [self.value]),
        ]
    }
}

/// Denies what no tag opens: other types of resources, listings, administration of notebooks, changes of tags.
pub(super) fn sagemaker_denials(context: &GrantContext<'_>) -> [Statement; 4] {
    let types = TYPES.iter().copied().chain([NOTEBOOK_TYPE]);
    [
        // Actions without a resource, such as ListModels and Search, are on `*`, which no pattern here matches.
        Statement::deny("DenyOtherSageMaker")
            .actions(["sagemaker:*"])
            .not_resources(types.map(|kind| context.sagemaker(kind))),
        Statement::deny("DenyNotebookAdministration")
            .not_actions(NOTEBOOK)
            .resources([context.sagemaker(NOTEBOOK_TYPE)]),
        // `sagemaker:TaggingAction` names the create call that AddTags is part of, and is absent otherwise.
        Statement::deny("DenyTagExisting")
            .actions(["sagemaker:AddTags"])
            .resources(["*"])
            .when(Operator::Null, "sagemaker:TaggingAction", ["true"]),
        Statement::deny("DenyUntag")
            .actions(["sagemaker:DeleteTags"])
            .resources(["*"]),
    ]
}

/// Denies administration of identities, of keys and of the platform's records.
pub(super) fn administration_denials() -> [Statement; 4] {
    [
        // All of IAM but PassRole, which has its own statements.
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

/// Denies grants on keys to anybody but AWS services.
pub(super) fn key_grant_denial() -> Statement {
    Statement::deny("DenyOwnGrants")
        .actions(["kms:CreateGrant"])
        .resources(["*"])
        .when(
            Operator::Bool.if_exists(),
            "kms:GrantIsForAWSResource",
            ["false"],
        )
}
