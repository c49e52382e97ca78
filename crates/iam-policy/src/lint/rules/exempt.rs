//! Who is spared by a Deny.

use super::super::scope::{Line, Report, Scope};
use super::values;
use crate::{Operator, SetQualifier};

const PRINCIPAL_TAG: &str = "aws:principaltag/";

/// L11.
pub(crate) fn mutable_tag(report: &mut Report<'_>) {
    let scope = report.scope;
    for line in scope.lines.iter().filter(|line| line.denies()) {
        for condition in &line.statement.conditions {
            let name = condition.key.as_str().to_ascii_lowercase();
            let Some(tag) = name.strip_prefix(PRINCIPAL_TAG) else {
                continue;
            };
            let spares = condition.operator.comparison.is_negated()
                // A comparison with another tag or key of the request is a match, not a list of the exempt.
                && condition.values.iter().all(|value| values::variables(value).is_empty());
            if spares && !is_protected(scope, tag) {
                report.condition(
                    line,
                    condition,
                    format!("the Deny spares principals by `{}`, which whoever may tag a role can set", condition.key),
                    "name the exempt by `aws:PrincipalArn`, or deny `iam:TagRole` and `iam:UntagRole` for this tag",
                );
            }
        }
    }
}

/// Whether some Deny keeps roles from getting the tag.
fn is_protected(scope: &Scope<'_>, tag: &str) -> bool {
    scope
        .lines
        .iter()
        .any(|line| line.denies() && line.covers("iam:TagRole") && guards(line, tag))
}

fn guards(line: &Line<'_>, tag: &str) -> bool {
    line.statement.conditions.iter().all(|condition| {
        condition.operator.qualifier == Some(SetQualifier::ForAnyValue)
            && matches!(
                condition.operator.comparison,
                Operator::StringEquals | Operator::StringEqualsIgnoreCase
            )
            && condition.key.as_str().eq_ignore_ascii_case("aws:TagKeys")
            && condition
                .values
                .iter()
                .any(|value| value.eq_ignore_ascii_case(tag))
    })
}
