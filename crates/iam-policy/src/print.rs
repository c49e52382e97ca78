//! Printing of canonical JSON.
//!
//! Each document has one printed form: members in the usual order of IAM, sorted sets, and sets
//! with one value as a plain string, which is also the shortest form.

use std::collections::BTreeSet;

use super::document::Document;
use super::principal::Principal;
use super::statement::{Clause, Statement};

pub(super) fn compact(document: &Document) -> String {
    let mut writer = Writer {
        out: String::new(),
        indent: None,
    };
    writer.document(document);
    writer.out
}

pub(super) fn pretty(document: &Document) -> String {
    let mut writer = Writer {
        out: String::new(),
        indent: Some(0),
    };
    writer.document(document);
    writer.out
}

/// One statement, indented as in the document.
pub(super) fn pretty_statement(statement: &Statement) -> String {
    let mut writer = Writer {
        out: String::new(),
        indent: Some(0),
    };
    writer.statement(statement);
    writer.out
}

/// The size of one statement, as [`Document::size`] counts it.
pub(super) fn statement_size(statement: &Statement) -> usize {
    let mut writer = Writer {
        out: String::new(),
        indent: None,
    };
    writer.statement(statement);
    count(&writer.out)
}

/// The number of characters that are not white space.
pub(super) fn count(json: &str) -> usize {
    json.chars().filter(|c| !c.is_whitespace()).count()
}

struct Writer {
    out: String,
    /// The current depth; `None` prints on one line.
    indent: Option<usize>,
}

impl Writer {
    fn document(&mut self, document: &Document) {
        self.object(|w, first| {
            w.member(first, "Version");
            w.string(document.version.as_str());
            if let Some(id) = &document.id {
                w.member(first, "Id");
                w.string(id);
            }
            w.member(first, "Statement");
            w.list(&document.statements, Self::statement);
        });
    }

    fn statement(&mut self, statement: &Statement) {
        self.object(|w, first| {
            if let Some(sid) = &statement.sid {
                w.member(first, "Sid");
                w.string(sid);
            }
            w.member(first, "Effect");
            w.string(statement.effect.as_str());
            if let Some(principals) = &statement.principals {
                w.member(
                    first,
                    if principals.is_except() {
                        "NotPrincipal"
                    } else {
                        "Principal"
                    },
                );
                w.principals(principals);
            }
            w.member(
                first,
                if statement.actions.is_except() {
                    "NotAction"
                } else {
                    "Action"
                },
            );
            w.one_or_many(statement.actions.values().iter().map(String::as_str));
            if let Some(resources) = &statement.resources {
                w.member(
                    first,
                    if resources.is_except() {
                        "NotResource"
                    } else {
                        "Resource"
                    },
                );
                w.one_or_many(resources.values().iter().map(String::as_str));
            }
            let conditions = &statement.conditions;
            if !conditions.is_empty() || conditions.without_keys().next().is_some() {
                w.member(first, "Condition");
                w.conditions(statement);
            }
        });
    }

    fn principals(&mut self, clause: &Clause<Principal>) {
        let all: &BTreeSet<Principal> = clause.values();
        if all.len() == 1 && all.contains(&Principal::Any) {
            return self.string("*");
        }
        self.object(|w, first| {
            for member in ["AWS", "CanonicalUser", "Federated", "Service"] {
                let names: Vec<&str> = all
                    .iter()
                    .filter(|p| p.member() == member)
                    .map(Principal::name)
                    .collect();
                if !names.is_empty() {
                    w.member(first, member);
                    w.one_or_many(names.into_iter());
                }
            }
        });
    }

    fn conditions(&mut self, statement: &Statement) {
        self.object(|w, first| {
            let mut rest = statement.conditions.iter().peekable();
            while let Some(head) = rest.next() {
                w.member(first, &head.operator.to_string());
                w.object(|w, first| {
                    let mut next = Some(head);
                    while let Some(condition) = next {
                        w.member(first, condition.key.as_str());
                        w.one_or_many(condition.values.iter().map(String::as_str));
                        next = rest.next_if(|c| c.operator == head.operator);
                    }
                });
            }
            for operator in statement.conditions.without_keys() {
                w.member(first, &operator.to_string());
                w.object(|_, _| {});
            }
        });
    }

    fn one_or_many<'a>(&mut self, values: impl ExactSizeIterator<Item = &'a str>) {
        let values: Vec<&str> = values.collect();
        match values.as_slice() {
            [one] => self.string(one),
            many => self.list(many, |w, value| w.string(value)),
        }
    }

    fn list<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Self, &T)) {
        self.out.push('[');
        self.deeper(1);
        let mut first = true;
        for item in items {
            self.separate(&mut first);
            each(self, item);
        }
        self.close(first, ']');
    }

    fn object(&mut self, body: impl FnOnce(&mut Self, &mut bool)) {
        self.out.push('{');
        self.deeper(1);
        let mut first = true;
        body(self, &mut first);
        self.close(first, '}');
    }

    fn member(&mut self, first: &mut bool, name: &str) {
        self.separate(first);
        self.string(name);
        self.out.push(':');
        if self.indent.is_some() {
            self.out.push(' ');
        }
    }

    fn separate(&mut self, first: &mut bool) {
        if !std::mem::replace(first, false) {
            self.out.push(',');
        }
        self.new_line();
    }

    fn close(&mut self, empty: bool, bracket: char) {
        self.deeper(-1);
        if !empty {
            self.new_line();
        }
        self.out.push(bracket);
    }

    fn deeper(&mut self, by: isize) {
        self.indent = self.indent.map(|depth| depth.saturating_add_signed(by));
    }

    fn new_line(&mut self) {
        if let Some(depth) = self.indent {
            self.out.push('\n');
            (0..depth).for_each(|_| self.out.push_str("  "));
        }
    }

    fn string(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                c if c < ' ' => self.out.push_str(&format!("\\u{:04x}", u32::from(c))),
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }
}

#[cfg(test)]
mod tests {
    use crate::{Document, Operator, Principal, Statement};

    fn sample() -> Document {
        Document::new([
            Statement::allow("")
                .principal(Principal::service("sagemaker.amazonaws.com"))
                .principal(Principal::aws("*"))
                .actions(["sts:AssumeRole"])
                .when(
                    Operator::StringEquals,
                    "aws:SourceAccount",
                    ["123456789012"],
                )
                .when(Operator::StringEquals, "aws:PrincipalTag/a\"b", ["x", "w"])
                .when(Operator::Bool.if_exists(), "aws:SecureTransport", ["true"]),
            Statement::deny("All")
                .not_actions(["b:B", "a:A"])
                .not_resources(["*"]),
        ])
    }

    #[test]
    fn to_json_is_canonical() {
        let expected = concat!(
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","#,
            r#""Principal":{"AWS":"*","Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole","#,
            r#""Condition":{"StringEquals":{"aws:PrincipalTag/a\"b":["w","x"],"aws:SourceAccount":"123456789012"},"#,
            r#""BoolIfExists":{"aws:SecureTransport":"true"}}},"#,
            r#"{"Sid":"All","Effect":"Deny","NotAction":["a:A","b:B"],"NotResource":"*"}]}"#
        );
        assert_eq!(sample().to_json(), expected);
        assert_eq!(sample().size(), expected.len());
    }

    #[test]
    fn to_json_pretty_is_the_same_json() {
        let pretty = sample().to_json_pretty();
        assert!(
            pretty.starts_with("{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n"),
            "{pretty}"
        );
        let value: serde_json::Value = serde_json::from_str(&pretty).unwrap();
        let same: serde_json::Value = serde_json::from_str(&sample().to_json()).unwrap();
        assert_eq!(value, same);
        assert_eq!(
            Document::new([]).to_json_pretty(),
            "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": []\n}"
        );
    }
}
