//! Findings of rules, and their locations.

use std::fmt;

use super::rule::{Rule, RuleId, Severity};

/// Where a finding is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The label of the policy.
    pub policy: String,
    /// The index of the statement, from 0; none when the finding is about the whole document.
    pub statement: Option<usize>,
    /// The statement's `Sid`.
    pub sid: Option<String>,
    /// A JSON pointer (RFC 6901) into [`Document::to_json`](crate::Document::to_json), such as
    /// `/Statement/0/Condition/Null/sagemaker:VpcSubnets`; empty for the whole document.
    pub pointer: String,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.policy)?;
        match (&self.sid, self.statement) {
            (Some(sid), _) => write!(f, ", statement `{sid}`")?,
            (None, Some(index)) => write!(f, ", statement {}", index + 1)?,
            (None, None) => {}
        }
        if self.pointer.is_empty() {
            Ok(())
        } else {
            write!(f, " ({})", self.pointer)
        }
    }
}

/// One fault of one location.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static Rule,
    /// How much it matters: at most as much as the rule.
    pub severity: Severity,
    /// Where it is.
    pub location: Location,
    /// What is wrong there, in one line.
    pub why: String,
    /// How to fix it, in one line.
    pub remedy: String,
}

impl Finding {
    /// The id of the rule.
    #[must_use]
    pub fn id(&self) -> RuleId {
        self.rule.id
    }

    /// The slug of the rule.
    #[must_use]
    pub fn slug(&self) -> &'static str {
        self.rule.slug
    }

    /// How much it matters.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            rule,
            severity,
            location,
            why,
            remedy,
        } = self;
        write!(
            f,
            "{severity} {} {} in {location}: {why}; {remedy}",
            rule.id, rule.slug
        )
    }
}
