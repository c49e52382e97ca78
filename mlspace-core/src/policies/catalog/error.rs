//! Errors of the catalogue.

use thiserror::Error;

use crate::layout::LayoutError;
use crate::policies::PolicyError;

/// Error when a document cannot be generated.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DocumentError {
    /// No entry has this id or slug.
    #[error("there is no document `{}`: use one of {}", name.escape_debug(), known.join(", "))]
    UnknownTemplate {
        /// The requested name.
        name: String,
        /// The known ids, the nearest first.
        known: Vec<&'static str>,
    },
    /// The parameters are not an object.
    #[error(
        "the parameters are not an object: write names with values, such as `{{ account_id = \"123456789012\" }}`"
    )]
    NotAnObject,
    /// The document has no such parameter.
    #[error("`{template}` has no parameter `{}`: use {}", name.escape_debug(), known.join(", "))]
    UnknownParameter {
        /// Id of the entry.
        template: &'static str,
        /// The parameter.
        name: String,
        /// The parameters of the entry, the nearest first.
        known: Vec<&'static str>,
    },
    /// A parameter has the wrong type.
    #[error("the parameter `{name}` is {found}: write {expected}")]
    WrongType {
        /// The parameter.
        name: &'static str,
        /// The type of the value.
        found: &'static str,
        /// The type of the parameter.
        expected: &'static str,
    },
    /// A required parameter is missing or empty.
    #[error("`{template}` needs the parameter `{name}`: {description}")]
    MissingParameter {
        /// Id of the entry.
        template: &'static str,
        /// The parameter.
        name: &'static str,
        /// Description of the parameter.
        description: &'static str,
    },
    /// A parameter has an invalid value.
    #[error("the parameter `{name}` is invalid: {reason}")]
    InvalidParameter {
        /// The parameter.
        name: &'static str,
        /// Cause and remedy.
        reason: String,
    },
    /// There is nothing to write into a document.
    #[error(
        "`{template}` has no statements for these parameters: give parameters that allow or deny something"
    )]
    Empty {
        /// Id of the entry.
        template: &'static str,
    },
    /// The policy cannot be generated from the parameters.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

impl DocumentError {
    /// The parameter at fault, if it is a known one.
    #[must_use]
    pub fn parameter(&self) -> Option<&'static str> {
        match self {
            Self::WrongType { name, .. }
            | Self::MissingParameter { name, .. }
            | Self::InvalidParameter { name, .. } => Some(name),
            Self::UnknownTemplate { .. }
            | Self::NotAnObject
            | Self::UnknownParameter { .. }
            | Self::Empty { .. }
            | Self::Policy(_) => None,
        }
    }
}

impl From<LayoutError> for DocumentError {
    fn from(error: LayoutError) -> Self {
        Self::Policy(error.into())
    }
}
