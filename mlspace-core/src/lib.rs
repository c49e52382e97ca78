//! Multi-tenant machine-learning projects on AWS: names, tags, storage layout, access policies, and the resources themselves.
//!
//! A *project* has *members*: a user in a project is a membership, and has an IAM role of its own. What that role may do follows from two
//! names, the project's and the user's, and from nothing else. The crate is built in that order:
//!
//! 1. [`name`]: names are parsed, not checked. One that was accepted can stand in a key, an ARN or a policy without being read as a wildcard,
//!    a variable or a separator.
//! 2. [`tags`] and [`layout`]: what a membership's resources are tagged with, where its data lies, how its role is called. All of it is as
//!    MLSpace has it, so that an existing deployment can be adopted.
//! 3. [`policy`], [`grants`] and [`evaluate`]: the policy language, the policies that are made of the names, and IAM's decision about a
//!    request. The tests of the grants ask the evaluator about every row of the access table, in both directions.
//! 4. [`lint`]: faults that policies have though AWS accepts them. Those of the grants have none.
//! 5. [`access`]: what memberships may really do, by the policies attached to their roles.
//! 6. [`network`]: how many addresses people's work takes, and where subnets lie.
//! 7. With the feature `aws`, on by default: the records in DynamoDB, and creating, reading, updating and deleting projects, memberships,
//!    datasets and notebooks.
//!
//! Nothing here knows of Terraform. Without the feature `aws` nothing needs the AWS SDK either, for use in a Lambda or a linter.
//!
//! ```
//! use mlspace_core::evaluate::{Caller, PolicySet, Request};
//! use mlspace_core::grants::{self, GrantContext};
//! use mlspace_core::layout::Account;
//! use mlspace_core::name::ProjectName;
//!
//! let account = Account::new("123456789012", "us-east-1");
//! let context = GrantContext {
//!     account: &account,
//!     system_tag: "MLSpace",
//!     iam_prefix: "MLSpace",
//!     data_bucket: "mlspace-data-123456789012",
//!     network: None,
//!     kms_key: None,
//! };
//! let alpha = grants::project_policy(&context, &"alpha".parse::<ProjectName>()?, false)?;
//!
//! let policies = PolicySet::new().identity("alpha", &alpha);
//! let role = Caller::from_arn("arn:aws:iam::123456789012:role/MLSpace-alpha-0fb265a4573777a0")?;
//! let read = |key: &str| {
//!     let object = account.object_arn("mlspace-data-123456789012", key);
//!     policies.decide(&Request::new(role.clone(), "s3:GetObject", object)).is_allowed()
//! };
//! assert!(read("project/alpha/datasets/cards/2026.csv"));
//! assert!(!read("project/alphabeta/datasets/cards/2026.csv"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod access;
#[cfg(feature = "aws")]
pub mod aws;
#[cfg(feature = "aws")]
pub mod dataset;
pub mod evaluate;
pub mod grants;
#[cfg(feature = "aws")]
pub mod group;
pub mod layout;
pub mod lint;
#[cfg(feature = "aws")]
pub mod membership;
pub mod name;
pub mod network;
#[cfg(feature = "aws")]
pub mod notebook;
pub mod policy;
#[cfg(feature = "aws")]
pub mod project;
#[cfg(feature = "aws")]
pub mod records;
pub mod schedule;
pub mod tags;
