//! Names and values that AWS does not know.

use super::super::scope::{Line, Report};
use super::super::table::{self, Lookup};
use super::values;
use crate::ConditionKey;

/// Names of API operations and commands that are taken for actions, and the actions that stand for them.
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

/// L07.
pub(crate) fn unknown_names(report: &mut Report<'_>) {
    let scope = report.scope;
    for line in &scope.lines {
        for text in line.statement.actions.values() {
            if let Some((why, remedy)) = unknown_action(text) {
                report.at(line, &[line.action_member()], why, remedy);
            }
        }
        for condition in &line.statement.conditions {
            if let Some((why, remedy)) = unknown_key(&condition.key) {
                report.condition(line, condition, why, remedy);
            }
        }
        for (member, key) in variables(line) {
            if let Some((why, remedy)) = unknown_key(&key) {
                report.at(line, &[member], why, remedy);
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
            format!("`{text}` is no action: it names no service"),
            "write it as `service:Action`".to_owned(),
        ));
    };
    if service.contains(['*', '?']) {
        return None;
    }
    if !table::is_service(service) {
        return Some((
            format!("`{text}` is no action: no service has the prefix `{service}`"),
            "correct the prefix".to_owned(),
        ));
    }
    if !table::has_actions(service) || !table::actions(text).is_empty() {
        return None;
    }
    let mistaken = MISTAKEN
        .iter()
        .find(|(wrong, _)| wrong.eq_ignore_ascii_case(text));
    let family = format!("{text}*");
    let remedy = match mistaken {
        Some((_, right)) => format!("the operation needs `{right}`"),
        None if !name.is_empty() && !table::actions(&family).is_empty() => {
            format!("`{family}` stands for the actions of that family")
        }
        None => "correct the name, or leave it out".to_owned(),
    };
    Some((format!("`{text}` matches no action of its service"), remedy))
}

fn unknown_key(key: &ConditionKey) -> Option<(String, String)> {
    if key.as_str().contains(char::is_whitespace) {
        return Some((
            format!("`{key}` has white space in it, and no condition key has"),
            "leave out the white space".to_owned(),
        ));
    }
    match table::look_up(key) {
        Lookup::Known(_) | Lookup::NoTable => None,
        Lookup::Unknown => Some((
            format!("`{key}` is no condition key of its service, and so always absent"),
            "correct the name; `condition_keys` lists those of an action".to_owned(),
        )),
        Lookup::NoService => Some((
            format!("`{key}` is no condition key: no service has its prefix"),
            "correct the prefix".to_owned(),
        )),
    }
}

/// The policy variables in the statement's resources and condition values, with the member that holds them.
fn variables(line: &Line<'_>) -> Vec<(&'static str, ConditionKey)> {
    let resources = line
        .statement
        .resources
        .iter()
        .flat_map(|clause| clause.values());
    let values = line
        .statement
        .conditions
        .iter()
        .flat_map(|condition| &condition.values);
    let member = line.resource_member();
    let resources = resources
        .flat_map(|text| values::variables(text))
        .map(|key| (member, key));
    let values = values
        .flat_map(|text| values::variables(text))
        .map(|key| ("Condition", key));
    resources.chain(values).collect()
}

/// L17.
pub(crate) fn impossible_values(report: &mut Report<'_>) {
    let scope = report.scope;
    for line in &scope.lines {
        for condition in &line.statement.conditions {
            if let Some((why, remedy)) = values::impossible(condition) {
                report.condition(line, condition, why, remedy);
            }
        }
    }
}
