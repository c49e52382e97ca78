//! What memberships may really do: the access matrix, from the policies that are attached.
//!
//! Nothing here is derived from what ought to be: [`Attached`] holds the documents that a role carries, and every right is a decision of
//! [`iam_policy::evaluate`] about a request that a member would make. So the matrix also shows what an edited policy, a lost boundary or a foreign
//! attachment has changed. With the feature `aws`, `AccessReports::read` reads the roles of an account.
//!
//! Left out are the policies of the bucket, of keys, of endpoints and of the organization, which may take more away and, where the bucket's names
//! the role, give more; and who may assume the role. One object stands for all objects of a dataset.
//!
//! ```
//! use mlspace_core::access::Attached;
//! use mlspace_core::policies::{self, GrantContext};
//! use mlspace_core::layout::{Account, DatasetKey};
//! use mlspace_core::name::{ProjectName, UserName};
//! use mlspace_core::tags;
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
//! let (fraud, alice): (ProjectName, UserName) = ("fraud".parse()?, "alice".parse()?);
//! let role = Attached::new(account.role_arn("MLSpace-fraud-2bd806c97f0e00af1a1fc3328fa763a9269723c8db8fac4f93a"))
//!     .tagged(tags::membership_role_tags("MLSpace", &fraud, &alice))
//!     .policy("MLSpace-project-fraud", policies::project_policy(&context, &fraud, false)?);
//!
//! let datasets: [DatasetKey; 2] = ["project/fraud/cards".parse()?, "project/churn/calls".parse()?];
//! let access = role.access(&context, &fraud, &alice, &datasets)?;
//! let [own, other] = access.data.as_slice() else { unreachable!() };
//! assert!(own.read.is_allowed() && own.delete.is_allowed());
//! assert_eq!(other.read.reason(), Some("denied by `DenyOtherProjectObjects` of `MLSpace-project-fraud`"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod area;
mod details;
#[cfg(feature = "aws")]
mod fetch;
mod probe;
mod review;
#[cfg(test)]
mod tests;
mod verdict;

use crate::layout::DatasetKey;
use crate::name::{ProjectName, UserName};
use crate::policies::GrantContext;
use crate::tags::Tags;
use iam_policy::evaluate::{CallerError, Layer, PolicySet, StatementRef};
use iam_policy::{Document, Statement};
use probe::Prober;

pub use area::{Area, MostRights};
#[cfg(feature = "aws")]
pub(crate) use details::decode;
pub use details::{AccountDetails, DetailsError, RoleDetails};
#[cfg(feature = "aws")]
pub use fetch::{AccessFilter, AccessReports};
pub use review::{Beside, Departure, Review};
pub use verdict::Verdict;

/// A role with everything attached to it that decides what it may do.
#[derive(Debug, Clone, PartialEq)]
pub struct Attached {
    role_arn: String,
    tags: Tags,
    policies: Vec<(String, Document)>,
    boundary: Option<(String, Document)>,
}

impl Attached {
    /// A role without tags, policies and boundary, by its ARN.
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

    /// Adds a managed or inline policy. Reasons call it by `label`.
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

    /// The policies, for decisions about requests of one's own.
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

    /// What the role, being that of `user` in `project`, may do: with each dataset, and in SageMaker.
    ///
    /// Only the deployment's names are taken from `context`: its account, bucket, system tag, approved network and approved key.
    ///
    /// # Errors
    /// [`CallerError`] when the role's ARN is none.
    pub fn access(
        &self,
        context: &GrantContext<'_>,
        project: &ProjectName,
        user: &UserName,
        datasets: &[DatasetKey],
    ) -> Result<MembershipAccess, CallerError> {
        let prober = Prober::new(context, self)?;
        Ok(MembershipAccess {
            project: project.clone(),
            user: user.clone(),
            role_arn: self.role_arn.clone(),
            data: datasets
                .iter()
                .map(|key| DataAccess::new(key, prober.rights(&key.prefix())))
                .collect(),
            work: prober.work(project.as_str(), user.as_str()),
        })
    }

    /// What the role may do in parts of the data bucket, in their order.
    ///
    /// # Errors
    /// [`CallerError`] when the role's ARN is none.
    pub fn rights(
        &self,
        context: &GrantContext<'_>,
        areas: &[Area],
    ) -> Result<Vec<Rights>, CallerError> {
        let prober = Prober::new(context, self)?;
        let rights = areas.iter().map(|area| prober.rights(&area.prefix()));
        Ok(rights.collect())
    }

    /// What the role may do in SageMaker, its own resources being those with these tags.
    ///
    /// # Errors
    /// [`CallerError`] when the role's ARN is none.
    pub fn work(
        &self,
        context: &GrantContext<'_>,
        project: &str,
        user: &str,
    ) -> Result<WorkAccess, CallerError> {
        Ok(Prober::new(context, self)?.work(project, user))
    }

    /// The statement that a decision about this role names.
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

/// What a membership may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembershipAccess {
    /// The project.
    pub project: ProjectName,
    /// The user.
    pub user: UserName,
    /// ARN of the role that holds the rights.
    pub role_arn: String,
    /// What it may do with each dataset, in the order in which these were given.
    pub data: Vec<DataAccess>,
    /// What it may do in SageMaker.
    pub work: WorkAccess,
}

impl MembershipAccess {
    /// A membership that may do nothing, for one reason.
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
            .map(|key| DataAccess::new(key, nothing.clone()));
        Self {
            project: project.clone(),
            user: user.clone(),
            role_arn: role_arn.into(),
            data: data.collect(),
            work: WorkAccess {
                create_job: denied(),
                create_untagged_job: denied(),
                use_others: denied(),
            },
        }
    }
}

/// What a membership may do with a dataset. An object directly under the dataset's prefix stands for all of its objects.
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
}

impl DataAccess {
    fn new(dataset: &DatasetKey, rights: Rights) -> Self {
        Self {
            dataset: dataset.clone(),
            read: rights.read,
            write: rights.write,
            delete: rights.delete,
            list: rights.list,
        }
    }
}

/// What may be done in a part of the data bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights {
    /// `s3:GetObject`.
    pub read: Verdict,
    /// `s3:PutObject`.
    pub write: Verdict,
    /// `s3:DeleteObject`.
    pub delete: Verdict,
    /// `s3:ListBucket` with the part's prefix.
    pub list: Verdict,
}

/// What a membership may do in SageMaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkAccess {
    /// Creating a training job as it should be: with the membership's tags, in the approved network, with the approved key. Where none is
    /// approved, any stands for it.
    pub create_job: Verdict,
    /// Creating the same job without tags; a membership should not.
    pub create_untagged_job: Verdict,
    /// Describing, stopping, deleting or invoking what belongs to another member of the project, or to the user in another project; a membership
    /// should not. Allowed as soon as one of these is.
    pub use_others: Verdict,
}
