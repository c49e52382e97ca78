//! What values condition keys have.

use super::super::table;
use crate::pattern::{Case, Pattern};
use crate::template::{Syntax, Template};
use crate::{Condition, ConditionKey, Operator, Version};

/// Keys of SageMaker with few values.
///
/// Source: the API reference of SageMaker, at the request members that the keys are named after
/// (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/Welcome.html>).
const ENUMERATED: [(&str, &[&str]); 9] = [
    (
        "sagemaker:AppNetworkAccessType",
        &["PublicInternetOnly", "VpcOnly"],
    ),
    ("sagemaker:DirectInternetAccess", &["Disabled", "Enabled"]),
    ("sagemaker:FileSystemAccessMode", &["ro", "rw"]),
    ("sagemaker:FileSystemType", &["EFS", "FSxLustre"]),
    (
        "sagemaker:MinimumInstanceMetadataServiceVersion",
        &["1", "2"],
    ),
    (
        "sagemaker:ModelApprovalStatus",
        &["Approved", "PendingManualApproval", "Rejected"],
    ),
    ("sagemaker:RootAccess", &["Disabled", "Enabled"]),
    ("sagemaker:SpaceSharingType", &["Private", "Shared"]),
    (
        "sagemaker:WorkteamType",
        &["private-crowd", "public-crowd", "vendor-crowd"],
    ),
];

/// Keys whose values start in one of few ways.
const STARTS: [(&str, &[&str]); 6] = [
    ("aws:SourceVpc", &["vpc-"]),
    ("aws:SourceVpce", &["vpce-"]),
    ("sagemaker:InstanceTypes", &["ml.", "system"]),
    ("sagemaker:VpcSecurityGroupIds", &["sg-"]),
    ("sagemaker:VpcSubnets", &["subnet-"]),
    ("iam:PermissionsBoundary", &["arn:"]),
];

/// Why the condition, or one of its values, can't be met, and the remedy.
pub(super) fn impossible(condition: &Condition) -> Option<(String, String)> {
    let comparison = condition.operator.comparison;
    if matches!(comparison, Operator::Null | Operator::Bool) {
        let odd = condition.values.iter().find(|value| {
            !["true", "false"]
                .iter()
                .any(|word| value.eq_ignore_ascii_case(word))
                && variables(value).is_empty()
        })?;
        return Some((
            format!(
                "`{odd}` is neither true nor false, which is all that `{comparison:?}` compares"
            ),
            "say `true` or `false`".to_owned(),
        ));
    }
    let key = table::known(&condition.key)?;
    let case = match comparison {
        Operator::StringEqualsIgnoreCase | Operator::StringNotEqualsIgnoreCase => Case::Ignored,
        _ => Case::Sensitive,
    };
    if let Some((_, listed)) = ENUMERATED.iter().find(|(name, _)| *name == key.name) {
        let fits = |value: &&String| {
            listed
                .iter()
                .any(|one| Pattern::wildcard(value).matches(one, case))
        };
        let odd = condition
            .values
            .iter()
            .find(|value| variables(value).is_empty() && !fits(value))?;
        return Some((
            format!(
                "`{odd}` is no value of `{}`, which has {}",
                key.name,
                quoted(listed)
            ),
            "say one of these, in this spelling".to_owned(),
        ));
    }
    if key.name == "cloudwatch:namespace" {
        return namespace(condition);
    }
    let starts = match STARTS.iter().find(|(name, _)| *name == key.name) {
        Some((_, starts)) => starts,
        // The values of a condition may say the same in several ways: one ARN among them will do.
        None if key.value_type == "ARN" => {
            let any = condition
                .values
                .iter()
                .any(|value| may_start(value, &["arn:"]));
            if any || condition.values.is_empty() {
                return None;
            }
            &["arn:"][..]
        }
        None => return None,
    };
    let odd = condition
        .values
        .iter()
        .find(|value| !may_start(value, starts))?;
    Some((
        format!(
            "`{odd}` matches no value of `{}`, each of which starts with {}",
            key.name,
            quoted(starts)
        ),
        "give the value in full".to_owned(),
    ))
}

/// Namespaces of AWS are `AWS/…`, those of SageMaker's jobs `/aws/sagemaker/…`
/// (<https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html>); one's own are neither.
fn namespace(condition: &Condition) -> Option<(String, String)> {
    let odd = condition.values.iter().find(|value| {
        let lower = value.to_ascii_lowercase();
        let of_aws = lower.starts_with("aws/") && !value.starts_with("AWS/");
        let of_jobs = lower.starts_with("/aws/") && !value.starts_with("/aws/");
        of_aws || of_jobs
    })?;
    Some((
        format!(
            "`{odd}` matches no namespace: those of AWS start with `AWS/` or `/aws/sagemaker/`"
        ),
        "name the namespace as CloudWatch shows it".to_owned(),
    ))
}

/// Whether some text that the value stands for starts in one of these ways.
fn may_start(value: &str, starts: &[&str]) -> bool {
    let fixed = value.split(['*', '?', '$']).next().unwrap_or_default();
    let open = fixed.len() < value.len();
    starts
        .iter()
        .any(|start| fixed.starts_with(start) || (open && start.starts_with(fixed)))
}

/// The keys of the policy variables in a text.
pub(super) fn variables(text: &str) -> Vec<ConditionKey> {
    Template::parse(text, Syntax::resource(Version::V2012))
        .keys()
        .cloned()
        .collect()
}

fn quoted(all: &[&str]) -> String {
    let quoted: Vec<String> = all.iter().map(|one| format!("`{one}`")).collect();
    quoted.join(", ")
}
