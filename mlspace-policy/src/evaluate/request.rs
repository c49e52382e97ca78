//! Requests to evaluate, from flags or from a file.

use std::collections::BTreeMap;
use std::path::Path;

use iam_policy::evaluate::{Caller, Request};
use serde::Deserialize;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Expectation {
    Allow,
    Deny,
}

/// A request in a file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestSpec {
    name: Option<String>,
    principal: String,
    action: String,
    resource: Option<String>,
    resource_account: Option<String>,
    #[serde(default)]
    principal_tags: BTreeMap<String, String>,
    #[serde(default)]
    resource_tags: BTreeMap<String, String>,
    #[serde(default)]
    request_tags: BTreeMap<String, String>,
    #[serde(default)]
    context: BTreeMap<String, Values>,
    expect: Option<Expectation>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Many(Vec<String>),
}

/// Content of a file: one request or a list of requests.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum File {
    Many(Vec<serde_json::Value>),
    One(serde_json::Value),
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
    let parse = |(index, value): (usize, serde_json::Value)| {
        let in_file = |error: &dyn std::fmt::Display| {
            InputError::Other(format!(
                "request {} of `{file}` is invalid: {error}",
                index + 1
            ))
        };
        let spec: RequestSpec = serde_json::from_value(value).map_err(|error| in_file(&error))?;
        build(spec).map_err(|error| in_file(&error))
    };
    specs.into_iter().enumerate().map(parse).collect()
}

/// The request of the flags.
pub(super) fn from_flags(flags: &RequestFlags) -> Result<RequestCase, InputError> {
    let mut context: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, value) in &flags.context {
        context.entry(key.clone()).or_default().push(value.clone());
    }
    let tags = |pairs: &[(String, String)]| pairs.iter().cloned().collect();
    build(RequestSpec {
        principal: flags.principal.clone().unwrap_or_default(),
        action: flags.action.clone().unwrap_or_default(),
        resource: Some(flags.resource.clone()),
        resource_account: flags.resource_account.clone(),
        principal_tags: tags(&flags.principal_tag),
        resource_tags: tags(&flags.resource_tag),
        request_tags: tags(&flags.request_tag),
        context: context
            .into_iter()
            .map(|(key, values)| (key, Values::Many(values)))
            .collect(),
        ..RequestSpec::default()
    })
}

fn build(spec: RequestSpec) -> Result<RequestCase, InputError> {
    let caller = caller(&spec.principal)?;
    let action = spec.action;
    let is_full = action.split_once(':').is_some_and(|(service, name)| {
        !service.is_empty() && !name.is_empty() && !name.contains(['*', '?', ' '])
    });
    if !is_full {
        return Err(InputError::Other(format!(
            "`{action}` is not a valid action: write its full name, such as `s3:GetObject`"
        )));
    }
    let mut request = Request::new(
        caller,
        action,
        spec.resource.unwrap_or_else(|| "*".to_owned()),
    );
    if let Some(account) = spec.resource_account {
        request = request.resource_account(account);
    }
    for (key, value) in spec.principal_tags {
        request = request.principal_tag(&key, value);
    }
    for (key, value) in spec.resource_tags {
        request = request.resource_tag(&key, value);
    }
    for (key, value) in spec.request_tags {
        request = request.request_tag(&key, value);
    }
    for (key, values) in spec.context {
        let values = match values {
            Values::One(value) => vec![value],
            Values::Many(values) => values,
        };
        request = request.context(key, values);
    }
    Ok(RequestCase {
        name: spec.name,
        request,
        expect: spec.expect,
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
