//! Types of policies, and the rules and quotas of each type.

use std::collections::BTreeSet;
use std::str::FromStr;

use super::document::Document;
use super::error::shown;

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

    /// The maximum size, in characters as counted by [`Document::size`].
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

/// A rule of the policy type that a document violates. AWS rejects such a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(
    missing_docs,
    reason = "the messages say what the variants and their fields mean"
)]
#[non_exhaustive]
pub enum Violation {
    #[error("the document has {size} characters, {} more than the limit of {limit} for {kind}; shorten or split it", size - limit)]
    Size {
        kind: &'static str,
        size: usize,
        limit: usize,
    },
    #[error("{statement} has a `Principal`, which {kind} cannot have; remove it")]
    Principal {
        kind: &'static str,
        statement: String,
    },
    #[error("{statement} has no `Principal`, which {kind} must have; add it")]
    NoPrincipal {
        kind: &'static str,
        statement: String,
    },
    #[error("{statement} has a `Resource`, which a trust policy cannot have; remove it")]
    Resource { statement: String },
    #[error("{statement} has no `Resource`; add it")]
    NoResource { statement: String },
    #[error(
        "the `Sid` of {statement} contains characters other than letters and digits, which {kind} does not allow"
    )]
    SidCharacters {
        kind: &'static str,
        statement: String,
    },
    #[error(
        "the `Sid` `{}` is used by multiple statements; make it unique",
        shown(sid)
    )]
    RepeatedSid { sid: String },
    #[error("the document has an `Id`, which {kind} cannot have; remove it")]
    Id { kind: &'static str },
    #[error("the document has no statement; add one")]
    NoStatement,
}

impl Document {
    /// The rules of the policy type that the document violates, in the order of its statements.
    /// Empty if AWS accepts the form of the document.
    ///
    /// Source: "Grammar of the IAM JSON policy language"
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>).
    #[must_use]
    pub fn check(&self, kind: PolicyType) -> Vec<Violation> {
        let name = kind.with_article();
        let mut found = Vec::new();
        let (size, limit) = (self.size(), kind.limit());
        if size > limit {
            found.push(Violation::Size {
                kind: name,
                size,
                limit,
            });
        }
        if self.id.is_some() && !kind.has_principals() {
            found.push(Violation::Id { kind: name });
        }
        if self.statements.is_empty() {
            found.push(Violation::NoStatement);
        }
        let mut sids = BTreeSet::new();
        for (index, statement) in self.statements.iter().enumerate() {
            let which = || match &statement.sid {
                Some(sid) => format!("statement `{}`", shown(sid)),
                None => format!("statement {}", index + 1),
            };
            match (kind.has_principals(), statement.principals.is_some()) {
                (true, false) => found.push(Violation::NoPrincipal {
                    kind: name,
                    statement: which(),
                }),
                (false, true) => found.push(Violation::Principal {
                    kind: name,
                    statement: which(),
                }),
                _ => {}
            }
            match (kind == PolicyType::Trust, statement.resources.is_some()) {
                (true, true) => found.push(Violation::Resource { statement: which() }),
                (false, false) => found.push(Violation::NoResource { statement: which() }),
                _ => {}
            }
            let Some(sid) = &statement.sid else { continue };
            // Buckets, keys and endpoints take spaces and more.
            let strict = !matches!(
                kind,
                PolicyType::Bucket | PolicyType::Key | PolicyType::Endpoint
            );
            if strict && !sid.chars().all(|c| c.is_ascii_alphanumeric()) {
                found.push(Violation::SidCharacters {
                    kind: name,
                    statement: which(),
                });
            }
            if !sids.insert(sid) {
                found.push(Violation::RepeatedSid { sid: sid.clone() });
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Principal, Statement};

    fn messages(document: &Document, kind: PolicyType) -> Vec<String> {
        document
            .check(kind)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

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

    #[test]
    fn check_identity_policies() {
        let good = Document::new([Statement::allow("A1").actions(["s3:*"]).resources(["*"])]);
        assert_eq!(good.check(PolicyType::Managed), []);
        let mut bad = Document::new([
            Statement::allow("A 1")
                .actions(["s3:*"])
                .principal(Principal::Any),
            Statement::allow("B").actions(["s3:*"]).resources(["*"]),
            Statement::deny("B").actions(["s3:*"]).resources(["*"]),
        ]);
        bad.id = Some("x".into());
        assert_eq!(
            messages(&bad, PolicyType::Boundary),
            [
                "the document has an `Id`, which a permissions boundary cannot have; remove it",
                "statement `A 1` has a `Principal`, which a permissions boundary cannot have; remove it",
                "statement `A 1` has no `Resource`; add it",
                "the `Sid` of statement `A 1` contains characters other than letters and digits, which a permissions boundary does not allow",
                "the `Sid` `B` is used by multiple statements; make it unique",
            ]
        );
        assert_eq!(
            messages(&Document::new([]), PolicyType::Managed),
            ["the document has no statement; add one"]
        );
    }

    #[test]
    fn check_policies_with_principals() {
        let trust = Statement::allow("")
            .principal(Principal::service("a"))
            .actions(["sts:AssumeRole"]);
        assert_eq!(Document::new([trust.clone()]).check(PolicyType::Trust), []);
        let bucket = trust.resources(["*"]);
        let mut document = Document::new([bucket.clone()]);
        document.id = Some("Policy 1".into());
        assert_eq!(document.check(PolicyType::Bucket), []);
        assert_eq!(
            messages(&document, PolicyType::Trust),
            ["statement 1 has a `Resource`, which a trust policy cannot have; remove it"]
        );
    }

    #[test]
    fn check_measures_exact_size() {
        let empty = Document::new([Statement::deny("").actions([""]).resources(["*"])]).size();
        let with = |n: usize| {
            Document::new([Statement::deny("")
                .actions(["a".repeat(n)])
                .resources(["*"])])
        };
        assert_eq!(with(6_144 - empty).check(PolicyType::Managed), []);
        assert_eq!(
            messages(&with(6_146 - empty), PolicyType::Managed),
            [
                "the document has 6146 characters, 2 more than the limit of 6144 for a managed policy; shorten or split it"
            ]
        );
    }
}
