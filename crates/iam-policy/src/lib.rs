//! IAM policies as values: parse, print, compare, pack, lint and evaluate them,
//! and prove what they never allow, offline.
//!
//! [`Document`] represents every type of policy in the IAM policy language: identity policies,
//! permissions boundaries, service and resource control policies, trust policies, and the policies
//! of buckets, keys and VPC endpoints. Its elements are those of "IAM JSON policy elements
//! reference"
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>).
//!
//! The crate makes no network call, needs no AWS SDK and builds for WebAssembly. Facts about AWS
//! are in tables and comments that name the page they come from.
//!
//! # Parse and lint
//!
//! [`Document::parse`] accepts what IAM accepts. Its errors give line, column and JSON pointer.
//! [`lint`](lint::lint) finds statements that AWS accepts but that do not do what they seem to.
//! Here, two keys are under one `Null`, so the Deny does not apply to a request with one of them:
//!
//! ```
//! use iam_policy::lint::{LintOptions, LintTarget, RuleId, lint};
//! use iam_policy::{Document, PolicyType};
//!
//! let error = Document::parse(r#"{"Statement": [{"Effect": "allow"}]}"#).unwrap_err();
//! assert_eq!(error.to_string(), "line 1, column 27 (`/Statement/0/Effect`): `allow` is not a valid effect; write `Allow`");
//!
//! let document = Document::parse(
//!     r#"{"Version": "2012-10-17", "Statement": {
//!         "Sid": "NeedNetwork", "Effect": "Deny", "Action": "sagemaker:CreateModel", "Resource": "*",
//!         "Condition": {"Null": {"sagemaker:VpcSubnets": "true", "sagemaker:VpcSecurityGroupIds": "true"}}
//!     }}"#,
//! )?;
//! let policy = LintTarget { label: "guardrail", policy_type: PolicyType::ServiceControl, document: &document };
//! let findings = lint(&[policy], &LintOptions::default());
//! assert_eq!(findings.first().map(|found| found.id()), Some(RuleId::L02));
//! # Ok::<(), iam_policy::ParseError>(())
//! ```
//!
//! # Evaluate
//!
//! [`evaluate`] decides a request as IAM does, over identity, resource, session, endpoint and
//! organization policies and the permissions boundary, within an account and across accounts. A
//! [`Decision`](evaluate::Decision) names the statements behind it, or for an implicit deny the
//! policies that did not allow.
//!
//! ```
//! use iam_policy::evaluate::{Caller, Outcome, PolicySet, Request};
//! use iam_policy::{Document, Operator, Statement};
//!
//! let own = Document::new([Statement::allow("OwnModels")
//!     .actions(["sagemaker:DescribeModel"])
//!     .resources(["*"])
//!     .when(Operator::StringEquals, "aws:ResourceTag/user", ["${aws:PrincipalTag/user}"])]);
//! let policies = PolicySet::new().identity("own", &own);
//!
//! let alice = Caller::from_arn("arn:aws:iam::123456789012:role/alice")?;
//! let describe = |owner: &str| {
//!     let model = "arn:aws:sagemaker:us-east-1:123456789012:model/m";
//!     let request = Request::new(alice.clone(), "sagemaker:DescribeModel", model);
//!     request.principal_tag("user", "alice").resource_tag("user", owner)
//! };
//! let decision = policies.decide(&describe("alice"));
//! assert_eq!(decision.to_string(), "allowed by statement `OwnModels` of identity policy `own`");
//! assert_eq!(
//!     policies.decide(&describe("bob")).to_string(),
//!     "not allowed: no identity policy allows it (statement `OwnModels` of identity policy `own` would, \
//!      if StringEquals aws:ResourceTag/user held)"
//! );
//! // For many requests against one set:
//! assert_eq!(policies.compile().outcome(&describe("bob")), Outcome::ImplicitDeny);
//! # Ok::<(), iam_policy::evaluate::CallerError>(())
//! ```
//!
//! # Prove
//!
//! [`prove`] decides whether any request of a kind is allowed, among all actions, resources and
//! contexts: the answer is a proof, a request that is allowed, or that it is not decided.
//!
//! # Pack
//!
//! Policies have quotas. [`pack`] fits statements into as few documents of a [`PackTarget`] as
//! possible, without widening any pattern. If they do not fit, the error gives the sizes.
//!
//! ```
//! use iam_policy::{PackTarget, Document, PolicyType, Statement, pack};
//!
//! let datasets = (0..150).map(|n| format!("arn:aws:s3:::data/group/datasets/dataset-{n:03}/*"));
//! let read = Document::new([Statement::allow("Read").actions(["s3:GetObject"]).resources(datasets)]);
//! assert!(read.size() > PolicyType::Managed.limit());
//!
//! let packed = pack(std::slice::from_ref(&read), PackTarget { policy_type: PolicyType::Managed, documents: 10 })?;
//! assert_eq!(packed.len(), 2);
//! assert!(packed.iter().all(|document| document.size() <= PolicyType::Managed.limit()));
//!
//! let error = pack(&[read], PackTarget { policy_type: PolicyType::Managed, documents: 1 }).unwrap_err();
//! assert!(error.to_string().contains("need at least 2 documents of 6144 characters"), "{error}");
//! # Ok::<(), iam_policy::PackError>(())
//! ```

mod caseless;
mod condition;
mod document;
mod equivalence;
mod error;
pub mod evaluate;
mod grammar;
mod json;
pub mod lint;
mod operator;
mod pack;
mod parse;
pub mod pattern;
mod policy_type;
mod principal;
mod print;
pub mod prove;
mod statement;
pub mod template;

pub use condition::{Condition, ConditionKey, Conditions};
pub use document::{Document, Version};
pub use equivalence::equivalent;
pub use error::{ParseError, ParseErrorKind};
pub use grammar::Violation;
pub use operator::{ConditionOperator, Operator, SetQualifier, UnknownOperator};
pub use pack::{PackError, PackTarget, pack};
pub use policy_type::{
    ATTACHED_POLICIES_PER_ROLE, PolicyType, SERVICE_CONTROL_POLICIES_PER_TARGET, UnknownPolicyType,
};
pub use principal::Principal;
pub use statement::{Clause, Effect, Statement};

#[cfg(test)]
pub(crate) mod tests;

/// The examples of the README, as doctests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;
