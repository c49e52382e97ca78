//! Predicates on one value of a context key, on the action or on the resource, and the search for a
//! string that fulfils some and not others.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::rc::Rc;
use std::sync::Arc;

use super::budget::{Budget, TooLarge};
use super::hash::HashMap;
use super::language::{Automaton, Chars, LanguageId, Languages, Row, Step};
use crate::Operator;
use crate::evaluate::condition::{Operand, compares};
use crate::evaluate::value::{Decimal, IpRange, Timestamp};

/// A predicate of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct PredicateId(u32);

/// A pattern with variables whose values are left open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct TemplateId(pub(super) u32);

#[derive(Debug, Clone)]
pub(super) enum Predicate {
    /// In the language, or matched by one of the templates.
    Text {
        rows: Vec<Row>,
        language: LanguageId,
        templates: BTreeSet<TemplateId>,
    },
    /// Stands in the relation to one of the operands.
    Typed(Rc<Typed>),
}

/// A comparison of numbers, times or addresses.
#[derive(Debug)]
pub(super) struct Typed {
    pub(super) comparison: Operator,
    pub(super) operands: Vec<Operand>,
}

/// The type of a key's values, where AWS documents one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ValueType {
    Any,
    Number,
    Date,
    Address,
}

impl ValueType {
    fn admits(self, value: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Number => Decimal::parse(value).is_some(),
            Self::Date => Timestamp::parse(value).is_some(),
            Self::Address => value.parse::<IpAddr>().is_ok(),
        }
    }
}

impl Typed {
    fn matches(&self, value: &str) -> bool {
        self.operands.iter().any(|operand| match operand {
            Operand::Number(bound) => {
                Decimal::parse(value).is_some_and(|v| compares(self.comparison, &v, bound))
            }
            Operand::Date(bound) => {
                Timestamp::parse(value).is_some_and(|v| compares(self.comparison, &v, bound))
            }
            Operand::IpRange(range) => IpRange::parse(value).is_some_and(|v| range.contains(&v)),
            _ => false,
        })
    }
}

/// What a search for a value found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// There is none.
    No,
    /// This one.
    Yes(Rc<str>),
    /// There can be one; this is a guess.
    Maybe(Option<Rc<str>>),
}

impl Found {
    pub(super) fn is_possible(&self) -> bool {
        *self != Self::No
    }
}

/// All predicates of a case.
#[derive(Debug, Default)]
pub(super) struct Predicates {
    pub(super) languages: Languages,
    all: Vec<Predicate>,
    texts: HashMap<(LanguageId, BTreeSet<TemplateId>), PredicateId>,
    /// What each template can match, whatever the values of its variables.
    hulls: Vec<Vec<Row>>,
    found: HashMap<(ValueType, Vec<PredicateId>, Vec<PredicateId>), Found>,
}

impl Predicates {
    /// No predicate yet, over what is known of languages.
    pub(super) fn new(languages: Languages) -> Self {
        Self {
            languages,
            ..Self::default()
        }
    }

    /// The predicate of these patterns.
    pub(super) fn text(&mut self, rows: Vec<Row>) -> PredicateId {
        self.text_or(rows, BTreeSet::new())
    }

    /// The predicate of these patterns and templates.
    pub(super) fn text_or(
        &mut self,
        rows: Vec<Row>,
        templates: BTreeSet<TemplateId>,
    ) -> PredicateId {
        let language = self.languages.add(rows.clone());
        if let Some(id) = self.texts.get(&(language, templates.clone())) {
            return *id;
        }
        let id = self.push(Predicate::Text {
            rows,
            language,
            templates: templates.clone(),
        });
        self.texts.insert((language, templates), id);
        id
    }

    /// The predicate of a language that was made before.
    pub(super) fn shared(&mut self, automaton: &Arc<Automaton>) -> PredicateId {
        let language = self.languages.add_shared(automaton);
        self.push(Predicate::Text {
            rows: Vec::new(),
            language,
            templates: BTreeSet::new(),
        })
    }

    /// The predicate of a comparison.
    pub(super) fn typed(&mut self, comparison: Operator, operands: Vec<Operand>) -> PredicateId {
        self.push(Predicate::Typed(Rc::new(Typed {
            comparison,
            operands,
        })))
    }

    fn push(&mut self, predicate: Predicate) -> PredicateId {
        let id = PredicateId(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        self.all.push(predicate);
        id
    }

    /// A template that matches some of what these patterns do.
    pub(super) fn template(&mut self, hull: Vec<Row>) -> TemplateId {
        let id = TemplateId(u32::try_from(self.hulls.len()).unwrap_or(u32::MAX));
        self.hulls.push(hull);
        id
    }

    pub(super) fn get(&self, id: PredicateId) -> Option<&Predicate> {
        self.all.get(id.0 as usize)
    }

    /// Whether the string fulfils the predicate; `None` where that depends on a template.
    pub(super) fn holds(&self, id: PredicateId, value: &str) -> Option<bool> {
        match self.get(id)? {
            Predicate::Text {
                language,
                templates,
                ..
            } => match self.languages.contains(*language, value) {
                true => Some(true),
                false if templates.is_empty() => Some(false),
                false => None,
            },
            Predicate::Typed(typed) => Some(typed.matches(value)),
        }
    }

    /// A string of the type that fulfils all predicates of `inside` and none of `outside`.
    pub(super) fn find(
        &mut self,
        value_type: ValueType,
        inside: &[PredicateId],
        outside: &[PredicateId],
        budget: &mut Budget,
    ) -> Result<Found, TooLarge> {
        let sorted = |ids: &[PredicateId]| {
            let mut ids = ids.to_vec();
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        let key = (value_type, sorted(inside), sorted(outside));
        budget.spend(1 + (key.1.len() + key.2.len()) as u64)?;
        if let Some(known) = self.found.get(&key) {
            return Ok(known.clone());
        }
        let found = self.search(value_type, &key.1, &key.2, budget)?;
        self.found.insert(key, found.clone());
        Ok(found)
    }

    fn search(
        &mut self,
        value_type: ValueType,
        inside: &[PredicateId],
        outside: &[PredicateId],
        budget: &mut Budget,
    ) -> Result<Found, TooLarge> {
        if inside.iter().any(|id| outside.binary_search(id).is_ok()) {
            return Ok(Found::No);
        }
        let mut sides = Sides::default();
        for id in outside {
            match self.get(*id) {
                Some(Predicate::Text {
                    language,
                    templates,
                    ..
                }) => {
                    sides.outside.push(*language);
                    sides.excluded.extend(templates);
                }
                Some(Predicate::Typed(typed)) => sides.typed.push((Rc::clone(typed), false)),
                None => {}
            }
        }
        for id in inside {
            match self.get(*id).cloned() {
                Some(Predicate::Text {
                    rows,
                    language,
                    templates,
                }) => {
                    let language = if templates.is_empty() {
                        language
                    } else {
                        sides.open = true;
                        self.upper(&rows, templates.difference(&sides.excluded))
                    };
                    sides.inside.push(language);
                }
                Some(Predicate::Typed(typed)) => sides.typed.push((typed, true)),
                None => {}
            }
        }
        sides.open |= !sides.excluded.is_empty();
        if sides.typed.is_empty() && value_type == ValueType::Any {
            let found = self.languages.find(&sides.inside, &sides.outside, budget)?;
            return Ok(match found {
                None => Found::No,
                Some(text) if sides.open => Found::Maybe(Some(text)),
                Some(text) => Found::Yes(text),
            });
        }
        self.search_typed(value_type, &sides, budget)
    }

    /// The language of the patterns and of all that the templates can match.
    fn upper<'t>(
        &mut self,
        rows: &[Row],
        templates: impl Iterator<Item = &'t TemplateId>,
    ) -> LanguageId {
        let mut rows = rows.to_vec();
        for id in templates {
            rows.extend(self.hulls.get(id.0 as usize).into_iter().flatten().cloned());
        }
        self.languages.add(rows)
    }

    /// Tries a value from each of the ranges between all bounds. Within a range, comparisons do not
    /// tell values apart, so that is complete unless patterns do.
    fn search_typed(
        &mut self,
        value_type: ValueType,
        sides: &Sides,
        budget: &mut Budget,
    ) -> Result<Found, TooLarge> {
        let mut candidates = candidates(value_type, &sides.typed);
        // All values with a type, and the one without, fulfil that they are not empty.
        let not_empty = self.languages.add(vec![not_empty()]);
        let by_text = sides.inside.iter().any(|id| *id != not_empty) || !sides.outside.is_empty();
        let mut is_possible = false;
        if by_text {
            let found = self.languages.find(&sides.inside, &sides.outside, budget)?;
            is_possible = found.is_some();
            candidates.extend(found.map(|text| text.to_string()));
        }
        for value in &candidates {
            budget.spend((sides.typed.len() + sides.inside.len() + sides.outside.len()) as u64)?;
            let fits = value_type.admits(value)
                && sides
                    .typed
                    .iter()
                    .all(|(t, wanted)| t.matches(value) == *wanted)
                && sides
                    .inside
                    .iter()
                    .all(|id| self.languages.contains(*id, value))
                && !sides
                    .outside
                    .iter()
                    .any(|id| self.languages.contains(*id, value));
            if fits {
                let value = Rc::from(value.as_str());
                return Ok(if sides.open {
                    Found::Maybe(Some(value))
                } else {
                    Found::Yes(value)
                });
            }
        }
        Ok(if is_possible {
            Found::Maybe(None)
        } else {
            Found::No
        })
    }
}

#[derive(Debug, Default)]
struct Sides {
    inside: Vec<LanguageId>,
    outside: Vec<LanguageId>,
    typed: Vec<(Rc<Typed>, bool)>,
    /// Templates that must not match.
    excluded: BTreeSet<TemplateId>,
    /// Templates take part.
    open: bool,
}

/// Any string but the empty one.
pub(super) fn not_empty() -> Row {
    vec![Step::one(Chars::Any), Step::many(Chars::Any)]
}

/// Values such that each range between bounds has one.
fn candidates(value_type: ValueType, typed: &[(Rc<Typed>, bool)]) -> Vec<String> {
    let operands = || typed.iter().flat_map(|(t, _)| &t.operands);
    let numbers: Vec<&Decimal> = operands()
        .filter_map(|o| match o {
            Operand::Number(number) => Some(number),
            _ => None,
        })
        .collect();
    let dates: Vec<Timestamp> = operands()
        .filter_map(|o| match o {
            Operand::Date(date) => Some(*date),
            _ => None,
        })
        .collect();
    let ranges: Vec<IpRange> = operands()
        .filter_map(|o| match o {
            Operand::IpRange(range) => Some(*range),
            _ => None,
        })
        .collect();
    let mut all = Vec::new();
    if !numbers.is_empty() || value_type == ValueType::Number {
        all.extend(Decimal::between(&numbers));
    }
    if !dates.is_empty() || value_type == ValueType::Date {
        all.extend(Timestamp::between(&dates));
    }
    if !ranges.is_empty() || value_type == ValueType::Address {
        all.extend(addresses(&ranges));
    }
    // None of them, for keys that can have any value.
    all.push("x".to_owned());
    all
}

/// An address in each part of the address space that ranges divide.
fn addresses(ranges: &[IpRange]) -> Vec<String> {
    let mut starts: BTreeSet<IpAddr> = BTreeSet::from([
        IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
        IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    ]);
    for range in ranges {
        let (first, behind) = range.bounds();
        starts.insert(first);
        starts.extend(behind);
    }
    starts.iter().map(IpAddr::to_string).collect()
}
