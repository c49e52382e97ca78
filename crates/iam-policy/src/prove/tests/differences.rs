//! Differences between policies.

use crate::evaluate::{Caller, PolicySet};
use crate::prove::{Question, difference};
use crate::{Document, Operator, Statement};

fn question() -> Question {
    Question::new(Caller::from_arn("arn:aws:iam::123456789012:role/r").unwrap())
}

fn set(statements: impl IntoIterator<Item = Statement>) -> PolicySet {
    PolicySet::new().identity("p", &Document::new(statements))
}

#[test]
fn difference_names_each_pattern_once() {
    let before = set([Statement::allow("A")
        .actions(["s3:GetObject"])
        .resources(["arn:aws:s3:::a/*"])]);
    let after = set([
        Statement::allow("A")
            .actions(["s3:Get*", "s3:PutObject"])
            .resources(["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"]),
        Statement::deny("D")
            .actions(["s3:GetObject"])
            .resources(["arn:aws:s3:::a/secret/*"]),
    ]);
    let found = difference(&before, &after, &question());
    let gained: Vec<(&str, &str)> = found
        .gained
        .iter()
        .map(|change| (change.action.as_str(), change.resource.as_str()))
        .collect();
    assert_eq!(
        gained,
        [
            ("s3:Get*", "arn:aws:s3:::a/*"),
            ("s3:Get*", "arn:aws:s3:::b/*"),
            ("s3:PutObject", "arn:aws:s3:::a/*"),
            ("s3:PutObject", "arn:aws:s3:::b/*"),
        ]
    );
    let lost: Vec<&str> = found
        .lost
        .iter()
        .map(|c| c.example.request.resource())
        .collect();
    assert_eq!(lost, ["arn:aws:s3:::a/secret/"]);
    assert_eq!(found.not_decided, None);
    assert!(!found.is_none());
}

#[test]
fn difference_sees_conditions() {
    let allow = |operator| {
        set([Statement::allow("A")
            .actions(["sagemaker:CreateModel"])
            .resources(["*"])
            .when(operator, "aws:RequestTag/p", ["a"])])
    };
    let strict = allow(Operator::StringEquals.into());
    let loose = allow(Operator::StringEquals.if_exists());
    assert!(difference(&strict, &strict, &question()).is_none());
    let found = difference(&strict, &loose, &question());
    assert!(found.lost.is_empty());
    assert!(
        found
            .to_string()
            .starts_with("gains `sagemaker:CreateModel` on `*`, such as"),
        "{found}"
    );
}

#[test]
fn difference_of_inverted_elements_ends() {
    let some = set([Statement::allow("")
        .not_actions(["iam:*"])
        .not_resources(["arn:aws:s3:::b/*"])]);
    let all = set([Statement::allow("").actions(["*"]).resources(["*"])]);
    let found = difference(&some, &all, &question().actions(["s3:*", "iam:*"]));
    let patterns: Vec<String> = found
        .gained
        .iter()
        .map(|c| format!("{} {}", c.action, c.resource))
        .collect();
    assert_eq!(patterns, ["* *"]);
    assert!(difference(&all, &some, &question()).gained.is_empty());
}
