//! Actions that make the same setting.

use super::super::reporter::Reporter;
use super::super::rule::Examples;
use super::super::scope::{Scope, StatementContext, is_null};
use super::super::service_reference::{self, ActionDefinition};
use super::{conditions, local_disks};
use crate::{Condition, ConditionKey, PolicyType};

/// SageMaker actions that make the same settings, so that a restriction must cover all of them.
const FAMILIES: [&[&str]; 9] = [
    // Settings that a request for an app leaves out come from its space, its user profile and its
    // domain.
    &[
        "CreateApp",
        "CreateDomain",
        "CreateSpace",
        "CreateUserProfile",
        "UpdateDomain",
        "UpdateSpace",
        "UpdateUserProfile",
    ],
    &["CreateAutoMLJob", "CreateAutoMLJobV2"],
    &["CreateCluster", "UpdateCluster"],
    &["CreateHyperParameterTuningJob", "CreateTrainingJob"],
    &["CreateModelPackage", "UpdateModelPackage"],
    &["CreateMonitoringSchedule", "UpdateMonitoringSchedule"],
    &["CreateNotebookInstance", "UpdateNotebookInstance"],
    &["CreateTrainingJob", "UpdateTrainingJob"],
    // The four kinds of job that monitoring schedules run.
    &[
        "CreateDataQualityJobDefinition",
        "CreateModelBiasJobDefinition",
        "CreateModelExplainabilityJobDefinition",
        "CreateModelQualityJobDefinition",
    ],
];

pub(super) const GUARDRAIL_GAP: Examples = Examples {
    policy_type: PolicyType::ServiceControl,
    bad: r#"{"Sid": "NoRoot", "Effect": "Deny", "Action": "sagemaker:CreateNotebookInstance", "Resource": "*",
        "Condition": {"StringEquals": {"sagemaker:RootAccess": "Enabled"}}}"#,
    good: Some(
        r#"{"Sid": "NoRoot", "Effect": "Deny",
        "Action": ["sagemaker:CreateNotebookInstance", "sagemaker:UpdateNotebookInstance"], "Resource": "*",
        "Condition": {"StringEquals": {"sagemaker:RootAccess": "Enabled"}}}"#,
    ),
};

/// L20.
pub(super) fn guardrail_gap(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    for context in scope.statements.iter().filter(|context| context.denies()) {
        for condition in &context.statement.conditions {
            if !limits(scope, context, condition) {
                continue;
            }
            let missing: Vec<String> = related(context, &condition.key)
                .into_iter()
                .filter(|action| !is_covered(scope, context, action, &condition.key))
                .map(|action| format!("`{}`", action.name))
                .collect();
            if !missing.is_empty() {
                reporter.condition(
                    context,
                    condition,
                    format!(
                        "{} can also set what `{}` restricts here, and no Deny on that key covers them",
                        missing.join(", "),
                        condition.key
                    ),
                    "add them to the statement, or give them their own statement",
                );
            }
        }
    }
}

/// Whether this condition is what the Deny restricts. If the Deny requires a key, its other
/// conditions limit when it applies or what it exempts; `Null: false` always does.
fn limits(scope: &Scope<'_>, context: &StatementContext<'_>, condition: &Condition) -> bool {
    let name = condition.key.as_str().to_ascii_lowercase();
    let of_request = name.starts_with("sagemaker:") && !name.starts_with("sagemaker:resourcetag/");
    let guard = is_null(condition, "false")
        || local_disks::exempts(scope, context, condition)
        || (!conditions::is_requirement(condition)
            && !conditions::required(scope, context).is_empty());
    of_request && !guard
}

/// Actions in a family with a named action that carry the key and are not named themselves.
fn related(context: &StatementContext<'_>, key: &ConditionKey) -> Vec<&'static ActionDefinition> {
    let full = |name: &&str| format!("sagemaker:{name}");
    let carries = |action: &&ActionDefinition| action.carries(key) == Some(true);
    let mut found: Vec<&'static ActionDefinition> = FAMILIES
        .iter()
        .map(|family| family.iter().map(full).collect::<Vec<String>>())
        .filter(|family| {
            let named = context
                .patterns
                .iter()
                .flat_map(|pattern| &pattern.actions)
                .copied();
            named
                .filter(carries)
                .any(|action| family.contains(&action.name))
        })
        .flatten()
        .filter(|name| !context.covers(name))
        .flat_map(|name| service_reference::actions(&name))
        .filter(carries)
        .collect();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    found.dedup();
    found
}

/// Whether the action is denied by the same key or without conditions, allowed only with the key,
/// or outside of a permissions boundary.
fn is_covered(
    scope: &Scope<'_>,
    context: &StatementContext<'_>,
    action: &ActionDefinition,
    key: &ConditionKey,
) -> bool {
    let about = || {
        let statements = scope.statements.iter();
        statements.filter(|other| other.covers(&action.name))
    };
    let denied = about().any(|other| {
        other.denies() && (other.mentions(key) || other.statement.conditions.is_empty())
    });
    let mut allows = about().filter(|other| other.allows()).peekable();
    let required = allows.peek().is_some() && allows.all(|other| other.mentions(key));
    let outside = context.policy_type == PolicyType::Boundary
        && !about().any(|other| other.policy == context.policy && other.allows());
    denied || required || outside
}
