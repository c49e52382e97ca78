//! Access reports: the effective permissions of memberships, from the policies attached to their roles.
//!
//! An [`IamRole`] has the documents that are attached to the role at present. Every permission is a
//! decision of [`iam_policy::evaluate`] about a request that a member can make. The reports therefore
//! show the effect of an edited policy, a lost boundary or an additional attachment.
//! With the feature `aws`, `AccessReports::read` reads the roles of an account.
//!
//! Policies of buckets, keys, VPC endpoints and the organization are not included. They can deny more
//! and, where the bucket's policy names the role, allow more. Trust policies are not included either.
//! One object represents all objects of a dataset; whether what is denied for it is denied for all
//! of them is decided by a [proof](iam_policy::prove), as is the isolation from other tenants.
//!
//! AWS says two things about a policy variable without a value
//! ([`UnsetVariable`](iam_policy::evaluate::UnsetVariable)). What the access model grants is therefore
//! reported as allowed if each reading allows it, and everything else if any does.
//!
//! ```
//! use mlspace_core::access::{IamRole, KnownProofs};
//! use mlspace_core::policies::{self, PolicyContext, PlatformAccess, ProjectAccess};
//! use mlspace_core::layout::{Account, DatasetKey};
//! use mlspace_core::name::{ProjectName, UserName};
//! use mlspace_core::tags;
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
//! let (fraud, alice): (ProjectName, UserName) = ("fraud".parse()?, "alice".parse()?);
//! let role = IamRole::new(account.role_arn("MLSpace-fraud-2bd806c97f0e00af1a1fc3328fa763a9269723c8db8fac4f93a"))
//!     .tagged(tags::membership_role_tags("MLSpace", &fraud, &alice))
//!     .policy("MLSpace-project-fraud", policies::project_policy(&context, &fraud, &ProjectAccess::default(), false)?);
//!
//! let datasets: [DatasetKey; 2] = ["project/fraud/cards".parse()?, "project/churn/calls".parse()?];
//! let access = role.access(&context, &fraud, &alice, &datasets, &KnownProofs::default())?;
//! let [own, other] = access.data.as_slice() else { unreachable!() };
//! assert!(own.read.is_allowed() && own.delete.is_allowed());
//! assert!(!other.read.is_allowed());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod any_names;
mod details;
mod deviations;
mod difference;
#[cfg(feature = "aws")]
mod fetch;
mod location;
mod proof;
mod test_request;
#[cfg(test)]
mod tests;
mod verdict;

use crate::layout::DatasetKey;
use crate::name::{ProjectName, UserName};
use crate::policies::PolicyContext;
use crate::tags::Tags;
use iam_policy::evaluate::{CallerError, Layer, PolicySet, StatementRef};
use iam_policy::{Document, Statement};
use test_request::RoleTester;

#[cfg(feature = "aws")]
pub(crate) use details::decode;
pub use details::{AccountDetails, DetailsError, RoleDetails};
#[cfg(all(test, feature = "aws"))]
pub(crate) use deviations::take_decided;
pub use deviations::{CrossTenant, Deviation, Deviations, ExternalPolicies, cross_tenant};
#[cfg(feature = "aws")]
pub(crate) use fetch::invalid_role;
#[cfg(feature = "aws")]
pub use fetch::{AccessFilter, AccessReport, AccessReports};
pub use location::{DataLocation, ExpectedAccess};
pub use proof::{IsolationProof, KnownProofs, Proof, RoleProver};
pub use verdict::Verdict;

/// An IAM role with its tags, attached and inline policies and permissions boundary.
#[derive(Debug, Clone, PartialEq)]
pub struct IamRole {
    role_arn: String,
    tags: Tags,
    policies: Vec<(String, Document)>,
    boundary: Option<(String, Document)>,
}

impl IamRole {
    /// The role as IAM has it, with the documents of its managed policies and of its boundary by
    /// ARN; those of policies that are not there are missing.
    ///
    /// # Errors
    /// A sentence without a period about a policy that cannot be parsed.
    #[cfg(feature = "aws")]
    pub(crate) fn of_state(
        state: &crate::iam::RoleState,
        documents: &std::collections::BTreeMap<String, Option<String>>,
    ) -> Result<Self, String> {
        let parse = |text: &str, what: &str| {
            Document::parse(text).map_err(|error| format!("{what} is not a valid policy: {error}"))
        };
        let of = |arn: &String| match documents.get(arn) {
            Some(Some(text)) => parse(text, &format!("policy `{arn}`")),
            // A policy that was deleted since the role was read grants nothing.
            _ => Ok(Document::new([])),
        };
        let mut role = Self::new(&state.arn).tagged(state.tags.clone());
        for arn in &state.attached {
            role = role.policy(details::policy_name(arn), of(arn)?);
        }
        for (name, text) in &state.inline {
            role = role.policy(
                name.as_str(),
                parse(
                    text,
                    &format!("inline policy `{name}` of role `{}`", state.arn),
                )?,
            );
        }
        match &state.boundary {
            Some(arn) => Ok(role.boundary(details::policy_name(arn), of(arn)?)),
            None => Ok(role),
        }
    }

    /// A role without tags, policies and boundary.
    pub fn new(role_arn: impl Into<String>) -> Self {
        Self {
            role_arn: role_arn.into(),
            tags: Tags::new(),
            policies: Vec::new(),
            boundary: None,
        }
    }

    /// Sets the role's tags.
    #[must_use]
    pub fn tagged(mut self, tags: Tags) -> Self {
        self.tags = tags;
        self
    }

    /// Adds a managed or inline policy. Reasons name it by `label`.
    #[must_use]
    pub fn policy(mut self, label: impl Into<String>, document: Document) -> Self {
        self.policies.push((label.into(), document));
        self
    }

    /// Sets the permissions boundary.
    #[must_use]
    pub fn boundary(mut self, label: impl Into<String>, document: Document) -> Self {
        self.boundary = Some((label.into(), document));
        self
    }

    /// The role's ARN.
    #[must_use]
    pub fn role_arn(&self) -> &str {
        &self.role_arn
    }

    /// The role's tags.
    #[must_use]
    pub fn tags(&self) -> &Tags {
        &self.tags
    }

    /// The policies, for decisions about other requests.
    #[must_use]
    pub fn policy_set(&self) -> PolicySet {
        let set = self
            .policies
            .iter()
            .fold(PolicySet::new(), |set, (label, document)| {
                set.identity(label, document)
            });
        match &self.boundary {
            Some((label, document)) => set.boundary(label, document),
            None => set,
        }
    }

    /// Size in characters of the policy with this label.
    #[must_use]
    pub fn policy_size(&self, label: &str) -> Option<usize> {
        let mut policies = self.policies.iter();
        let (_, document) = policies.find(|(name, _)| name == label)?;
        Some(document.size())
    }

    /// Permissions of this role, as the role of `user` in `project`: on each dataset and in SageMaker.
    ///
    /// `context` gives the names of the deployment: account, bucket, system tag, approved network and
    /// approved key. What is proved is kept in `known`, for other roles of the deployment.
    ///
    /// # Errors
    /// [`CallerError`] when the role's ARN is invalid.
    pub fn access(
        &self,
        context: &PolicyContext<'_>,
        project: &ProjectName,
        user: &UserName,
        datasets: &[DatasetKey],
        known: &KnownProofs,
    ) -> Result<MembershipAccess, CallerError> {
        let tester = RoleTester::new(context, self)?;
        let prover = self.prover(context, Some((project.as_str(), user.as_str())), known)?;
        let data = datasets.iter().map(|key| {
            let location = DataLocation::Dataset(key.clone());
            let model = location.surely_granted(Some((project.as_str(), user.as_str())));
            let rights = tester.rights(&key.prefix(), model);
            let proof = prover.under(&key.prefix(), &rights);
            DataAccess::new(key, rights, proof)
        });
        Ok(MembershipAccess {
            project: project.clone(),
            user: user.clone(),
            role_arn: self.role_arn.clone(),
            data: data.collect(),
            sagemaker: tester.sagemaker_access(project.as_str(), user.as_str()),
            isolation: prover.isolation().to_vec(),
        })
    }

    /// Permissions of the role on locations of the data bucket, in the order of `locations`. `owner` is
    /// the project and the user of a membership's role.
    ///
    /// # Errors
    /// [`CallerError`] when the role's ARN is invalid.
    pub fn rights(
        &self,
        context: &PolicyContext<'_>,
        owner: Option<(&str, &str)>,
        locations: &[DataLocation],
    ) -> Result<Vec<Rights>, CallerError> {
        let tester = RoleTester::new(context, self)?;
        let rights = locations
            .iter()
            .map(|location| tester.rights(&location.prefix(), location.surely_granted(owner)));
        Ok(rights.collect())
    }

    /// Permissions of the role in SageMaker. Its own resources are those with these two tags.
    ///
    /// # Errors
    /// [`CallerError`] when the role's ARN is invalid.
    pub fn sagemaker_access(
        &self,
        context: &PolicyContext<'_>,
        project: &str,
        user: &str,
    ) -> Result<SageMakerAccess, CallerError> {
        Ok(RoleTester::new(context, self)?.sagemaker_access(project, user))
    }

    /// The statement that a decision about this role refers to.
    #[must_use]
    pub fn statement(&self, source: &StatementRef) -> Option<&Statement> {
        let named = |(label, _): &&(String, Document)| *label == source.policy;
        let (_, document) = match source.layer {
            Layer::Boundary => self.boundary.as_ref().filter(named),
            _ => self.policies.iter().find(named),
        }?;
        document.statements.get(source.index)
    }
}

/// Permissions of a membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembershipAccess {
    /// The project.
    pub project: ProjectName,
    /// The user.
    pub user: UserName,
    /// ARN of the membership's role.
    pub role_arn: String,
    /// Permissions on each dataset, in the order of the request.
    pub data: Vec<DataAccess>,
    /// Permissions in SageMaker.
    pub sagemaker: SageMakerAccess,
    /// Whether any request at all reaches other tenants, by kinds of requests; none without a role.
    pub isolation: Vec<IsolationProof>,
}

impl MembershipAccess {
    /// Whether the membership is isolated from other tenants in every way.
    #[must_use]
    pub fn is_isolated(&self) -> Proof {
        Proof::all(self.isolation.iter().map(|claim| &claim.proof))
    }

    /// A membership without any permission, for one reason.
    #[must_use]
    pub fn nothing(
        project: &ProjectName,
        user: &UserName,
        role_arn: impl Into<String>,
        datasets: &[DatasetKey],
        reason: &str,
    ) -> Self {
        let denied = || Verdict::denied(reason);
        let nothing = Rights {
            read: denied(),
            write: denied(),
            delete: denied(),
            list: denied(),
        };
        let data = datasets
            .iter()
            .map(|key| DataAccess::new(key, nothing.clone(), Proof::Proved));
        Self {
            project: project.clone(),
            user: user.clone(),
            role_arn: role_arn.into(),
            data: data.collect(),
            sagemaker: SageMakerAccess {
                create_job: denied(),
                create_untagged_job: denied(),
                use_others: denied(),
                use_own_spaces: denied(),
                use_others_spaces: denied(),
            },
            isolation: Vec::new(),
        }
    }
}

/// Permissions of a membership on a dataset. An object directly under the dataset's prefix represents
/// all of its objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataAccess {
    /// The dataset.
    pub dataset: DatasetKey,
    /// `s3:GetObject`.
    pub read: Verdict,
    /// `s3:PutObject`.
    pub write: Verdict,
    /// `s3:DeleteObject`.
    pub delete: Verdict,
    /// `s3:ListBucket` with the dataset's prefix.
    pub list: Verdict,
    /// Whether what is denied for one object is denied for all of the dataset.
    pub proof: Proof,
}

impl DataAccess {
    fn new(dataset: &DatasetKey, rights: Rights, proof: Proof) -> Self {
        Self {
            dataset: dataset.clone(),
            read: rights.read,
            write: rights.write,
            delete: rights.delete,
            list: rights.list,
            proof,
        }
    }
}

/// Permissions on a location of the data bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights {
    /// `s3:GetObject`.
    pub read: Verdict,
    /// `s3:PutObject`.
    pub write: Verdict,
    /// `s3:DeleteObject`.
    pub delete: Verdict,
    /// `s3:ListBucket` with the location's prefix.
    pub list: Verdict,
}

/// Permissions of a membership in SageMaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SageMakerAccess {
    /// Creating a training job with the membership's tags, in the approved network and with the approved
    /// key. An arbitrary one is tried where none is approved.
    pub create_job: Verdict,
    /// Creating the same job without tags, which should be denied.
    pub create_untagged_job: Verdict,
    /// Describing, stopping, deleting or invoking a resource of another member of the project, or of
    /// the user in another project, which should be denied. Allowed when any of these is allowed.
    pub use_others: Verdict,
    /// Opening the own profile of Studio, and creating, starting, stopping and deleting a private space
    /// of it. Denied where the project has Studio off.
    pub use_own_spaces: Verdict,
    /// The same with the profile of another member of the project, or of the user in another project,
    /// which should be denied; owners of the project stop and delete what its members have. Allowed when
    /// any of these is allowed.
    pub use_others_spaces: Verdict,
}
