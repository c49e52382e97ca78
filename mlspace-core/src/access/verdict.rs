//! An answer with its reason.

use crate::evaluate::{Decision, Layer, Outcome, Source};

/// Whether something is allowed and, if it isn't, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict(Option<String>);

impl Verdict {
    /// A denial for a reason.
    pub(super) fn denied(reason: &str) -> Self {
        Self(Some(reason.to_owned()))
    }

    /// Whether it is allowed.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.0.is_none()
    }

    /// Why it is not allowed, in a few words: the first statement that denies it, or which policies lack an allow.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl From<&Decision> for Verdict {
    fn from(decision: &Decision) -> Self {
        match decision.outcome {
            Outcome::Allowed => Self(None),
            Outcome::ExplicitDeny => Self::denied(&match decision.deciding.first() {
                Some(source) => format!("denied by {} of `{}`", statement(source), source.policy),
                None => "denied".to_owned(),
            }),
            Outcome::ImplicitDeny => {
                let lacks = |layer| decision.missing.iter().any(|m| m.layer == layer);
                Self::denied(match (lacks(Layer::Identity), lacks(Layer::Boundary)) {
                    (true, true) => "neither a policy nor the permissions boundary allows it",
                    (false, true) => "the permissions boundary does not allow it",
                    _ => "no policy allows it",
                })
            }
        }
    }
}

fn statement(source: &Source) -> String {
    match &source.sid {
        Some(sid) => format!("`{sid}`"),
        None => format!("statement {}", source.index + 1),
    }
}
