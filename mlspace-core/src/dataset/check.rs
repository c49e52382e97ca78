//! Rules for a dataset's configuration that need no call to AWS.

use std::collections::BTreeSet;

use thiserror::Error;

use super::DatasetSpec;
use crate::{aws::Error, layout::DatasetScope};

/// The longest description that MLSpace's web application accepts, in characters.
pub const DESCRIPTION_MAX: usize = 254;

/// An invalid dataset configuration.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DatasetSpecError {
    /// Groups on a dataset of another type than `group`.
    #[error("a {kind} dataset cannot be shared with groups, but `groups` contains {count}")]
    Groups {
        /// The dataset's type.
        kind: &'static str,
        /// Number of groups in the configuration.
        count: usize,
    },
    /// A duplicate group.
    #[error("`groups` contains `{group}` twice")]
    GroupTwice {
        /// The group.
        group: String,
    },
    /// The description is too long.
    #[error("the description has {length} characters, more than {DESCRIPTION_MAX}")]
    DescriptionLength {
        /// Its length in characters.
        length: usize,
    },
    /// The description contains a line break or another control character.
    #[error("the description contains the control character `{}`", found.escape_default())]
    DescriptionCharacter {
        /// The character.
        found: char,
    },
}

impl DatasetSpecError {
    /// Name of the configuration attribute at fault.
    pub fn attribute(&self) -> &'static str {
        match self {
            Self::Groups { .. } | Self::GroupTwice { .. } => "groups",
            Self::DescriptionLength { .. } | Self::DescriptionCharacter { .. } => "description",
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::Groups { .. } => "remove `groups`, or set `type = \"group\"`",
            Self::GroupTwice { .. } => "list each group once",
            Self::DescriptionLength { .. } => "shorten the description",
            Self::DescriptionCharacter { .. } => "write the description on one line",
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
    /// Checks the rules that the types of its fields do not ensure, but for the description: an
    /// existing dataset keeps the one that it has ([`check_description`]).
    ///
    /// # Errors
    /// The first broken rule.
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
        Ok(())
    }
}

/// Checks a description that is written. MLSpace's API writes any, its web application only these.
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
    use super::*;
    use crate::testing::dataset as spec;

    fn groups(names: &[&str]) -> Vec<crate::name::GroupName> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn check_allows_groups_on_group_datasets_only() {
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
    fn check_limits_descriptions() {
        assert_eq!(check_description(&"ü".repeat(DESCRIPTION_MAX)), Ok(()));
        let long = check_description(&"x".repeat(DESCRIPTION_MAX + 1)).unwrap_err();
        assert_eq!(long, DatasetSpecError::DescriptionLength { length: 255 });
        let lines = check_description("a\nb").unwrap_err();
        assert_eq!(
            lines.to_string(),
            "the description contains the control character `\\n`"
        );
    }
}
