//! `lint`: what policies say but do not do, and what AWS would refuse.

use iam_policy::lint::{Finding, LintOptions, LintTarget, Severity, lint};
use iam_policy::{PolicyType, Violation};
use serde_json::{Value, json};

use crate::arguments::Lint;
use crate::input::{self, InputError, Policy};
use crate::output::{Answer, Format, Lines, count, thousands};

/// A policy with what was found in it.
struct Judged<'a> {
    policy: &'a Policy,
    kind: PolicyType,
    /// Rules of form that AWS enforces. What is too large is a finding.
    refused: Vec<Violation>,
    findings: Vec<Finding>,
}

pub(crate) fn run(options: &Lint) -> Result<Answer, InputError> {
    let policies = input::all(&options.files)?;
    let judged = judge(options, &policies.found);
    let fine = judged
        .iter()
        .all(|j| j.refused.is_empty() && j.findings.is_empty());
    let answer = match options.format {
        Format::Text => Answer::new(text(&judged), fine),
        Format::Json => Answer::json(&Value::Array(judged.iter().map(as_json).collect()), fine),
    };
    Ok(Answer {
        notes: policies.notes,
        ..answer
    })
}

fn judge<'a>(options: &Lint, policies: &'a [Policy]) -> Vec<Judged<'a>> {
    let lint_options = LintOptions {
        skip: options.skip.iter().copied().collect(),
        endpoints: options.endpoint.iter().cloned().collect(),
    };
    let under: Vec<LintTarget<'_>> = policies
        .iter()
        .map(|policy| LintTarget {
            label: &policy.label,
            policy_type: policy.kind(options.kind),
            document: &policy.document,
        })
        .collect();
    let together = if options.together {
        lint(&under, &lint_options)
    } else {
        under
            .iter()
            .flat_map(|policy| lint(std::slice::from_ref(policy), &lint_options))
            .collect()
    };
    let judged = policies.iter().zip(under).map(|(policy, under)| Judged {
        policy,
        kind: under.policy_type,
        refused: policy
            .document
            .check(under.policy_type)
            .into_iter()
            .filter(|violation| !matches!(violation, Violation::Size { .. }))
            .collect(),
        findings: together
            .iter()
            .filter(|finding| finding.location.policy == policy.label)
            .cloned()
            .collect(),
    });
    judged.collect()
}

fn text(judged: &[Judged<'_>]) -> String {
    let mut lines = Lines::default();
    let (mut errors, mut warnings) = (0, 0);
    for one in judged {
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
        for violation in &one.refused {
            errors += 1;
            lines.add(2, format!("error: AWS would refuse it: {violation}"));
        }
        for finding in &one.findings {
            match finding.severity() {
                Severity::Error => errors += 1,
                Severity::Warning => warnings += 1,
            }
            found(&mut lines, finding);
        }
    }
    let summary = [
        count(judged.len(), "policy").replace("policys", "policies"),
        count(errors, "error"),
        count(warnings, "warning"),
    ];
    lines.gap();
    lines.add(0, summary.join(", "));
    lines.into_text()
}

fn found(lines: &mut Lines, finding: &Finding) {
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

fn as_json(judged: &Judged<'_>) -> Value {
    let findings: Vec<Value> = judged
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
        "policy": judged.policy.label,
        "kind": judged.kind.as_str(),
        "size": judged.policy.document.size(),
        "limit": judged.kind.limit(),
        "refused": judged.refused.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "findings": findings,
    })
}
