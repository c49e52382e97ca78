//! What distinguishes projects and memberships: the input of their policies.

use std::fmt;
use std::str::FromStr;

use super::limits::Limits;
use super::names::Names;
use crate::name::{DatasetName, ProjectName, UserName};
use crate::policies::context::{PolicyContext, PolicyError, check_value};
use crate::policies::services::{Service, Services};

/// What members of a project see of each other's resources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sharing {
    /// Members describe each other's resources and invoke each other's endpoints.
    #[default]
    Project,
    /// Members see and use their own resources only.
    User,
}

impl Sharing {
    /// All values, with their names in configurations.
    pub const NAMES: [(&'static str, Self); 2] = [("project", Self::Project), ("user", Self::User)];
}

impl fmt::Display for Sharing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Project => "project",
            Self::User => "user",
        })
    }
}

impl FromStr for Sharing {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, sharing)| *sharing).ok_or_else(|| {
            format!(
                "`{}` is not a way of sharing: use `project` or `user`",
                name.escape_debug()
            )
        })
    }
}

/// What the members of a project can do beyond what all members can do, and what limits them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectAccess {
    /// What members see of each other's resources.
    pub sharing: Sharing,
    /// The services that are switched on.
    pub services: Services,
    /// What limits the workloads.
    pub limits: Limits,
}

impl ProjectAccess {
    /// What a platform that offers these services, and has these limits, leaves of it.
    #[must_use]
    pub fn within(&self, offered: &[Service], limits: &Limits) -> Self {
        Self {
            sharing: self.sharing,
            services: self.services.only(offered),
            limits: self.limits.within(limits),
        }
    }

    /// What it opens to members of the project that `before` did not: a sentence each.
    #[must_use]
    pub fn opens(&self, before: &Self) -> Vec<String> {
        let mut all = self.services.opens(&before.services);
        if self.sharing == Sharing::Project && before.sharing == Sharing::User {
            all.push(
                "They describe each other's resources, list their tags and invoke each other's endpoints."
                    .to_owned(),
            );
        }
        all.extend(self.limits.opens(&before.limits));
        all
    }
}

/// Access to objects outside of the data bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketGrant {
    /// Name of the bucket.
    pub bucket: String,
    /// Prefixes of the objects, each with its last `/`. Empty for the whole bucket.
    pub prefixes: Vec<String>,
    /// Whether objects can be written and deleted.
    pub write: bool,
    /// ARN of the key that encrypts the objects.
    pub kms_key_arn: Option<String>,
}

impl BucketGrant {
    /// Prefixes of the objects: an empty one for the whole bucket.
    pub(super) fn all_prefixes(&self) -> Vec<&str> {
        if self.prefixes.is_empty() {
            vec![""]
        } else {
            self.prefixes.iter().map(String::as_str).collect()
        }
    }

    fn check(&self) -> Result<(), PolicyError> {
        crate::layout::check_bucket_name(&self.bucket)?;
        for prefix in &self.prefixes {
            let remedy = "write a prefix with its last `/`, without wildcards";
            check_value("prefix", prefix, "/_.=-", remedy)?;
        }
        self.kms_key_arn
            .iter()
            .try_for_each(|key| crate::policies::context::check_key_arn(key))
    }
}

/// A membership: the input of its role's inline policy.
#[derive(Clone, Copy, Debug)]
pub struct MemberAccess<'a> {
    /// The project.
    pub project: &'a ProjectName,
    /// The user.
    pub user: &'a UserName,
    /// ARN of the role.
    pub role_arn: &'a str,
    /// Whether the user owns the project.
    pub owner: bool,
    /// What applies to all members of the project.
    pub access: &'a ProjectAccess,
    /// Datasets that are shared with the user's groups.
    pub datasets: &'a [DatasetName],
    /// Whether datasets of other groups are left to the absence of a grant, since the shared ones are
    /// too many to be listed. A base policy can then open them.
    pub any_dataset: bool,
    /// Global datasets that the user publishes.
    pub published: &'a [DatasetName],
    /// Objects of other buckets.
    pub grants: &'a [BucketGrant],
}

impl<'a> MemberAccess<'a> {
    /// A membership with this role that has no datasets and grants, and is not an owner.
    #[must_use]
    pub fn new(
        project: &'a ProjectName,
        user: &'a UserName,
        role_arn: &'a str,
        access: &'a ProjectAccess,
    ) -> Self {
        Self {
            project,
            user,
            role_arn,
            owner: false,
            access,
            datasets: &[],
            any_dataset: false,
            published: &[],
            grants: &[],
        }
    }

    pub(in crate::policies) fn names(&self) -> Names {
        Names::of(self.project)
    }

    pub(super) fn check(&self, context: &PolicyContext<'_>) -> Result<(), PolicyError> {
        context.check()?;
        self.access.services.check()?;
        self.access.limits.check()?;
        self.grants.iter().try_for_each(BucketGrant::check)
    }
}
