//! The work that a question can cost.

/// Steps that are left.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    left: u64,
}

/// The question is larger than its budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLarge;

/// About a second on one core.
pub(super) const DEFAULT_STEPS: u64 = 20_000_000;

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
