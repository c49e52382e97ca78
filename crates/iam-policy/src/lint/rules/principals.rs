//! Allows that exclude principals in place of naming them.

use super::super::reporter::Reporter;
use super::super::rule::Examples;
use crate::{Clause, PolicyType};

pub(super) const ALLOW_NOT_PRINCIPAL: Examples = Examples {
    policy_type: PolicyType::Bucket,
    bad: r#"{"Sid": "AllButGuests", "Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:role/guest"},
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::mlspace-data/*"}"#,
    good: Some(
        r#"{"Sid": "Members", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/member"},
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::mlspace-data/*"}"#,
    ),
};

/// L22.
pub(super) fn allow_not_principal(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    for context in scope.statements.iter().filter(|context| context.allows()) {
        if let Some(Clause::Except(_)) = &context.statement.principals {
            reporter.at(
                context,
                &["NotPrincipal"],
                "the Allow applies to everyone else, including anonymous callers and other accounts",
                "name the principals in `Principal`; to exclude some of them, add a Deny",
            );
        }
    }
}
