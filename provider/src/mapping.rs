//! Mapping between the framework's values and the core's types, and from errors of the core to
//! diagnostics.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use mlspace_core::aws::{Completed, Error, Failure, Operation, Outcome};
use mlspace_core::ownership::Owned;
use mlspace_core::plan::PlanOutcome;
use mlspace_core::tags::{self, Tags};
use serde_json::Value as Json;

use crate::ownership;
use terraform_plugin::framework::diagnostics::{capitalize, sentence};
use terraform_plugin::framework::schema::parse_duration;
use terraform_plugin::framework::{Call, Diagnostics, Failed, Field, Value};

/// A list or set of strings. Elements that other resources provide are unknown in the first plan.
pub(crate) type StringList = Field<Vec<Field<String>>>;

/// A map of strings, whose values can be unknown in the first plan.
pub(crate) type StringMap = Field<BTreeMap<String, Field<String>>>;

/// A duration in the notation of Terraform. `None` if the field is null or invalid.
pub(crate) fn duration(field: &Field<String>) -> Option<Duration> {
    field.as_deref().and_then(parse_duration)
}

/// The string in a field; empty if it is null.
pub(crate) fn string_or_default(field: &Field<String>) -> String {
    field.as_option().cloned().unwrap_or_default()
}

/// Parses the string in a field that must be known.
pub(crate) fn parse<N>(field: &Field<String>, attribute: &str) -> Result<N, Diagnostics>
where
    N: FromStr,
    N::Err: Display,
{
    match field.as_option() {
        Some(string) => parse_string(string, attribute),
        None => Err(missing_value(attribute)),
    }
}

/// Parses the string in a field; `None` if it is null or unknown.
pub(crate) fn parse_optional<N>(
    field: &Field<String>,
    attribute: &str,
) -> Result<Option<N>, Diagnostics>
where
    N: FromStr,
    N::Err: Display,
{
    field
        .as_option()
        .map(|string| parse_string(string, attribute))
        .transpose()
}

/// Parses the strings in a list or set, which must be known; none if it is null.
pub(crate) fn parse_all<N>(field: &StringList, attribute: &str) -> Result<Vec<N>, Diagnostics>
where
    N: FromStr,
    N::Err: Display,
{
    field
        .as_option()
        .into_iter()
        .flatten()
        .map(|string| parse(string, attribute))
        .collect()
}

fn parse_string<N>(string: &str, attribute: &str) -> Result<N, Diagnostics>
where
    N: FromStr,
    N::Err: Display,
{
    string.parse().map_err(|error: N::Err| {
        Diagnostics::of_error(attribute, "Invalid value", sentence(&error.to_string()))
    })
}

/// Parses a part of an import id; `form` describes the format of the id.
pub(crate) fn parse_id<N>(part: &str, form: &str) -> Result<N, Diagnostics>
where
    N: FromStr,
    N::Err: Display,
{
    part.parse().map_err(|error: N::Err| {
        Diagnostics::of_error(
            "",
            "Invalid import id",
            format!("{} The import id is {form}.", sentence(&error.to_string())),
        )
    })
}

/// Converts seconds since 1970 to an RFC 3339 timestamp in UTC. 0 is the time that a record does not
/// have, and null.
pub(crate) fn timestamp(seconds: i64) -> Field<String> {
    if seconds == 0 {
        return Field::Null;
    }
    jiff::Timestamp::from_second(seconds).map_or(Field::Null, |time| Field::Known(time.to_string()))
}

/// The reverse of [`timestamp`]; `None` for null, unknown or another notation.
pub(crate) fn seconds(field: &Field<String>) -> Option<i64> {
    let time = field.as_option()?.parse::<jiff::Timestamp>().ok()?;
    Some(time.as_second())
}

/// The cancellation token and deadline of a call, and on whose behalf it acts, for the core.
pub(crate) fn operation(call: &Call, name: &str) -> Operation {
    Operation::new(call.cancel().clone(), call.timeout(name)).on_behalf_of(ownership::caller(call))
}

/// Converts an error of the core to a diagnostic.
pub(crate) fn diagnostics(error: &Error) -> Diagnostics {
    Diagnostics::of_error(
        error.attribute().unwrap_or_default(),
        capitalize(error.summary()),
        sentence(&error.detail()),
    )
}

/// The values that the core planned. Its warnings and errors go into the plan's diagnostics.
pub(crate) fn planned<T>(outcome: PlanOutcome<T>, diagnostics: &mut Diagnostics) -> Option<T> {
    for notice in outcome.warnings {
        let (summary, detail) = (capitalize(&notice.summary), sentence(&notice.detail));
        diagnostics.warning(notice.attribute, summary, detail);
    }
    for notice in outcome.errors {
        let (summary, detail) = (capitalize(&notice.summary), sentence(&notice.detail));
        diagnostics.error(notice.attribute, summary, detail);
    }
    outcome.values
}

/// A model whose computed attributes come from an object of the core.
pub(crate) trait StateModel: Sized {
    /// The object that the core reads, creates and updates.
    type Object: Owned;

    /// This model with the values of the object.
    fn with(self, object: &Self::Object) -> Self;
}

/// Converts the result of a create or update to the new state, or to diagnostics with the state
/// that was reached. The object's token is kept in the private state.
pub(crate) fn applied<M: StateModel>(
    call: &mut Call,
    planned: M,
    outcome: Outcome<M::Object>,
) -> Result<M, Failed<M>> {
    let state = |object: M::Object| {
        ownership::keep(call, &object);
        planned.with(&object)
    };
    match outcome {
        Ok(object) => Ok(state(object)),
        Err(Failure { error, reached }) => Err(Failed {
            diagnostics: diagnostics(&error),
            state: reached.map(state),
        }),
    }
}

/// Shows the warnings of an operation; returns its object.
pub(crate) fn warned<T>(call: &mut Call, completed: Completed<T>) -> T {
    for warning in completed.warnings {
        call.warn(warning.attribute, warning.summary, warning.detail);
    }
    completed.object
}

/// As [`applied`], for a create: Terraform marks a state that comes with an error as tainted, so the
/// error says what that means.
pub(crate) fn created<M: StateModel>(
    call: &mut Call,
    planned: M,
    outcome: Outcome<M::Object>,
) -> Result<M, Failed<M>> {
    match outcome {
        Err(Failure {
            error,
            reached: Some(object),
        }) => {
            ownership::keep(call, &object);
            Err(Failed {
                diagnostics: Diagnostics::of_error(
                    error.attribute().unwrap_or_default(),
                    capitalize(error.summary()),
                    sentence(&error.detail_if_tainted()),
                ),
                state: Some(planned.with(&object)),
            })
        }
        outcome => applied(call, planned, outcome),
    }
}

/// The value of a field that must be known.
pub(crate) fn required<T: Clone>(field: &Field<T>, attribute: &str) -> Result<T, Diagnostics> {
    field
        .as_option()
        .cloned()
        .ok_or_else(|| missing_value(attribute))
}

/// The error for a value that is needed and not known.
pub(crate) fn missing_value(attribute: &str) -> Diagnostics {
    Diagnostics::of_error(
        attribute,
        "Missing value",
        format!("`{attribute}` has no value, or its value is not known yet. Set it."),
    )
}

/// Converts strings to a list or set.
pub(crate) fn strings<S: ToString>(strings: &[S]) -> StringList {
    Field::Known(
        strings
            .iter()
            .map(|string| Field::Known(string.to_string()))
            .collect(),
    )
}

/// The strings in a list or set, which must be known; `None` if it is null.
pub(crate) fn optional_strings(
    field: &StringList,
    attribute: &str,
) -> Result<Option<Vec<String>>, Diagnostics> {
    field
        .as_option()
        .map(|strings| {
            strings
                .iter()
                .map(|string| required(string, attribute))
                .collect()
        })
        .transpose()
}

/// The strings in a set, in order; an error while any is unknown.
pub(crate) fn sorted(field: &StringList, attribute: &str) -> Result<Vec<String>, Diagnostics> {
    if field.is_unknown() {
        return Err(missing_value(attribute));
    }
    let mut strings = optional_strings(field, attribute)?.unwrap_or_default();
    strings.sort();
    strings.dedup();
    Ok(strings)
}

/// The set for strings that were found: as it is if it says the same.
pub(crate) fn set_of<'a>(
    field: StringList,
    found: impl IntoIterator<Item = &'a String> + Clone,
) -> StringList {
    let found: Vec<String> = found.into_iter().cloned().collect();
    match sorted(&field, "") {
        Ok(known) if known == found => field,
        _ => strings(&found),
    }
}

/// The tags in a map; `None` while any of them is unknown.
pub(crate) fn known_tags(field: &StringMap) -> Option<Tags> {
    match field {
        Field::Null => Some(Tags::new()),
        Field::Unknown => None,
        Field::Known(tags) => {
            let known: Option<BTreeMap<_, _>> = tags
                .iter()
                .map(|(key, value)| Some((key.clone(), value.as_option()?.clone())))
                .collect();
            known.map(Tags::from)
        }
    }
}

/// Converts tags to a map.
pub(crate) fn tag_map(tags: &Tags) -> StringMap {
    Field::Known(
        tags.iter()
            .map(|(key, value)| (key.to_owned(), Field::from(value)))
            .collect(),
    )
}

/// Checks the tags that a user sets: all keys, and all known values.
pub(crate) fn check_tags(field: &StringMap, attribute: &str, diagnostics: &mut Diagnostics) {
    let Some(tags) = field.as_option() else {
        return;
    };
    let known = tags
        .iter()
        .map(|(key, value)| (key.clone(), value.as_option().cloned().unwrap_or_default()));
    if let Err(error) = tags::check_user_tags(&Tags::from(known.collect::<BTreeMap<_, _>>())) {
        diagnostics.error(attribute, "Invalid tags", sentence(&error.to_string()));
    }
}

/// An attribute of an identity; empty, and therefore not a valid name, if it is missing.
pub(crate) fn identity_part<'a>(
    identity: &'a BTreeMap<String, String>,
    attribute: &str,
) -> &'a str {
    identity.get(attribute).map_or("", String::as_str)
}

/// The field, or a default value if it is null.
pub(crate) fn or_default<T>(field: Field<T>, value: T) -> Field<T> {
    if field.is_null() {
        Field::Known(value)
    } else {
        field
    }
}

/// The field, or null if it is unknown.
pub(crate) fn known_or_null<T>(field: Field<T>) -> Field<T> {
    if field.is_unknown() {
        Field::Null
    } else {
        field
    }
}

/// Converts a value to JSON. Unknown values become null.
pub(crate) fn json(value: &Value) -> Json {
    match value {
        Value::Null | Value::Unknown => Json::Null,
        Value::Bool(boolean) => Json::Bool(*boolean),
        Value::Number(number) => serde_json::from_str(&number.to_string()).unwrap_or(Json::Null),
        Value::String(string) => Json::String(string.clone()),
        Value::List(elements) | Value::Set(elements) | Value::Tuple(elements) => {
            Json::Array(elements.iter().map(json).collect())
        }
        Value::Map(entries) | Value::Object(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| (key.clone(), json(value)));
            Json::Object(entries.collect())
        }
        Value::Dynamic(_, value) => json(value),
    }
}

#[cfg(test)]
mod tests {
    use mlspace_core::name::ProjectName;
    use mlspace_core::ownership::Token;

    use super::*;

    #[derive(Debug, PartialEq)]
    struct Model(Field<String>);

    struct Thing(&'static str);

    impl Owned for Thing {
        fn token(&self) -> Option<&Token> {
            None
        }
    }

    impl StateModel for Model {
        type Object = Thing;

        fn with(self, object: &Thing) -> Self {
            Self(object.0.into())
        }
    }

    fn not_found() -> Error {
        Error::NotFound {
            what: "table `users`".to_owned(),
            remedy: "create it".to_owned(),
        }
    }

    #[test]
    fn applied_returns_the_reached_state_with_the_error() {
        let planned = || Model(Field::Unknown);
        let call = &mut Call::default();
        let state = applied(call, planned(), Ok(Thing("made"))).unwrap();
        assert_eq!(state, Model("made".into()));
        for reached in [None, Some("half")] {
            let failure = Failure {
                error: not_found(),
                reached: reached.map(Thing),
            };
            let failed = applied(call, planned(), Err(failure)).unwrap_err();
            assert!(failed.diagnostics.has_errors());
            assert_eq!(failed.state, reached.map(|name| Model(name.into())));
        }
    }

    #[test]
    fn created_says_that_the_state_is_tainted() {
        let call = &mut Call::default();
        for (reached, tainted) in [(None, false), (Some(Thing("half")), true)] {
            let failure = Failure {
                error: not_found(),
                reached,
            };
            let failed = created(call, Model(Field::Unknown), Err(failure)).unwrap_err();
            assert_eq!(failed.state.is_some(), tainted);
            let detail = &failed.diagnostics.iter().next().unwrap().detail;
            assert_eq!(detail.contains("terraform untaint"), tainted, "{detail}");
        }
        let state = created(call, Model(Field::Unknown), Ok(Thing("made"))).unwrap();
        assert_eq!(state, Model("made".into()));
    }

    #[test]
    fn diagnostics_are_in_sentence_case() {
        let found = diagnostics(&not_found());
        let diagnostic = found.iter().next().unwrap();
        assert!(diagnostic.summary.starts_with(char::is_uppercase));
        assert!(diagnostic.detail.ends_with("Create it."), "{diagnostic:?}");
    }

    #[test]
    fn parse_id_describes_the_format() {
        let error = parse_id::<ProjectName>("fr*ud", "the project's name").unwrap_err();
        let diagnostic = error.iter().next().unwrap();
        assert_eq!(diagnostic.summary, "Invalid import id");
        assert!(
            diagnostic
                .detail
                .ends_with("The import id is the project's name."),
            "{diagnostic:?}"
        );
    }

    #[test]
    fn parse_requires_a_known_value() {
        for field in [Field::Null, Field::Unknown] {
            let error = parse::<ProjectName>(&field, "name").unwrap_err();
            assert_eq!(error.iter().next().unwrap().summary, "Missing value");
            assert_eq!(parse_optional::<ProjectName>(&field, "name"), Ok(None));
        }
    }

    #[test]
    fn json_converts_nested_values() {
        let value = Value::object([
            ("n", Value::from(2)),
            ("l", Value::list([Value::from("x"), Value::Unknown])),
        ]);
        assert_eq!(json(&value), serde_json::json!({"n": 2, "l": ["x", null]}));
    }
}
