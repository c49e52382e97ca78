//! Requests to evaluate, from flags or from a file.

use std::collections::BTreeMap;
use std::path::Path;

use iam_policy::evaluate::{Caller, Request};
use serde::Deserialize;
use serde_json::Value;

use crate::arguments::RequestFlags;
use crate::input::{self, InputError};

/// A request to evaluate.
#[derive(Debug)]
pub(crate) struct RequestCase {
    /// Its name in the file.
    pub(crate) name: Option<String>,
    pub(crate) request: Request,
    /// The expected decision.
    pub(crate) expect: Option<Expectation>,
}

/// Expected decision of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expectation {
    Allow,
    Deny,
}

/// A request in a file. Numbers and booleans are accepted wherever strings are, as in policies.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestSpec {
    name: Option<Value>,
    principal: Option<Value>,
    action: Option<Value>,
    resource: Option<Value>,
    resource_account: Option<Value>,
    #[serde(default)]
    principal_tags: BTreeMap<String, Value>,
    #[serde(default)]
    resource_tags: BTreeMap<String, Value>,
    #[serde(default)]
    request_tags: BTreeMap<String, Value>,
    #[serde(default)]
    context: BTreeMap<String, Value>,
    expect: Option<Value>,
}

/// A string, number or boolean as a string. `name` is its member in messages.
fn scalar(name: &str, value: &Value) -> Result<String, InputError> {
    let found = match value {
        Value::String(text) => return Ok(text.clone()),
        Value::Bool(value) => return Ok(value.to_string()),
        // Numbers beyond 64 bits, and with many digits, are not kept exactly.
        Value::Number(number) => {
            let text = number.to_string();
            if number.is_i64() || number.is_u64() || !text.contains('e') && text.len() <= 16 {
                return Ok(text);
            }
            "a number that cannot be kept exactly"
        }
        Value::Null => "null",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    Err(InputError::Other(format!(
        "`{name}` is {found}; write a string in quotation marks"
    )))
}

fn optional(name: &str, value: Option<&Value>) -> Result<Option<String>, InputError> {
    value.map(|value| scalar(name, value)).transpose()
}

fn required(name: &str, value: Option<&Value>) -> Result<String, InputError> {
    optional(name, value)?.ok_or_else(|| InputError::Other(format!("`{name}` is missing; add it")))
}

/// The values of a condition key: one, or a list.
fn values(key: &str, value: &Value) -> Result<Vec<String>, InputError> {
    let name = format!("context.{key}");
    match value {
        Value::Array(all) => all.iter().map(|one| scalar(&name, one)).collect(),
        one => Ok(vec![scalar(&name, one)?]),
    }
}

fn expectation(value: &Value) -> Result<Expectation, InputError> {
    match value.as_str() {
        Some("allow") => Ok(Expectation::Allow),
        Some("deny") => Ok(Expectation::Deny),
        _ => Err(InputError::Other(format!(
            "`expect` is `{value}`; write `allow` or `deny`"
        ))),
    }
}

/// Content of a file: one request or a list of requests.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum File {
    Many(Vec<Value>),
    One(Value),
}

/// The requests of a file, at least one.
pub(super) fn from_file(path: &Path) -> Result<Vec<RequestCase>, InputError> {
    let file = path.display().to_string();
    let json_error = |source| InputError::Json {
        file: file.clone(),
        source,
    };
    let specs = match serde_json::from_str(&input::text(path)?).map_err(json_error)? {
        File::Many(requests) => requests,
        File::One(request) => vec![request],
    };
    if specs.is_empty() {
        return Err(InputError::Other(format!(
            "`{file}` contains no request: the list is empty"
        )));
    }
    let parse = |(index, value): (usize, Value)| {
        let in_file = |error: &dyn std::fmt::Display| {
            InputError::Other(format!(
                "request {} of `{file}` is invalid: {error}",
                index + 1
            ))
        };
        let spec: RequestSpec = serde_json::from_value(value).map_err(|error| in_file(&error))?;
        build(&spec).map_err(|error| in_file(&error))
    };
    specs.into_iter().enumerate().map(parse).collect()
}

/// The request of the flags.
pub(super) fn from_flags(flags: &RequestFlags) -> Result<RequestCase, InputError> {
    let mut context: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, value) in &flags.context {
        context.entry(key.clone()).or_default().push(value.clone());
    }
    let tags = |pairs: &[(String, String)]| {
        let pairs = pairs.iter().cloned();
        pairs.map(|(key, value)| (key, value.into())).collect()
    };
    let text = |text: Option<&String>| text.map(|text| Value::from(text.as_str()));
    build(&RequestSpec {
        principal: text(flags.principal.as_ref()),
        action: text(flags.action.as_ref()),
        resource: text(Some(&flags.resource)),
        resource_account: text(flags.resource_account.as_ref()),
        principal_tags: tags(&flags.principal_tag),
        resource_tags: tags(&flags.resource_tag),
        request_tags: tags(&flags.request_tag),
        context: context
            .into_iter()
            .map(|(key, values)| (key, Value::from(values)))
            .collect(),
        ..RequestSpec::default()
    })
}

fn build(spec: &RequestSpec) -> Result<RequestCase, InputError> {
    let caller = caller(&required("principal", spec.principal.as_ref())?)?;
    let action = required("action", spec.action.as_ref())?;
    let is_full = action.split_once(':').is_some_and(|(service, name)| {
        !service.is_empty() && !name.is_empty() && !name.contains(['*', '?', ' '])
    });
    if !is_full {
        return Err(InputError::Other(format!(
            "`{action}` is not a valid action: write its full name, such as `s3:GetObject`"
        )));
    }
    let resource = optional("resource", spec.resource.as_ref())?;
    let mut request = Request::new(caller, action, resource.unwrap_or_else(|| "*".to_owned()));
    if let Some(account) = optional("resource_account", spec.resource_account.as_ref())? {
        request = request.resource_account(account);
    }
    for (key, value) in &spec.principal_tags {
        request = request.principal_tag(key, scalar(&format!("principal_tags.{key}"), value)?);
    }
    for (key, value) in &spec.resource_tags {
        request = request.resource_tag(key, scalar(&format!("resource_tags.{key}"), value)?);
    }
    for (key, value) in &spec.request_tags {
        request = request.request_tag(key, scalar(&format!("request_tags.{key}"), value)?);
    }
    for (key, value) in &spec.context {
        request = request.context(key.clone(), values(key, value)?);
    }
    Ok(RequestCase {
        name: optional("name", spec.name.as_ref())?,
        request,
        expect: spec.expect.as_ref().map(expectation).transpose()?,
    })
}

/// The caller of a request.
fn caller(text: &str) -> Result<Caller, InputError> {
    match text {
        "anonymous" => Ok(Caller::Anonymous),
        // ARNs have colons, names of services have none.
        _ if text.contains('.') && !text.contains(':') => Ok(Caller::Service(text.to_owned())),
        _ => Caller::from_arn(text).map_err(|error| InputError::Other(error.to_string())),
    }
}
