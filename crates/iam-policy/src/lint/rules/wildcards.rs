//! Wildcards under operators that compare them as characters.

use super::super::reporter::Reporter;
use super::super::rule::Examples;
use super::super::service_reference;
use crate::{Condition, ConditionOperator, Operator, PolicyType};

pub(super) const WILDCARD_WITHOUT_LIKE: Examples = Examples {
    policy_type: PolicyType::ServiceControl,
    bad: r#"{"Sid": "AdminsOnly", "Effect": "Deny", "Action": "sagemaker:DeleteDomain", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin-*"}}}"#,
    good: Some(
        r#"{"Sid": "AdminsOnly", "Effect": "Deny", "Action": "sagemaker:DeleteDomain", "Resource": "*",
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin-*"}}}"#,
    ),
};

/// L21.
pub(super) fn wildcard_without_like(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    for context in &scope.statements {
        for condition in &context.statement.conditions {
            let Some(like) = operator_with_wildcards(condition) else {
                continue;
            };
            let Some(value) = condition.values.iter().find(|value| has_wildcard(value)) else {
                continue;
            };
            let operator = condition.operator;
            let outcome = if operator.comparison.is_negated() {
                "so it never excludes what the pattern seems to match"
            } else {
                "so it does not match what the pattern seems to match"
            };
            reporter.condition(
                context,
                condition,
                format!(
                    "`{operator}` compares the wildcard in `{value}` as a character, {outcome}"
                ),
                format!("write `{like}`, or `${{*}}` for the character itself"),
            );
        }
    }
}

/// The operator that reads wildcards, if the condition's operator does not.
fn operator_with_wildcards(condition: &Condition) -> Option<ConditionOperator> {
    let arn = service_reference::known(&condition.key).is_some_and(|key| key.value_type == "ARN");
    let comparison = match (condition.operator.comparison, arn) {
        (Operator::StringEquals | Operator::StringEqualsIgnoreCase, false) => Operator::StringLike,
        (Operator::StringNotEquals | Operator::StringNotEqualsIgnoreCase, false) => {
            Operator::StringNotLike
        }
        (Operator::StringEquals | Operator::StringEqualsIgnoreCase, true) => Operator::ArnLike,
        (Operator::StringNotEquals | Operator::StringNotEqualsIgnoreCase, true) => {
            Operator::ArnNotLike
        }
        _ => return None,
    };
    Some(ConditionOperator {
        comparison,
        ..condition.operator
    })
}

/// Whether `*` or `?` is outside of policy variables and of the escapes `${*}` and `${?}`.
fn has_wildcard(value: &str) -> bool {
    let mut rest = value;
    while let Some((before, behind)) = rest.split_once("${") {
        if before.contains(['*', '?']) {
            return true;
        }
        match behind.split_once('}') {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    rest.contains(['*', '?'])
}
