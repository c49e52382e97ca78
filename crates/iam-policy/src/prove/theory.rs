//! What is known about each part of a request during the search, and whether a request fulfils it.
//!
//! The action, the resource and the values of each key do not depend on each other, so a
//! conjunction of literals can be fulfilled if each part can.

use std::cell::RefCell;
use std::rc::Rc;

use super::budget::{Budget, TooLarge};
use super::formula::{Atom, KeyAtom, KeyId, ValuesAtom};
use super::hash::HashMap;
use super::levels::Levels;
use super::predicate::{Found, PredicateId, Predicates, ValueType};

/// What is fixed about a key.
#[derive(Debug, Clone)]
pub(super) struct KeyShape {
    /// A request has at most one value for it.
    pub(super) single: bool,
    pub(super) value_type: ValueType,
    /// Each value fulfils these.
    pub(super) domain: Vec<PredicateId>,
    /// All values violate these.
    pub(super) outside: Vec<PredicateId>,
    pub(super) missing: bool,
    pub(super) empty: bool,
    pub(super) values: bool,
}

/// What is known about the action or the resource.
#[derive(Debug, Clone)]
pub(super) struct TextFacts {
    pub(super) inside: Vec<PredicateId>,
    pub(super) outside: Vec<PredicateId>,
    pub(super) example: Found,
    levels: Levels,
    /// What was found out about literals under these facts.
    known: RefCell<HashMap<(PredicateId, bool), Status>>,
}

/// What is known about the values of a key.
#[derive(Debug, Clone)]
pub(super) struct KeyFacts {
    pub(super) missing: bool,
    pub(super) empty: bool,
    pub(super) values: bool,
    pub(super) all: Vec<(PredicateId, bool)>,
    pub(super) some: Vec<(PredicateId, bool)>,
    levels: Levels,
    /// What was found out about literals under these facts.
    known: RefCell<HashMap<(KeyAtom, bool), Status>>,
}

/// Facts about a request.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub(super) action: Rc<TextFacts>,
    pub(super) resource: Rc<TextFacts>,
    pub(super) keys: Vec<Rc<KeyFacts>>,
}

/// The status of a literal under some facts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Status {
    Holds,
    /// It contradicts facts that were assumed at these levels.
    Fails(Levels),
    Open,
}

/// Values of a key, and whether they certainly fulfil the facts about it.
pub(super) type Values = (Vec<Rc<str>>, bool);

/// The tables that facts refer to.
#[derive(Debug)]
pub(super) struct Theory {
    pub(super) predicates: Predicates,
    pub(super) shapes: Vec<KeyShape>,
    pub(super) not_empty: PredicateId,
    pub(super) budget: Budget,
}

impl TextFacts {
    fn any() -> Self {
        Self {
            inside: Vec::new(),
            outside: Vec::new(),
            example: Found::Maybe(None),
            levels: Levels::none(),
            known: RefCell::default(),
        }
    }
}

impl Theory {
    /// No facts.
    pub(super) fn start(&self) -> Facts {
        let key = |shape: &KeyShape| {
            Rc::new(KeyFacts {
                missing: shape.missing,
                empty: shape.empty,
                values: shape.values,
                all: Vec::new(),
                some: Vec::new(),
                levels: Levels::none(),
                known: RefCell::default(),
            })
        };
        Facts {
            action: Rc::new(TextFacts::any()),
            resource: Rc::new(TextFacts::any()),
            keys: self.shapes.iter().map(key).collect(),
        }
    }

    /// Whether the literal follows from the facts, or contradicts them.
    pub(super) fn status(
        &mut self,
        facts: &Facts,
        atom: &Atom,
        wanted: bool,
    ) -> Result<Status, TooLarge> {
        match atom {
            Atom::Action(predicate) => self.text_status(&facts.action, *predicate, wanted),
            Atom::Resource(predicate) => self.text_status(&facts.resource, *predicate, wanted),
            Atom::Key(key, atom) => {
                let Some(known) = facts.keys.get(key.0 as usize) else {
                    return Ok(Status::Open);
                };
                let literal = (atom.clone(), wanted);
                if let Some(status) = known.known.borrow().get(&literal) {
                    return Ok(*status);
                }
                let status = self.key_status(*key, known, atom, wanted)?;
                known.known.borrow_mut().insert(literal, status);
                Ok(status)
            }
        }
    }

    fn key_status(
        &mut self,
        key: KeyId,
        known: &KeyFacts,
        atom: &KeyAtom,
        wanted: bool,
    ) -> Result<Status, TooLarge> {
        let negated = atom.negated();
        let (with, without) = if wanted {
            (atom, &negated)
        } else {
            (&negated, atom)
        };
        if !self.key_is_possible(key, &narrow(known, with))? {
            return Ok(Status::Fails(known.levels));
        }
        if !self.key_is_possible(key, &narrow(known, without))? {
            return Ok(Status::Holds);
        }
        Ok(Status::Open)
    }

    fn text_status(
        &mut self,
        known: &TextFacts,
        predicate: PredicateId,
        wanted: bool,
    ) -> Result<Status, TooLarge> {
        let literal = (predicate, wanted);
        if let Some(status) = known.known.borrow().get(&literal) {
            return Ok(*status);
        }
        let status = self.find_text_status(known, predicate, wanted)?;
        known.known.borrow_mut().insert(literal, status);
        Ok(status)
    }

    fn find_text_status(
        &mut self,
        known: &TextFacts,
        predicate: PredicateId,
        wanted: bool,
    ) -> Result<Status, TooLarge> {
        // The example answers one of the two questions, if it is a certain one.
        let example = match &known.example {
            Found::Yes(text) => self.predicates.holds(predicate, text),
            _ => None,
        };
        let with = extend(known, predicate, wanted);
        if example != Some(wanted) && !self.text_example(&with)?.is_possible() {
            return Ok(Status::Fails(known.levels));
        }
        let without = extend(known, predicate, !wanted);
        if example != Some(!wanted) && !self.text_example(&without)?.is_possible() {
            return Ok(Status::Holds);
        }
        Ok(Status::Open)
    }

    fn text_example(&mut self, facts: &TextFacts) -> Result<Found, TooLarge> {
        self.predicates.find(
            ValueType::Any,
            &facts.inside,
            &facts.outside,
            &mut self.budget,
        )
    }

    /// Adds a literal that does not contradict the facts.
    pub(super) fn assume(
        &mut self,
        facts: &mut Facts,
        atom: &Atom,
        wanted: bool,
        levels: Levels,
    ) -> Result<(), TooLarge> {
        match atom {
            Atom::Action(predicate) => {
                facts.action = self.with_text(&facts.action, *predicate, wanted, levels)?;
            }
            Atom::Resource(predicate) => {
                facts.resource = self.with_text(&facts.resource, *predicate, wanted, levels)?;
            }
            Atom::Key(key, atom) => {
                if let Some(known) = facts.keys.get_mut(key.0 as usize) {
                    let mut next = if wanted {
                        narrow(known, atom)
                    } else {
                        narrow(known, &atom.negated())
                    };
                    next.levels = next.levels.and(levels);
                    *known = Rc::new(next);
                }
            }
        }
        Ok(())
    }

    fn with_text(
        &mut self,
        known: &TextFacts,
        predicate: PredicateId,
        wanted: bool,
        levels: Levels,
    ) -> Result<Rc<TextFacts>, TooLarge> {
        let mut next = extend(known, predicate, wanted);
        next.levels = next.levels.and(levels);
        next.example = self.text_example(&next)?;
        Ok(Rc::new(next))
    }

    /// Whether some values, or none, fulfil the facts about a key.
    pub(super) fn key_is_possible(
        &mut self,
        key: KeyId,
        facts: &KeyFacts,
    ) -> Result<bool, TooLarge> {
        if facts.missing || facts.empty {
            return Ok(true);
        }
        Ok(self.values(key, facts)?.is_some())
    }

    /// Values that fulfil the facts about a key, and whether that is certain; without the case that
    /// it is missing or empty.
    pub(super) fn values(
        &mut self,
        key: KeyId,
        facts: &KeyFacts,
    ) -> Result<Option<Values>, TooLarge> {
        let Some(shape) = self.shapes.get(key.0 as usize).cloned() else {
            return Ok(None);
        };
        if !facts.values {
            return Ok(None);
        }
        let base = shape
            .domain
            .iter()
            .map(|p| (*p, true))
            .chain(shape.outside.iter().map(|p| (*p, false)))
            .chain(facts.all.iter().copied());
        let base: Vec<(PredicateId, bool)> = base.collect();
        let filled = (self.not_empty, true);
        let wanted: Vec<Vec<(PredicateId, bool)>> = if shape.single {
            vec![facts.some.iter().copied().chain([filled]).collect()]
        } else {
            let each = facts.some.iter().map(|one| vec![*one]);
            // The list has another value than the empty string.
            each.chain([vec![filled]]).collect()
        };
        let mut values: Vec<Rc<str>> = Vec::new();
        let mut certain = true;
        for extra in &wanted {
            let of = |side: bool| -> Vec<PredicateId> {
                let all = base.iter().chain(extra);
                all.filter(|(_, wanted)| *wanted == side)
                    .map(|(p, _)| *p)
                    .collect()
            };
            let found =
                self.predicates
                    .find(shape.value_type, &of(true), &of(false), &mut self.budget)?;
            match found {
                Found::No => return Ok(None),
                Found::Yes(value) => values.push(value),
                Found::Maybe(value) => {
                    certain = false;
                    values.extend(value);
                }
            }
        }
        if !shape.single && values.iter().rev().skip(1).any(|value| !value.is_empty()) {
            values.pop();
        }
        values.sort();
        values.dedup();
        Ok(Some((values, certain)))
    }
}

fn extend(known: &TextFacts, predicate: PredicateId, wanted: bool) -> TextFacts {
    let mut next = TextFacts {
        known: RefCell::default(),
        inside: known.inside.clone(),
        outside: known.outside.clone(),
        example: known.example.clone(),
        levels: known.levels,
    };
    if wanted {
        next.inside.push(predicate);
    } else {
        next.outside.push(predicate);
    }
    next
}

fn narrow(known: &KeyFacts, atom: &KeyAtom) -> KeyFacts {
    let mut next = KeyFacts {
        missing: known.missing,
        empty: known.empty,
        values: known.values,
        all: known.all.clone(),
        some: known.some.clone(),
        levels: known.levels,
        known: RefCell::default(),
    };
    next.missing &= atom.missing;
    next.empty &= atom.empty;
    match &atom.values {
        ValuesAtom::Always => {}
        ValuesAtom::Never => next.values = false,
        ValuesAtom::All(predicate, wanted) => next.all.push((*predicate, *wanted)),
        ValuesAtom::Some(predicate, wanted) => next.some.push((*predicate, *wanted)),
    }
    next
}
