//! Instance types with local disks. They take no key for a volume, so a Deny about that key has to
//! exempt them.
//!
//! Source: "ResourceConfig" of the SageMaker API reference, on `VolumeKmsKeyId`
//! (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html>).

use super::super::scope::{Scope, StatementContext, current, is_null};
use super::conditions::is_requirement;
use crate::{Condition, ConditionKey, Operator, SetQualifier};

const KEY: &str = "sagemaker:VolumeKmsKeyArn";
const TYPES: &str = "sagemaker:InstanceTypes";

/// Whether the condition exempts such types in a Deny about the key of a volume: it lists them, or
/// it requires that no type is named while another statement of the document covers requests that
/// name one.
pub(super) fn exempts(
    scope: &Scope<'_>,
    context: &StatementContext<'_>,
    condition: &Condition,
) -> bool {
    if condition.key != ConditionKey::from(TYPES) || !about_volumes(context) {
        return false;
    }
    let counterpart =
        |other: &&StatementContext<'_>| {
            other.policy == context.policy
                && other.denies()
                && about_volumes(other)
                && other.statement.conditions.iter().any(|c| {
                    c.key == condition.key && (lists_local_disks(c) || is_null(c, "false"))
                })
        };
    lists_local_disks(condition)
        || (is_null(condition, "true") && scope.statements.iter().any(|other| counterpart(&other)))
}

fn about_volumes(context: &StatementContext<'_>) -> bool {
    context
        .statement
        .conditions
        .iter()
        .any(|c| is_requirement(c) && current(&c.key).eq_ignore_ascii_case(KEY))
}

/// Whether a request passes only if all of its types have local disks.
fn lists_local_disks(condition: &Condition) -> bool {
    let comparison = condition.operator.comparison;
    condition.operator.qualifier == Some(SetQualifier::ForAnyValue)
        && matches!(
            comparison,
            Operator::StringNotEquals | Operator::StringNotLike
        )
        && condition.values.iter().all(|value| has_local_disks(value))
}

/// Whether the type, or pattern within a family, has local disks: `d` after the generation marks
/// them, and some accelerated families always have them.
fn has_local_disks(name: &str) -> bool {
    let Some((family, _)) = name
        .strip_prefix("ml.")
        .and_then(|name| name.split_once('.'))
    else {
        return false;
    };
    let behind = family.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let Some((class, rest)) = family.split_at_checked(family.len() - behind.len()) else {
        return false;
    };
    let more = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let generation = rest
        .get(..rest.len() - more.len())
        .and_then(|n| n.parse::<u32>().ok());
    let always = match class {
        "g" | "p" => generation.is_some_and(|n| n >= 5),
        "gr" | "i" | "trn" => true,
        _ => false,
    };
    !family.contains(['*', '?']) && (always || more.contains('d'))
}

#[cfg(test)]
mod tests {
    use super::has_local_disks;

    #[test]
    fn has_local_disks_by_family() {
        for name in [
            "ml.g5.*",
            "ml.g4dn.xlarge",
            "ml.p4d.24xlarge",
            "ml.p5en.48xlarge",
            "ml.m5d.large",
            "ml.c6id.*",
            "ml.trn1.2xlarge",
            "ml.gr6.4xlarge",
        ] {
            assert!(has_local_disks(name), "{name}");
        }
        for name in [
            "ml.m5.large",
            "ml.t3.medium",
            "ml.p3.2xlarge",
            "ml.inf2.xlarge",
            "ml.*",
            "ml.g*.xlarge",
            "g5.xlarge",
            "ml.c5",
            "",
        ] {
            assert!(!has_local_disks(name), "{name}");
        }
    }
}
