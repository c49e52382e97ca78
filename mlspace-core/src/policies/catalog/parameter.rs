//! Parameters of documents.

pub(in crate::policies) mod document;
pub(in crate::policies) mod guardrail;

pub(super) use guardrail::EXEMPT_PRINCIPAL_ARNS;

use super::format::{Format, UNCHECKED};

/// A parameter of a document.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Name of the parameter.
    pub name: &'static str,
    /// Another name that is accepted instead: the name in the entry that this one is an alias of.
    pub other_name: Option<&'static str>,
    /// Type of the value.
    pub parameter_type: ParameterType,
    /// Description, as a noun phrase in Markdown.
    pub description: &'static str,
    /// Format of the value, or of the values of a list.
    pub(super) format: &'static Format,
}

/// Types of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterType {
    /// A string.
    String,
    /// A list of strings.
    StringList,
    /// A boolean.
    Bool,
    /// A whole number.
    Number,
    /// A map of strings.
    StringMap,
}

impl ParameterType {
    /// Description of the type, such as `a list of strings`.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::StringList => "a list of strings",
            Self::Bool => "true or false",
            Self::Number => "a whole number",
            Self::StringMap => "a map of strings",
        }
    }
}

impl Parameter {
    /// A parameter whose format the generator of the document checks.
    const fn new(
        name: &'static str,
        parameter_type: ParameterType,
        description: &'static str,
    ) -> Self {
        Self {
            name,
            other_name: None,
            parameter_type,
            description,
            format: UNCHECKED,
        }
    }

    /// The parameter with values of this format.
    const fn with_format(self, format: &'static Format) -> Self {
        Self { format, ..self }
    }

    /// The parameter, also accepted under the name that another entry uses for it.
    const fn alias_of(self, name: &'static str) -> Self {
        Self {
            other_name: Some(name),
            ..self
        }
    }

    /// The name by which functions that generate documents read the value.
    pub(super) fn key(&self) -> &'static str {
        self.other_name.unwrap_or(self.name)
    }

    /// Whether the parameter can be given under this name.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.other_name == Some(name)
    }
}
