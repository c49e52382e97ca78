//! The parts of a rule: id, slug, severity and documentation.
//!
//! The table of all rules is in [`rules`](super::rules); nothing here depends on it.

use std::fmt;

use crate::{Document, ParseError, PolicyType};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The policy works today, but can stop working when something else changes.
    Warning,
    /// The policy does not do what it seems to: it allows or denies the wrong requests.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// The id of a rule, such as `L02`. Parsed from the id or the slug, in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(&'static str);

impl RuleId {
    pub(super) const fn new(id: &'static str) -> Self {
        Self(id)
    }

    /// The id as a string.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The string is neither the id nor the slug of a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{}` is not a lint rule; write an id such as `L02` or a slug such as `conjoined-requirements`",
    .0.escape_debug()
)]
pub struct UnknownRule(pub(super) String);

/// A rule and its documentation.
#[derive(Debug)]
pub struct Rule {
    /// The id, which never changes.
    pub id: RuleId,
    /// The name in words, which never changes either.
    pub slug: &'static str,
    /// How much its findings matter; single ones can matter less.
    pub severity: Severity,
    /// What it finds, in a few words.
    pub summary: &'static str,
    /// Why that is a fault, and which cases are not.
    pub explanation: &'static str,
    /// How to fix it.
    pub remedy: &'static str,
    /// Policies with and without the fault.
    pub examples: Examples,
}

/// A policy that a rule reports, and if it is short, the same policy without the fault.
#[derive(Debug, Clone, Copy)]
pub struct Examples {
    /// The type of both policies.
    pub policy_type: PolicyType,
    /// The statements with the fault, in JSON, separated by commas; or a document, for faults of its
    /// version.
    pub bad: &'static str,
    /// The statements without it.
    pub good: Option<&'static str>,
}

impl Examples {
    /// The policy with the fault.
    ///
    /// # Errors
    ///
    /// [`ParseError`] when the example is not a policy, which a test of this crate excludes.
    pub fn bad_document(&self) -> Result<Document, ParseError> {
        document(self.bad)
    }

    /// The policy without the fault.
    ///
    /// # Errors
    ///
    /// As [`Examples::bad_document`].
    pub fn good_document(&self) -> Result<Option<Document>, ParseError> {
        self.good.map(document).transpose()
    }
}

/// The statements as a document of the current version, or the document, if it is one.
fn document(statements: &str) -> Result<Document, ParseError> {
    if statements.starts_with("{\"Version\"") {
        return Document::parse(statements);
    }
    Document::parse(&format!(
        r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#
    ))
}
