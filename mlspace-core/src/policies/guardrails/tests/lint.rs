//! Lint of guardrails as the policy types that they are written for.

use std::collections::BTreeSet;

use iam_policy::lint::{LintOptions, LintTarget, lint};

use super::*;
use crate::policies::tests::{findings, rule_ids};

/// The policy types in the description of a guardrail's use.
fn described_types(template: &DocumentTemplate) -> Vec<PolicyType> {
    let names = [
        ("service control policy", PolicyType::ServiceControl),
        ("permissions boundary", PolicyType::Boundary),
        ("managed policy", PolicyType::Managed),
        ("bucket policy", PolicyType::Bucket),
        ("key policy", PolicyType::Key),
        ("endpoint policy", PolicyType::Endpoint),
        ("trust policy", PolicyType::Trust),
        // It has no type of its own. Like a bucket's policy, it names principals and resources.
        ("policy of a model package group", PolicyType::Bucket),
    ];
    let named = names
        .into_iter()
        .filter(|(name, _)| template.used_as.contains(name));
    named.map(|(_, policy_type)| policy_type).collect()
}

#[test]
fn guardrails_have_no_findings() {
    for template in GUARDRAILS {
        let make = |id| guardrail_for(id, &parameters()).unwrap();
        let mut document = make(template.id);
        if template.id == "G25" {
            // A statement to add to a key policy that has administrators.
            document.statements.extend(make("G23").statements);
        }
        let types = described_types(template);
        assert!(!types.is_empty(), "{}: {}", template.id, template.used_as);
        for policy_type in types {
            let found = findings(template.id, policy_type, &document);
            assert_eq!(
                found,
                [""; 0],
                "{} as {}",
                template.id,
                policy_type.with_article()
            );
        }
    }
}

#[test]
fn guardrails_have_no_findings_together() {
    for policy_type in [PolicyType::ServiceControl, PolicyType::Boundary] {
        let all = GUARDRAILS
            .iter()
            .filter(|template| described_types(template).contains(&policy_type));
        let documents: Vec<(&str, Document)> = all
            .map(|template| {
                let document = guardrail_for(template.id, &parameters()).unwrap();
                (template.id, document)
            })
            .collect();
        let policies = documents.iter().map(|(label, document)| LintTarget {
            label,
            policy_type,
            document,
        });
        let found = lint(&policies.collect::<Vec<_>>(), &LintOptions::default());
        assert_eq!(rule_ids(&found), BTreeSet::new(), "{found:#?}");
    }
}
