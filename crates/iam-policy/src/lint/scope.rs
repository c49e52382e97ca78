//! The input of the rules: policies by statement, statements by action.

use std::borrow::Cow;

use super::service_reference::{self, ActionDefinition};
use super::{LintOptions, LintTarget};
use crate::pattern::{Case, Pattern};
use crate::{
    Clause, Condition, ConditionKey, Effect, Operator, PolicyType, SetQualifier, Statement,
};

/// The policies, with their statements prepared.
pub(super) struct Scope<'a> {
    pub(super) policies: &'a [LintTarget<'a>],
    pub(super) options: &'a LintOptions,
    pub(super) statements: Vec<StatementContext<'a>>,
}

/// A statement, with its policy and its position.
pub(super) struct StatementContext<'a> {
    /// The index of its policy.
    pub(super) policy: usize,
    pub(super) policy_type: PolicyType,
    pub(super) index: usize,
    pub(super) statement: &'a Statement,
    /// The patterns of `Action`; none for `NotAction`.
    pub(super) patterns: Vec<ActionPattern<'a>>,
}

/// An action in the policy, and the actions of the tables that it matches.
pub(super) struct ActionPattern<'a> {
    pub(super) text: &'a str,
    pub(super) wildcard: bool,
    pub(super) actions: Vec<&'static ActionDefinition>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(policies: &'a [LintTarget<'a>], options: &'a LintOptions) -> Self {
        let statements = policies.iter().enumerate().flat_map(|(policy, target)| {
            let statements = target.document.statements.iter().enumerate();
            statements.map(move |(index, statement)| StatementContext {
                policy,
                policy_type: target.policy_type,
                index,
                statement,
                patterns: patterns(statement),
            })
        });
        Self {
            policies,
            options,
            statements: statements.collect(),
        }
    }
}

fn patterns(statement: &Statement) -> Vec<ActionPattern<'_>> {
    let Clause::Only(texts) = &statement.actions else {
        return Vec::new();
    };
    let pattern = |text: &'_ String| (text.contains(['*', '?']), service_reference::actions(text));
    texts
        .iter()
        .map(|text| {
            let (wildcard, actions) = pattern(text);
            ActionPattern {
                text,
                wildcard,
                actions,
            }
        })
        .collect()
}

impl StatementContext<'_> {
    pub(super) fn allows(&self) -> bool {
        self.statement.effect == Effect::Allow
    }

    pub(super) fn denies(&self) -> bool {
        !self.allows()
    }

    /// Whether the statement applies to the action, given by its full name.
    pub(super) fn covers(&self, action: &str) -> bool {
        let clause = &self.statement.actions;
        let matched = clause
            .values()
            .iter()
            .any(|text| Pattern::wildcard(text).matches(action, Case::Ignored));
        matched != clause.is_except()
    }

    /// Whether a condition uses the key, by its old or new name.
    pub(super) fn mentions(&self, key: &ConditionKey) -> bool {
        let name = current(key);
        self.statement
            .conditions
            .iter()
            .any(|condition| current(&condition.key).eq_ignore_ascii_case(&name))
    }

    /// Whether a condition uses one of these keys.
    pub(super) fn mentions_any(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.mentions(&(*key).into()))
    }

    /// Whether `Null: false` requires the key.
    pub(super) fn requires(&self, key: &ConditionKey) -> bool {
        let null = self.statement.conditions.get(Operator::Null.into(), key);
        null.is_some_and(|condition| is_null(condition, "false"))
    }

    /// Whether `Resource` is absent or contains `*`.
    pub(super) fn on_everything(&self) -> bool {
        match &self.statement.resources {
            None => true,
            Some(Clause::Only(resources)) => resources.contains("*"),
            Some(Clause::Except(_)) => false,
        }
    }

    /// The member of the statement with the actions.
    pub(super) fn action_member(&self) -> &'static str {
        if self.statement.actions.is_except() {
            "NotAction"
        } else {
            "Action"
        }
    }

    /// The member of the statement with the resources.
    pub(super) fn resource_member(&self) -> &'static str {
        match &self.statement.resources {
            Some(clause) if clause.is_except() => "NotResource",
            _ => "Resource",
        }
    }
}

/// The current name of a key.
pub(super) fn current(key: &ConditionKey) -> Cow<'_, str> {
    match service_reference::known(key) {
        Some(known) if known.renamed_to.is_some() => Cow::Borrowed(known.current()),
        _ => Cow::Borrowed(key.as_str()),
    }
}

/// Whether the condition is `Null` with this value.
pub(super) fn is_null(condition: &Condition, value: &str) -> bool {
    condition.operator.comparison == Operator::Null
        && condition
            .values
            .iter()
            .any(|text| text.eq_ignore_ascii_case(value))
}

/// Whether the condition holds when the request does not have the key.
pub(super) fn holds_when_absent(condition: &Condition) -> bool {
    let operator = condition.operator;
    match (operator.comparison, operator.qualifier) {
        (Operator::Null, _) => is_null(condition, "true"),
        (_, Some(SetQualifier::ForAnyValue)) => false,
        (_, Some(SetQualifier::ForAllValues)) => true,
        (comparison, None) => comparison.is_negated() || operator.if_exists,
    }
}

/// Whether `wide` matches everything that `narrow` matches. True is always correct; false can be
/// wrong.
pub(super) fn pattern_covers(wide: &str, narrow: &str, case: Case) -> bool {
    // A `*` in `narrow` is treated as a character below. Only a `*` in `wide` may match it, not a
    // `?`.
    if wide.contains('?') && narrow.contains('*') {
        return false;
    }
    Pattern::wildcard(wide).matches(narrow, case)
}
