//! What commands answer, fit for a terminal.
//!
//! Names, Sids and tags come from files that somebody else may have written. Whatever in them could move a cursor,
//! start a line or turn the direction of writing is shown as an escape sequence instead.

use std::fmt::Write as _;

use clap::ValueEnum;
use iam_policy::Statement;
use iam_policy::evaluate::StatementRef;
use serde_json::{Value, json};

/// What a command found.
#[derive(Debug)]
pub(crate) struct Answer {
    /// For standard output.
    pub(crate) text: String,
    /// For standard error: what the reader should know about the input.
    pub(crate) notes: Vec<String>,
    /// Whether nothing was found and nothing denied.
    pub(crate) fine: bool,
}

impl Answer {
    /// An answer without notes.
    pub(crate) fn new(text: impl Into<String>, fine: bool) -> Self {
        Self {
            text: text.into(),
            notes: Vec::new(),
            fine,
        }
    }

    /// An answer of JSON, indented.
    pub(crate) fn json(value: &Value, fine: bool) -> Self {
        Self::new(format!("{value:#}\n"), fine)
    }
}

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// A statement that made a decision, for programs.
pub(crate) fn source(source: &StatementRef, statement: Option<&Statement>) -> Value {
    let json = |statement: &Statement| -> Value {
        serde_json::from_str(&statement.to_json_pretty()).unwrap_or_default()
    };
    json!({
        "layer": source.layer.to_string(),
        "policy": source.policy,
        "index": source.index,
        "sid": source.sid,
        "statement": statement.map(json),
    })
}

/// Text in lines, made of parts that may hold anything.
#[derive(Debug, Default)]
pub(crate) struct Lines(String);

impl Lines {
    /// Adds a line, indented by so many spaces.
    pub(crate) fn add(&mut self, indent: usize, line: impl AsRef<str>) {
        let _ = writeln!(self.0, "{:indent$}{}", "", one_line(line.as_ref()));
    }

    /// Adds the lines of a text that is laid out already, such as pretty JSON.
    pub(crate) fn block(&mut self, indent: usize, text: &str) {
        for line in text.lines() {
            self.add(indent, line);
        }
    }

    /// Adds an empty line, unless nothing stands above it.
    pub(crate) fn gap(&mut self) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
    }

    /// The text.
    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

/// The text on one line, with nothing in it that a terminal acts upon.
pub(crate) fn one_line(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || turns_direction(c) {
            safe.extend(c.escape_unicode());
        } else {
            safe.push(c);
        }
    }
    safe
}

/// Unicode's explicit directional formatting characters, with the separators of lines and paragraphs.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `1 statement`, `2 statements`.
pub(crate) fn count(number: usize, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{}{}", thousands(number), format_args!(" {one}{plural}"))
}

/// A number with its thousands apart: `6,144`.
pub(crate) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut apart = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            apart.push(',');
        }
        apart.push(digit);
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_a_terminal_as_a_command() {
        let hostile = "a\u{1b}[2Jb\r\nc\u{9b}1m\u{202e}d\u{7f}";
        assert_eq!(
            one_line(hostile),
            r"a\u{1b}[2Jb\u{d}\u{a}c\u{9b}1m\u{202e}d\u{7f}"
        );
        let mut lines = Lines::default();
        lines.gap();
        lines.add(2, "x\ny");
        lines.block(1, "{\n  1\n}");
        assert_eq!(lines.into_text(), "  x\\u{a}y\n {\n   1\n }\n");
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(thousands(7), "7");
        assert_eq!(thousands(6_144), "6,144");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(count(1, "policy version"), "1 policy version");
        assert_eq!(count(2_000, "statement"), "2,000 statements");
    }
}
