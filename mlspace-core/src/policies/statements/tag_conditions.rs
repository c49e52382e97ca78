//! Conditions on the tags `system`, `project` and `user`, which tie SageMaker resources to tenants.

use crate::policies::context::PolicyContext;
use iam_policy::{Operator, Statement};

/// The role's project, from its tag.
pub(in crate::policies) const OWN_PROJECT: &str = "${aws:PrincipalTag/project}";
/// The role's user, from its tag.
pub(in crate::policies) const OWN_USER: &str = "${aws:PrincipalTag/user}";

/// A tag that resources of a membership must have, with the value that one policy requires.
pub(in crate::policies) struct RequiredTag<'a> {
    /// The tag's key.
    pub(in crate::policies) key: &'static str,
    /// The key as written in Sids.
    pub(in crate::policies) sid: &'static str,
    /// The required value.
    pub(in crate::policies) value: &'a str,
}

/// The actions to which a required tag applies.
pub(in crate::policies) struct TaggedActions<'a> {
    /// Actions that create a resource with the request's tags.
    pub(in crate::policies) create: &'a [&'a str],
    /// Types of resources that are created from existing ones. Such a call is authorized on these
    /// too: they have tags of their own, and the request's tags are not for them.
    pub(in crate::policies) created_from: &'a [(&'a str, &'a str)],
    /// Actions on resources that can lack the tag, and then are told apart by name only.
    pub(in crate::policies) untagged: &'a [&'a str],
    /// Actions that the tag does not restrict.
    pub(in crate::policies) any: &'a [&'a str],
}

impl RequiredTag<'_> {
    /// Denies resources without the tag, or with another value of it.
    pub(in crate::policies) fn denials(
        &self,
        context: &PolicyContext<'_>,
        actions: &TaggedActions<'_>,
    ) -> Vec<Statement> {
        let (request, resource) = (
            format!("aws:RequestTag/{}", self.key),
            format!("aws:ResourceTag/{}", self.key),
        );
        let sid = self.sid;
        let exempt = ["sagemaker:AddTags", "sagemaker:Create*"];
        let exempt = exempt.iter().chain(actions.untagged).chain(actions.any);
        let mut all = vec![
            Statement::deny(format!("DenyCreateForOther{sid}"))
                .actions(actions.create.to_vec())
                .not_resources([context.sagemaker_type("endpoint-config")])
                .when(Operator::StringNotEquals, request.as_str(), [self.value]),
            // `NotAction` covers actions that AWS adds later.
            Statement::deny(format!("DenyResourceOfOther{sid}"))
                .not_actions(exempt.copied())
                .resources([context.sagemaker("*")])
                .when(Operator::StringNotEquals, resource, [self.value]),
        ];
        all.extend(actions.created_from.iter().map(|(action, kind)| {
            let name = action.trim_start_matches("sagemaker:");
            Statement::deny(format!("Deny{name}ForOther{sid}"))
                .actions([*action])
                .resources([context.sagemaker_type(kind)])
                .when(Operator::StringNotEquals, request.as_str(), [self.value])
        }));
        all
    }

    /// Denies tagging and creating with what belongs to another tenant. SageMaker shows the tags that a
    /// resource is being created with as its tags.
    pub(in crate::policies) fn deny_creating_with_other(
        &self,
        actions: &TaggedActions<'_>,
    ) -> Statement {
        let resource = format!("aws:ResourceTag/{}", self.key);
        let create = ["sagemaker:AddTags", "sagemaker:Create*"];
        Statement::deny(format!("DenyOther{}", self.sid))
            .actions(create.iter().chain(actions.untagged).copied())
            .resources(["*"])
            .when(Operator::Null, resource.as_str(), ["false"])
            .when(Operator::StringNotEquals, resource, [self.value])
    }

    /// Denies giving a resource the tag of another tenant, whatever the resource is.
    pub(in crate::policies) fn deny_tagging_for_other(&self) -> Statement {
        let request = format!("aws:RequestTag/{}", self.key);
        Statement::deny(format!("DenyTagForOther{}", self.sid))
            .actions(["sagemaker:AddTags", "sagemaker:Create*"])
            .resources(["*"])
            .when(Operator::Null, request.as_str(), ["false"])
            .when(Operator::StringNotEquals, request, [self.value])
    }
}

/// Denies tags whose keys are those of tenants in other upper and lower case. IAM compares keys
/// without case, so that a condition on `project` could read the tag `Project`.
///
/// The patterns match the spellings of `project` with at least one capital letter and, of other
/// words, only those of seven letters with `j` in the middle. Of the other keys every spelling would
/// have to be listed: the usual ones are.
pub(in crate::policies) fn deny_other_case() -> Statement {
    Statement::deny("DenyOtherCase")
        .actions(["sagemaker:AddTags", "sagemaker:Create*"])
        .resources(["*"])
        .when(
            Operator::StringLike.for_any_value(),
            "aws:TagKeys",
            [
                "???J???", "P??j???", "?R?j???", "??Oj???", "???jE??", "???j?C?", "???j??T",
                "SYSTEM", "System", "USER", "User", "uSER",
            ],
        )
}
