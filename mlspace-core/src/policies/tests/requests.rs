//! Requests of real work, and of reaching others' things, with the right answer.
//!
//! `requests/access.json` is what a member (alice in `fraud`, unless the request says otherwise), a
//! person or Terraform asks for. `requests/sdk.json` is what the SageMaker Python SDK, boto3 and the
//! AWS CLI ask of IAM when sample code runs. Names of resources that members create begin with the
//! project's name, as [`ResourceNames::Prefixed`] has it.
//!
//! Every request is decided in both policy models, with and without the permissions boundary where
//! it does not say which.

use std::collections::BTreeMap;

use serde_json::Value;

use super::*;
use iam_policy::Document;
use iam_policy::evaluate::{Caller, PolicySet, Request};

mod documents;

use documents::Documents;

/// Requests that are decided differently, by file and name, with the reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "sdk",
        "pandas_s3/2 s3:ListBucket arn:aws:s3:::mlspace-data-123456789012",
        "without its last `/`, the prefix also lists the keys of projects whose names begin with this one's",
    ),
    (
        "sdk",
        "tuner/2 cloudwatch:PutMetricData /aws/sagemaker/Endpoints",
        "it forges metrics of others' endpoints; SageMaker writes its own without the role",
    ),
];

fn requests(file: &str) -> Vec<Value> {
    let text = match file {
        "access" => include_str!("requests/access.json"),
        _ => include_str!("requests/sdk.json"),
    };
    serde_json::from_str(text).unwrap()
}

fn strings_of(value: &Value) -> Vec<String> {
    match value {
        Value::Array(all) => all.iter().flat_map(strings_of).collect(),
        Value::String(one) => vec![one.clone()],
        other => vec![other.to_string()],
    }
}

fn tags(value: &Value) -> BTreeMap<String, String> {
    match value {
        Value::Null => BTreeMap::new(),
        Value::String(_) => [
            ("system", "MLSpace"),
            ("project", "fraud"),
            ("user", "alice"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into(),
        other => other
            .as_object()
            .unwrap()
            .iter()
            .map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned()))
            .collect(),
    }
}

/// The request, made by the principal that it names or by this role.
fn request(row: &Value, role: &str) -> Request {
    let text = |key: &str| row[key].as_str().unwrap_or_default();
    let principal = row["principal"].as_str().unwrap_or(role);
    let caller = Caller::from_arn(principal).unwrap();
    let mut request = Request::new(caller, text("action"), text("resource"));
    let own = Value::String("own".to_owned());
    let principal_tags = row.get("principal_tags").unwrap_or(&own);
    for (key, value) in tags(principal_tags) {
        request = request.principal_tag(&key, value);
    }
    for (key, value) in tags(&row["request_tags"]) {
        request = request.request_tag(&key, value);
    }
    for (key, value) in tags(&row["resource_tags"]) {
        request = request.resource_tag(&key, value);
    }
    if row.get("tag_keys").is_some() {
        request = request.context("aws:TagKeys", ["system", "project", "user"]);
    }
    for (key, value) in row["context"].as_object().into_iter().flatten() {
        request = request.context(key.as_str(), strings_of(value));
    }
    request
}

/// The name of a request in [`EXCEPTIONS`].
fn label(row: &Value) -> String {
    let name = row["name"].as_str().unwrap();
    if row.get("group").is_some() {
        return name.to_owned();
    }
    let namespace = row["context"]["cloudwatch:namespace"].as_str();
    let about = namespace.or(row["resource"].as_str()).unwrap_or_default();
    format!("{name} {} {about}", row["action"].as_str().unwrap())
}

/// Decides all requests of a file and returns the differences, by label.
fn differences(file: &str) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in requests(file) {
        let expected = row["expected"] == "allow";
        let documents = Documents::for_request(&row);
        for (what, set) in documents.sets(&row) {
            let decision = set.decide(&request(&row, &documents.role));
            if decision.is_allowed() != expected {
                let line = format!("{what}: {decision}");
                found.entry(label(&row)).or_default().push(line);
            }
        }
    }
    found
}

fn check(file: &str) {
    let of_file = |exception: &&(&str, &str, &str)| exception.0 == file;
    let exceptions: Vec<_> = EXCEPTIONS.iter().filter(of_file).collect();
    let mut found = differences(file);
    let known = found.extract_if(.., |label, _| {
        exceptions.iter().any(|(_, name, _)| name == label)
    });
    let known: Vec<String> = known.map(|(label, _)| label).collect();
    let all: Vec<String> = found
        .iter()
        .map(|(label, lines)| format!("{label}\n    {}", lines.join("\n    ")))
        .collect();
    assert!(
        all.is_empty(),
        "{} of {} requests differ:\n{}",
        all.len(),
        requests(file).len(),
        all.join("\n")
    );
    assert_eq!(
        known.len(),
        exceptions.len(),
        "an exception is no longer one: {known:?}"
    );
}

#[test]
fn requests_of_the_access_model_are_decided_rightly() {
    check("access");
}

#[test]
fn requests_of_the_sdk_are_decided_rightly() {
    check("sdk");
}

/// How many of the recorded workflows finish, by the version of the SDK: all of a workflow's requests
/// that are to be allowed are. The two that do not are those of [`EXCEPTIONS`].
#[test]
fn workflows_of_the_sdk_finish() {
    let refused: Vec<&str> = EXCEPTIONS
        .iter()
        .filter(|(file, ..)| *file == "sdk")
        .filter_map(|(_, label, _)| label.split(' ').next())
        .collect();
    let found = differences("sdk");
    let mut workflows: BTreeMap<String, bool> = BTreeMap::new();
    for row in requests("sdk") {
        let name = row["name"].as_str().unwrap().to_owned();
        let finishes = row["expected"] != "allow" || !found.contains_key(&label(&row));
        let all = workflows.entry(name).or_insert(true);
        *all = *all && finishes;
    }
    let of = |version: &str| {
        let of_version = workflows.iter().filter(|(name, _)| name.ends_with(version));
        let (done, left): (Vec<_>, Vec<_>) = of_version.partition(|(_, finishes)| **finishes);
        for (name, _) in left {
            assert!(refused.contains(&name.as_str()), "{name}");
        }
        done.len()
    };
    assert_eq!((of("/2"), of("/3")), (20, 9));
}
