//! Sets of strings, as unions of linear patterns, and the search for a string that is in some sets
//! and not in others.
//!
//! A pattern is a row of steps; each takes a character, can be left out, or can be repeated. That
//! covers the wildcards of IAM and the shapes of names. The union of such rows is a
//! nondeterministic automaton. A search follows all automata at once, character by character, and
//! visits each combination of states once, so it ends, and the first string it finds is a shortest.

use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use super::budget::{Budget, TooLarge};
use crate::pattern::{Pattern, Token};

/// The characters that a step takes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Chars {
    One(char),
    /// Any of a few, such as the two cases of a letter.
    Few(Vec<char>),
    Any,
    /// Any except for a colon.
    WithinPart,
    /// Sorted ranges, both ends included.
    Ranges(Vec<(char, char)>),
}

impl Chars {
    fn contains(&self, c: char) -> bool {
        match self {
            Self::One(own) => *own == c,
            Self::Few(all) => all.contains(&c),
            Self::Any => true,
            Self::WithinPart => c != ':',
            Self::Ranges(ranges) => ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)),
        }
    }
}

/// A step of a linear pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Step {
    pub(super) chars: Chars,
    /// It can be left out.
    pub(super) skip: bool,
    /// It can take more than one character.
    pub(super) repeat: bool,
}

impl Step {
    pub(super) fn one(chars: Chars) -> Self {
        Self {
            chars,
            skip: false,
            repeat: false,
        }
    }

    pub(super) fn many(chars: Chars) -> Self {
        Self {
            chars,
            skip: true,
            repeat: true,
        }
    }
}

/// A linear pattern.
pub(super) type Row = Vec<Step>;

/// The steps of a string.
pub(super) fn text(text: &str) -> Row {
    text.chars().map(|c| Step::one(Chars::One(c))).collect()
}

/// The steps of tokens.
pub(super) fn tokens(tokens: &[Token]) -> Row {
    let step = |token: &Token| match token {
        Token::Char(c) => Step::one(Chars::One(*c)),
        Token::One => Step::one(Chars::Any),
        Token::Many => Step::many(Chars::Any),
        Token::ManyWithinPart => Step::many(Chars::WithinPart),
    };
    let mut row: Row = tokens.iter().map(step).collect();
    // Two stars of one kind in a row are one.
    row.dedup_by(|a, b| a == b && a.skip && a.repeat);
    row
}

/// The steps of an action pattern, in lower case.
pub(super) fn action(pattern: &Pattern) -> Row {
    let lower = |token: &Token| match token {
        Token::Char(c) => Token::Char(c.to_ascii_lowercase()),
        other => *other,
    };
    tokens(&pattern.tokens().iter().map(lower).collect::<Vec<_>>())
}

/// The steps of an ARN pattern, compared part by part. `None`: it has fewer than six parts and
/// matches nothing.
pub(super) fn arn(pattern: &Pattern) -> Option<Row> {
    let mut parts = pattern
        .tokens()
        .splitn(6, |token| *token == Token::Char(':'));
    let mut row = Row::new();
    for index in 0..6 {
        let part = parts.next()?;
        if index > 0 {
            row.push(Step::one(Chars::One(':')));
        }
        let within = |mut step: Step| {
            if index < 5 && step.chars == Chars::Any {
                step.chars = Chars::WithinPart;
            }
            step
        };
        row.extend(tokens(part).into_iter().map(within));
    }
    Some(row)
}

/// The strings that are the text without the case of any letter. `None`: the text has letters whose
/// case depends on their neighbors, or that have no single character for a case.
pub(super) fn folded(text: &str) -> Option<Row> {
    let mut row = Row::new();
    for c in text.to_lowercase().chars() {
        if matches!(c, 'σ' | 'ς' | '\u{307}') {
            return None;
        }
        let same = match c {
            'k' => vec!['k', 'K', '\u{212a}'],
            c if c.is_ascii_lowercase() => vec![c, c.to_ascii_uppercase()],
            c if c.is_ascii() => vec![c],
            c => CASES.get(&c).cloned().unwrap_or_else(|| vec![c]),
        };
        if !same.contains(&c) {
            return None;
        }
        row.push(match same.as_slice() {
            [one] => Step::one(Chars::One(*one)),
            _ => Step::one(Chars::Few(same)),
        });
    }
    Some(row)
}

/// The characters outside of ASCII by the one that they are in lower case.
static CASES: LazyLock<HashMap<char, Vec<char>>> = LazyLock::new(|| {
    let mut cases: HashMap<char, Vec<char>> = HashMap::new();
    for c in '\u{80}'..=char::MAX {
        let mut lower = c.to_lowercase();
        if let (Some(one), None) = (lower.next(), lower.next()) {
            cases.entry(one).or_default().push(c);
        }
    }
    cases.retain(|lower, all| all.as_slice() != [*lower]);
    cases
});

/// A language of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct LanguageId(u32);

/// A union of rows, as a tree: rows that begin alike share their first steps.
#[derive(Debug)]
pub(super) struct Automaton {
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
    pub(super) fn new(rows: &[Row]) -> Self {
        let mut automaton = Self {
            nodes: Vec::new(),
            start: Vec::new(),
        };
        let mut known: HashMap<(Option<u32>, Option<&Step>), u32> = HashMap::new();
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

    fn node(&self, at: u32) -> Option<&Node> {
        self.nodes.get(at as usize)
    }

    /// Adds a position and those that it reaches without a character.
    fn close(&self, at: u32, into: &mut Vec<u32>) {
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            into.push(at);
            if let Some(node) = self.node(at)
                && node.step.as_ref().is_some_and(|step| step.skip)
            {
                open.extend(&node.next);
            }
        }
    }

    fn step(&self, at: u32) -> Option<&Step> {
        self.node(at).and_then(|node| node.step.as_ref())
    }

    fn is_end(&self, at: u32) -> bool {
        self.node(at).is_some_and(|node| node.step.is_none())
    }

    /// Positions after a character.
    fn advance(&self, from: &[u32], c: char) -> Vec<u32> {
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

    fn is_universal(&self, positions: &[u32]) -> bool {
        positions.first().is_some_and(|at| self.universal(*at))
    }

    fn initial(&self) -> Vec<u32> {
        let mut positions = Vec::new();
        for at in &self.start {
            self.close(*at, &mut positions);
        }
        self.tidy(&mut positions);
        positions
    }

    /// Whether the string is in the language.
    pub(super) fn contains(&self, text: &str) -> bool {
        let mut positions = self.initial();
        for c in text.chars() {
            if positions.is_empty() || self.is_universal(&positions) {
                break;
            }
            positions = self.advance(&positions, c);
        }
        self.accepts(&positions)
    }

    fn accepts(&self, positions: &[u32]) -> bool {
        self.is_universal(positions) || positions.iter().any(|at| self.is_end(*at))
    }
}

/// All languages of a question, each once, and what was found out about them.
#[derive(Debug, Default)]
pub(super) struct Languages {
    automata: Vec<Arc<Automaton>>,
    ids: HashMap<Vec<Row>, LanguageId>,
    found: HashMap<Asked, Option<Rc<str>>>,
}

/// The languages that a string should be in, and those it should not be in.
type Asked = (Vec<LanguageId>, Vec<LanguageId>);

/// One combination of states in a search: the positions in each automaton.
type State = Vec<Vec<u32>>;

impl Languages {
    /// The language of these rows.
    pub(super) fn add(&mut self, mut rows: Vec<Row>) -> LanguageId {
        rows.sort();
        rows.dedup();
        if let Some(id) = self.ids.get(&rows) {
            return *id;
        }
        let id = LanguageId(u32::try_from(self.automata.len()).unwrap_or(u32::MAX));
        self.automata.push(Arc::new(Automaton::new(&rows)));
        self.ids.insert(rows, id);
        id
    }

    /// A language that was made before. It is not compared with others.
    pub(super) fn add_shared(&mut self, automaton: &Arc<Automaton>) -> LanguageId {
        let id = LanguageId(u32::try_from(self.automata.len()).unwrap_or(u32::MAX));
        self.automata.push(Arc::clone(automaton));
        id
    }

    /// The number of steps of all languages, without those that were made before.
    pub(super) fn size(&self) -> u64 {
        let made = self.ids.values().filter_map(|id| self.automaton(*id));
        made.map(|automaton| automaton.nodes.len() as u64).sum()
    }

    fn automaton(&self, id: LanguageId) -> Option<&Automaton> {
        self.automata.get(id.0 as usize).map(AsRef::as_ref)
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
        &self,
        inside: &[LanguageId],
        outside: &[LanguageId],
        budget: &mut Budget,
    ) -> Result<Option<String>, TooLarge> {
        let automata: Vec<(&Automaton, bool)> = inside
            .iter()
            .map(|id| (*id, true))
            .chain(outside.iter().map(|id| (*id, false)))
            .filter_map(|(id, wanted)| Some((self.automaton(id)?, wanted)))
            .collect();
        let start: State = automata.iter().map(|(a, _)| a.initial()).collect();
        if !is_alive(&automata, &start) {
            return Ok(None);
        }
        // The way to each visited state, by the index of the one before it.
        let mut ways: Vec<(usize, char)> = vec![(0, '\0')];
        let mut seen: HashSet<State> = HashSet::from([start.clone()]);
        let mut queue = VecDeque::from([(0, start)]);
        while let Some((way, state)) = queue.pop_front() {
            let accepted = automata
                .iter()
                .zip(&state)
                .all(|((a, wanted), positions)| a.accepts(positions) == *wanted);
            if accepted {
                return Ok(Some(spell(&ways, way)));
            }
            let size: usize = state.iter().map(Vec::len).sum();
            for c in representatives(&automata, &state) {
                budget.spend(size as u64 + 1)?;
                let next: State = automata
                    .iter()
                    .zip(&state)
                    .map(|((a, _), positions)| a.advance(positions, c))
                    .collect();
                if is_alive(&automata, &next) && !seen.contains(&next) {
                    seen.insert(next.clone());
                    ways.push((way, c));
                    queue.push_back((ways.len() - 1, next));
                }
            }
        }
        Ok(None)
    }
}

/// Whether a string can still follow that is accepted.
fn is_alive(automata: &[(&Automaton, bool)], state: &State) -> bool {
    automata.iter().zip(state).all(|((automaton, wanted), at)| {
        if *wanted {
            !at.is_empty()
        } else {
            !automaton.is_universal(at)
        }
    })
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

/// Characters for readers: tried first where any will do.
const PLAIN: &str = "xabcdefghijklmnopqrstuvwyz0123456789XABCDEFGHIJKLMNOPQRSTUVWYZ-_/.:=+@ ";

/// The position of each ASCII character in [`PLAIN`].
static RANKS: LazyLock<[u8; 128]> = LazyLock::new(|| {
    let mut ranks = [u8::MAX; 128];
    for (rank, c) in (0_u8..).zip(PLAIN.bytes()) {
        if let Some(place) = ranks.get_mut(usize::from(c)) {
            *place = rank;
        }
    }
    ranks
});

/// One character for each way in which a state can go on.
fn representatives(automata: &[(&Automaton, bool)], state: &State) -> Vec<char> {
    let mut letters: Vec<char> = Vec::new();
    // Where the sets of characters begin or end, in addition to the single ones.
    let mut borders: Vec<u32> = vec![0];
    let mut open = false;
    for ((automaton, _), positions) in automata.iter().zip(state) {
        for step in positions.iter().filter_map(|at| automaton.step(*at)) {
            match &step.chars {
                Chars::One(c) => letters.push(*c),
                Chars::Few(all) => letters.extend(all),
                Chars::Any => open = true,
                Chars::WithinPart => {
                    open = true;
                    letters.push(':');
                }
                Chars::Ranges(ranges) => {
                    open = true;
                    for (from, to) in ranges {
                        borders.push(u32::from(*from));
                        borders.push(u32::from(*to) + 1);
                    }
                }
            }
        }
    }
    letters.sort_unstable();
    letters.dedup();
    if open {
        borders.sort_unstable();
        borders.dedup();
        let mut others = Vec::new();
        for (index, from) in borders.iter().enumerate() {
            let to = borders.get(index + 1).copied().unwrap_or(0x11_0000);
            let fits = |c: &char| (*from..to).contains(&u32::from(*c));
            let free = |c: &char| letters.binary_search(c).is_err();
            let plain = PLAIN.chars().find(|c| fits(c) && free(c));
            let other = plain.or_else(|| {
                let from = (*from).max(0x21);
                (from..to).filter_map(char::from_u32).find(free)
            });
            // Control characters only where nothing else is in the set.
            others.extend(other.or_else(|| (*from..to).filter_map(char::from_u32).find(free)));
        }
        letters.extend(others);
    }
    letters.sort_by_key(|c| RANKS.get(*c as usize).copied().unwrap_or(u8::MAX));
    letters
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Case;
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
