//! Tests of multiple policies together, and what tests of policies share.

mod access;
mod attacks;
mod grants;
mod isolation_teeth;
mod isolation_theorem;
mod known_holes;
mod lint;
mod malformed_json;
mod requests;
mod shape;
mod sizes;
mod studio;
mod traps;

use super::*;
use crate::layout::{Account, role_name};
use crate::name::{DatasetName, GroupName, ProjectName, UserName};
use iam_policy::Document;

/// Owns the values that a [`PolicyContext`] borrows.
pub(super) struct Deployment {
    pub(super) account: Account,
    bucket: String,
    subnets: Vec<String>,
    groups: Vec<String>,
    key: Option<String>,
}

impl Deployment {
    pub(super) fn new() -> Self {
        Self {
            account: Account::new("123456789012", "us-east-1"),
            bucket: "mlspace-data-123456789012".to_owned(),
            subnets: vec![subnet(0), subnet(1)],
            groups: vec!["sg-0123456789abcdef0".to_owned()],
            key: Some(
                "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
                    .to_owned(),
            ),
        }
    }

    pub(super) fn context(&self) -> PolicyContext<'_> {
        PolicyContext {
            account: &self.account,
            system_tag: "MLSpace",
            iam_prefix: "MLSpace",
            data_bucket: &self.bucket,
            network: Some(ApprovedNetwork {
                subnet_ids: &self.subnets,
                security_group_ids: &self.groups,
            }),
            kms_key: self.key.as_deref(),
            platform: PlatformAccess::default(),
        }
    }

    pub(super) fn role_arn(&self, project: &ProjectName, user: &UserName) -> String {
        self.account
            .role_arn(&role_name("MLSpace", project, user).unwrap())
    }
}

pub(super) fn subnet(n: usize) -> String {
    format!("subnet-{n:017x}")
}

pub(super) fn project(name: &str) -> ProjectName {
    name.parse().unwrap()
}

pub(super) fn user(name: &str) -> UserName {
    name.parse().unwrap()
}

pub(super) fn dataset(name: &str) -> DatasetName {
    name.parse().unwrap()
}

pub(super) fn group(name: &str) -> GroupName {
    name.parse().unwrap()
}

/// The rules of lint findings.
pub(super) fn rule_ids(
    findings: &[iam_policy::lint::Finding],
) -> std::collections::BTreeSet<iam_policy::lint::RuleId> {
    findings.iter().map(iam_policy::lint::Finding::id).collect()
}

/// The lint findings of one document, as text.
pub(super) fn findings(
    label: &str,
    policy_type: iam_policy::PolicyType,
    document: &Document,
) -> Vec<String> {
    use iam_policy::lint::{Finding, LintOptions, LintTarget, lint};
    let policy = LintTarget {
        label,
        policy_type,
        document,
    };
    let found = lint(&[policy], &LintOptions::default());
    found.iter().map(Finding::to_string).collect()
}

/// A policy that allows these actions on everything.
pub(super) fn allow_all(actions: &str) -> Document {
    use iam_policy::Statement;
    Document::new([Statement::allow("Base").actions([actions]).resources(["*"])])
}

/// Owned strings.
pub(super) fn strings(values: &[&str]) -> Vec<String> {
    values.iter().map(|&value| value.to_owned()).collect()
}
