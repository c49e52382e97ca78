//! An answer with its reason.

use iam_policy::evaluate::{Decision, Layer, Outcome, StatementRef};

/// Whether something is allowed and, if it isn't, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    reason: Option<String>,
    decision: Option<Decision>,
}

impl Verdict {
    /// A denial for a reason, without any policy being asked.
    pub(super) fn denied(reason: &str) -> Self {
        Self {
            reason: Some(reason.to_owned()),
            decision: None,
        }
    }

    /// Whether it is allowed.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.reason.is_none()
    }

    /// Why it is not allowed, in a few words: the first statement that denies it, or which policies lack an allow.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// The decision, with all statements that made it; none where there is no role to decide about.
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
            let lacking = match (lacks(Layer::Identity), lacks(Layer::Boundary)) {
                (true, true) => "neither a policy nor the permissions boundary allows it",
                (false, true) => "the permissions boundary does not allow it",
                _ => "no policy allows it",
            };
            Some(lacking.to_owned())
        }
    }
}

fn statement(source: &StatementRef) -> String {
    match &source.sid {
        Some(sid) => format!("`{sid}`"),
        None => format!("statement {}", source.index + 1),
    }
}
