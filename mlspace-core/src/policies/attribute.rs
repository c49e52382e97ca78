//! The policies that all memberships share, in place of one for each project and one for each user.
//!
//! A role's tags are its identity here: what the policies of [`super::project_policy`] and [`super::user_policy`] say of one name, the shared
//! policy says of `${aws:PrincipalTag/project}` and `${aws:PrincipalTag/user}`. The decisions are the same for every request of a role that
//! bears its tags; a role without them reaches nothing, as a variable without a value matches nothing and equals nothing.
//!
//! Who could change a role's tags could change its identity: the roles' own policies and the boundary close all of IAM to them, and
//! [`super::trust_policy`] lets nobody hand over session tags, which would win over the role's.

use super::actions::OBJECT;
use super::context::{GrantContext, GrantError, managed, sized};
use super::fence::TagFence;
use std::collections::BTreeSet;

use super::role::pass_role_policy;
use super::{project, storage};
use crate::name::ProjectName;
use crate::tags::{PROJECT, USER};
use iam_policy::{ConditionKey, Document, Operator, PolicyType, Statement};

/// The role's project, by its tag.
pub(super) const OWN_PROJECT: &str = "${aws:PrincipalTag/project}";
/// The role's user, by its tag.
pub(super) const OWN_USER: &str = "${aws:PrincipalTag/user}";
/// What no project is called; a condition must have a value.
const NO_PROJECT: &str = "-";

/// The managed policy that all memberships share: what [`super::project_policy`] and [`super::user_policy`] say together, by the role's tags.
///
/// Beside it come the policies of the user's groups, as they do in the other model, [`suspension_policy`] in place of the statement that
/// suspends a project, and [`attribute_role_policy`] in place of [`super::pass_role_policy`].
///
/// Source of the variables: *IAM policy elements: Variables and tags*
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>).
///
/// # Errors
/// [`GrantError`] when a value of the context cannot stand in a policy.
pub fn attribute_policy(context: &GrantContext<'_>) -> Result<Document, GrantError> {
    context.check()?;
    let project = format!("project/{OWN_PROJECT}/");
    let private = format!("private/{OWN_USER}/");
    let mut statements = vec![
        Statement::allow("OwnObjects")
            .actions(OBJECT)
            .resources([&project, &private].map(|prefix| context.objects(prefix))),
        storage::read_shared(context),
        storage::listing(
            context,
            "Listing",
            [project.as_str(), private.as_str()]
                .into_iter()
                .chain(storage::shared_prefixes()),
        ),
    ];
    statements.extend(project::workloads(context, OWN_PROJECT));
    // Outside the project's part or outside the user's is outside of both taken together: the parts have no object in common.
    statements.extend(storage::denials(context, "Member", &project, &private));
    managed(
        Document::new(statements),
        "the policy of all memberships",
        "shorten the name of the data bucket",
    )
}

/// The inline policy of a membership's role: what [`super::pass_role_policy`] says, and, for all roles alike, what keeps SageMaker's resources
/// to the project and the user. The shared policy has no room for it.
///
/// # Errors
/// [`GrantError`] when a value of the context cannot stand in a policy, or there are more approved subnets and security groups than fit.
pub fn attribute_role_policy(
    context: &GrantContext<'_>,
    role_arn: &str,
) -> Result<Document, GrantError> {
    let mut document = pass_role_policy(context, role_arn)?;
    let fences = [(PROJECT, "Project", OWN_PROJECT), (USER, "User", OWN_USER)];
    for (key, sid, value) in fences {
        let fence = TagFence { key, sid, value };
        document.statements.extend(fence.denials(context));
    }
    sized(
        document,
        format!("the inline policy of the role `{role_arn}`"),
        PolicyType::RoleInline,
        "approve fewer subnets and security groups",
    )
}

/// The managed policy that all memberships share beside [`attribute_policy`]: it denies everything to the members of suspended projects.
///
/// It stays attached when no project is suspended, so that suspending one is a single call whatever the number of members. Projects are taken
/// in the order of their names, each once.
///
/// # Errors
/// [`GrantError`] when a value of the context cannot stand in a policy, or more projects are suspended than fit: over 200 with the longest
/// names.
pub fn suspension_policy<'p>(
    context: &GrantContext<'_>,
    suspended: impl IntoIterator<Item = &'p ProjectName>,
) -> Result<Document, GrantError> {
    context.check()?;
    let names: BTreeSet<&str> = suspended.into_iter().map(ProjectName::as_str).collect();
    let listed = names.len();
    managed(
        suspension(names),
        format!("the policy of {listed} suspended projects"),
        "delete some of them, or suspend fewer",
    )
}

/// The projects that a [`suspension_policy`] lists; `None` when the document is no such policy, because somebody edited it.
#[must_use]
pub fn suspended_projects(document: &Document) -> Option<BTreeSet<ProjectName>> {
    let [statement] = document.statements.as_slice() else {
        return None;
    };
    let condition = statement
        .conditions
        .get(Operator::StringEquals.into(), &own_project_key())?;
    let named = condition.values.iter().filter(|name| *name != NO_PROJECT);
    let projects: BTreeSet<ProjectName> =
        named.map(|name| name.parse().ok()).collect::<Option<_>>()?;
    let names = projects.iter().map(ProjectName::as_str).collect();
    document.equivalent(&suspension(names)).then_some(projects)
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

    fn listed(names: &[&str]) -> BTreeSet<ProjectName> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn policy(names: &BTreeSet<ProjectName>) -> Result<Document, GrantError> {
        let account = Account::new("123456789012", "us-east-1");
        let context = GrantContext {
            account: &account,
            system_tag: "MLSpace",
            iam_prefix: "MLSpace",
            data_bucket: "mlspace-data-123456789012",
            network: None,
            kms_key: None,
        };
        suspension_policy(&context, names)
    }

    #[test]
    fn the_list_is_read_back_from_the_policy() {
        for names in [&[][..], &["fraud"], &["Fraud", "churn", "fraud"]] {
            let names = listed(names);
            let json = policy(&names).unwrap().to_json_pretty();
            let document = Document::parse(&json).unwrap();
            assert_eq!(suspended_projects(&document), Some(names));
        }
    }

    #[test]
    fn what_was_edited_is_no_list() {
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
    fn too_many_are_refused_with_their_number() {
        let names = |count: usize| -> BTreeSet<ProjectName> {
            let name = |n| format!("{n:024}").parse().unwrap();
            (0..count).map(name).collect()
        };
        assert!(policy(&names(200)).is_ok());
        let error = policy(&names(300)).unwrap_err().to_string();
        assert!(
            error.contains("300 suspended projects") && error.contains("6144"),
            "{error}"
        );
    }
}
