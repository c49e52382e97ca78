//! Documents and requests from bytes, with so few distinct strings that requests often match
//! statements.

use std::collections::BTreeSet;

use arbitrary::Unstructured;
use iam_policy::evaluate::{Caller, Request};
use iam_policy::{
    Clause, Condition, ConditionOperator, Conditions, Document, Effect, Operator, Principal,
    SetQualifier, Statement, Version,
};

const ACTIONS: &[&str] = &[
    "*",
    "s3:*",
    "s3:Get*",
    "s3:GetObject",
    "S3:getobject",
    "s3:Put?bject",
    "sqs:*",
    "sqs:Send",
    "*:*Object",
    "kms:Decrypt",
    "sagemaker:Create*",
    "sagemaker:CreateModel",
];
const ASKED_ACTIONS: &[&str] = &[
    "s3:GetObject",
    "s3:PutObject",
    "SQS:SEND",
    "kms:Decrypt",
    "sagemaker:CreateModel",
    "iam:GetRole",
];
const RESOURCES: &[&str] = &[
    "*",
    "arn:aws:s3:::data/*",
    "arn:aws:s3:::data/a",
    "arn:aws:s3:::data/${aws:PrincipalTag/user}/*",
    "arn:aws:s3:::data/${aws:PrincipalTag/none, 'a'}",
    "arn:aws:s3:::data/${*}${?}${$}",
    "arn:aws:sqs:*:111122223333:q?",
    "arn:aws:sqs:eu-*-1:111122223333:q1",
    "arn:*:b",
    "arn:aws:sqs",
];
const ASKED_RESOURCES: &[&str] = &[
    "*",
    "arn:aws:s3:::data/a",
    "arn:aws:s3:::data/a/b",
    "arn:aws:s3:::data/*?$",
    "arn:aws:sqs:eu-west-1:111122223333:q1",
    "arn:aws:sqs:eu-west-1:444455556666:q1:b",
];
const KEYS: &[&str] = &[
    "aws:TagKeys",
    "aws:PrincipalTag/user",
    "AWS:principaltag/USER",
    "k:one",
    "aws:SourceIp",
    "aws:RequestTag/project",
];
const VALUES: &[&str] = &[
    "a",
    "A",
    "b*",
    "bc",
    "",
    "true",
    "False",
    "7",
    "7.0",
    "-3",
    "192.0.2.9",
    "192.0.2.0/24",
    "2001:db8::/32",
    "2026-01-01",
    "1767225600",
    "arn:aws:s3:::data/*",
    "arn:aws:s3:::data/a",
    "${aws:PrincipalTag/user}",
    "${*}",
    "${k:one, 'a'}",
    "ß",
];
const CALLERS: &[&str] = &[
    "arn:aws:iam::111122223333:role/r",
    "arn:aws:sts::111122223333:assumed-role/r/s",
    "arn:aws:iam::111122223333:user/u",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::444455556666:user/u",
];
/// What texts that are none of the words are made of.
const LETTERS: &[&str] = &[
    "a", "b", "A", "*", "?", "$", "{", "}", "${", "'", ", '", ":", "/", ".", "1", "-", " ", "é",
    "${*}", "'}",
];

/// Makes things of bytes; when they run out, the simplest things.
pub(crate) struct Maker<'d>(Unstructured<'d>);

impl<'d> Maker<'d> {
    pub(crate) fn new(data: &'d [u8]) -> Self {
        Self(Unstructured::new(data))
    }

    /// A number from 0 to `most`.
    pub(crate) fn upto(&mut self, most: usize) -> usize {
        self.0.int_in_range(0..=most).unwrap_or_default()
    }

    /// True once in `n`, and when no bytes are left.
    pub(crate) fn rarely(&mut self, n: usize) -> bool {
        self.upto(n.saturating_sub(1)) == 0 && !self.0.is_empty()
    }

    fn pick<T: Copy>(&mut self, words: &[T]) -> Option<T> {
        self.0.choose(words).ok().copied()
    }

    /// One of the words, or now and then something else.
    fn text(&mut self, words: &[&str]) -> String {
        if self.rarely(8) {
            (0..self.upto(8))
                .filter_map(|_| self.pick(LETTERS))
                .collect()
        } else {
            self.pick(words).unwrap_or_default().to_owned()
        }
    }

    fn texts(&mut self, least: usize, most: usize, words: &[&str]) -> BTreeSet<String> {
        let count = least + self.upto(most.saturating_sub(least));
        (0..count).map(|_| self.text(words)).collect()
    }

    fn clause<T: Ord>(&mut self, values: BTreeSet<T>) -> Clause<T> {
        if self.rarely(5) {
            Clause::Except(values)
        } else {
            Clause::Only(values)
        }
    }

    /// A document of an identity policy.
    pub(crate) fn document(&mut self, most: usize) -> Document {
        let count = self.upto(most);
        let statements: Vec<Statement> = (0..count).map(|index| self.statement(index)).collect();
        Document {
            version: if self.rarely(10) {
                Version::V2008
            } else {
                Version::V2012
            },
            ..Document::new(statements)
        }
    }

    fn statement(&mut self, index: usize) -> Statement {
        let least = usize::from(!self.rarely(20));
        let (actions, mut resources) = (
            self.texts(least, 3, ACTIONS),
            self.texts(least, 3, RESOURCES),
        );
        if self.rarely(8) {
            // Enough to have to be split.
            resources.extend((0..self.upto(120)).map(|n| format!("arn:aws:s3:::data/{n}/a")));
        }
        Statement {
            // Unique within the document, though not among several.
            sid: (!self.rarely(3)).then(|| format!("S{index}")),
            effect: if self.rarely(3) {
                Effect::Deny
            } else {
                Effect::Allow
            },
            principals: None,
            actions: self.clause(actions),
            resources: Some(self.clause(resources)),
            conditions: self.conditions(),
        }
    }

    fn conditions(&mut self) -> Conditions {
        let count = self.upto(2);
        let conditions = (0..count).map(|_| {
            let least = usize::from(!self.rarely(20));
            Condition {
                operator: self.operator(),
                key: self.text(KEYS).into(),
                values: self.texts(least, 3, VALUES),
            }
        });
        conditions.collect()
    }

    fn operator(&mut self) -> ConditionOperator {
        let plain =
            ConditionOperator::from(self.pick(&Operator::ALL).unwrap_or(Operator::StringEquals));
        let qualifier = match self.upto(4) {
            3 => Some(SetQualifier::ForAllValues),
            4 => Some(SetQualifier::ForAnyValue),
            _ => None,
        };
        let operator = ConditionOperator { qualifier, ..plain };
        if self.rarely(4) {
            operator.if_exists()
        } else {
            operator
        }
    }

    /// The same statements with principals, as a resource policy has them.
    pub(crate) fn with_principals(&mut self, mut document: Document) -> Document {
        for statement in &mut document.statements {
            let names = [
                Principal::Any,
                Principal::aws("111122223333"),
                Principal::aws("arn:aws:iam::111122223333:role/r"),
                Principal::aws("arn:aws:iam::444455556666:user/u"),
                Principal::service("sagemaker.amazonaws.com"),
            ];
            let chosen = names.into_iter().filter(|_| self.upto(2) == 0).collect();
            statement.principals = Some(self.clause(chosen));
        }
        document
    }

    /// A request.
    pub(crate) fn request(&mut self) -> Request {
        let caller = self
            .pick(CALLERS)
            .and_then(|arn| Caller::from_arn(arn).ok());
        let caller = match self.upto(11) {
            10 => Caller::Service("sagemaker.amazonaws.com".to_owned()),
            11 => Caller::Anonymous,
            _ => caller.unwrap_or(Caller::Anonymous),
        };
        let (action, resource) = (self.text(ASKED_ACTIONS), self.text(ASKED_RESOURCES));
        let request = Request::new(caller, action, resource);
        (0..self.upto(4)).fold(request, |request, _| {
            let key = self.text(KEYS);
            let values: Vec<String> = (0..self.upto(2)).map(|_| self.text(VALUES)).collect();
            request.context(key, values)
        })
    }

    /// Some requests.
    pub(crate) fn requests(&mut self) -> Vec<Request> {
        (0..=self.upto(7)).map(|_| self.request()).collect()
    }
}
