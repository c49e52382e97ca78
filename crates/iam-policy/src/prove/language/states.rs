//! The sets of positions of an automaton, numbered as searches come upon them, with the ways from one
//! to another. Each way is worked out once for all searches.

use std::rc::Rc;
use std::sync::Arc;

use super::automaton::Automaton;
use super::letters::Letters;
use crate::prove::hash::HashMap;

/// The number of a set of positions.
pub(super) type StateId = u32;

/// An automaton and what is known of its states. The first is the one before any character.
#[derive(Debug)]
pub(super) struct States {
    automaton: Arc<Automaton>,
    ids: HashMap<Rc<[u32]>, StateId>,
    states: Vec<State>,
}

/// A set of positions in an automaton.
#[derive(Debug)]
pub(super) struct State {
    positions: Rc<[u32]>,
    /// The string that leads here is in the language.
    pub(super) accepts: bool,
    /// Each string that goes on from here is in the language.
    pub(super) is_universal: bool,
    /// The characters that lead on.
    pub(super) letters: Letters,
    /// The state after a character, by [`Letters::class`].
    next: Vec<Option<StateId>>,
}

impl State {
    /// No string that goes on from here is in the language.
    pub(super) fn is_dead(&self) -> bool {
        self.positions.is_empty()
    }

    /// Number of positions.
    pub(super) fn size(&self) -> u64 {
        self.positions.len() as u64
    }
}

impl States {
    pub(super) fn new(automaton: Arc<Automaton>) -> Self {
        let initial = automaton.initial();
        let mut states = Self {
            automaton,
            ids: HashMap::default(),
            states: Vec::new(),
        };
        states.number(initial);
        states
    }

    pub(super) fn automaton(&self) -> &Automaton {
        &self.automaton
    }

    pub(super) fn get(&self, id: StateId) -> Option<&State> {
        self.states.get(id as usize)
    }

    /// The state after a character.
    pub(super) fn next(&mut self, from: StateId, c: char) -> Option<StateId> {
        let state = self.get(from)?;
        let class = state.letters.class(c);
        if let Some(known) = state.next.get(class).copied().flatten() {
            return Some(known);
        }
        let next = self.automaton.advance(&state.positions, c);
        let next = self.number(next);
        let state = self.states.get_mut(from as usize)?;
        *state.next.get_mut(class)? = Some(next);
        Some(next)
    }

    fn number(&mut self, positions: Vec<u32>) -> StateId {
        if let Some(id) = self.ids.get(positions.as_slice()) {
            return *id;
        }
        let id = StateId::try_from(self.states.len()).unwrap_or(StateId::MAX);
        let steps = positions.iter().filter_map(|at| self.automaton.step(*at));
        let letters = Letters::new(steps.map(|step| &step.chars));
        let positions: Rc<[u32]> = positions.into();
        self.states.push(State {
            accepts: self.automaton.accepts(&positions),
            is_universal: self.automaton.is_universal(&positions),
            next: vec![None; letters.classes()],
            letters,
            positions: Rc::clone(&positions),
        });
        self.ids.insert(positions, id);
        id
    }
}
