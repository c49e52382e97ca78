//! Types of policies, and the quotas of each type.

use std::str::FromStr;

/// The type of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyType {
    /// A managed identity policy.
    Managed,
    /// The inline policies of a role; the quota applies to all of them together.
    RoleInline,
    /// A managed policy that is used as a permissions boundary.
    Boundary,
    /// A session policy.
    Session,
    /// A service control policy.
    ServiceControl,
    /// A resource control policy.
    ResourceControl,
    /// A role's trust policy.
    Trust,
    /// A bucket policy.
    Bucket,
    /// A KMS key policy.
    Key,
    /// A VPC endpoint policy.
    Endpoint,
}

/// The string is not the name of a policy type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{}` is not a policy type; write one of {}", .0.escape_debug(),
    PolicyType::ALL.map(|kind| format!("`{}`", kind.as_str())).join(", ")
)]
pub struct UnknownPolicyType(String);

impl FromStr for PolicyType {
    type Err = UnknownPolicyType;

    fn from_str(word: &str) -> Result<Self, UnknownPolicyType> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or_else(|| UnknownPolicyType(word.to_owned()))
    }
}

impl PolicyType {
    /// All types.
    pub const ALL: [Self; 10] = [
        Self::Managed,
        Self::RoleInline,
        Self::Boundary,
        Self::Session,
        Self::ServiceControl,
        Self::ResourceControl,
        Self::Trust,
        Self::Bucket,
        Self::Key,
        Self::Endpoint,
    ];

    /// The name in configurations and on command lines, which [`FromStr`] parses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Managed => "managed",
            Self::RoleInline => "inline",
            Self::Boundary => "boundary",
            Self::Session => "session",
            Self::ServiceControl => "scp",
            Self::ResourceControl => "rcp",
            Self::Trust => "trust",
            Self::Bucket => "bucket",
            Self::Key => "key",
            Self::Endpoint => "endpoint",
        }
    }

    /// The maximum size, in characters as counted by [`Document::size`](crate::Document::size).
    ///
    /// Sources: "IAM and AWS STS quotas"
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>), "Quotas for
    /// AWS Organizations"
    /// (<https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>),
    /// "Bucket policies for Amazon S3" (20 KB), "Resource quotas" of the KMS guide (32 KB),
    /// "Control access to VPC endpoints using endpoint policies" (20,480 characters). For trust
    /// policies, this is the default quota.
    #[must_use]
    pub fn limit(self) -> usize {
        match self {
            Self::Managed | Self::Boundary => 6_144,
            Self::RoleInline => 10_240,
            Self::Session | Self::Trust => 2_048,
            Self::ServiceControl | Self::ResourceControl => 5_120,
            Self::Bucket | Self::Endpoint => 20_480,
            Self::Key => 32_768,
        }
    }

    /// Whether statements of this type must name principals. If not, they must not.
    #[must_use]
    pub fn has_principals(self) -> bool {
        matches!(
            self,
            Self::ResourceControl | Self::Trust | Self::Bucket | Self::Key | Self::Endpoint
        )
    }

    /// The name with its article, for messages: `a managed policy`.
    #[must_use]
    pub fn with_article(self) -> &'static str {
        match self {
            Self::Managed => "a managed policy",
            Self::RoleInline => "an inline policy of a role",
            Self::Boundary => "a permissions boundary",
            Self::Session => "a session policy",
            Self::ServiceControl => "a service control policy",
            Self::ResourceControl => "a resource control policy",
            Self::Trust => "a trust policy",
            Self::Bucket => "a bucket policy",
            Self::Key => "a key policy",
            Self::Endpoint => "an endpoint policy",
        }
    }
}

/// Managed policies that can be attached to one role by default.
///
/// Source: "IAM and AWS STS quotas"
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>).
pub const ATTACHED_POLICIES_PER_ROLE: usize = 10;

/// Service control policies that can be attached to one root, unit or account.
///
/// Source: "Quotas for AWS Organizations"
/// (<https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>).
pub const SERVICE_CONTROL_POLICIES_PER_TARGET: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_type_parses_its_name() {
        for kind in PolicyType::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert_eq!(
            "SCP\n".parse::<PolicyType>().unwrap_err().to_string(),
            "`SCP\\n` is not a policy type; write one of `managed`, `inline`, `boundary`, `session`, `scp`, `rcp`, \
             `trust`, `bucket`, `key`, `endpoint`"
        );
    }
}
