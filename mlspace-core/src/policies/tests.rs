mod access;
mod hostile;
mod lint_guardrails;
mod lint_own;
mod packing;
mod people;
mod provider;
mod provider_boundary;
mod resources;
mod shape;
mod sizes;
mod weaknesses;

use super::*;
use crate::layout::{Account, role_name};
use crate::name::{DatasetName, GroupName, ProjectName, UserName};
use iam_policy::Document;

/// Long enough to live in a [`GrantContext`].
struct Deployment {
    account: Account,
    bucket: String,
    subnets: Vec<String>,
    groups: Vec<String>,
    key: Option<String>,
}

impl Deployment {
    fn new() -> Self {
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

    fn context(&self) -> GrantContext<'_> {
        GrantContext {
            account: &self.account,
            system_tag: "MLSpace",
            iam_prefix: "MLSpace",
            data_bucket: &self.bucket,
            network: Some(ApprovedNetwork {
                subnet_ids: &self.subnets,
                security_group_ids: &self.groups,
            }),
            kms_key: self.key.as_deref(),
        }
    }

    fn role_arn(&self, project: &ProjectName, user: &UserName) -> String {
        self.account
            .role_arn(&role_name("MLSpace", project, user).unwrap())
    }
}

fn subnet(n: usize) -> String {
    format!("subnet-{n:017x}")
}

fn project(name: &str) -> ProjectName {
    name.parse().unwrap()
}

fn user(name: &str) -> UserName {
    name.parse().unwrap()
}

fn dataset(name: &str) -> DatasetName {
    name.parse().unwrap()
}

fn group(name: &str) -> GroupName {
    name.parse().unwrap()
}

/// The rules of lint findings.
fn rule_ids(
    findings: &[iam_policy::lint::Finding],
) -> std::collections::BTreeSet<iam_policy::lint::RuleId> {
    findings.iter().map(iam_policy::lint::Finding::id).collect()
}
