//! Patterns in the form in which they are matched fastest.
//!
//! What a pattern means is said by its tokens ([`crate::pattern`], [`crate::template`]); the forms here
//! are made from these and mean the same. A pattern that no form fits stays as it is.

use super::keys::{Key, Keys, Values};
use crate::ConditionKey;
use crate::evaluate::statement::resource_matches;
use crate::pattern::{Pattern, Token};
use crate::template::{Piece, Template};

/// A pattern, possibly with policy variables.
#[derive(Debug, Clone)]
pub(super) enum Glob {
    /// `*`
    Any,
    /// Text without wildcards.
    Exact(String),
    /// Text and a star.
    Prefix(String),
    /// Whatever has stars of one kind only.
    Parts(Vec<Part>),
    /// With stars that stay within a part of an ARN, or may do so once the variables have values.
    Resource(Template, Vec<(ConditionKey, Key)>),
}

/// A part of a [`Glob`].
#[derive(Debug, Clone)]
pub(super) enum Part {
    Text(String),
    One,
    Many,
    /// A policy variable: the key's value, taken literally, or the default.
    Variable(Key, Option<String>),
}

impl Glob {
    /// An action, whose letters' case does not matter: it matches actions in lower case.
    pub(super) fn action(pattern: &Pattern) -> Self {
        let lower = |token: &Token| match token {
            Token::Char(c) => Token::Char(c.to_ascii_lowercase()),
            other => *other,
        };
        let tokens = pattern.tokens().iter().map(lower);
        Self::fixed(Pattern::from_tokens(tokens.collect()))
    }

    /// The value of a string operator.
    pub(super) fn value(template: &Template, keys: &mut Keys) -> Self {
        match template {
            Template::Fixed(pattern) => Self::fixed(pattern.clone()),
            Template::Varying(pieces) => Self::varying(pieces, keys),
        }
    }

    /// A resource, in which some stars may have to stay within a part of the ARN.
    pub(super) fn resource(template: &Template, keys: &mut Keys) -> Self {
        match template {
            Template::Varying(pieces) if bound_by_values(pieces) => {
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

    fn varying(pieces: &[Piece], keys: &mut Keys) -> Self {
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

    /// The text of a pattern without wildcards and variables.
    pub(super) fn exact(&self) -> Option<&str> {
        match self {
            Self::Exact(text) => Some(text),
            _ => None,
        }
    }

    /// What every text that matches begins with, if that is known.
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

    /// Whether the whole text matches. A variable without value or default matches nothing.
    pub(super) fn matches(&self, text: &str, values: &Values<'_>) -> bool {
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

/// Whether the values of variables could decide how far a star of the pattern reaches. Where five colons stand before a
/// star, or a colon or the end behind it, they can not: it crosses colons.
fn bound_by_values(pieces: &[Piece]) -> bool {
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

/// The greedy matcher of [`crate::pattern`], with whole texts for steps.
fn parts_match(parts: &[Part], text: &str, values: &Values<'_>) -> bool {
    let (mut parts, mut text) = (parts, text);
    // The parts behind the latest star, and the text at which they are tried.
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
