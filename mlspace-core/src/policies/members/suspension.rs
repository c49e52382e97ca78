//! The policy that suspends projects and users in the attribute model.

use std::collections::BTreeSet;

use super::fences::{platform_denials, studio_denials};
use crate::name::{ProjectName, UserName};
use crate::policies::context::{PolicyContext, PolicyError, managed};
use crate::tags::{PROJECT, USER};
use iam_policy::{ConditionKey, Document, Operator, Statement};

/// Not a valid project name. Stands in for an empty list, since a condition must have a value.
const NO_PROJECT: &str = "-";

/// The statement about projects.
const PROJECTS: &str = "Suspended";

/// The statement about users.
const USERS: &str = "SuspendedUsers";

/// Who is denied everything in the attribute model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Suspended {
    /// Projects, for all their members.
    pub(crate) projects: BTreeSet<ProjectName>,
    /// Users, in all projects.
    pub(crate) users: BTreeSet<UserName>,
}

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
    let suspended = Suspended {
        projects: suspended.into_iter().cloned().collect(),
        users: BTreeSet::new(),
    };
    suspension_list(context, &suspended)
}

/// As [`suspension_policy`], with suspended users too. Without any it has no statement about users.
///
/// # Errors
/// As [`suspension_policy`].
pub(crate) fn suspension_list(
    context: &PolicyContext<'_>,
    suspended: &Suspended,
) -> Result<Document, PolicyError> {
    context.check()?;
    let mut statements = suspended.statements();
    statements.extend(platform_denials(context));
    statements.extend(studio_denials(context));
    let (projects, users) = (suspended.projects.len(), suspended.users.len());
    let listed = match users {
        0 => format!("the policy of {projects} suspended projects"),
        users => format!("the policy of {projects} suspended projects and {users} suspended users"),
    };
    managed(
        Document::new(statements),
        listed,
        "delete some of them, or suspend fewer",
    )
}

impl Suspended {
    /// What a [`suspension_list`] lists. `None` if the document is not such a policy, for example
    /// because it was edited.
    #[cfg(feature = "aws")]
    pub(crate) fn of(document: &Document) -> Option<Self> {
        let found = [PROJECTS, USERS].map(|sid| {
            let statements = document.statements.iter();
            let named = statements.filter(|statement| statement.sid.as_deref() == Some(sid));
            named.cloned().collect::<Vec<_>>()
        });
        let [projects, users] = &found;
        let suspended = Self {
            projects: listed(projects.first()?, PROJECT)?,
            users: match users.first() {
                Some(statement) => listed(statement, USER)?,
                None => BTreeSet::new(),
            },
        };
        let found = Document::new(found.concat());
        found
            .equivalent(&Document::new(suspended.statements()))
            .then_some(suspended)
    }

    fn statements(&self) -> Vec<Statement> {
        let mut projects: Vec<&str> = self.projects.iter().map(ProjectName::as_str).collect();
        if projects.is_empty() {
            projects.push(NO_PROJECT);
        }
        let users: Vec<&str> = self.users.iter().map(UserName::as_str).collect();
        let users = (!users.is_empty()).then(|| denial(USERS, USER, users));
        let projects = denial(PROJECTS, PROJECT, projects);
        std::iter::once(projects).chain(users).collect()
    }
}

/// The names in such a statement, which are the values of the tag `key` of roles.
#[cfg(feature = "aws")]
fn listed<N: std::str::FromStr + Ord>(statement: &Statement, key: &str) -> Option<BTreeSet<N>> {
    let condition = statement
        .conditions
        .get(Operator::StringEquals.into(), &own_tag(key))?;
    let named = condition.values.iter().filter(|name| *name != NO_PROJECT);
    named.map(|name| name.parse().ok()).collect()
}

fn own_tag(key: &str) -> ConditionKey {
    format!("aws:PrincipalTag/{key}").into()
}

fn denial(sid: &str, key: &str, names: Vec<&str>) -> Statement {
    Statement::deny(sid).actions(["*"]).resources(["*"]).when(
        Operator::StringEquals,
        own_tag(key),
        names,
    )
}

#[cfg(feature = "aws")]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Account;
    use crate::policies::PlatformAccess;

    fn list(projects: &[&str], users: &[&str]) -> Suspended {
        Suspended {
            projects: projects.iter().map(|name| name.parse().unwrap()).collect(),
            users: users.iter().map(|name| name.parse().unwrap()).collect(),
        }
    }

    fn policy(suspended: &Suspended) -> Result<Document, PolicyError> {
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
        suspension_list(&context, suspended)
    }

    #[test]
    fn suspended_reads_the_policy_back() {
        for projects in [&[][..], &["fraud"], &["Fraud", "churn", "fraud"]] {
            for users in [&[][..], &["alice"], &["alice", "bob@example.com"]] {
                let suspended = list(projects, users);
                let json = policy(&suspended).unwrap().to_json_pretty();
                let document = Document::parse(&json).unwrap();
                assert_eq!(Suspended::of(&document), Some(suspended));
            }
        }
    }

    #[test]
    fn suspended_users_add_one_statement() {
        let none = policy(&list(&["fraud"], &[])).unwrap();
        let some = policy(&list(&["fraud"], &["alice"])).unwrap();
        assert_eq!(none.statements.len() + 1, some.statements.len());
        assert!(!none.to_json().contains("PrincipalTag/user\":[\"alice"));
    }

    #[test]
    fn suspended_rejects_edited_policies() {
        let json = policy(&list(&["fraud"], &["alice"])).unwrap().to_json();
        let edits = [
            ("StringEquals", "StringLike"),
            ("\"fraud\"", "\"fr*\""),
            ("\"alice\"", "\"al*\""),
            ("\"Deny\"", "\"Allow\""),
            ("\"Action\":\"*\"", "\"Action\":\"s3:*\""),
            ("PrincipalTag/project", "PrincipalTag/user"),
        ];
        for (old, new) in edits {
            let edited = json.replace(old, new);
            assert_ne!(edited, json, "{old}");
            let document = Document::parse(&edited).unwrap();
            assert_eq!(Suspended::of(&document), None, "{edited}");
        }
        assert_eq!(Suspended::of(&Document::new([])), None);
    }

    #[test]
    fn suspension_list_reports_too_many_names() {
        let projects = |count: usize| -> BTreeSet<ProjectName> {
            let name = |n| format!("{n:024}").parse().unwrap();
            (0..count).map(name).collect()
        };
        let of = |projects, users| policy(&Suspended { projects, users });
        assert!(of(projects(60), BTreeSet::new()).is_ok());
        let error = of(projects(300), BTreeSet::new()).unwrap_err().to_string();
        assert!(
            error.contains("300 suspended projects") && error.contains("6144"),
            "{error}"
        );
        let users = (0..300).map(|n| format!("user{n:020}").parse().unwrap());
        let error = of(projects(0), users.collect()).unwrap_err().to_string();
        assert!(error.contains("300 suspended users"), "{error}");
    }
}
