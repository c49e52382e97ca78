//! Properties that hold for any policy.

use proptest::prelude::*;

use super::*;
use crate::tests::strategies::{any_document, document};

const KINDS: [PolicyType; 10] = [
    PolicyType::Managed,
    PolicyType::RoleInline,
    PolicyType::Boundary,
    PolicyType::Session,
    PolicyType::ServiceControl,
    PolicyType::ResourceControl,
    PolicyType::Trust,
    PolicyType::Bucket,
    PolicyType::Key,
    PolicyType::Endpoint,
];

fn targets<'a>(documents: &'a [Document], kinds: &[PolicyType]) -> Vec<LintTarget<'a>> {
    let pairs = documents.iter().zip(kinds.iter().cycle());
    pairs
        .map(|(document, kind)| LintTarget {
            label: "p",
            policy_type: *kind,
            document,
        })
        .collect()
}

/// Strings that resemble actions, keys and values.
fn policy_like_string() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "*",
        "?",
        ":",
        "/",
        "~",
        "$",
        "{",
        "}",
        "${",
        "aws:",
        "s3:",
        "kms:",
        "sagemaker:",
        "Create",
        "Get*",
        "é",
        "\0",
        "vpce-",
        "arn:",
        "aws:PrincipalTag/",
        "sagemaker:VpcSubnets",
        "iam:PassRole",
        " ",
    ]);
    prop::collection::vec(word, 0..6).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn lint_accepts_any_document(document in any_document(), kind in prop::sample::select(KINDS.to_vec())) {
        let documents = [document];
        let json: serde_json::Value = serde_json::from_str(&documents[0].to_json()).unwrap();
        for finding in lint(&targets(&documents, &[kind]), &LintOptions::default()) {
            prop_assert!(json.pointer(&finding.location.pointer).is_some(), "{finding}");
            prop_assert!(!finding.to_string().contains('\n') || documents[0].to_json().contains("\\n"));
        }
    }

    #[test]
    fn lint_accepts_odd_names_and_values(action in policy_like_string(), key in policy_like_string(), value in policy_like_string(), resource in policy_like_string()) {
        for operator in ["StringNotEquals", "ForAllValues:StringLike", "Null", "Bool"] {
            let operator: crate::ConditionOperator = operator.parse().unwrap();
            let deny = crate::Statement::deny("x")
                .actions([action.as_str()])
                .resources([resource.as_str()])
                .when(operator, key.as_str(), [value.as_str()]);
            let mut allow = deny.clone();
            allow.effect = crate::Effect::Allow;
            let documents = [Document::new([deny, allow])];
            for kind in KINDS {
                let _ = lint(&targets(&documents, &[kind]), &LintOptions::default());
            }
        }
    }

    /// The order of policies and statements only decides the order of findings, except that L16
    /// reports the second use of an endpoint.
    #[test]
    fn lint_ignores_order(documents in prop::collection::vec(document(), 1..4)) {
        let options = LintOptions { skip: [RuleId::L16].into(), ..LintOptions::default() };
        let mut backwards = documents.clone();
        backwards.reverse();
        backwards.iter_mut().for_each(|document| document.statements.reverse());
        let all = |documents: &[Document]| {
            let mut all: Vec<(RuleId, String)> = lint(&targets(documents, &[PolicyType::Managed]), &options)
                .into_iter()
                .map(|finding| (finding.id(), finding.why))
                .collect();
            all.sort();
            all
        };
        prop_assert_eq!(all(&documents), all(&backwards));
    }
}
