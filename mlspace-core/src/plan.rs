//! What a plan decides about AWS before anything is applied.

use crate::aws::Error;

/// A warning or an error of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The configuration attribute at fault; empty for the resource as a whole.
    pub attribute: &'static str,
    /// A short title.
    pub summary: String,
    /// The cause and what to do, in full sentences.
    pub detail: String,
}

impl From<&Error> for Notice {
    fn from(error: &Error) -> Self {
        Self {
            attribute: error.attribute().unwrap_or_default(),
            summary: error.summary().to_owned(),
            detail: error.detail(),
        }
    }
}

/// The result of planning one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanOutcome<T> {
    /// Values that are known before the apply; `None` when an error kept them from being computed.
    pub values: Option<T>,
    /// What the user should know.
    pub warnings: Vec<Notice>,
    /// What makes the plan fail.
    pub errors: Vec<Notice>,
}

impl<T> PlanOutcome<T> {
    /// A plan with these values and nothing to say.
    pub fn new(values: T) -> Self {
        Self {
            values: Some(values),
            warnings: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// A plan that fails.
    pub fn failed(error: &Error) -> Self {
        Self {
            values: None,
            warnings: Vec::new(),
            errors: vec![error.into()],
        }
    }

    /// This plan with the notices of another that has no values of its own.
    #[must_use]
    pub fn and(mut self, other: PlanOutcome<()>) -> Self {
        self.warnings.extend(other.warnings);
        self.errors.extend(other.errors);
        self
    }
}

impl<T> From<Result<T, Error>> for PlanOutcome<T> {
    fn from(result: Result<T, Error>) -> Self {
        match result {
            Ok(values) => Self::new(values),
            Err(error) => Self::failed(&error),
        }
    }
}
