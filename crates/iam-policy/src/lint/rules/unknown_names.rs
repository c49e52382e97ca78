//! Names and values that AWS does not know.

use super::super::reporter::Reporter;
use super::super::rule::{Examples, Severity};
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

/// What is wrong with a name.
struct UnknownName {
    /// A warning if AWS may have added the name since.
    severity: Severity,
    why: String,
    remedy: String,
}

impl UnknownName {
    /// A name that cannot exist, or a known mistake.
    fn mistake(why: String, remedy: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            why,
            remedy: remedy.into(),
        }
    }

    /// A name that the tables do not have.
    fn missing(why: String, remedy: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::mistake(why, remedy)
        }
    }
}

/// L07.
pub(super) fn unknown_name(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    for context in &scope.statements {
        for text in context.statement.actions.values() {
            if let Some(found) = unknown_action(text) {
                reporter.set_severity(found.severity);
                reporter.at(context, &[context.action_member()], found.why, found.remedy);
            }
        }
        for condition in &context.statement.conditions {
            if let Some(found) = unknown_key(&condition.key) {
                reporter.set_severity(found.severity);
                reporter.condition(context, condition, found.why, found.remedy);
            }
        }
        for (member, text) in templates(context) {
            let spaced = variable_with_space(text);
            let unknown = || values::variables(text).iter().find_map(unknown_key);
            if let Some(found) = spaced.or_else(unknown) {
                reporter.set_severity(found.severity);
                reporter.at(context, &[member], found.why, found.remedy);
            }
        }
    }
}

fn unknown_action(text: &str) -> Option<UnknownName> {
    if text == "*" {
        return None;
    }
    let Some((service, name)) = text.split_once(':') else {
        return Some(UnknownName::mistake(
            format!("`{text}` is not an action: it names no service"),
            "write it as `service:Action`",
        ));
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '*' || c == '?';
    if name.is_empty() || !name.chars().all(plain) {
        return Some(UnknownName::mistake(
            format!("`{text}` is not an action: names of actions have letters and digits only"),
            "correct the name",
        ));
    }
    if service.contains(['*', '?']) {
        return None;
    }
    if !service_reference::is_service(service) {
        return Some(UnknownName::missing(
            format!("`{text}` is not a known action: no known service has the prefix `{service}`"),
            "correct the prefix",
        ));
    }
    if !service_reference::has_actions(service) || !service_reference::actions(text).is_empty() {
        return None;
    }
    let why = format!("`{text}` matches no known action of its service");
    let mistaken = MISTAKEN
        .iter()
        .find(|(wrong, _)| wrong.eq_ignore_ascii_case(text));
    if let Some((_, right)) = mistaken {
        return Some(UnknownName::mistake(
            why,
            format!("the operation needs `{right}`"),
        ));
    }
    let family = format!("{text}*");
    let remedy = if service_reference::actions(&family).is_empty() {
        "correct the name, or remove it".to_owned()
    } else {
        format!("`{family}` matches the actions that start with this name")
    };
    Some(UnknownName::missing(why, remedy))
}

fn unknown_key(key: &ConditionKey) -> Option<UnknownName> {
    let name = key.as_str();
    // Keys of tags, after the slash, can contain spaces.
    let spaced = name
        .split('/')
        .next()
        .is_some_and(|stem| stem.contains(char::is_whitespace));
    match service_reference::look_up(key) {
        Lookup::Known(_) => None,
        _ if spaced => Some(UnknownName::mistake(
            format!("`{key}` contains white space, which no condition key does"),
            "remove the white space",
        )),
        Lookup::NoTable => None,
        Lookup::NoService if !name.contains(':') => Some(UnknownName::mistake(
            format!("`{key}` is not a condition key: it has no prefix"),
            "write it with the prefix of its service, such as `aws:`",
        )),
        Lookup::Unknown => Some(UnknownName::missing(
            format!(
                "`{key}` is not a known condition key of its service, so it may always be absent"
            ),
            "correct the name; `condition_keys` lists the keys of an action",
        )),
        Lookup::NoService => Some(UnknownName::missing(
            format!("`{key}` is not a known condition key: no known service has its prefix"),
            "correct the prefix",
        )),
    }
}

/// A variable such as `${ aws:username }`: the white space is part of its name.
fn variable_with_space(text: &str) -> Option<UnknownName> {
    let mut inner = text.split("${").skip(1).filter_map(|rest| {
        let end = rest.find(['}', ','])?;
        rest.get(..end)
    });
    let name = inner.find(|name| name.trim() != *name && !name.trim().is_empty())?;
    Some(UnknownName::mistake(
        format!("`${{{name}}}` names no condition key: the white space is part of the name"),
        format!("write `${{{}}}`", name.trim()),
    ))
}

/// The strings of the statement that can contain policy variables, with the member that holds them.
fn templates<'s>(
    context: &'s StatementContext<'_>,
) -> impl Iterator<Item = (&'static str, &'s String)> {
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
    let resources = resources.map(move |text| (member, text));
    resources.chain(values.map(|text| ("Condition", text)))
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
