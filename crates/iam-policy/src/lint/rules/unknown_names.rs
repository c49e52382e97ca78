//! Names and values that AWS does not know.

use super::super::reporter::Reporter;
use super::super::rule::Examples;
use super::super::scope::StatementContext;
use super::super::service_reference::{self, Lookup};
use super::values;
use crate::{ConditionKey, PolicyType};

/// Names of API operations and commands that are mistaken for actions, and the actions that the
/// operations need.
const MISTAKEN: [(&str, &str); 11] = [
    ("s3:CompleteMultipartUpload", "s3:PutObject"),
    ("s3:CopyObject", "s3:GetObject` and `s3:PutObject"),
    ("s3:CreateMultipartUpload", "s3:PutObject"),
    ("s3:DeleteObjects", "s3:DeleteObject"),
    ("s3:HeadBucket", "s3:ListBucket"),
    ("s3:HeadObject", "s3:GetObject"),
    ("s3:ListBuckets", "s3:ListAllMyBuckets"),
    ("s3:ListMultipartUploads", "s3:ListBucketMultipartUploads"),
    ("s3:ListObjects", "s3:ListBucket"),
    ("s3:ListObjectsV2", "s3:ListBucket"),
    ("s3:UploadPart", "s3:PutObject"),
];

pub(super) const UNKNOWN_NAME: Examples = Examples {
    policy_type: PolicyType::Managed,
    bad: r#"{"Sid": "ReadData", "Effect": "Allow", "Action": ["s3:GetObject", "s3:HeadObject"],
        "Resource": "arn:aws:s3:::mlspace-data/*"}"#,
    good: Some(
        r#"{"Sid": "ReadData", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::mlspace-data/*"}"#,
    ),
};

/// L07.
pub(super) fn unknown_name(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    for context in &scope.statements {
        for text in context.statement.actions.values() {
            if let Some((why, remedy)) = unknown_action(text) {
                reporter.at(context, &[context.action_member()], why, remedy);
            }
        }
        for condition in &context.statement.conditions {
            if let Some((why, remedy)) = unknown_key(&condition.key) {
                reporter.condition(context, condition, why, remedy);
            }
        }
        for (member, key) in variables(context) {
            if let Some((why, remedy)) = unknown_key(&key) {
                reporter.at(context, &[member], why, remedy);
            }
        }
    }
}

fn unknown_action(text: &str) -> Option<(String, String)> {
    if text == "*" {
        return None;
    }
    let Some((service, name)) = text.split_once(':') else {
        return Some((
            format!("`{text}` is not an action: it names no service"),
            "write it as `service:Action`".to_owned(),
        ));
    };
    if service.contains(['*', '?']) {
        return None;
    }
    if !service_reference::is_service(service) {
        return Some((
            format!("`{text}` is not an action: no service has the prefix `{service}`"),
            "correct the prefix".to_owned(),
        ));
    }
    if !service_reference::has_actions(service) || !service_reference::actions(text).is_empty() {
        return None;
    }
    let mistaken = MISTAKEN
        .iter()
        .find(|(wrong, _)| wrong.eq_ignore_ascii_case(text));
    let family = format!("{text}*");
    let remedy = match mistaken {
        Some((_, right)) => format!("the operation needs `{right}`"),
        None if !name.is_empty() && !service_reference::actions(&family).is_empty() => {
            format!("`{family}` matches the actions that start with this name")
        }
        None => "correct the name, or remove it".to_owned(),
    };
    Some((format!("`{text}` matches no action of its service"), remedy))
}

fn unknown_key(key: &ConditionKey) -> Option<(String, String)> {
    if key.as_str().contains(char::is_whitespace) {
        return Some((
            format!("`{key}` contains white space, which no condition key does"),
            "remove the white space".to_owned(),
        ));
    }
    match service_reference::look_up(key) {
        Lookup::Known(_) | Lookup::NoTable => None,
        Lookup::Unknown => Some((
            format!("`{key}` is not a condition key of its service, so it is always absent"),
            "correct the name; `condition_keys` lists the keys of an action".to_owned(),
        )),
        Lookup::NoService => Some((
            format!("`{key}` is not a condition key: no service has its prefix"),
            "correct the prefix".to_owned(),
        )),
    }
}

/// The policy variables in the statement's resources and condition values, with the member that
/// holds them.
fn variables(context: &StatementContext<'_>) -> Vec<(&'static str, ConditionKey)> {
    let resources = context
        .statement
        .resources
        .iter()
        .flat_map(|clause| clause.values());
    let values = context
        .statement
        .conditions
        .iter()
        .flat_map(|condition| &condition.values);
    let member = context.resource_member();
    let resources = resources
        .flat_map(|text| values::variables(text))
        .map(|key| (member, key));
    let values = values
        .flat_map(|text| values::variables(text))
        .map(|key| ("Condition", key));
    resources.chain(values).collect()
}

pub(super) const IMPOSSIBLE_VALUE: Examples = Examples {
    policy_type: PolicyType::ServiceControl,
    bad: r#"{"Sid": "NoRoot", "Effect": "Deny", "Action": "sagemaker:CreateNotebookInstance", "Resource": "*",
        "Condition": {"StringEquals": {"sagemaker:RootAccess": "enabled"}}}"#,
    good: Some(
        r#"{"Sid": "NoRoot", "Effect": "Deny", "Action": ["sagemaker:CreateNotebookInstance", "sagemaker:UpdateNotebookInstance"],
        "Resource": "*", "Condition": {"StringEquals": {"sagemaker:RootAccess": "Enabled"}}}"#,
    ),
};

/// L17.
pub(super) fn impossible_value(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    for context in &scope.statements {
        for condition in &context.statement.conditions {
            if let Some((why, remedy)) = values::impossible(condition) {
                reporter.condition(context, condition, why, remedy);
            }
        }
    }
}
