//! The deployment that policies are generated for, and checks of values that policies contain.

use thiserror::Error;

use crate::layout::{Account, LayoutError, check_bucket_name, check_iam_prefix};
use crate::policies::services::Service;
use crate::tags::{SYSTEM, TagError, check_policy_tag_value};
use iam_policy::{Document, PackError, PolicyType};

/// Subnets and security groups in which workloads can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApprovedNetwork<'a> {
    /// Ids of the subnets. If empty, workloads can use any subnet, but must name one.
    pub subnet_ids: &'a [String],
    /// Ids of the security groups. If empty, workloads can use any group, but must name one.
    pub security_group_ids: &'a [String],
}

/// The deployment that policies are generated for.
#[derive(Clone, Copy, Debug)]
pub struct PolicyContext<'a> {
    /// The account and region.
    pub account: &'a Account,
    /// Value of the tag `system`.
    pub system_tag: &'a str,
    /// Prefix of the names of roles and policies.
    pub iam_prefix: &'a str,
    /// The bucket that holds the datasets.
    pub data_bucket: &'a str,
    /// The approved network. Without one, workloads must name a network, but can use any.
    pub network: Option<ApprovedNetwork<'a>>,
    /// The approved KMS key: its ARN, its id or `alias/{name}`. Without one, workloads must name a
    /// key, but can use any.
    ///
    /// SageMaker puts the key's ARN into the request where it knows it. An alias matches only if
    /// the caller wrote the same alias.
    pub kms_key: Option<&'a str>,
    /// What else the platform decides for all projects.
    pub platform: PlatformAccess<'a>,
}

/// How resources that members create are named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResourceNames {
    /// Names begin with the project's name and `-`. A project's name holds no `-`, so the names of
    /// two projects never begin alike.
    #[default]
    Prefixed,
    /// Names are free, as in MLSpace. Models of other projects can then be named in requests, and
    /// logs of jobs can be read only if their names begin with the project's name all the same.
    Free,
}

impl ResourceNames {
    /// All values, with their names in configurations.
    pub const NAMES: [(&'static str, Self); 2] =
        [("prefixed", Self::Prefixed), ("free", Self::Free)];

    /// The value of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let found = Self::NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, names)| *names)
    }
}

/// What a platform decides for all projects, besides network and key.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlatformAccess<'a> {
    /// How resources that members create are named.
    pub resource_names: ResourceNames,
    /// The services that projects can switch on.
    pub services: &'a [Service],
    /// VPCs from which members use their resources. If empty, they can from anywhere.
    pub source_vpc_ids: &'a [String],
    /// Patterns of instance types whose volumes take no key, besides the known ones.
    pub keyless_instance_types: &'a [String],
    /// Patterns of names of the account's ECR repositories from which every member can pull.
    pub image_repositories: &'a [String],
    /// Buckets besides the data bucket that members can be granted.
    pub granted_buckets: &'a [String],
    /// ARNs of the keys of these buckets, besides the approved key.
    pub granted_key_arns: &'a [String],
    /// Whether workloads use security groups with the tags of the platform and of their project,
    /// instead of the approved ones.
    pub project_security_groups: bool,
}

/// Error when a policy cannot be generated.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PolicyError {
    /// A name in the policy is invalid.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// The policy does not fit into the available documents.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The value of a tag in the policy is invalid.
    #[error(transparent)]
    Tag(#[from] TagError),
    /// A value contains characters that have a meaning in policies, or that it cannot contain.
    #[error("the {what} `{}` cannot be used in a policy: {expected}", value.escape_debug())]
    Value {
        /// Name of the value.
        what: &'static str,
        /// The rejected value.
        value: String,
        /// Remedy, as an imperative.
        expected: &'static str,
    },
    /// The policy exceeds IAM's size limit.
    #[error("{what} would have {size} characters, but IAM allows {limit}: {remedy}")]
    TooLarge {
        /// Name of the policy.
        what: String,
        /// Size in characters, without white space.
        size: usize,
        /// The limit, in characters.
        limit: usize,
        /// Remedy, as an imperative.
        remedy: &'static str,
    },
}

impl<'a> PolicyContext<'a> {
    /// Checks that no value can be read as a wildcard or a policy variable.
    ///
    /// # Errors
    /// [`PolicyError`] for the first invalid value.
    pub fn check(&self) -> Result<(), PolicyError> {
        check_bucket_name(self.data_bucket)?;
        check_iam_prefix(self.iam_prefix)?;
        check_policy_tag_value(SYSTEM, self.system_tag)?;
        let Account {
            partition,
            account_id,
            region,
        } = self.account;
        check_value(
            "partition",
            partition,
            "-",
            "write a partition such as `aws`",
        )?;
        check_value("account id", account_id, "", "write twelve digits")?;
        check_value("region", region, "-", "write a region such as `us-east-1`")?;
        for id in self.subnets() {
            check_value(
                "subnet id",
                id,
                "-",
                "write an id such as `subnet-0a1b2c3d`",
            )?;
        }
        for id in self.security_groups() {
            let remedy = "write an id such as `sg-0a1b2c3d`";
            check_value("security group id", id, "-", remedy)?;
        }
        if let Some(key) = self.kms_key {
            let remedy = "write the key's ARN, its id or `alias/NAME`";
            check_value("KMS key", key, "-_:/", remedy)?;
        }
        self.platform.check()
    }

    /// Ids of the approved subnets; empty if any subnet can be used.
    pub(super) fn subnets(&self) -> &'a [String] {
        self.network.map_or(&[], |network| network.subnet_ids)
    }

    /// Ids of the approved security groups; empty if any group can be used.
    pub(super) fn security_groups(&self) -> &'a [String] {
        self.network
            .map_or(&[], |network| network.security_group_ids)
    }

    /// ARN of the data bucket.
    pub(crate) fn bucket(&self) -> String {
        self.account.bucket_arn(self.data_bucket)
    }

    /// Pattern for all objects of the data bucket whose keys start with `prefix`.
    pub(crate) fn objects(&self, prefix: &str) -> String {
        self.account
            .object_arn(self.data_bucket, &format!("{prefix}*"))
    }

    /// Pattern for all SageMaker resources of one type in the account and region. The type `*`
    /// stands for all types.
    pub(super) fn sagemaker(&self, resource_type: &str) -> String {
        let all = if resource_type == "*" {
            "*".to_owned()
        } else {
            format!("{resource_type}/*")
        };
        self.account.sagemaker_arn(&all)
    }

    /// Pattern for the SageMaker resources of one type, or of a pattern of types, whose names begin
    /// with a project's name.
    pub(super) fn sagemaker_name(&self, resource_type: &str, project: &str) -> String {
        self.anywhere("sagemaker", &format!("{resource_type}/{project}-*"))
    }

    /// Pattern for all SageMaker resources of one type, or of every type, in any region.
    pub(super) fn sagemaker_type(&self, resource_type: &str) -> String {
        let all = if resource_type == "*" {
            "*".to_owned()
        } else {
            format!("{resource_type}/*")
        };
        self.anywhere("sagemaker", &all)
    }

    /// An ARN pattern for any region and account: shorter, so that documents fit.
    pub(super) fn anywhere(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:*:*:{resource}", self.account.partition)
    }

    /// The spellings of the approved key: its ARN, and the value of [`Self::kms_key`].
    pub(super) fn keys(&self) -> Vec<String> {
        self.kms_key.map_or_else(Vec::new, |key| {
            vec![self.account.kms_arn(key), key.to_owned()]
        })
    }
}

impl PlatformAccess<'_> {
    fn check(&self) -> Result<(), PolicyError> {
        for id in self.source_vpc_ids {
            check_value("VPC id", id, "-", "write an id such as `vpc-0a1b2c3d`")?;
        }
        for pattern in self.keyless_instance_types {
            let remedy = "write a type such as `ml.g5.xlarge`, or a pattern such as `ml.g5.*`";
            check_value("instance type", pattern, ".-*?", remedy)?;
        }
        for pattern in self.image_repositories {
            let whole = pattern.strip_suffix('*').unwrap_or(pattern);
            let remedy = "write the name of a repository, or the first part of one and `*`";
            check_value("repository", whole, "/_.-", remedy)?;
        }
        for bucket in self.granted_buckets {
            check_bucket_name(bucket)?;
        }
        self.granted_key_arns
            .iter()
            .try_for_each(|key| check_key_arn(key))
    }
}

/// Checks that a value is not empty and consists of ASCII letters, digits and the characters of
/// `extra`. Other characters could be read as a wildcard or a policy variable.
pub(super) fn check_value(
    what: &'static str,
    value: &str,
    extra: &str,
    expected: &'static str,
) -> Result<(), PolicyError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || extra.contains(c);
    if value.is_empty() || !value.chars().all(plain) {
        Err(PolicyError::Value {
            what,
            value: value.to_owned(),
            expected,
        })
    } else {
        Ok(())
    }
}

/// Checks the ARN of a KMS key.
pub(super) fn check_key_arn(arn: &str) -> Result<(), PolicyError> {
    check_value("KMS key", arn, ":/-", "write the key's ARN")
}

/// Checks the name of a log group, or the first part of one.
pub(super) fn check_log_group(name: &str) -> Result<(), PolicyError> {
    let remedy = "write the name of a log group, or the first part of one";
    check_value("log group", name, "/_.#-", remedy)
}

/// Checks the name of a DynamoDB table.
pub(super) fn check_table_name(name: &str) -> Result<(), PolicyError> {
    check_value(
        "table name",
        name,
        "_.-",
        "write the name of a DynamoDB table",
    )
}

/// Checks ids of VPC endpoints.
pub(super) fn check_vpc_endpoints(ids: &[String]) -> Result<(), PolicyError> {
    let remedy = "write an id such as `vpce-0a1b2c3d`";
    ids.iter()
        .try_for_each(|id| check_value("VPC endpoint", id, "-", remedy))
}

/// The document, if it fits into a managed policy.
pub(super) fn managed(
    document: Document,
    what: impl Into<String>,
    remedy: &'static str,
) -> Result<Document, PolicyError> {
    sized(document, what, PolicyType::Managed, remedy)
}

/// The document, if it does not exceed the size limit of its type.
pub(super) fn sized(
    document: Document,
    what: impl Into<String>,
    policy_type: PolicyType,
    remedy: &'static str,
) -> Result<Document, PolicyError> {
    let (size, limit) = (document.size(), policy_type.limit());
    if size > limit {
        Err(PolicyError::TooLarge {
            what: what.into(),
            size,
            limit,
            remedy,
        })
    } else {
        Ok(document)
    }
}
