//! The automaton of a union of rows.

use super::rows::{Chars, Row, Step};
use crate::prove::hash::HashMap;

/// A union of rows, as a tree: rows that begin alike share their first steps.
#[derive(Debug)]
pub(in crate::prove) struct Automaton {
    nodes: Vec<Node>,
    start: Vec<u32>,
}

#[derive(Debug)]
struct Node {
    /// `None` is the end of a row.
    step: Option<Step>,
    next: Vec<u32>,
    /// Every string is accepted from here.
    universal: bool,
}

impl Automaton {
    pub(in crate::prove) fn new(rows: &[Row]) -> Self {
        let mut automaton = Self {
            nodes: Vec::new(),
            start: Vec::new(),
        };
        let mut known: HashMap<(Option<u32>, Option<&Step>), u32> = HashMap::default();
        for row in rows {
            let mut at: Option<u32> = None;
            for step in row.iter().map(Some).chain([None]) {
                let next = *known
                    .entry((at, step))
                    .or_insert_with(|| automaton.push(at, step.cloned()));
                if step.is_none()
                    && let Some(last) = at
                {
                    automaton.mark_universal(last);
                }
                at = Some(next);
            }
        }
        automaton
    }

    fn push(&mut self, before: Option<u32>, step: Option<Step>) -> u32 {
        let id = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.nodes.push(Node {
            step,
            next: Vec::new(),
            universal: false,
        });
        match before.and_then(|at| self.nodes.get_mut(at as usize)) {
            Some(node) => node.next.push(id),
            None => self.start.push(id),
        }
        id
    }

    /// The step is the last of a row.
    fn mark_universal(&mut self, last: u32) {
        if let Some(node) = self.nodes.get_mut(last as usize) {
            let step = node.step.as_ref();
            node.universal = step.is_some_and(|s| s.skip && s.repeat && s.chars == Chars::Any);
        }
    }

    /// Number of steps, and of ends of rows.
    pub(super) fn size(&self) -> u64 {
        self.nodes.len() as u64
    }

    fn node(&self, at: u32) -> Option<&Node> {
        self.nodes.get(at as usize)
    }

    /// Adds a position and those that it reaches without a character.
    fn close(&self, at: u32, into: &mut Vec<u32>) {
        let mut open = into.len();
        into.push(at);
        while let Some(at) = into.get(open) {
            open += 1;
            if let Some(node) = self.node(*at)
                && node.step.as_ref().is_some_and(|step| step.skip)
            {
                into.extend(&node.next);
            }
        }
    }

    pub(super) fn step(&self, at: u32) -> Option<&Step> {
        self.node(at).and_then(|node| node.step.as_ref())
    }

    fn is_end(&self, at: u32) -> bool {
        self.node(at).is_some_and(|node| node.step.is_none())
    }

    /// Positions after a character.
    pub(super) fn advance(&self, from: &[u32], c: char) -> Vec<u32> {
        let mut next = Vec::with_capacity(from.len());
        for at in from {
            if let Some(node) = self.node(*at)
                && let Some(step) = &node.step
                && step.chars.contains(c)
            {
                if step.repeat {
                    self.close(*at, &mut next);
                }
                // A repeated step that can be left out has what follows in its own closure.
                if !(step.repeat && step.skip) {
                    for after in &node.next {
                        self.close(*after, &mut next);
                    }
                }
            }
        }
        self.tidy(&mut next);
        next
    }

    fn tidy(&self, positions: &mut Vec<u32>) {
        if positions.len() > 1 {
            positions.sort_unstable();
            positions.dedup();
        }
        if let Some(at) = positions.iter().copied().find(|at| self.universal(*at)) {
            // Nothing else matters any more.
            *positions = vec![at];
        }
    }

    fn universal(&self, at: u32) -> bool {
        self.node(at).is_some_and(|node| node.universal)
    }

    pub(super) fn is_universal(&self, positions: &[u32]) -> bool {
        positions.first().is_some_and(|at| self.universal(*at))
    }

    pub(super) fn initial(&self) -> Vec<u32> {
        let mut positions = Vec::new();
        for at in &self.start {
            self.close(*at, &mut positions);
        }
        self.tidy(&mut positions);
        positions
    }

    /// Whether the string is in the language.
    pub(in crate::prove) fn contains(&self, text: &str) -> bool {
        let mut positions = self.initial();
        for c in text.chars() {
            if positions.is_empty() || self.is_universal(&positions) {
                break;
            }
            positions = self.advance(&positions, c);
        }
        self.accepts(&positions)
    }

    pub(super) fn accepts(&self, positions: &[u32]) -> bool {
        self.is_universal(positions) || positions.iter().any(|at| self.is_end(*at))
    }
}
