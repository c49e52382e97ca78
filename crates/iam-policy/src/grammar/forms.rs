//! The forms of single values: actions, resources, principals, dates.
//!
//! Each function returns what is wrong with a value, as the rest of a sentence, and the remedy.

use crate::Principal;

/// The form of an action: `*`, or a service and a name. Wildcards in the service are not accepted,
/// except for `*` alone.
///
/// Source: "IAM JSON policy elements: Action"
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>).
pub(super) fn action(text: &str) -> Option<&'static str> {
    if text == "*" {
        return None;
    }
    let Some((vendor, name)) = text.split_once(':') else {
        return Some("names no service; write it as `service:Action`");
    };
    if name.contains(':') {
        return Some("has two colons; write it as `service:Action`");
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    if vendor != "*" && (vendor.is_empty() || !vendor.chars().all(plain)) {
        return Some(
            "has no valid prefix: it can contain letters, digits and hyphens, but no wildcard; name the service",
        );
    }
    None
}

/// Trust policies are about assuming the role.
///
/// Source: "`CreateRole`", error `MalformedPolicyDocument`
/// (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html>).
pub(super) fn action_of_trust_policy(text: &str) -> Option<&'static str> {
    let of_sts = text
        .get(..4)
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case("sts:"));
    (!of_sts).then_some(
        "is not an action of STS, the only service that trust policies are about; write one such as `sts:AssumeRole`",
    )
}

/// The form of a resource: `*` or an ARN. `complete`: the ARN must have all six parts.
///
/// Sources: "IAM JSON policy elements: Resource"
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>)
/// and "IAM identifiers", on ARNs
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>).
pub(super) fn resource(text: &str, complete: bool) -> Option<&'static str> {
    if text == "*" {
        return None;
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let part = |index: usize| parts.get(index).copied().unwrap_or_default();
    if parts.len() < 2 || part(0) != "arn" {
        return Some("is not an ARN; write an ARN such as `arn:aws:s3:::bucket/*`, or `*`");
    }
    let partition = part(1);
    if !partition.starts_with("aws") && !partition.contains(['*', '?', '$']) {
        return Some("has no valid partition; write `aws`, `aws-cn` or `aws-us-gov` after `arn:`");
    }
    if part(2).is_empty() || part(2).contains(['*', '?']) {
        return Some("names no service; wildcards cannot stand for one");
    }
    if parts.len() < 6 && (complete || text.contains("::")) {
        return Some("is not a complete ARN; write all of its six parts");
    }
    if part(2) == "iam" && !part(3).is_empty() {
        return Some("names a region, which resources of IAM do not have; leave it empty");
    }
    let bucket = part(2) == "s3" && part(4).is_empty();
    if bucket && !part(3).is_empty() {
        return Some("names a region, which buckets and objects do not have; leave it empty");
    }
    None
}

/// The form of an `AWS` principal: `*`, an account, an ARN, or a unique id. Wildcards cannot be part
/// of it.
///
/// Source: "AWS JSON policy elements: Principal"
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>).
pub(super) fn principal(principal: &Principal) -> Option<&'static str> {
    let name = principal.name();
    if name.is_empty() {
        return Some("names no principal; name one");
    }
    let Principal::Aws(name) = principal else {
        return None;
    };
    if name.contains(['*', '?']) {
        return Some(
            "has a wildcard, which principals cannot have; name the account and compare `aws:PrincipalArn` in a condition",
        );
    }
    let digits = name.bytes().all(|b| b.is_ascii_digit());
    let id = name.len() >= 16 && name.bytes().all(|b| b.is_ascii_alphanumeric());
    let valid = match name.as_str() {
        account if digits => account.len() == 12,
        arn if arn.starts_with("arn:") => arn.split(':').count() >= 6,
        _ => id,
    };
    (!valid).then_some(
        "is not an account of 12 digits, an ARN or a unique id; write one such as `arn:aws:iam::123456789012:role/name`",
    )
}

/// The form of a date: ISO 8601, or seconds since 1970. Not every date of this form can be
/// evaluated: IAM accepts a time without an offset, for example.
///
/// Source: "IAM JSON policy elements: Condition operators", date condition operators
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>).
pub(super) fn date(text: &str) -> Option<&'static str> {
    let valid = text.contains("${") || is_number(text, 1, 19, u64::MAX) || is_iso_date(text);
    (!valid)
        .then_some("is not a date; write one such as `2026-11-22T06:40:00Z`, or seconds since 1970")
}

/// Digits only, this many, and at most this number.
fn is_number(text: &str, least: usize, most: usize, max: u64) -> bool {
    (least..=most).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_digit())
        && text.parse::<u64>().is_ok_and(|number| number <= max)
}

/// `2026[-11[-22]][T06[:40[:55[.5]]][Z|+01:00]]`, with one or two digits in each part after the
/// year, which can be negative.
fn is_iso_date(text: &str) -> bool {
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let date = date.strip_prefix('-').unwrap_or(date);
    let parts: Vec<&str> = date.split('-').collect();
    let part = |index: usize, max: u64| {
        parts
            .get(index)
            .is_none_or(|part| is_number(part, 1, 2, max) && part.parse::<u64>() != Ok(0))
    };
    let dated = parts.len() <= 3
        && parts
            .first()
            .is_some_and(|year| is_number(year, 1, 9, u64::MAX))
        && part(1, 12)
        && part(2, 31);
    dated && time.is_none_or(is_time)
}

fn is_time(text: &str) -> bool {
    let clock = match text.strip_suffix(['Z', 'z']) {
        Some(clock) => clock,
        None => match text.find(['+', '-']) {
            None => text,
            Some(at) => {
                let (clock, offset) = text.split_at(at);
                let offset = offset.get(1..).unwrap_or_default();
                let (hours, minutes) = offset.split_once(':').unwrap_or((offset, "00"));
                if !is_number(hours, 2, 2, 23) || !is_number(minutes, 2, 2, 59) {
                    return false;
                }
                clock
            }
        },
    };
    let parts: Vec<&str> = clock.split(':').collect();
    let (seconds, fraction) = match parts.get(2) {
        Some(seconds) => seconds.split_once('.').unwrap_or((seconds, "0")),
        None => ("0", "0"),
    };
    parts.len() <= 3
        && parts
            .first()
            .is_some_and(|hours| is_number(hours, 1, 2, 23))
        && parts
            .get(1)
            .is_none_or(|minutes| is_number(minutes, 1, 2, 59))
        && is_number(seconds, 1, 2, 59)
        && is_number(fraction, 1, 9, u64::MAX)
}
