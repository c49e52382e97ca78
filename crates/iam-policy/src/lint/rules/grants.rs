//! Allows that grant more than they seem to.

use super::super::scope::{Line, Report, Scope, is_null, pattern_covers};
use super::super::table;
use crate::pattern::{Case, Pattern};
use crate::{Clause, Condition, Operator, PolicyType, Principal};

/// How guardrails are called.
const GUARDRAIL_WORDS: [&str; 9] = [
    "deny", "disallow", "enforce", "forbid", "limit", "lockdown", "prevent", "require", "restrict",
];

/// L01.
pub(crate) fn allow_as_guardrail(report: &mut Report<'_>) {
    let scope = report.scope;
    for line in scope
        .lines
        .iter()
        .filter(|line| line.allows() && grants(line.kind))
    {
        if line.statement.conditions.is_empty() {
            continue;
        }
        if let Some(condition) = line
            .statement
            .conditions
            .iter()
            .find(|one| open(scope, line, one))
        {
            report.condition(
                line,
                condition,
                format!("the same actions are allowed elsewhere without `{}`, and nothing denies them then", condition.key),
                "deny what the condition rules out, with a statement for each key",
            );
        } else if is_called_guardrail(line) {
            report.at(
                line,
                &["Effect"],
                "the statement is called a restriction, and an Allow restricts nothing once another policy allows the same",
                "turn it into a Deny of what its conditions rule out",
            );
        } else if line.statement.conditions.iter().all(names_what_is_banned) {
            report.at(
                line,
                &["Condition"],
                "the Allow lists what it does not grant, and grants everything else, requests that name nothing included",
                "deny what is banned, or allow by a list of what is approved",
            );
        }
    }
}

/// Whether Allows of this kind grant, rather than limit what others grant.
fn grants(kind: PolicyType) -> bool {
    matches!(
        kind,
        PolicyType::Managed | PolicyType::RoleInline | PolicyType::Bucket | PolicyType::Key
    )
}

/// Whether another statement allows all that this one does without the condition's key, and no Deny is about the key.
fn open(scope: &Scope<'_>, line: &Line<'_>, condition: &Condition) -> bool {
    let wider = scope.lines.iter().any(|other| {
        !std::ptr::eq(other, line)
            && other.allows()
            && adds_up(other.kind, line.kind)
            && other.statement.conditions.is_empty()
            && other.statement.principals.is_none() == line.statement.principals.is_none()
            && covers_principals(other, line)
            && covers_resources(other, line)
            && line.patterns.iter().any(|pattern| {
                other
                    .patterns
                    .iter()
                    .any(|wide| pattern_covers(wide.text, pattern.text, Case::Ignored))
            })
    });
    let denied = || {
        scope.lines.iter().any(|other| {
            let about = |action: &str| other.covers(action);
            other.denies()
                && other.mentions(&condition.key)
                && line.patterns.iter().any(|pattern| {
                    about(pattern.text) || pattern.actions.iter().any(|one| about(&one.name))
                })
        })
    };
    wider && !denied()
}

/// Whether grants of the two kinds add up: those of identity policies do, and those of one resource's policy.
fn adds_up(one: PolicyType, other: PolicyType) -> bool {
    let identity = |kind| matches!(kind, PolicyType::Managed | PolicyType::RoleInline);
    one == other || (identity(one) && identity(other))
}

fn covers_principals(wide: &Line<'_>, narrow: &Line<'_>) -> bool {
    match (&wide.statement.principals, &narrow.statement.principals) {
        (None, None) => true,
        (Some(Clause::Only(wide)), Some(Clause::Only(narrow))) => {
            wide.contains(&Principal::Any) || narrow.is_subset(wide)
        }
        _ => false,
    }
}

fn covers_resources(wide: &Line<'_>, narrow: &Line<'_>) -> bool {
    match (&wide.statement.resources, &narrow.statement.resources) {
        (Some(Clause::Only(wide)), Some(Clause::Only(narrow))) => narrow.iter().all(|narrow| {
            wide.iter()
                .any(|wide| pattern_covers(wide, narrow, Case::Sensitive))
        }),
        _ => false,
    }
}

fn is_called_guardrail(line: &Line<'_>) -> bool {
    let sid = line
        .statement
        .sid
        .as_deref()
        .unwrap_or_default()
        .to_ascii_lowercase();
    GUARDRAIL_WORDS.iter().any(|word| sid.starts_with(word))
}

/// Whether the condition is a negated comparison of something that the request names.
fn names_what_is_banned(condition: &Condition) -> bool {
    let parameter = table::known(&condition.key).is_some_and(|key| !key.name.starts_with("aws:"));
    parameter && condition.operator.comparison.is_negated()
}

/// Keys that tie a resource to an account or organisation.
const OWNERS: [&str; 4] = [
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:ResourceOrgPaths",
    "s3:ResourceAccount",
];

/// L14.
pub(crate) fn foreign_buckets(report: &mut Report<'_>) {
    let scope = report.scope;
    for line in scope.lines.iter().filter(|line| line.allows()) {
        // A bucket policy is about its own bucket, and in the outer limits of an account everything is allowed first.
        if matches!(
            line.kind,
            PolicyType::Bucket
                | PolicyType::Key
                | PolicyType::ServiceControl
                | PolicyType::ResourceControl
        ) {
            continue;
        }
        let Some(Clause::Only(resources)) = &line.statement.resources else {
            continue;
        };
        if line.statement.conditions.iter().any(ties_owner) {
            continue;
        }
        let objects = [
            "s3:GetObject",
            "s3:PutObject",
            "s3:ListBucket",
            "s3:DeleteObject",
        ];
        if !objects.iter().any(|action| line.covers(action)) {
            continue;
        }
        for resource in resources {
            let open = match bucket(resource) {
                Some(bucket) => bucket.contains(['*', '?']),
                // Identity policies say `*` for many reasons; on an endpoint it lets data out to anywhere.
                None => line.kind == PolicyType::Endpoint && resource == "*",
            };
            if open {
                report.at(
                    line,
                    &[line.resource_member()],
                    format!("`{resource}` matches buckets in any account"),
                    "name the buckets in full, or add `StringEquals` on `aws:ResourceAccount`",
                );
            }
        }
    }
}

fn ties_owner(condition: &Condition) -> bool {
    let owner = OWNERS
        .iter()
        .any(|key| condition.key.as_str().eq_ignore_ascii_case(key));
    owner
        && !condition.operator.comparison.is_negated()
        && condition.operator.comparison != Operator::Null
}

/// The bucket in an ARN pattern of S3, policy variables taken out.
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

/// L15.
pub(crate) fn escalation(report: &mut Report<'_>) {
    let scope = report.scope;
    for line in scope.lines.iter().filter(|line| line.allows()) {
        match line.kind {
            PolicyType::Trust => trusts_account(report, line),
            PolicyType::Managed | PolicyType::RoleInline => {
                passes_any_role(report, line);
                creates_unbounded_roles(report, scope, line);
            }
            _ => {}
        }
    }
}

fn passes_any_role(report: &mut Report<'_>, line: &Line<'_>) {
    // A role that nobody would name: what matches it, matches any.
    let stranger = "arn:aws:iam::000000000000:role/q/zzq";
    let matches = |resource: &&String| {
        Pattern::wildcard(&in_some_account(resource)).matches(stranger, Case::Sensitive)
    };
    let Some(resources) = &line.statement.resources else {
        return;
    };
    let any = resources.values().iter().find(matches);
    let open = match (resources, any) {
        (Clause::Only(_), Some(resource)) => format!("`{resource}`"),
        (Clause::Except(_), None) => "all but some resources".to_owned(),
        _ => return,
    };
    if line.covers("iam:PassRole") {
        report.at(
            line,
            &[line.resource_member()],
            format!(
                "`iam:PassRole` on {open} passes any role of the account, those of administrators included"
            ),
            "name the roles, or a path or prefix that only they have",
        );
    }
}

/// The pattern with partition and account left open.
fn in_some_account(resource: &str) -> String {
    let mut parts: Vec<&str> = resource.splitn(6, ':').collect();
    for at in [1, 4] {
        if let Some(part) = parts.get_mut(at) {
            *part = "*";
        }
    }
    parts.join(":")
}

fn creates_unbounded_roles(report: &mut Report<'_>, scope: &Scope<'_>, line: &Line<'_>) {
    let boundary = "iam:PermissionsBoundary";
    let bound = line.statement.conditions.iter().any(|condition| {
        condition.key.as_str().eq_ignore_ascii_case(boundary)
            && !condition.operator.comparison.is_negated()
            && !is_null(condition, "true")
    });
    let denied = || {
        scope.lines.iter().any(|other| {
            other.denies()
                && other.covers("iam:CreateRole")
                && (other.statement.conditions.is_empty() || other.mentions_any(&[boundary]))
        })
    };
    if line.covers("iam:CreateRole") && !bound && !denied() {
        report.at(
            line,
            &[line.action_member()],
            "`iam:CreateRole` without a permissions boundary makes roles with any rights",
            "add a condition on `iam:PermissionsBoundary`",
        );
    }
}

fn trusts_account(report: &mut Report<'_>, line: &Line<'_>) {
    let Some(Clause::Only(principals)) = &line.statement.principals else {
        return;
    };
    if line.mentions_any(&["aws:PrincipalArn", "sts:ExternalId"]) {
        return;
    }
    let whole = principals.iter().find(|principal| match principal {
        Principal::Any => true,
        Principal::Aws(name) => name.ends_with(":root") || name.chars().all(|c| c.is_ascii_digit()),
        _ => false,
    });
    if let Some(principal) = whole {
        report.at(
            line,
            &["Principal"],
            format!(
                "`{}` trusts every principal there that may assume roles",
                principal.name()
            ),
            "name the roles that need it, or limit it by `aws:PrincipalArn`",
        );
    }
}
