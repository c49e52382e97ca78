//! Sets of strings, as unions of linear patterns, and the search for a string that is in some sets
//! and not in others.
//!
//! A pattern is a row of steps; each takes a character, can be left out, or can be repeated. That
//! covers the wildcards of IAM and the shapes of names. The union of such rows is a
//! nondeterministic automaton. A search follows all automata at once, character by character, and
//! visits each combination of states once, so it ends, and the first string it finds is a shortest.

mod automaton;
mod letters;
mod rows;
mod states;

use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexSet;

use super::budget::{Budget, TooLarge};
use super::hash::{HashMap, RandomState};
use letters::Letters;
use states::{State, StateId, States};

pub(super) use automaton::Automaton;
pub(super) use rows::{Chars, Row, Step, action, arn, folded, text, tokens};

/// A language of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct LanguageId(u32);

/// All languages of a question, each once, and what was found out about them in all of its cases.
#[derive(Debug, Default)]
pub(super) struct Languages {
    languages: Vec<States>,
    ids: HashMap<Vec<Row>, LanguageId>,
    /// Those that were made before.
    shared: Vec<(Arc<Automaton>, LanguageId)>,
    /// Steps of languages that were made here, since this was last asked.
    made: u64,
    found: HashMap<Asked, Option<Rc<str>>>,
}

/// The languages that a string should be in, and those it should not be in.
type Asked = (Vec<LanguageId>, Vec<LanguageId>);

/// The states in all languages of a search after the same string.
type Combination = Box<[StateId]>;

impl Languages {
    /// The language of these rows.
    pub(super) fn add(&mut self, mut rows: Vec<Row>) -> LanguageId {
        rows.sort();
        rows.dedup();
        if let Some(id) = self.ids.get(&rows) {
            return *id;
        }
        let automaton = Automaton::new(&rows);
        self.made += automaton.size();
        let id = self.push(Arc::new(automaton));
        self.ids.insert(rows, id);
        id
    }

    /// A language that was made before. It is not compared with others.
    pub(super) fn add_shared(&mut self, automaton: &Arc<Automaton>) -> LanguageId {
        let same = |(known, _): &&(Arc<Automaton>, _)| Arc::ptr_eq(known, automaton);
        if let Some((_, id)) = self.shared.iter().find(same) {
            return *id;
        }
        let id = self.push(Arc::clone(automaton));
        self.shared.push((Arc::clone(automaton), id));
        id
    }

    fn push(&mut self, automaton: Arc<Automaton>) -> LanguageId {
        let id = LanguageId(u32::try_from(self.languages.len()).unwrap_or(u32::MAX));
        self.languages.push(States::new(automaton));
        id
    }

    /// The number of steps of the languages that were made since this was last called, without those
    /// that were made before.
    pub(super) fn take_made(&mut self) -> u64 {
        std::mem::take(&mut self.made)
    }

    fn automaton(&self, id: LanguageId) -> Option<&Automaton> {
        self.languages.get(id.0 as usize).map(States::automaton)
    }

    /// Whether the string is in the language.
    pub(super) fn contains(&self, id: LanguageId, text: &str) -> bool {
        self.automaton(id)
            .is_some_and(|automaton| automaton.contains(text))
    }

    /// A shortest string that is in all languages of `inside` and none of `outside`.
    pub(super) fn find(
        &mut self,
        inside: &[LanguageId],
        outside: &[LanguageId],
        budget: &mut Budget,
    ) -> Result<Option<Rc<str>>, TooLarge> {
        let sorted = |ids: &[LanguageId]| {
            let mut ids = ids.to_vec();
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        let key = (sorted(inside), sorted(outside));
        if let Some(known) = self.found.get(&key) {
            return Ok(known.clone());
        }
        let found = self.search(&key.0, &key.1, budget)?.map(Rc::from);
        self.found.insert(key, Option::clone(&found));
        Ok(found)
    }

    fn search(
        &mut self,
        inside: &[LanguageId],
        outside: &[LanguageId],
        budget: &mut Budget,
    ) -> Result<Option<String>, TooLarge> {
        let wanted = inside.iter().map(|id| (*id, true));
        let unwanted = outside.iter().map(|id| (*id, false));
        let languages: Vec<(LanguageId, bool)> = wanted.chain(unwanted).collect();
        let start: Combination = languages.iter().map(|_| 0).collect();
        if !self.is_alive(&languages, &start) {
            return Ok(None);
        }
        // Each with the index of the one before it, and the character between them.
        let mut ways: Vec<(usize, char)> = vec![(0, '\0')];
        let mut seen: IndexSet<Combination, RandomState> = IndexSet::default();
        seen.insert(start);
        let (mut next, mut letters) = (Vec::with_capacity(languages.len()), Vec::new());
        let mut at = 0;
        while let Some(current) = seen.get_index(at) {
            let current = current.clone();
            let states = || self.states(&languages, &current);
            if states().all(|(state, wanted)| state.accepts == wanted) {
                return Ok(Some(spell(&ways, at)));
            }
            let size: u64 = states().map(|(state, _)| state.size()).sum();
            Letters::representatives(states().map(|(state, _)| &state.letters), &mut letters);
            for c in &letters {
                budget.spend(size + 1)?;
                if self.advance(&languages, &current, *c, &mut next)
                    && !seen.contains(next.as_slice())
                {
                    seen.insert(next.as_slice().into());
                    ways.push((at, *c));
                }
            }
            at += 1;
        }
        Ok(None)
    }

    fn states<'a>(
        &'a self,
        languages: &'a [(LanguageId, bool)],
        at: &'a [StateId],
    ) -> impl Iterator<Item = (&'a State, bool)> {
        languages.iter().zip(at).filter_map(|((id, wanted), at)| {
            let state = self.languages.get(id.0 as usize)?.get(*at)?;
            Some((state, *wanted))
        })
    }

    /// Whether a string can still follow that is accepted.
    fn is_alive(&self, languages: &[(LanguageId, bool)], at: &[StateId]) -> bool {
        self.states(languages, at)
            .all(|(state, wanted)| can_end(state, wanted))
    }

    /// Writes the combination after a character. False: no string that is accepted can follow.
    fn advance(
        &mut self,
        languages: &[(LanguageId, bool)],
        from: &[StateId],
        c: char,
        next: &mut Vec<StateId>,
    ) -> bool {
        next.clear();
        for ((id, wanted), from) in languages.iter().zip(from) {
            let Some(states) = self.languages.get_mut(id.0 as usize) else {
                return false;
            };
            let Some(after) = states.next(*from, c) else {
                return false;
            };
            if !states
                .get(after)
                .is_some_and(|state| can_end(state, *wanted))
            {
                return false;
            }
            next.push(after);
        }
        true
    }
}

/// Whether the language can still have what is wanted: that a string is in it, or is not.
fn can_end(state: &State, wanted: bool) -> bool {
    if wanted {
        !state.is_dead()
    } else {
        !state.is_universal
    }
}

fn spell(ways: &[(usize, char)], mut at: usize) -> String {
    let mut text = Vec::new();
    while at != 0 {
        let Some((before, c)) = ways.get(at) else {
            break;
        };
        text.push(*c);
        at = *before;
    }
    text.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::{Case, Pattern};
    use proptest::prelude::*;

    fn resource(text: &str) -> Row {
        tokens(Pattern::wildcard(text).into_resource().tokens())
    }

    fn find(inside: &[&str], outside: &[&str]) -> Option<String> {
        let mut languages = Languages::default();
        let mut all = |texts: &[&str]| -> Vec<LanguageId> {
            texts
                .iter()
                .map(|t| languages.add(vec![resource(t)]))
                .collect()
        };
        let (inside, outside) = (all(inside), all(outside));
        let found = languages.find(&inside, &outside, &mut Budget::new(1_000_000));
        found.unwrap().map(|text| text.to_string())
    }

    #[test]
    fn find_gives_a_shortest_string() {
        assert_eq!(find(&["a*", "*b"], &[]).as_deref(), Some("ab"));
        assert_eq!(find(&["*bab*"], &["*abab*"]).as_deref(), Some("bab"));
        assert_eq!(
            find(&["*bab*", "*aba*"], &["*abab*"]).as_deref(),
            Some("baba")
        );
        assert_eq!(find(&["a?"], &["a*"]), None);
        assert_eq!(find(&["?*"], &["x*", "a*"]).as_deref(), Some("b"));
        assert_eq!(find(&["*"], &["?*"]).as_deref(), Some(""));
    }

    #[test]
    fn folded_covers_every_case() {
        let mut languages = Languages::default();
        let id = languages.add(vec![folded("Kelvin É").unwrap()]);
        for (text, expected) in [
            ("kELVIN é", true),
            ("\u{212a}elvin É", true),
            ("kelvin e", false),
        ] {
            assert_eq!(languages.contains(id, text), expected, "{text}");
        }
        assert_eq!(folded("ΟΔΟΣ"), None);
    }

    #[test]
    fn find_ends_on_hostile_patterns() {
        let mut languages = Languages::default();
        let hostile = |seed: usize| {
            let text: String = (0..40)
                .map(|n| {
                    if (n * seed).is_multiple_of(3) {
                        "*a"
                    } else {
                        "?b*"
                    }
                })
                .collect();
            tokens(Pattern::wildcard(&text).tokens())
        };
        let inside: Vec<LanguageId> = (1..8).map(|n| languages.add(vec![hostile(n)])).collect();
        let outside: Vec<LanguageId> = (8..16).map(|n| languages.add(vec![hostile(n)])).collect();
        let _ = languages.find(&inside, &outside, &mut Budget::new(1_000_000));
    }

    proptest! {
        /// What is found is what it should be, and where nothing is found, no short string is one.
        #[test]
        fn find_agrees_with_matching(
            inside in prop::collection::vec("[ab:*?]{0,6}", 1..4),
            outside in prop::collection::vec("[ab:*?]{0,6}", 0..4),
            text in "[abx:]{0,7}",
        ) {
            let matches = |pattern: &String, text: &str| {
                Pattern::wildcard(pattern).into_resource().matches(text, Case::Sensitive)
            };
            let fits = |text: &str| {
                inside.iter().all(|p| matches(p, text)) && !outside.iter().any(|p| matches(p, text))
            };
            let texts = |all: &[String]| all.iter().map(|t| resource(t)).collect::<Vec<_>>();
            let mut languages = Languages::default();
            let ids = |languages: &mut Languages, rows: Vec<Row>| -> Vec<LanguageId> {
                rows.into_iter().map(|row| languages.add(vec![row])).collect()
            };
            let (inside_ids, outside_ids) = (ids(&mut languages, texts(&inside)), ids(&mut languages, texts(&outside)));
            let found = languages.find(&inside_ids, &outside_ids, &mut Budget::new(1_000_000)).unwrap();
            match found {
                Some(found) => prop_assert!(fits(&found), "{found}"),
                None => prop_assert!(!fits(&text), "{text}"),
            }
            for (pattern, id) in inside.iter().zip(inside_ids) {
                prop_assert_eq!(languages.contains(id, &text), matches(pattern, &text));
            }
        }

        #[test]
        fn arn_agrees_with_matching(pattern in "[ab:*?]{0,12}", text in "[ab:]{0,12}") {
            let pattern = Pattern::wildcard(&pattern);
            let mut languages = Languages::default();
            let id = languages.add(arn(&pattern).into_iter().collect());
            prop_assert_eq!(languages.contains(id, &text), pattern.matches_arn(&text));
        }
    }
}
