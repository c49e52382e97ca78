//! Allows that grant more than they seem to.

use super::super::reporter::Reporter;
use super::super::rule::Examples;
use super::super::scope::{Scope, StatementContext, is_null, pattern_covers};
use super::super::service_reference;
use crate::pattern::{Case, Pattern};
use crate::{Clause, Condition, Operator, PolicyType, Principal};

/// First words of the `Sid`s of guardrails.
const GUARDRAIL_WORDS: [&str; 9] = [
    "deny", "disallow", "enforce", "forbid", "limit", "lockdown", "prevent", "require", "restrict",
];

pub(super) const ALLOW_AS_GUARDRAIL: Examples = Examples {
    policy_type: PolicyType::Managed,
    bad: r#"{"Sid": "EnforceProjectTag", "Effect": "Allow", "Action": "sagemaker:CreateModel", "Resource": "*",
        "Condition": {"StringEquals": {"aws:RequestTag/project": "fraud"}}}"#,
    good: Some(
        r#"{"Sid": "EnforceProjectTag", "Effect": "Deny", "Action": "sagemaker:CreateModel", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestTag/project": "fraud"}}}"#,
    ),
};

/// L01.
pub(super) fn allow_as_guardrail(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    for context in scope
        .statements
        .iter()
        .filter(|context| context.allows() && grants(context.policy_type))
    {
        if context.statement.conditions.is_empty() {
            continue;
        }
        if let Some(condition) = context
            .statement
            .conditions
            .iter()
            .find(|one| is_bypassed(scope, context, one))
        {
            reporter.condition(
                context,
                condition,
                format!("the same actions are allowed elsewhere without `{}`, and no Deny covers that case", condition.key),
                "deny what the condition excludes, with one statement for each key",
            );
        } else if is_named_guardrail(context) {
            reporter.at(
                context,
                &["Effect"],
                "the `Sid` calls the statement a restriction, but an Allow restricts nothing once another policy allows the same",
                "turn it into a Deny of what its conditions exclude",
            );
        } else if context.statement.conditions.iter().all(excludes_values) {
            reporter.at(
                context,
                &["Condition"],
                "the Allow lists the values that it excludes, and allows everything else, including requests without the key",
                "deny the excluded values, or allow a list of approved ones",
            );
        }
    }
}

/// Whether Allows of this type grant permissions. In other types they limit what others grant.
fn grants(kind: PolicyType) -> bool {
    matches!(
        kind,
        PolicyType::Managed | PolicyType::RoleInline | PolicyType::Bucket | PolicyType::Key
    )
}

/// Whether another statement allows the same without the condition's key, and no Deny is about the
/// key.
fn is_bypassed(scope: &Scope<'_>, context: &StatementContext<'_>, condition: &Condition) -> bool {
    let wider = scope.statements.iter().any(|other| {
        !std::ptr::eq(other, context)
            && other.allows()
            && adds_up(other.policy_type, context.policy_type)
            && other.statement.conditions.is_empty()
            && other.statement.principals.is_none() == context.statement.principals.is_none()
            && covers_principals(other, context)
            && covers_resources(other, context)
            && context.patterns.iter().any(|pattern| {
                other
                    .patterns
                    .iter()
                    .any(|wide| pattern_covers(wide.text, pattern.text, Case::Ignored))
            })
    });
    let denied = || {
        scope.statements.iter().any(|other| {
            let about = |action: &str| other.covers(action);
            other.denies()
                && other.mentions(&condition.key)
                && context.patterns.iter().any(|pattern| {
                    about(pattern.text) || pattern.actions.iter().any(|one| about(&one.name))
                })
        })
    };
    wider && !denied()
}

/// Whether grants of the two types add up: grants of identity policies do, and grants in the same
/// type of policy.
fn adds_up(one: PolicyType, other: PolicyType) -> bool {
    let identity = |kind| matches!(kind, PolicyType::Managed | PolicyType::RoleInline);
    one == other || (identity(one) && identity(other))
}

fn covers_principals(wide: &StatementContext<'_>, narrow: &StatementContext<'_>) -> bool {
    match (&wide.statement.principals, &narrow.statement.principals) {
        (None, None) => true,
        (Some(Clause::Only(wide)), Some(Clause::Only(narrow))) => {
            wide.contains(&Principal::Any) || narrow.is_subset(wide)
        }
        _ => false,
    }
}

fn covers_resources(wide: &StatementContext<'_>, narrow: &StatementContext<'_>) -> bool {
    match (&wide.statement.resources, &narrow.statement.resources) {
        (Some(Clause::Only(wide)), Some(Clause::Only(narrow))) => narrow.iter().all(|narrow| {
            wide.iter()
                .any(|wide| pattern_covers(wide, narrow, Case::Sensitive))
        }),
        _ => false,
    }
}

fn is_named_guardrail(context: &StatementContext<'_>) -> bool {
    let sid = context
        .statement
        .sid
        .as_deref()
        .unwrap_or_default()
        .to_ascii_lowercase();
    GUARDRAIL_WORDS.iter().any(|word| sid.starts_with(word))
}

/// Whether the condition is a negated comparison of a request parameter.
fn excludes_values(condition: &Condition) -> bool {
    let parameter =
        service_reference::known(&condition.key).is_some_and(|key| !key.name.starts_with("aws:"));
    parameter && condition.operator.comparison.is_negated()
}

/// Keys that restrict a resource to an account or organization.
const OWNERS: [&str; 4] = [
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:ResourceOrgPaths",
    "s3:ResourceAccount",
];

pub(super) const FOREIGN_BUCKETS: Examples = Examples {
    policy_type: PolicyType::Managed,
    bad: r#"{"Sid": "Data", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::*sagemaker*/*"}"#,
    good: Some(
        r#"{"Sid": "Data", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::*sagemaker*/*",
        "Condition": {"StringEquals": {"aws:ResourceAccount": "111122223333"}}}"#,
    ),
};

/// L14.
pub(super) fn foreign_buckets(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    for context in scope.statements.iter().filter(|context| context.allows()) {
        // A bucket policy is about its own bucket, and organization policies start by allowing
        // everything.
        if matches!(
            context.policy_type,
            PolicyType::Bucket
                | PolicyType::Key
                | PolicyType::ServiceControl
                | PolicyType::ResourceControl
        ) {
            continue;
        }
        let Some(Clause::Only(resources)) = &context.statement.resources else {
            continue;
        };
        if context.statement.conditions.iter().any(restricts_owner) {
            continue;
        }
        let objects = [
            "s3:GetObject",
            "s3:PutObject",
            "s3:ListBucket",
            "s3:DeleteObject",
        ];
        if !objects.iter().any(|action| context.covers(action)) {
            continue;
        }
        for resource in resources {
            let open = match bucket(resource) {
                Some(bucket) => bucket.contains(['*', '?']),
                // Identity policies use `*` for many reasons; on an endpoint it lets data out to
                // any bucket.
                None => context.policy_type == PolicyType::Endpoint && resource == "*",
            };
            if open {
                reporter.at(
                    context,
                    &[context.resource_member()],
                    format!("`{resource}` matches buckets in any account"),
                    "name the buckets in full, or add `StringEquals` on `aws:ResourceAccount`",
                );
            }
        }
    }
}

fn restricts_owner(condition: &Condition) -> bool {
    let owner = OWNERS
        .iter()
        .any(|key| condition.key.as_str().eq_ignore_ascii_case(key));
    owner
        && !condition.operator.comparison.is_negated()
        && condition.operator.comparison != Operator::Null
}

/// The bucket in an ARN pattern of S3, without policy variables.
fn bucket(resource: &str) -> Option<String> {
    let mut parts = resource.splitn(6, ':');
    let (service, rest) = (parts.nth(2)?, parts.nth(2)?);
    if service != "s3" {
        return None;
    }
    let name = rest.split('/').next().unwrap_or_default();
    let mut out = String::new();
    let mut rest = name;
    while let Some((before, behind)) = rest.split_once("${") {
        out.push_str(before);
        rest = behind.split_once('}').map_or("", |(_, behind)| behind);
    }
    out.push_str(rest);
    Some(out)
}

pub(super) const PRIVILEGE_ESCALATION: Examples = Examples {
    policy_type: PolicyType::Managed,
    bad: r#"{"Sid": "PassRole", "Effect": "Allow", "Action": "iam:PassRole", "Resource": "*",
        "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}}"#,
    good: Some(
        r#"{"Sid": "PassRole", "Effect": "Allow", "Action": "iam:PassRole",
        "Resource": "arn:aws:iam::111122223333:role/MLSpace-fraud-alice",
        "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}}"#,
    ),
};

/// L15.
pub(super) fn privilege_escalation(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    for context in scope.statements.iter().filter(|context| context.allows()) {
        match context.policy_type {
            PolicyType::Trust => trusts_account(reporter, context),
            PolicyType::Managed | PolicyType::RoleInline => {
                passes_any_role(reporter, context);
                creates_unbounded_roles(reporter, scope, context);
            }
            _ => {}
        }
    }
}

fn passes_any_role(reporter: &mut Reporter<'_>, context: &StatementContext<'_>) {
    // A pattern that matches a role with this made-up name matches any role.
    let arbitrary_role = "arn:aws:iam::000000000000:role/q/zzq";
    let matches = |resource: &&String| {
        Pattern::wildcard(&in_some_account(resource)).matches(arbitrary_role, Case::Sensitive)
    };
    let Some(resources) = &context.statement.resources else {
        return;
    };
    let any = resources.values().iter().find(matches);
    let open = match (resources, any) {
        (Clause::Only(_), Some(resource)) => format!("`{resource}`"),
        (Clause::Except(_), None) => "all but some resources".to_owned(),
        _ => return,
    };
    if context.covers("iam:PassRole") {
        reporter.at(
            context,
            &[context.resource_member()],
            format!(
                "`iam:PassRole` on {open} passes any role of the account, including the roles of administrators"
            ),
            "name the roles, or a path or prefix that only they have",
        );
    }
}

/// The pattern with wildcards for partition and account.
fn in_some_account(resource: &str) -> String {
    let mut parts: Vec<&str> = resource.splitn(6, ':').collect();
    for at in [1, 4] {
        if let Some(part) = parts.get_mut(at) {
            *part = "*";
        }
    }
    parts.join(":")
}

fn creates_unbounded_roles(
    reporter: &mut Reporter<'_>,
    scope: &Scope<'_>,
    context: &StatementContext<'_>,
) {
    let boundary = "iam:PermissionsBoundary";
    let bound = context.statement.conditions.iter().any(|condition| {
        condition.key.as_str().eq_ignore_ascii_case(boundary)
            && !condition.operator.comparison.is_negated()
            && !is_null(condition, "true")
    });
    let denied = || {
        scope.statements.iter().any(|other| {
            other.denies()
                && other.covers("iam:CreateRole")
                && (other.statement.conditions.is_empty() || other.mentions_any(&[boundary]))
        })
    };
    if context.covers("iam:CreateRole") && !bound && !denied() {
        reporter.at(
            context,
            &[context.action_member()],
            "`iam:CreateRole` without a permissions boundary creates roles with any permissions",
            "add a condition on `iam:PermissionsBoundary`",
        );
    }
}

fn trusts_account(reporter: &mut Reporter<'_>, context: &StatementContext<'_>) {
    let Some(Clause::Only(principals)) = &context.statement.principals else {
        return;
    };
    if context.mentions_any(&["aws:PrincipalArn", "sts:ExternalId"]) {
        return;
    }
    let whole = principals.iter().find(|principal| match principal {
        Principal::Any => true,
        Principal::Aws(name) => name.ends_with(":root") || name.chars().all(|c| c.is_ascii_digit()),
        _ => false,
    });
    if let Some(principal) = whole {
        reporter.at(
            context,
            &["Principal"],
            format!(
                "`{}` trusts every principal in it that is allowed to assume roles",
                principal.name()
            ),
            "name the roles that need it, or restrict it by `aws:PrincipalArn`",
        );
    }
}
