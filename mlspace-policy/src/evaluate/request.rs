//! Requests, from flags or from a file.

use std::collections::BTreeMap;
use std::path::Path;

use iam_policy::evaluate::{Caller, Request};
use serde::Deserialize;

use crate::arguments::RequestFlags;
use crate::input::{self, InputError};

/// A request to decide.
#[derive(Debug)]
pub(crate) struct Asked {
    /// What its author calls it.
    pub(crate) name: Option<String>,
    pub(crate) request: Request,
    /// How it should end.
    pub(crate) expect: Option<Expectation>,
}

/// How a request should end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Expectation {
    Allow,
    Deny,
}

/// A request as a file has it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
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

/// A file's content: one request or a list of them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum File {
    Many(Vec<serde_json::Value>),
    One(serde_json::Value),
}

/// The requests of a file, at least one.
pub(super) fn of_file(path: &Path) -> Result<Vec<Asked>, InputError> {
    let file = path.display().to_string();
    let wrong = |source| InputError::Json {
        file: file.clone(),
        source,
    };
    let written = match serde_json::from_str(&input::text(path)?).map_err(wrong)? {
        File::Many(requests) => requests,
        File::One(request) => vec![request],
    };
    if written.is_empty() {
        return Err(InputError::Other(format!(
            "`{file}` holds no request; the list is empty"
        )));
    }
    let read = |(index, value): (usize, serde_json::Value)| {
        let place = |error: &dyn std::fmt::Display| {
            InputError::Other(format!(
                "request {} of `{file}` is wrong: {error}",
                index + 1
            ))
        };
        let written: Written = serde_json::from_value(value).map_err(|error| place(&error))?;
        asked(written).map_err(|error| place(&error))
    };
    written.into_iter().enumerate().map(read).collect()
}

/// The request of the flags.
pub(super) fn of_flags(flags: &RequestFlags) -> Result<Asked, InputError> {
    let mut context: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, value) in &flags.context {
        context.entry(key.clone()).or_default().push(value.clone());
    }
    let tags = |pairs: &[(String, String)]| pairs.iter().cloned().collect();
    asked(Written {
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
        ..Written::default()
    })
}

fn asked(written: Written) -> Result<Asked, InputError> {
    let caller = caller(&written.principal)?;
    let action = written.action;
    let full = action.split_once(':').is_some_and(|(service, name)| {
        !service.is_empty() && !name.is_empty() && !name.contains(['*', '?', ' '])
    });
    if !full {
        return Err(InputError::Other(format!(
            "`{action}` is no action; write one in full, such as `s3:GetObject`"
        )));
    }
    let mut request = Request::new(
        caller,
        action,
        written.resource.unwrap_or_else(|| "*".to_owned()),
    );
    if let Some(account) = written.resource_account {
        request = request.resource_account(account);
    }
    for (key, value) in written.principal_tags {
        request = request.principal_tag(&key, value);
    }
    for (key, value) in written.resource_tags {
        request = request.resource_tag(&key, value);
    }
    for (key, value) in written.request_tags {
        request = request.request_tag(&key, value);
    }
    for (key, values) in written.context {
        let values = match values {
            Values::One(value) => vec![value],
            Values::Many(values) => values,
        };
        request = request.context(key, values);
    }
    Ok(Asked {
        name: written.name,
        request,
        expect: written.expect,
    })
}

/// Who asks. A name with a dot and no colon is a service's, as no ARN is without colons.
fn caller(text: &str) -> Result<Caller, InputError> {
    match text {
        "anonymous" => Ok(Caller::Anonymous),
        _ if text.contains('.') && !text.contains(':') => Ok(Caller::Service(text.to_owned())),
        _ => Caller::from_arn(text).map_err(|error| InputError::Other(error.to_string())),
    }
}
