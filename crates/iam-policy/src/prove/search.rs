//! Search for facts that fulfil a formula.
//!
//! The search assumes what has to hold, as far as it can be told, and tries the alternatives of
//! what is left, the fewest first. A contradiction names the decisions it depends on, so that the
//! search goes back to the latest of them and leaves out alternatives that cannot help.

use super::budget::TooLarge;
use super::formula::Formula;
use super::levels::Levels;
use super::theory::{Facts, Status, Theory};

/// Something that has to hold, with the levels at which that was decided.
type Task = (Formula, Levels);

/// Alternatives of which one has to hold, with the levels at which that was decided.
type Choice = (Vec<Formula>, Levels);

/// A formula under some facts.
enum Reduced {
    Holds,
    Fails(Levels),
    /// Alternatives that are left, and the levels at which others were ruled out.
    Open(Vec<Formula>, Levels),
    /// All of these have to hold.
    Each(Vec<Formula>),
}

/// Receives facts that fulfil the formula; gives true to end the search, false to look for others.
pub(super) type Accept<'a> = dyn FnMut(&mut Theory, &Facts) -> Result<bool, TooLarge> + 'a;

/// The deepest search: deeper ones are too large.
const MAX_DEPTH: usize = 1_000;

/// Looks for facts that fulfil all formulas, until one is accepted. False: there are none, apart
/// from those that were not accepted.
pub(super) fn search(
    theory: &mut Theory,
    formula: Formula,
    accept: &mut Accept<'_>,
) -> Result<bool, TooLarge> {
    let facts = theory.start();
    let tasks = vec![(formula, Levels::none())];
    let mut search = Search { theory, accept };
    Ok(search.solve(facts, tasks, 0)?.is_none())
}

struct Search<'a, 'b> {
    theory: &'a mut Theory,
    accept: &'a mut Accept<'b>,
}

impl Search<'_, '_> {
    /// `None`: facts were accepted. Otherwise the levels that the contradiction depends on.
    fn solve(
        &mut self,
        mut facts: Facts,
        tasks: Vec<Task>,
        depth: usize,
    ) -> Result<Option<Levels>, TooLarge> {
        if depth > MAX_DEPTH {
            return Err(TooLarge);
        }
        let mut open = match self.propagate(&mut facts, tasks)? {
            Ok(open) => open,
            Err(conflict) => return Ok(Some(conflict)),
        };
        let fewest = open
            .iter()
            .enumerate()
            .min_by_key(|(_, (alternatives, _))| alternatives.len());
        let Some((at, _)) = fewest else {
            let accepted = (self.accept)(self.theory, &facts)?;
            // What was not accepted does not tell why, so nothing can be left out.
            return Ok((!accepted).then(Levels::every));
        };
        let (alternatives, levels) = open.swap_remove(at);
        let rest: Vec<Task> = open
            .into_iter()
            .map(|(alternatives, levels)| (Formula::Any(alternatives.into()), levels))
            .collect();
        let own = Levels::one(depth);
        let mut conflicts = levels;
        let mut excluded: Vec<Task> = Vec::new();
        for alternative in alternatives {
            let mut tasks = vec![(alternative.clone(), own)];
            tasks.extend(excluded.iter().cloned());
            tasks.extend(rest.iter().cloned());
            match self.solve(facts.clone(), tasks, depth + 1)? {
                None => return Ok(None),
                Some(conflict) if !conflict.contains(depth) => return Ok(Some(conflict)),
                Some(conflict) => conflicts = conflicts.and(conflict.without(depth)),
            }
            if let Formula::Literal(..) = alternative {
                excluded.push((alternative.negated(), own));
            }
        }
        Ok(Some(conflicts))
    }

    /// Assumes all that has no alternative, until nothing changes. Gives what has some, or a
    /// contradiction.
    fn propagate(
        &mut self,
        facts: &mut Facts,
        mut tasks: Vec<Task>,
    ) -> Result<Result<Vec<Choice>, Levels>, TooLarge> {
        loop {
            let mut open = Vec::new();
            let mut changed = false;
            let mut queue = tasks;
            queue.reverse();
            while let Some((formula, levels)) = queue.pop() {
                self.theory.budget.spend(1)?;
                if let Formula::Literal(atom, wanted) = &formula {
                    match self.theory.status(facts, atom, *wanted)? {
                        Status::Holds => {}
                        Status::Fails(other) => return Ok(Err(levels.and(other))),
                        Status::Open => {
                            self.theory.assume(facts, atom, *wanted, levels)?;
                            changed = true;
                        }
                    }
                    continue;
                }
                match self.reduce(facts, &formula)? {
                    Reduced::Holds => {}
                    Reduced::Fails(other) => return Ok(Err(levels.and(other))),
                    Reduced::Each(parts) => {
                        queue.extend(parts.into_iter().rev().map(|part| (part, levels)));
                    }
                    Reduced::Open(mut alternatives, other) if alternatives.len() == 1 => {
                        queue.extend(alternatives.pop().map(|only| (only, levels.and(other))));
                    }
                    Reduced::Open(alternatives, other) => {
                        open.push((alternatives, levels.and(other)));
                    }
                }
            }
            if !changed {
                return Ok(Ok(open));
            }
            tasks = open
                .into_iter()
                .map(|(alternatives, levels)| (Formula::Any(alternatives.into()), levels))
                .collect();
        }
    }

    fn reduce(&mut self, facts: &Facts, formula: &Formula) -> Result<Reduced, TooLarge> {
        match formula {
            Formula::Literal(atom, wanted) => {
                Ok(match self.theory.status(facts, atom, *wanted)? {
                    Status::Holds => Reduced::Holds,
                    Status::Fails(levels) => Reduced::Fails(levels),
                    Status::Open => Reduced::Each(vec![formula.clone()]),
                })
            }
            Formula::All(parts) => {
                let mut left = Vec::new();
                for part in parts.iter() {
                    match self.reduce(facts, part)? {
                        Reduced::Holds => {}
                        Reduced::Fails(levels) => return Ok(Reduced::Fails(levels)),
                        Reduced::Each(inner) => left.extend(inner),
                        // The levels of alternatives that are ruled out are found again when the
                        // part becomes a task of its own.
                        Reduced::Open(..) => left.push(part.clone()),
                    }
                }
                Ok(if left.is_empty() {
                    Reduced::Holds
                } else {
                    Reduced::Each(left)
                })
            }
            Formula::Any(parts) => {
                let mut left = Vec::new();
                let mut ruled_out = Levels::none();
                for part in parts.iter() {
                    match self.reduce(facts, part)? {
                        Reduced::Holds => return Ok(Reduced::Holds),
                        Reduced::Fails(levels) => ruled_out = ruled_out.and(levels),
                        Reduced::Each(inner) => left.push(Formula::all(inner)),
                        Reduced::Open(inner, levels) => {
                            left.extend(inner);
                            ruled_out = ruled_out.and(levels);
                        }
                    }
                }
                Ok(if left.is_empty() {
                    Reduced::Fails(ruled_out)
                } else {
                    Reduced::Open(left, ruled_out)
                })
            }
        }
    }
}
