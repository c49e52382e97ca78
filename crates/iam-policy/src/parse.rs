//! Parsing of documents.
//!
//! Accepts what IAM accepts: a string or a list, one statement or many, numbers and booleans as
//! condition values, condition operators in any case. Element names and `Allow`/`Deny` are
//! case-sensitive, as in IAM
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>).

use std::collections::BTreeSet;

use super::condition::{Condition, ConditionKey, Conditions};
use super::document::{Document, Version};
use super::error::{ParseError, ParseErrorKind, pointer};
use super::json::{self, Member, Node, Value};
use super::operator::ConditionOperator;
use super::principal::Principal;
use super::statement::{Clause, Effect, Statement};

const DOCUMENT: &[&str] = &["Version", "Id", "Statement"];
const STATEMENT: &[&str] = &[
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];
const PRINCIPAL: &[&str] = &["AWS", "Service", "Federated", "CanonicalUser"];

pub(super) fn parse(text: &str) -> Result<Document, ParseError> {
    let root = json::parse(text)?;
    DocumentParser {
        text,
        path: Vec::new(),
    }
    .document(&root)
}

struct DocumentParser<'t> {
    text: &'t str,
    path: Vec<String>,
}

type Members<'n> = &'n [Member];

impl DocumentParser<'_> {
    fn fail<T>(&self, at: usize, problem: ParseErrorKind) -> Result<T, ParseError> {
        Err(ParseError::new(
            self.text,
            at,
            &pointer(&self.path),
            problem,
        ))
    }

    /// Parses a value with one more step in the path, for errors inside it.
    fn under<T>(
        &mut self,
        step: impl Into<String>,
        read: impl FnOnce(&mut Self) -> Result<T, ParseError>,
    ) -> Result<T, ParseError> {
        self.path.push(step.into());
        let value = read(self)?;
        self.path.pop();
        Ok(value)
    }

    fn wrong_type<T>(
        &self,
        node: &Node,
        element: &str,
        expected: &'static str,
    ) -> Result<T, ParseError> {
        self.fail(
            node.at,
            ParseErrorKind::Type {
                element: element.to_owned(),
                found: node.kind(),
                expected,
            },
        )
    }

    fn object<'n>(&self, node: &'n Node, element: &str) -> Result<Members<'n>, ParseError> {
        match &node.value {
            Value::Object(members) => Ok(members),
            _ => self.wrong_type(node, element, "an object"),
        }
    }

    fn elements<'n>(
        &mut self,
        node: &'n Node,
        place: &'static str,
        known: &'static [&'static str],
    ) -> Result<Members<'n>, ParseError> {
        let members = self.object(node, place)?;
        match members.iter().find(|m| !known.contains(&m.name.as_str())) {
            None => Ok(members),
            Some(m) => {
                self.path.push(m.name.clone());
                self.fail(
                    m.at,
                    ParseErrorKind::UnknownElement {
                        name: m.name.clone(),
                        place,
                        known,
                    },
                )
            }
        }
    }

    /// Parses a member, if it is present.
    fn optional<T>(
        &mut self,
        members: Members<'_>,
        name: &'static str,
        read: impl FnOnce(&mut Self, &Node) -> Result<T, ParseError>,
    ) -> Result<Option<T>, ParseError> {
        match members.iter().find(|m| m.name == name) {
            None => Ok(None),
            Some(m) => self.under(name, |r| read(r, &m.value)).map(Some),
        }
    }

    /// Parses an element or its `Not` counterpart.
    fn clause<T: Ord>(
        &mut self,
        node: &Node,
        members: Members<'_>,
        names: (&'static str, &'static str),
        read: impl Fn(&mut Self, &Node) -> Result<BTreeSet<T>, ParseError>,
    ) -> Result<Option<Clause<T>>, ParseError> {
        let only = self.optional(members, names.0, &read)?;
        let except = self.optional(members, names.1, &read)?;
        match (only, except) {
            (Some(_), Some(_)) => self.fail(
                node.at,
                ParseErrorKind::Exclusive {
                    one: names.0,
                    other: names.1,
                },
            ),
            (Some(values), None) => Ok(Some(Clause::Only(values))),
            (None, Some(values)) => Ok(Some(Clause::Except(values))),
            (None, None) => Ok(None),
        }
    }

    fn document(&mut self, node: &Node) -> Result<Document, ParseError> {
        let members = self.elements(node, "a policy document", DOCUMENT)?;
        let version = self
            .optional(members, "Version", Self::version)?
            .unwrap_or(Version::V2008);
        let id = self.optional(members, "Id", |r, n| r.string(n, "Id"))?;
        let statements = self.optional(members, "Statement", Self::statements)?;
        match statements {
            Some(statements) => Ok(Document {
                version,
                id,
                statements,
            }),
            None => self.fail(
                node.at,
                ParseErrorKind::Missing {
                    element: "Statement",
                },
            ),
        }
    }

    fn version(&mut self, node: &Node) -> Result<Version, ParseError> {
        let text = self.string(node, "Version")?;
        match [Version::V2008, Version::V2012]
            .into_iter()
            .find(|v| v.as_str() == text)
        {
            Some(version) => Ok(version),
            None => {
                let expected = Version::V2012.as_str();
                self.fail(
                    node.at,
                    ParseErrorKind::Value {
                        element: "policy language version",
                        found: text,
                        expected,
                    },
                )
            }
        }
    }

    fn statements(&mut self, node: &Node) -> Result<Vec<Statement>, ParseError> {
        let items = match &node.value {
            Value::Array(items) => items.as_slice(),
            Value::Object(_) => std::slice::from_ref(node),
            _ => return self.wrong_type(node, "Statement", "an object or a list of objects"),
        };
        let listed = matches!(node.value, Value::Array(_));
        let mut sids = BTreeSet::new();
        let mut statements = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            if listed {
                self.path.push(index.to_string());
            }
            let statement = self.statement(item)?;
            if let Some(sid) = &statement.sid
                && !sids.insert(sid.clone())
            {
                return self.fail(item.at, ParseErrorKind::RepeatedSid { sid: sid.clone() });
            }
            if listed {
                self.path.pop();
            }
            statements.push(statement);
        }
        Ok(statements)
    }

    fn statement(&mut self, node: &Node) -> Result<Statement, ParseError> {
        let members = self.elements(node, "a statement", STATEMENT)?;
        let sid = self
            .optional(members, "Sid", |r, n| r.string(n, "Sid"))?
            .filter(|s| !s.is_empty());
        let effect = self.optional(members, "Effect", Self::effect)?;
        let principals = self.clause(
            node,
            members,
            ("Principal", "NotPrincipal"),
            Self::principals,
        )?;
        let actions = self.clause(node, members, ("Action", "NotAction"), |r, n| {
            r.strings(n, "Action")
        })?;
        let resources = self.clause(node, members, ("Resource", "NotResource"), |r, n| {
            r.strings(n, "Resource")
        })?;
        let conditions = self
            .optional(members, "Condition", Self::conditions)?
            .unwrap_or_default();
        let Some(effect) = effect else {
            return self.fail(node.at, ParseErrorKind::Missing { element: "Effect" });
        };
        let Some(actions) = actions else {
            return self.fail(node.at, ParseErrorKind::Missing { element: "Action" });
        };
        Ok(Statement {
            sid,
            effect,
            principals,
            actions,
            resources,
            conditions,
        })
    }

    fn effect(&mut self, node: &Node) -> Result<Effect, ParseError> {
        let text = self.string(node, "Effect")?;
        match [Effect::Allow, Effect::Deny]
            .into_iter()
            .find(|e| e.as_str() == text)
        {
            Some(effect) => Ok(effect),
            None => {
                let expected = if text.eq_ignore_ascii_case("deny") {
                    "Deny"
                } else {
                    "Allow"
                };
                self.fail(
                    node.at,
                    ParseErrorKind::Value {
                        element: "effect",
                        found: text,
                        expected,
                    },
                )
            }
        }
    }

    fn principals(&mut self, node: &Node) -> Result<BTreeSet<Principal>, ParseError> {
        match &node.value {
            Value::String(text) if text == "*" => return Ok(BTreeSet::from([Principal::Any])),
            Value::String(text) => {
                let found = text.clone();
                return self.fail(node.at, ParseErrorKind::Principal { found });
            }
            _ => {}
        }
        let mut all = BTreeSet::new();
        for member in self.elements(node, "a principal", PRINCIPAL)? {
            let names = self.under(member.name.clone(), |r| {
                r.strings(&member.value, &member.name)
            })?;
            all.extend(names.into_iter().map(|name| match member.name.as_str() {
                "Service" => Principal::Service(name),
                "Federated" => Principal::Federated(name),
                "CanonicalUser" => Principal::CanonicalUser(name),
                _ => Principal::aws(name),
            }));
        }
        Ok(all)
    }

    fn conditions(&mut self, node: &Node) -> Result<Conditions, ParseError> {
        let mut all = Vec::new();
        let mut without_keys = Vec::new();
        let mut seen = BTreeSet::new();
        for block in self.object(node, "Condition")? {
            self.path.push(block.name.clone());
            let operator = match block.name.parse::<ConditionOperator>() {
                Ok(operator) => operator,
                Err(unknown) => return self.fail(block.at, unknown.into()),
            };
            let members = self.object(&block.value, &block.name)?;
            if members.is_empty() {
                without_keys.push(operator);
            }
            for member in members {
                self.path.push(member.name.clone());
                let key = ConditionKey::from(member.name.as_str());
                // Keys and operators that differ only in case are the same to IAM.
                if !seen.insert((operator, key.clone())) {
                    return self.fail(
                        member.at,
                        ParseErrorKind::Duplicate {
                            name: member.name.clone(),
                        },
                    );
                }
                let values = self.values(&member.value, &member.name)?;
                all.push(Condition {
                    operator,
                    key,
                    values,
                });
                self.path.pop();
            }
            self.path.pop();
        }
        let mut conditions: Conditions = all.into_iter().collect();
        for operator in without_keys {
            conditions.insert_without_keys(operator);
        }
        Ok(conditions)
    }

    fn string(&self, node: &Node, element: &str) -> Result<String, ParseError> {
        match &node.value {
            Value::String(text) => Ok(text.clone()),
            _ => self.wrong_type(node, element, "a string"),
        }
    }

    /// One string or many.
    fn strings(&mut self, node: &Node, element: &str) -> Result<BTreeSet<String>, ParseError> {
        self.one_or_many(node, |r, n| match &n.value {
            Value::String(text) => Ok(text.clone()),
            _ => r.wrong_type(n, element, "a string or a list of strings"),
        })
    }

    /// One condition value or many; numbers and booleans become strings.
    fn values(&mut self, node: &Node, element: &str) -> Result<BTreeSet<String>, ParseError> {
        self.one_or_many(node, |r, n| match &n.value {
            Value::String(text) | Value::Number(text) => Ok(text.clone()),
            Value::Bool(value) => Ok(value.to_string()),
            _ => r.wrong_type(
                n,
                element,
                "a string, a number, a boolean or a list of them",
            ),
        })
    }

    fn one_or_many(
        &mut self,
        node: &Node,
        read: impl Fn(&mut Self, &Node) -> Result<String, ParseError>,
    ) -> Result<BTreeSet<String>, ParseError> {
        let Value::Array(items) = &node.value else {
            return Ok(BTreeSet::from([read(self, node)?]));
        };
        let mut all = BTreeSet::new();
        for (index, item) in items.iter().enumerate() {
            all.insert(self.under(index.to_string(), |r| read(r, item))?);
        }
        Ok(all)
    }
}
