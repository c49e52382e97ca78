//! The guide on lint rules, written from the table of rules in `iam-policy`.

use std::fmt::Write as _;

use iam_policy::lint::{Rule, rules};
use iam_policy::{Document, ParseError, PolicyType};

use super::DocsError;

/// The path of the page, relative to the repository's root.
pub(super) const PATH: &str = "docs/guides/lint-rules.md";

const HEAD: &str = r#"---
page_title: "Lint rules"
subcategory: ""
description: |-
  The rules of the policy linter: what each one finds, why it matters and how to fix it.
---

# Lint rules

The linter finds statements that AWS accepts but that do not do what they seem to. The command
[`mlspace-policy lint`](policy-command.md) checks files and Terraform plans, and the function
[`policy_lint`](../functions/policy_lint.md) checks a policy inside a configuration.

Each rule has an id and a slug, and both are stable. To skip a rule, name it in either form:

```console
$ mlspace-policy lint policy.json --skip L05 --skip renamed-key
```

An **error** is a policy that allows or denies the wrong requests, or that AWS rejects. A **warning** is a policy that
works today, but can stop working when something else changes.

This page is generated from the rules themselves, and each example is a test: the linter reports the first policy and
not the second.

"#;

/// The text of the page.
///
/// # Errors
/// When an example of a rule is not a policy.
pub(super) fn page() -> Result<String, DocsError> {
    let mut text = HEAD.to_owned();
    text.push_str("| Rule | Severity | Finds |\n|---|---|---|\n");
    for rule in rules() {
        let name = name(rule);
        let anchor = name.to_lowercase().replace(' ', "-");
        let _ = writeln!(
            text,
            "| [{name}](#{anchor}) | {} | {} |",
            rule.severity, rule.summary
        );
    }
    for rule in rules() {
        section(&mut text, rule).map_err(|error| DocsError::LintExample {
            rule: rule.id.as_str(),
            error,
        })?;
    }
    Ok(text)
}

fn name(rule: &Rule) -> String {
    format!("{} {}", rule.id, rule.slug)
}

fn section(text: &mut String, rule: &Rule) -> Result<(), ParseError> {
    let examples = rule.examples;
    let _ = write!(
        text,
        "\n## {}\n\nFinds {} ({}).\n\n**Why it matters.** {}\n\n**How to fix it.** {}\n",
        name(rule),
        rule.summary,
        rule.severity,
        rule.explanation,
        rule.remedy,
    );
    example(
        text,
        "Reported",
        examples.policy_type,
        &examples.bad_document()?,
    );
    if let Some(good) = examples.good_document()? {
        example(text, "Fixed", examples.policy_type, &good);
    }
    Ok(())
}

fn example(text: &mut String, title: &str, policy_type: PolicyType, document: &Document) {
    let _ = write!(
        text,
        "\n{title}, as {}:\n\n```json\n{}\n```\n",
        policy_type.with_article(),
        document.to_json_pretty()
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_explains_every_rule() {
        let text = page().unwrap();
        for rule in rules() {
            let heading = format!("\n## {} {}\n", rule.id, rule.slug);
            assert_eq!(text.matches(&heading).count(), 1, "{}", rule.id);
            assert!(text.contains(rule.explanation) && text.contains(rule.remedy));
        }
    }
}
