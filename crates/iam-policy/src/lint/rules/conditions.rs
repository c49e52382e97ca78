//! How the conditions of a statement combine, and how they treat multiple values.

use std::collections::BTreeSet;

use super::super::reporter::Reporter;
use super::super::rule::Examples;
use super::super::scope::{Scope, StatementContext, current, is_null};
use super::super::service_reference;
use super::local_disks;
use crate::{Condition, ConditionKey, Operator, PolicyType, SetQualifier};

pub(super) const CONJOINED_REQUIREMENTS: Examples = Examples {
    policy_type: PolicyType::ServiceControl,
    bad: r#"{"Sid": "RequireNetwork", "Effect": "Deny", "Action": "sagemaker:CreateModel", "Resource": "*",
        "Condition": {"Null": {"sagemaker:VpcSubnets": "true", "sagemaker:VpcSecurityGroupIds": "true"}}}"#,
    good: Some(
        r#"{"Sid": "RequireSubnets", "Effect": "Deny", "Action": "sagemaker:CreateModel", "Resource": "*",
        "Condition": {"Null": {"sagemaker:VpcSubnets": "true"}}},
        {"Sid": "RequireSecurityGroups", "Effect": "Deny", "Action": "sagemaker:CreateModel", "Resource": "*",
        "Condition": {"Null": {"sagemaker:VpcSecurityGroupIds": "true"}}}"#,
    ),
};

/// L02.
pub(super) fn conjoined_requirements(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    for context in scope.statements.iter().filter(|context| context.denies()) {
        let mut keys = required(scope, context);
        merge_tags(&mut keys);
        if keys.len() > 1 {
            let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
            reporter.at(
                context,
                &["Condition"],
                format!(
                    "the Deny requires {} together, so a request that satisfies only one of them passes",
                    keys.join(" and ")
                ),
                "give each key its own statement",
            );
        }
    }
}

/// Counts the value of one tag in the request and on the resource once: a Deny that fires when
/// neither is right lets an untagged resource be created and a tagged one be changed.
fn merge_tags(keys: &mut BTreeSet<String>) {
    let of_request: Vec<String> = keys
        .iter()
        .filter_map(|key| key.strip_prefix("aws:requesttag/"))
        .map(str::to_owned)
        .collect();
    keys.retain(|key| {
        let tag = key.split_once(":resourcetag/").map(|(_, tag)| tag);
        tag.is_none_or(|tag| !of_request.iter().any(|of_request| of_request == tag))
    });
}

/// The request keys that a Deny requires or limits, by their current names.
pub(super) fn required(scope: &Scope<'_>, context: &StatementContext<'_>) -> BTreeSet<String> {
    let conditions = context.statement.conditions.iter();
    conditions
        .filter(|condition| {
            is_requirement(condition) && !local_disks::exempts(scope, context, condition)
        })
        .map(|condition| current(&condition.key).to_ascii_lowercase())
        .collect()
}

/// Whether a Deny fires on requests that lack the key or have a wrong value of it. Exemptions of
/// principals, networks and services use `aws:` keys; `ForAllValues` exempts requests that have a
/// value from a list.
pub(super) fn is_requirement(condition: &Condition) -> bool {
    let operator = condition.operator;
    let wrong = match operator.comparison {
        Operator::Null => is_null(condition, "true"),
        Operator::Bool => condition
            .values
            .iter()
            .any(|value| value.eq_ignore_ascii_case("false")),
        comparison => comparison.is_negated(),
    };
    wrong
        && operator.qualifier != Some(SetQualifier::ForAllValues)
        && is_of_request(&condition.key)
        // This key is absent when AddTags is called directly: it identifies the call, and is not a
        // requirement.
        && condition.key != ConditionKey::from("sagemaker:TaggingAction")
}

/// Whether the key describes the requested operation, as opposed to the caller and the network.
fn is_of_request(key: &ConditionKey) -> bool {
    let name = key.as_str().to_ascii_lowercase();
    let tags = ["aws:requesttag/", "aws:tagkeys", "aws:resourcetag/"];
    let about_caller = ["kms:calleraccount", "kms:viaservice"];
    tags.iter().any(|tag| name.starts_with(tag))
        || !(name.starts_with("aws:") || about_caller.contains(&name.as_str()))
}

pub(super) const SET_OPERATOR_MISMATCH: Examples = Examples {
    policy_type: PolicyType::ServiceControl,
    bad: r#"{"Sid": "OwnEndpoint", "Effect": "Deny", "Action": "sagemaker:InvokeEndpoint", "Resource": "*",
        "Condition": {"ForAnyValue:StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}}"#,
    good: Some(
        r#"{"Sid": "OwnEndpoint", "Effect": "Deny", "Action": "sagemaker:InvokeEndpoint", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}}"#,
    ),
};

/// L05.
pub(super) fn set_operator_mismatch(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    for context in &scope.statements {
        for condition in &context.statement.conditions {
            let Some(key) = service_reference::known(&condition.key) else {
                continue;
            };
            let operator = condition.operator;
            match (operator.qualifier, key.multivalued) {
                (Some(_), false) => reporter.condition(
                    context,
                    condition,
                    format!(
                        "`{}` has a single value, and `{operator}` is for keys with multiple values",
                        condition.key
                    ),
                    "remove the set operator",
                ),
                (None, true) if operator.comparison != Operator::Null => reporter.condition(
                    context,
                    condition,
                    format!(
                        "`{}` can have multiple values, and `{operator}` is for keys with a single value",
                        condition.key
                    ),
                    "write `ForAnyValue:` or `ForAllValues:`",
                ),
                _ => {}
            }
        }
    }
}

pub(super) const VACUOUS_FOR_ALL_VALUES: Examples = Examples {
    policy_type: PolicyType::Managed,
    bad: r#"{"Sid": "ApprovedSubnets", "Effect": "Allow", "Action": "sagemaker:CreateTrainingJob", "Resource": "*",
        "Condition": {"ForAllValues:StringEquals": {"sagemaker:VpcSubnets": "subnet-0a1b2c3d"}}}"#,
    good: Some(
        r#"{"Sid": "ApprovedSubnets", "Effect": "Allow", "Action": "sagemaker:CreateTrainingJob", "Resource": "*",
        "Condition": {"ForAllValues:StringEquals": {"sagemaker:VpcSubnets": "subnet-0a1b2c3d"},
        "Null": {"sagemaker:VpcSubnets": "false"}}}"#,
    ),
};

/// L06.
pub(super) fn vacuous_for_all_values(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    for context in &scope.statements {
        for condition in &context.statement.conditions {
            let for_all = condition.operator.qualifier == Some(SetQualifier::ForAllValues);
            if !for_all
                || condition.operator.comparison == Operator::Null
                || context.requires(&condition.key)
            {
                continue;
            }
            let exempts =
                condition.operator.comparison.is_negated() && !required(scope, context).is_empty();
            if context.denies() && exempts {
                continue;
            }
            let outcome = if context.allows() {
                "allowed"
            } else {
                "denied"
            };
            reporter.condition(
                context,
                condition,
                format!("a request without `{}` satisfies `{}` and is {outcome}", condition.key, condition.operator),
                format!(
                    "add `\"Null\": {{\"{}\": \"false\"}}`, or deny wrong values with `ForAnyValue:` and a negated comparison",
                    condition.key
                ),
            );
        }
    }
}
