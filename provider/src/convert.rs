//! Between the framework's values and the core's types: what every resource's mapping needs.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use mlspace_core::aws::{Error, Failure, Operation, Outcome};
use mlspace_core::grants::document_kind;
use mlspace_core::layout;
use mlspace_core::schedule::StopTime;
use mlspace_core::tags::{self, Tags};
use serde_json::Value as Json;

use terraform_plugin::framework::{
    Attribute, Call, Diagnostics, Failed, Field, Type, ValidationError, Value,
};

/// The `id` attribute, which is what import takes.
pub(crate) fn id_attribute(form: &str) -> Attribute {
    Attribute::string("id")
        .computed()
        .use_state_for_unknown()
        .describe(format!("Import id: {form}"))
}

/// The `drift` attribute: what was changed outside Terraform, a sentence each.
pub(crate) fn drift_attribute() -> Attribute {
    Attribute::list("drift", Type::String).computed().use_state_for_unknown().describe(
        "What was changed outside Terraform, a sentence each. Empty after every apply: when a refresh finds something, \
         the plan shows it here and the next apply mends it.",
    )
}

/// Plans that nothing is left of the drift that a refresh found; says whether it found any.
pub(crate) fn drift_plan(
    prior: Option<&Field<Vec<String>>>,
    planned: &mut Field<Vec<String>>,
) -> bool {
    let found = prior
        .and_then(Field::as_option)
        .is_some_and(|drift| !drift.is_empty());
    if prior.is_none() || found {
        *planned = Field::Known(Vec::new());
    }
    found
}

/// Validates a string as a name of type `N`.
pub(crate) fn name<N>(value: &Value) -> Result<(), ValidationError>
where
    N: FromStr,
    N::Err: Display,
{
    text_check(value, |text| text.parse::<N>().map(drop))
}

/// Runs a check of the core on a string value.
fn text_check<E: Display>(
    value: &Value,
    check: impl FnOnce(&str) -> Result<(), E>,
) -> Result<(), ValidationError> {
    match value {
        Value::String(text) => check(text).map_err(ValidationError::new),
        _ => Ok(()),
    }
}

/// Validates every element of a list or set of strings.
pub(crate) fn each(
    check: impl Fn(&Value) -> Result<(), ValidationError> + Send + Sync + 'static,
) -> impl Fn(&Value) -> Result<(), ValidationError> + Send + Sync + 'static {
    move |value| match value {
        Value::List(elements) | Value::Set(elements) => elements.iter().try_for_each(&check),
        _ => Ok(()),
    }
}

/// Validates a string as one of a few words.
pub(crate) fn one_of(
    words: &'static [&'static str],
) -> impl Fn(&Value) -> Result<(), ValidationError> + Send + Sync + 'static {
    move |value| {
        text_check(value, |text| {
            if words.contains(&text) {
                return Ok(());
            }
            Err(format!(
                "`{}` is not among the values it may have: write {}",
                text.escape_debug(),
                listed(words)
            ))
        })
    }
}

/// Validates a number as a whole one within bounds, both included.
pub(crate) fn between(
    least: i64,
    most: i64,
) -> impl Fn(&Value) -> Result<(), ValidationError> + Send + Sync + 'static {
    move |value| match value {
        Value::Number(number) if !number.as_i64().is_some_and(|n| (least..=most).contains(&n)) => {
            Err(ValidationError::new(format!(
                "`{number}` is out of range: write a whole number from {least} to {most}"
            )))
        }
        _ => Ok(()),
    }
}

/// Words as a readable list, each in backticks.
pub(crate) fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// Validates a project's description: printable ASCII, as MLSpace demands it.
pub(crate) fn project_description(value: &Value) -> Result<(), ValidationError> {
    text_check(value, mlspace_core::project::check_description)
}

/// Validates a dataset's description.
pub(crate) fn dataset_description(value: &Value) -> Result<(), ValidationError> {
    text_check(value, mlspace_core::dataset::check_description)
}

/// Validates a time of day, `HH:MM` in UTC.
pub(crate) fn stop_time(value: &Value) -> Result<(), ValidationError> {
    text_check(value, |text| text.parse::<StopTime>().map(drop))
}

/// Validates the value of a tag.
pub(crate) fn tag_value(value: &Value) -> Result<(), ValidationError> {
    text_check(value, |text| {
        let fits = (1..=64).contains(&text.len())
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_.:/=+-@".contains(c));
        if fits {
            return Ok(());
        }
        Err(format!(
            "`{}` cannot be a tag's value in a policy: write 1 to 64 ASCII letters, digits and `_.:/=+-@`",
            text.escape_debug()
        ))
    })
}

/// Validates the first part of IAM names.
pub(crate) fn iam_prefix(value: &Value) -> Result<(), ValidationError> {
    text_check(value, layout::check_iam_prefix)
}

/// Validates the name of a bucket.
pub(crate) fn bucket_name(value: &Value) -> Result<(), ValidationError> {
    text_check(value, layout::check_bucket_name)
}

/// Validates the ARN of a managed policy.
pub(crate) fn policy_arn(value: &Value) -> Result<(), ValidationError> {
    text_check(value, |text| {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        match parts.as_slice() {
            ["arn", partition, "iam", "", _account, resource]
                if partition.starts_with("aws") && resource.starts_with("policy/") =>
            {
                Ok(())
            }
            _ => Err(format!(
                "`{}` is not the ARN of a managed policy: write one like `arn:aws:iam::123456789012:policy/NAME`",
                text.escape_debug()
            )),
        }
    })
}

/// Validates the address of a service.
pub(crate) fn endpoint(value: &Value) -> Result<(), ValidationError> {
    text_check(value, |text| {
        let host = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"));
        if host.is_some_and(|host| !host.is_empty() && !host.contains(char::is_whitespace)) {
            return Ok(());
        }
        Err(format!(
            "`{}` is not an address: write a URL like `https://iam.example.com`",
            text.escape_debug()
        ))
    })
}

/// Validates how long an assumed role's session lasts: 15 minutes to 12 hours
/// (*AssumeRole*, `DurationSeconds`: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>).
pub(crate) fn session_duration(value: &Value) -> Result<(), ValidationError> {
    text_check(value, |text| parse_session_duration(text).map(drop))
}

fn parse_session_duration(text: &str) -> Result<Duration, String> {
    let duration = terraform_plugin::framework::schema::parse_duration(text).ok_or_else(|| {
        format!(
            "`{}` is no duration: write one like `1h` or `30m`",
            text.escape_debug()
        )
    })?;
    if (Duration::from_secs(900)..=Duration::from_secs(43_200)).contains(&duration) {
        Ok(duration)
    } else {
        Err(format!(
            "a session of `{text}` is not possible: write a duration from `15m` to `12h`"
        ))
    }
}

/// The duration in an attribute that [`session_duration`] validates.
pub(crate) fn duration(field: &Field<String>) -> Option<Duration> {
    field
        .as_option()
        .and_then(|text| parse_session_duration(text).ok())
}

/// The text in a field; empty when it is null.
pub(crate) fn text(field: &Field<String>) -> String {
    field.as_option().cloned().unwrap_or_default()
}

/// The name in a field that must hold one.
pub(crate) fn parse<N>(field: &Field<String>, attribute: &str) -> Result<N, Diagnostics>
where
    N: FromStr,
    N::Err: Display,
{
    match field.as_option() {
        Some(text) => parse_text(text, attribute),
        None => Err(unset(attribute)),
    }
}

/// The name in a field that may be null or unknown.
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
        .map(|text| parse_text(text, attribute))
        .transpose()
}

/// The names in a list or set, which may be null.
pub(crate) fn parse_all<N>(
    field: &Field<Vec<Field<String>>>,
    attribute: &str,
) -> Result<Vec<N>, Diagnostics>
where
    N: FromStr,
    N::Err: Display,
{
    field
        .as_option()
        .into_iter()
        .flatten()
        .map(|text| parse(text, attribute))
        .collect()
}

fn parse_text<N>(text: &str, attribute: &str) -> Result<N, Diagnostics>
where
    N: FromStr,
    N::Err: Display,
{
    text.parse().map_err(|error: N::Err| {
        Diagnostics::of_error(attribute, "Invalid value", error.to_string())
    })
}

/// A part of an import id; `form` says what an id looks like.
pub(crate) fn parse_id<N>(text: &str, form: &str) -> Result<N, Diagnostics>
where
    N: FromStr,
    N::Err: Display,
{
    text.parse().map_err(|error: N::Err| {
        Diagnostics::of_error(
            "",
            "Invalid import id",
            format!("{error}; the id is {form}"),
        )
    })
}

/// Seconds since 1970 as RFC 3339 in UTC.
pub(crate) fn timestamp(seconds: i64) -> Field<String> {
    jiff::Timestamp::from_second(seconds).map_or(Field::Null, |time| Field::Known(time.to_string()))
}

/// The core's view of a call: when to stop.
pub(crate) fn operation(call: &Call, name: &str) -> Operation {
    Operation::new(call.cancel().clone(), call.timeout(name))
}

/// An error of the core, as Terraform shows it.
pub(crate) fn diagnostics(error: &Error) -> Diagnostics {
    Diagnostics::of_error(
        error.attribute().unwrap_or_default(),
        error.summary(),
        error.detail(),
    )
}

/// What became of an operation: the model with the outcome, or the error with what exists by then.
pub(crate) fn outcome<T, M>(
    outcome: Outcome<T>,
    model: impl FnOnce(&T) -> M,
) -> Result<M, Failed<M>> {
    match outcome {
        Ok(thing) => Ok(model(&thing)),
        Err(Failure { error, reached }) => Err(Failed {
            diagnostics: diagnostics(&error),
            state: reached.as_ref().map(model),
        }),
    }
}

/// A value that must be known.
pub(crate) fn required<T: Clone>(field: &Field<T>, attribute: &str) -> Result<T, Diagnostics> {
    field.as_option().cloned().ok_or_else(|| unset(attribute))
}

fn unset(attribute: &str) -> Diagnostics {
    Diagnostics::of_error(
        attribute,
        "Missing value",
        format!("`{attribute}` has no known value: set it"),
    )
}

/// A list or set of strings as a field.
pub(crate) fn strings<S: ToString>(texts: &[S]) -> Field<Vec<Field<String>>> {
    Field::Known(
        texts
            .iter()
            .map(|text| Field::Known(text.to_string()))
            .collect(),
    )
}

/// The strings in a list or set, which may be null but hold nothing unknown.
pub(crate) fn optional_strings(
    field: &Field<Vec<Field<String>>>,
    attribute: &str,
) -> Result<Option<Vec<String>>, Diagnostics> {
    field
        .as_option()
        .map(|texts| texts.iter().map(|text| required(text, attribute)).collect())
        .transpose()
}

/// The tags in a map, once every one is known; none when it is null.
pub(crate) fn known_tags(field: &Field<BTreeMap<String, Field<String>>>) -> Option<Tags> {
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

/// Tags as a field.
pub(crate) fn tag_map(tags: &Tags) -> Field<BTreeMap<String, Field<String>>> {
    Field::Known(
        tags.iter()
            .map(|(key, value)| (key.to_owned(), Field::from(value)))
            .collect(),
    )
}

/// Checks a user's tags: each key, and each value that is known.
pub(crate) fn check_tags(
    field: &Field<BTreeMap<String, Field<String>>>,
    attribute: &str,
    diagnostics: &mut Diagnostics,
) {
    let Some(tags) = field.as_option() else {
        return;
    };
    let known = tags
        .iter()
        .map(|(key, value)| (key.clone(), value.as_option().cloned().unwrap_or_default()));
    if let Err(error) = tags::check_user_tags(&Tags::from(known.collect::<BTreeMap<_, _>>())) {
        diagnostics.error(attribute, "Invalid tags", error.to_string());
    }
}

/// One attribute of an identity; empty when it is missing, which no name is.
pub(crate) fn identity_part<'a>(
    identity: &'a BTreeMap<String, String>,
    attribute: &str,
) -> &'a str {
    identity.get(attribute).map_or("", String::as_str)
}

/// Validates the shape of a notebook's instance type.
pub(crate) fn instance_type(value: &Value) -> Result<(), ValidationError> {
    text_check(value, mlspace_core::notebook::check_instance_type)
}

/// The field, or a value where it is null.
pub(crate) fn or<T>(field: Field<T>, value: T) -> Field<T> {
    if field.is_null() {
        Field::Known(value)
    } else {
        field
    }
}

/// What to say of two names in one configuration that differ only in case.
pub(crate) fn twin(kind: &str, name: &str, other: &str) -> String {
    format!(
        "the configuration also creates the {kind} `{other}`, and IAM does not tell `{name}` from it, since its names ignore case: use one spelling"
    )
}

/// A value as JSON. What is unknown becomes null.
pub(crate) fn json(value: &Value) -> Json {
    match value {
        Value::Null | Value::Unknown => Json::Null,
        Value::Bool(truth) => Json::Bool(*truth),
        Value::Number(number) => serde_json::from_str(&number.to_string()).unwrap_or(Json::Null),
        Value::String(text) => Json::String(text.clone()),
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

/// Validates the name of a kind of document.
pub(crate) fn kind_of_document(value: &Value) -> Result<(), ValidationError> {
    text_check(value, |text| document_kind(text).map(drop))
}
