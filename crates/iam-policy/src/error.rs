//! Errors that point into the JSON.

use std::fmt;

/// A text is no policy document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    line: usize,
    column: usize,
    pointer: String,
    kind: ParseErrorKind,
}

impl ParseError {
    /// An error at a byte offset of the text.
    pub(super) fn new(text: &str, at: usize, pointer: &str, kind: ParseErrorKind) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        Self {
            line,
            column,
            pointer: pointer.to_owned(),
            kind,
        }
    }

    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column in characters, from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// The place as a JSON pointer (RFC 6901), such as `/Statement/0/Effect`; empty for the whole document.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What is wrong there.
    #[must_use]
    pub fn kind(&self) -> &ParseErrorKind {
        &self.kind
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)?;
        if !self.pointer.is_empty() {
            write!(f, " (`{}`)", shown(&self.pointer))?;
        }
        write!(f, ": {}", self.kind)
    }
}

impl std::error::Error for ParseError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.kind)
    }
}

/// What is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(
    missing_docs,
    reason = "the messages say what the variants and their fields mean"
)]
#[non_exhaustive]
pub enum ParseErrorKind {
    #[error("the text has {bytes} bytes; no policy is longer than {max}")]
    TooLong { bytes: usize, max: usize },
    #[error("values are nested more than {max} deep; a policy needs six levels")]
    TooDeep { max: usize },
    #[error("the text is not UTF-8")]
    Encoding,
    #[error("found `{}` where {expected} should be", found.escape_debug())]
    Unexpected { found: char, expected: &'static str },
    #[error("the text ends where {expected} should be")]
    Truncated { expected: &'static str },
    #[error("the escape sequence stands for no character")]
    Escape,
    #[error("`{}` stands here twice; keep one", shown(name))]
    Duplicate { name: String },
    #[error("`{}` is {found}; it must be {expected}", shown(element))]
    Type {
        element: String,
        found: &'static str,
        expected: &'static str,
    },
    #[error("`{}` is no element of {place}; elements are {}", shown(name), known.join(", "))]
    UnknownElement {
        name: String,
        place: &'static str,
        known: &'static [&'static str],
    },
    #[error("`{element}` is missing")]
    Missing { element: &'static str },
    #[error("`{one}` and `{other}` exclude each other; keep one")]
    Exclusive {
        one: &'static str,
        other: &'static str,
    },
    #[error("`{}` is no {element}; write `{expected}`", shown(found))]
    Value {
        element: &'static str,
        found: String,
        expected: &'static str,
    },
    #[error(
        "the `Sid` `{}` names two statements; a `Sid` must be unique within its document",
        shown(sid)
    )]
    RepeatedSid { sid: String },
    #[error(transparent)]
    Operator(#[from] super::operator::UnknownOperator),
}

/// Text of the user's within a message: one line, and not all of it if it is long.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 100;
    let escaped = text.chars().flat_map(|c| {
        let plain = (!c.is_control()).then_some(c);
        let escape = c.is_control().then(|| c.escape_debug());
        plain.into_iter().chain(escape.into_iter().flatten())
    });
    let mut out: String = escaped.take(MOST + 1).collect();
    if let Some((at, _)) = out.char_indices().nth(MOST) {
        out.truncate(at);
        out.push('…');
    }
    out
}

/// A JSON pointer from member names and indexes.
pub(super) fn pointer(path: &[String]) -> String {
    let mut out = String::new();
    for step in path {
        out.push('/');
        out.push_str(&step.replace('~', "~0").replace('/', "~1"));
    }
    out
}
