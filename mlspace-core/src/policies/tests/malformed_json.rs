//! Malformed documents cause an error with its position, or a document that all functions accept:
//! no panic, and no run time that grows faster than the input.

use crate::layout::Account;
use crate::policies::{self, ApprovedNetwork, PlatformAccess, PolicyContext, ProjectAccess};
use iam_policy::evaluate::{Caller, PolicySet, Request};
use iam_policy::lint::{LintOptions, LintTarget, lint};
use iam_policy::{
    Document, Operator, PackTarget, ParseError, ParseErrorKind, PolicyType, Principal, Statement,
    pack,
};

fn trust_policy() -> Document {
    Document::new([Statement::allow("Sage")
        .principal(Principal::service("sagemaker.amazonaws.com"))
        .actions(["sts:AssumeRole"])
        .when(
            Operator::StringEquals.if_exists(),
            "aws:SourceAccount",
            ["123456789012"],
        )])
}

fn project_policy() -> Document {
    let account = Account::new("123456789012", "us-east-1");
    let (subnets, groups) = (["subnet-1".to_owned()], ["sg-1".to_owned()]);
    let context = PolicyContext {
        account: &account,
        system_tag: "MLSpace",
        iam_prefix: "MLSpace",
        data_bucket: "mlspace-data-123456789012",
        network: Some(ApprovedNetwork {
            subnet_ids: &subnets,
            security_group_ids: &groups,
        }),
        kms_key: None,
        platform: PlatformAccess::default(),
    };
    policies::project_policy(
        &context,
        &"fraud".parse().unwrap(),
        &ProjectAccess::default(),
        false,
    )
    .unwrap()
}

fn parse_error(text: &str) -> ParseError {
    let error = Document::parse(text).unwrap_err();
    assert_eq!(Document::parse_bytes(text.as_bytes()), Err(error.clone()));
    error
}

fn position(error: &ParseError) -> (usize, usize, &str) {
    (error.line(), error.column(), error.pointer())
}

/// Calls all functions that take a document.
fn use_document(document: &Document) {
    let text = document.to_json();
    assert_eq!(Document::parse(&text).as_ref(), Ok(document));
    assert!(document.size() <= text.len());
    assert!(document.equivalent(&Document::parse(&text).unwrap()));
    assert!(!document.check(PolicyType::Managed).is_empty());
    let target = PackTarget {
        policy_type: PolicyType::Managed,
        documents: 3,
    };
    let _ = pack(std::slice::from_ref(document), target);
    let policy = LintTarget {
        label: "hostile",
        policy_type: PolicyType::Managed,
        document,
    };
    let _ = lint(&[policy], &LintOptions::default());
    let caller = Caller::from_arn("arn:aws:iam::123456789012:role/r").unwrap();
    let request = Request::new(caller, "s3:GetObject", "arn:aws:s3:::b/k").context("k", ["v"]);
    let policies = PolicySet::new().identity("hostile", document);
    assert_eq!(
        policies.decide(&request),
        policies.compile().decide(&request)
    );
}

#[test]
fn parse_rejects_truncated_documents() {
    let text = project_policy().to_json_pretty();
    assert!(Document::parse(&text).is_ok());
    for (at, _) in text.char_indices() {
        let error = parse_error(&text[..at]);
        let lines = text[..at].matches('\n').count() + 1;
        assert_eq!(error.line(), lines, "{error}");
        assert!(
            matches!(error.kind(), ParseErrorKind::Truncated { .. })
                // Truncated within a word such as `true`.
                || matches!(error.kind(), ParseErrorKind::Unexpected { expected: "a JSON value", .. }),
            "{error}"
        );
    }
}

#[test]
fn parse_accepts_only_what_it_prints() {
    let text = trust_policy().to_json();
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes.remove(at);
        if let Ok(document) = Document::parse_bytes(&bytes) {
            assert_eq!(Document::parse(&document.to_json()), Ok(document));
        }
        for other in [b'"', b'\\', b'{', 0, 0x80, 0xff] {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = other;
            if let Ok(document) = Document::parse_bytes(&bytes) {
                assert_eq!(Document::parse(&document.to_json()), Ok(document));
            }
        }
    }
}

#[test]
fn parse_rejects_long_documents() {
    let statement = r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"},"#;
    let many = statement.repeat(10_000_000 / statement.len());
    let text = format!(r#"{{"Statement":[{}]}}"#, many.trim_end_matches(','));
    let error = parse_error(&text);
    assert_eq!(position(&error), (1, 1, ""));
    assert!(matches!(error.kind(), ParseErrorKind::TooLong { bytes, .. } if *bytes == text.len()));
    assert!(error.to_string().len() < 100, "{error}");
    assert!(matches!(
        parse_error(&"[".repeat(10_000_000)).kind(),
        ParseErrorKind::TooLong { .. }
    ));
}

#[test]
fn parse_rejects_deep_nesting() {
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(1_000), close.repeat(1_000));
    let (lists, objects, mixed) = (
        deep("[", "]"),
        deep(r#"{"a":"#, "}"),
        deep(r#"[{"a":"#, "}]"),
    );
    for inner in [&lists, &objects, &mixed] {
        for text in [
            inner.clone(),
            format!(r#"{{"Statement":{inner}}}"#),
            format!(r#"{{"Statement":[{{"Effect":"Allow","Action":{inner}}}]}}"#),
            format!(r#"{{"Statement":{{"Condition":{{"StringEquals":{{"k":{inner}}}}}}}}}"#),
            inner[..inner.len() / 2].to_owned(),
        ] {
            let error = parse_error(&text);
            assert!(
                matches!(error.kind(), ParseErrorKind::TooDeep { .. }),
                "{error}"
            );
            assert!(
                error.column() > 30 && error.to_string().len() < 300,
                "{error}"
            );
        }
    }
}

#[test]
fn parse_rejects_invalid_utf8() {
    let text = "{\n  \"Id\": \"é\", \"Statement\": []}";
    assert!(Document::parse_bytes(text.as_bytes()).is_ok());
    for (bytes, expected) in [
        (&b"\xff"[..], (1, 1, "")),
        (b"{\n \"\xc3\"", (2, 3, "")),
        (b"{\xed\xa0\x80}", (1, 2, "")),         // a surrogate
        (b"{\"\xf5\x80\x80\x80\"}", (1, 3, "")), // beyond Unicode
        (b"{\"\xc0\xaf\"}", (1, 3, "")),         // an overlong slash
        ("{\"é".as_bytes().split_last().unwrap().1, (1, 3, "")),
    ] {
        let error = Document::parse_bytes(bytes).unwrap_err();
        assert_eq!(
            (position(&error), error.kind()),
            (expected, &ParseErrorKind::Encoding)
        );
    }
    // UTF-16, with and without a byte order mark.
    let utf16 = |mark: &[u8]| {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        mark.iter().copied().chain(units).collect::<Vec<u8>>()
    };
    assert!(Document::parse_bytes(&utf16(b"\xff\xfe")).is_err());
    assert!(Document::parse_bytes(&utf16(b"")).is_err());
}

#[test]
fn parse_rejects_control_characters() {
    let error = parse_error("\u{feff}{}");
    assert_eq!(position(&error), (1, 1, ""));
    assert_eq!(
        error.to_string(),
        "line 1, column 1: expected a JSON value, found `\\u{feff}`"
    );
    for (text, column) in [
        ("\0", 1),
        ("{\0}", 2),
        ("{\"Id\":\"a\0b\"}", 9),
        (r#"{"Id":"\ud800"}"#, 8),
        (r#"{"Id":"\udc00\ud800"}"#, 8),
        (r#"{"Id":"\ud800\ud800"}"#, 8),
        (r#"{"Id":"\u00"}"#, 8),
        ("{\"Id\":\"\u{7f}\",}", 11),
        ("{\u{a0}}", 2),
        ("{}\u{2028}", 3),
    ] {
        assert_eq!(parse_error(text).column(), column, "{text:?}");
    }
    // An escaped NUL is a valid character.
    let nul = r#"{"Id":"a\u0000b","Statement":[]}"#;
    let document = Document::parse(nul).unwrap();
    assert_eq!(document.id.as_deref(), Some("a\0b"));
    assert_eq!(Document::parse(&document.to_json()), Ok(document));
}

#[test]
fn parse_rejects_duplicate_members() {
    for (text, pointer) in [
        (r#"{"Statement":[],"Statement":[]}"#, "/Statement"),
        (r#"{"Statement":[],"\u0053tatement":[]}"#, "/Statement"),
        (
            r#"{"Statement":{"Effect":"Deny","Effect":"Allow"}}"#,
            "/Statement/Effect",
        ),
        (
            r#"{"Statement":{"Condition":{"Null":{"a/b":"true","a/b":"false"}}}}"#,
            "/Statement/Condition/Null/a~1b",
        ),
        (
            r#"{"Statement":{"Condition":{"Null":{"a":"true"},"null":{"A":"false"}}}}"#,
            "/Statement/Condition/null/A",
        ),
    ] {
        let error = parse_error(text);
        assert_eq!(error.pointer(), pointer);
        assert!(
            matches!(error.kind(), ParseErrorKind::Duplicate { .. }),
            "{error}"
        );
    }
}

/// Lists of tens of thousands of values must not take quadratic time.
#[test]
fn large_documents_are_usable() {
    let list =
        |n: usize, each: &dyn Fn(usize) -> String| (0..n).map(each).collect::<Vec<_>>().join(",");
    let statement = |members: String| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"s3:*","Resource":"*",{members}}}]}}"#
        )
    };
    // In descending order, so that each key sorts before all previous ones.
    let keys = list(15_000, &|n| format!(r#""k{:05}":"v""#, 15_000 - n));
    let operators = list(13, &|n| {
        let operator = Operator::ALL[n].as_str();
        format!(
            r#""{operator}":{{{}}}"#,
            list(1_200, &|n| format!(r#""k{:04}":"v""#, 1_200 - n))
        )
    });
    let values = list(25_000, &|n| format!(r#""v{}""#, 25_000 - n));
    let actions = list(20_000, &|n| format!(r#""s3:A{n}*""#));
    for text in [
        statement(format!(r#""Condition":{{"StringEquals":{{{keys}}}}}"#)),
        statement(format!(r#""Condition":{{{operators}}}"#)),
        statement(format!(
            r#""Condition":{{"StringEquals":{{"k":[{values}]}}}}"#
        )),
        format!(
            r#"{{"Statement":[{}]}}"#,
            list(5_000, &|n| {
                format!(r#"{{"Sid":"S{n}","Effect":"Deny","Action":"s3:A{n}","Resource":"*"}}"#)
            })
        ),
        format!(r#"{{"Statement":{{"Effect":"Allow","Action":[{actions}],"Resource":"*"}}}}"#),
        format!(r#"{{"Statement":{{"Effect":"Allow","Action":"*","Resource":[{values}]}}}}"#),
        format!(r#"{{"Statement":[],"Id":"{}"}}"#, "a".repeat(900_000)),
    ] {
        assert!((100_000..1 << 20).contains(&text.len()), "{}", text.len());
        use_document(&Document::parse(&text).unwrap());
    }
}

#[test]
fn operators_reject_malformed_values() {
    let caller = Caller::from_arn("arn:aws:iam::123456789012:role/r").unwrap();
    let allowed = |operator: &str, wanted: &str, value: &str| {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{"{operator}":{{"k":{wanted}}}}}}}}}"#
        );
        let document = Document::parse(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
        let request = Request::new(caller.clone(), "s3:GetObject", "*").context("k", [value]);
        PolicySet::new()
            .identity("p", &document)
            .decide(&request)
            .is_allowed()
    };
    let huge = "9".repeat(5_000);
    let quoted = |text: &str| format!("\"{text}\"");
    let dates = [
        "NaN",
        "",
        "T",
        "Z",
        "-",
        "2026-02-30",
        "2026-13-01",
        "0000-00-00",
        "99999-01-01",
        "-0001-01-01",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:60Z",
        "2026-01-01T00:00:00+99:99x",
        "9223372036854775808",
        "1e9",
        "2026-01-01T00:00:00.Z",
        &huge,
    ];
    for date in dates {
        for operator in ["DateEquals", "DateLessThan", "DateGreaterThanEquals"] {
            assert!(
                !allowed(operator, &quoted(date), "2026-01-01"),
                "{operator} {date}"
            );
            assert!(
                !allowed(operator, &quoted("2026-01-01"), date),
                "{operator} {date}"
            );
            assert!(!allowed(operator, &quoted(date), date), "{operator} {date}");
        }
        assert!(allowed("DateNotEquals", &quoted(date), date), "{date}");
    }
    // The largest and smallest numbers of seconds, and dates outside of the usual years.
    assert!(allowed(
        "DateLessThan",
        "9223372036854775807",
        "-9223372036854775808"
    ));
    assert!(allowed(
        "DateLessThan",
        "\"9999-12-31T23:59:59Z\"",
        "0001-01-01T00:00:00Z"
    ));
    let numbers = [
        "NaN", "Infinity", "-inf", "1e400", "0x10", "", ".", "1.", "--1", "1,000", "١", " 1",
    ];
    for number in numbers {
        for operator in [
            "NumericEquals",
            "NumericLessThan",
            "NumericGreaterThanEquals",
        ] {
            assert!(
                !allowed(operator, &quoted(number), "1"),
                "{operator} {number}"
            );
            assert!(!allowed(operator, "1", number), "{operator} {number}");
        }
        assert!(allowed("NumericNotEquals", "1", number), "{number}");
    }
    assert!(!allowed("NumericEquals", "1e400", "1e400"), "no exponents");
    assert!(
        allowed("NumericLessThan", &huge, "1")
            && allowed("NumericEquals", &huge, &format!("0{huge}.0"))
    );
    assert!(allowed(
        "NumericGreaterThan",
        "0",
        &format!("0.{}1", "0".repeat(5_000))
    ));
    for address in [
        "",
        "*",
        "1.2.3",
        "1.2.3.4/33",
        "::/129",
        "1.2.3.4/99999999999999999999",
        "1.2.3.4/-1",
    ] {
        assert!(
            !allowed("IpAddress", &quoted(address), "1.2.3.4"),
            "{address}"
        );
        assert!(!allowed("IpAddress", "\"0.0.0.0/0\"", address), "{address}");
        assert!(
            allowed("NotIpAddress", "\"0.0.0.0/0\"", address),
            "{address}"
        );
    }
    for bool in ["", "maybe", "1", "TRUE "] {
        assert!(
            !allowed("Bool", "true", bool) && !allowed("Null", &quoted(bool), "v"),
            "{bool}"
        );
    }
    // JSON numbers without a machine type are compared as they are written.
    for number in ["1e999999999", "-0", "1E+2", &huge] {
        assert!(allowed("StringEquals", number, number), "{number}");
    }
}
