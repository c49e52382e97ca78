//! Actions that set the same thing.

use super::super::scope::{Line, Report, Scope, is_null};
use super::super::table::{self, ActionDefinition};
use super::{logic, volume};
use crate::{Condition, ConditionKey, PolicyType};

/// Actions of SageMaker between which a limit must not leave a gap: what one may not set, another could.
const FAMILIES: [&[&str]; 9] = [
    // An app takes from its space, its user profile and its domain what the request leaves out.
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

/// L20.
pub(crate) fn missing(report: &mut Report<'_>) {
    let scope = report.scope;
    for line in scope.lines.iter().filter(|line| line.denies()) {
        for condition in &line.statement.conditions {
            if !limits(scope, line, condition) {
                continue;
            }
            let missing: Vec<String> = siblings(line, &condition.key)
                .into_iter()
                .filter(|sibling| !is_covered(scope, line, sibling, &condition.key))
                .map(|sibling| format!("`{}`", sibling.name))
                .collect();
            if !missing.is_empty() {
                report.condition(
                    line,
                    condition,
                    format!(
                        "{} can set what `{}` limits here, and no Deny on it covers them",
                        missing.join(", "),
                        condition.key
                    ),
                    "add them to the statement, or give them one of their own",
                );
            }
        }
    }
}

/// Whether the Deny is there for this condition: where it demands some key, its other conditions say when it matters
/// or what it spares, and `Null: false` always does.
fn limits(scope: &Scope<'_>, line: &Line<'_>, condition: &Condition) -> bool {
    let name = condition.key.as_str().to_ascii_lowercase();
    let of_request = name.starts_with("sagemaker:") && !name.starts_with("sagemaker:resourcetag/");
    let guard = is_null(condition, "false")
        || volume::spares(scope, line, condition)
        || (!logic::is_requirement(condition) && !logic::required(scope, line).is_empty());
    of_request && !guard
}

/// The actions that stand in a family with one that the statement names, carry the key and are not named themselves.
fn siblings(line: &Line<'_>, key: &ConditionKey) -> Vec<&'static ActionDefinition> {
    let full = |name: &&str| format!("sagemaker:{name}");
    let carries = |action: &&ActionDefinition| action.carries(key) == Some(true);
    let mut found: Vec<&'static ActionDefinition> = FAMILIES
        .iter()
        .map(|family| family.iter().map(full).collect::<Vec<String>>())
        .filter(|family| {
            let named = line
                .patterns
                .iter()
                .flat_map(|pattern| &pattern.actions)
                .copied();
            named
                .filter(carries)
                .any(|action| family.contains(&action.name))
        })
        .flatten()
        .filter(|name| !line.covers(name))
        .flat_map(|name| table::actions(&name))
        .filter(carries)
        .collect();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    found.dedup();
    found
}

/// Whether the action is denied by the same key or altogether, allowed only with the key, or out of a boundary's reach.
fn is_covered(
    scope: &Scope<'_>,
    line: &Line<'_>,
    action: &ActionDefinition,
    key: &ConditionKey,
) -> bool {
    let about = || {
        let lines = scope.lines.iter();
        lines.filter(|other| other.covers(&action.name))
    };
    let denied = about().any(|other| {
        other.denies() && (other.mentions(key) || other.statement.conditions.is_empty())
    });
    let mut allows = about().filter(|other| other.allows()).peekable();
    let asked = allows.peek().is_some() && allows.all(|other| other.mentions(key));
    let outside = line.kind == PolicyType::Boundary
        && !about().any(|other| other.policy == line.policy && other.allows());
    denied || asked || outside
}
