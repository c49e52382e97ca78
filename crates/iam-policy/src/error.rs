//! Parse errors, with their position in the JSON.

use std::fmt;

/// A string is not a policy document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    line: usize,
    column: usize,
    pointer: String,
    kind: ParseErrorKind,
}

impl ParseError {
    /// An error at a byte offset of the document.
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

    /// The position as a JSON pointer (RFC 6901), such as `/Statement/0/Effect`; empty for the
    /// whole document.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The kind of error.
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

/// The kind of a parse error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(
    missing_docs,
    reason = "the messages say what the variants and their fields mean"
)]
#[non_exhaustive]
pub enum ParseErrorKind {
    #[error("the document has {bytes} bytes; the limit is {max}")]
    TooLong { bytes: usize, max: usize },
    #[error("values are nested more than {max} levels deep; a policy needs six")]
    TooDeep { max: usize },
    #[error("the document is not valid UTF-8")]
    Encoding,
    #[error("expected {expected}, found `{}`", found.escape_debug())]
    Unexpected { found: char, expected: &'static str },
    #[error("expected {expected}, found the end of the document")]
    Truncated { expected: &'static str },
    #[error("invalid escape sequence")]
    Escape,
    #[error("`{}` is repeated; keep one", shown(name))]
    Duplicate { name: String },
    #[error("`{}` is {found}; it must be {expected}", shown(element))]
    Type {
        element: String,
        found: &'static str,
        expected: &'static str,
    },
    #[error("`{}` is not a valid element of {place}; write one of {}", shown(name), known.join(", "))]
    UnknownElement {
        name: String,
        place: &'static str,
        known: &'static [&'static str],
    },
    #[error("`{element}` is missing")]
    Missing { element: &'static str },
    #[error("`{one}` and `{other}` cannot be combined; keep one")]
    Exclusive {
        one: &'static str,
        other: &'static str,
    },
    #[error("`{}` is not a valid {element}; write `{expected}`", shown(found))]
    Value {
        element: &'static str,
        found: String,
        expected: &'static str,
    },
    #[error(
        "the principal `{}` is a string; {}",
        shown(found),
        principal_remedy(found)
    )]
    Principal { found: String },
    #[error("the `Sid` `{}` is used by two statements; make it unique", shown(sid))]
    RepeatedSid { sid: String },
    #[error(transparent)]
    Operator(#[from] super::operator::UnknownOperator),
}

/// How to write a principal that is a string. Not as `*`, which opens the resource to everyone.
fn principal_remedy(found: &str) -> String {
    let account = found.len() == 12 && found.bytes().all(|b| b.is_ascii_digit());
    let member = if found.starts_with("arn:") || account {
        "AWS"
    } else if found.contains(".amazonaws.com") {
        "Service"
    } else {
        return "write an object such as `{\"AWS\": \"arn:aws:iam::123456789012:role/name\"}`"
            .to_owned();
    };
    format!("write `{{\"{member}\": \"{}\"}}`", shown(found))
}

/// User input for a message: on one line, and truncated if it is long.
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

/// A JSON pointer of member names and indexes.
pub(super) fn pointer(path: &[String]) -> String {
    let mut out = String::new();
    for step in path {
        out.push('/');
        out.push_str(&step.replace('~', "~0").replace('/', "~1"));
    }
    out
}
