//! Key policies.

use std::collections::BTreeSet;

use super::super::scope::{Line, Report};
use crate::{Clause, PolicyType, Principal};

/// What Terraform reads of a key at every refresh, beside `kms:DescribeKey`.
const READS: [&str; 3] = [
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListResourceTags",
];

/// L12.
pub(crate) fn reads_denied(report: &mut Report<'_>) {
    let scope = report.scope;
    for line in scope
        .lines
        .iter()
        .filter(|line| line.denies() && line.kind == PolicyType::Key)
    {
        let denied: Vec<&str> = ["kms:DescribeKey"]
            .into_iter()
            .chain(READS)
            .filter(|action| line.covers(action))
            .collect();
        let everyone = line.statement.principals.as_ref().is_none_or(|principals| {
            principals.values().contains(&Principal::Any) && !principals.is_except()
        });
        if everyone && !line.mentions_any(&["aws:PrincipalArn"]) && !denied.is_empty() {
            let denied: Vec<String> = denied.iter().map(|action| format!("`{action}`")).collect();
            report.at(
                line,
                &[line.action_member()],
                format!("the Deny covers {}, so that administrators can't read about the key either", denied.join(", ")),
                "deny cryptographic actions only, or spare the administrators by `aws:PrincipalArn`",
            );
        }
    }
}

/// L13.
pub(crate) fn nobody_administers(report: &mut Report<'_>) {
    let scope = report.scope;
    for (index, policy) in scope.policies.iter().enumerate() {
        if policy.policy_type != PolicyType::Key {
            continue;
        }
        let allows: Vec<&Line<'_>> = scope
            .lines
            .iter()
            .filter(|line| line.policy == index && line.allows())
            .collect();
        let everyone: BTreeSet<&Principal> = allows
            .iter()
            .filter_map(|line| match &line.statement.principals {
                Some(Clause::Only(principals)) => Some(principals),
                _ => None,
            })
            .flatten()
            .filter(|principal| matches!(principal, Principal::Any | Principal::Aws(_)))
            .collect();
        let holds = |principal: &Principal, action: &str| {
            allows
                .iter()
                .any(|line| line.covers(action) && includes(line, principal))
        };
        if !everyone
            .iter()
            .any(|principal| holds(principal, "kms:PutKeyPolicy"))
        {
            report.document(
                index,
                "no principal is allowed `kms:PutKeyPolicy`: the policy of the key could never be changed",
                "allow `kms:*` to the account's root, or administration to a role",
            );
        } else if !everyone
            .iter()
            .any(|principal| READS.iter().all(|action| holds(principal, action)))
        {
            report.document(
                index,
                "no principal is allowed all of `kms:GetKeyPolicy`, `kms:GetKeyRotationStatus` and `kms:ListResourceTags`: Terraform \
                 can't refresh the key",
                "allow the three to whoever runs Terraform",
            );
        }
    }
}

fn includes(line: &Line<'_>, principal: &Principal) -> bool {
    match &line.statement.principals {
        Some(Clause::Only(principals)) => {
            principals.contains(&Principal::Any) || principals.contains(principal)
        }
        _ => false,
    }
}
