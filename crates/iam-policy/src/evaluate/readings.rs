//! Decisions in every reading of policy variables without a value.

use super::decision::Decision;
use super::unset_variable::UnsetVariable;

/// The decisions on a request in every reading of policy variables without a value, by
/// [`PolicySet::readings`](super::PolicySet::readings).
///
/// AWS does not say which reading is right, so a decision counts only where it holds in each. Whether
/// a caller can do its own work is [`Readings::certain`]: a request that any reading denies is denied.
/// Whether it reaches what is not its own is [`Readings::possible`]: a request that any reading allows
/// is allowed.
///
/// ```
/// use iam_policy::evaluate::{Caller, PolicySet, Request};
/// use iam_policy::{Document, Statement};
///
/// let fence = Document::new([
///     Statement::allow("Everything").actions(["s3:*"]).resources(["*"]),
///     Statement::deny("Others").actions(["s3:*"]).not_resources(["arn:aws:s3:::data/${aws:PrincipalTag/user}/*"]),
/// ]);
/// let policies = PolicySet::new().identity("fence", &fence);
///
/// let role = Caller::from_arn("arn:aws:iam::123456789012:role/alice")?;
/// let get = Request::new(role, "s3:GetObject", "arn:aws:s3:::data/alice/x");
/// // The role has lost its tag: the fence may be gone.
/// let readings = policies.readings(&get);
/// assert!(readings.possible().is_allowed() && !readings.certain().is_allowed());
/// assert!(policies.readings(&get.principal_tag("user", "bob")).agree());
/// # Ok::<(), iam_policy::evaluate::CallerError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readings {
    first: (UnsetVariable, Decision),
    /// None if all variables have a value, so that the readings are the same.
    others: Vec<(UnsetVariable, Decision)>,
}

impl Readings {
    /// The decision on a request with which all variables have a value.
    pub(crate) fn one(decision: Decision) -> Self {
        Self {
            first: (UnsetVariable::default(), decision),
            others: Vec::new(),
        }
    }

    pub(crate) fn by(decide: impl Fn(UnsetVariable) -> Decision) -> Self {
        let first = UnsetVariable::default();
        let others = UnsetVariable::ALL.into_iter().filter(|u| *u != first);
        Self {
            first: (first, decide(first)),
            others: others.map(|unset| (unset, decide(unset))).collect(),
        }
    }

    /// The decisions; only the first if all variables have a value.
    pub fn all(&self) -> impl Iterator<Item = (UnsetVariable, &Decision)> {
        std::iter::once(&self.first)
            .chain(&self.others)
            .map(|(unset, decision)| (*unset, decision))
    }

    /// Whether the request is allowed in each reading or in none.
    #[must_use]
    pub fn agree(&self) -> bool {
        self.certain().is_allowed() == self.possible().is_allowed()
    }

    /// The decision to rely on about what a caller should be able to do: a denial, if any reading
    /// denies the request.
    #[must_use]
    pub fn certain(&self) -> &Decision {
        self.first_that(|decision| !decision.is_allowed())
    }

    /// The decision to rely on about what a caller should not be able to do: that it is allowed, if
    /// any reading allows the request.
    #[must_use]
    pub fn possible(&self) -> &Decision {
        self.first_that(Decision::is_allowed)
    }

    fn first_that(&self, holds: impl Fn(&Decision) -> bool) -> &Decision {
        let mut all = self.all().map(|(_, decision)| decision);
        all.find(|decision| holds(decision))
            .unwrap_or(&self.first.1)
    }
}
