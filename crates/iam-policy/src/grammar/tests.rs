use super::*;
use crate::{Operator, Principal};

fn messages(document: &Document, kind: PolicyType) -> Vec<String> {
    document
        .check(kind)
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn check_identity_policies() {
    let good = Document::new([Statement::allow("A1").actions(["s3:*"]).resources(["*"])]);
    assert_eq!(good.check(PolicyType::Managed), []);
    let mut bad = Document::new([
        Statement::allow("A 1")
            .actions(["s3:*"])
            .principal(Principal::Any),
        Statement::allow("B").actions(["s3:*"]).resources(["*"]),
        Statement::deny("B").actions(["s3:*"]).resources(["*"]),
    ]);
    bad.id = Some("x".into());
    assert_eq!(
        messages(&bad, PolicyType::Boundary),
        [
            "the document has an `Id`, which a permissions boundary cannot have; remove it",
            "statement `A 1` has a `Principal`, which a permissions boundary cannot have; remove it",
            "statement `A 1` has no `Resource`; add it",
            "the `Sid` of statement `A 1` contains characters other than letters and digits, which a permissions boundary does not allow",
            "the `Sid` `B` is used by multiple statements; make it unique",
        ]
    );
    assert_eq!(
        messages(&Document::new([]), PolicyType::Managed),
        ["the document has no statement; add one"]
    );
}

#[test]
fn check_policies_with_principals() {
    let trust = Statement::allow("")
        .principal(Principal::service("a"))
        .actions(["sts:AssumeRole"]);
    assert_eq!(Document::new([trust.clone()]).check(PolicyType::Trust), []);
    let bucket = trust.resources(["*"]);
    let mut document = Document::new([bucket.clone()]);
    document.id = Some("Policy 1".into());
    assert_eq!(document.check(PolicyType::Bucket), []);
    assert_eq!(
        messages(&document, PolicyType::Trust),
        ["statement 1 has a `Resource`, which a trust policy cannot have; remove it"]
    );
}

#[test]
fn check_measures_exact_size() {
    let empty = Document::new([Statement::deny("").actions(["s3:"]).resources(["*"])]).size();
    let with = |n: usize| {
        Document::new([Statement::deny("")
            .actions([format!("s3:{}", "a".repeat(n))])
            .resources(["*"])])
    };
    assert_eq!(with(6_144 - empty).check(PolicyType::Managed), []);
    assert_eq!(
        messages(&with(6_146 - empty), PolicyType::Managed),
        [
            "the document has 6146 characters, 2 more than the limit of 6144 for a managed policy; shorten or split it"
        ]
    );
}

#[derive(serde::Deserialize)]
struct Row {
    name: String,
    kind: String,
    accepted: bool,
    document: serde_json::Value,
}

/// The emulator of `tests/emulator` judges the same documents, so that both have one grammar.
#[test]
fn check_agrees_with_the_shared_table() {
    let rows: Vec<Row> = serde_json::from_str(include_str!("documents.json")).unwrap();
    assert!(rows.len() > 100);
    let mut wrong = Vec::new();
    for row in rows {
        let kind: PolicyType = row.kind.parse().unwrap();
        let text = match &row.document {
            serde_json::Value::String(text) => text.clone(),
            document => document.to_string(),
        };
        let problem = match Document::parse(&text) {
            Err(error) => Some(error.to_string()),
            Ok(document) => document.check(kind).first().map(ToString::to_string),
        };
        if problem.is_none() != row.accepted {
            wrong.push(format!("{} ({}): {problem:?}", row.name, row.kind));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn check_names_value_and_remedy() {
    let document = Document::new([Statement::allow("Read")
        .actions(["s*:GetObject"])
        .resources(["bucket/*"])
        .when(Operator::DateLessThan, "aws:CurrentTime", ["01/02/2026"])]);
    assert_eq!(
        messages(&document, PolicyType::Managed),
        [
            "`s*:GetObject` in `Action` of statement `Read` has no valid prefix: it can contain letters, digits and \
             hyphens, but no wildcard; name the service",
            "`bucket/*` in `Resource` of statement `Read` is not an ARN; write an ARN such as `arn:aws:s3:::bucket/*`, or `*`",
            "`01/02/2026` in `Condition` of statement `Read` is not a date; write one such as `2026-11-22T06:40:00Z`, \
             or seconds since 1970",
        ]
    );
}
