//! Patterns, compiled for fast matching.
//!
//! The meaning of a pattern is defined by its tokens ([`crate::pattern`], [`crate::template`]). The
//! forms here are made from the tokens and match the same strings. A pattern that fits no form
//! stays a template.

use super::keys::{KeyId, KeyTable, KeyValues};
use crate::ConditionKey;
use crate::evaluate::statement::resource_matches;
use crate::pattern::{Pattern, Token};
use crate::template::{Piece, Template};

/// A pattern, possibly with policy variables.
#[derive(Debug, Clone)]
pub(super) enum Glob {
    /// `*`
    Any,
    /// A string without wildcards.
    Exact(String),
    /// A string and a star.
    Prefix(String),
    /// Any other pattern with stars of one kind only.
    Parts(Vec<Part>),
    /// With stars that stay within a part of an ARN, or can do so once the variables have values.
    Resource(Template, Vec<(ConditionKey, KeyId)>),
}

/// A part of a [`Glob`].
#[derive(Debug, Clone)]
pub(super) enum Part {
    Text(String),
    One,
    Many,
    /// A policy variable: the key's value, taken literally, or the default.
    Variable(KeyId, Option<String>),
}

impl Glob {
    /// An action. It matches actions in lower case.
    pub(super) fn action(pattern: &Pattern) -> Self {
        let lower = |token: &Token| match token {
            Token::Char(c) => Token::Char(c.to_ascii_lowercase()),
            other => *other,
        };
        let tokens = pattern.tokens().iter().map(lower);
        Self::fixed(Pattern::from_tokens(tokens.collect()))
    }

    /// The value of a string operator.
    pub(super) fn value(template: &Template, keys: &mut KeyTable) -> Self {
        match template {
            Template::Fixed(pattern) => Self::fixed(pattern.clone()),
            Template::Varying(pieces) => Self::varying(pieces, keys),
        }
    }

    /// A resource, in which some stars can be limited to a part of the ARN.
    pub(super) fn resource(template: &Template, keys: &mut KeyTable) -> Self {
        match template {
            Template::Varying(pieces) if stars_depend_on_values(pieces) => {
                let needed = template.keys().map(|key| (key.clone(), keys.intern(key)));
                Self::Resource(template.clone(), needed.collect())
            }
            _ => Self::value(template, keys),
        }
    }

    fn fixed(pattern: Pattern) -> Self {
        if pattern.tokens().contains(&Token::ManyWithinPart) {
            return Self::Resource(Template::Fixed(pattern), Vec::new());
        }
        let mut parts = Vec::new();
        for token in pattern.tokens() {
            push(&mut parts, *token);
        }
        Self::from_parts(parts)
    }

    fn varying(pieces: &[Piece], keys: &mut KeyTable) -> Self {
        let mut parts = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Token(token) => push(&mut parts, *token),
                Piece::Variable { key, default } => {
                    parts.push(Part::Variable(keys.intern(key), default.clone()));
                }
            }
        }
        Self::Parts(parts)
    }

    fn from_parts(mut parts: Vec<Part>) -> Self {
        match parts.as_mut_slice() {
            [] => Self::Exact(String::new()),
            [Part::Many] => Self::Any,
            [Part::Text(text)] => Self::Exact(std::mem::take(text)),
            [Part::Text(text), Part::Many] => Self::Prefix(std::mem::take(text)),
            _ => Self::Parts(parts),
        }
    }

    /// The string, if the pattern has no wildcards and variables.
    pub(super) fn exact(&self) -> Option<&str> {
        match self {
            Self::Exact(text) => Some(text),
            _ => None,
        }
    }

    /// The prefix of every matching string, if it is known.
    pub(super) fn head(&self) -> Option<&str> {
        match self {
            Self::Exact(text) | Self::Prefix(text) => Some(text),
            Self::Parts(parts) => match parts.first() {
                Some(Part::Text(text)) => Some(text),
                _ => None,
            },
            Self::Any | Self::Resource(..) => None,
        }
    }

    /// Whether the whole string matches. A variable without value or default matches nothing.
    pub(super) fn matches(&self, text: &str, values: &KeyValues<'_>) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(exact) => exact == text,
            Self::Prefix(prefix) => text.starts_with(prefix.as_str()),
            Self::Parts(parts) => parts_match(parts, text, values),
            Self::Resource(template, keys) => resource_matches(template, text, |wanted| {
                let (_, key) = keys.iter().find(|(key, _)| key == wanted)?;
                values.only(*key)
            }),
        }
    }
}

fn push(parts: &mut Vec<Part>, token: Token) {
    match (token, parts.last_mut()) {
        (Token::Char(c), Some(Part::Text(text))) => text.push(c),
        (Token::Char(c), _) => parts.push(Part::Text(c.to_string())),
        (Token::One, _) => parts.push(Part::One),
        (Token::Many | Token::ManyWithinPart, _) => parts.push(Part::Many),
    }
}

/// Whether the range of a star depends on the values of variables. It does not after five colons,
/// or directly before a colon or the end: such a star always crosses colons.
fn stars_depend_on_values(pieces: &[Piece]) -> bool {
    let mut colons = 0;
    let behind = pieces.iter().skip(1).map(Some).chain([None]);
    for (piece, next) in pieces.iter().zip(behind) {
        match (piece, next) {
            (Piece::Token(Token::Char(':')), _) => colons += 1,
            (Piece::Token(Token::Many), Some(next))
                if colons < 5 && *next != Piece::Token(Token::Char(':')) =>
            {
                return true;
            }
            _ => {}
        }
    }
    false
}

/// The greedy matcher of [`crate::pattern`], with whole strings as steps.
fn parts_match(parts: &[Part], text: &str, values: &KeyValues<'_>) -> bool {
    let (mut parts, mut text) = (parts, text);
    // The parts after the latest star, and the position at which they are tried.
    let mut star: Option<(&[Part], &str)> = None;
    loop {
        let step = match parts.split_first() {
            None if text.is_empty() => return true,
            None => None,
            Some((Part::Many, [])) => return true,
            Some((Part::Many, behind)) => {
                star = Some((behind, text));
                Some((behind, text))
            }
            Some((Part::Text(want), behind)) => {
                text.strip_prefix(want.as_str()).map(|text| (behind, text))
            }
            Some((Part::One, behind)) => without_first(text).map(|text| (behind, text)),
            Some((Part::Variable(key, default), behind)) => {
                let Some(want) = values.only(*key).or(default.as_deref()) else {
                    return false;
                };
                text.strip_prefix(want).map(|text| (behind, text))
            }
        };
        let retried = || {
            let (behind, tried) = star?;
            Some((behind, without_first(tried)?))
        };
        match step {
            Some(next) => (parts, text) = next,
            None => {
                let Some(next) = retried() else {
                    return false;
                };
                star = Some(next);
                (parts, text) = next;
            }
        }
    }
}

fn without_first(text: &str) -> Option<&str> {
    let mut chars = text.chars();
    chars.next().map(|_| chars.as_str())
}
