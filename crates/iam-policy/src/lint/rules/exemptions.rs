//! Principals that a Deny exempts.

use super::super::reporter::Reporter;
use super::super::rule::Examples;
use super::super::scope::{Scope, StatementContext};
use super::values;
use crate::{Operator, PolicyType, SetQualifier};

const PRINCIPAL_TAG: &str = "aws:principaltag/";

pub(super) const EXEMPTION_BY_MUTABLE_TAG: Examples = Examples {
    policy_type: PolicyType::ServiceControl,
    bad: r#"{"Sid": "AdminsOnly", "Effect": "Deny", "Action": "sagemaker:DeleteDomain", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:PrincipalTag/team": "admin"}}}"#,
    good: Some(
        r#"{"Sid": "AdminsOnly", "Effect": "Deny", "Action": "sagemaker:DeleteDomain", "Resource": "*",
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}}}"#,
    ),
};

/// L11.
pub(super) fn exemption_by_mutable_tag(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    for context in scope.statements.iter().filter(|context| context.denies()) {
        for condition in &context.statement.conditions {
            let name = condition.key.as_str().to_ascii_lowercase();
            let Some(tag) = name.strip_prefix(PRINCIPAL_TAG) else {
                continue;
            };
            let exempts = condition.operator.comparison.is_negated()
                // A comparison with another tag or request key is a match of the two, not a list of
                // exempt principals.
                && condition.values.iter().all(|value| values::variables(value).is_empty());
            if exempts && !is_protected(scope, tag) {
                reporter.condition(
                    context,
                    condition,
                    format!("the Deny exempts principals by `{}`, a tag that everyone who is allowed to tag roles can set", condition.key),
                    "exempt principals by `aws:PrincipalArn`, or deny `iam:TagRole` and `iam:UntagRole` for this tag",
                );
            }
        }
    }
}

/// Whether a Deny prevents setting the tag on roles.
fn is_protected(scope: &Scope<'_>, tag: &str) -> bool {
    scope
        .statements
        .iter()
        .any(|context| context.denies() && context.covers("iam:TagRole") && protects(context, tag))
}

fn protects(context: &StatementContext<'_>, tag: &str) -> bool {
    context.statement.conditions.iter().all(|condition| {
        condition.operator.qualifier == Some(SetQualifier::ForAnyValue)
            && matches!(
                condition.operator.comparison,
                Operator::StringEquals | Operator::StringEqualsIgnoreCase
            )
            && condition.key.as_str().eq_ignore_ascii_case("aws:TagKeys")
            && condition
                .values
                .iter()
                .any(|value| value.eq_ignore_ascii_case(tag))
    })
}
