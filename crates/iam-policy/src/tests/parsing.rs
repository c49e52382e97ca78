//! Reading and printing.

use proptest::prelude::*;

use super::strategies::any_document;
use crate::{Clause, Document, Effect, Operator, ParseErrorKind, Principal, Statement, Version};

#[test]
fn parse_accepts_every_form() {
    let text = r#"{
        "Statement": {
            "Condition": {
                "stringequals": {"aws:username": "x"},
                "FORANYVALUE:StringLikeIfExists": {"aws:TagKeys": ["b", "a", "a"]},
                "NumericLessThan": {"s3:max-keys": [10, 1.50]},
                "Bool": {"aws:SecureTransport": false},
                "Null": {}
            },
            "Resource": ["*", "*"],
            "Action": "s3:*",
            "Principal": {"AWS": ["*", "111122223333"], "Service": "s3.amazonaws.com"},
            "Effect": "Deny",
            "Sid": ""
        }
    }"#;
    let document = Document::parse(text).unwrap();
    let mut expected = Statement::deny("")
        .principal(Principal::Any)
        .principal(Principal::aws("111122223333"))
        .principal(Principal::service("s3.amazonaws.com"))
        .actions(["s3:*"])
        .resources(["*"])
        .when(Operator::StringEquals, "aws:username", ["x"])
        .when(
            Operator::StringLike.for_any_value().if_exists(),
            "aws:TagKeys",
            ["a", "b"],
        )
        .when(Operator::NumericLessThan, "s3:max-keys", ["10", "1.50"])
        .when(Operator::Bool, "aws:SecureTransport", ["false"]);
    expected
        .conditions
        .insert_without_keys(Operator::Null.into());
    assert_eq!(
        document,
        Document {
            version: Version::V2008,
            id: None,
            statements: vec![expected]
        }
    );
}

#[test]
fn parse_not_elements() {
    let text = r#"{"Version":"2012-10-17","Id":"p","Statement":[
        {"Effect":"Allow","NotAction":["iam:*"],"NotResource":"*","NotPrincipal":"*"}]}"#;
    let statement = Document::parse(text).unwrap().statements.remove(0);
    assert_eq!(statement.effect, Effect::Allow);
    assert_eq!(
        statement.actions,
        Clause::Except(["iam:*".to_owned()].into())
    );
    assert_eq!(
        statement.resources,
        Some(Clause::Except(["*".to_owned()].into()))
    );
    assert_eq!(
        statement.principals,
        Some(Clause::Except([Principal::Any].into()))
    );
}

/// Wraps a statement's members into a document on one line, so that columns are easy to count.
fn refuse(statement: &str) -> (String, ParseErrorKind) {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{{{statement}}}]}}"#);
    let error = Document::parse(&text).unwrap_err();
    assert_eq!(error.line(), 1);
    (error.pointer().to_owned(), error.kind().clone())
}

#[test]
fn parse_error_has_position() {
    let error = Document::parse("{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\"Effect\": \"allow\"}\n  ]\n}")
        .unwrap_err();
    assert_eq!(
        (error.line(), error.column(), error.pointer()),
        (4, 16, "/Statement/0/Effect")
    );
    let expected =
        "line 4, column 16 (`/Statement/0/Effect`): `allow` is not a valid effect; write `Allow`";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn parse_rejects_invalid_policies() {
    let cases = [
        (
            r#""Effect":"Allow","Action":"a:b","action":"a:b""#,
            "/Statement/0/action",
            "`action` is not a valid element",
        ),
        (
            r#""Action":"a:b","Resource":"*""#,
            "/Statement/0",
            "`Effect` is missing",
        ),
        (
            r#""Effect":"Deny","Resource":"*""#,
            "/Statement/0",
            "`Action` is missing",
        ),
        (
            r#""Effect":"Deny","Action":"a","NotAction":"b""#,
            "/Statement/0",
            "cannot be combined",
        ),
        (
            r#""Effect":"Deny","Action":["a",1]"#,
            "/Statement/0/Action/1",
            "`Action` is a number",
        ),
        (
            r#""Effect":"Deny","Action":null"#,
            "/Statement/0/Action",
            "`Action` is null",
        ),
        (
            r#""Effect":"Deny","Action":"a","Principal":"x""#,
            "/Statement/0/Principal",
            "the principal `x` is a string; write an object such as `{\"AWS\": ",
        ),
        (
            r#""Effect":"Deny","Action":"a","Principal":{"aws":"x"}"#,
            "/Statement/0/Principal/aws",
            "not a valid element",
        ),
        (
            r#""Effect":"Deny","Action":"a","Condition":{"Equals":{}}"#,
            "/Statement/0/Condition/Equals",
            "`Equals`",
        ),
        (
            r#""Effect":"Deny","Action":"a","Condition":{"Bool":"x"}"#,
            "/Statement/0/Condition/Bool",
            "an object",
        ),
        (
            r#""Effect":"Deny","Action":"a","Condition":{"Null":{"aws:RequestTag/p":[{}]}}"#,
            "/Statement/0/Condition/Null/aws:RequestTag~1p/0",
            "is an object",
        ),
        (
            r#""Effect":"Deny","Action":"a","Condition":{"Bool":{"k:a":"x"},"bool":{"K:A":"y"}}"#,
            "/Statement/0/Condition/bool/K:A",
            "is repeated",
        ),
        (
            r#""Sid":"A","Effect":"Deny","Action":"a"},{"Sid":"A","Effect":"Deny","Action":"a""#,
            "/Statement/1",
            "unique",
        ),
    ];
    for (statement, pointer, message) in cases {
        let (found, problem) = refuse(statement);
        assert_eq!(found, pointer, "{statement}");
        assert!(problem.to_string().contains(message), "{problem}");
    }
    for (text, message) in [
        ("[]", "must be an object"),
        ("{}", "`Statement` is missing"),
        (
            r#"{"Version":"2017-10-17","Statement":[]}"#,
            "write `2012-10-17`",
        ),
        (r#"{"Version":2012,"Statement":[]}"#, "is a number"),
        (r#"{"Statement":"x"}"#, "an object or a list of objects"),
        (r#"{"Statement":[]"#, "found the end of the document"),
    ] {
        let error = Document::parse(text).unwrap_err().to_string();
        assert!(error.contains(message), "{text}: {error}");
    }
}

proptest! {
    #[test]
    fn parse_reads_printed_documents(document in any_document()) {
        for text in [document.to_json(), document.to_json_pretty()] {
            let read = Document::parse(&text).unwrap();
            prop_assert_eq!(&read, &document);
        }
        let again = Document::parse(&document.to_json()).unwrap().to_json();
        prop_assert_eq!(again, document.to_json());
    }

    #[test]
    fn parse_never_panics_on_damaged_documents(document in any_document(), cut in any::<prop::sample::Index>(), junk in ".{0,3}") {
        let text = document.to_json();
        let chars: Vec<char> = text.chars().collect();
        let at = cut.index(chars.len());
        let head: String = chars[..at].iter().collect();
        let tail: String = chars[at + 1..].iter().collect();
        for damaged in [head.clone(), format!("{head}{junk}{tail}")] {
            if let Err(error) = Document::parse(&damaged) {
                prop_assert!(!error.to_string().contains('\n'));
            }
        }
    }
}
