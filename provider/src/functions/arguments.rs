//! Reads the arguments of functions, with errors that name the argument.

use std::fmt::Display;
use std::str::FromStr;

use iam_policy::{Document, PolicyType};
use serde_json::Value as Json;

use crate::{mapping, validators};
use terraform_plugin::framework::diagnostics::sentence;
use terraform_plugin::framework::{FunctionError, Value};

/// The kinds of policies, for descriptions.
pub(super) fn kinds() -> String {
    validators::join_quoted(&PolicyType::ALL.map(PolicyType::as_str))
}

/// The string in an argument, counted from 0.
pub(super) fn string(arguments: &[Value], index: usize) -> Result<&str, FunctionError> {
    arguments
        .get(index)
        .and_then(Value::as_str)
        .ok_or_else(|| FunctionError::argument(index, "The argument must be a string."))
}

/// The string in an argument; `None` if it is null.
pub(super) fn optional_string(arguments: &[Value], index: usize) -> Option<&str> {
    arguments.get(index).and_then(Value::as_str)
}

/// Parses the string in an argument.
pub(super) fn parsed<T>(arguments: &[Value], index: usize) -> Result<T, FunctionError>
where
    T: FromStr,
    T::Err: Display,
{
    string(arguments, index)?
        .parse()
        .map_err(|error: T::Err| invalid(index, error))
}

/// The error for an invalid argument, from an error of the core.
pub(super) fn invalid(index: usize, error: impl Display) -> FunctionError {
    FunctionError::argument(index, sentence(&error.to_string()))
}

/// The strings in a list.
pub(super) fn strings(arguments: &[Value], index: usize) -> Result<Vec<&str>, FunctionError> {
    arguments
        .get(index)
        .and_then(Value::as_elements)
        .and_then(|elements| elements.iter().map(Value::as_str).collect())
        .ok_or_else(|| FunctionError::argument(index, "The argument must be a list of strings."))
}

/// The policies in a list of JSON strings.
pub(super) fn policies(arguments: &[Value], index: usize) -> Result<Vec<Document>, FunctionError> {
    let parse = |(position, json): (usize, &str)| {
        Document::parse(json)
            .map_err(|error| invalid(index, format_args!("policy {}: {error}", position + 1)))
    };
    strings(arguments, index)?
        .into_iter()
        .enumerate()
        .map(parse)
        .collect()
}

/// The kind of policy in an argument.
pub(super) fn kind(arguments: &[Value], index: usize) -> Result<PolicyType, FunctionError> {
    parsed(arguments, index)
}

/// The condition keys of a request with their values: a map of lists of strings.
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

/// A positive whole number.
pub(super) fn count(arguments: &[Value], index: usize) -> Result<usize, FunctionError> {
    arguments
        .get(index)
        .and_then(Value::as_number)
        .and_then(|number| usize::try_from(number.as_i64()?).ok())
        .filter(|count| *count > 0)
        .ok_or_else(|| {
            FunctionError::argument(index, "The argument must be a positive whole number.")
        })
}

/// An argument of any type, as JSON.
pub(super) fn json(arguments: &[Value], index: usize) -> Json {
    arguments.get(index).map_or(Json::Null, mapping::json)
}
