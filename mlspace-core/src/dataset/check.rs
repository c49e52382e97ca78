//! Rules that a dataset's configuration must keep, all of them decided without a call.

use std::collections::BTreeSet;

use thiserror::Error;

use super::DatasetSpec;
use crate::{aws::Error, layout::DatasetScope};

/// Longest description, in characters: MLSpace's web application takes no longer one.
pub const DESCRIPTION_MAX: usize = 254;

/// A dataset configuration that cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DatasetSpecError {
    /// Groups on a dataset that isn't of type `group`.
    #[error("a {kind} dataset is not shared with groups, but `groups` names {count}")]
    Groups {
        /// The dataset's type.
        kind: &'static str,
        /// How many groups are named.
        count: usize,
    },
    /// A group named twice.
    #[error("`groups` names `{group}` twice")]
    GroupTwice {
        /// The group.
        group: String,
    },
    /// The description is too long.
    #[error("the description has {length} characters, {DESCRIPTION_MAX} are possible")]
    DescriptionLength {
        /// Its length in characters.
        length: usize,
    },
    /// The description holds a line break or another control character.
    #[error("the description holds the control character `{}`", found.escape_default())]
    DescriptionCharacter {
        /// The character.
        found: char,
    },
}

impl DatasetSpecError {
    /// The attribute that the error is about, by its name in the configuration.
    pub fn attribute(&self) -> &'static str {
        match self {
            Self::Groups { .. } | Self::GroupTwice { .. } => "groups",
            Self::DescriptionLength { .. } | Self::DescriptionCharacter { .. } => "description",
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::Groups { .. } => "remove `groups`, or make it a dataset of type `group`",
            Self::GroupTwice { .. } => "name each group once",
            Self::DescriptionLength { .. } => "shorten it",
            Self::DescriptionCharacter { .. } => "write it on one line",
        }
    }
}

impl From<DatasetSpecError> for Error {
    fn from(error: DatasetSpecError) -> Self {
        Self::Invalid {
            attribute: Some(error.attribute()),
            message: error.to_string(),
            remedy: error.remedy().to_owned(),
        }
    }
}

impl DatasetSpec {
    /// Checks what can be told without a call; the rules of names and scopes hold by their types.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(&self) -> Result<(), DatasetSpecError> {
        if self.key.scope != DatasetScope::Group && !self.groups.is_empty() {
            return Err(DatasetSpecError::Groups {
                kind: self.key.scope.kind(),
                count: self.groups.len(),
            });
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = self.groups.iter().find(|group| !seen.insert(*group)) {
            return Err(DatasetSpecError::GroupTwice {
                group: twice.to_string(),
            });
        }
        check_description(&self.description)
    }
}

/// Checks a description by itself.
///
/// # Errors
/// [`DatasetSpecError::DescriptionLength`] or [`DatasetSpecError::DescriptionCharacter`].
pub fn check_description(description: &str) -> Result<(), DatasetSpecError> {
    let length = description.chars().count();
    if length > DESCRIPTION_MAX {
        return Err(DatasetSpecError::DescriptionLength { length });
    }
    match description.chars().find(|c| c.is_control()) {
        Some(found) => Err(DatasetSpecError::DescriptionCharacter { found }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::spec, *};

    fn groups(names: &[&str]) -> Vec<crate::name::GroupName> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn only_group_datasets_are_shared() {
        for id in ["global/x", "project/fraud/x", "private/alice/x"] {
            let shared = DatasetSpec {
                groups: groups(&["risk"]),
                ..spec(id)
            };
            assert_eq!(shared.check().unwrap_err().attribute(), "groups", "{id}");
            assert_eq!(spec(id).check(), Ok(()));
        }
        let shared = DatasetSpec {
            groups: groups(&["risk", "audit"]),
            ..spec("group/x")
        };
        assert_eq!(shared.check(), Ok(()));
        let twice = DatasetSpec {
            groups: groups(&["risk", "audit", "risk"]),
            ..spec("group/x")
        };
        assert!(
            twice
                .check()
                .unwrap_err()
                .to_string()
                .contains("`risk` twice")
        );
    }

    #[test]
    fn descriptions_are_short_and_on_one_line() {
        let described = |text: String| DatasetSpec {
            description: text,
            ..spec("global/x")
        };
        assert_eq!(described("ü".repeat(DESCRIPTION_MAX)).check(), Ok(()));
        let long = described("x".repeat(DESCRIPTION_MAX + 1))
            .check()
            .unwrap_err();
        assert_eq!(long, DatasetSpecError::DescriptionLength { length: 255 });
        let lines = described("a\nb".to_owned()).check().unwrap_err();
        assert_eq!(
            lines.to_string(),
            "the description holds the control character `\\n`"
        );
    }
}
