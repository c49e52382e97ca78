//! The policy that suspends projects in the attribute model.

use std::collections::BTreeSet;

use super::fences::platform_denials;
use crate::name::ProjectName;
use crate::policies::context::{PolicyContext, PolicyError, managed};
use crate::tags::PROJECT;
use iam_policy::{ConditionKey, Document, Operator, Statement};

/// Not a valid project name. Stands in for an empty list, since a condition must have a value.
const NO_PROJECT: &str = "-";

/// The managed policy, shared by all memberships in addition to [`super::attribute_policy`], that
/// denies everything to members of suspended projects, and to all members workloads outside of the
/// approved network or without the approved key.
///
/// It stays attached when no project is suspended, so that suspending a project takes one call,
/// independent of the number of members. Projects are sorted by name, without duplicates.
///
/// # Errors
/// [`PolicyError`] when a value of the context is invalid, or the suspended projects do not fit:
/// more than about 60 with the longest names.
pub fn suspension_policy<'p>(
    context: &PolicyContext<'_>,
    suspended: impl IntoIterator<Item = &'p ProjectName>,
) -> Result<Document, PolicyError> {
    context.check()?;
    let names: BTreeSet<&str> = suspended.into_iter().map(ProjectName::as_str).collect();
    let listed = names.len();
    let mut statements = suspension(names).statements;
    statements.extend(platform_denials(context));
    managed(
        Document::new(statements),
        format!("the policy of {listed} suspended projects"),
        "delete some of them, or suspend fewer",
    )
}

/// The projects in a [`suspension_policy`]. `None` if the document is not such a policy, for
/// example because it was edited.
#[must_use]
pub fn suspended_projects(document: &Document) -> Option<BTreeSet<ProjectName>> {
    let suspended = |statement: &&Statement| statement.sid.as_deref() == Some("Suspended");
    let statement = document.statements.iter().find(suspended)?;
    let condition = statement
        .conditions
        .get(Operator::StringEquals.into(), &own_project_key())?;
    let named = condition.values.iter().filter(|name| *name != NO_PROJECT);
    let projects: BTreeSet<ProjectName> =
        named.map(|name| name.parse().ok()).collect::<Option<_>>()?;
    let names = projects.iter().map(ProjectName::as_str).collect();
    let found = Document::new([statement.clone()]);
    found.equivalent(&suspension(names)).then_some(projects)
}

fn own_project_key() -> ConditionKey {
    format!("aws:PrincipalTag/{PROJECT}").into()
}

fn suspension(mut names: BTreeSet<&str>) -> Document {
    if names.is_empty() {
        names.insert(NO_PROJECT);
    }
    Document::new([Statement::deny("Suspended")
        .actions(["*"])
        .resources(["*"])
        .when(Operator::StringEquals, own_project_key(), names)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Account;
    use crate::policies::PlatformAccess;

    fn listed(names: &[&str]) -> BTreeSet<ProjectName> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn policy(names: &BTreeSet<ProjectName>) -> Result<Document, PolicyError> {
        let account = Account::new("123456789012", "us-east-1");
        let context = PolicyContext {
            account: &account,
            system_tag: "MLSpace",
            iam_prefix: "MLSpace",
            data_bucket: "mlspace-data-123456789012",
            network: None,
            kms_key: None,
            platform: PlatformAccess::default(),
        };
        suspension_policy(&context, names)
    }

    #[test]
    fn suspended_projects_reads_the_policy_back() {
        for names in [&[][..], &["fraud"], &["Fraud", "churn", "fraud"]] {
            let names = listed(names);
            let json = policy(&names).unwrap().to_json_pretty();
            let document = Document::parse(&json).unwrap();
            assert_eq!(suspended_projects(&document), Some(names));
        }
    }

    #[test]
    fn suspended_projects_rejects_edited_policies() {
        let json = policy(&listed(&["fraud"])).unwrap().to_json();
        let edits = [
            ("StringEquals", "StringLike"),
            ("\"fraud\"", "\"fr*\""),
            ("\"Deny\"", "\"Allow\""),
            ("\"Action\":\"*\"", "\"Action\":\"s3:*\""),
            ("PrincipalTag/project", "PrincipalTag/user"),
        ];
        for (old, new) in edits {
            let edited = json.replace(old, new);
            assert_ne!(edited, json, "{old}");
            let document = Document::parse(&edited).unwrap();
            assert_eq!(suspended_projects(&document), None, "{edited}");
        }
        assert_eq!(suspended_projects(&Document::new([])), None);
    }

    #[test]
    fn suspension_policy_reports_too_many_projects() {
        let names = |count: usize| -> BTreeSet<ProjectName> {
            let name = |n| format!("{n:024}").parse().unwrap();
            (0..count).map(name).collect()
        };
        assert!(policy(&names(60)).is_ok());
        let error = policy(&names(300)).unwrap_err().to_string();
        assert!(
            error.contains("300 suspended projects") && error.contains("6144"),
            "{error}"
        );
    }
}
