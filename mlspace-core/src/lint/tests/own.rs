//! The policies that this crate makes.

use super::*;
use crate::grants::{self, ApprovedNetwork, GrantContext};
use crate::layout::{Account, role_name};

const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";

/// Every document that a membership's role can hold, with its kind.
fn documents(context: &GrantContext<'_>) -> Vec<(&'static str, Kind, Document)> {
    let (fraud, alice) = ("fraud".parse().unwrap(), "alice".parse().unwrap());
    let role = role_name("MLSpace", &fraud, &alice).unwrap();
    let role = context.account.role_arn(&role);
    let datasets = ["cards".parse().unwrap(), "atms".parse().unwrap()];
    let groups = grants::group_policies(context, &"analysts".parse().unwrap(), &datasets).unwrap();
    let mut all = vec![
        (
            "project",
            Kind::Managed,
            grants::project_policy(context, &fraud, false).unwrap(),
        ),
        (
            "suspended",
            Kind::Managed,
            grants::project_policy(context, &fraud, true).unwrap(),
        ),
        (
            "user",
            Kind::Managed,
            grants::user_policy(context, &alice).unwrap(),
        ),
        (
            "role",
            Kind::RoleInline,
            grants::pass_role_policy(context, &role).unwrap(),
        ),
        (
            "base",
            Kind::Managed,
            grants::notebook_base_policy(context).unwrap(),
        ),
        (
            "boundary",
            Kind::Boundary,
            grants::permissions_boundary(context).unwrap(),
        ),
        ("trust", Kind::Trust, grants::trust_policy(context)),
    ];
    all.extend(
        groups
            .into_iter()
            .map(|document| ("group", Kind::Managed, document)),
    );
    all
}

fn with_contexts(check: impl Fn(&[PolicyUnderLint<'_>])) {
    let account = Account::new("123456789012", "us-east-1");
    let (subnets, groups) = (
        ["subnet-1".to_owned(), "subnet-2".to_owned()],
        ["sg-1".to_owned()],
    );
    let network = ApprovedNetwork {
        subnet_ids: &subnets,
        security_group_ids: &groups,
    };
    for network in [None, Some(network)] {
        for kms_key in [None, Some(KEY), Some("alias/data")] {
            let context = GrantContext {
                account: &account,
                system_tag: "MLSpace",
                iam_prefix: "MLSpace",
                data_bucket: "mlspace-data-123456789012",
                network,
                kms_key,
            };
            let documents = documents(&context);
            let under: Vec<PolicyUnderLint<'_>> = documents
                .iter()
                .map(|(label, kind, document)| PolicyUnderLint {
                    label,
                    kind: *kind,
                    document,
                })
                .collect();
            check(&under);
        }
    }
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
        parse(r#"{"Sid": "Base", "Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"}"#);
    with_contexts(|policies| {
        let base = PolicyUnderLint {
            label: "broad",
            kind: Kind::Managed,
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
        let presence = |statement: &&mut crate::policy::Statement| {
            statement.sid.as_deref() == Some("DenyNoSubnets")
        };
        let statement = slipped.statements.iter_mut().find(presence).unwrap();
        let actions = statement.actions.values().iter().cloned();
        let more = actions.chain(["sagemaker:CreateTransformJob".to_owned()]);
        *statement = statement.clone().actions(more.collect::<Vec<_>>());
        let policy = PolicyUnderLint {
            document: &slipped,
            ..*role
        };
        let found = lint(&[policy], &LintOptions::default());
        assert_eq!(ids(&found), BTreeSet::from([RuleId::L03]), "{found:#?}");
    });
}
