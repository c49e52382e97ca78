//! Evaluation of conditions.
//!
//! Sources: "IAM JSON policy elements: Condition operators"
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>)
//! and "Single-valued vs. multivalued context keys"
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>).

use super::request::Request;
use super::unset_variable::UnsetVariable;
use super::value::{Decimal, IpRange, Timestamp};
use crate::pattern::{Case, Pattern, Token};
use crate::template::{Syntax, Template};
use crate::{Condition, ConditionOperator, Operator, SetQualifier, Version};

/// A condition, parsed once for many requests.
#[derive(Debug, Clone)]
pub(crate) struct PreparedCondition {
    pub(crate) source: Condition,
    pub(crate) operands: Vec<Operand>,
}

/// A value of a condition, parsed as its operator requires. A value that cannot be parsed never
/// matches.
#[derive(Debug, Clone)]
pub(crate) enum Operand {
    /// `String…` and `Bool`.
    Text(Template, Case),
    /// `String…IgnoreCase`: compared without the case of any letter.
    Folded(Template),
    Arn(Template),
    Number(Decimal),
    Date(Timestamp),
    /// Base64, as requests carry binary values too.
    Binary(String),
    IpRange(IpRange),
    /// `Null`: whether the key must be missing.
    Missing(bool),
}

impl Operand {
    /// The text with variables, for operators that can have some.
    pub(crate) fn template(&self) -> Option<&Template> {
        match self {
            Self::Text(template, _) | Self::Folded(template) | Self::Arn(template) => {
                Some(template)
            }
            _ => None,
        }
    }

    fn parse(text: &str, comparison: Operator, version: Version) -> Option<Self> {
        let template = |wildcards| {
            Template::parse(
                text,
                Syntax {
                    variables: version == Version::V2012,
                    wildcards,
                },
            )
        };
        match comparison.positive() {
            Operator::StringEquals => Some(Self::Text(template(false), Case::Sensitive)),
            Operator::StringLike => Some(Self::Text(template(true), Case::Sensitive)),
            Operator::StringEqualsIgnoreCase => Some(Self::Folded(template(false))),
            Operator::Bool => Some(Self::Text(template(false), Case::Ignored)),
            Operator::ArnEquals | Operator::ArnLike => Some(Self::Arn(template(true))),
            Operator::BinaryEquals => Some(Self::Binary(text.to_owned())),
            Operator::IpAddress => IpRange::parse(text).map(Self::IpRange),
            Operator::Null if text.eq_ignore_ascii_case("true") => Some(Self::Missing(true)),
            Operator::Null if text.eq_ignore_ascii_case("false") => Some(Self::Missing(false)),
            Operator::DateEquals
            | Operator::DateLessThan
            | Operator::DateLessThanEquals
            | Operator::DateGreaterThan
            | Operator::DateGreaterThanEquals => Timestamp::parse(text).map(Self::Date),
            Operator::NumericEquals
            | Operator::NumericLessThan
            | Operator::NumericLessThanEquals
            | Operator::NumericGreaterThan
            | Operator::NumericGreaterThanEquals => Decimal::parse(text).map(Self::Number),
            _ => None,
        }
    }

    /// Whether the positive form of the operator holds for a request value and this operand.
    pub(crate) fn matches(&self, comparison: Operator, value: &str, request: &Request) -> bool {
        let resolve = |template: &Template, test: &dyn Fn(&Pattern) -> bool| {
            template
                .resolve(|key| request.value(key))
                .is_some_and(|pattern| test(&pattern))
        };
        match self {
            Self::Text(template, case) => resolve(template, &|p| p.matches(value, *case)),
            Self::Folded(template) => resolve(template, &|p| folded(p) == value.to_lowercase()),
            Self::Arn(template) => resolve(template, &|p| p.matches_arn(value)),
            Self::Binary(text) => text == value,
            Self::IpRange(network) => IpRange::parse(value).is_some_and(|v| network.contains(&v)),
            Self::Number(number) => {
                Decimal::parse(value).is_some_and(|v| compares(comparison, &v, number))
            }
            Self::Date(date) => {
                Timestamp::parse(value).is_some_and(|v| compares(comparison, &v, date))
            }
            Self::Missing(_) => false,
        }
    }
}

fn folded(pattern: &Pattern) -> String {
    let chars = pattern.tokens().iter().filter_map(|token| match token {
        Token::Char(c) => Some(*c),
        _ => None,
    });
    chars.collect::<String>().to_lowercase()
}

/// Whether an ordering operator holds for a value and a bound.
pub(crate) fn compares<T: Ord>(comparison: Operator, value: &T, bound: &T) -> bool {
    match comparison.positive() {
        Operator::NumericLessThan | Operator::DateLessThan => value < bound,
        Operator::NumericLessThanEquals | Operator::DateLessThanEquals => value <= bound,
        Operator::NumericGreaterThan | Operator::DateGreaterThan => value > bound,
        Operator::NumericGreaterThanEquals | Operator::DateGreaterThanEquals => value >= bound,
        _ => value == bound,
    }
}

impl PreparedCondition {
    pub(crate) fn prepare(condition: &Condition, version: Version) -> Self {
        let comparison = condition.operator.comparison;
        let operands = condition
            .values
            .iter()
            .filter_map(|v| Operand::parse(v, comparison, version))
            .collect();
        Self {
            source: condition.clone(),
            operands,
        }
    }

    /// Whether the condition holds for the request.
    ///
    /// - A missing key fails a positive operator and satisfies a negated one and `…IfExists`.
    /// - `ForAllValues` holds and `ForAnyValue` fails when the key is missing or its only value is
    ///   empty; `IfExists` changes neither, since it is about the values one by one.
    /// - `Null` asks whether the key is there, and a key whose only value is empty is: AWS calls an
    ///   empty string a null dataset where it speaks of set operators ("Single-valued vs.
    ///   multivalued context keys"), and advises `Null: false` in addition to them against "empty
    ///   values"; of `Null` by itself ("Condition operator to check existence of condition keys")
    ///   it only says that the value must not be null. A policy should not depend on it: compare
    ///   the value too.
    /// - Without a set operator, a key with many values matches when any of them does, so a negated
    ///   operator holds when none does. AWS asks for a set operator there and does not document
    ///   what happens without.
    /// - A policy variable without value matches nothing: a positive operator fails on it, a
    ///   negated one holds. [`UnsetVariable`] has other readings.
    pub(crate) fn holds(&self, request: &Request, unset: UnsetVariable) -> bool {
        let operator = self.source.operator;
        let values = request.values(&self.source.key);
        if operator.comparison == Operator::Null {
            let missing = values.is_empty();
            return self
                .operands
                .iter()
                .any(|o| matches!(o, Operand::Missing(wanted) if *wanted == missing));
        }
        // For a negated operator to fail, its positive form has to match.
        let fails = unset == UnsetVariable::FailsElement
            && operator.comparison.is_negated()
            && !self.is_set(request);
        holds(operator, values, |value| {
            fails
                || self
                    .operands
                    .iter()
                    .any(|o| o.matches(operator.comparison, value, request))
        })
    }

    /// Whether all variables in the values have a value.
    pub(crate) fn is_set(&self, request: &Request) -> bool {
        let mut templates = self.operands.iter().filter_map(Operand::template);
        templates.all(|template| template.is_set(|key| request.value(key)))
    }
}

/// Whether a condition other than `Null` holds for the values of its key. `matches` is the positive
/// form of the operator for one request value.
pub(crate) fn holds(
    operator: ConditionOperator,
    values: &[String],
    matches: impl Fn(&str) -> bool,
) -> bool {
    let negated = operator.comparison.is_negated();
    let empty = values.is_empty() || matches!(values, [only] if only.is_empty());
    match operator.qualifier {
        Some(SetQualifier::ForAllValues) => empty || values.iter().all(|v| matches(v) != negated),
        Some(SetQualifier::ForAnyValue) => !empty && values.iter().any(|v| matches(v) != negated),
        None if values.is_empty() => negated || operator.if_exists,
        None => values.iter().any(|v| matches(v)) != negated,
    }
}
