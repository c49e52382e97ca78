//! Linear patterns: rows of steps. Each takes a character, can be left out, or can be repeated. That
//! covers the wildcards of IAM and the shapes of names.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::pattern::{Pattern, Token};

/// The characters that a step takes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::prove) enum Chars {
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
    pub(super) fn contains(&self, c: char) -> bool {
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
pub(in crate::prove) struct Step {
    pub(in crate::prove) chars: Chars,
    /// It can be left out.
    pub(in crate::prove) skip: bool,
    /// It can take more than one character.
    pub(in crate::prove) repeat: bool,
}

impl Step {
    pub(in crate::prove) fn one(chars: Chars) -> Self {
        Self {
            chars,
            skip: false,
            repeat: false,
        }
    }

    pub(in crate::prove) fn many(chars: Chars) -> Self {
        Self {
            chars,
            skip: true,
            repeat: true,
        }
    }
}

/// A linear pattern.
pub(in crate::prove) type Row = Vec<Step>;

/// The steps of a string.
pub(in crate::prove) fn text(text: &str) -> Row {
    text.chars().map(|c| Step::one(Chars::One(c))).collect()
}

/// The steps of tokens.
pub(in crate::prove) fn tokens(tokens: &[Token]) -> Row {
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
pub(in crate::prove) fn action(pattern: &Pattern) -> Row {
    let lower = |token: &Token| match token {
        Token::Char(c) => Token::Char(c.to_ascii_lowercase()),
        other => *other,
    };
    tokens(&pattern.tokens().iter().map(lower).collect::<Vec<_>>())
}

/// The steps of an ARN pattern, compared part by part. `None`: it has fewer than six parts and
/// matches nothing.
pub(in crate::prove) fn arn(pattern: &Pattern) -> Option<Row> {
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
pub(in crate::prove) fn folded(text: &str) -> Option<Row> {
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
