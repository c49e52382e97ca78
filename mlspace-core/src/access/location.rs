//! Locations in the data bucket, and the permissions that the access model grants there.

use super::Rights;
use crate::layout::{
    DatasetKey, DatasetScope, GLOBAL_PREFIX, GLOBAL_READ_ONLY_PREFIX, private_prefix,
    project_prefix,
};
use crate::name::{ProjectName, UserName};

/// A location in the data bucket. One object represents all objects of a location.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DataLocation {
    /// Objects of a project.
    Project(ProjectName),
    /// Private objects of a user.
    Private(UserName),
    /// Datasets that all members can read.
    Global,
    /// The platform's own files that all members can read.
    GlobalReadOnly,
    /// One dataset.
    Dataset(DatasetKey),
}

/// Permissions that the access model grants to a membership on a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpectedAccess {
    /// Getting objects.
    pub read: bool,
    /// Putting objects.
    pub write: bool,
    /// Deleting objects.
    pub delete: bool,
    /// Listing objects.
    pub list: bool,
}

impl ExpectedAccess {
    const FULL: Self = Self {
        delete: true,
        ..Self::SHARED
    };
    /// On a dataset that is shared with a group of the user.
    const SHARED: Self = Self {
        write: true,
        ..Self::READ
    };
    const READ: Self = Self {
        read: true,
        list: true,
        ..Self::NONE
    };
    /// Nothing.
    pub const NONE: Self = Self {
        read: false,
        write: false,
        delete: false,
        list: false,
    };
}

impl DataLocation {
    /// Prefix of the location, with a `/` at the end.
    #[must_use]
    pub fn prefix(&self) -> String {
        match self {
            Self::Project(project) => project_prefix(project),
            Self::Private(user) => private_prefix(user),
            Self::Global => GLOBAL_PREFIX.to_owned(),
            Self::GlobalReadOnly => GLOBAL_READ_ONLY_PREFIX.to_owned(),
            Self::Dataset(key) => key.prefix(),
        }
    }

    /// Permissions that the access model grants to the role of `user` in `project`. A group dataset is
    /// taken as shared with a group of the user.
    #[must_use]
    pub fn expected_access(&self, project: &str, user: &str) -> ExpectedAccess {
        let if_own = |is_own: bool| {
            if is_own {
                ExpectedAccess::FULL
            } else {
                ExpectedAccess::NONE
            }
        };
        match self {
            Self::Project(of) => if_own(of.as_str() == project),
            Self::Private(of) => if_own(of.as_str() == user),
            Self::Global | Self::GlobalReadOnly => ExpectedAccess::READ,
            Self::Dataset(key) => match &key.scope {
                DatasetScope::Project(of) => if_own(of.as_str() == project),
                DatasetScope::Private(of) => if_own(of.as_str() == user),
                DatasetScope::Global => ExpectedAccess::READ,
                DatasetScope::Group => ExpectedAccess::SHARED,
            },
        }
    }

    /// What of [`DataLocation::expected_access`] the role of a project and a user is granted in any
    /// case: nothing of group datasets, which can be shared with other groups.
    pub(super) fn surely_granted(&self, owner: Option<(&str, &str)>) -> ExpectedAccess {
        let is_of_group = matches!(self, Self::Dataset(key) if key.scope == DatasetScope::Group);
        match owner {
            Some((project, user)) if !is_of_group => self.expected_access(project, user),
            _ => ExpectedAccess::NONE,
        }
    }
}

impl Rights {
    /// Permissions by name: `read`, `write`, `delete`, `list`.
    #[must_use]
    pub fn by_name(&self) -> [(&'static str, &super::Verdict); 4] {
        [
            ("read", &self.read),
            ("write", &self.write),
            ("delete", &self.delete),
            ("list", &self.list),
        ]
    }

    /// Names of the permissions in excess of `expected`.
    #[must_use]
    pub fn excess(&self, expected: ExpectedAccess) -> Vec<&'static str> {
        let expected = [
            expected.read,
            expected.write,
            expected.delete,
            expected.list,
        ];
        self.by_name()
            .into_iter()
            .zip(expected)
            .filter(|((_, verdict), expected)| verdict.is_allowed() && !expected)
            .map(|((name, _), _)| name)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(access: ExpectedAccess) -> String {
        [
            ('r', access.read),
            ('w', access.write),
            ('d', access.delete),
            ('l', access.list),
        ]
        .map(|(flag, granted)| if granted { flag } else { '.' })
        .iter()
        .collect()
    }

    #[test]
    fn expected_access_is_own_and_shared_data() {
        let dataset = |id: &str| DataLocation::Dataset(id.parse().unwrap());
        for (location, prefix, rights) in [
            (
                DataLocation::Project("fraud".parse().unwrap()),
                "project/fraud/",
                "rwdl",
            ),
            (
                DataLocation::Project("Fraud".parse().unwrap()),
                "project/Fraud/",
                "....",
            ),
            (
                DataLocation::Private("alice".parse().unwrap()),
                "private/alice/",
                "rwdl",
            ),
            (
                DataLocation::Private("fraud".parse().unwrap()),
                "private/fraud/",
                "....",
            ),
            (DataLocation::Global, "global/", "r..l"),
            (DataLocation::GlobalReadOnly, "global-read-only/", "r..l"),
            (
                dataset("project/fraud/x"),
                "project/fraud/datasets/x/",
                "rwdl",
            ),
            (
                dataset("project/alice/x"),
                "project/alice/datasets/x/",
                "....",
            ),
            (
                dataset("private/alice/x"),
                "private/alice/datasets/x/",
                "rwdl",
            ),
            (dataset("global/x"), "global/datasets/x/", "r..l"),
            (dataset("group/x"), "group/datasets/x/", "rw.l"),
        ] {
            assert_eq!(location.prefix(), prefix);
            assert_eq!(
                flags(location.expected_access("fraud", "alice")),
                rights,
                "{prefix}"
            );
        }
    }
}
