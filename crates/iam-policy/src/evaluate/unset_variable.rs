//! Policy variables without a value.

use std::fmt;

/// What a policy variable means when the request does not have exactly one value for its key, and
/// the variable has no default.
///
/// "IAM policy elements: Variables and tags"
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>) says two
/// things that do not agree: that such a variable matches nothing, and in a note that the whole
/// statement is invalid. A fence should hold under each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum UnsetVariable {
    /// The value that contains it matches nothing: `NotResource` and negated operators hold.
    #[default]
    MatchesNothing,
    /// The statement that contains it does not apply.
    VoidsStatement,
    /// The element that contains it does not hold, inverted or not, as the npm package
    /// `@cloud-copilot/iam-simulate` decides.
    FailsElement,
}

impl UnsetVariable {
    /// All readings.
    pub const ALL: [Self; 3] = [
        Self::MatchesNothing,
        Self::VoidsStatement,
        Self::FailsElement,
    ];
}

impl fmt::Display for UnsetVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MatchesNothing => "a variable without a value matches nothing",
            Self::VoidsStatement => "a variable without a value voids its statement",
            Self::FailsElement => "a variable without a value fails its element",
        })
    }
}
