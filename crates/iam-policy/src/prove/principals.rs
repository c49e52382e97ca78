//! Questions about all principals of a pattern.
//!
//! Policies name principals by their ARNs, without wildcards, or test the ARN in conditions. So a
//! question about a pattern is one question for each principal of it that a policy names, and one
//! for all others, in which the ARN is a context key with a value of that shape.

use std::collections::BTreeSet;

use super::budget::Budget;
use super::language::{self, Chars, Languages, Row, Step, text};
use super::question::{Given, Question};
use crate::evaluate::Caller;
use crate::evaluate::policies::PolicySet;
use crate::pattern::{Case, Pattern};
use crate::{ConditionKey, Principal};

/// The ARNs of a question about all principals of a pattern, apart from those that policies name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Arns {
    patterns: Vec<Row>,
    form: Row,
    excluded: Vec<Row>,
}

impl Arns {
    /// The ARN matches a pattern, and has the form of one.
    pub(super) fn inside(&self) -> [Vec<Row>; 2] {
        [self.patterns.clone(), vec![self.form.clone()]]
    }

    /// The ARN is none of these.
    pub(super) fn outside(&self) -> Vec<Row> {
        self.excluded.clone()
    }

    fn example(&self) -> Option<String> {
        let mut languages = Languages::default();
        let inside = self.inside().map(|rows| languages.add(rows));
        let outside = languages.add(self.outside());
        let found = languages.find(&inside, &[outside], &mut Budget::new(1_000_000));
        found.ok()?.map(|arn| arn.to_string())
    }
}

/// The key with the ARN of the caller.
pub(super) fn principal_arn() -> ConditionKey {
    "aws:PrincipalArn".into()
}

/// The questions that a question about patterns of principals stands for; itself, if it names its
/// caller.
pub(super) fn questions(question: &Question, sets: &[&PolicySet]) -> Vec<Question> {
    if question.principals.is_empty() {
        return vec![question.clone()];
    }
    let patterns: Vec<Pattern> = question
        .principals
        .iter()
        .map(|pattern| Pattern::wildcard(pattern))
        .collect();
    let kind = kind(&question.caller);
    let named: BTreeSet<&str> = sets
        .iter()
        .flat_map(|set| set.groups())
        .flat_map(|(_, group)| group)
        .flat_map(|policy| &policy.statements)
        .filter_map(|statement| statement.principals.as_ref())
        .flat_map(|principals| principals.values())
        .filter_map(|principal| match principal {
            Principal::Aws(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let mut all = Vec::new();
    for name in &named {
        let is_one = patterns.iter().any(|p| p.matches(name, Case::Sensitive));
        if let (true, Ok(caller)) = (is_one, Caller::from_arn(name))
            && self::kind(&caller) == kind
            && caller.arn() == Some(name)
        {
            all.push(Question {
                caller,
                principals: Vec::new(),
                ..question.clone()
            });
        }
    }
    let mut form = text(&kind);
    let chars = Chars::Ranges(vec![
        ('+', '9'),
        ('=', '='),
        ('@', 'Z'),
        ('_', '_'),
        ('a', 'z'),
    ]);
    form.push(Step::one(chars.clone()));
    form.push(Step::many(chars));
    let mut linked = text(&format!("{kind}aws-service-role/"));
    linked.push(Step::many(Chars::Any));
    let arns = Arns {
        patterns: patterns
            .iter()
            .map(|p| language::tokens(p.tokens()))
            .collect(),
        form,
        excluded: named
            .iter()
            .map(|name| text(name))
            .chain([linked])
            .collect(),
    };
    if let Some(caller) = arns.example().and_then(|arn| Caller::from_arn(&arn).ok()) {
        let mut others = Question {
            caller,
            principals: Vec::new(),
            ..question.clone()
        };
        if matches!(others.caller, Caller::User(_)) {
            others = others.any_context("aws:username");
        }
        others
            .context
            .insert(principal_arn(), Given::Principal(arns));
        all.push(others);
    }
    all
}

/// What the ARNs of the caller's kind, partition and account begin with.
fn kind(caller: &Caller) -> String {
    let arn = caller.arn().unwrap_or_default();
    match arn.split_once('/') {
        Some((kind, _)) => format!("{kind}/"),
        None => arn.to_owned(),
    }
}
