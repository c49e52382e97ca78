//! One log line: bounded in length, with credentials masked.

use std::io::Write;

use jiff::Timestamp;
use serde_json::{Map, Value};
use tracing::Level;

use super::redact::{MASK, is_sensitive, redact};

/// Maximum length of a line in bytes. go-plugin reads 64 KiB at a time and cannot parse a longer
/// line.
pub(super) const LIMIT: usize = 60 * 1024;

/// Maximum lengths of each string in characters, tried in this order until the line fits.
const CUTS: [usize; 3] = [16_384, 2_048, SHORTEST];

/// The shortest of the maximum lengths. If the line still does not fit, all fields are dropped.
const SHORTEST: usize = 256;

/// A line under construction.
#[derive(Debug)]
pub(super) struct Line {
    head: [(&'static str, String); 4],
    fields: Map<String, Value>,
}

impl Line {
    /// A line with the current time. `module` is the dotted path of its origin.
    pub(super) fn new(level: Level, module: &str, message: &str) -> Self {
        let timestamp = Timestamp::now()
            .strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
            .to_string();
        let level = level.as_str().to_ascii_lowercase();
        let head = [
            ("@level", level),
            ("@message", redact(message)),
            ("@module", module.to_owned()),
            ("@timestamp", timestamp),
        ];
        Self {
            head,
            fields: Map::new(),
        }
    }

    /// Sets a field. The value is masked if the name is that of a credential. Names that start with
    /// `@` are reserved by the format and ignored.
    pub(super) fn field(&mut self, name: &str, value: Value) {
        if name.starts_with('@') {
            return;
        }
        let value = match value {
            _ if is_sensitive(name) => Value::from(MASK),
            Value::String(string) => Value::String(redact(&string)),
            other => other,
        };
        self.fields.insert(name.to_owned(), value);
    }

    /// The line with its newline, at most [`LIMIT`] bytes.
    pub(super) fn render(&self) -> Vec<u8> {
        for cut in CUTS {
            let line = self.render_with(cut, true);
            if line.len() <= LIMIT {
                return line;
            }
        }
        self.render_with(SHORTEST, false)
    }

    fn render_with(&self, cut: usize, fields: bool) -> Vec<u8> {
        let mut object = Map::new();
        for (name, string) in &self.head {
            object.insert((*name).to_owned(), Value::String(shorten(string, cut)));
        }
        if fields {
            for (name, value) in &self.fields {
                let value = match value {
                    Value::String(string) => Value::String(shorten(string, cut)),
                    other => other.clone(),
                };
                object.insert(name.clone(), value);
            }
        } else {
            object.insert("fields_left_out".to_owned(), Value::from(self.fields.len()));
        }
        let mut line = Value::Object(object).to_string().into_bytes();
        line.push(b'\n');
        line
    }
}

fn shorten(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Writes a whole line at once, so that concurrent lines do not interleave. A failure is ignored,
/// since there is no other place to report it.
pub(super) fn write_to_stderr(line: &[u8]) {
    let _ignored = std::io::stderr().lock().write_all(line);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(line: &Line) -> Value {
        serde_json::from_slice(&line.render()).unwrap()
    }

    #[test]
    fn line_has_the_keys_of_hclog() {
        let mut line = Line::new(Level::WARN, "a.b", "hello\nworld");
        line.field("attempt", Value::from(3));
        let text = String::from_utf8(line.render()).unwrap();
        assert_eq!(text.matches('\n').count(), 1, "{text:?}");
        let object = parsed(&line);
        assert_eq!(object["@level"], "warn");
        assert_eq!(object["@message"], "hello\nworld");
        assert_eq!(object["@module"], "a.b");
        assert_eq!(object["attempt"], 3);
        let timestamp = object["@timestamp"].as_str().unwrap();
        assert_eq!(
            timestamp.len(),
            "2006-01-02T15:04:05.000000Z".len(),
            "{timestamp}"
        );
        timestamp.parse::<Timestamp>().unwrap();
    }

    #[test]
    fn field_masks_credentials_by_name() {
        let mut line = Line::new(Level::INFO, "m", "");
        line.field("secret_key", Value::from("abc"));
        line.field("sessionToken", Value::from(12));
        line.field("@message", Value::from("forged"));
        let object = parsed(&line);
        assert_eq!(object["secret_key"], MASK);
        assert_eq!(object["sessionToken"], MASK);
        assert_eq!(object["@message"], "");
    }

    #[test]
    fn render_counts_the_fields_it_drops() {
        let mut line = Line::new(Level::INFO, "m", "kept");
        for number in 0..5_000 {
            line.field(&format!("field-{number}"), Value::from("value"));
        }
        assert!(line.render().len() <= LIMIT);
        let object = parsed(&line);
        assert_eq!(object["fields_left_out"], 5_000);
        assert_eq!(object["@message"], "kept");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn render_bounds_any_message(
            message in "\\PC{0,80}|[\u{0}-\u{1f}]{0,80}",
            times in 1_usize..2_000,
            value in any::<String>(),
        ) {
            let mut line = Line::new(Level::ERROR, "m", &message.repeat(times));
            line.field("value", Value::from(value.repeat(times)));
            let bytes = line.render();
            prop_assert!(bytes.len() <= LIMIT);
            prop_assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), 1);
            prop_assert!(parsed(&line)["@message"].is_string());
        }
    }
}
