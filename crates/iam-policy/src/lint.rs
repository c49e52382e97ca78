//! Checks for faults in policies that AWS accepts.
//!
//! A guardrail that does not work fails quietly: a Deny that never fires looks like one that does.
//! [`lint`] checks one policy, or all policies of the same principals and resources, against the
//! [`rules`]. Each finding has a rule with an id, a slug and a severity, a location with a JSON
//! pointer, a reason and a remedy. Rules about actions and condition keys use tables
//! ([`condition_keys`], [`actions`]); services without a table are not checked.
//!
//! ```
//! use iam_policy::lint::{LintOptions, LintTarget, RuleId, lint};
//! use iam_policy::{Document, PolicyType};
//!
//! // Meant to require both keys, but it denies only requests without either.
//! let document = Document::parse(
//!     r#"{"Version": "2012-10-17", "Statement": [{
//!         "Sid": "NeedNetwork", "Effect": "Deny", "Action": "sagemaker:CreateNotebookInstance", "Resource": "*",
//!         "Condition": {"Null": {"sagemaker:VpcSubnets": "true", "sagemaker:VpcSecurityGroupIds": "true"}}
//!     }]}"#,
//! )?;
//! let policy = LintTarget { label: "guardrail", policy_type: PolicyType::ServiceControl, document: &document };
//! let findings = lint(&[policy], &LintOptions::default());
//! assert_eq!(findings.len(), 1);
//! assert_eq!(findings[0].id(), RuleId::L02);
//! assert_eq!(findings[0].slug(), "conjoined-requirements");
//! assert_eq!(findings[0].location.sid.as_deref(), Some("NeedNetwork"));
//! assert_eq!(findings[0].location.pointer, "/Statement/0/Condition");
//!
//! // Rules have names in two forms.
//! assert_eq!("conjoined-requirements".parse(), Ok(RuleId::L02));
//! # Ok::<(), iam_policy::ParseError>(())
//! ```

mod finding;
mod reporter;
mod rule;
mod rules;
mod scope;
pub(crate) mod service_reference;

use std::collections::{BTreeMap, BTreeSet};

use crate::{Document, PolicyType};

pub use finding::{Finding, Location};
pub use rule::{Examples, Rule, RuleId, Severity, UnknownRule};
pub use rules::rules;
pub use service_reference::{ActionDefinition, KeyDefinition, actions, condition_keys};

/// A policy to lint.
#[derive(Debug, Clone, Copy)]
pub struct LintTarget<'a> {
    /// The name of the policy in findings.
    pub label: &'a str,
    /// The type of the policy, which some rules depend on.
    pub policy_type: PolicyType,
    /// The policy.
    pub document: &'a Document,
}

/// Settings that do not follow from the policies.
#[derive(Debug, Clone, Default)]
pub struct LintOptions {
    /// Rules to skip.
    pub skip: BTreeSet<RuleId>,
    /// VPC endpoints: the service of each id, such as `com.amazonaws.eu-west-1.s3`. With it, L16
    /// finds ids of the wrong service; without it, only ids that are used for multiple services.
    pub endpoints: BTreeMap<String, String>,
}

/// Finds the faults of policies that apply to the same principals and resources, in the order of
/// policies and statements.
///
/// Some rules depend on what the other policies allow, deny or use, so lint all policies of a role
/// together, and unrelated roles separately.
#[must_use]
pub fn lint(policies: &[LintTarget<'_>], options: &LintOptions) -> Vec<Finding> {
    let scope = scope::Scope::new(policies, options);
    let mut findings = Vec::new();
    for row in rules::RULES {
        if !options.skip.contains(&row.rule.id) {
            findings.extend(row.run(&scope));
        }
    }
    findings.sort_by(|(a, x), (b, y)| {
        (a, x.location.statement, x.id(), &x.location.pointer).cmp(&(
            b,
            y.location.statement,
            y.id(),
            &y.location.pointer,
        ))
    });
    findings.into_iter().map(|(_, finding)| finding).collect()
}

#[cfg(test)]
mod tests;
