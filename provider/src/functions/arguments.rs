//! What functions take from their arguments, with errors that name the argument.

use std::fmt::Display;
use std::str::FromStr;

use iam_policy::{Document, Kind};
use serde_json::Value as Json;

use crate::{mapping, validators};
use terraform_plugin::framework::{FunctionError, Value};

/// The words for kinds of policies, for descriptions.
pub(super) fn kinds() -> String {
    validators::join_quoted(&Kind::ALL.map(Kind::word))
}

/// The text of an argument, counted from 0.
pub(super) fn text(arguments: &[Value], index: usize) -> Result<&str, FunctionError> {
    arguments
        .get(index)
        .and_then(Value::as_str)
        .ok_or_else(|| FunctionError::argument(index, "expected a string"))
}

/// The text of an argument, which may be null.
pub(super) fn optional_text(arguments: &[Value], index: usize) -> Option<&str> {
    arguments.get(index).and_then(Value::as_str)
}

/// An argument as something that is parsed from text.
pub(super) fn parsed<T>(arguments: &[Value], index: usize) -> Result<T, FunctionError>
where
    T: FromStr,
    T::Err: Display,
{
    text(arguments, index)?
        .parse()
        .map_err(|error: T::Err| FunctionError::argument(index, error.to_string()))
}

/// The texts of a list.
pub(super) fn texts(arguments: &[Value], index: usize) -> Result<Vec<&str>, FunctionError> {
    arguments
        .get(index)
        .and_then(Value::as_elements)
        .and_then(|elements| elements.iter().map(Value::as_str).collect())
        .ok_or_else(|| FunctionError::argument(index, "expected a list of strings"))
}

/// The policies in a list of JSON texts.
pub(super) fn policies(arguments: &[Value], index: usize) -> Result<Vec<Document>, FunctionError> {
    let parse = |(place, text): (usize, &str)| {
        Document::parse(text).map_err(|error| {
            FunctionError::argument(index, format!("policy {}: {error}", place + 1))
        })
    };
    texts(arguments, index)?
        .into_iter()
        .enumerate()
        .map(parse)
        .collect()
}

/// A kind of policy.
pub(super) fn kind(arguments: &[Value], index: usize) -> Result<Kind, FunctionError> {
    parsed(arguments, index)
}

/// The values of condition keys that a request carries: a map of lists of strings.
pub(super) fn context(
    arguments: &[Value],
    index: usize,
) -> impl Iterator<Item = (&str, Vec<&str>)> {
    let entries = arguments.get(index).and_then(Value::as_entries);
    entries.into_iter().flatten().map(|(key, values)| {
        let values = values.as_elements().unwrap_or_default();
        (
            key.as_str(),
            values.iter().filter_map(Value::as_str).collect(),
        )
    })
}

/// A whole number that counts something.
pub(super) fn count(arguments: &[Value], index: usize) -> Result<usize, FunctionError> {
    arguments
        .get(index)
        .and_then(Value::as_number)
        .and_then(|number| usize::try_from(number.as_i64()?).ok())
        .filter(|count| *count > 0)
        .ok_or_else(|| FunctionError::argument(index, "expected a whole number from 1"))
}

/// An argument of any type as JSON.
pub(super) fn json(arguments: &[Value], index: usize) -> Json {
    arguments.get(index).map_or(Json::Null, mapping::json)
}
