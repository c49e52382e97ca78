//! `lint`: mistakes in policies, and policies that AWS would refuse.

use iam_policy::lint::{Finding, LintOptions, LintTarget, Severity, lint};
use iam_policy::{PolicyType, Violation};
use mlspace_core::text::thousands;
use serde_json::{Value, json};

use crate::arguments::Lint;
use crate::input::{self, InputError, Policy, Unreadable};
use crate::output::{CommandOutput, Format, Lines, count};

/// A policy with its findings.
struct LintedPolicy<'a> {
    policy: &'a Policy,
    kind: PolicyType,
    /// Violations that make AWS refuse the policy. Its size is a finding instead.
    violations: Vec<Violation>,
    findings: Vec<Finding>,
}

pub(crate) fn run(options: &Lint) -> Result<CommandOutput, InputError> {
    let policies = input::each(&options.files)?;
    let unreadable = &policies.unreadable;
    let linted = lint_all(options, &policies.found);
    let sound =
        |policy: &LintedPolicy<'_>| policy.violations.is_empty() && policy.findings.is_empty();
    let passed = unreadable.is_empty() && linted.iter().all(sound);
    let output = match options.format {
        Format::Text => CommandOutput::new(text(&linted, unreadable), passed),
        Format::Json => {
            let all = linted.iter().map(json);
            let all = all.chain(unreadable.iter().map(json_of_unreadable));
            CommandOutput::json(&Value::Array(all.collect()), passed)
        }
    };
    Ok(CommandOutput {
        notes: policies.notes,
        ..output
    })
}

fn lint_all<'a>(options: &Lint, policies: &'a [Policy]) -> Vec<LintedPolicy<'a>> {
    let lint_options = LintOptions {
        skip: options.skip.iter().copied().collect(),
        endpoints: options.endpoint.iter().cloned().collect(),
    };
    let targets: Vec<LintTarget<'_>> = policies
        .iter()
        .map(|policy| LintTarget {
            label: &policy.label,
            policy_type: policy.kind(options.kind),
            document: &policy.document,
        })
        .collect();
    let findings = if options.together {
        lint(&targets, &lint_options)
    } else {
        targets
            .iter()
            .flat_map(|policy| lint(std::slice::from_ref(policy), &lint_options))
            .collect()
    };
    let linted = policies
        .iter()
        .zip(targets)
        .map(|(policy, target)| LintedPolicy {
            policy,
            kind: target.policy_type,
            violations: policy
                .document
                .check(target.policy_type)
                .into_iter()
                .filter(|violation| !matches!(violation, Violation::Size { .. }))
                .collect(),
            findings: findings
                .iter()
                .filter(|finding| finding.location.policy == policy.label)
                .cloned()
                .collect(),
        });
    linted.collect()
}

fn text(linted: &[LintedPolicy<'_>], unreadable: &[Unreadable]) -> String {
    let mut lines = Lines::default();
    let (mut errors, mut warnings) = (0, 0);
    for one in linted {
        let document = &one.policy.document;
        lines.add(
            0,
            format!(
                "{}: as {}, {}, {} of {} characters",
                one.policy.label,
                one.kind.with_article(),
                count(document.statements.len(), "statement"),
                thousands(document.size()),
                thousands(one.kind.limit()),
            ),
        );
        for violation in &one.violations {
            errors += 1;
            lines.add(2, format!("error: AWS would refuse it: {violation}"));
        }
        for finding in &one.findings {
            match finding.severity() {
                Severity::Error => errors += 1,
                Severity::Warning => warnings += 1,
            }
            push_finding(&mut lines, finding);
        }
    }
    for one in unreadable {
        errors += 1;
        lines.add(0, format!("{}: not a valid policy", one.label));
        lines.add(2, format!("error: AWS would refuse it: {}", one.error));
    }
    let summary = [
        count(linted.len() + unreadable.len(), "policy").replace("policys", "policies"),
        count(errors, "error"),
        count(warnings, "warning"),
    ];
    lines.gap();
    lines.add(0, summary.join(", "));
    lines.into_text()
}

fn push_finding(lines: &mut Lines, finding: &Finding) {
    let place = &finding.location;
    let statement = match (&place.sid, place.statement) {
        (Some(sid), _) => format!(" in statement `{sid}`"),
        (None, Some(index)) => format!(" in statement {}", index + 1),
        (None, None) => String::new(),
    };
    let pointer = if place.pointer.is_empty() {
        String::new()
    } else {
        format!(" ({})", place.pointer)
    };
    lines.add(
        2,
        format!(
            "{} {} {}{statement}{pointer}",
            finding.severity(),
            finding.id(),
            finding.slug()
        ),
    );
    lines.add(4, &finding.why);
    lines.add(4, format!("→ {}", finding.remedy));
}

/// A policy that cannot be parsed: neither its kind nor its size is known.
fn json_of_unreadable(unreadable: &Unreadable) -> Value {
    json!({
        "policy": unreadable.label,
        "kind": null,
        "size": null,
        "limit": null,
        "refused": [unreadable.error.to_string()],
        "findings": [],
    })
}

fn json(linted: &LintedPolicy<'_>) -> Value {
    let findings: Vec<Value> = linted
        .findings
        .iter()
        .map(|finding| {
            json!({
                "rule": finding.id().to_string(),
                "slug": finding.slug(),
                "title": finding.rule.summary,
                "severity": finding.severity().to_string(),
                "statement": finding.location.statement,
                "sid": finding.location.sid,
                "pointer": finding.location.pointer,
                "why": finding.why,
                "remedy": finding.remedy,
            })
        })
        .collect();
    json!({
        "policy": linted.policy.label,
        "kind": linted.kind.as_str(),
        "size": linted.policy.document.size(),
        "limit": linted.kind.limit(),
        "refused": linted.violations.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "findings": findings,
    })
}
