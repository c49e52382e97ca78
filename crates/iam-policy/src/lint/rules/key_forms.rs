//! The forms of regions, accounts and service endpoints in condition values.
//!
//! Source: "AWS global condition context keys"
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>) and
//! "AWS KMS condition keys"
//! (<https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html>).

use crate::{Condition, Operator};

const REGIONS: [&str; 2] = ["aws:RequestedRegion", "ec2:Region"];

const ACCOUNTS: [&str; 6] = [
    "aws:PrincipalAccount",
    "aws:ResourceAccount",
    "aws:SourceAccount",
    "aws:VpceAccount",
    "kms:CallerAccount",
    "s3:ResourceAccount",
];

/// The reason why one of the values of a string comparison does not have the form of its key, and
/// the remedy.
pub(super) fn malformed(condition: &Condition) -> Option<(String, String)> {
    let folds = match condition.operator.comparison.positive() {
        Operator::StringEquals | Operator::StringLike => false,
        Operator::StringEqualsIgnoreCase => true,
        _ => return None,
    };
    let key = condition.key.as_str();
    let is_one_of = |keys: &[&str]| keys.iter().any(|name| key.eq_ignore_ascii_case(name));
    let (fits, expected, example): (fn(&str, bool) -> bool, _, _) = if is_one_of(&REGIONS) {
        (
            is_region,
            "a region in lower case",
            "a region such as `eu-west-1`",
        )
    } else if is_one_of(&ACCOUNTS) {
        (
            is_account,
            "an account of 12 digits",
            "all 12 digits of the account",
        )
    } else if key.eq_ignore_ascii_case("kms:ViaService") {
        (
            is_endpoint,
            "the endpoint of a service in a region",
            "an endpoint such as `s3.eu-west-1.amazonaws.com`",
        )
    } else {
        return None;
    };
    let odd = condition.values.iter().find(|value| {
        let whole = !value.contains(['*', '?', '$']);
        let value = if folds || value.contains('$') {
            value.to_ascii_lowercase()
        } else {
            (*value).clone()
        };
        !fits(&value, whole)
    })?;
    Some((
        format!("`{odd}` is not {expected}, so no request has this `{key}`"),
        format!("write {example}"),
    ))
}

/// Letters in groups, and a number: `eu-west-1`, `us-gov-east-1`. A pattern, which is not `whole`,
/// only has to be in lower case.
fn is_region(value: &str, whole: bool) -> bool {
    let mut parts: Vec<&str> = value.split('-').collect();
    let number = parts.pop().unwrap_or_default();
    let letters = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    let form = parts.len() >= 2
        && parts.iter().all(letters)
        && !number.is_empty()
        && number.bytes().all(|b| b.is_ascii_digit());
    !value.bytes().any(|b| b.is_ascii_uppercase()) && (form || !whole)
}

fn is_account(value: &str, whole: bool) -> bool {
    !whole || value.len() == 12 && value.bytes().all(|b| b.is_ascii_digit())
}

/// Whether there is a region after the service. `s3.amazonaws.com` is the endpoint of other uses.
fn is_endpoint(value: &str, whole: bool) -> bool {
    let service = value
        .strip_suffix(".amazonaws.com")
        .or_else(|| value.strip_suffix(".amazonaws.com.cn"));
    !whole || service.is_none_or(|service| service.contains('.'))
}
