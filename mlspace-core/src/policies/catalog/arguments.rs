//! Parsed and checked parameters of one document.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use serde_json::Value;

use super::error::DocumentError;
use super::nearest::nearest_first;
use super::parameter::{Parameter, ParameterType};
use super::template::{Category, DocumentTemplate};

/// Value of a parameter.
enum Argument {
    String(String),
    Strings(Vec<String>),
    Bool(bool),
    Map(BTreeMap<String, String>),
}

/// The parameters of one document. Required ones are present, and each has its type and format.
pub(in crate::policies) struct Arguments {
    template: &'static str,
    parameters: Vec<&'static Parameter>,
    values: BTreeMap<&'static str, Argument>,
}

impl Arguments {
    /// Parses the members of a JSON object.
    pub(super) fn new(
        template: &DocumentTemplate,
        parameters: &Value,
    ) -> Result<Self, DocumentError> {
        let members = parameters.as_object().ok_or(DocumentError::NotAnObject)?;
        let mut arguments = Self {
            template: template.id,
            parameters: template.parameters().collect(),
            values: BTreeMap::new(),
        };
        // Guardrails accept `"x"` for `["x"]`, `"5"` for `5` and the reverse, since one object of
        // parameters can serve guardrails whose parameters have different types.
        let convert = template.category == Category::Guardrail;
        for (name, value) in members {
            let parameter = arguments.known(name)?;
            if value.is_null() {
                continue;
            }
            let value = if convert {
                converted(parameter.parameter_type, value)
            } else {
                Cow::Borrowed(value)
            };
            let argument = parse(parameter, &value)?;
            if arguments.values.insert(parameter.key(), argument).is_some() {
                let other = parameter.key();
                return Err(invalid(
                    parameter.name,
                    format!("`{other}` is the same parameter: give one of the two"),
                ));
            }
        }
        let missing = template
            .required_parameters()
            .find(|parameter| !arguments.values.contains_key(parameter.key()));
        match missing {
            Some(parameter) => Err(arguments.missing(parameter.key())),
            None => Ok(arguments),
        }
    }

    fn known(&self, name: &str) -> Result<&'static Parameter, DocumentError> {
        let found = self.parameters.iter().find(|known| known.is_called(name));
        found.copied().ok_or_else(|| {
            let known = self.parameters.iter().map(|known| known.name).collect();
            DocumentError::UnknownParameter {
                template: self.template,
                name: name.to_owned(),
                known: nearest_first(name, known),
            }
        })
    }

    /// The error for a parameter that is not given or empty.
    pub(in crate::policies) fn missing(&self, key: &'static str) -> DocumentError {
        let parameter = self.parameters.iter().find(|known| known.key() == key);
        DocumentError::MissingParameter {
            template: self.template,
            name: parameter.map_or(key, |known| known.name),
            description: parameter.map_or("", |known| known.description),
        }
    }

    /// The value of a string or number, if given.
    pub(in crate::policies) fn optional_string(&self, key: &str) -> Option<&str> {
        match self.values.get(key) {
            Some(Argument::String(value)) => Some(value),
            _ => None,
        }
    }

    /// The value of a string or number.
    pub(in crate::policies) fn string(&self, key: &'static str) -> Result<&str, DocumentError> {
        self.optional_string(key).ok_or_else(|| self.missing(key))
    }

    /// The values of a list, if given.
    pub(in crate::policies) fn optional_strings(&self, key: &str) -> Option<&[String]> {
        match self.values.get(key) {
            Some(Argument::Strings(values)) => Some(values),
            _ => None,
        }
    }

    /// The values of a list. Empty if not given.
    pub(in crate::policies) fn strings(&self, key: &str) -> &[String] {
        self.optional_strings(key).unwrap_or_default()
    }

    /// The values of a list, which must not be empty.
    pub(in crate::policies) fn non_empty_strings(
        &self,
        key: &'static str,
    ) -> Result<&[String], DocumentError> {
        match self.strings(key) {
            [] => Err(self.missing(key)),
            values => Ok(values),
        }
    }

    /// The value of a boolean, if given.
    pub(in crate::policies) fn optional_bool(&self, key: &str) -> Option<bool> {
        match self.values.get(key) {
            Some(Argument::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    /// The entries of a map. Empty if not given.
    pub(in crate::policies) fn map(&self, key: &str) -> impl Iterator<Item = (&str, &str)> {
        let map = match self.values.get(key) {
            Some(Argument::Map(map)) => Some(map),
            _ => None,
        };
        map.into_iter()
            .flatten()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The value of a string, parsed.
    pub(in crate::policies) fn parsed<T>(&self, key: &'static str) -> Result<T, DocumentError>
    where
        T: FromStr<Err: Display>,
    {
        parse_string(key, self.string(key)?)
    }

    /// The values of a list, parsed.
    pub(in crate::policies) fn all_parsed<T>(
        &self,
        key: &'static str,
    ) -> Result<Vec<T>, DocumentError>
    where
        T: FromStr<Err: Display>,
    {
        let values = self.strings(key).iter();
        values.map(|value| parse_string(key, value)).collect()
    }

    /// The values of a list, each the name of one of these choices.
    pub(in crate::policies) fn choices<T: Copy>(
        &self,
        key: &'static str,
        choices: &[(&'static str, T)],
    ) -> Result<Vec<T>, DocumentError> {
        let choice = |value: &String| {
            let found = choices.iter().find(|(name, _)| name == value);
            found.map(|(_, choice)| *choice).ok_or_else(|| {
                let names: Vec<String> = choices
                    .iter()
                    .map(|(name, _)| format!("`{name}`"))
                    .collect();
                let value = value.escape_debug();
                let names = names.join(", ");
                invalid(key, format!("`{value}` is not a valid value: use {names}"))
            })
        };
        self.strings(key).iter().map(choice).collect()
    }
}

/// The error for an invalid value of a parameter.
pub(in crate::policies) fn invalid(name: &'static str, reason: impl Display) -> DocumentError {
    DocumentError::InvalidParameter {
        name,
        reason: reason.to_string(),
    }
}

fn parse_string<T>(name: &'static str, value: &str) -> Result<T, DocumentError>
where
    T: FromStr<Err: Display>,
{
    value.parse().map_err(|error| invalid(name, error))
}

/// The value, converted to the type where Terraform would convert it, and to and from a list of one
/// element. Values that cannot be converted stay as they are.
fn converted(to: ParameterType, value: &Value) -> Cow<'_, Value> {
    let scalar = |value: &Value| match (to, value) {
        (ParameterType::Bool, Value::String(string)) => string.parse().map(Value::Bool).ok(),
        (ParameterType::String | ParameterType::StringList, Value::Number(number)) => {
            Some(Value::String(number.to_string()))
        }
        (ParameterType::String | ParameterType::StringList, Value::Bool(boolean)) => {
            Some(Value::String(boolean.to_string()))
        }
        _ => None,
    };
    match (to, value) {
        (ParameterType::StringMap, _) => Cow::Borrowed(value),
        (ParameterType::StringList, Value::Array(elements)) => {
            let element = |value: &Value| scalar(value).unwrap_or_else(|| value.clone());
            Cow::Owned(elements.iter().map(element).collect())
        }
        (ParameterType::StringList, single) => {
            let element = scalar(single).unwrap_or_else(|| single.clone());
            Cow::Owned(Value::Array(vec![element]))
        }
        (_, Value::Array(elements)) => match elements.as_slice() {
            [single] => converted(to, single),
            _ => Cow::Borrowed(value),
        },
        (_, single) => scalar(single).map_or(Cow::Borrowed(value), Cow::Owned),
    }
}

/// Parses the value of a parameter and checks its format.
fn parse(parameter: &Parameter, value: &Value) -> Result<Argument, DocumentError> {
    let expected = parameter.parameter_type.description();
    let wrong_type = |found| DocumentError::WrongType {
        name: parameter.name,
        found,
        expected,
    };
    let string = |value: &Value| value.as_str().map(str::to_owned);
    let argument = match (parameter.parameter_type, value) {
        (ParameterType::String, Value::String(string)) => Argument::String(string.clone()),
        (ParameterType::Number, Value::Number(number)) => Argument::String(number.to_string()),
        // A number in quotes. Its format is checked below.
        (ParameterType::Number, Value::String(string)) => Argument::String(string.clone()),
        (ParameterType::Bool, Value::Bool(boolean)) => Argument::Bool(*boolean),
        (ParameterType::StringList, Value::Array(elements)) => {
            let strings: Option<_> = elements.iter().map(string).collect();
            Argument::Strings(
                strings.ok_or_else(|| wrong_type("a list with values of other types"))?,
            )
        }
        (ParameterType::StringMap, Value::Object(members)) => {
            let entry = |(key, value): (&String, &Value)| Some((key.clone(), string(value)?));
            let entries: Option<_> = members.iter().map(entry).collect();
            Argument::Map(entries.ok_or_else(|| wrong_type("a map with values of other types"))?)
        }
        (_, Value::Null) => return Err(wrong_type("null")),
        (_, Value::Bool(_)) => return Err(wrong_type("a boolean")),
        (_, Value::Number(_)) => return Err(wrong_type("a number")),
        (_, Value::String(_)) => return Err(wrong_type("a string")),
        (_, Value::Array(_)) => return Err(wrong_type("a list")),
        (_, Value::Object(_)) => return Err(wrong_type("an object")),
    };
    let values = match &argument {
        Argument::String(value) => std::slice::from_ref(value),
        Argument::Strings(values) => values,
        Argument::Bool(_) | Argument::Map(_) => &[],
    };
    match values.iter().find(|value| !parameter.format.matches(value)) {
        Some(value) => {
            let (value, expected) = (value.escape_debug(), parameter.format.description);
            let reason = format!("`{value}` is not a valid value: write {expected}");
            Err(invalid(parameter.name, reason))
        }
        None => Ok(argument),
    }
}
