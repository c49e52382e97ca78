//! Condition keys that actions do not carry.

use std::collections::BTreeSet;

use super::super::scope::{Line, Report, holds_when_absent};
use super::super::table::{self, ActionDefinition};
use crate::{Condition, ConditionKey};

/// L03.
pub(crate) fn always_denied(report: &mut Report<'_>) {
    let scope = report.scope;
    for line in scope.lines.iter().filter(|line| line.denies()) {
        for condition in &line.statement.conditions {
            if !holds_when_absent(condition) || fences_resources(line, &condition.key) {
                continue;
            }
            let without: Vec<&ActionDefinition> = line
                .patterns
                .iter()
                .filter(|pattern| !(pattern.wildcard && is_request_tag(&condition.key)))
                .flat_map(|pattern| &pattern.actions)
                .copied()
                .filter(|action| action.carries(&condition.key) == Some(false))
                // Where another condition needs a key that the action does not carry, nothing is denied: L04's matter.
                .filter(|action| {
                    !line.statement.conditions.iter().any(|other| {
                        !holds_when_absent(other) && action.carries(&other.key) == Some(false)
                    })
                })
                .collect();
            if !without.is_empty() {
                report.condition(
                    line,
                    condition,
                    format!(
                        "{} always denied, as no request for it has `{}`",
                        names(&without, "is", "are"),
                        condition.key
                    ),
                    "name only actions that carry the key, and deny the others outright if that is meant",
                );
            }
        }
    }
}

/// L04.
pub(crate) fn never_holds(report: &mut Report<'_>) {
    let scope = report.scope;
    for line in &scope.lines {
        for condition in &line.statement.conditions {
            if holds_when_absent(condition) {
                continue;
            }
            let lacks = |action: &&ActionDefinition| action.carries(&condition.key) == Some(false);
            let mut without: Vec<&ActionDefinition> = Vec::new();
            for pattern in &line.patterns {
                let all = pattern.actions.iter().all(lacks);
                // The tables know all actions of their services, so nothing else hides behind the wildcard; a
                // pattern over all services may.
                if all && !pattern.text.starts_with(['*', '?']) {
                    without.extend(&pattern.actions);
                }
            }
            if !without.is_empty() {
                let outcome = if line.allows() { "granted" } else { "denied" };
                report.condition(
                    line,
                    condition,
                    format!(
                        "{} never {outcome} by this, as no request for it has `{}`",
                        names(&without, "is", "are"),
                        condition.key
                    ),
                    "move those actions to a statement without this condition",
                );
            }
        }
    }
}

/// L08.
pub(crate) fn tags_on_wildcard(report: &mut Report<'_>) {
    let scope = report.scope;
    for line in scope.lines.iter().filter(|line| line.denies()) {
        for condition in &line.statement.conditions {
            if !holds_when_absent(condition) || !is_request_tag(&condition.key) {
                continue;
            }
            let wildcards = line.patterns.iter().filter(|pattern| pattern.wildcard);
            let without: Vec<&ActionDefinition> = wildcards
                .flat_map(|pattern| &pattern.actions)
                .copied()
                .filter(|action| action.carries(&condition.key) == Some(false))
                .collect();
            if !without.is_empty() {
                report.at(
                    line,
                    &[line.action_member()],
                    format!(
                        "{} matched by a wildcard and can't carry tags, so that `{}` denies it for good",
                        names(&without, "is", "are"),
                        condition.key
                    ),
                    "list the create actions that carry tags",
                );
            }
        }
    }
}

/// L09.
pub(crate) fn renamed_without_twin(report: &mut Report<'_>) {
    let scope = report.scope;
    for line in &scope.lines {
        for condition in &line.statement.conditions {
            let renamed = table::known(&condition.key).and_then(|key| key.renamed_to.as_deref());
            let Some(successor) = renamed else { continue };
            let named = scope.lines.iter().any(|other| {
                other.policy == line.policy
                    && other.statement.effect == line.statement.effect
                    && (other.index == line.index || shares_action(other, line))
                    && names_key(other, successor)
            });
            if !named {
                report.condition(
                    line,
                    condition,
                    format!(
                        "`{}` was renamed to `{successor}`, which this leaves out",
                        condition.key
                    ),
                    "name both keys: negated comparisons in one statement, others in two",
                );
            }
        }
    }
}

fn names_key(line: &Line<'_>, name: &str) -> bool {
    let mut conditions = line.statement.conditions.iter();
    conditions.any(|condition: &Condition| condition.key.as_str().eq_ignore_ascii_case(name))
}

fn shares_action(one: &Line<'_>, other: &Line<'_>) -> bool {
    let names = |line: &Line<'_>| -> BTreeSet<&str> {
        let actions = line.patterns.iter().flat_map(|pattern| &pattern.actions);
        actions.map(|action| action.name.as_str()).collect()
    };
    !names(one).is_disjoint(&names(other))
}

fn is_request_tag(key: &ConditionKey) -> bool {
    table::known(key)
        .is_some_and(|key| key.name.starts_with("aws:RequestTag/") || key.name == "aws:TagKeys")
}

/// Whether a statement on named resources asks for the resource's tags: what acts on no resource is not touched, and
/// a resource that can't have tags is kept out on purpose.
fn fences_resources(line: &Line<'_>, key: &ConditionKey) -> bool {
    let tag = table::known(key).is_some_and(|key| key.name.contains("ResourceTag/"));
    tag && !line.on_everything()
}

/// "`a`, `b` and 3 more are", each once.
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
