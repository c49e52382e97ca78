//! Tags of roles, policies and SageMaker resources. They name the owner.
//!
//! Policies grant access by these tags (see [`crate::policies`]). Their keys are therefore reserved:
//! [`check_user_tags`] refuses them, in any case, in tags that users write.
//!
//! ```
//! use mlspace_core::{name::{ProjectName, UserName}, tags};
//!
//! let tags = tags::resource_tags("MLSpace", &"fraud".parse::<ProjectName>()?, &"alice".parse::<UserName>()?);
//! assert_eq!(tags.get("project"), Some("fraud"));
//! # Ok::<(), mlspace_core::name::NameError>(())
//! ```

mod check;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[cfg(feature = "aws")]
pub(crate) use check::check_together;
pub use check::{TagError, check_policy_tag_value, check_user_tags};

use crate::name::{GroupName, ProjectName, UserName};

/// Key of the tag that names the platform.
pub const SYSTEM: &str = "system";
/// Key of the tag that names the project.
pub const PROJECT: &str = "project";
/// Key of the tag that names the user.
pub const USER: &str = "user";
/// Key of the tag that marks a membership's role; its value is `true`.
pub const DYNAMIC_USER_ROLE: &str = "dynamic-user-role";
/// Key of the tag that contains the version of a policy's template.
pub const POLICY_VERSION: &str = "policyVersion";
/// Key of the tag that tells which Terraform state created an object.
pub const TOKEN: &str = "mlspace-token";
/// Key of the tag with the value `true` on the notebooks of a suspended project, which people cannot
/// open then.
pub const SUSPENDED: &str = "mlspace-suspended";
/// Keys that only the platform sets.
pub const RESERVED_KEYS: [&str; 6] = [SYSTEM, PROJECT, USER, DYNAMIC_USER_ROLE, TOKEN, SUSPENDED];

/// Tags by key, in key order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tags(BTreeMap<String, String>);

impl Tags {
    /// No tags.
    pub fn new() -> Self {
        Self::default()
    }

    /// Value of `key`, if it is set.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Sets `key` and returns its previous value.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<String>) -> Option<String> {
        self.0.insert(key.into(), value.into())
    }

    /// Removes `key` and returns its value.
    pub fn remove(&mut self, key: &str) -> Option<String> {
        self.0.remove(key)
    }

    /// Whether `key` is set.
    pub fn contains_key(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Whether these tags include every tag of `other` with the same value.
    pub fn contains_all(&self, other: &Self) -> bool {
        other
            .iter()
            .all(|(key, value)| self.get(key) == Some(value))
    }

    /// Keys and values, in key order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Number of tags.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no tags.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// These tags, overwritten by `stronger`.
    #[must_use]
    pub fn overlaid(mut self, stronger: &Self) -> Self {
        self.extend(
            stronger
                .iter()
                .map(|(key, value)| (key.to_owned(), value.to_owned())),
        );
        self
    }
}

impl From<BTreeMap<String, String>> for Tags {
    fn from(map: BTreeMap<String, String>) -> Self {
        Self(map)
    }
}

impl From<Tags> for BTreeMap<String, String> {
    fn from(tags: Tags) -> Self {
        tags.0
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Tags {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(tags: I) -> Self {
        Self(
            tags.into_iter()
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
        )
    }
}

impl<K: Into<String>, V: Into<String>, const N: usize> From<[(K, V); N]> for Tags {
    fn from(tags: [(K, V); N]) -> Self {
        tags.into_iter().collect()
    }
}

impl Extend<(String, String)> for Tags {
    fn extend<I: IntoIterator<Item = (String, String)>>(&mut self, tags: I) {
        self.0.extend(tags);
    }
}

impl IntoIterator for Tags {
    type Item = (String, String);
    type IntoIter = std::collections::btree_map::IntoIter<String, String>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Tags of a SageMaker resource that belongs to a membership: system, project and user.
pub fn resource_tags(system_tag: &str, project: &ProjectName, user: &UserName) -> Tags {
    Tags::from([
        (SYSTEM, system_tag),
        (PROJECT, project.as_str()),
        (USER, user.as_str()),
    ])
}

/// Tags of a membership's role: the tags of its resources and the marker [`DYNAMIC_USER_ROLE`].
///
/// They identify the membership: the permissions boundary reads them as
/// `${aws:PrincipalTag/project}` and `${aws:PrincipalTag/user}`.
pub fn membership_role_tags(system_tag: &str, project: &ProjectName, user: &UserName) -> Tags {
    resource_tags(system_tag, project, user).overlaid(&Tags::from([(DYNAMIC_USER_ROLE, "true")]))
}

/// Whether these are the tags of MLSpace's own resources, such as its roles for the application and
/// for notebooks. Its deployment tags them as the resources of this project and user, who is no
/// tenant.
pub fn are_of_mlspace_itself(tags: &Tags) -> bool {
    tags.get(PROJECT) == Some("MLSpaceInfrastructure")
        && tags.get(USER) == Some("MLSpaceApplication")
}

/// Owner of a managed policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyOwner<'a> {
    /// All members of a project.
    Project(&'a ProjectName),
    /// All roles of a user.
    User(&'a UserName),
    /// All roles of a group's users.
    Group(&'a GroupName),
    /// All memberships, distinguished by the tags of their roles.
    Members,
    /// All memberships; the policy that lists the suspended projects.
    Suspended,
}

impl PolicyOwner<'_> {
    /// Key of the tag that names the owner: `project`, `user`, `group`, or `shared` for a policy of
    /// all memberships.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Project(_) => PROJECT,
            Self::User(_) => USER,
            Self::Group(_) => "group",
            Self::Members | Self::Suspended => "shared",
        }
    }

    /// Name of the owner; `members` or `suspended` for a policy of all memberships.
    pub fn name(&self) -> &str {
        match self {
            Self::Project(name) => name.as_str(),
            Self::User(name) => name.as_str(),
            Self::Group(name) => name.as_str(),
            Self::Members => "members",
            Self::Suspended => "suspended",
        }
    }
}

/// Tags of a managed policy, as MLSpace writes them: owner, template version and system.
pub fn policy_tags(system_tag: &str, owner: PolicyOwner<'_>) -> Tags {
    Tags::from([
        (owner.key(), owner.name()),
        (POLICY_VERSION, "1"),
        (SYSTEM, system_tag),
    ])
}
