//! Where things are: ARNs, names of IAM roles and policies, prefixes of datasets.
//!
//! All of it follows MLSpace's conventions, so that an existing deployment can be adopted.
//!
//! ```
//! use mlspace_core::{layout::{self, DatasetKey}, name::{ProjectName, UserName}};
//!
//! let cards: DatasetKey = "project/fraud/cards-2026".parse()?;
//! assert_eq!(cards.prefix(), "project/fraud/datasets/cards-2026/");
//!
//! let role = layout::role_name("MLSpace", &"abc".parse::<ProjectName>()?, &"jdoe".parse::<UserName>()?)?;
//! assert_eq!(role, "MLSpace-abc-d30a5f57532a603697ccbb51558fa02ccadd74a0c499fcf9d45");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod account;
mod dataset;
mod iam;
#[cfg(test)]
mod tests;

pub use account::{Account, partition_of};
pub use dataset::{DatasetKey, DatasetKeyError, DatasetScope};
pub use iam::{
    LayoutError, attribute_policy_name, check_bucket_name, check_iam_prefix, group_policy_name,
    project_policy_name, role_name, suspension_policy_name, user_policy_name,
};

use crate::name::{DatasetName, ProjectName, UserName};

/// Prefix of everything that belongs to a project's members: `project/{project}/`.
pub fn project_prefix(project: &ProjectName) -> String {
    format!("project/{project}/")
}

/// Prefix of everything that belongs to one user: `private/{user}/`.
pub fn private_prefix(user: &UserName) -> String {
    format!("private/{user}/")
}

/// Prefix of a dataset that is shared with groups: `group/datasets/{dataset}/`. The groups are not part of it.
pub fn group_dataset_prefix(dataset: &DatasetName) -> String {
    format!("group/datasets/{dataset}/")
}

/// Prefix of the datasets that everybody may read.
pub const GLOBAL_PREFIX: &str = "global/";
/// Prefix of the platform's own material that everybody may read, sample notebooks for one.
pub const GLOBAL_READ_ONLY_PREFIX: &str = "global-read-only/";
