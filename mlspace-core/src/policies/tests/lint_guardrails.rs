//! Guardrails, and the policies of resources, that this crate makes: each without findings for what it is used as.

use std::collections::BTreeSet;

use iam_policy::lint::{Finding, LintOptions, LintTarget, lint};
use iam_policy::{Document, PolicyType};

use super::rule_ids;
use crate::layout::Account;
use crate::policies::{
    self, BucketAccess, EndpointService, GUARDRAILS, Guardrail, KeyAccess, guardrail_parameters,
};

/// The kinds of policy that a guardrail is written for.
fn kinds(guardrail: &Guardrail) -> Vec<PolicyType> {
    let words = [
        ("service control policy", PolicyType::ServiceControl),
        ("permissions boundary", PolicyType::Boundary),
        ("managed policy", PolicyType::Managed),
        ("bucket policy", PolicyType::Bucket),
        ("key policy", PolicyType::Key),
        ("endpoint policy", PolicyType::Endpoint),
        ("trust policy", PolicyType::Trust),
        // No kind of its own: like a bucket's, it names principals and resources.
        ("policy of a model package group", PolicyType::Bucket),
    ];
    let named = words
        .into_iter()
        .filter(|(word, _)| guardrail.carrier.contains(word));
    named.map(|(_, kind)| kind).collect()
}

fn quiet(label: &str, kind: PolicyType, document: &Document) {
    let policy = LintTarget {
        label,
        policy_type: kind,
        document,
    };
    let found = lint(&[policy], &LintOptions::default());
    let shown: Vec<String> = found.iter().map(Finding::to_string).collect();
    assert_eq!(
        shown,
        Vec::<String>::new(),
        "{label} as {}",
        kind.with_article()
    );
}

#[test]
fn guardrails_have_no_findings() {
    for guardrail in GUARDRAILS {
        let made = |id| policies::guardrail(id, &guardrail_parameters()).unwrap();
        let mut document = made(guardrail.id);
        if guardrail.id == "G25" {
            // What is to be added to a policy that has administrators.
            document.statements.extend(made("G23").statements);
        }
        let kinds = kinds(guardrail);
        assert!(!kinds.is_empty(), "{}: {}", guardrail.id, guardrail.carrier);
        for kind in kinds {
            quiet(guardrail.id, kind, &document);
        }
    }
}

#[test]
fn guardrails_have_no_findings_together() {
    for kind in [PolicyType::ServiceControl, PolicyType::Boundary] {
        let all = GUARDRAILS.iter().filter(|g| kinds(g).contains(&kind));
        let documents: Vec<(&str, Document)> = all
            .map(|g| {
                (
                    g.id,
                    policies::guardrail(g.id, &guardrail_parameters()).unwrap(),
                )
            })
            .collect();
        let policies = documents.iter().map(|(label, document)| LintTarget {
            label,
            policy_type: kind,
            document,
        });
        let found = lint(&policies.collect::<Vec<_>>(), &LintOptions::default());
        assert_eq!(rule_ids(&found), BTreeSet::new(), "{found:#?}");
    }
}

fn texts(values: &[&str]) -> Vec<String> {
    values.iter().map(|&value| value.to_owned()).collect()
}

#[test]
fn policies_of_resources_have_no_findings() {
    let key = "arn:aws:kms:us-east-1:123456789012:key/k1";
    let role = |name: &str| format!("arn:aws:iam::123456789012:role/{name}");
    let platform = [role("platform"), role("admin/*")];
    let members = [role("MLSpace-*")];
    let readers = texts(&["arn:aws:iam::444455556666:role/reader"]);
    for (region, partition) in [
        ("us-east-1", "aws"),
        ("us-gov-west-1", "aws-us-gov"),
        ("cn-north-1", "aws-cn"),
    ] {
        let account = Account::new("123456789012", region);
        assert_eq!(account.partition, partition);
        for endpoints in [&[][..], &texts(&["vpce-1"])] {
            for key_arn in [None, Some(key)] {
                for readers in [&[][..], &readers] {
                    let access = BucketAccess {
                        account: &account,
                        bucket: "mlspace-data-123456789012",
                        endpoint_ids: endpoints,
                        exempt_principal_arns: &platform,
                        kms_key_arn: key_arn,
                        reader_arns: readers,
                        delivered_by: &[],
                    };
                    quiet(
                        "bucket",
                        PolicyType::Bucket,
                        &policies::bucket_policy(&access).unwrap(),
                    );
                }
            }
            let logs = texts(&["/aws/sagemaker/"]);
            for (users, readers, logs) in [
                (&members[..], &readers[..], &logs[..]),
                (&members, &[], &[]),
                (&[], &[], &logs),
            ] {
                let access = KeyAccess {
                    account: &account,
                    administrator_arns: &platform,
                    user_arns: users,
                    reader_arns: readers,
                    endpoint_ids: endpoints,
                    log_group_prefixes: logs,
                    used_by: &[],
                };
                quiet(
                    "key",
                    PolicyType::Key,
                    &policies::key_policy(&access).unwrap(),
                );
            }
        }
        let (buckets, tables) = (texts(&["mlspace-*"]), texts(&["mlspace-projects"]));
        for service in [
            EndpointService::S3 { buckets: &buckets },
            EndpointService::DynamoDb { tables: &tables },
            EndpointService::Interface,
            EndpointService::Registry,
        ] {
            quiet(
                "endpoint",
                PolicyType::Endpoint,
                &policies::endpoint_policy(&account, service).unwrap(),
            );
        }
        // A log group's policy has the form of a bucket's: principals and resources.
        quiet(
            "log group",
            PolicyType::Bucket,
            &policies::log_group_policy(&account, "/mlspace/").unwrap(),
        );
    }
}
