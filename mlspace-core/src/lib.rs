//! Names, tags, storage layout, IAM policies and AWS resource logic of multi-tenant machine-learning projects.
//!
//! A *project* has *members*. A user in a project is a *membership* and has an IAM role of its own. The role's permissions
//! follow from the names of project and user; [`policies`] generates the policies. Names are parsed once into the types of
//! [`name`], which cannot contain a wildcard, a policy variable or a separator. [`tags`] and [`layout`] define resource
//! tags, S3 prefixes and role names.
//!
//! ```
//! use mlspace_core::policies::{self, PolicyContext, PlatformAccess, ProjectAccess};
//! use mlspace_core::layout::Account;
//! use mlspace_core::name::{DatasetName, ProjectName};
//! use iam_policy::PolicyType;
//!
//! let account = Account::new("123456789012", "us-east-1");
//! let context = PolicyContext {
//!     account: &account,
//!     system_tag: "MLSpace",
//!     iam_prefix: "MLSpace",
//!     data_bucket: "mlspace-data-123456789012",
//!     network: None,
//!     kms_key: None,
//!     platform: PlatformAccess::default(),
//! };
//! let alpha = policies::project_policy(&context, &"alpha".parse::<ProjectName>()?, &ProjectAccess::default(), false)?;
//! assert_eq!(alpha.check(PolicyType::Managed), []);
//! assert!(alpha.size() <= PolicyType::Managed.limit());
//!
//! assert!("*".parse::<DatasetName>().is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`access`] reports the effective permissions of memberships, by the policies attached to their roles. [`network`]
//! plans subnets and addresses, [`tables`] names the DynamoDB tables. With the feature `aws`, on by default, come the records in DynamoDB and the operations that create,
//! read, update and delete projects, memberships, datasets and notebooks. Without it the crate needs no AWS SDK. Nothing
//! in this crate knows about Terraform; policies are evaluated by the crate [`iam_policy`].

pub mod access;
#[cfg(feature = "aws")]
pub mod aws;
#[cfg(feature = "aws")]
pub mod budget;
#[cfg(feature = "aws")]
mod collisions;
#[cfg(feature = "aws")]
pub mod dataset;
#[cfg(feature = "aws")]
mod directory;
#[cfg(feature = "aws")]
pub mod external_location;
#[cfg(feature = "aws")]
pub mod grant;
#[cfg(feature = "aws")]
mod group;
#[cfg(feature = "aws")]
mod iam;
#[cfg(feature = "aws")]
pub mod identity_center;
pub mod layout;
#[cfg(feature = "aws")]
pub mod lifecycle_config;
#[cfg(feature = "aws")]
pub mod membership;
#[cfg(feature = "aws")]
pub mod memory;
pub mod name;
pub mod network;
#[cfg(feature = "aws")]
pub mod notebook;
#[cfg(feature = "aws")]
mod owners;
#[cfg(feature = "aws")]
pub mod ownership;
#[cfg(feature = "aws")]
pub mod plan;
pub mod policies;
#[cfg(feature = "aws")]
pub mod presigned;
#[cfg(feature = "aws")]
pub mod project;
#[cfg(feature = "aws")]
pub mod project_group;
#[cfg(feature = "aws")]
#[cfg(test)]
mod races;
#[cfg(feature = "aws")]
pub mod records;
pub mod schedule;
#[cfg(feature = "aws")]
mod scheduler;
pub mod sdk_config;
#[cfg(feature = "aws")]
pub mod services;
#[cfg(feature = "aws")]
pub mod studio;
pub mod tables;
#[cfg(feature = "aws")]
mod tagged;
pub mod tags;
// Two attributes, because clippy only recognizes `cfg(test)` alone as test code.
#[cfg(feature = "aws")]
#[cfg(test)]
mod testing;
pub mod text;
#[cfg(feature = "aws")]
pub mod user;
#[cfg(feature = "aws")]
pub mod user_group;
