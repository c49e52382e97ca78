//! Evaluation of requests as IAM does it.
//!
//! A [`Request`] has a caller, an action, a resource and a context. A [`PolicySet`] has the
//! policies that apply to it. [`PolicySet::decide`] returns the [`Decision`], with the statements
//! behind it or, for an implicit deny, the layers that did not allow. The order of evaluation
//! follows "Policy evaluation logic"
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>).
//!
//! ```
//! use iam_policy::evaluate::{Caller, PolicySet, Request};
//! use iam_policy::{Document, Operator, Statement};
//!
//! let own_prefix = Document::new([Statement::allow("OwnPrefix")
//!     .actions(["s3:GetObject"])
//!     .resources(["arn:aws:s3:::data/private/${aws:PrincipalTag/user}/*"])]);
//! let policies = PolicySet::new().identity("own-prefix", &own_prefix);
//!
//! let role = Caller::from_arn("arn:aws:iam::123456789012:role/alice")?;
//! let get = |key| Request::new(role.clone(), "s3:GetObject", key).principal_tag("user", "alice");
//! assert!(policies.decide(&get("arn:aws:s3:::data/private/alice/x")).is_allowed());
//! assert!(!policies.decide(&get("arn:aws:s3:::data/private/bob/x")).is_allowed());
//! # Ok::<(), iam_policy::evaluate::CallerError>(())
//! ```
//!
//! # Policy variables without a value
//!
//! [`PolicySet::decide`] takes one reading of them, [`PolicySet::readings`] all: AWS says two things
//! that do not agree ([`UnsetVariable`]). What should be closed has to be closed in each reading, and
//! what should be open has to be open in each.
//!
//! # Many requests
//!
//! [`PolicySet::compile`] makes [`CompiledPolicies`], which decide the same in less time. Compiling
//! takes as long as about 25 decisions. Measured on one core of a two-core cloud machine, with
//! requests of a project member for S3 and SageMaker, most of them edge cases, and the policies of
//! project, user and role and the permissions boundary:
//!
//! | | decisions per second | compared with `@cloud-copilot/iam-simulate` |
//! |---|---|---|
//! | [`CompiledPolicies::outcome`] | 2,700,000 | 7,400× |
//! | [`CompiledPolicies::decide`], which names the statements | 1,000,000 | 2,800× |
//! | building the [`Request`], and `outcome` | 510,000 | 1,400× |
//! | [`PolicySet::decide`] | 110,000 | 300× |
//!
//! Apart from building the [`Request`], which has its own row, nothing is prepared outside of the
//! measured time. `make bench` repeats the measurement.

pub(crate) mod caller;
pub(crate) mod combine;
mod compiled;
pub(crate) mod condition;
mod decision;
pub(crate) mod policies;
mod readings;
mod request;
pub(crate) mod statement;
mod unset_variable;
pub(crate) mod value;

pub use caller::{Caller, CallerError};
pub use compiled::CompiledPolicies;
pub use decision::{Decision, Layer, MissingAllow, NearMiss, Outcome, StatementRef};
pub use policies::PolicySet;
pub use readings::Readings;
pub use request::Request;
pub use unset_variable::UnsetVariable;
pub(crate) use value::{Decimal, IpRange, Timestamp};

#[cfg(test)]
mod tests;
