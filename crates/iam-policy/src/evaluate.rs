//! Deciding requests as IAM does.
//!
//! A [`Request`] says who asks to do what on which resource and in what context; a [`PolicySet`] holds the policies
//! that bear on it; [`PolicySet::decide`] gives the [`Decision`] with the statements that made it or, for an implicit
//! deny, what was missing. The order of evaluation is that of "Policy evaluation logic"
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
//! # Many requests
//!
//! [`PolicySet::compile`] makes [`CompiledPolicies`], which give the same answers sooner; it costs as much as some
//! 25 decisions. One core of a two-core cloud machine, on requests of a member about S3 and SageMaker, most of them near
//! an edge, against the policies of project and user, the role's own and the permissions boundary:
//!
//! | | decisions a second | of `@cloud-copilot/iam-simulate`'s, in the same run |
//! |---|---|---|
//! | [`CompiledPolicies::outcome`] | 2,700,000 | 7,400 times |
//! | [`CompiledPolicies::decide`], which names the statements | 1,000,000 | 2,800 times |
//! | making the [`Request`] from its parts, and `outcome` | 510,000 | 1,400 times |
//! | [`PolicySet::decide`] | 110,000 | 300 times |
//!
//! Nothing of a request is prepared outside what is measured. `make bench` repeats it.

mod caller;
mod combine;
mod compiled;
mod condition;
mod decision;
mod policies;
mod request;
mod statement;
mod value;

pub use caller::{Caller, CallerError};
pub use compiled::CompiledPolicies;
pub use decision::{Decision, Layer, MissingAllow, NearMiss, Outcome, StatementRef};
pub use policies::PolicySet;
pub use request::Request;

#[cfg(test)]
mod tests;
