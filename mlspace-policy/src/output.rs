//! Output of commands, safe for a terminal.
//!
//! Names, Sids and tags come from files of unknown authors. Characters that move the cursor, start a line
//! or change the text direction are shown as escape sequences.

use std::fmt::Write as _;

use clap::ValueEnum;
use iam_policy::Statement;
use iam_policy::evaluate::StatementRef;
use mlspace_core::text::thousands;
use serde_json::{Value, json};

/// Output of a command.
#[derive(Debug)]
pub(crate) struct CommandOutput {
    /// Standard output.
    pub(crate) text: String,
    /// Lines of standard error: notes about the input.
    pub(crate) notes: Vec<String>,
    /// Whether there are no findings and no denied requests.
    pub(crate) passed: bool,
}

impl CommandOutput {
    /// Output without notes.
    pub(crate) fn new(text: impl Into<String>, passed: bool) -> Self {
        Self {
            text: text.into(),
            notes: Vec::new(),
            passed,
        }
    }

    /// Indented JSON.
    pub(crate) fn json(value: &Value, passed: bool) -> Self {
        Self::new(format!("{value:#}\n"), passed)
    }
}

/// Format of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Readable text
    Text,
    /// JSON, for other programs
    Json,
}

/// JSON for a statement that decided a request.
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

/// Builder of text whose parts can contain control characters.
#[derive(Debug, Default)]
pub(crate) struct Lines(String);

impl Lines {
    /// Adds a line with this indentation.
    pub(crate) fn add(&mut self, indent: usize, line: impl AsRef<str>) {
        let _ = writeln!(self.0, "{:indent$}{}", "", sanitize(line.as_ref()));
    }

    /// Adds the lines of a formatted string, such as indented JSON.
    pub(crate) fn block(&mut self, indent: usize, text: &str) {
        for line in text.lines() {
            self.add(indent, line);
        }
    }

    /// Adds an empty line, except at the beginning.
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

/// Escapes the characters that a terminal interprets, line breaks included.
pub(crate) fn sanitize(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_directional(c) {
            safe.extend(c.escape_unicode());
        } else {
            safe.push(c);
        }
    }
    safe
}

/// Explicit directional formatting characters of Unicode, and the separators of lines and paragraphs.
fn is_directional(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A number with a noun: `1 statement`, `2 statements`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{}{}", thousands(number), format_args!(" {noun}{plural}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sanitize_escapes_control_characters() {
        let hostile = "a\u{1b}[2Jb\r\nc\u{9b}1m\u{202e}d\u{7f}";
        assert_eq!(
            sanitize(hostile),
            r"a\u{1b}[2Jb\u{d}\u{a}c\u{9b}1m\u{202e}d\u{7f}"
        );
        let mut lines = Lines::default();
        lines.gap();
        lines.add(2, "x\ny");
        lines.block(1, "{\n  1\n}");
        assert_eq!(lines.into_text(), "  x\\u{a}y\n {\n   1\n }\n");
    }

    #[test]
    fn count_has_separators_and_plural() {
        assert_eq!(count(1, "policy version"), "1 policy version");
        assert_eq!(count(2_000, "statement"), "2,000 statements");
    }
}
