//! Lint of the policies of memberships and of Terraform.

use std::collections::BTreeSet;

use iam_policy::lint::{Finding, LintOptions, LintTarget, RuleId, lint};
use iam_policy::{Document, PolicyType};

use super::rule_ids;
use crate::layout::{Account, role_name};
use crate::policies::{
    self, ApprovedNetwork, MemberAccess, PlatformAccess, PolicyContext, ProjectAccess,
    TerraformRoleAccess,
};

const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";

/// The policies of a membership's role, with their types.
fn membership_policies(context: &PolicyContext<'_>) -> Vec<(&'static str, PolicyType, Document)> {
    let (fraud, alice) = ("fraud".parse().unwrap(), "alice".parse().unwrap());
    let role = role_name("MLSpace", &fraud, &alice).unwrap();
    let role = context.account.role_arn(&role);
    let datasets = ["cards".parse().unwrap(), "atms".parse().unwrap()];
    let groups =
        policies::group_policies(context, &"analysts".parse().unwrap(), &datasets).unwrap();
    let mut all = vec![
        (
            "project",
            PolicyType::Managed,
            policies::project_policy(context, &fraud, &ProjectAccess::default(), false).unwrap(),
        ),
        (
            "suspended",
            PolicyType::Managed,
            policies::project_policy(context, &fraud, &ProjectAccess::default(), true).unwrap(),
        ),
        (
            "user",
            PolicyType::Managed,
            policies::user_policy(context, &alice).unwrap(),
        ),
        (
            "role",
            PolicyType::RoleInline,
            policies::pass_role_policy(
                context,
                &MemberAccess {
                    datasets: &datasets,
                    ..MemberAccess::new(&fraud, &alice, &role, &ProjectAccess::default())
                },
            )
            .unwrap(),
        ),
        (
            "base",
            PolicyType::Managed,
            policies::notebook_base_policy(context).unwrap(),
        ),
        (
            "boundary",
            PolicyType::Boundary,
            policies::permissions_boundary(context).unwrap(),
        ),
        ("trust", PolicyType::Trust, policies::trust_policy(context)),
    ];
    all.extend(
        groups
            .into_iter()
            .map(|document| ("group", PolicyType::Managed, document)),
    );
    all
}

/// The policies that differ in the attribute model.
fn attribute_policies(context: &PolicyContext<'_>) -> Vec<(&'static str, PolicyType, Document)> {
    let role = context.account.role_arn("MLSpace-fraud-0fb265a4573777a0");
    let (fraud, alice) = ("fraud".parse().unwrap(), "alice".parse().unwrap());
    let suspended = ["fraud".parse().unwrap()];
    vec![
        (
            "attribute",
            PolicyType::Managed,
            policies::attribute_policy(context).unwrap(),
        ),
        (
            "attribute role",
            PolicyType::RoleInline,
            policies::attribute_role_policy(
                context,
                &MemberAccess::new(&fraud, &alice, &role, &ProjectAccess::default()),
            )
            .unwrap(),
        ),
        (
            "suspension",
            PolicyType::Managed,
            policies::suspension_policy(context, &suspended).unwrap(),
        ),
    ]
}

fn provider_policies(
    context: &PolicyContext<'_>,
    boundary_arn: Option<&str>,
) -> Vec<(&'static str, PolicyType, Document)> {
    let access = TerraformRoleAccess {
        boundary_arn,
        ..TerraformRoleAccess::default()
    };
    let documents = policies::provider_policy(context, &access).unwrap();
    let labelled = documents
        .into_iter()
        .map(|document| ("provider", PolicyType::Managed, document));
    labelled.collect()
}

fn targets<'a>(documents: &'a [(&'static str, PolicyType, Document)]) -> Vec<LintTarget<'a>> {
    let policies = documents.iter();
    policies
        .map(|(label, policy_type, document)| LintTarget {
            label,
            policy_type: *policy_type,
            document,
        })
        .collect()
}

fn with_deployments(check: impl Fn(&PolicyContext<'_>)) {
    let account = Account::new("123456789012", "us-east-1");
    let subnets = ["subnet-1".to_owned(), "subnet-2".to_owned()];
    let groups = ["sg-1".to_owned()];
    let network = ApprovedNetwork {
        subnet_ids: &subnets,
        security_group_ids: &groups,
    };
    for network in [None, Some(network)] {
        for kms_key in [None, Some(KEY), Some("alias/data")] {
            check(&PolicyContext {
                account: &account,
                system_tag: "MLSpace",
                iam_prefix: "MLSpace",
                data_bucket: "mlspace-data-123456789012",
                network,
                kms_key,
                platform: PlatformAccess::default(),
            });
        }
    }
}

fn with_contexts(check: impl Fn(&[LintTarget<'_>])) {
    with_deployments(|context| check(&targets(&membership_policies(context))));
}

/// Findings that are meant, by the statement and why.
const MEANT: [(&str, &str); 6] = [
    (
        "DenyOtherSubnets",
        "the inline policy denies the other actions",
    ),
    (
        "DenyOtherSecurityGroups",
        "the inline policy denies the other actions",
    ),
    (
        "DenyNever",
        "AWS's reference does not list these operations",
    ),
    (
        "DenyOtherVolumeKey",
        "types with local storage take no key, so that a request for one passes without",
    ),
    (
        "DenyOtherUntypedVolumeKey",
        "a serverless endpoint has no volume, so that it passes without a key",
    ),
    (
        "DenyOtherModels",
        "the requests of the SDK name several models, whatever the reference says",
    ),
];

/// The findings as text, without those that are meant.
fn shown(findings: &[Finding]) -> Vec<String> {
    let meant = |text: &String| {
        MEANT
            .iter()
            .any(|(sid, _)| text.contains(&format!("statement `{sid}`")))
    };
    findings
        .iter()
        .map(Finding::to_string)
        .filter(|text| !meant(text))
        .collect()
}

#[test]
fn membership_policies_have_no_findings_together() {
    with_contexts(|policies| {
        assert_eq!(
            shown(&lint(policies, &LintOptions::default())),
            Vec::<String>::new()
        );
    });
}

#[test]
fn membership_policies_have_no_findings_alone() {
    with_contexts(|policies| {
        for policy in policies {
            assert_eq!(
                shown(&lint(&[*policy], &LintOptions::default())),
                Vec::<String>::new()
            );
        }
    });
}

/// The denials restrict what a base policy allows, so a broad one is not a finding.
#[test]
fn membership_policies_have_no_findings_with_broad_base_policy() {
    let broad =
        parsed(r#"{"Sid": "Base", "Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"}"#);
    with_contexts(|policies| {
        let base = LintTarget {
            label: "broad",
            policy_type: PolicyType::Managed,
            document: &broad,
        };
        let all: Vec<_> = policies.iter().copied().chain([base]).collect();
        assert_eq!(
            shown(&lint(&all, &LintOptions::default())),
            Vec::<String>::new()
        );
    });
}

#[test]
fn lint_finds_a_fault_in_membership_policies() {
    with_contexts(|policies| {
        let role = policies
            .iter()
            .find(|policy| policy.label == "user")
            .unwrap();
        let mut faulty = role.document.clone();
        let presence = |statement: &&mut iam_policy::Statement| {
            statement.sid.as_deref() == Some("DenyNoSubnets")
        };
        let statement = faulty.statements.iter_mut().find(presence).unwrap();
        let actions = statement.actions.values().iter().cloned();
        let more = actions.chain(["sagemaker:CreateTransformJob".to_owned()]);
        *statement = statement.clone().actions(more.collect::<Vec<_>>());
        let policy = LintTarget {
            document: &faulty,
            ..*role
        };
        let found = lint(&[policy], &LintOptions::default());
        assert!(
            found.iter().any(|finding| finding.id() == RuleId::L03
                && finding.to_string().contains("DenyNoSubnets")),
            "{found:#?}"
        );
    });
}

#[test]
fn attribute_policies_have_no_findings() {
    with_deployments(|context| {
        let documents = attribute_policies(context);
        let all = targets(&documents);
        let none = Vec::<String>::new();
        assert_eq!(shown(&lint(&all, &LintOptions::default())), none);
        for policy in all {
            assert_eq!(shown(&lint(&[policy], &LintOptions::default())), none);
        }
    });
}

/// Without a boundary the caller can create roles with all permissions, which is a finding.
#[test]
fn provider_policies_have_no_findings_with_a_boundary() {
    with_deployments(|context| {
        let boundary = context.account.policy_arn("boundary");
        let bounded = provider_policies(context, Some(&boundary));
        let found = lint(&targets(&bounded), &LintOptions::default());
        assert_eq!(shown(&found), Vec::<String>::new());
        let unbounded = provider_policies(context, None);
        let found = lint(&targets(&unbounded), &LintOptions::default());
        assert_eq!(
            rule_ids(&found),
            BTreeSet::from([RuleId::L15]),
            "{found:#?}"
        );
    });
}

fn parsed(statements: &str) -> Document {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
