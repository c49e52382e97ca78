//! Decisions about all requests of a kind: proofs and counterexamples.
//!
//! [`prove`] answers a [`Question`]: is any request of a kind allowed? The answer is that none is,
//! a request that is, or that it is not decided and why. It takes policies as
//! [`PolicySet::decide`](crate::evaluate::PolicySet::decide) does, and asks that for each
//! counterexample before it gives it away.
//!
//! ```
//! use iam_policy::evaluate::{Caller, PolicySet};
//! use iam_policy::prove::{Question, prove};
//! use iam_policy::{Document, Statement};
//!
//! let wide = Document::new([
//!     Statement::allow("SageMaker").actions(["s3:GetObject"]).resources(["arn:aws:s3:::*sagemaker*"]),
//!     Statement::deny("Others").actions(["s3:*"]).resources(["arn:aws:s3:::data/project/*"]),
//! ]);
//! let policies = PolicySet::new().identity("wide", &wide);
//! let alice = Caller::from_arn("arn:aws:iam::123456789012:role/alice")?;
//!
//! let projects = Question::new(alice.clone()).resources(["arn:aws:s3:::data/project/*"]);
//! assert!(prove(&policies, &projects).holds());
//!
//! let groups = Question::new(alice).resources(["arn:aws:s3:::data/group/*"]);
//! let answer = prove(&policies, &groups);
//! let request = &answer.counterexample().unwrap().request;
//! assert_eq!(request.resource(), "arn:aws:s3:::data/group/sagemaker");
//! # Ok::<(), iam_policy::evaluate::CallerError>(())
//! ```
//!
//! # How it decides
//!
//! Which statements apply to a request is a formula over the action, the resource and the values of
//! each context key. Patterns are regular languages, so that two questions about one of these parts
//! are decidable: whether it can fulfil some patterns and not others, and what the shortest such
//! string is. Numbers, times and addresses are divided into ranges by the bounds that policies
//! name. The parts do not depend on each other, so a search over the alternatives of the formula is
//! complete. It counts its steps: a question that takes too many is not decided.
//!
//! Policy variables put the value of a key into a pattern. Where the question gives the value, it
//! is put in. Where it leaves it open, each key is taken to be missing, to be empty, and to have any
//! other value; then a pattern with it stands for all that it can match under some value. That can
//! only add requests, so that a proof is one, and each counterexample is checked.

mod answer;
mod budget;
mod cases;
mod difference;
mod encode;
mod formula;
mod hash;
mod language;
mod levels;
mod predicate;
mod principals;
mod question;
mod search;
mod solve;
mod tables;
mod theory;
mod witness;

pub use answer::{Answer, Counterexample, NotDecided};
pub use difference::{Change, Difference, difference};
pub use question::{Question, Word};
pub use solve::{prove, prove_in_all_readings, prove_within, prove_within_in_all_readings};

#[cfg(test)]
mod tests;
