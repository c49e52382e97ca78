//! Policies in plans and states of Terraform, as `terraform show -json` prints them.
//!
//! Source: "JSON Output Format" (<https://developer.hashicorp.com/terraform/internals/json-format>).

use iam_policy::PolicyType;
use serde_json::Value;

use super::Policies;

/// Attributes of the AWS provider that contain policies, with the type of policy. Policies in other
/// attributes are found too; their type is inferred.
const KINDS: [(&str, &str, PolicyType); 14] = [
    ("aws_iam_policy", "policy", PolicyType::Managed),
    ("aws_iam_role", "assume_role_policy", PolicyType::Trust),
    ("aws_iam_role", "inline_policy", PolicyType::RoleInline),
    ("aws_iam_role_policy", "policy", PolicyType::RoleInline),
    ("aws_iam_user_policy", "policy", PolicyType::RoleInline),
    ("aws_iam_group_policy", "policy", PolicyType::RoleInline),
    (
        "aws_ssoadmin_permission_set_inline_policy",
        "inline_policy",
        PolicyType::RoleInline,
    ),
    ("aws_s3_bucket", "policy", PolicyType::Bucket),
    ("aws_s3_bucket_policy", "policy", PolicyType::Bucket),
    ("aws_kms_key", "policy", PolicyType::Key),
    ("aws_kms_key_policy", "policy", PolicyType::Key),
    ("aws_kms_external_key", "policy", PolicyType::Key),
    ("aws_vpc_endpoint", "policy", PolicyType::Endpoint),
    ("aws_vpc_endpoint_policy", "policy", PolicyType::Endpoint),
];

/// Whether the JSON is a plan or a state.
pub(super) fn is_plan(value: &Value) -> bool {
    value.get("format_version").is_some() && root(value).is_some()
}

fn root(value: &Value) -> Option<&Value> {
    value
        .pointer("/planned_values/root_module")
        .or_else(|| value.pointer("/values/root_module"))
}

/// Reason why a plan has no policy.
pub(super) const NONE: &str = "the planned values have none, or all are known after apply";

/// All policies in the planned values, labeled by the address of their resource, with a note for each
/// that is known after apply, and for each string that resembles a policy.
pub(super) fn policies(value: &Value) -> Policies {
    let mut all = Policies::default();
    if let Some(root) = root(value) {
        module(root, &mut all);
    }
    let changes = value.get("resource_changes").and_then(Value::as_array);
    for change in changes.into_iter().flatten() {
        let Some(address) = change.get("address").and_then(Value::as_str) else {
            continue;
        };
        if let Some(attribute) = unknown(change) {
            all.notes.push(format!(
                "`{attribute}` of `{address}` is known after apply and was not checked"
            ));
        }
    }
    all
}

fn module(module: &Value, all: &mut Policies) {
    let list = |name| {
        module
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    for resource in list("resources") {
        let text = |name| {
            resource
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let (kind, address) = (text("type"), text("address"));
        for (attribute, value) in resource
            .get("values")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let policy_kind = kind_of(kind, attribute, resource);
            search(value, &format!("{address}.{attribute}"), policy_kind, all);
        }
    }
    list("child_modules").for_each(|child| self::module(child, all));
}

/// Type of the policy in an attribute of a resource.
fn kind_of(resource: &str, attribute: &str, values: &Value) -> Option<PolicyType> {
    if (resource, attribute) == ("aws_organizations_policy", "content") {
        return match values.pointer("/values/type").and_then(Value::as_str) {
            None | Some("SERVICE_CONTROL_POLICY") => Some(PolicyType::ServiceControl),
            Some("RESOURCE_CONTROL_POLICY") => Some(PolicyType::ResourceControl),
            Some(_) => None,
        };
    }
    let known = KINDS
        .iter()
        .find(|(of, name, _)| (*of, *name) == (resource, attribute));
    known.map(|(_, _, kind)| *kind)
}

/// Collects the policies in a value, which can be nested in blocks.
fn search(value: &Value, label: &str, kind: Option<PolicyType>, all: &mut Policies) {
    match value {
        Value::String(text) if kind.is_some() && !text.is_empty() => {
            all.parse(label.to_owned(), kind, text);
        }
        Value::String(text) => match Likeness::of(text) {
            Likeness::Policy => all.parse(label.to_owned(), kind, text),
            Likeness::Resembles => all.notes.push(format!(
                "`{label}` has a member `Statement`, but is not a policy, and was not checked"
            )),
            Likeness::None => {}
        },
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                search(value, &format!("{label}[{index}]"), kind, all);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                if kind.is_none() || name == "policy" {
                    search(value, &format!("{label}.{name}"), kind, all);
                }
            }
        }
        _ => {}
    }
}

/// How much a string in an attribute of unknown type is like a policy.
enum Likeness {
    /// An object whose `Statement` has an `Effect`.
    Policy,
    /// An object with a member of that name, in any case. Other languages have it too.
    Resembles,
    None,
}

impl Likeness {
    fn of(text: &str) -> Self {
        if !text.trim_start().starts_with('{') {
            return Self::None;
        }
        let Ok(object) = serde_json::from_str::<serde_json::Map<String, Value>>(text) else {
            return Self::None;
        };
        let has_effect = |value: &Value| {
            value.as_object().is_some_and(|statement| {
                statement
                    .keys()
                    .any(|name| name.eq_ignore_ascii_case("Effect"))
            })
        };
        let statement = object
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("Statement"))
            .map(|(_, value)| value);
        match statement {
            None => Self::None,
            Some(Value::Array(all)) if all.iter().any(has_effect) => Self::Policy,
            Some(one) if has_effect(one) => Self::Policy,
            Some(_) => Self::Resembles,
        }
    }
}

/// The attribute of a change that will hold a policy, if its value is not known yet.
fn unknown(change: &Value) -> Option<&'static str> {
    let kind = change.get("type").and_then(Value::as_str)?;
    let after = change.pointer("/change/after_unknown")?;
    let mut attributes = KINDS
        .iter()
        .filter(|(of, _, _)| *of == kind)
        .map(|(_, attribute, _)| *attribute)
        .chain((kind == "aws_organizations_policy").then_some("content"));
    attributes.find(|attribute| after.get(attribute).is_some_and(is_unknown))
}

/// Whether a part of the value is marked as unknown.
fn is_unknown(mark: &Value) -> bool {
    match mark {
        Value::Bool(unknown) => *unknown,
        Value::Array(marks) => marks.iter().any(is_unknown),
        Value::Object(marks) => marks.get("policy").is_some_and(is_unknown),
        _ => false,
    }
}
