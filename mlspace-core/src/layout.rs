//! ARNs, names of IAM roles and policies, and S3 prefixes of datasets.
//!
//! All of them follow MLSpace's conventions, so that an existing deployment can be imported.
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
mod identity;
mod region;
mod studio;
#[cfg(test)]
mod tests;

pub use account::{Account, partition_of};
pub use dataset::{DatasetKey, DatasetKeyError, DatasetScope};
pub use iam::{
    IAM_PREFIX_MAX, LayoutError, attribute_policy_name, check_bucket_name, check_iam_prefix,
    group_policy_name, project_policy_name, role_name, suspension_policy_name, user_policy_name,
};
pub use identity::{
    MalformedValue, check_account_id, check_external_id, check_policy_arn, check_role_arn,
    check_session_name,
};
pub use region::{check_region, is_known_region};
pub use studio::user_profile_name;

use crate::name::{DatasetName, ProjectName, UserName};

/// Prefix of a project's objects: `project/{project}/`.
pub fn project_prefix(project: &ProjectName) -> String {
    format!("project/{project}/")
}

/// Prefix of a user's private objects: `private/{user}/`.
pub fn private_prefix(user: &UserName) -> String {
    format!("private/{user}/")
}

/// Prefix of a dataset that is shared with groups: `group/datasets/{dataset}/`. It does not name the
/// groups.
pub fn group_dataset_prefix(dataset: &DatasetName) -> String {
    format!("group/datasets/{dataset}/")
}

/// Prefix of the datasets that all members can read.
pub const GLOBAL_PREFIX: &str = "global/";
/// Prefix of the platform's own files that all members can read, such as sample notebooks.
pub const GLOBAL_READ_ONLY_PREFIX: &str = "global-read-only/";
