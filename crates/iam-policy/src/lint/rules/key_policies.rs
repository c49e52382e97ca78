//! Key policies.

use std::collections::BTreeSet;

use super::super::reporter::Reporter;
use super::super::rule::Examples;
use super::super::scope::StatementContext;
use crate::{Clause, PolicyType, Principal};

/// The actions with which Terraform refreshes a key, in addition to `kms:DescribeKey`.
const READS: [&str; 3] = [
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListResourceTags",
];

pub(super) const KEY_READS_DENIED: Examples = Examples {
    policy_type: PolicyType::Key,
    bad: r#"{"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*",
        "Resource": "*"},
        {"Sid": "OwnEndpoint", "Effect": "Deny", "Principal": "*", "Action": ["kms:Decrypt", "kms:DescribeKey"],
        "Resource": "*", "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}}"#,
    good: Some(
        r#"{"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*",
        "Resource": "*"},
        {"Sid": "OwnEndpoint", "Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}}"#,
    ),
};

/// L12.
pub(super) fn key_reads_denied(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    for context in scope
        .statements
        .iter()
        .filter(|context| context.denies() && context.policy_type == PolicyType::Key)
    {
        let denied: Vec<&str> = ["kms:DescribeKey"]
            .into_iter()
            .chain(READS)
            .filter(|action| context.covers(action))
            .collect();
        let everyone = context
            .statement
            .principals
            .as_ref()
            .is_none_or(|principals| {
                principals.values().contains(&Principal::Any) && !principals.is_except()
            });
        if everyone && !context.mentions_any(&["aws:PrincipalArn"]) && !denied.is_empty() {
            let denied: Vec<String> = denied.iter().map(|action| format!("`{action}`")).collect();
            reporter.at(
                context,
                &[context.action_member()],
                format!("the Deny covers {}, so administrators cannot read the key's metadata either", denied.join(", ")),
                "deny cryptographic actions only, or exempt the administrators by `aws:PrincipalArn`",
            );
        }
    }
}

pub(super) const UNMANAGEABLE_KEY: Examples = Examples {
    policy_type: PolicyType::Key,
    bad: r#"{"Sid": "Members", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/member"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": "*"}"#,
    good: Some(
        r#"{"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*",
        "Resource": "*"}"#,
    ),
};

/// L13.
pub(super) fn unmanageable_key(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    for (index, policy) in scope.policies.iter().enumerate() {
        if policy.policy_type != PolicyType::Key {
            continue;
        }
        let allows: Vec<&StatementContext<'_>> = scope
            .statements
            .iter()
            .filter(|context| context.policy == index && context.allows())
            .collect();
        let everyone: BTreeSet<&Principal> = allows
            .iter()
            .filter_map(|context| match &context.statement.principals {
                Some(Clause::Only(principals)) => Some(principals),
                _ => None,
            })
            .flatten()
            .filter(|principal| matches!(principal, Principal::Any | Principal::Aws(_)))
            .collect();
        let holds = |principal: &Principal, action: &str| {
            allows
                .iter()
                .any(|context| context.covers(action) && includes(context, principal))
        };
        if !everyone
            .iter()
            .any(|principal| holds(principal, "kms:PutKeyPolicy"))
        {
            reporter.document(
                index,
                "no principal is allowed `kms:PutKeyPolicy`, so the key policy can never be changed",
                "allow `kms:*` to the account's root, or administration to a role",
            );
        } else if !everyone
            .iter()
            .any(|principal| READS.iter().all(|action| holds(principal, action)))
        {
            reporter.document(
                index,
                "no principal is allowed all of `kms:GetKeyPolicy`, `kms:GetKeyRotationStatus` and `kms:ListResourceTags`, so Terraform \
                 cannot refresh the key",
                "allow all three to the principal that runs Terraform",
            );
        }
    }
}

fn includes(context: &StatementContext<'_>, principal: &Principal) -> bool {
    match &context.statement.principals {
        Some(Clause::Only(principals)) => {
            principals.contains(&Principal::Any) || principals.contains(principal)
        }
        _ => false,
    }
}
