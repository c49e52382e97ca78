mod conditions;
mod faults;
mod grants;
mod properties;

use std::collections::BTreeSet;

use super::*;

/// A policy of one kind, by its statements in JSON.
type Written<'a> = (PolicyType, &'a str);

fn parse(statements: &str) -> Document {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn findings_with(policies: &[Written<'_>], options: &LintOptions) -> Vec<Finding> {
    let documents: Vec<Document> = policies.iter().map(|(_, text)| parse(text)).collect();
    let labels: Vec<String> = (0..policies.len()).map(|n| format!("policy {n}")).collect();
    let under: Vec<LintTarget<'_>> = policies
        .iter()
        .zip(&documents)
        .zip(&labels)
        .map(|(((kind, _), document), label)| LintTarget {
            label,
            policy_type: *kind,
            document,
        })
        .collect();
    lint(&under, options)
}

fn findings(policies: &[Written<'_>]) -> Vec<Finding> {
    findings_with(policies, &LintOptions::default())
}

fn ids(findings: &[Finding]) -> BTreeSet<RuleId> {
    findings.iter().map(Finding::id).collect()
}

/// Holds a rule to statements that it must report, and to others that it must not.
#[track_caller]
fn hold(rule: RuleId, fires: &[Written<'_>], quiet: &[Written<'_>]) {
    for (expected, cases) in [(true, fires), (false, quiet)] {
        for case in cases {
            let found = findings(&[*case]);
            assert_eq!(
                ids(&found).contains(&rule),
                expected,
                "{rule}: {case:?}\n{found:#?}"
            );
        }
    }
}

/// A Deny on everything.
fn deny(actions: &str, condition: &str) -> String {
    format!(
        r#"{{"Effect": "Deny", "Action": {actions}, "Resource": "*", "Condition": {condition}}}"#
    )
}

#[test]
fn rules_have_their_ids_in_order() {
    let all: Vec<String> = rules().iter().map(|rule| rule.id.to_string()).collect();
    let expected: Vec<String> = (1..=20).map(|n| format!("L{n:02}")).collect();
    assert_eq!(all, expected);
    for rule in rules() {
        assert_eq!(rule.id.to_string().to_lowercase().parse(), Ok(rule.id));
        assert!(
            !rule.summary.ends_with('.') && rule.explanation.ends_with('.'),
            "{}",
            rule.id
        );
    }
    assert_eq!(
        "L21".parse::<RuleId>().unwrap_err().to_string(),
        "`L21` is no lint rule; rules are `L01` to `L20`"
    );
}

#[test]
fn findings_say_where_and_what() {
    let subnets = deny(
        r#"["sagemaker:CreateTransformJob", "sagemaker:CreateModel"]"#,
        r#"{"Null": {"sagemaker:VpcSubnets": "true"}}"#,
    );
    let found = findings(&[(PolicyType::Managed, &subnets)]);
    let [finding] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(
        finding.to_string(),
        "error L03 in `policy 0`, statement 1 (/Statement/0/Condition/Null/sagemaker:VpcSubnets): `sagemaker:CreateTransformJob` is \
         always denied, as no request for it has `sagemaker:VpcSubnets`; name only actions that carry the key, and deny the others \
         outright if that is meant"
    );
}

#[test]
fn pointers_lead_into_the_json() {
    let statements = [
        deny(
            r#""sagemaker:Create*""#,
            r#"{"Null": {"aws:RequestTag/a~b/c": "true"}}"#,
        ),
        deny(
            r#""kms:ReEncrypt""#,
            r#"{"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}"#,
        ),
    ]
    .join(",");
    let document = parse(&statements);
    let json: serde_json::Value = serde_json::from_str(&document.to_json()).unwrap();
    let found = findings(&[(PolicyType::Managed, &statements)]);
    assert!(found.len() >= 3, "{found:#?}");
    for finding in found {
        assert!(
            json.pointer(&finding.location.pointer).is_some(),
            "{}",
            finding.location.pointer
        );
    }
}

#[test]
fn rules_can_be_skipped() {
    let statement = deny(
        r#""kms:ReEncrypt""#,
        r#"{"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}"#,
    );
    let policy = (PolicyType::Managed, statement.as_str());
    assert_eq!(
        ids(&findings(&[policy])),
        BTreeSet::from([RuleId::L07, RuleId::L19])
    );
    let options = LintOptions {
        skip: [RuleId::L19].into(),
        ..LintOptions::default()
    };
    assert_eq!(
        ids(&findings_with(&[policy], &options)),
        BTreeSet::from([RuleId::L07])
    );
}

#[test]
fn findings_come_in_the_order_of_the_policies() {
    let two = [
        deny(
            r#""kms:Decrypt""#,
            r#"{"Null": {"sagemaker:VpcSubnets": "true"}}"#,
        ),
        deny(
            r#""kms:ReEncrypt""#,
            r#"{"Bool": {"aws:SecureTransport": "no"}}"#,
        ),
    ]
    .join(",");
    let found = findings(&[(PolicyType::Managed, &two), (PolicyType::Managed, &two)]);
    let places: Vec<_> = found
        .iter()
        .map(|finding| {
            (
                finding.location.policy.as_str(),
                finding.location.statement,
                finding.id(),
            )
        })
        .collect();
    let of = |policy| {
        [
            (policy, Some(0), RuleId::L03),
            (policy, Some(1), RuleId::L07),
            (policy, Some(1), RuleId::L17),
        ]
    };
    assert_eq!(places, [of("policy 0"), of("policy 1")].concat());
}
