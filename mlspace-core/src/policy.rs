//! The policy language: typed documents, condition operators, canonical JSON, IAM's size count.
//!
//! One type, [`Document`], stands for every kind of policy that AWS writes in this language: identity policies,
//! permissions boundaries, service control policies, trust policies, and the policies of buckets, keys and VPC
//! endpoints. The elements and their meaning are those of the page "IAM JSON policy elements reference"
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>).
//!
//! ```
//! use mlspace_core::policy::{Document, Operator, Statement};
//!
//! let document = Document::new([
//!     Statement::allow("ReadCards")
//!         .actions(["s3:GetObject"])
//!         .resources(["arn:aws:s3:::data/project/fraud/*"]),
//!     Statement::deny("DenyOtherProjects")
//!         .actions(["sagemaker:CreateTrainingJob"])
//!         .resources(["*"])
//!         .when(Operator::StringNotEquals, "aws:RequestTag/project", ["fraud"]),
//! ]);
//! assert!(document.size() < 6_144);
//! assert!(document.to_json().starts_with(r#"{"Version":"2012-10-17","Statement":[{"Sid":"ReadCards""#));
//! ```

mod condition;
mod document;
mod equivalence;
mod error;
pub(crate) mod fold;
mod json;
mod kind;
mod operator;
mod pack;
mod parse;
pub mod pattern;
mod principal;
mod print;
mod statement;
pub mod template;

pub use condition::{Condition, ConditionKey, Conditions};
pub use document::{Document, Version};
pub use equivalence::equivalent;
pub use error::{ParseError, Problem};
pub use kind::{
    ATTACHED_POLICIES_PER_ROLE, Kind, SERVICE_CONTROL_POLICIES_PER_TARGET, UnknownKind, Violation,
};
pub use operator::{ConditionOperator, Operator, SetQualifier, UnknownOperator};
pub use pack::{Carrier, PackError, pack};
pub use principal::Principal;
pub use statement::{Clause, Effect, Statement};

#[cfg(test)]
pub(crate) mod tests;
