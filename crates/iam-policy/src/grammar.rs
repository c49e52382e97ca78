//! The rules by which AWS accepts or rejects a document of a type.
//!
//! Sources: "Grammar of the IAM JSON policy language"
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>) and the
//! pages that the rules name. The parser has the rules that hold for all types.

mod forms;

use std::collections::BTreeSet;

use super::document::{Document, Version};
use super::error::shown;
use super::policy_type::PolicyType;
use super::statement::{Clause, Statement};

/// A rule of the policy type that a document violates. AWS rejects such a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(
    missing_docs,
    reason = "the messages say what the variants and their fields mean"
)]
#[non_exhaustive]
pub enum Violation {
    #[error("the document has {size} characters, {} more than the limit of {limit} for {kind}; shorten or split it", size - limit)]
    Size {
        kind: &'static str,
        size: usize,
        limit: usize,
    },
    #[error(
        "the document is of version 2008-10-17, as is one without `Version`; \
         write `\"Version\": \"2012-10-17\"`, which {kind} must have"
    )]
    Version { kind: &'static str },
    #[error("the document contains `{}`, but {kind} has only characters up to U+00FF; replace it", found.escape_unicode())]
    Character { kind: &'static str, found: char },
    #[error("{statement} has a `Principal`, which {kind} cannot have; remove it")]
    Principal {
        kind: &'static str,
        statement: String,
    },
    #[error("{statement} has no `Principal`, which {kind} must have; add it")]
    NoPrincipal {
        kind: &'static str,
        statement: String,
    },
    #[error("{statement} has a `Resource`, which a trust policy cannot have; remove it")]
    Resource { statement: String },
    #[error("{statement} has no `Resource`; add it")]
    NoResource { statement: String },
    #[error(
        "`{}` of {statement} is empty; name at least one value, or remove the statement",
        shown(element)
    )]
    Empty { statement: String, element: String },
    #[error("`{}` in `{element}` of {statement} {problem}", shown(value))]
    Form {
        statement: String,
        element: &'static str,
        value: String,
        problem: &'static str,
    },
    #[error(
        "the `Sid` of {statement} contains characters other than letters and digits, which {kind} does not allow"
    )]
    SidCharacters {
        kind: &'static str,
        statement: String,
    },
    #[error(
        "the `Sid` `{}` is used by multiple statements; make it unique",
        shown(sid)
    )]
    RepeatedSid { sid: String },
    #[error("the document has an `Id`, which {kind} cannot have; remove it")]
    Id { kind: &'static str },
    #[error("the document has no statement; add one")]
    NoStatement,
}

impl Document {
    /// The rules of the policy type that the document violates, in the order of its statements.
    /// Empty if AWS accepts the form of the document.
    ///
    /// Source: "Grammar of the IAM JSON policy language"
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>).
    #[must_use]
    pub fn check(&self, kind: PolicyType) -> Vec<Violation> {
        let name = kind.with_article();
        let mut found = Vec::new();
        let (size, limit) = (self.size(), kind.limit());
        if size > limit {
            found.push(Violation::Size {
                kind: name,
                size,
                limit,
            });
        }
        if needs_current_version(kind) && self.version != Version::V2012 {
            found.push(Violation::Version { kind: name });
        }
        if has_latin_characters_only(kind)
            && let Some(found_char) = self.to_json().chars().find(|c| *c > '\u{ff}')
        {
            found.push(Violation::Character {
                kind: name,
                found: found_char,
            });
        }
        if self.id.is_some() && !kind.has_principals() {
            found.push(Violation::Id { kind: name });
        }
        if self.statements.is_empty() {
            found.push(Violation::NoStatement);
        }
        let mut sids = BTreeSet::new();
        for (index, statement) in self.statements.iter().enumerate() {
            let mut checker = Checker {
                kind,
                statement,
                index,
                found: &mut found,
            };
            checker.elements();
            checker.values();
            checker.conditions();
            checker.sid();
            if let Some(sid) = &statement.sid
                && !sids.insert(sid)
            {
                found.push(Violation::RepeatedSid { sid: sid.clone() });
            }
        }
        found
    }
}

/// Whether AWS rejects version 2008-10-17, and so documents without a version. Others accept it,
/// and policy variables in them are plain text.
///
/// Source: "`AWS::IAM::ManagedPolicy`", property `PolicyDocument`
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-managedpolicy.html>).
fn needs_current_version(kind: PolicyType) -> bool {
    matches!(kind, PolicyType::Managed | PolicyType::Boundary)
}

/// Whether the API accepts characters up to U+00FF only.
///
/// Sources: the pattern of the parameter in `CreatePolicy`, `PutRolePolicy`, `CreateRole`
/// (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html>), `AssumeRole`, and
/// `PutKeyPolicy` of KMS.
fn has_latin_characters_only(kind: PolicyType) -> bool {
    matches!(
        kind,
        PolicyType::Managed
            | PolicyType::RoleInline
            | PolicyType::Boundary
            | PolicyType::Session
            | PolicyType::Trust
            | PolicyType::Key
    )
}

/// Checks one statement.
struct Checker<'c> {
    kind: PolicyType,
    statement: &'c Statement,
    index: usize,
    found: &'c mut Vec<Violation>,
}

impl Checker<'_> {
    /// The statement in messages.
    fn name(&self) -> String {
        match &self.statement.sid {
            Some(sid) => format!("statement `{}`", shown(sid)),
            None => format!("statement {}", self.index + 1),
        }
    }

    /// Which elements are there.
    fn elements(&mut self) {
        let kind = self.kind.with_article();
        let statement = self.name();
        match (
            self.kind.has_principals(),
            self.statement.principals.is_some(),
        ) {
            (true, false) => self.found.push(Violation::NoPrincipal { kind, statement }),
            (false, true) => self.found.push(Violation::Principal { kind, statement }),
            _ => {}
        }
        let statement = self.name();
        match (
            self.kind == PolicyType::Trust,
            self.statement.resources.is_some(),
        ) {
            (true, true) => self.found.push(Violation::Resource { statement }),
            (false, false) => self.found.push(Violation::NoResource { statement }),
            _ => {}
        }
    }

    /// The forms of principals, actions and resources.
    fn values(&mut self) {
        let (kind, statement) = (self.kind, self.statement);
        if let Some(principals) = &statement.principals {
            let element = if principals.is_except() {
                "NotPrincipal"
            } else {
                "Principal"
            };
            self.each(element, principals, |principal| {
                (principal.name().to_owned(), forms::principal(principal))
            });
        }
        let element = if statement.actions.is_except() {
            "NotAction"
        } else {
            "Action"
        };
        let of_trust = kind == PolicyType::Trust && !statement.actions.is_except();
        self.each(element, &statement.actions, |action| {
            let problem = forms::action(action).or_else(|| {
                of_trust
                    .then(|| forms::action_of_trust_policy(action))
                    .flatten()
            });
            (action.clone(), problem)
        });
        if let Some(resources) = &statement.resources {
            let element = if resources.is_except() {
                "NotResource"
            } else {
                "Resource"
            };
            // Only identity-based policies complete ARNs.
            let complete = kind.has_principals();
            self.each(element, resources, |resource| {
                (resource.clone(), forms::resource(resource, complete))
            });
        }
    }

    fn each<T: Ord>(
        &mut self,
        element: &'static str,
        clause: &Clause<T>,
        problem: impl Fn(&T) -> (String, Option<&'static str>),
    ) {
        if clause.values().is_empty() {
            self.empty(element);
        }
        for value in clause.values() {
            if let (value, Some(problem)) = problem(value) {
                let statement = self.name();
                self.found.push(Violation::Form {
                    statement,
                    element,
                    value,
                    problem,
                });
            }
        }
    }

    fn conditions(&mut self) {
        let conditions = &self.statement.conditions;
        for operator in conditions.without_keys() {
            self.empty(&operator.to_string());
        }
        for condition in conditions {
            if condition.values.is_empty() {
                self.empty(condition.key.as_str());
            }
            if !condition.operator.comparison.as_str().starts_with("Date") {
                continue;
            }
            for value in &condition.values {
                if let Some(problem) = forms::date(value) {
                    let statement = self.name();
                    self.found.push(Violation::Form {
                        statement,
                        element: "Condition",
                        value: value.clone(),
                        problem,
                    });
                }
            }
        }
    }

    fn empty(&mut self, element: &str) {
        let statement = self.name();
        self.found.push(Violation::Empty {
            statement,
            element: element.to_owned(),
        });
    }

    fn sid(&mut self) {
        // Buckets, keys and endpoints accept spaces and more.
        let strict = !matches!(
            self.kind,
            PolicyType::Bucket | PolicyType::Key | PolicyType::Endpoint
        );
        let plain = |sid: &String| sid.chars().all(|c| c.is_ascii_alphanumeric());
        if strict && !self.statement.sid.as_ref().is_none_or(plain) {
            let (kind, statement) = (self.kind.with_article(), self.name());
            self.found
                .push(Violation::SidCharacters { kind, statement });
        }
    }
}

#[cfg(test)]
mod tests;
