//! What the generators need to know about the deployment.

use thiserror::Error;

use crate::layout::{Account, LayoutError, check_bucket_name, check_iam_prefix};
use iam_policy::{Document, PackError, PolicyType};

/// Subnets and security groups that workloads may run in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApprovedNetwork<'a> {
    /// The ids of the subnets. When there is none, any will do, but one must be named.
    pub subnet_ids: &'a [String],
    /// The ids of the security groups. When there is none, any will do, but one must be named.
    pub security_group_ids: &'a [String],
}

/// The deployment that policies are made for.
#[derive(Clone, Copy, Debug)]
pub struct GrantContext<'a> {
    /// The account and region.
    pub account: &'a Account,
    /// The value of the tag `system`.
    pub system_tag: &'a str,
    /// The prefix of the names of roles and policies.
    pub iam_prefix: &'a str,
    /// The bucket that holds the datasets.
    pub data_bucket: &'a str,
    /// The approved network; without one a network must be named, but any will do.
    pub network: Option<ApprovedNetwork<'a>>,
    /// The approved KMS key, as an ARN, an id or `alias/{name}`; without one a key must be named, but any will do.
    ///
    /// SageMaker reports keys by ARN where it knows it. An alias is only recognised where the caller wrote the same alias.
    pub kms_key: Option<&'a str>,
}

/// A policy that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GrantError {
    /// A name that goes into the policy is not usable.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// The policy does not fit the documents there is room for.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// A value that goes into the policy holds characters that mean something in a policy.
    #[error("the {what} `{}` cannot stand in a policy: {expected}", value.escape_debug())]
    Value {
        /// What the value is.
        what: &'static str,
        /// The refused value.
        value: String,
        /// What is expected instead.
        expected: &'static str,
    },
    /// The policy would be larger than IAM takes.
    #[error("{what} would have {size} characters, IAM takes {limit}: {remedy}")]
    TooLarge {
        /// Which policy.
        what: String,
        /// The characters it would have, white space not counted.
        size: usize,
        /// The most that IAM takes.
        limit: usize,
        /// What to do.
        remedy: &'static str,
    },
}

impl<'a> GrantContext<'a> {
    /// Refuses what would be read as a wildcard or a policy variable.
    ///
    /// # Errors
    /// [`GrantError`] naming the first unusable value.
    pub fn check(&self) -> Result<(), GrantError> {
        check_bucket_name(self.data_bucket)?;
        check_iam_prefix(self.iam_prefix)?;
        let plain =
            |extra: &'static str| move |c: char| c.is_ascii_alphanumeric() || extra.contains(c);
        let checks = [
            (
                "system tag",
                self.system_tag,
                plain(" _.:/=+-@"),
                "write letters, digits, spaces and `_ . : / = + - @`",
            ),
            (
                "partition",
                &self.account.partition,
                plain("-"),
                "write a partition such as `aws`",
            ),
            (
                "account id",
                &self.account.account_id,
                plain(""),
                "write twelve digits",
            ),
            (
                "region",
                &self.account.region,
                plain("-"),
                "write a region such as `us-east-1`",
            ),
        ];
        let network = self.subnets().iter().map(|id| {
            (
                "subnet id",
                id.as_str(),
                plain("-"),
                "write an id such as `subnet-0a1b2c3d`",
            )
        });
        let groups = self.security_groups().iter().map(|id| {
            (
                "security group id",
                id.as_str(),
                plain("-"),
                "write an id such as `sg-0a1b2c3d`",
            )
        });
        let key = self.kms_key.map(|key| {
            (
                "KMS key",
                key,
                plain("-_:/"),
                "write the key's ARN, its id or `alias/NAME`",
            )
        });
        match checks
            .into_iter()
            .chain(network)
            .chain(groups)
            .chain(key)
            .find(|(_, value, allowed, _)| value.is_empty() || !value.chars().all(allowed))
        {
            Some((what, value, _, expected)) => Err(GrantError::Value {
                what,
                value: value.to_owned(),
                expected,
            }),
            None => Ok(()),
        }
    }

    pub(super) fn subnets(&self) -> &'a [String] {
        self.network.map_or(&[], |network| network.subnet_ids)
    }

    pub(super) fn security_groups(&self) -> &'a [String] {
        self.network
            .map_or(&[], |network| network.security_group_ids)
    }

    /// ARN of the data bucket.
    pub(super) fn bucket(&self) -> String {
        self.account.bucket_arn(self.data_bucket)
    }

    /// Pattern for all objects of the data bucket whose keys start with `prefix`.
    pub(super) fn objects(&self, prefix: &str) -> String {
        self.account
            .object_arn(self.data_bucket, &format!("{prefix}*"))
    }

    /// Pattern for all SageMaker resources of one type in the account and region; `*` for all types.
    pub(super) fn sagemaker(&self, kind: &str) -> String {
        let all = if kind == "*" {
            "*".to_owned()
        } else {
            format!("{kind}/*")
        };
        self.account.sagemaker_arn(&all)
    }

    /// The spellings of the approved key: its ARN, and the short form where that was given.
    pub(super) fn keys(&self) -> Vec<String> {
        self.kms_key.map_or_else(Vec::new, |key| {
            vec![self.account.kms_arn(key), key.to_owned()]
        })
    }
}

/// Refuses a value with other characters than letters, digits and `extra`: it would be read as a wildcard or a policy variable.
pub(super) fn check_value(
    what: &'static str,
    value: &str,
    extra: &str,
    expected: &'static str,
) -> Result<(), GrantError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || extra.contains(c);
    if value.is_empty() || !value.chars().all(plain) {
        Err(GrantError::Value {
            what,
            value: value.to_owned(),
            expected,
        })
    } else {
        Ok(())
    }
}

/// The document, if it fits a managed policy.
pub(super) fn managed(
    document: Document,
    what: impl Into<String>,
    remedy: &'static str,
) -> Result<Document, GrantError> {
    sized(document, what, PolicyType::Managed, remedy)
}

/// The document, if it is not larger than its kind may be.
pub(super) fn sized(
    document: Document,
    what: impl Into<String>,
    kind: PolicyType,
    remedy: &'static str,
) -> Result<Document, GrantError> {
    let (size, limit) = (document.size(), kind.limit());
    if size > limit {
        Err(GrantError::TooLarge {
            what: what.into(),
            size,
            limit,
            remedy,
        })
    } else {
        Ok(document)
    }
}
