//! Each operator with a value, and without one: questions whose answers follow from what AWS says of
//! the operator. <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use serde_json::json;

use crate::evaluate::{Caller, PolicySet};
use crate::prove::{Question, prove};
use crate::{Document, Operator, Statement};

/// An operator, its operand, a value of the key, and whether the condition is true of it.
const ROWS: [(&str, &str, &str, bool); 42] = [
    ("StringEquals", "fraud", "fraud", true),
    ("StringEquals", "fraud", "Fraud", false),
    ("StringEquals", "fr*", "fraud", false),
    ("StringNotEquals", "fraud", "fraud", false),
    ("StringNotEquals", "fraud", "churn", true),
    ("StringNotEquals", "fr*", "fraud", true),
    ("StringEqualsIgnoreCase", "fraud", "FRAUD", true),
    ("StringEqualsIgnoreCase", "fraud", "frauds", false),
    ("StringNotEqualsIgnoreCase", "fraud", "FRAUD", false),
    ("StringNotEqualsIgnoreCase", "fraud", "", true),
    ("StringLike", "fr?ud", "fraud", true),
    ("StringLike", "fr?ud", "frud", false),
    ("StringLike", "*/models/*", "fraud/models/", true),
    ("StringLike", "*/models/*", "fraud/Models/", false),
    ("StringNotLike", "fr*", "fraud", false),
    ("StringNotLike", "fr*", "afraid", true),
    ("NumericEquals", "10", "10.0", true),
    ("NumericEquals", "10", "11", false),
    ("NumericNotEquals", "10", "10", false),
    ("NumericNotEquals", "10", "9", true),
    ("NumericLessThan", "10", "9.5", true),
    ("NumericLessThan", "10", "10", false),
    ("NumericLessThanEquals", "10", "10", true),
    ("NumericGreaterThan", "-1", "0", true),
    ("NumericGreaterThanEquals", "10", "9", false),
    (
        "DateEquals",
        "2026-01-01T00:00:00Z",
        "2026-01-01T01:00:00+01:00",
        true,
    ),
    (
        "DateNotEquals",
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:01Z",
        true,
    ),
    (
        "DateLessThan",
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z",
        false,
    ),
    (
        "DateLessThanEquals",
        "2026-01-01T00:00:00Z",
        "2025-12-31T23:59:59Z",
        true,
    ),
    (
        "DateGreaterThan",
        "2026-01-01T00:00:00Z",
        "2026-06-30T12:00:00Z",
        true,
    ),
    (
        "DateGreaterThanEquals",
        "2026-01-01T00:00:00Z",
        "2025-12-31T23:59:59Z",
        false,
    ),
    ("Bool", "true", "true", true),
    ("Bool", "true", "false", false),
    ("IpAddress", "10.0.0.0/8", "10.255.255.255", true),
    ("IpAddress", "10.0.0.0/8", "11.0.0.0", false),
    ("IpAddress", "2001:db8::/32", "2001:db8:ffff::1", true),
    ("NotIpAddress", "10.0.0.0/8", "10.1.2.3", false),
    ("NotIpAddress", "10.0.0.0/8", "192.0.2.1", true),
    (
        "ArnEquals",
        "arn:aws:s3:::lake*",
        "arn:aws:s3:::lake-1",
        true,
    ),
    (
        "ArnLike",
        "arn:aws:iam::*:role/a",
        "arn:aws:iam::123456789012:role/a",
        true,
    ),
    (
        "ArnNotEquals",
        "arn:aws:s3:::lake",
        "arn:aws:s3:::lake",
        false,
    ),
    ("ArnNotLike", "arn:*:s3:::lake", "arn:aws:sns:::lake", true),
];

/// The key that is compared, of a type that takes every value.
const KEY: &str = "aws:RequestTag/value";

/// The policies that allow everything when the condition is true, or when it is not.
fn policies(effect: &str, operator: &str, operand: &str) -> PolicySet {
    let condition = json!({ operator: { KEY: operand } });
    let everything = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let mut statement = everything.clone();
    statement["Effect"] = effect.into();
    statement["Condition"] = condition;
    let statements = match effect {
        "Deny" => json!([everything, statement]),
        _ => json!([statement]),
    };
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    let document = Document::parse(&document.to_string()).unwrap();
    PolicySet::new().identity("policy", &document)
}

fn question() -> Question {
    let role = Caller::from_arn("arn:aws:iam::123456789012:role/member").unwrap();
    Question::new(role).actions(["sagemaker:CreateModel"])
}

/// The question about requests without the key.
fn without_key() -> Question {
    let missing = Statement::allow("").when(Operator::Null, KEY, ["true"]);
    question().conditions(&missing.conditions)
}

#[test]
fn operators_have_known_answers() {
    let mut wrong = Vec::new();
    let mut count = 0;
    let mut check = |name: String, policies: &PolicySet, question: &Question, allowed: bool| {
        count += 1;
        let answer = prove(policies, question);
        if answer.holds() == allowed || answer.counterexample().is_some() != allowed {
            wrong.push(format!("{name}: {answer}"));
        }
    };
    for (operator, operand, value, is_true) in ROWS {
        let with_key = question().context(KEY, [value]);
        // "If the condition requires that the key is not matched […] and the right key is not present,
        // the condition is true."
        let is_true_without = operator.contains("Not");
        let if_exists = format!("{operator}IfExists");
        for (effect, when_true) in [("Allow", true), ("Deny", false)] {
            let name = |what: &str| format!("{effect} {operator} {operand}, {what}");
            let plain = policies(effect, operator, operand);
            check(name(value), &plain, &with_key, is_true == when_true);
            check(
                name("no key"),
                &plain,
                &without_key(),
                is_true_without == when_true,
            );
            let optional = policies(effect, &if_exists, operand);
            check(
                name("IfExists, no key"),
                &optional,
                &without_key(),
                when_true,
            );
            check(name("IfExists"), &optional, &with_key, is_true == when_true);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(count, ROWS.len() * 8);
}
