//! The policies that this crate makes.

use std::collections::BTreeSet;

use iam_policy::lint::{Finding, LintOptions, LintTarget, RuleId, lint};
use iam_policy::{Document, PolicyType};

use super::rule_ids;
use crate::layout::{Account, role_name};
use crate::policies::{self, ApprovedNetwork, GrantContext, ProviderAccess};

const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";

/// Every document that a membership's role can hold, with its kind.
fn documents(context: &GrantContext<'_>) -> Vec<(&'static str, PolicyType, Document)> {
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
            policies::project_policy(context, &fraud, false).unwrap(),
        ),
        (
            "suspended",
            PolicyType::Managed,
            policies::project_policy(context, &fraud, true).unwrap(),
        ),
        (
            "user",
            PolicyType::Managed,
            policies::user_policy(context, &alice).unwrap(),
        ),
        (
            "role",
            PolicyType::RoleInline,
            policies::pass_role_policy(context, &role).unwrap(),
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

/// The same for the model of shared policies, and the policies of the caller.
fn shared(context: &GrantContext<'_>) -> Vec<(&'static str, PolicyType, Document)> {
    let role = context.account.role_arn("MLSpace-fraud-0fb265a4573777a0");
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
            policies::attribute_role_policy(context, &role).unwrap(),
        ),
        (
            "suspension",
            PolicyType::Managed,
            policies::suspension_policy(context, &suspended).unwrap(),
        ),
    ]
}

fn of_caller(
    context: &GrantContext<'_>,
    boundary_arn: Option<&str>,
) -> Vec<(&'static str, PolicyType, Document)> {
    let access = ProviderAccess {
        boundary_arn,
        ..ProviderAccess::default()
    };
    let documents = policies::provider_policy(context, &access).unwrap();
    let labelled = documents
        .into_iter()
        .map(|document| ("provider", PolicyType::Managed, document));
    labelled.collect()
}

fn under<'a>(documents: &'a [(&'static str, PolicyType, Document)]) -> Vec<LintTarget<'a>> {
    let policies = documents.iter();
    policies
        .map(|(label, kind, document)| LintTarget {
            label,
            policy_type: *kind,
            document,
        })
        .collect()
}

fn with_deployments(check: impl Fn(&GrantContext<'_>)) {
    let account = Account::new("123456789012", "us-east-1");
    let subnets = ["subnet-1".to_owned(), "subnet-2".to_owned()];
    let groups = ["sg-1".to_owned()];
    let network = ApprovedNetwork {
        subnet_ids: &subnets,
        security_group_ids: &groups,
    };
    for network in [None, Some(network)] {
        for kms_key in [None, Some(KEY), Some("alias/data")] {
            check(&GrantContext {
                account: &account,
                system_tag: "MLSpace",
                iam_prefix: "MLSpace",
                data_bucket: "mlspace-data-123456789012",
                network,
                kms_key,
            });
        }
    }
}

fn with_contexts(check: impl Fn(&[LintTarget<'_>])) {
    with_deployments(|context| check(&under(&documents(context))));
}

fn shown(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(Finding::to_string).collect()
}

#[test]
fn a_memberships_policies_have_no_findings_together() {
    with_contexts(|policies| {
        assert_eq!(
            shown(&lint(policies, &LintOptions::default())),
            Vec::<String>::new()
        );
    });
}

#[test]
fn each_policy_has_no_findings_by_itself() {
    with_contexts(|policies| {
        for policy in policies {
            assert_eq!(
                shown(&lint(&[*policy], &LintOptions::default())),
                Vec::<String>::new()
            );
        }
    });
}

/// The denials make up for what a base policy opens, so its breadth is no finding of theirs.
#[test]
fn a_broad_base_policy_voids_no_condition() {
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
fn a_slip_in_them_would_be_found() {
    with_contexts(|policies| {
        let role = policies
            .iter()
            .find(|policy| policy.label == "role")
            .unwrap();
        let mut slipped = role.document.clone();
        let presence = |statement: &&mut iam_policy::Statement| {
            statement.sid.as_deref() == Some("DenyNoSubnets")
        };
        let statement = slipped.statements.iter_mut().find(presence).unwrap();
        let actions = statement.actions.values().iter().cloned();
        let more = actions.chain(["sagemaker:CreateTransformJob".to_owned()]);
        *statement = statement.clone().actions(more.collect::<Vec<_>>());
        let policy = LintTarget {
            document: &slipped,
            ..*role
        };
        let found = lint(&[policy], &LintOptions::default());
        assert_eq!(
            rule_ids(&found),
            BTreeSet::from([RuleId::L03]),
            "{found:#?}"
        );
    });
}

#[test]
fn shared_policies_have_no_findings() {
    with_deployments(|context| {
        let documents = shared(context);
        let all = under(&documents);
        let none = Vec::<String>::new();
        assert_eq!(shown(&lint(&all, &LintOptions::default())), none);
        for policy in all {
            assert_eq!(shown(&lint(&[policy], &LintOptions::default())), none);
        }
    });
}

/// Without a boundary the caller makes roles that may anything: that is said where it is offered, and is a finding.
#[test]
fn the_callers_policies_have_no_findings_with_a_boundary() {
    with_deployments(|context| {
        let boundary = context.account.policy_arn("boundary");
        let bounded = of_caller(context, Some(&boundary));
        let found = lint(&under(&bounded), &LintOptions::default());
        assert_eq!(shown(&found), Vec::<String>::new());
        let unbounded = of_caller(context, None);
        let found = lint(&under(&unbounded), &LintOptions::default());
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
