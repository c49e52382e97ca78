//! Condition keys that an action does not carry.

use std::collections::BTreeSet;

use super::super::reporter::Reporter;
use super::super::rule::Examples;
use super::super::scope::{StatementContext, holds_when_absent};
use super::super::service_reference::{self, ActionDefinition};
use crate::{Condition, ConditionKey, PolicyType};

pub(super) const DENY_ALWAYS_FIRES: Examples = Examples {
    policy_type: PolicyType::ServiceControl,
    bad: r#"{"Sid": "RequireSubnets", "Effect": "Deny",
        "Action": ["sagemaker:CreateModel", "sagemaker:CreateTransformJob"], "Resource": "*",
        "Condition": {"Null": {"sagemaker:VpcSubnets": "true"}}}"#,
    good: Some(
        r#"{"Sid": "RequireSubnets", "Effect": "Deny", "Action": "sagemaker:CreateModel", "Resource": "*",
        "Condition": {"Null": {"sagemaker:VpcSubnets": "true"}}}"#,
    ),
};

/// Whether a condition of the statement needs a key that the action does not carry.
fn never_holds(context: &StatementContext<'_>, action: &ActionDefinition) -> bool {
    let mut conditions = context.statement.conditions.iter();
    conditions.any(|other| !holds_when_absent(other) && action.carries(&other.key) == Some(false))
}

/// L03.
pub(super) fn deny_always_fires(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    for context in scope.statements.iter().filter(|context| context.denies()) {
        for condition in &context.statement.conditions {
            if !holds_when_absent(condition) || requires_resource_tags(context, &condition.key) {
                continue;
            }
            let without: Vec<&ActionDefinition> = context
                .patterns
                .iter()
                .filter(|pattern| !(pattern.wildcard && is_request_tag(&condition.key)))
                .flat_map(|pattern| &pattern.actions)
                .copied()
                .filter(|action| action.carries(&condition.key) == Some(false))
                // If another condition needs a key that the action does not carry, nothing is
                // denied: L04 reports it.
                .filter(|action| !never_holds(context, action))
                .collect();
            if !without.is_empty() {
                reporter.condition(
                    context,
                    condition,
                    format!(
                        "{} always denied, because no request for it has `{}`",
                        names(&without, "is", "are"),
                        condition.key
                    ),
                    "name only actions that carry the key; to deny the others outright, use a statement without conditions",
                );
            }
        }
    }
}

pub(super) const CONDITION_NEVER_HOLDS: Examples = Examples {
    policy_type: PolicyType::Managed,
    bad: r#"{"Sid": "OwnMetrics", "Effect": "Allow",
        "Action": ["cloudwatch:PutMetricData", "cloudwatch:DescribeAlarms"], "Resource": "*",
        "Condition": {"StringEquals": {"cloudwatch:namespace": "fraud"}}}"#,
    good: Some(
        r#"{"Sid": "OwnMetrics", "Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*",
        "Condition": {"StringEquals": {"cloudwatch:namespace": "fraud"}}},
        {"Sid": "Alarms", "Effect": "Allow", "Action": "cloudwatch:DescribeAlarms", "Resource": "*"}"#,
    ),
};

/// L04.
pub(super) fn condition_never_holds(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    for context in &scope.statements {
        for condition in &context.statement.conditions {
            if holds_when_absent(condition) {
                continue;
            }
            let lacks = |action: &&ActionDefinition| action.carries(&condition.key) == Some(false);
            let mut without: Vec<&ActionDefinition> = Vec::new();
            for pattern in &context.patterns {
                let all = pattern.actions.iter().all(lacks);
                // The tables have all actions of their services, so the wildcard matches nothing
                // else. A pattern over all services also matches actions without a table.
                if all && !pattern.text.starts_with(['*', '?']) {
                    without.extend(&pattern.actions);
                }
            }
            if !without.is_empty() {
                let outcome = if context.allows() {
                    "allowed"
                } else {
                    "denied"
                };
                reporter.condition(
                    context,
                    condition,
                    format!(
                        "{} never {outcome} by this, because no request for it has `{}`",
                        names(&without, "is", "are"),
                        condition.key
                    ),
                    "move those actions to a statement without this condition",
                );
            }
        }
    }
}

pub(super) const REQUIRED_TAGS_ON_WILDCARD: Examples = Examples {
    policy_type: PolicyType::ServiceControl,
    bad: r#"{"Sid": "RequireProject", "Effect": "Deny", "Action": "sagemaker:Create*", "Resource": "*",
        "Condition": {"Null": {"aws:RequestTag/project": "true"}}}"#,
    good: Some(
        r#"{"Sid": "RequireProject", "Effect": "Deny",
        "Action": ["sagemaker:CreateModel", "sagemaker:CreateTrainingJob"], "Resource": "*",
        "Condition": {"Null": {"aws:RequestTag/project": "true"}}}"#,
    ),
};

/// L08.
pub(super) fn required_tags_on_wildcard(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    for context in scope.statements.iter().filter(|context| context.denies()) {
        for condition in &context.statement.conditions {
            if !holds_when_absent(condition) || !is_request_tag(&condition.key) {
                continue;
            }
            let wildcards = context.patterns.iter().filter(|pattern| pattern.wildcard);
            let without: Vec<&ActionDefinition> = wildcards
                .flat_map(|pattern| &pattern.actions)
                .copied()
                .filter(|action| action.carries(&condition.key) == Some(false))
                .filter(|action| !never_holds(context, action))
                .collect();
            if !without.is_empty() {
                reporter.at(
                    context,
                    &[context.action_member()],
                    format!(
                        "{} matched by a wildcard and cannot carry tags, so `{}` always denies it",
                        names(&without, "is", "are"),
                        condition.key
                    ),
                    "list the create actions that carry tags",
                );
            }
        }
    }
}

pub(super) const RENAMED_KEY: Examples = Examples {
    policy_type: PolicyType::ServiceControl,
    bad: r#"{"Sid": "ApprovedKey", "Effect": "Deny", "Action": "sagemaker:CreateTransformJob", "Resource": "*",
        "Condition": {"ArnNotLike": {
        "sagemaker:OutputKmsKey": "arn:aws:kms:*:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"}}}"#,
    good: Some(
        r#"{"Sid": "ApprovedKey", "Effect": "Deny", "Action": "sagemaker:CreateTransformJob", "Resource": "*",
        "Condition": {"ArnNotLike": {
        "sagemaker:OutputKmsKey": "arn:aws:kms:*:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "sagemaker:OutputKmsKeyArn": "arn:aws:kms:*:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"}}}"#,
    ),
};

/// L09.
pub(super) fn renamed_key(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    for context in &scope.statements {
        for condition in &context.statement.conditions {
            let renamed =
                service_reference::known(&condition.key).and_then(|key| key.renamed_to.as_deref());
            let Some(successor) = renamed else { continue };
            let named = scope.statements.iter().any(|other| {
                other.policy == context.policy
                    && other.statement.effect == context.statement.effect
                    && (other.index == context.index || shares_action(other, context))
                    && names_key(other, successor)
            });
            if !named {
                reporter.condition(
                    context,
                    condition,
                    format!(
                        "`{}` was renamed to `{successor}`, which is missing here",
                        condition.key
                    ),
                    "name both keys: negated comparisons in one statement, others in two",
                );
            }
        }
    }
}

fn names_key(context: &StatementContext<'_>, name: &str) -> bool {
    let mut conditions = context.statement.conditions.iter();
    conditions.any(|condition: &Condition| condition.key.as_str().eq_ignore_ascii_case(name))
}

fn shares_action(one: &StatementContext<'_>, other: &StatementContext<'_>) -> bool {
    let names = |context: &StatementContext<'_>| -> BTreeSet<&str> {
        let actions = context.patterns.iter().flat_map(|pattern| &pattern.actions);
        actions.map(|action| action.name.as_str()).collect()
    };
    !names(one).is_disjoint(&names(other))
}

fn is_request_tag(key: &ConditionKey) -> bool {
    service_reference::known(key)
        .is_some_and(|key| key.name.starts_with("aws:RequestTag/") || key.name == "aws:TagKeys")
}

/// Whether a statement on named resources requires the resource's tags. It does not apply to
/// actions without a resource, and excludes resources that cannot have tags on purpose.
fn requires_resource_tags(context: &StatementContext<'_>, key: &ConditionKey) -> bool {
    let tag = service_reference::known(key).is_some_and(|key| key.name.contains("ResourceTag/"));
    tag && !context.on_everything()
}

/// A list such as "`a`, `b` and 3 more are", without repetitions.
fn names(actions: &[&ActionDefinition], one: &str, many: &str) -> String {
    const SHOWN: usize = 3;
    let all: BTreeSet<&str> = actions.iter().map(|action| action.name.as_str()).collect();
    let shown: Vec<String> = all
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    let verb = if all.len() == 1 { one } else { many };
    match all.len().checked_sub(SHOWN) {
        Some(rest) if rest > 0 => format!("{} and {rest} more {verb}", shown.join(", ")),
        _ => format!("{} {verb}", shown.join(", ")),
    }
}
