//! Parameters as they were given, checked against what a kind takes.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use serde_json::Value;
use thiserror::Error;

use super::{DocumentKind, ParameterForm};
use crate::layout::LayoutError;
use crate::policies::GrantError;

/// Documents that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DocumentKindError {
    /// There is no kind of this name.
    #[error("there are no documents of the kind `{}`: choose one of {}", name.escape_debug(), known.join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
        /// The kinds that there are.
        known: Vec<&'static str>,
    },
    /// The parameters are no object.
    #[error(
        "the parameters are not an object: write `{{ account_id = \"123456789012\", … }}` or the like"
    )]
    NoObject,
    /// A parameter that documents of the kind do not take.
    #[error("documents of the kind `{kind}` take no parameter `{}`, only {}", name.escape_debug(), known.join(", "))]
    UnknownParameter {
        /// The kind.
        kind: &'static str,
        /// The parameter.
        name: String,
        /// The parameters that it takes.
        known: Vec<&'static str>,
    },
    /// A parameter of another type than it should have.
    #[error("the parameter `{name}` is {found}: write {expected}")]
    Form {
        /// The parameter.
        name: &'static str,
        /// What it is.
        found: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A parameter that is needed and not given.
    #[error("documents of the kind `{kind}` need the parameter `{name}`: {title}")]
    Missing {
        /// The kind.
        kind: &'static str,
        /// The parameter.
        name: &'static str,
        /// What it means.
        title: &'static str,
    },
    /// A parameter with an unusable value.
    #[error("the parameter `{name}` is not usable: {reason}")]
    Invalid {
        /// The parameter.
        name: &'static str,
        /// Why, and what to write.
        reason: String,
    },
    /// The documents cannot be made of the parameters.
    #[error(transparent)]
    Grant(#[from] GrantError),
}

impl DocumentKindError {
    /// The parameter at fault, where it is one of the known.
    #[must_use]
    pub fn parameter(&self) -> Option<&'static str> {
        match self {
            Self::Form { name, .. } | Self::Missing { name, .. } | Self::Invalid { name, .. } => {
                Some(name)
            }
            Self::Unknown { .. }
            | Self::NoObject
            | Self::UnknownParameter { .. }
            | Self::Grant(_) => None,
        }
    }
}

impl From<LayoutError> for DocumentKindError {
    fn from(error: LayoutError) -> Self {
        Self::Grant(error.into())
    }
}

/// A parameter's value.
enum Part {
    Text(String),
    Texts(Vec<String>),
    Switch(bool),
    Names(BTreeMap<String, String>),
}

/// The parameters of one document. What is needed is there, and everything has its form.
pub(super) struct Given<'k> {
    kind: &'k DocumentKind,
    parts: BTreeMap<&'static str, Part>,
}

impl<'k> Given<'k> {
    pub(super) fn new(
        kind: &'k DocumentKind,
        parameters: &Value,
    ) -> Result<Self, DocumentKindError> {
        let members = parameters.as_object().ok_or(DocumentKindError::NoObject)?;
        let mut parts = BTreeMap::new();
        for (name, value) in members {
            let known = kind.parameters().find(|known| known.name == name);
            let known = known.ok_or_else(|| DocumentKindError::UnknownParameter {
                kind: kind.name,
                name: name.clone(),
                known: kind.parameters().map(|known| known.name).collect(),
            })?;
            if value.is_null() {
                continue;
            }
            let part = part(known.form, value).map_err(|found| DocumentKindError::Form {
                name: known.name,
                found,
                expected: known.form.words(),
            })?;
            parts.insert(known.name, part);
        }
        let given = Self { kind, parts };
        match kind.required().find(|name| !given.parts.contains_key(name)) {
            Some(missing) => Err(given.missing(missing)),
            None => Ok(given),
        }
    }

    /// The error that a parameter is not given.
    pub(super) fn missing(&self, name: &'static str) -> DocumentKindError {
        let known = super::DOCUMENT_PARAMETERS
            .iter()
            .find(|known| known.name == name);
        DocumentKindError::Missing {
            kind: self.kind.name,
            name,
            title: known.map_or("", |known| known.title),
        }
    }

    pub(super) fn optional_text(&self, name: &str) -> Option<&str> {
        match self.parts.get(name) {
            Some(Part::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn text(&self, name: &'static str) -> Result<&str, DocumentKindError> {
        self.optional_text(name).ok_or_else(|| self.missing(name))
    }

    /// The values of a list, none where it is not given.
    pub(super) fn texts(&self, name: &str) -> &[String] {
        match self.parts.get(name) {
            Some(Part::Texts(texts)) => texts,
            _ => &[],
        }
    }

    pub(super) fn switch(&self, name: &str) -> bool {
        matches!(self.parts.get(name), Some(Part::Switch(true)))
    }

    pub(super) fn names(&self, name: &str) -> impl Iterator<Item = (&str, &str)> {
        let names = match self.parts.get(name) {
            Some(Part::Names(names)) => Some(names),
            _ => None,
        };
        names
            .into_iter()
            .flatten()
            .map(|(key, name)| (key.as_str(), name.as_str()))
    }

    /// A parameter that must be there, as what it names.
    pub(super) fn parsed<T>(&self, name: &'static str) -> Result<T, DocumentKindError>
    where
        T: FromStr<Err: Display>,
    {
        parse(name, self.text(name)?)
    }

    /// The values of a list, each as what it names.
    pub(super) fn all_parsed<T>(&self, name: &'static str) -> Result<Vec<T>, DocumentKindError>
    where
        T: FromStr<Err: Display>,
    {
        self.texts(name)
            .iter()
            .map(|text| parse(name, text))
            .collect()
    }

    /// The values of a list, each being a word for something.
    pub(super) fn words<T: Copy>(
        &self,
        name: &'static str,
        known: &[(&'static str, T)],
    ) -> Result<Vec<T>, DocumentKindError> {
        let meaning = |text: &String| {
            let found = known.iter().find(|(word, _)| word == text);
            found.map(|(_, meaning)| *meaning).ok_or_else(|| {
                let words: Vec<String> =
                    known.iter().map(|(word, _)| format!("`{word}`")).collect();
                let text = text.escape_debug();
                invalid(name, format!("`{text}` is not among {}", words.join(", ")))
            })
        };
        self.texts(name).iter().map(meaning).collect()
    }
}

/// The error that a parameter's value is not usable.
pub(super) fn invalid(name: &'static str, reason: impl Display) -> DocumentKindError {
    DocumentKindError::Invalid {
        name,
        reason: reason.to_string(),
    }
}

fn parse<T: FromStr<Err: Display>>(name: &'static str, text: &str) -> Result<T, DocumentKindError> {
    text.parse().map_err(|error| invalid(name, error))
}

/// A value of the form, or what it is instead.
fn part(form: ParameterForm, value: &Value) -> Result<Part, &'static str> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let part = match (form, value) {
        (ParameterForm::Text, value) => text(value).map(Part::Text),
        (ParameterForm::Switch, value) => value.as_bool().map(Part::Switch),
        (ParameterForm::Texts, Value::Array(elements)) => {
            let texts: Option<_> = elements.iter().map(text).collect();
            return texts.map(Part::Texts).ok_or("a list of other things");
        }
        (ParameterForm::Names, Value::Object(members)) => {
            let named = |(key, value): (&String, &Value)| Some((key.clone(), text(value)?));
            let names: Option<_> = members.iter().map(named).collect();
            return names.map(Part::Names).ok_or("a map of other things");
        }
        _ => None,
    };
    part.ok_or(match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    })
}
