mod conditions;
mod examples_from_practice;
mod grants;
mod properties;
mod quiet_guardrails;

use std::collections::BTreeSet;

use super::*;

/// The type of a policy and its statements in JSON.
type TestPolicy<'a> = (PolicyType, &'a str);

fn parse(statements: &str) -> Document {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn findings_with(policies: &[TestPolicy<'_>], options: &LintOptions) -> Vec<Finding> {
    let documents: Vec<Document> = policies.iter().map(|(_, text)| parse(text)).collect();
    let labels: Vec<String> = (0..policies.len()).map(|n| format!("policy {n}")).collect();
    let targets: Vec<LintTarget<'_>> = policies
        .iter()
        .zip(&documents)
        .zip(&labels)
        .map(|(((kind, _), document), label)| LintTarget {
            label,
            policy_type: *kind,
            document,
        })
        .collect();
    lint(&targets, options)
}

fn findings(policies: &[TestPolicy<'_>]) -> Vec<Finding> {
    findings_with(policies, &LintOptions::default())
}

fn ids(findings: &[Finding]) -> BTreeSet<RuleId> {
    findings.iter().map(Finding::id).collect()
}

/// Checks that a rule reports the first statements and not the second.
#[track_caller]
fn assert_reports(rule: RuleId, fires: &[TestPolicy<'_>], quiet: &[TestPolicy<'_>]) {
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
fn rules_are_numbered_in_order() {
    for (index, rule) in rules().enumerate() {
        assert_eq!(rule.id.as_str(), format!("L{:02}", index + 1));
    }
}

#[test]
fn rules_are_documented() {
    for rule in rules() {
        let sentences = [rule.explanation, rule.remedy];
        assert!(!rule.summary.ends_with('.'), "{}", rule.id);
        assert!(
            sentences.iter().all(|text| text.ends_with('.')),
            "{}",
            rule.id
        );
        let kebab = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(rule.slug.chars().all(kebab), "{}", rule.slug);
    }
    let slugs: BTreeSet<_> = rules().map(|rule| rule.slug).collect();
    assert_eq!(slugs.len(), rules().len());
}

#[test]
fn rules_report_their_bad_examples_only() {
    for rule in rules() {
        let examples = rule.examples;
        let reported = |document: &Document| {
            let policy_type = examples.policy_type;
            let target = LintTarget {
                label: "example",
                policy_type,
                document,
            };
            let found = lint(&[target], &LintOptions::default());
            (ids(&found).contains(&rule.id), format!("{found:#?}"))
        };
        let (bad, found) = reported(&examples.bad_document().unwrap());
        assert!(bad, "{}: {found}", rule.id);
        if let Some(good) = examples.good_document().unwrap() {
            let target = LintTarget {
                label: "example",
                policy_type: examples.policy_type,
                document: &good,
            };
            let found = lint(&[target], &LintOptions::default());
            assert!(found.is_empty(), "{}: {found:#?}", rule.id);
            assert_eq!(good.check(examples.policy_type), [], "{}", rule.id);
        }
    }
}

#[test]
fn rule_id_parses_id_and_slug() {
    for rule in rules() {
        assert_eq!(rule.id.to_string().to_lowercase().parse(), Ok(rule.id));
        assert_eq!(rule.slug.to_uppercase().parse(), Ok(rule.id));
    }
    assert_eq!(
        "L99\n".parse::<RuleId>().unwrap_err().to_string(),
        "`L99\\n` is not a lint rule; write an id such as `L02` or a slug such as `conjoined-requirements`"
    );
}

#[test]
fn finding_displays_location_reason_and_remedy() {
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
        "error L03 deny-always-fires in `policy 0`, statement 1 (/Statement/0/Condition/Null/sagemaker:VpcSubnets): \
         `sagemaker:CreateTransformJob` is always denied, because no request for it has `sagemaker:VpcSubnets`; \
         name only actions that carry the key; to deny the others outright, use a statement without conditions"
    );
}

#[test]
fn finding_pointers_resolve() {
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
fn lint_skips_rules() {
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
fn lint_sorts_findings_by_policy() {
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
