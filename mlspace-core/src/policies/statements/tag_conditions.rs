//! Conditions on the tags `system`, `project` and `user`, which tie SageMaker resources to tenants.

use super::actions::{CREATE_ENDPOINT, CREATE_PATTERNS};
use crate::policies::context::GrantContext;
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

impl RequiredTag<'_> {
    /// Denies requests without the tag, or with another value of it.
    pub(in crate::policies) fn denials(&self, context: &GrantContext<'_>) -> [Statement; 5] {
        let sid = self.sid;
        let request = format!("aws:RequestTag/{}", self.key);
        let resource = format!("aws:ResourceTag/{}", self.key);
        [
            Statement::deny(format!("DenyCreateForOther{sid}"))
                .actions(CREATE_PATTERNS)
                .resources(["*"])
                .when(Operator::StringNotEquals, request.as_str(), [self.value]),
            // CreateEndpoint is authorized on the endpoint configuration too. It exists already and
            // gets no tag of the request.
            Statement::deny(format!("DenyCreateEndpointForOther{sid}"))
                .actions([CREATE_ENDPOINT])
                .not_resources([context.sagemaker("endpoint-config")])
                .when(Operator::StringNotEquals, request.as_str(), [self.value]),
            // A configuration without the tag has no owner. Whether it can be used is left to the
            // Allow statements.
            Statement::deny(format!("DenyEndpointConfigOfOther{sid}"))
                .actions([CREATE_ENDPOINT])
                .resources([context.sagemaker("endpoint-config")])
                .when(Operator::Null, resource.as_str(), ["false"])
                .when(Operator::StringNotEquals, resource.as_str(), [self.value]),
            // `NotAction` covers actions that AWS adds later. A request that creates a resource has
            // no resource tag yet, so it is an exception.
            Statement::deny(format!("DenyResourceOfOther{sid}"))
                .not_actions(["sagemaker:AddTags", "sagemaker:Create*"])
                .resources([context.sagemaker("*")])
                .when(Operator::StringNotEquals, resource.as_str(), [self.value]),
            // SageMaker authorizes AddTags separately within a create call, so the tags are checked
            // here again.
            Statement::deny(format!("DenyTagForOther{sid}"))
                .actions(["sagemaker:AddTags"])
                .resources(["*"])
                .when(Operator::Null, request.as_str(), ["false"])
                .when(Operator::StringNotEquals, request.as_str(), [self.value]),
        ]
    }
}
