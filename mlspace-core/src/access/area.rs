//! Parts of the data bucket, and what the access model gives in them.

use super::Rights;
use crate::layout::{
    DatasetKey, DatasetScope, GLOBAL_PREFIX, GLOBAL_READ_ONLY_PREFIX, private_prefix,
    project_prefix,
};
use crate::name::{ProjectName, UserName};

/// A part of the data bucket that rights are asked about. One object in it stands for all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// What belongs to a project's members.
    Project(ProjectName),
    /// What belongs to one user.
    Private(UserName),
    /// The datasets that everybody may read.
    Global,
    /// The platform's own material that everybody may read.
    GlobalReadOnly,
    /// One dataset.
    Dataset(DatasetKey),
}

/// The most that the access model gives a membership in an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MostRights {
    /// Getting objects.
    pub read: bool,
    /// Putting objects.
    pub write: bool,
    /// Deleting objects.
    pub delete: bool,
    /// Listing objects.
    pub list: bool,
}

impl MostRights {
    const ALL: Self = Self {
        delete: true,
        ..Self::SHARED
    };
    /// Of a dataset that is shared with one's groups.
    const SHARED: Self = Self {
        write: true,
        ..Self::READ
    };
    const READ: Self = Self {
        read: true,
        list: true,
        ..Self::NONE
    };
    const NONE: Self = Self {
        read: false,
        write: false,
        delete: false,
        list: false,
    };
}

impl Area {
    /// Its prefix, with a `/` at the end.
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

    /// The most that the access model gives to the role of `user` in `project`. A dataset of groups counts as shared with
    /// one of the user's.
    #[must_use]
    pub fn most_rights(&self, project: &str, user: &str) -> MostRights {
        let own = |mine: bool| {
            if mine {
                MostRights::ALL
            } else {
                MostRights::NONE
            }
        };
        match self {
            Self::Project(of) => own(of.as_str() == project),
            Self::Private(of) => own(of.as_str() == user),
            Self::Global | Self::GlobalReadOnly => MostRights::READ,
            Self::Dataset(key) => match &key.scope {
                DatasetScope::Project(of) => own(of.as_str() == project),
                DatasetScope::Private(of) => own(of.as_str() == user),
                DatasetScope::Global => MostRights::READ,
                DatasetScope::Group => MostRights::SHARED,
            },
        }
    }
}

impl Rights {
    /// The rights by name: `read`, `write`, `delete`, `list`.
    #[must_use]
    pub fn by_name(&self) -> [(&'static str, &super::Verdict); 4] {
        [
            ("read", &self.read),
            ("write", &self.write),
            ("delete", &self.delete),
            ("list", &self.list),
        ]
    }

    /// The names of the rights that are more than these.
    #[must_use]
    pub fn beyond(&self, most: MostRights) -> Vec<&'static str> {
        let given = [most.read, most.write, most.delete, most.list];
        self.by_name()
            .into_iter()
            .zip(given)
            .filter(|((_, verdict), given)| verdict.is_allowed() && !given)
            .map(|((name, _), _)| name)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(most: MostRights) -> String {
        [
            ('r', most.read),
            ('w', most.write),
            ('d', most.delete),
            ('l', most.list),
        ]
        .map(|(letter, given)| if given { letter } else { '.' })
        .iter()
        .collect()
    }

    #[test]
    fn the_model_gives_what_is_ones_own_and_what_is_everybodys() {
        let dataset = |id: &str| Area::Dataset(id.parse().unwrap());
        for (area, prefix, rights) in [
            (
                Area::Project("fraud".parse().unwrap()),
                "project/fraud/",
                "rwdl",
            ),
            (
                Area::Project("Fraud".parse().unwrap()),
                "project/Fraud/",
                "....",
            ),
            (
                Area::Private("alice".parse().unwrap()),
                "private/alice/",
                "rwdl",
            ),
            (
                Area::Private("fraud".parse().unwrap()),
                "private/fraud/",
                "....",
            ),
            (Area::Global, "global/", "r..l"),
            (Area::GlobalReadOnly, "global-read-only/", "r..l"),
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
            assert_eq!(area.prefix(), prefix);
            assert_eq!(
                letters(area.most_rights("fraud", "alice")),
                rights,
                "{prefix}"
            );
        }
    }
}
