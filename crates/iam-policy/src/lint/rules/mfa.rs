//! Multi-factor authentication: keys that requests with long-term access keys do not have.
//!
//! Source: "AWS global condition context keys", `aws:MultiFactorAuthPresent`
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>).

use super::super::reporter::Reporter;
use super::super::rule::Examples;
use super::super::scope::{Scope, StatementContext, holds_when_absent};
use crate::{Condition, Operator, PolicyType};

const KEYS: [&str; 2] = ["aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"];

pub(super) const MFA_KEY_ABSENT: Examples = Examples {
    policy_type: PolicyType::Managed,
    bad: r#"{"Sid": "NeedMfa", "Effect": "Deny", "Action": "sagemaker:DeleteDomain", "Resource": "*",
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}"#,
    good: Some(
        r#"{"Sid": "NeedMfa", "Effect": "Deny", "Action": "sagemaker:DeleteDomain", "Resource": "*",
        "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}"#,
    ),
};

/// L23.
pub(super) fn mfa_key_absent(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    for context in &scope.statements {
        for condition in &context.statement.conditions {
            if !is_about_mfa(condition) || condition.operator.comparison == Operator::Null {
                continue;
            }
            let operator = condition.operator;
            let key = &condition.key;
            if context.denies() && demands_mfa(condition) && !denied_when_absent(scope) {
                let mut lenient = operator;
                lenient.if_exists = true;
                reporter.condition(
                    context,
                    condition,
                    format!("requests with long-term access keys have no `{key}`, so the Deny does not apply to them"),
                    format!("write `{lenient}`"),
                );
            } else if context.allows() && holds_when_absent(condition) && !context.requires(key) {
                let mut strict = operator;
                strict.if_exists = false;
                reporter.condition(
                    context,
                    condition,
                    format!("requests with long-term access keys have no `{key}`, and the Allow applies to them"),
                    format!("write `{strict}`, or require the key with `Null`"),
                );
            }
        }
    }
}

fn is_about_mfa(condition: &Condition) -> bool {
    KEYS.iter()
        .any(|key| condition.key.as_str().eq_ignore_ascii_case(key))
}

/// Whether the condition of a Deny selects requests without recent multi-factor authentication, but
/// not those without the key.
fn demands_mfa(condition: &Condition) -> bool {
    let selects = match condition.operator.comparison {
        Operator::Bool => condition
            .values
            .iter()
            .any(|value| value.eq_ignore_ascii_case("false")),
        Operator::NumericGreaterThan | Operator::NumericGreaterThanEquals => true,
        _ => false,
    };
    selects && !holds_when_absent(condition)
}

/// Whether a Deny applies to requests without the keys.
fn denied_when_absent(scope: &Scope<'_>) -> bool {
    let covers = |context: &StatementContext<'_>| {
        let mut conditions = context.statement.conditions.iter();
        context.denies()
            && conditions.any(|condition| is_about_mfa(condition) && holds_when_absent(condition))
    };
    scope.statements.iter().any(covers)
}
