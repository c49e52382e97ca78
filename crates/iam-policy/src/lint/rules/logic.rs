//! How conditions of one statement combine, and how they treat several values.

use std::collections::BTreeSet;

use super::super::scope::{Line, Report, Scope, current, is_null};
use super::super::table;
use super::volume;
use crate::{Condition, ConditionKey, Operator, SetQualifier};

/// L02.
pub(crate) fn requirements_anded(report: &mut Report<'_>) {
    let scope = report.scope;
    for line in scope.lines.iter().filter(|line| line.denies()) {
        let keys = required(scope, line);
        if keys.len() > 1 {
            let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
            report.at(
                line,
                &["Condition"],
                format!(
                    "the Deny demands {} at once, so that a request which gets one of them right passes",
                    keys.join(" and ")
                ),
                "give each key a statement of its own",
            );
        }
    }
}

/// The keys of the request that a Deny demands or limits, by their present names.
pub(super) fn required(scope: &Scope<'_>, line: &Line<'_>) -> BTreeSet<String> {
    let conditions = line.statement.conditions.iter();
    conditions
        .filter(|condition| is_requirement(condition) && !volume::spares(scope, line, condition))
        .map(|condition| current(&condition.key).to_ascii_lowercase())
        .collect()
}

/// Whether a Deny fires on requests that lack the key or have a wrong value of it. What spares principals, networks
/// or services says `aws:`; what says `ForAllValues` spares requests with one value of some list.
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
        // Absent where AddTags is called by itself: which call it is, not what it should have.
        && condition.key != ConditionKey::from("sagemaker:TaggingAction")
}

/// Whether the key tells what the request is for, rather than who makes it and from where.
fn is_of_request(key: &ConditionKey) -> bool {
    let name = key.as_str().to_ascii_lowercase();
    let tags = ["aws:requesttag/", "aws:tagkeys", "aws:resourcetag/"];
    let about_caller = ["kms:calleraccount", "kms:viaservice"];
    tags.iter().any(|tag| name.starts_with(tag))
        || !(name.starts_with("aws:") || about_caller.contains(&name.as_str()))
}

/// L05.
pub(crate) fn set_operators(report: &mut Report<'_>) {
    let scope = report.scope;
    for line in &scope.lines {
        for condition in &line.statement.conditions {
            let Some(key) = table::known(&condition.key) else {
                continue;
            };
            let operator = condition.operator;
            match (operator.qualifier, key.multivalued) {
                (Some(_), false) => report.condition(
                    line,
                    condition,
                    format!(
                        "`{}` has one value, and `{operator}` is for keys with several",
                        condition.key
                    ),
                    "leave out the set operator",
                ),
                (None, true) if operator.comparison != Operator::Null => report.condition(
                    line,
                    condition,
                    format!(
                        "`{}` can have several values, and `{operator}` is for keys with one",
                        condition.key
                    ),
                    "say `ForAnyValue:` or `ForAllValues:`",
                ),
                _ => {}
            }
        }
    }
}

/// L06.
pub(crate) fn vacuous_for_all(report: &mut Report<'_>) {
    let scope = report.scope;
    for line in &scope.lines {
        for condition in &line.statement.conditions {
            let for_all = condition.operator.qualifier == Some(SetQualifier::ForAllValues);
            if !for_all
                || condition.operator.comparison == Operator::Null
                || line.demands(&condition.key)
            {
                continue;
            }
            let exempts =
                condition.operator.comparison.is_negated() && !required(scope, line).is_empty();
            if line.denies() && exempts {
                continue;
            }
            let outcome = if line.allows() { "granted" } else { "denied" };
            report.condition(
                line,
                condition,
                format!("a request without `{}` satisfies `{}` and is {outcome}", condition.key, condition.operator),
                format!(
                    "add `\"Null\": {{\"{}\": \"false\"}}`, or deny wrong values by `ForAnyValue:` and a negated comparison",
                    condition.key
                ),
            );
        }
    }
}
