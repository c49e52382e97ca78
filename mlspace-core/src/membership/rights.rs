//! What a membership's role should hold, and how one found differs.

use std::fmt;

use crate::aws::authorization::RoleState;
use crate::aws::managed_policy::means;
use crate::policy::Document;
use crate::tags::Tags;

/// Name of the role's inline policy, as `MLSpace` calls it.
pub(super) const PASS_ROLE: &str = "SMPassRolePolicy";

/// Managed policies that IAM lets a role carry unless the quota was raised (IAM user guide, "IAM
/// and AWS STS quotas").
pub(super) const ATTACHMENTS: usize = 10;

/// A membership's role as it should be.
#[derive(Debug, Clone)]
pub(super) struct Rights {
    /// Who may assume it.
    pub(super) trust: Document,
    /// ARN of the boundary, when the platform has one.
    pub(super) boundary: Option<String>,
    /// Its tags; others may be there too.
    pub(super) tags: Tags,
    /// ARNs of its managed policies in the order of attaching: those that deny come first.
    pub(super) attached: Vec<String>,
    /// Its inline policy [`PASS_ROLE`].
    pub(super) pass_role: Document,
}

/// One thing in which a role isn't what it should be. The order is that of mending: first what
/// takes rights away, then what holds them in, then what gives them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Difference {
    /// A managed policy that doesn't belong there.
    ForeignPolicy(String),
    /// An inline policy that doesn't belong there.
    ForeignInline(String),
    /// Another trust policy.
    Trust,
    /// Another boundary, or none; what it is.
    Boundary(Option<String>),
    /// A tag that is missing or has another value; its key and that value.
    Tag(String, Option<String>),
    /// A managed policy that isn't attached, by its place in the order of attaching.
    MissingPolicy(usize, String),
    /// The inline policy is missing.
    MissingPassRole,
    /// The inline policy says something else.
    EditedPassRole,
}

/// As drift is told: what happened to "the role".
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ForeignPolicy(arn) => write!(f, "carries the foreign policy `{arn}`"),
            Self::ForeignInline(name) => write!(f, "carries the foreign inline policy `{name}`"),
            Self::Trust => f.write_str("has an edited trust policy"),
            Self::Boundary(None) => f.write_str("lost its permissions boundary"),
            Self::Boundary(Some(arn)) => write!(f, "has the permissions boundary `{arn}`"),
            Self::Tag(key, None) => write!(f, "lost its tag `{key}`"),
            Self::Tag(key, Some(value)) => write!(f, "has the tag `{key}` = `{value}`"),
            Self::MissingPolicy(_, arn) => write!(f, "lost the policy `{arn}`"),
            Self::MissingPassRole => write!(f, "lost its inline policy `{PASS_ROLE}`"),
            Self::EditedPassRole => write!(f, "has an edited inline policy `{PASS_ROLE}`"),
        }
    }
}

impl Rights {
    /// How `found` differs from these rights, in the order of mending.
    pub(super) fn differences(&self, found: &RoleState) -> Vec<Difference> {
        let mut all = Vec::new();
        let foreign = found
            .attached
            .iter()
            .filter(|arn| !self.attached.contains(arn));
        all.extend(foreign.cloned().map(Difference::ForeignPolicy));
        let foreign = found.inline.keys().filter(|name| *name != PASS_ROLE);
        all.extend(foreign.cloned().map(Difference::ForeignInline));
        if !means(&found.trust, &self.trust) {
            all.push(Difference::Trust);
        }
        if found.boundary != self.boundary {
            all.push(Difference::Boundary(found.boundary.clone()));
        }
        for (key, value) in self.tags.iter() {
            let seen = found.tags.get(key);
            if seen != Some(value) {
                all.push(Difference::Tag(key.to_owned(), seen.map(str::to_owned)));
            }
        }
        let missing = self
            .attached
            .iter()
            .enumerate()
            .filter(|(_, arn)| !found.attached.contains(*arn));
        all.extend(missing.map(|(place, arn)| Difference::MissingPolicy(place, arn.clone())));
        match found.inline.get(PASS_ROLE) {
            None => all.push(Difference::MissingPassRole),
            Some(document) if !means(document, &self.pass_role) => {
                all.push(Difference::EditedPassRole)
            }
            Some(_) => {}
        }
        all.sort();
        all
    }
}

/// Why a role can't carry as many policies, with the sum.
pub(super) fn too_many(base: usize, groups: usize, quota: usize) -> Option<String> {
    let sum = base + 2 + groups;
    (sum > quota).then(|| {
        format!(
            "a role carries at most {quota} managed policies, and this membership needs {sum}: \
             {base} of `base_policy_arns`, the project's, the user's and {groups} of the user's groups"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Principal, Statement};

    fn rights() -> Rights {
        Rights {
            trust: Document::new([Statement::allow("T")
                .principal(Principal::service("sagemaker.amazonaws.com"))
                .actions(["sts:AssumeRole"])]),
            boundary: Some("arn:boundary".to_owned()),
            tags: Tags::from([("project", "fraud"), ("user", "alice")]),
            attached: vec![
                "arn:project".to_owned(),
                "arn:user".to_owned(),
                "arn:base".to_owned(),
            ],
            pass_role: Document::new([Statement::allow("P")
                .actions(["iam:PassRole"])
                .resources(["r"])]),
        }
    }

    fn as_wanted() -> RoleState {
        let rights = rights();
        RoleState {
            arn: "arn:role".to_owned(),
            trust: rights.trust.to_json(),
            boundary: rights.boundary.clone(),
            tags: rights.tags.clone(),
            attached: rights.attached.iter().cloned().collect(),
            inline: [(PASS_ROLE.to_owned(), rights.pass_role.to_json_pretty())].into(),
        }
    }

    #[test]
    fn a_role_as_wanted_has_no_differences_and_may_have_other_tags() {
        let mut found = as_wanted();
        found.tags.insert("cost-center", "7");
        assert_eq!(rights().differences(&found), []);
    }

    #[test]
    fn a_new_role_lacks_everything_and_gets_denials_first() {
        let found = RoleState {
            attached: Default::default(),
            inline: Default::default(),
            ..as_wanted()
        };
        assert_eq!(
            rights().differences(&found),
            [
                Difference::MissingPolicy(0, "arn:project".to_owned()),
                Difference::MissingPolicy(1, "arn:user".to_owned()),
                Difference::MissingPolicy(2, "arn:base".to_owned()),
                Difference::MissingPassRole,
            ]
        );
    }

    #[test]
    fn foreign_rights_go_before_anything_is_given() {
        let mut found = as_wanted();
        found
            .attached
            .insert("arn:aws:iam::aws:policy/AdministratorAccess".to_owned());
        found.attached.remove("arn:user");
        found.inline.insert("extra".to_owned(), "{}".to_owned());
        found.boundary = None;
        found.tags.insert("user", "bob");
        found.trust = "{}".to_owned();
        found.inline.insert(PASS_ROLE.to_owned(), "{}".to_owned());
        let sentences: Vec<String> = rights()
            .differences(&found)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            sentences,
            [
                "carries the foreign policy `arn:aws:iam::aws:policy/AdministratorAccess`",
                "carries the foreign inline policy `extra`",
                "has an edited trust policy",
                "lost its permissions boundary",
                "has the tag `user` = `bob`",
                "lost the policy `arn:user`",
                "has an edited inline policy `SMPassRolePolicy`",
            ]
        );
    }

    #[test]
    fn the_quota_is_explained_by_its_sum() {
        assert_eq!(too_many(8, 0, 10), None);
        let message = too_many(7, 2, 10).unwrap();
        assert!(
            message.contains("needs 11") && message.contains("7 of"),
            "{message}"
        );
    }
}
