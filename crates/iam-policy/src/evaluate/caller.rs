//! Callers, and how principals in policies match them.
//!
//! Sources: "AWS JSON policy elements: Principal"
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>)
//! and "IAM identifiers"
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>).

use std::fmt;

use crate::Principal;
use crate::principal::root_account;

/// The principal of a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Caller {
    /// A role, usually in a session.
    Role {
        /// The role's ARN, with its path.
        arn: String,
        /// The session's name; policies can name the session's ARN only if it is known.
        session: Option<String>,
    },
    /// An IAM user, by ARN.
    User(String),
    /// The root user of an account, by ARN.
    Root(String),
    /// A session of `sts:GetFederationToken`, by ARN.
    FederatedUser(String),
    /// An AWS service, such as `sagemaker.amazonaws.com`.
    Service(String),
    /// An identity of an identity provider, as in `sts:AssumeRoleWithWebIdentity`: the name of the
    /// provider.
    Federated(String),
    /// An unauthenticated caller.
    Anonymous,
}

/// The string is not the ARN of a principal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not the ARN of a role, user, role session, federated user or account root; \
     write one such as `arn:aws:iam::123456789012:role/name`"
)]
pub struct CallerError(String);

impl CallerError {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// How a principal in a policy matches a caller, from weakest to strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PrincipalMatch {
    /// The principal is the caller's account: the identity policies decide.
    Account,
    /// The principal is the caller's role: boundary and session policies still limit the session.
    Role,
    /// The principal is the caller itself.
    Direct,
}

impl Caller {
    /// Parses the ARN of a principal: `iam` roles, users and roots, `sts` role sessions and
    /// federated users.
    ///
    /// The ARN of a role session lacks the role's path, so the role is assumed to have none; use
    /// [`Caller::Role`] if it has one.
    ///
    /// # Errors
    ///
    /// [`CallerError`] for any other string.
    pub fn from_arn(arn: &str) -> Result<Self, CallerError> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let (["arn", partition, service, "", account, resource], true) =
            (parts.as_slice(), parts.len() == 6)
        else {
            return Err(CallerError(arn.to_owned()));
        };
        let named = |prefix: &str| {
            resource
                .strip_prefix(prefix)
                .filter(|name| !name.is_empty())
        };
        match *service {
            _ if !is_account(account) => Err(CallerError(arn.to_owned())),
            "iam" if *resource == "root" => Ok(Self::Root(arn.to_owned())),
            "iam" if named("role/").is_some() => Ok(Self::Role {
                arn: arn.to_owned(),
                session: None,
            }),
            "iam" if named("user/").is_some() => Ok(Self::User(arn.to_owned())),
            "sts" if named("federated-user/").is_some() => Ok(Self::FederatedUser(arn.to_owned())),
            "sts" => match named("assumed-role/").and_then(|name| name.split_once('/')) {
                Some((role, session)) if !role.is_empty() && !session.is_empty() => {
                    Ok(Self::Role {
                        arn: format!("arn:{partition}:iam::{account}:role/{role}"),
                        session: Some(session.to_owned()),
                    })
                }
                _ => Err(CallerError(arn.to_owned())),
            },
            _ => Err(CallerError(arn.to_owned())),
        }
    }

    /// The ARN that `aws:PrincipalArn` holds: of a role session, the role's.
    #[must_use]
    pub fn arn(&self) -> Option<&str> {
        match self {
            Self::Role { arn, .. }
            | Self::User(arn)
            | Self::Root(arn)
            | Self::FederatedUser(arn) => Some(arn),
            Self::Service(_) | Self::Federated(_) | Self::Anonymous => None,
        }
    }

    /// The caller's account.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.arn().and_then(|arn| arn.split(':').nth(4))
    }

    /// The value of `aws:PrincipalType`.
    pub(crate) fn principal_type(&self) -> &'static str {
        match self {
            Self::Role { .. } => "AssumedRole",
            Self::User(_) => "User",
            Self::Root(_) => "Account",
            Self::FederatedUser(_) => "FederatedUser",
            Self::Service(_) => "Service",
            Self::Federated(_) => "WebIdentityUser",
            Self::Anonymous => "Anonymous",
        }
    }

    /// Whether the role is service-linked. Service control policies do not apply to those.
    pub(crate) fn is_service_linked(&self) -> bool {
        matches!(self, Self::Role { arn, .. } if arn.contains(":role/aws-service-role/"))
    }

    /// How the principal matches the caller, if it does. Canonical user ids and the unique ids of
    /// deleted principals never do, since a request does not carry them.
    pub(crate) fn matched_by(&self, principal: &Principal) -> Option<PrincipalMatch> {
        match (principal, self) {
            (Principal::Any, _) => Some(PrincipalMatch::Direct),
            (Principal::Service(name), Self::Service(own))
            | (Principal::Federated(name), Self::Federated(own)) => {
                (name == own).then_some(PrincipalMatch::Direct)
            }
            (Principal::Aws(name), _) => self.matched_by_name(name),
            _ => None,
        }
    }

    fn matched_by_name(&self, name: &str) -> Option<PrincipalMatch> {
        let account = self.account()?;
        let is_account = name == account || root_account(name) == Some(account);
        match self {
            Self::Root(_) if is_account => Some(PrincipalMatch::Direct),
            _ if is_account => Some(PrincipalMatch::Account),
            Self::Role { arn, .. } if arn == name => Some(PrincipalMatch::Role),
            Self::Role { .. } => (self.session_arn()? == name).then_some(PrincipalMatch::Direct),
            Self::User(arn) | Self::FederatedUser(arn) => {
                (arn == name).then_some(PrincipalMatch::Direct)
            }
            _ => None,
        }
    }

    /// The ARN of a role session, which leaves out the role's path.
    fn session_arn(&self) -> Option<String> {
        let Self::Role {
            arn,
            session: Some(session),
        } = self
        else {
            return None;
        };
        let partition = arn.split(':').nth(1)?;
        let role = arn.rsplit('/').next()?;
        Some(format!(
            "arn:{partition}:sts::{}:assumed-role/{role}/{session}",
            self.account()?
        ))
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role {
                arn,
                session: Some(session),
            } => write!(f, "{arn} (session {session})"),
            Self::Service(name) | Self::Federated(name) => f.write_str(name),
            Self::Anonymous => f.write_str("anonymous"),
            other => f.write_str(other.arn().unwrap_or_default()),
        }
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_arn_parses_principals() {
        let session = Caller::from_arn("arn:aws-cn:sts::111122223333:assumed-role/r/s").unwrap();
        let role = "arn:aws-cn:iam::111122223333:role/r";
        assert_eq!(
            session,
            Caller::Role {
                arn: role.into(),
                session: Some("s".into())
            }
        );
        assert_eq!(
            (session.arn(), session.account()),
            (Some(role), Some("111122223333"))
        );
        for good in [
            "iam::111122223333:root",
            "iam::111122223333:user/a/b",
            "sts::111122223333:federated-user/f",
        ] {
            assert_eq!(
                Caller::from_arn(&format!("arn:aws:{good}"))
                    .unwrap()
                    .arn()
                    .unwrap(),
                format!("arn:aws:{good}")
            );
        }
        for bad in [
            "",
            "*",
            "arn:aws:iam::1:role/r",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:s3:::b",
            "arn:aws:sts::111122223333:assumed-role/r",
            "arn:aws:iam:r:111122223333:role/r",
        ] {
            assert_eq!(Caller::from_arn(bad), Err(CallerError(bad.into())));
        }
    }

    #[test]
    fn matched_by_principals() {
        let arn = "arn:aws:iam::111122223333:role/ml/r";
        let role = Caller::Role {
            arn: arn.into(),
            session: Some("s".into()),
        };
        let cases = [
            ("*", Some(PrincipalMatch::Direct)),
            ("111122223333", Some(PrincipalMatch::Account)),
            (
                "arn:aws:iam::111122223333:root",
                Some(PrincipalMatch::Account),
            ),
            ("arn:aws:iam::444455556666:root", None),
            (arn, Some(PrincipalMatch::Role)),
            ("arn:aws:iam::111122223333:role/r", None),
            (
                "arn:aws:sts::111122223333:assumed-role/r/s",
                Some(PrincipalMatch::Direct),
            ),
            ("arn:aws:sts::111122223333:assumed-role/r/other", None),
            ("arn:aws:iam::111122223333:role/*", None),
        ];
        for (name, expected) in cases {
            assert_eq!(role.matched_by(&Principal::aws(name)), expected, "{name}");
        }
        let root = Caller::from_arn("arn:aws:iam::111122223333:root").unwrap();
        assert_eq!(
            root.matched_by(&Principal::aws("111122223333")),
            Some(PrincipalMatch::Direct)
        );
        let service = Caller::Service("a".into());
        assert_eq!(
            service.matched_by(&Principal::service("a")),
            Some(PrincipalMatch::Direct)
        );
        assert_eq!(service.matched_by(&Principal::federated("a")), None);
        assert_eq!(service.matched_by(&Principal::aws("a")), None);
        assert_eq!(
            Caller::Anonymous.matched_by(&Principal::Any),
            Some(PrincipalMatch::Direct)
        );
    }
}
