//! The collector of findings.

use super::finding::{Finding, Location};
use super::rule::{Rule, Severity};
use super::scope::{Scope, StatementContext};
use crate::Condition;

/// Collects the findings of a rule.
pub(super) struct Reporter<'s> {
    pub(super) scope: &'s Scope<'s>,
    rule: &'static Rule,
    /// The severity of the next findings.
    severity: Severity,
    findings: Vec<(usize, Finding)>,
}

impl<'s> Reporter<'s> {
    pub(super) fn new(scope: &'s Scope<'s>, rule: &'static Rule) -> Self {
        Self {
            scope,
            rule,
            severity: rule.severity,
            findings: Vec::new(),
        }
    }

    /// The findings, each with the index of its policy.
    pub(super) fn into_findings(self) -> Vec<(usize, Finding)> {
        self.findings
    }

    /// Sets the severity of the findings that follow, up to the severity of the rule.
    pub(super) fn set_severity(&mut self, severity: Severity) {
        self.severity = severity.min(self.rule.severity);
    }

    /// Reports a fault of a statement, at the member under the path.
    pub(super) fn at(
        &mut self,
        context: &StatementContext<'_>,
        path: &[&str],
        why: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let mut pointer = format!("/Statement/{}", context.index);
        for step in path {
            pointer.push('/');
            pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        }
        let location = Location {
            policy: self.label(context.policy),
            statement: Some(context.index),
            sid: context.statement.sid.clone(),
            pointer,
        };
        self.push(context.policy, location, why.into(), remedy.into());
    }

    /// Reports a fault of a condition.
    pub(super) fn condition(
        &mut self,
        context: &StatementContext<'_>,
        condition: &Condition,
        why: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let operator = condition.operator.to_string();
        let path = ["Condition", &operator, condition.key.as_str()];
        self.at(context, &path, why, remedy);
    }

    /// Reports a fault of the whole document.
    pub(super) fn document(
        &mut self,
        policy: usize,
        why: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let location = Location {
            policy: self.label(policy),
            statement: None,
            sid: None,
            pointer: String::new(),
        };
        self.push(policy, location, why.into(), remedy.into());
    }

    fn push(&mut self, policy: usize, location: Location, why: String, remedy: String) {
        let finding = Finding {
            rule: self.rule,
            severity: self.severity,
            location,
            why,
            remedy,
        };
        self.findings.push((policy, finding));
    }

    fn label(&self, policy: usize) -> String {
        self.scope
            .policies
            .get(policy)
            .map_or_else(String::new, |policy| policy.label.to_owned())
    }
}
