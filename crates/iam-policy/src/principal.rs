//! Principals of resource and trust policies.

use std::fmt;

/// A principal of a resource or trust policy.
///
/// Source: "AWS JSON policy elements: Principal"
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Principal {
    /// `"*"`, and `{"AWS": "*"}`, which are the same according to AWS: everyone, including
    /// anonymous callers.
    Any,
    /// An account (id or root ARN), role, user or session ARN, or the unique id with which IAM
    /// replaces a deleted principal.
    Aws(String),
    /// A service, such as `sagemaker.amazonaws.com`.
    Service(String),
    /// An identity provider: its ARN or web identity name.
    Federated(String),
    /// The canonical user id of an account, which S3 accepts.
    CanonicalUser(String),
}

impl Principal {
    /// An AWS principal; `*` gives [`Principal::Any`].
    pub fn aws(name: impl Into<String>) -> Self {
        let name = name.into();
        if name == "*" {
            Self::Any
        } else {
            Self::Aws(name)
        }
    }

    /// A service principal.
    pub fn service(name: impl Into<String>) -> Self {
        Self::Service(name.into())
    }

    /// A federated principal.
    pub fn federated(name: impl Into<String>) -> Self {
        Self::Federated(name.into())
    }

    /// The member of the `Principal` object that contains it: `AWS`, `Service`, `Federated` or
    /// `CanonicalUser`.
    #[must_use]
    pub fn member(&self) -> &'static str {
        match self {
            Self::Any | Self::Aws(_) => "AWS",
            Self::Service(_) => "Service",
            Self::Federated(_) => "Federated",
            Self::CanonicalUser(_) => "CanonicalUser",
        }
    }

    /// The string in that member.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Any => "*",
            Self::Aws(name)
            | Self::Service(name)
            | Self::Federated(name)
            | Self::CanonicalUser(name) => name,
        }
    }
}

/// The account in the ARN of an account's root. As a principal, the account's id means the same.
pub(crate) fn root_account(name: &str) -> Option<&str> {
    let (partition, rest) = name.strip_prefix("arn:")?.split_once(":iam::")?;
    let account = rest.strip_suffix(":root")?;
    (!partition.contains(':')).then_some(account)
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            other => write!(f, "{}:{}", other.member(), other.name()),
        }
    }
}
