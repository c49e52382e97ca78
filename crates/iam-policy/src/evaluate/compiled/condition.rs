//! Conditions, compiled for fast evaluation.

use super::glob::Glob;
use super::keys::{KeyId, KeyTable, KeyValues};
use crate::evaluate::condition::{Operand, PreparedCondition, compares, holds};
use crate::evaluate::request::Request;
use crate::evaluate::value::{Decimal, IpRange, Timestamp};
use crate::pattern::Case;
use crate::template::Template;
use crate::{ConditionOperator, Operator};

/// A compiled condition.
#[derive(Debug, Clone)]
pub(super) struct CompiledCondition {
    key: KeyId,
    operator: ConditionOperator,
    operands: CompiledOperands,
}

/// The values of a condition. A request value matches if it matches any of them.
#[derive(Debug, Clone)]
enum CompiledOperands {
    /// `Null`: whether the condition holds for a missing key, and for a present one.
    Presence {
        missing: bool,
        present: bool,
    },
    /// Strings without wildcards and variables, sorted.
    Texts(Vec<String>),
    /// `Bool`: compared without ASCII case.
    Words(Vec<String>),
    Globs(Vec<Glob>),
    Numbers(Vec<Decimal>),
    Dates(Vec<Timestamp>),
    Networks(Vec<IpRange>),
    /// ARNs and caseless strings, evaluated as in [`PolicySet`](crate::evaluate::PolicySet).
    Others(Vec<Operand>),
}

/// The number of strings from which binary search is faster than a scan.
const BINARY_SEARCH_FROM: usize = 8;

impl CompiledCondition {
    pub(super) fn compile(condition: &PreparedCondition, keys: &mut KeyTable) -> Self {
        Self {
            key: keys.intern(&condition.source.key),
            operator: condition.source.operator,
            operands: CompiledOperands::compile(
                condition.source.operator.comparison,
                &condition.operands,
                keys,
            ),
        }
    }

    /// Whether the condition holds for the request.
    pub(super) fn holds(&self, request: &Request, values: &KeyValues<'_>) -> bool {
        let own = values.all(self.key);
        if let CompiledOperands::Presence { missing, present } = self.operands {
            return if own.is_empty() { missing } else { present };
        }
        holds(self.operator, own, |value| {
            self.operands
                .matches(self.operator.comparison, value, request, values)
        })
    }
}

impl CompiledOperands {
    /// All operands of a condition have the type that its operator requires.
    fn compile(comparison: Operator, operands: &[Operand], keys: &mut KeyTable) -> Self {
        let all = operands.iter();
        match comparison.positive() {
            Operator::Null => Self::Presence {
                missing: all.clone().any(|o| matches!(o, Operand::Missing(true))),
                present: all.clone().any(|o| matches!(o, Operand::Missing(false))),
            },
            Operator::StringEquals | Operator::StringLike => Self::strings(operands, keys),
            Operator::Bool => {
                let words = all.map(|o| match o {
                    Operand::Text(Template::Fixed(pattern), Case::Ignored) => pattern.text(),
                    _ => None,
                });
                let words: Option<Vec<String>> = words.collect();
                words.map_or_else(|| Self::Others(operands.to_vec()), Self::Words)
            }
            Operator::IpAddress => Self::Networks(
                all.filter_map(|o| match o {
                    Operand::IpRange(network) => Some(*network),
                    _ => None,
                })
                .collect(),
            ),
            _ => Self::typed(operands),
        }
    }

    fn strings(operands: &[Operand], keys: &mut KeyTable) -> Self {
        let globs = operands.iter().filter_map(|o| match o {
            Operand::Text(template, Case::Sensitive) => Some(Glob::value(template, keys)),
            _ => None,
        });
        let globs: Vec<Glob> = globs.collect();
        let texts: Option<Vec<String>> = globs
            .iter()
            .map(|glob| match glob {
                Glob::Exact(text) => Some(text.clone()),
                _ => None,
            })
            .collect();
        match texts {
            Some(mut texts) => {
                texts.sort();
                Self::Texts(texts)
            }
            None => Self::Globs(globs),
        }
    }

    fn typed(operands: &[Operand]) -> Self {
        let numbers = operands.iter().map(|o| match o {
            Operand::Number(number) => Some(number.clone()),
            _ => None,
        });
        let dates = operands.iter().map(|o| match o {
            Operand::Date(date) => Some(*date),
            _ => None,
        });
        if let Some(numbers) = numbers.collect() {
            Self::Numbers(numbers)
        } else if let Some(dates) = dates.collect() {
            Self::Dates(dates)
        } else {
            Self::Others(operands.to_vec())
        }
    }

    /// Whether the request's value stands in the operator's positive relation to any of the list.
    fn matches(
        &self,
        comparison: Operator,
        value: &str,
        request: &Request,
        values: &KeyValues<'_>,
    ) -> bool {
        match self {
            Self::Presence { .. } => false,
            Self::Texts(texts) if texts.len() < BINARY_SEARCH_FROM => {
                texts.iter().any(|text| text == value)
            }
            Self::Texts(texts) => texts.binary_search_by(|t| t.as_str().cmp(value)).is_ok(),
            Self::Words(words) => words.iter().any(|word| word.eq_ignore_ascii_case(value)),
            Self::Globs(globs) => globs.iter().any(|g| g.matches(value, values)),
            Self::Numbers(numbers) => Decimal::parse(value).is_some_and(|v| {
                numbers
                    .iter()
                    .any(|number| compares(comparison, &v, number))
            }),
            Self::Dates(dates) => Timestamp::parse(value)
                .is_some_and(|v| dates.iter().any(|date| compares(comparison, &v, date))),
            Self::Networks(networks) => {
                IpRange::parse(value).is_some_and(|v| networks.iter().any(|n| n.contains(&v)))
            }
            Self::Others(operands) => operands
                .iter()
                .any(|o| o.matches(comparison, value, request)),
        }
    }
}
