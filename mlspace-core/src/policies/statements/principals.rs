//! Roles and users as principals of resource policies and trust policies.

use crate::policies::context::{PolicyError, check_value};
use iam_policy::{Operator, Principal, Statement};

/// Checks that each value is the ARN of a role or user with a fixed account. Wildcards are allowed
/// in the name only.
pub(in crate::policies) fn check_principals(arns: &[String]) -> Result<(), PolicyError> {
    let expected = "write the ARN of a role or user, with wildcards in its name only";
    for arn in arns {
        check_value("principal", arn, ":/_+=,.@-*?", expected)?;
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let has_account = matches!(parts.as_slice(), ["arn", partition, "iam", "", account, _]
            if !partition.contains(['*', '?'])
                && account.len() == 12
                && account.chars().all(|c| c.is_ascii_digit()));
        if !has_account {
            return Err(PolicyError::Value {
                what: "principal",
                value: arn.clone(),
                expected,
            });
        }
    }
    Ok(())
}

/// Adds these principals to the statement.
///
/// A `Principal` element supports no patterns. If one of the ARNs is a pattern, the statement names
/// the accounts of the ARNs and a condition compares the ARNs. If one of these accounts is
/// `own_account`, the statement names everyone instead, since naming the own account would delegate
/// the decision to its identity policies. [`check_principals`] ensures that every pattern has a
/// fixed account.
///
/// Source: *AWS JSON policy elements: Principal*
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>).
pub(in crate::policies) fn with_principals(
    statement: Statement,
    arns: &[String],
    own_account: &str,
) -> Statement {
    if !arns.iter().any(|arn| arn.contains(['*', '?'])) {
        return arns.iter().fold(statement, |statement, arn| {
            statement.principal(Principal::aws(arn))
        });
    }
    let account = |arn: &String| arn.split(':').nth(4).unwrap_or_default().to_owned();
    let matching = statement.when(Operator::ArnLike, "aws:PrincipalArn", arns);
    if arns.iter().any(|arn| account(arn) == own_account) {
        matching.principal(Principal::Any)
    } else {
        arns.iter().fold(matching, |statement, arn| {
            statement.principal(Principal::aws(account(arn)))
        })
    }
}
