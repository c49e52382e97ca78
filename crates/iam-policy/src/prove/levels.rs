//! Sets of decision levels.

/// The levels of a search at which something was assumed. All levels from the last bit on share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Levels(u128);

impl Levels {
    pub(super) fn none() -> Self {
        Self(0)
    }

    /// All levels.
    pub(super) fn every() -> Self {
        Self(u128::MAX)
    }

    pub(super) fn one(level: usize) -> Self {
        Self(1 << level.min(127))
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn contains(self, level: usize) -> bool {
        self.0 & Self::one(level).0 != 0
    }

    /// Without this level, unless others share its bit.
    pub(super) fn without(self, level: usize) -> Self {
        if level < 127 {
            Self(self.0 & !(1 << level))
        } else {
            self
        }
    }
}
