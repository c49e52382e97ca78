//! Statuses of domains, user profiles and spaces.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The status of a domain, user profile or space, as DescribeDomain, DescribeUserProfile and
/// ListSpaces give it
/// (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeDomain.html>).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// Being created.
    Pending,
    /// Ready for use.
    InService,
    /// Its creation failed.
    Failed,
    /// Settings are being changed.
    Updating,
    /// A change of settings failed.
    UpdateFailed,
    /// Being deleted.
    Deleting,
    /// Its deletion failed.
    DeleteFailed,
    /// A status that this version does not know.
    Other(String),
}

impl Status {
    /// The status of this name in SageMaker's API.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "Pending" => Self::Pending,
            "InService" => Self::InService,
            "Failed" => Self::Failed,
            "Updating" => Self::Updating,
            "Update_Failed" => Self::UpdateFailed,
            "Deleting" => Self::Deleting,
            "Delete_Failed" => Self::DeleteFailed,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Its name in SageMaker's API.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Pending => "Pending",
            Self::InService => "InService",
            Self::Failed => "Failed",
            Self::Updating => "Updating",
            Self::UpdateFailed => "Update_Failed",
            Self::Deleting => "Deleting",
            Self::DeleteFailed => "Delete_Failed",
            Self::Other(name) => name,
        }
    }

    /// Whether it changes by itself.
    pub(crate) const fn is_transitional(&self) -> bool {
        matches!(
            self,
            Self::Pending | Self::Updating | Self::Deleting | Self::Other(_)
        )
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_survives_its_name() {
        for name in [
            "Pending",
            "InService",
            "Failed",
            "Updating",
            "Update_Failed",
            "Deleting",
            "Delete_Failed",
            "New",
        ] {
            let status = Status::from_name(name);
            assert_eq!(status.name(), name);
            assert_eq!(matches!(status, Status::Other(_)), name == "New");
        }
    }
}
