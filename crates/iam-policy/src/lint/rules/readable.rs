//! Values that their operator cannot read: no address, no number, no date, no ARN.
//!
//! Source: "IAM JSON policy elements: Condition operators"
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>).

use super::values;
use crate::evaluate::{Decimal, IpRange, Timestamp};
use crate::{Condition, Operator};

/// The reason why the operator cannot read one of the values, and the remedy.
pub(super) fn unreadable(condition: &Condition) -> Option<(String, String)> {
    let operator = condition.operator;
    let (odd, expected, example) = condition
        .values
        .iter()
        .find_map(|value| fault(operator.comparison, value).map(|(a, b)| (value, a, b)))?;
    let outcome = if operator.comparison.is_negated() {
        "always holds for it"
    } else {
        "never matches it"
    };
    Some((
        format!("`{odd}` is not {expected}, so `{operator}` {outcome}"),
        format!("write {example}"),
    ))
}

/// What a value of the operator has to be, and an example, if this one is not.
fn fault(comparison: Operator, value: &str) -> Option<(&'static str, &'static str)> {
    match comparison.positive() {
        Operator::Null | Operator::Bool => {
            let word = ["true", "false"]
                .iter()
                .any(|word| value.eq_ignore_ascii_case(word));
            let variable = comparison == Operator::Bool && !values::variables(value).is_empty();
            (!word && !variable).then_some(("`true` or `false`", "`true` or `false`"))
        }
        Operator::IpAddress => IpRange::parse(value).is_none().then_some((
            "an IP address or CIDR block",
            "a block such as `192.0.2.0/24`",
        )),
        Operator::NumericEquals
        | Operator::NumericLessThan
        | Operator::NumericLessThanEquals
        | Operator::NumericGreaterThan
        | Operator::NumericGreaterThanEquals => Decimal::parse(value)
            .is_none()
            .then_some(("a number", "a number such as `3600`, without a unit")),
        Operator::DateEquals
        | Operator::DateLessThan
        | Operator::DateLessThanEquals
        | Operator::DateGreaterThan
        | Operator::DateGreaterThanEquals => Timestamp::parse(value).is_none().then_some((
            "a complete date",
            "a date such as `2026-11-22T06:40:00Z`, with its offset",
        )),
        Operator::ArnEquals | Operator::ArnLike => {
            let whole = value.split(':').count() >= 6 || value == "*" || value.contains("${");
            (!whole).then_some((
                "an ARN of six parts",
                "the whole ARN, such as `arn:aws:iam::*:role/admin`",
            ))
        }
        _ => None,
    }
}
