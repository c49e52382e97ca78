//! Answers to questions.

use std::fmt;

use crate::ConditionKey;
use crate::evaluate::{Decision, Request};

/// The answer to a question whether any request of a kind is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Answer {
    /// No request of the question is allowed.
    Holds,
    /// This one is.
    Refuted(Box<Counterexample>),
    /// It is not known.
    NotDecided(NotDecided),
}

/// A request that is allowed, as [`PolicySet::decide`](crate::evaluate::PolicySet::decide)
/// confirms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterexample {
    /// The request.
    pub request: Request,
    /// The decision on it, with the statements that allow it.
    pub decision: Decision,
}

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotDecided {
    /// It takes more work than the question admits.
    TooLarge,
    /// The policies put the values of these keys into patterns, the question leaves the values
    /// open, and what the patterns match depends on them in more ways than are looked at.
    OpenVariables(Vec<ConditionKey>),
    /// Keys are compared in two ways at once, such as by numbers and by patterns.
    MixedComparisons,
}

impl Answer {
    /// Whether it is proved that no request is allowed.
    #[must_use]
    pub fn holds(&self) -> bool {
        *self == Self::Holds
    }

    /// The request that refutes it.
    #[must_use]
    pub fn counterexample(&self) -> Option<&Counterexample> {
        match self {
            Self::Refuted(counterexample) => Some(counterexample),
            _ => None,
        }
    }
}

impl fmt::Display for NotDecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => f.write_str("it takes too much work"),
            Self::OpenVariables(keys) => {
                let names: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
                write!(
                    f,
                    "policy variables take the values of {}, which the question leaves open",
                    names.join(" and ")
                )
            }
            Self::MixedComparisons => {
                f.write_str("a context key is compared both by its type and by patterns")
            }
        }
    }
}

impl Counterexample {
    /// The context of the request, sorted by key, without what follows from the caller.
    #[must_use]
    pub fn context(&self) -> Vec<(String, Vec<String>)> {
        let request = &self.request;
        let own = Request::new(request.caller().clone(), "", "*");
        let mut context: Vec<(String, Vec<String>)> = request
            .entries()
            .filter(|(key, values)| own.values(key) != *values && !is_plain(request, key))
            .map(|(key, values)| (key.to_string(), values.to_vec()))
            .collect();
        context.sort();
        context
    }

    /// The request, and what allows it.
    #[must_use]
    pub fn in_words(&self) -> String {
        let request = &self.request;
        let with: Vec<String> = self
            .context()
            .iter()
            .map(|(key, values)| format!("{key} = {}", values.join(", ")))
            .collect();
        let with = match with.as_slice() {
            [] => String::new(),
            with => format!(" with {}", with.join("; ")),
        };
        format!(
            "`{}` on `{}`{with}, {}",
            request.action(),
            request.resource(),
            self.decision
        )
    }
}

/// Whether the key says that the resource is in the caller's account.
fn is_plain(request: &Request, key: &ConditionKey) -> bool {
    *key == ConditionKey::from("aws:ResourceAccount")
        && request.value(key) == request.caller().account()
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words())
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Holds => f.write_str("proved: no such request is allowed"),
            Self::Refuted(counterexample) => write!(f, "refuted: {counterexample}"),
            Self::NotDecided(reason) => write!(f, "not decided: {reason}"),
        }
    }
}
