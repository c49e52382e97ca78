//! Who may come from where: principals of resource policies, and the VPC endpoints they come through.

use super::context::{GrantError, check_value};
use iam_policy::{Operator, Principal, Statement};

/// A network that resources can only be used from.
#[derive(Clone, Copy)]
pub(super) struct Perimeter<'a> {
    pub(super) endpoint_ids: &'a [String],
    pub(super) exempt_principal_arns: &'a [String],
}

impl Perimeter<'_> {
    /// The denial, lifted for exempt principals.
    pub(super) fn exempting(&self, deny: Statement) -> Statement {
        if self.exempt_principal_arns.is_empty() {
            deny
        } else {
            deny.when(
                Operator::ArnNotLike,
                "aws:PrincipalArn",
                self.exempt_principal_arns,
            )
        }
    }

    /// The denial, for what comes around the endpoints: not by an AWS service on its own or on a caller's behalf, nor by exempt principals.
    /// None when there are no endpoints.
    ///
    /// A request without the two keys about services is no service's, hence `IfExists`.
    pub(super) fn closed(&self, deny: Statement) -> Result<Option<Statement>, GrantError> {
        for id in self.endpoint_ids {
            check_value(
                "VPC endpoint",
                id,
                "-",
                "write an id such as `vpce-0a1b2c3d`",
            )?;
        }
        Ok((!self.endpoint_ids.is_empty()).then(|| {
            let around = self
                .exempting(deny)
                .when(
                    Operator::StringNotEquals,
                    "aws:SourceVpce",
                    self.endpoint_ids,
                )
                .when(Operator::Bool.if_exists(), "aws:ViaAWSService", ["false"]);
            by_people(around)
        }))
    }
}

/// The denial, for all but AWS services on their own. A request without the key is no service's.
pub(super) fn by_people(deny: Statement) -> Statement {
    deny.when(
        Operator::Bool.if_exists(),
        "aws:PrincipalIsAWSService",
        ["false"],
    )
}

/// Refuses what names no account, or would be read as a policy variable.
pub(super) fn check_principals(arns: &[String]) -> Result<(), GrantError> {
    let expected = "write the ARN of a role or user, with wildcards in its name at most";
    for arn in arns {
        check_value("principal", arn, ":/_+=,.@-*?", expected)?;
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let named = matches!(parts.as_slice(), ["arn", partition, "iam", "", account, _]
            if !partition.contains(['*', '?'])
                && account.len() == 12
                && account.chars().all(|c| c.is_ascii_digit()));
        if !named {
            return Err(GrantError::Value {
                what: "principal",
                value: arn.clone(),
                expected,
            });
        }
    }
    Ok(())
}

/// The statement for these principals. A `Principal` takes no patterns of names: where there is one, it is their accounts, or everyone where the
/// account of the resource itself is among them, under the condition that the ARNs match. (To name one's own account would leave it to the
/// identity policies.) [`check_principals`] made sure that patterns name an account, so that nobody unknown is meant.
///
/// Source: *AWS JSON policy elements: Principal*
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>).
pub(super) fn callers(statement: Statement, arns: &[String], own_account: &str) -> Statement {
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
