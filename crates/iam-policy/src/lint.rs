//! Faults that policies have though AWS accepts them.
//!
//! Guardrails fail quietly: a Deny that never fires looks like one that does. [`lint`] reads one policy, or all that
//! bear on the same principals and resources, and reports what it finds by the [`rules`] `L01` to `L20`: each finding
//! has a rule with an id and a severity, a place with a JSON pointer, a reason and a remedy. Rules about actions and
//! condition keys know them from tables ([`condition_keys`], [`actions`]); what no table covers is not judged.
//!
//! ```
//! use iam_policy::lint::{LintOptions, LintTarget, RuleId, lint};
//! use iam_policy::{Document, PolicyType};
//!
//! // Meant to demand both; denies only what names neither.
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
//! assert_eq!(findings[0].location.sid.as_deref(), Some("NeedNetwork"));
//! assert_eq!(findings[0].location.pointer, "/Statement/0/Condition");
//! # Ok::<(), iam_policy::ParseError>(())
//! ```

mod finding;
mod rule;
mod rules;
mod scope;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use crate::{Document, PolicyType};

pub use finding::{Finding, Location, Severity};
pub use rule::{Rule, RuleId, UnknownRule, rules};
pub use table::{ActionDefinition, KeyDefinition, actions, condition_keys};

/// A policy to look at.
#[derive(Debug, Clone, Copy)]
pub struct LintTarget<'a> {
    /// How findings name it.
    pub label: &'a str,
    /// What it is used for, which some rules depend on.
    pub policy_type: PolicyType,
    /// The policy.
    pub document: &'a Document,
}

/// What the rules can't know from the policies.
#[derive(Debug, Clone, Default)]
pub struct LintOptions {
    /// Rules to leave out.
    pub skip: BTreeSet<RuleId>,
    /// VPC endpoints: the service of each id, such as `com.amazonaws.eu-west-1.s3`. With it L16 finds ids of the
    /// wrong service; without, only ids that are used for several.
    pub endpoints: BTreeMap<String, String>,
}

/// The faults of policies that bear on the same principals and resources, in the order of policies and statements.
///
/// Rules about what other policies allow, deny or use look at all of them, so lint a role's policies together, and
/// unrelated roles apart.
#[must_use]
pub fn lint(policies: &[LintTarget<'_>], options: &LintOptions) -> Vec<Finding> {
    let scope = scope::Scope::new(policies, options);
    let mut findings = Vec::new();
    for rule in rules() {
        if !options.skip.contains(&rule.id) {
            findings.extend(scope.run(rule));
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
