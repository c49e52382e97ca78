//! Every condition operator, with the edges that the AWS pages document.

use crate::evaluate::{Caller, PolicySet, Request};
use crate::{Document, Operator, Statement, Version};

fn request() -> Request {
    Request::new(
        Caller::from_arn("arn:aws:iam::111122223333:role/r").unwrap(),
        "a:X",
        "*",
    )
}

fn document(operator: &str, policy: &[&str], version: Version) -> Document {
    let statement = Statement::allow("").actions(["*"]).resources(["*"]).when(
        Operator::StringEquals,
        "k:k",
        policy.to_vec(),
    );
    let text = Document {
        version,
        ..Document::new([statement])
    }
    .to_json()
    .replace("StringEquals", operator);
    Document::parse(&text).unwrap()
}

/// Whether the condition `operator: {"k:k": policy}` holds when the request's key has these values.
fn holds(operator: &str, policy: &[&str], values: &[&str]) -> bool {
    let set = PolicySet::new().identity("p", &document(operator, policy, Version::V2012));
    let tagged = request()
        .principal_tag("user", "al*ce")
        .principal_tag("Arn", "arn:aws:iam::1:role/x");
    set.decide(&tagged.context("K:K", values.to_vec()))
        .is_allowed()
}

#[track_caller]
fn check(operator: &str, cases: &[(&[&str], &[&str], bool)]) {
    for (policy, values, expected) in cases {
        assert_eq!(
            holds(operator, policy, values),
            *expected,
            "{operator} {policy:?} {values:?}"
        );
    }
}

#[test]
fn string_operators() {
    check(
        "StringEquals",
        &[
            (&["a"], &["a"], true),
            (&["a"], &["A"], false),
            (&["a", "b"], &["b"], true),
            (&["a*"], &["ab"], false),
            (&["a*"], &["a*"], true),
            (&["a"], &[], false),
            (&[], &["a"], false),
            (&[""], &[""], true),
            (&["${aws:PrincipalTag/user}"], &["al*ce"], true),
            (&["${aws:PrincipalTag/USER}"], &["al*ce"], true),
            (&["${aws:PrincipalTag/none}"], &[""], false),
            (
                &["${aws:PrincipalTag/none}"],
                &["${aws:PrincipalTag/none}"],
                false,
            ),
            (&["${aws:PrincipalTag/none, 'd'}"], &["d"], true),
            (&["${$}{x}"], &["${x}"], true),
        ],
    );
    check(
        "StringNotEquals",
        &[
            (&["a"], &["b"], true),
            (&["a"], &["a"], false),
            (&["a", "b"], &["b"], false),
            (&["a"], &[], true),
            (&["${aws:PrincipalTag/none}"], &["x"], true),
            (&["${aws:PrincipalTag/user}"], &["al*ce"], false),
        ],
    );
    check(
        "StringEqualsIgnoreCase",
        &[
            (&["a"], &["A"], true),
            (&["É"], &["é"], true),
            (&["a"], &["b"], false),
            (&["a"], &[], false),
        ],
    );
    check(
        "StringNotEqualsIgnoreCase",
        &[
            (&["a"], &["A"], false),
            (&["a"], &["b"], true),
            (&["a"], &[], true),
        ],
    );
    check(
        "StringLike",
        &[
            (&["a*"], &["abc"], true),
            (&["a*"], &["Abc"], false),
            (&["a?c"], &["abc"], true),
            (&["*"], &["a:b/c"], true),
            (&["*"], &[], false),
            (&["${aws:PrincipalTag/user}"], &["alice"], false),
            (&["${aws:PrincipalTag/user}/*"], &["al*ce/x"], true),
            (&["a${*}"], &["ab"], false),
        ],
    );
    check(
        "StringNotLike",
        &[
            (&["a*"], &["abc"], false),
            (&["a*"], &["b"], true),
            (&["a*"], &[], true),
        ],
    );
}

#[test]
fn numeric_operators() {
    check(
        "NumericEquals",
        &[
            (&["7"], &["7.0"], true),
            (&["7"], &["8"], false),
            (&["7"], &[], false),
            (&["x"], &["x"], false),
            (&["7*"], &["7"], false),
        ],
    );
    check(
        "NumericNotEquals",
        &[
            (&["7"], &["7.0"], false),
            (&["7"], &["8"], true),
            (&["7"], &[], true),
            (&["7"], &["x"], true),
        ],
    );
    check(
        "NumericLessThan",
        &[
            (&["10"], &["9"], true),
            (&["10"], &["10"], false),
            (&["10"], &[], false),
            (&["1.2"], &["1.1"], true),
        ],
    );
    check(
        "NumericLessThanEquals",
        &[(&["10"], &["10.0"], true), (&["10"], &["10.1"], false)],
    );
    check(
        "NumericGreaterThan",
        &[
            (&["-1"], &["0"], true),
            (&["9"], &["10"], true),
            (&["9"], &["9"], false),
            (&["9"], &["NaN"], false),
        ],
    );
    check(
        "NumericGreaterThanEquals",
        &[(&["9"], &["9"], true), (&["9"], &["8.99"], false)],
    );
}

#[test]
fn date_operators() {
    let noon = "2026-11-22T12:00:00Z";
    check(
        "DateEquals",
        &[
            (&[noon], &["2026-11-22T13:00:00+01:00"], true),
            (&[noon], &["2026-11-22"], false),
            (&[noon], &[], false),
        ],
    );
    check(
        "DateEquals",
        &[
            (&["2026-11-22"], &["1795305600"], true),
            (&["NaN"], &["NaN"], false),
        ],
    );
    check(
        "DateNotEquals",
        &[
            (&[noon], &[noon], false),
            (&[noon], &["2026"], true),
            (&[noon], &[], true),
        ],
    );
    check(
        "DateLessThan",
        &[
            (&[noon], &["2026-11-22T11:59:59Z"], true),
            (&[noon], &[noon], false),
            (&[noon], &[], false),
        ],
    );
    check(
        "DateLessThanEquals",
        &[(&[noon], &[noon], true), (&[noon], &["2027"], false)],
    );
    check(
        "DateGreaterThan",
        &[(&[noon], &["2027"], true), (&[noon], &[noon], false)],
    );
    check(
        "DateGreaterThanEquals",
        &[(&[noon], &[noon], true), (&[noon], &["2026"], false)],
    );
}

#[test]
fn bool_and_binary_operators() {
    check(
        "Bool",
        &[
            (&["true"], &["TRUE"], true),
            (&["false"], &["true"], false),
            (&["false"], &[], false),
        ],
    );
    check(
        "BinaryEquals",
        &[
            (&["QmluYQ=="], &["QmluYQ=="], true),
            (&["QmluYQ=="], &["qmluyq=="], false),
            (&["eA=="], &[], false),
        ],
    );
}

#[test]
fn ip_address_operators() {
    check(
        "IpAddress",
        &[
            (
                &["203.0.113.0/24", "2001:DB8:1234:5678::/64"],
                &["203.0.113.9"],
                true,
            ),
            (
                &["203.0.113.0/24", "2001:DB8:1234:5678::/64"],
                &["2001:db8:1234:5678::1"],
                true,
            ),
            (&["203.0.113.9"], &["203.0.113.9"], true),
            (&["203.0.113.9"], &["203.0.113.8"], false),
            (&["0.0.0.0/0"], &[], false),
            (&["0.0.0.0/0"], &["somewhere"], false),
        ],
    );
    check(
        "NotIpAddress",
        &[
            (&["203.0.113.0/24"], &["203.0.113.9"], false),
            (&["203.0.113.0/24"], &["192.0.2.1"], true),
            (&["0.0.0.0/0"], &[], true),
        ],
    );
}

#[test]
fn arn_operators() {
    for operator in ["ArnEquals", "ArnLike"] {
        check(
            operator,
            &[
                (
                    &["arn:aws:iam::*:role/x?"],
                    &["arn:aws:iam::1:role/xy"],
                    true,
                ),
                (
                    &["arn:aws:iam::*:role/x"],
                    &["arn:aws:iam::1:user/a:role/x"],
                    false,
                ),
                (
                    &["arn:aws:iam::1:role/X"],
                    &["arn:aws:iam::1:role/x"],
                    false,
                ),
                (
                    &["${aws:PrincipalTag/Arn}"],
                    &["arn:aws:iam::1:role/x"],
                    true,
                ),
                (&["arn:aws:iam::1:role/x"], &[], false),
                (&["arn:aws:iam::1:role/*"], &["nonsense"], false),
            ],
        );
    }
    for operator in ["ArnNotEquals", "ArnNotLike"] {
        check(
            operator,
            &[
                (
                    &["arn:aws:iam::*:role/x"],
                    &["arn:aws:iam::1:role/x"],
                    false,
                ),
                (&["arn:aws:iam::*:role/x"], &["arn:aws:iam::1:role/y"], true),
                (&["arn:aws:iam::*:role/x"], &[], true),
            ],
        );
    }
    // The case of the AWS page on which strings and ARNs differ.
    let long =
        "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt";
    let pattern = "arn:aws:someservice:*:111122223333:finance/*";
    assert!(holds("StringLike", &[pattern], &[long]) && !holds("ArnLike", &[pattern], &[long]));
}

#[test]
fn null_operator() {
    check(
        "Null",
        &[
            (&["true"], &[], true),
            (&["true"], &["a"], false),
            (&["false"], &["a"], true),
            (&["false"], &[""], true),
            (&["FALSE"], &["a"], true),
            (&["false"], &[], false),
            (&["maybe"], &[], false),
        ],
    );
}

#[test]
fn if_exists_operators() {
    check(
        "StringEqualsIfExists",
        &[
            (&["a"], &[], true),
            (&["a"], &["a"], true),
            (&["a"], &["b"], false),
        ],
    );
    check(
        "StringNotEqualsIfExists",
        &[(&["a"], &[], true), (&["a"], &["a"], false)],
    );
    check(
        "BoolIfExists",
        &[(&["true"], &[], true), (&["true"], &["false"], false)],
    );
    check(
        "IpAddressIfExists",
        &[
            (&["192.0.2.0/24"], &[], true),
            (&["192.0.2.0/24"], &["203.0.113.1"], false),
        ],
    );
}

#[test]
fn set_operators() {
    check(
        "ForAllValues:StringEquals",
        &[
            (&["a", "b"], &["a", "b"], true),
            (&["a", "b"], &["a", "c"], false),
            (&["a"], &[], true),
            (&["a"], &[""], true),
            (&[], &["a"], false),
        ],
    );
    check(
        "ForAnyValue:StringEquals",
        &[
            (&["a", "b"], &["c", "b"], true),
            (&["a"], &["c"], false),
            (&["a"], &[], false),
            (&[""], &[""], false),
        ],
    );
    check(
        "ForAllValues:StringNotEquals",
        &[
            (&["a"], &["b", "c"], true),
            (&["a"], &["a", "c"], false),
            (&["a"], &[], true),
        ],
    );
    check(
        "ForAnyValue:StringNotEquals",
        &[
            (&["a"], &["a", "c"], true),
            (&["a"], &["a"], false),
            (&["a"], &[], false),
        ],
    );
    check(
        "ForAnyValue:StringNotLike",
        &[
            (&["ml.t3.*"], &["ml.t3.x", "ml.p5.x"], true),
            (&["ml.t3.*"], &["ml.t3.x"], false),
        ],
    );
    check(
        "ForAnyValue:ArnNotLike",
        &[
            (&["arn:aws:a:::*"], &["arn:aws:b:::x"], true),
            (&["arn:aws:a:::*"], &[], false),
        ],
    );
    check(
        "ForAllValues:NumericLessThan",
        &[(&["5"], &["1", "2"], true), (&["5"], &["1", "9"], false)],
    );
    check(
        "ForAllValues:StringEqualsIfExists",
        &[(&["a"], &[], true), (&["a"], &["b"], false)],
    );
    check(
        "ForAnyValue:StringEqualsIfExists",
        &[(&["a"], &[], false), (&["a"], &["a"], true)],
    );
    // Without a set operator.
    check("StringEquals", &[(&["a"], &["b", "a"], true)]);
    check(
        "StringNotEquals",
        &[(&["a"], &["b", "a"], false), (&["a"], &["b", "c"], true)],
    );
}

#[test]
fn version_2008_has_no_variables() {
    let text = "${aws:PrincipalTag/user}";
    let set = PolicySet::new().identity("p", &document("StringEquals", &[text], Version::V2008));
    assert!(set.decide(&request().context("k:k", [text])).is_allowed());
    assert!(
        !set.decide(&request().principal_tag("user", "x").context("k:k", ["x"]))
            .is_allowed()
    );
}

#[test]
fn numbers_and_dates_take_no_variables() {
    let set = PolicySet::new().identity(
        "p",
        &document("NumericEquals", &["${aws:PrincipalTag/n}"], Version::V2012),
    );
    assert!(
        !set.decide(&request().principal_tag("n", "7").context("k:k", ["7"]))
            .is_allowed()
    );
}
