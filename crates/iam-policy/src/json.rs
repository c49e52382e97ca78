//! A small JSON parser that keeps positions.
//!
//! Values keep their byte offset, numbers their spelling, members their order. Repeated members are
//! errors. Size and depth are limited, so that the work on hostile input is limited too.
//!
//! The crate `jsonc-parser` also has syntax trees with positions. It would replace the easier half:
//! its errors have no JSON pointer, and the checks for depth and repeated members would remain here.

use super::error::{ParseError, ParseErrorKind};

/// The maximum size of a document, in bytes. The largest policy that AWS accepts has 32 KiB.
pub(super) const MAX_BYTES: usize = 1 << 20;

/// The maximum depth of nesting. A policy needs six levels.
pub(super) const MAX_DEPTH: usize = 32;

#[derive(Debug)]
pub(super) struct Node {
    pub(super) at: usize,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    /// In its original spelling.
    Number(String),
    String(String),
    Array(Vec<Node>),
    Object(Vec<Member>),
}

#[derive(Debug)]
pub(super) struct Member {
    pub(super) at: usize,
    pub(super) name: String,
    pub(super) value: Node,
}

impl Node {
    /// The type of the value, as error messages name it.
    pub(super) fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        }
    }
}

pub(super) fn parse(text: &str) -> Result<Node, ParseError> {
    if text.len() > MAX_BYTES {
        return Err(ParseError::new(
            text,
            0,
            "",
            ParseErrorKind::TooLong {
                bytes: text.len(),
                max: MAX_BYTES,
            },
        ));
    }
    let mut parser = JsonParser {
        text,
        at: 0,
        path: Vec::new(),
    };
    parser.space();
    let node = parser.node()?;
    parser.space();
    match parser.peek() {
        None => Ok(node),
        Some(found) => Err(parser.fail(ParseErrorKind::Unexpected {
            found,
            expected: "the end of the document",
        })),
    }
}

struct JsonParser<'t> {
    text: &'t str,
    at: usize,
    path: Vec<String>,
}

impl JsonParser<'_> {
    fn fail(&self, problem: ParseErrorKind) -> ParseError {
        self.fail_at(self.at, problem)
    }

    fn fail_at(&self, at: usize, problem: ParseErrorKind) -> ParseError {
        ParseError::new(self.text, at, &super::error::pointer(&self.path), problem)
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, c: char) -> bool {
        let taken = self.peek() == Some(c);
        if taken {
            self.at += c.len_utf8();
        }
        taken
    }

    fn expect(&mut self, c: char, expected: &'static str) -> Result<(), ParseError> {
        if self.take(c) {
            Ok(())
        } else {
            Err(self.unexpected(expected))
        }
    }

    fn unexpected(&self, expected: &'static str) -> ParseError {
        match self.peek() {
            Some(found) => self.fail(ParseErrorKind::Unexpected { found, expected }),
            None => self.fail(ParseErrorKind::Truncated { expected }),
        }
    }

    fn space(&mut self) {
        let blank = |c: &u8| matches!(c, b' ' | b'\t' | b'\n' | b'\r');
        self.at += self.rest().bytes().take_while(blank).count();
    }

    fn node(&mut self) -> Result<Node, ParseError> {
        let at = self.at;
        let value = match self.peek() {
            Some('{') => self.nested(Self::object)?,
            Some('[') => self.nested(Self::array)?,
            Some('"') => Value::String(self.string()?),
            Some('-' | '0'..='9') => Value::Number(self.number()?),
            _ => self.literal()?,
        };
        Ok(Node { at, value })
    }

    fn nested(
        &mut self,
        parse: fn(&mut Self) -> Result<Value, ParseError>,
    ) -> Result<Value, ParseError> {
        // The path has one entry for every open object or list, so its length is the depth.
        if self.path.len() >= MAX_DEPTH {
            return Err(self.fail(ParseErrorKind::TooDeep { max: MAX_DEPTH }));
        }
        parse(self)
    }

    fn object(&mut self) -> Result<Value, ParseError> {
        self.expect('{', "`{`")?;
        let mut members: Vec<Member> = Vec::new();
        let mut names = std::collections::BTreeSet::new();
        self.space();
        if self.take('}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.space();
            let at = self.at;
            if self.peek() != Some('"') {
                return Err(self.unexpected("a member name in quotes"));
            }
            let name = self.string()?;
            self.path.push(name.clone());
            if !names.insert(name.clone()) {
                return Err(self.fail_at(at, ParseErrorKind::Duplicate { name }));
            }
            self.space();
            self.expect(':', "`:`")?;
            self.space();
            let value = self.node()?;
            self.path.pop();
            members.push(Member { at, name, value });
            self.space();
            if self.take('}') {
                return Ok(Value::Object(members));
            }
            self.expect(',', "`,` or `}`")?;
        }
    }

    fn array(&mut self) -> Result<Value, ParseError> {
        self.expect('[', "`[`")?;
        let mut items = Vec::new();
        self.space();
        if self.take(']') {
            return Ok(Value::Array(items));
        }
        loop {
            self.space();
            self.path.push(items.len().to_string());
            items.push(self.node()?);
            self.path.pop();
            self.space();
            if self.take(']') {
                return Ok(Value::Array(items));
            }
            self.expect(',', "`,` or `]`")?;
        }
    }

    fn literal(&mut self) -> Result<Value, ParseError> {
        for (word, value) in [
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("null", Value::Null),
        ] {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.unexpected("a JSON value"))
    }

    /// A JSON number, in its original spelling.
    fn number(&mut self) -> Result<String, ParseError> {
        let start = self.at;
        self.take('-');
        if !self.take('0') {
            self.digits()?;
        }
        if self.take('.') {
            self.digits()?;
        }
        if self.take('e') || self.take('E') {
            let _ = self.take('+') || self.take('-');
            self.digits()?;
        }
        Ok(self.text.get(start..self.at).unwrap_or_default().to_owned())
    }

    fn digits(&mut self) -> Result<(), ParseError> {
        let count = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 {
            return Err(self.unexpected("a digit"));
        }
        self.at += count;
        Ok(())
    }

    fn string(&mut self) -> Result<String, ParseError> {
        self.expect('"', "`\"`")?;
        let mut out = String::new();
        loop {
            let Some(c) = self.peek() else {
                return Err(self.fail(ParseErrorKind::Truncated { expected: "`\"`" }));
            };
            match c {
                '"' => {
                    self.at += 1;
                    return Ok(out);
                }
                '\\' => out.push(self.escape()?),
                c if c < ' ' => {
                    return Err(self.fail(ParseErrorKind::Unexpected {
                        found: c,
                        expected: "an escaped control character",
                    }));
                }
                c => {
                    self.at += c.len_utf8();
                    out.push(c);
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, ParseError> {
        let start = self.at;
        self.expect('\\', "`\\`")?;
        let plain = match self.peek() {
            Some(c @ ('"' | '\\' | '/')) => Some(c),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            _ => None,
        };
        if let Some(c) = plain {
            self.at += 1;
            return Ok(c);
        }
        self.expect('u', "an escape such as `\\n` or `\\u0041`")?;
        let bad = |parser: &Self| parser.fail_at(start, ParseErrorKind::Escape);
        let high = self.hex().ok_or_else(|| bad(self))?;
        let code = match high {
            0xd800..0xdc00 => {
                let low = if self.take('\\') && self.take('u') {
                    self.hex()
                } else {
                    None
                };
                let low = low
                    .filter(|l| (0xdc00..0xe000).contains(l))
                    .ok_or_else(|| bad(self))?;
                0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)
            }
            code => code,
        };
        char::from_u32(code).ok_or_else(|| bad(self))
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.rest().get(..4)?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let code = u32::from_str_radix(digits, 16).ok()?;
        self.at += 4;
        Some(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn to_serde(node: &Node) -> serde_json::Value {
        match &node.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(b) => (*b).into(),
            Value::Number(n) => serde_json::from_str(n).unwrap(),
            Value::String(s) => s.clone().into(),
            Value::Array(items) => items.iter().map(to_serde).collect(),
            Value::Object(members) => members
                .iter()
                .map(|m| (m.name.clone(), to_serde(&m.value)))
                .collect(),
        }
    }

    #[test]
    fn parse_reads_json() {
        let text = r#" { "a" : [ 1, -2.50e+3, true, null, "x\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é" ], "b": {} } "#;
        let expected: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(to_serde(&parse(text).unwrap()), expected);
    }

    #[test]
    fn parse_rejects_invalid_json() {
        let cases = [
            "",
            " ",
            "{",
            "[1",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "[1,]",
            "{\"a\":1,}",
            "01",
            "1.",
            "1e",
            "-",
            "tru",
            "\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "\"\u{1}\"",
            "1 2",
            "[1 2]",
            "'a'",
            "NaN",
            "Infinity",
            "\u{feff}{}",
            "\"\\u+123\"",
        ];
        for text in cases {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn parse_limits_size_and_depth() {
        let deep = |n: usize| format!("{}1{}", "[".repeat(n), "]".repeat(n));
        assert!(parse(&deep(MAX_DEPTH)).is_ok());
        let error = parse(&deep(MAX_DEPTH + 1)).unwrap_err();
        assert_eq!(error.kind(), &ParseErrorKind::TooDeep { max: MAX_DEPTH });
        assert!(parse(&"[".repeat(500_000)).is_err());
        let long = format!("\"{}\"", "a".repeat(MAX_BYTES));
        assert!(matches!(
            parse(&long).unwrap_err().kind(),
            ParseErrorKind::TooLong { .. }
        ));
    }

    #[test]
    fn parse_rejects_repeated_members() {
        let error = parse("{\"a\": {\"b\": 1,\n  \"b\": 2}}").unwrap_err();
        assert_eq!(
            (error.line(), error.column(), error.pointer()),
            (2, 3, "/a/b")
        );
        assert_eq!(
            error.kind(),
            &ParseErrorKind::Duplicate { name: "b".into() }
        );
    }

    proptest! {
        #[test]
        fn parse_agrees_with_serde_json(text in r#"[\[\]{}",:\\ \n0-9.eE+\-a-fu"truefalsn]{0,24}"#) {
            // serde_json accepts repeated members; this parser does not.
            let ours = parse(&text).map(|node| to_serde(&node));
            let theirs = serde_json::from_str::<serde_json::Value>(&text);
            match (ours, theirs) {
                (Ok(a), Ok(b)) => prop_assert_eq!(a, b),
                (Err(e), Ok(_)) => prop_assert!(matches!(e.kind(), ParseErrorKind::Duplicate { .. }), "{}", e),
                (Ok(_), Err(e)) => prop_assert!(e.to_string().contains("number out of range"), "{}", e),
                (Err(_), Err(_)) => {}
            }
        }

        #[test]
        fn parse_accepts_any_string(text in any::<String>()) {
            let _ = parse(&text);
        }
    }
}
