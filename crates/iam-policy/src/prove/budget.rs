//! The work that a question can cost, and what its cases share of it.

use super::language::Languages;

/// Steps that are left.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    left: u64,
}

/// The question is larger than its budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLarge;

/// About a second on one core.
pub(super) const DEFAULT_STEPS: u64 = 10_000_000;

/// What all cases of a question share.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) budget: Budget,
    pub(super) languages: Languages,
}

impl Work {
    /// Nothing is known yet.
    pub(super) fn new(steps: u64) -> Self {
        Self {
            budget: Budget::new(steps),
            languages: Languages::default(),
        }
    }
}

impl Budget {
    pub(super) fn new(steps: u64) -> Self {
        Self { left: steps }
    }

    /// Takes steps, or all that are left.
    pub(super) fn spend(&mut self, steps: u64) -> Result<(), TooLarge> {
        let left = self.left.checked_sub(steps);
        self.left = left.unwrap_or_default();
        left.map(drop).ok_or(TooLarge)
    }
}
