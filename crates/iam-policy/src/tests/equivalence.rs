//! Equivalence by example and by law. That equivalent documents decide alike is tested with the
//! evaluator.

use proptest::prelude::*;

use super::strategies::document;
use crate::{Document, equivalent};

fn parse(statements: &str) -> Document {
    Document::parse(&format!(
        r#"{{"Version":"2012-10-17","Statement":{statements}}}"#
    ))
    .unwrap()
}

#[test]
fn equivalent_ignores_spelling() {
    let cases = [
        // Order, lists of one, repetition, case of actions, Sid.
        (
            r#"{"Sid":"A","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":["*"]}"#,
            r#"[{"Effect":"Allow","Resource":"*","Action":["S3:putobject","s3:GetObject","s3:getobject"]}]"#,
        ),
        // Spread over statements.
        (
            r#"{"Effect":"Allow","Action":["a:X","a:Y"],"Resource":["r1","r2"]}"#,
            r#"[{"Effect":"Allow","Action":"a:Y","Resource":["r2","r1"]},
                {"Effect":"Allow","Action":"a:X","Resource":"r1"},
                {"Effect":"Allow","Action":"a:X","Resource":"r2"}]"#,
        ),
        // Covered actions and resources.
        (
            r#"{"Effect":"Deny","Action":["a:*","a:X"],"Resource":["*","r1"]}"#,
            r#"{"Effect":"Deny","Action":"A:**","Resource":"*"}"#,
        ),
        // Conditions.
        (
            r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{
                "ArnNotEqualsIfExists":{"aws:PrincipalArn":"x"},
                "StringLike":{"aws:SourceVpce":["a","b"]},
                "Bool":{"aws:SecureTransport":false}}}"#,
            r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{
                "stringequals":{"aws:sourcevpce":["b","a"]},
                "bool":{"aws:securetransport":"FALSE"},
                "ArnNotLike":{"AWS:PrincipalArn":["x"]}}}"#,
        ),
        // A statement about nothing.
        (r#"[{"Effect":"Deny","Action":[],"Resource":"*"}]"#, "[]"),
        // Principals.
        (
            r#"{"Effect":"Allow","Action":"a:X","Principal":"*","Resource":"*"}"#,
            r#"{"Effect":"Allow","Action":"a:X","Principal":{"AWS":["*"]},"Resource":"*"}"#,
        ),
    ];
    for (a, b) in cases {
        assert!(equivalent(&parse(a), &parse(b)), "{a}\n{b}");
    }
}

/// Whether two values of an operator are the same.
fn same_values(operator: &str, one: &str, other: &str) -> bool {
    let with = |value: &str| {
        parse(&format!(
            r#"{{"Effect":"Deny","Action":"*","Resource":"*","Condition":{{"{operator}":{{"k:k":{value}}}}}}}"#
        ))
    };
    let same = equivalent(&with(one), &with(other));
    assert_eq!(same, equivalent(&with(other), &with(one)));
    same
}

#[test]
fn equivalent_reads_values_as_their_operator_does() {
    for (operator, one, other) in [
        ("NumericEquals", "10", r#""10.0""#),
        ("NumericLessThanIfExists", r#""-0.50""#, r#""-00.5""#),
        ("NumericEquals", r#""-0""#, "0"),
        ("IpAddress", r#""192.0.2.1""#, r#""192.0.2.1/32""#),
        ("NotIpAddress", r#""192.0.2.77/24""#, r#""192.0.2.0/24""#),
        ("NotIpAddress", r#""198.51.100.7/0""#, r#""0.0.0.0/0""#),
        (
            "IpAddress",
            r#""2001:DB8::0:1""#,
            r#""2001:db8:0:0::1/128""#,
        ),
        ("IpAddress", r#""::1/0""#, r#""::/0""#),
        (
            "DateLessThan",
            r#""2026-11-22T06:40:00Z""#,
            r#""2026-11-22T07:40:00.000+01:00""#,
        ),
        ("DateLessThan", r#""1970-01-02""#, "86400"),
        ("Bool", "true", r#""True""#),
        ("StringEqualsIgnoreCase", r#""Alice""#, r#""ALICE""#),
    ] {
        assert!(
            same_values(operator, one, other),
            "{operator} {one} {other}"
        );
    }
    for (operator, one, other) in [
        ("NumericEquals", "10", "100"),
        ("NumericEquals", r#""0.1""#, r#""0.01""#),
        ("NumericEquals", r#""read 1.""#, "1"),
        ("IpAddress", r#""192.0.2.0/24""#, r#""192.0.2.0/25""#),
        ("IpAddress", r#""192.0.2.0/33""#, r#""192.0.2.0/32""#),
        (
            "DateLessThan",
            r#""2026-11-22T06:40:00Z""#,
            r#""2026-11-22T06:40:00+01:00""#,
        ),
        ("DateLessThan", r#""0""#, r#""never""#),
        ("StringEquals", "10", r#""10.0""#),
        (
            "StringEqualsIgnoreCase",
            r#""${aws:username}""#,
            r#""${AWS:USERNAME, 'x'}""#,
        ),
    ] {
        assert!(
            !same_values(operator, one, other),
            "{operator} {one} {other}"
        );
    }
}

#[test]
fn equivalent_takes_a_root_arn_for_its_account() {
    let with = |member: &str, principal: &str| {
        parse(&format!(
            r#"{{"Effect":"Deny","{member}":{{"AWS":{principal}}},"Action":"*","Resource":"*"}}"#
        ))
    };
    let root = r#""arn:aws:iam::123456789012:root""#;
    for member in ["Principal", "NotPrincipal"] {
        let account = with(member, r#""123456789012""#);
        assert!(equivalent(&account, &with(member, root)));
        assert!(equivalent(
            &account,
            &with(member, &format!(r#"[{root}, "123456789012"]"#))
        ));
        for other in [
            r#""arn:aws:iam::111122223333:root""#,
            r#""arn:aws:iam::123456789012:role/root""#,
        ] {
            assert!(!equivalent(&account, &with(member, other)), "{other}");
        }
    }
}

#[test]
fn equivalent_rejects_other_meanings() {
    let cases = [
        (
            r#"{"Effect":"Allow","Action":"a:X","Resource":"r"}"#,
            r#"{"Effect":"Deny","Action":"a:X","Resource":"r"}"#,
        ),
        (
            r#"{"Effect":"Allow","Action":"a:X","Resource":"r"}"#,
            r#"{"Effect":"Allow","Action":"a:X","Resource":"R"}"#,
        ),
        (
            r#"{"Effect":"Allow","Action":"a:X","Resource":"r"}"#,
            r#"{"Effect":"Allow","Action":["a:X","a:Y"],"Resource":"r"}"#,
        ),
        // Pairs are not products.
        (
            r#"{"Effect":"Allow","Action":["a:X","a:Y"],"Resource":["r1","r2"]}"#,
            r#"[{"Effect":"Allow","Action":"a:X","Resource":"r1"},{"Effect":"Allow","Action":"a:Y","Resource":"r2"}]"#,
        ),
        // Two exceptions in one statement are not one exception in each of two.
        (
            r#"{"Effect":"Deny","NotAction":["a:X","a:Y"],"Resource":"*"}"#,
            r#"[{"Effect":"Deny","NotAction":"a:X","Resource":"*"},{"Effect":"Deny","NotAction":"a:Y","Resource":"*"}]"#,
        ),
        // Two keys under one Null are ANDed.
        (
            r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Null":{"a:a":"true","b:b":"true"}}}"#,
            r#"[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Null":{"a:a":"true"}}},
                {"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Null":{"b:b":"true"}}}]"#,
        ),
        (
            r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringLike":{"a:a":"x*"}}}"#,
            r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"a:a":"x*"}}}"#,
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEqualsIfExists":{"a:a":"x"}}}"#,
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a:a":"x"}}}"#,
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a:a":"x"}}}"#,
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a:a":"X"}}}"#,
        ),
    ];
    for (a, b) in cases {
        assert!(!equivalent(&parse(a), &parse(b)), "{a}\n{b}");
    }
}

#[test]
fn equivalent_compares_version_of_variables() {
    let text = |version: &str, resource: &str| {
        let text = format!(
            r#"{{"Version":"{version}","Statement":{{"Effect":"Allow","Action":"*","Resource":"{resource}"}}}}"#
        );
        Document::parse(&text).unwrap()
    };
    assert!(equivalent(
        &text("2008-10-17", "r"),
        &text("2012-10-17", "r")
    ));
    assert!(!equivalent(
        &text("2008-10-17", "${a:b}"),
        &text("2012-10-17", "${a:b}")
    ));
}

#[test]
fn equivalent_compares_large_documents() {
    let many = |n: usize, prefix: &str| {
        (0..n)
            .map(|i| format!("\"{prefix}{i}\""))
            .collect::<Vec<_>>()
            .join(",")
    };
    let huge = |n| {
        parse(&format!(
            r#"{{"Effect":"Allow","Action":[{}],"Resource":[{}]}}"#,
            many(n, "a:A"),
            many(900, "r")
        ))
    };
    assert!(equivalent(&huge(900), &huge(900)));
    assert!(!equivalent(&huge(900), &huge(899)));
}

proptest! {
    #[test]
    fn equivalent_ignores_order_and_repetition(
        (a, shuffled) in document().prop_flat_map(|d| {
            let twice: Vec<_> = d.statements.iter().chain(&d.statements).cloned().collect();
            (Just(d), Just(twice).prop_shuffle())
        }),
    ) {
        let mut b = Document { statements: shuffled, id: Some("id".into()), ..a.clone() };
        b.statements.iter_mut().for_each(|s| s.sid = None);
        prop_assert!(equivalent(&a, &b) && equivalent(&b, &a));
    }

    #[test]
    fn equivalent_is_an_equivalence_relation(a in document(), b in document(), c in document()) {
        prop_assert!(equivalent(&a, &a));
        prop_assert_eq!(equivalent(&a, &b), equivalent(&b, &a));
        prop_assert!(!(equivalent(&a, &b) && equivalent(&b, &c)) || equivalent(&a, &c));
    }
}
