//! Values that condition keys can have.

use super::super::service_reference;
use super::{key_forms, readable};
use crate::pattern::{Case, Pattern};
use crate::template::{Syntax, Template};
use crate::{Condition, ConditionKey, Operator, Version};

/// SageMaker keys with a few fixed values.
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

/// Keys whose values have a fixed start.
const STARTS: [(&str, &[&str]); 11] = [
    ("aws:PrincipalOrgID", &["o-"]),
    ("aws:PrincipalOrgPaths", &["o-"]),
    ("aws:ResourceOrgID", &["o-"]),
    ("aws:ResourceOrgPaths", &["o-"]),
    ("aws:SourceOrgID", &["o-"]),
    ("aws:SourceVpc", &["vpc-"]),
    ("aws:SourceVpce", &["vpce-"]),
    ("sagemaker:InstanceTypes", &["ml.", "system"]),
    ("sagemaker:VpcSecurityGroupIds", &["sg-"]),
    ("sagemaker:VpcSubnets", &["subnet-"]),
    ("iam:PermissionsBoundary", &["arn:"]),
];

/// The reason why a condition or one of its values can never match, and the remedy.
pub(super) fn impossible(condition: &Condition) -> Option<(String, String)> {
    if let Some(found) = readable::unreadable(condition).or_else(|| key_forms::malformed(condition))
    {
        return Some(found);
    }
    let comparison = condition.operator.comparison;
    if comparison == Operator::Null {
        return None;
    }
    let key = service_reference::known(&condition.key)?;
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
                "`{odd}` is not a value of `{}`, which has {}",
                key.name,
                quoted(listed)
            ),
            "write one of these, in this spelling".to_owned(),
        ));
    }
    if key.name == "cloudwatch:namespace" {
        return namespace(condition);
    }
    let starts = match STARTS.iter().find(|(name, _)| *name == key.name) {
        Some((_, starts)) => starts,
        // Conditions can list alternative forms of one value: one ARN among them is enough.
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
            "`{odd}` matches no value of `{}`; its values start with {}",
            key.name,
            quoted(starts)
        ),
        "write the full value".to_owned(),
    ))
}

/// The namespace of SageMaker that has the form of no other, from the managed policy
/// `AmazonSageMakerFullAccess`.
const CAPACITY_RESERVATIONS: &str = "aws/sagemaker/CapacityReservations";

/// AWS namespaces are `AWS/…`, namespaces of SageMaker jobs `/aws/sagemaker/…`
/// (<https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html>); custom
/// namespaces are neither.
fn namespace(condition: &Condition) -> Option<(String, String)> {
    let odd = condition.values.iter().find(|value| {
        let lower = value.to_ascii_lowercase();
        let of_aws = lower.starts_with("aws/")
            && !value.starts_with("AWS/")
            && value.as_str() != CAPACITY_RESERVATIONS;
        let of_jobs = lower.starts_with("/aws/") && !value.starts_with("/aws/");
        of_aws || of_jobs
    })?;
    Some((
        format!(
            "`{odd}` matches no namespace: AWS namespaces start with `AWS/` or `/aws/sagemaker/`"
        ),
        "write the namespace as CloudWatch shows it".to_owned(),
    ))
}

/// Whether a string that the value matches can start with one of these.
fn may_start(value: &str, starts: &[&str]) -> bool {
    let fixed = value.split(['*', '?', '$']).next().unwrap_or_default();
    let open = fixed.len() < value.len();
    starts
        .iter()
        .any(|start| fixed.starts_with(start) || (open && start.starts_with(fixed)))
}

/// The keys of the policy variables in a string.
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
