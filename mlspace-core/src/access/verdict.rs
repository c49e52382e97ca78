//! Decisions with a reason in words.

use iam_policy::evaluate::{Decision, Layer, Outcome, StatementRef};

/// Whether a request is allowed and, when it is not, the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    reason: Option<String>,
    decision: Option<Decision>,
}

impl Verdict {
    /// A denial for a reason other than a policy.
    pub(super) fn denied(reason: &str) -> Self {
        Self {
            reason: Some(reason.to_owned()),
            decision: None,
        }
    }

    /// Whether the request is allowed.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.reason.is_none()
    }

    /// Reason for a denial: the first statement that denies the request, or the kinds of policies that
    /// do not allow it.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// The decision with its statements; `None` when the role is missing.
    #[must_use]
    pub fn decision(&self) -> Option<&Decision> {
        self.decision.as_ref()
    }
}

impl From<Decision> for Verdict {
    fn from(decision: Decision) -> Self {
        Self {
            reason: reason(&decision),
            decision: Some(decision),
        }
    }
}

fn reason(decision: &Decision) -> Option<String> {
    match decision.outcome {
        Outcome::Allowed => None,
        Outcome::ExplicitDeny => Some(match decision.deciding.first() {
            Some(source) => format!("denied by {} of `{}`", statement(source), source.policy),
            None => "denied".to_owned(),
        }),
        Outcome::ImplicitDeny => {
            let lacks = |layer| decision.missing.iter().any(|m| m.layer == layer);
            let reason = match (lacks(Layer::Identity), lacks(Layer::Boundary)) {
                (true, true) => "neither a policy nor the permissions boundary allows it",
                (false, true) => "the permissions boundary does not allow it",
                _ => "no policy allows it",
            };
            Some(reason.to_owned())
        }
    }
}

fn statement(source: &StatementRef) -> String {
    match &source.sid {
        Some(sid) => format!("`{sid}`"),
        None => format!("statement {}", source.index + 1),
    }
}
