//! Roles with their names left open, so that one proof holds for all roles whose policies differ in
//! names only.

use iam_policy::evaluate::{Caller, PolicySet};
use iam_policy::prove::Question;
use iam_policy::{Clause, Document, Version};

use super::IamRole;
use crate::name::{ProjectName, UserName};
use crate::policies::isolation::{project_word, user_word};
use crate::tags::{PROJECT, USER};

/// A role with policy variables in place of its own name and of those of its project and user.
///
/// With the names in place of the variables, the policies are those of the role again: what is
/// proved for all values of the variables holds for it.
pub(super) struct AnyNames {
    pub(super) policies: PolicySet,
    /// All requests of the role.
    pub(super) all: Question,
    /// Tells roles apart that differ in more than names.
    pub(super) key: String,
    names: Vec<(String, String)>,
}

/// Keys that follow from the ARN of a role, so that a policy that names them is about this one.
const OF_CALLER: [&str; 3] = ["aws:principalarn", "aws:userid", "aws:username"];

/// Conditions on these operators can have variables.
const WITH_VARIABLES: [&str; 2] = ["String", "Arn"];

impl AnyNames {
    /// The role of `user` in `project`. `None` if its policies depend on its ARN in other ways.
    pub(super) fn new(role: &IamRole, project: &str, user: &str, steps: u64) -> Option<Self> {
        let (path, name) = role.role_arn().rsplit_once('/')?;
        let key_of = |tag: &str, value: &str| {
            let is_tag = role.tags().get(tag) == Some(value);
            let of = if is_tag {
                "aws:PrincipalTag/"
            } else {
                "mlspace:"
            };
            format!("{of}{tag}")
        };
        let (project_key, user_key) = (key_of(PROJECT, project), key_of(USER, user));
        let mut all = Question::new(Caller::from_arn(&format!("{path}/any")).ok()?)
            .steps(steps)
            .any_word("mlspace:role", user_word())
            .any_word(project_key.as_str(), project_word())
            .any_word(user_key.as_str(), user_word());
        let mut key = format!("{path} {project_key} {user_key}");
        for (tag, value) in role.tags().iter() {
            let tag_key = format!("aws:PrincipalTag/{tag}");
            if tag_key != project_key && tag_key != user_key {
                key.extend([" ", tag, "=", value]);
                all = all.principal_tag(tag, value);
            }
        }
        // The name of a role is as a user's can be.
        let is_shaped = project.parse::<ProjectName>().is_ok()
            && [user, name]
                .iter()
                .all(|name| name.parse::<UserName>().is_ok());
        if !is_shaped {
            return None;
        }
        let variable = |name: &str, key: &str| (name.to_owned(), format!("${{{key}}}"));
        let names = vec![
            variable(name, "mlspace:role"),
            variable(project, &project_key),
            variable(user, &user_key),
        ];
        let mut any = Self {
            policies: PolicySet::new(),
            all,
            key,
            names,
        };
        for (_, document) in &role.policies {
            let document = any.document(document)?;
            any.policies = any.policies.identity("", &document);
        }
        if let Some((_, document)) = &role.boundary {
            any.key.push_str(" boundary");
            let document = any.document(document)?;
            any.policies = any.policies.boundary("", &document);
        }
        Some(any)
    }

    /// The text of a resource or a condition with variables in place of names.
    pub(super) fn text(&self, text: &str) -> String {
        let mut all = String::with_capacity(text.len());
        let mut rest = text;
        // A name is replaced as a whole only, and not inside of a variable.
        while let Some(c) = rest.chars().next() {
            if rest.starts_with("${") {
                let Some((inside, behind)) = rest.split_inclusive('}').next().and_then(|inside| {
                    let is_closed = inside.ends_with('}');
                    is_closed.then(|| rest.split_at(inside.len()))
                }) else {
                    // A variable behind it would close it.
                    return text.to_owned();
                };
                all.push_str(inside);
                rest = behind;
                continue;
            }
            let starts = all.is_empty() || all.ends_with(['/', ':']);
            let found = self.names.iter().find_map(|(name, variable)| {
                let behind = rest.strip_prefix(name.as_str())?;
                let ends = !behind.starts_with(|c: char| c.is_alphanumeric());
                (starts && ends).then_some((variable, behind))
            });
            match found {
                Some((variable, behind)) => {
                    all.push_str(variable);
                    rest = behind;
                }
                None => {
                    all.push(c);
                    rest = rest.get(c.len_utf8()..).unwrap_or_default();
                }
            }
        }
        all
    }

    fn document(&mut self, document: &Document) -> Option<Document> {
        let mut document = document.clone();
        if document.version == Version::V2012 {
            for statement in &mut document.statements {
                if let Some(Clause::Only(all) | Clause::Except(all)) = &mut statement.resources {
                    let resource = |text: &String| {
                        // Parts that are left out are added where a resource has no variables.
                        let is_whole = text.matches(':').count() >= 5;
                        if is_whole {
                            self.text(text)
                        } else {
                            text.clone()
                        }
                    };
                    *all = all.iter().map(resource).collect();
                }
                let conditions = statement.conditions.iter().map(|condition| {
                    let mut condition = condition.clone();
                    let operator = condition.operator.comparison.as_str();
                    if WITH_VARIABLES.iter().any(|kind| operator.starts_with(kind)) {
                        condition.values = condition
                            .values
                            .iter()
                            .map(|text| self.text(text))
                            .collect();
                    }
                    condition
                });
                statement.conditions = conditions.collect();
            }
        }
        let json = document.to_json();
        let lower = json.to_ascii_lowercase();
        if OF_CALLER.iter().any(|key| lower.contains(key)) {
            return None;
        }
        self.key.push('\n');
        self.key.push_str(&json);
        Some(document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tags::membership_role_tags;
    use iam_policy::prove::prove;
    use iam_policy::{Operator, Statement};

    fn any(project: &str, user: &str, statement: Statement) -> Option<AnyNames> {
        let (project, user) = (project.parse().unwrap(), user.parse().unwrap());
        let role = IamRole::new(format!("arn:aws:iam::123456789012:role/R-{project}-{user}"))
            .tagged(membership_role_tags("MLSpace", &project, &user))
            .policy("p", Document::new([statement]));
        AnyNames::new(&role, project.as_str(), user.as_str(), 1_000_000)
    }

    fn read(project: &str) -> Statement {
        Statement::allow("Read")
            .actions(["s3:GetObject"])
            .resources([format!("arn:aws:s3:::b/project/{project}/*")])
    }

    #[test]
    fn any_names_are_equal_for_roles_that_differ_in_names() {
        let key = |project, user| any(project, user, read(project)).unwrap().key;
        assert_eq!(key("fraud", "alice"), key("churn", "bob.x@example.com"));
        assert_ne!(
            key("fraud", "alice"),
            any("fraud", "alice", read("churn")).unwrap().key
        );
    }

    #[test]
    fn any_names_replace_whole_names_outside_of_variables() {
        let any = any("aws", "s3", read("aws")).unwrap();
        for (text, expected) in [
            ("arn:aws:x", "arn:${aws:PrincipalTag/project}:x"),
            (
                "b/awsx/xaws/s3-1*",
                "b/awsx/xaws/${aws:PrincipalTag/user}-1*",
            ),
            ("b/${aws:username}/${*}aws", "b/${aws:username}/${*}aws"),
            ("role/R-aws-s3", "role/${mlspace:role}"),
            ("aws/${aws/s3", "aws/${aws/s3"),
        ] {
            assert_eq!(any.text(text), expected);
        }
    }

    #[test]
    fn any_names_prove_what_holds_for_all() {
        let any = any("fraud", "alice", read("fraud")).unwrap();
        let others = any
            .all
            .clone()
            .not_resources([any.text("arn:aws:s3:::b/project/fraud/*")]);
        assert!(prove(&any.policies, &others).holds());
        let others = any
            .all
            .clone()
            .not_resources(["arn:aws:s3:::b/project/churn/*"]);
        assert!(!prove(&any.policies, &others).holds());
    }

    #[test]
    fn any_names_leave_policies_about_the_caller_alone() {
        let arn = "arn:aws:iam::123456789012:role/R-fraud-alice";
        let caller = read("fraud").when(Operator::ArnLike, "aws:PrincipalArn", [arn]);
        assert!(any("fraud", "alice", caller).is_none());
        let number = read("fraud").when(Operator::NumericEquals, "s3:max-keys", ["7"]);
        let any = any("7", "alice", number).unwrap();
        assert!(any.key.contains(r#""s3:max-keys":"7""#), "{}", any.key);
    }
}
