//! IAM policies as values: read, written, compared, packed, linted and decided; and what multi-tenant machine-learning projects on AWS
//! are made of.
//!
//! A policy in AWS is a text that nobody runs. Whether it keeps one tenant from another shows when somebody tries. This crate makes policies
//! something that a program can ask: what do you allow, why, and what have you overlooked. Its facts about AWS carry the page that says so.
//!
//! # Read, and look for faults
//!
//! [`policy`] reads whatever IAM accepts, into types that hold nothing else; errors say line, column and JSON pointer. [`lint`] then finds
//! what AWS accepts but nobody means. Here two keys stand under one `Null`, so that naming either is enough to get past the Deny:
//!
//! ```
//! use mlspace_core::lint::{LintOptions, PolicyUnderLint, RuleId, lint};
//! use mlspace_core::policy::{Document, Kind};
//!
//! let error = Document::parse(r#"{"Statement": [{"Effect": "allow"}]}"#).unwrap_err();
//! assert_eq!(error.to_string(), "line 1, column 27 (`/Statement/0/Effect`): `allow` is no effect; write `Allow`");
//!
//! let document = Document::parse(
//!     r#"{"Version": "2012-10-17", "Statement": {
//!         "Sid": "NeedNetwork", "Effect": "Deny", "Action": "sagemaker:CreateModel", "Resource": "*",
//!         "Condition": {"Null": {"sagemaker:VpcSubnets": "true", "sagemaker:VpcSecurityGroupIds": "true"}}
//!     }}"#,
//! )?;
//! let policy = PolicyUnderLint { label: "guardrail", kind: Kind::ServiceControl, document: &document };
//! let findings = lint(&[policy], &LintOptions::default());
//! assert_eq!(findings.first().map(|found| found.id()), Some(RuleId::L02));
//! # Ok::<(), mlspace_core::policy::ParseError>(())
//! ```
//!
//! # Generate
//!
//! A *project* has *members*: a user in a project is a membership, and has an IAM role of its own. What that role may do follows from two
//! names and from nothing else; [`grants`] writes it down. A [`name`] is parsed once, and from then on can stand in a key, an ARN or a
//! policy without being read as a wildcard, a variable or a separator. [`tags`] and [`layout`] say what resources are tagged with, where data
//! lies, and what roles are called.
//!
//! ```
//! use mlspace_core::grants::{self, GrantContext};
//! use mlspace_core::layout::Account;
//! use mlspace_core::name::{DatasetName, ProjectName};
//! use mlspace_core::policy::Kind;
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
//! assert_eq!(alpha.check(Kind::Managed), []);
//! assert!(alpha.size() <= Kind::Managed.limit());
//!
//! assert!("*".parse::<DatasetName>().is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Evaluate, and explain
//!
//! [`evaluate`] decides a request as IAM does, over identity, resource, session, endpoint and organization policies and the permissions
//! boundary, within an account and across. The decision names the statements that made it; where none did, it says what was missing.
//!
//! ```
//! use mlspace_core::evaluate::{Caller, Outcome, PolicySet, Request};
//! use mlspace_core::policy::{Document, Operator, Statement};
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
//! # Ok::<(), mlspace_core::evaluate::CallerError>(())
//! ```
//!
//! # Pack
//!
//! Policies have quotas, and grow. [`policy::pack`] fits statements into as few documents as a [`policy::Carrier`] has room for, without
//! widening any pattern; one more value changes one document. What can't fit is an error with the arithmetic in it.
//!
//! ```
//! use mlspace_core::policy::{Carrier, Document, Kind, Statement, pack};
//!
//! let datasets = (0..150).map(|n| format!("arn:aws:s3:::data/group/datasets/dataset-{n:03}/*"));
//! let read = Document::new([Statement::allow("Read").actions(["s3:GetObject"]).resources(datasets)]);
//! assert!(read.size() > Kind::Managed.limit());
//!
//! let packed = pack(std::slice::from_ref(&read), Carrier { kind: Kind::Managed, documents: 10 })?;
//! assert_eq!(packed.len(), 2);
//! assert!(packed.iter().all(|document| document.size() <= Kind::Managed.limit()));
//!
//! let error = pack(&[read], Carrier { kind: Kind::Managed, documents: 1 }).unwrap_err();
//! assert!(error.to_string().contains("need at least 2 documents of 6144 characters"), "{error}");
//! # Ok::<(), mlspace_core::policy::PackError>(())
//! ```
//!
//! # The rest
//!
//! [`access`] shows what memberships may really do, by the policies attached to their roles; [`network`] how many addresses people's work
//! takes, and where subnets lie. With the feature `aws`, on by default, come the records in DynamoDB, and creating, reading, updating and
//! deleting projects, memberships, datasets and notebooks. Without it nothing needs the AWS SDK, and the crate builds for WebAssembly; the
//! feature `cli` adds the command `mlspace-policy`. Nothing here knows of Terraform.

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
