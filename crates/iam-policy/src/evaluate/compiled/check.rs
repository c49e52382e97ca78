//! Conditions in the form in which they are tested fastest.

use super::glob::Glob;
use super::keys::{Key, Keys, Values};
use crate::evaluate::condition::{Operand, Test, compares, holds};
use crate::evaluate::request::Request;
use crate::evaluate::value::{Decimal, Instant, Network};
use crate::pattern::Case;
use crate::template::Template;
use crate::{ConditionOperator, Operator};

/// A condition.
#[derive(Debug, Clone)]
pub(super) struct Check {
    key: Key,
    operator: ConditionOperator,
    wanted: Wanted,
}

/// What values match, any of a list.
#[derive(Debug, Clone)]
enum Wanted {
    /// `Null`: whether the condition holds for a missing key, and for one that is there.
    Presence {
        missing: bool,
        there: bool,
    },
    /// Texts without wildcards and variables, in order.
    Texts(Vec<String>),
    /// `Bool`: without regard to the case of ASCII letters.
    Words(Vec<String>),
    Globs(Vec<Glob>),
    Numbers(Vec<Decimal>),
    Dates(Vec<Instant>),
    Networks(Vec<Network>),
    /// ARNs and texts without regard to case, as the interpreter has them.
    Others(Vec<Operand>),
}

/// From how many texts on they are searched by halves.
const MANY: usize = 8;

impl Check {
    pub(super) fn compile(test: &Test, keys: &mut Keys) -> Self {
        Self {
            key: keys.intern(&test.source.key),
            operator: test.source.operator,
            wanted: Wanted::compile(test.source.operator.comparison, &test.operands, keys),
        }
    }

    /// Whether the condition holds for the request.
    pub(super) fn holds(&self, request: &Request, values: &Values<'_>) -> bool {
        let own = values.all(self.key);
        if let Wanted::Presence { missing, there } = self.wanted {
            return if own.is_empty() { missing } else { there };
        }
        holds(self.operator, own, |value| {
            self.wanted
                .matches(self.operator.comparison, value, request, values)
        })
    }
}

impl Wanted {
    /// The operands of one condition are all of one kind, which its operator says.
    fn compile(comparison: Operator, operands: &[Operand], keys: &mut Keys) -> Self {
        let all = operands.iter();
        match comparison.positive() {
            Operator::Null => Self::Presence {
                missing: all.clone().any(|o| matches!(o, Operand::Missing(true))),
                there: all.clone().any(|o| matches!(o, Operand::Missing(false))),
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
                    Operand::Network(network) => Some(*network),
                    _ => None,
                })
                .collect(),
            ),
            _ => Self::typed(operands),
        }
    }

    fn strings(operands: &[Operand], keys: &mut Keys) -> Self {
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
        values: &Values<'_>,
    ) -> bool {
        match self {
            Self::Presence { .. } => false,
            Self::Texts(texts) if texts.len() < MANY => texts.iter().any(|text| text == value),
            Self::Texts(texts) => texts.binary_search_by(|t| t.as_str().cmp(value)).is_ok(),
            Self::Words(words) => words.iter().any(|word| word.eq_ignore_ascii_case(value)),
            Self::Globs(globs) => globs.iter().any(|g| g.matches(value, values)),
            Self::Numbers(numbers) => Decimal::read(value).is_some_and(|v| {
                numbers
                    .iter()
                    .any(|number| compares(comparison, &v, number))
            }),
            Self::Dates(dates) => Instant::read(value)
                .is_some_and(|v| dates.iter().any(|date| compares(comparison, &v, date))),
            Self::Networks(networks) => {
                Network::read(value).is_some_and(|v| networks.iter().any(|n| n.contains(&v)))
            }
            Self::Others(operands) => operands
                .iter()
                .any(|o| o.matches(comparison, value, request)),
        }
    }
}
