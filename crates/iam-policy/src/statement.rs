//! Statements and their builder.
//!
//! Source: "IAM JSON policy elements reference"
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>).

use std::collections::BTreeSet;

use super::condition::{Condition, ConditionKey, Conditions};
use super::operator::ConditionOperator;
use super::principal::Principal;
use super::print;

/// The effect of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Allows requests that no statement denies.
    Allow,
    /// Denies requests, even if another statement allows them.
    Deny,
}

impl Effect {
    /// `Allow` or `Deny`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}

/// An element or its `Not` counterpart: `Action` or `NotAction`, `Resource` or `NotResource`,
/// `Principal` or `NotPrincipal`. A statement can have only one of the two.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Clause<T: Ord> {
    /// The plain element: only the named values.
    Only(BTreeSet<T>),
    /// The `Not` element: all except for the named values.
    Except(BTreeSet<T>),
}

impl<T: Ord> Clause<T> {
    /// The values named.
    #[must_use]
    pub fn values(&self) -> &BTreeSet<T> {
        match self {
            Self::Only(values) | Self::Except(values) => values,
        }
    }

    /// Whether it is the `Not` element.
    #[must_use]
    pub fn is_except(&self) -> bool {
        matches!(self, Self::Except(_))
    }
}

/// A statement. Lists are sets, because order and repetition have no meaning in the language.
///
/// Built from [`Statement::allow`] or [`Statement::deny`]; setting an element again replaces it,
/// except for conditions and principals, which are added.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Statement {
    /// The id of the statement. IAM accepts letters and digits; resource policies of some services
    /// also accept spaces.
    pub sid: Option<String>,
    /// Allow or Deny.
    pub effect: Effect,
    /// The principals; only in policies of resources and trust policies.
    pub principals: Option<Clause<Principal>>,
    /// Action patterns, such as `s3:Get*`.
    pub actions: Clause<String>,
    /// Resource patterns; absent in trust policies.
    pub resources: Option<Clause<String>>,
    /// The conditions on the context of the request.
    pub conditions: Conditions,
}

impl Statement {
    /// An Allow with this Sid (none if empty), without actions.
    pub fn allow(sid: impl Into<String>) -> Self {
        Self::new(sid.into(), Effect::Allow)
    }

    /// A Deny with this Sid (none if empty), without actions.
    pub fn deny(sid: impl Into<String>) -> Self {
        Self::new(sid.into(), Effect::Deny)
    }

    fn new(sid: String, effect: Effect) -> Self {
        Self {
            sid: Some(sid).filter(|s| !s.is_empty()),
            effect,
            principals: None,
            actions: Clause::Only(BTreeSet::new()),
            resources: None,
            conditions: Conditions::default(),
        }
    }

    /// The canonical JSON of the statement, indented by two spaces.
    #[must_use]
    pub fn to_json_pretty(&self) -> String {
        print::pretty_statement(self)
    }

    /// Sets `Action`.
    #[must_use]
    pub fn actions(mut self, patterns: impl IntoIterator<Item: Into<String>>) -> Self {
        self.actions = Clause::Only(strings(patterns));
        self
    }

    /// Sets `NotAction`.
    #[must_use]
    pub fn not_actions(mut self, patterns: impl IntoIterator<Item: Into<String>>) -> Self {
        self.actions = Clause::Except(strings(patterns));
        self
    }

    /// Sets `Resource`.
    #[must_use]
    pub fn resources(mut self, patterns: impl IntoIterator<Item: Into<String>>) -> Self {
        self.resources = Some(Clause::Only(strings(patterns)));
        self
    }

    /// Sets `NotResource`.
    #[must_use]
    pub fn not_resources(mut self, patterns: impl IntoIterator<Item: Into<String>>) -> Self {
        self.resources = Some(Clause::Except(strings(patterns)));
        self
    }

    /// Adds a principal to `Principal`. Replaces a `NotPrincipal`.
    #[must_use]
    pub fn principal(mut self, principal: Principal) -> Self {
        let mut all = match self.principals.take() {
            Some(Clause::Only(all)) => all,
            _ => BTreeSet::new(),
        };
        all.insert(principal);
        self.principals = Some(Clause::Only(all));
        self
    }

    /// Adds a principal to `NotPrincipal`. Replaces a `Principal`.
    #[must_use]
    pub fn not_principal(mut self, principal: Principal) -> Self {
        let mut all = match self.principals.take() {
            Some(Clause::Except(all)) => all,
            _ => BTreeSet::new(),
        };
        all.insert(principal);
        self.principals = Some(Clause::Except(all));
        self
    }

    /// Adds a condition. Values for the same operator and key are combined, and any of them can
    /// match, as in a JSON list.
    #[must_use]
    pub fn when(
        mut self,
        operator: impl Into<ConditionOperator>,
        key: impl Into<ConditionKey>,
        values: impl IntoIterator<Item: Into<String>>,
    ) -> Self {
        self.conditions.insert(Condition {
            operator: operator.into(),
            key: key.into(),
            values: strings(values),
        });
        self
    }
}

fn strings(values: impl IntoIterator<Item: Into<String>>) -> BTreeSet<String> {
    values.into_iter().map(Into::into).collect()
}
