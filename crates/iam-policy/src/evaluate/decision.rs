//! Decisions and their reasons.
//!
//! The outcomes are those of "Policy evaluation logic"
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>).

use std::fmt;

use super::caller::Caller;
use crate::Condition;

/// The kind of policy a statement comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// A policy attached to the caller.
    Identity,
    /// The policy of the resource; the trust policy, if the resource is a role.
    Resource,
    /// The caller's permissions boundary.
    Boundary,
    /// A policy of the caller's session.
    Session,
    /// A service control policy of the caller's organization.
    ServiceControl,
    /// A resource control policy of the resource's organization.
    ResourceControl,
    /// The policy of the VPC endpoint that the request came through.
    Endpoint,
}

impl Layer {
    /// Whether policies of this layer are attached to the caller, so that statements without a
    /// principal apply to it.
    pub(crate) fn is_attached(self) -> bool {
        match self {
            Self::Identity | Self::Boundary | Self::Session | Self::ServiceControl => true,
            Self::Resource | Self::ResourceControl | Self::Endpoint => false,
        }
    }

    /// Whether policies of this layer apply to the caller. Policies attached to callers need one
    /// with an account, and service control policies do not apply to service-linked roles.
    pub(crate) fn applies_to(self, caller: &Caller, has_account: bool) -> bool {
        match self {
            Self::Identity | Self::Boundary | Self::Session => has_account,
            Self::ServiceControl => has_account && !caller.is_service_linked(),
            Self::Resource | Self::ResourceControl | Self::Endpoint => true,
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identity => "identity policy",
            Self::Resource => "resource policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
            Self::ServiceControl => "service control policy",
            Self::ResourceControl => "resource control policy",
            Self::Endpoint => "endpoint policy",
        })
    }
}

/// A reference to a statement of a policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementRef {
    /// The kind of policy.
    pub layer: Layer,
    /// The label of the policy, as given to the set.
    pub policy: String,
    /// The index of the statement in its document, from 0.
    pub index: usize,
    /// The statement's Sid.
    pub sid: Option<String>,
}

impl fmt::Display for StatementRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sid {
            Some(sid) => write!(f, "statement `{sid}`")?,
            None => write!(f, "statement {}", self.index + 1)?,
        }
        write!(f, " of {} `{}`", self.layer, self.policy)
    }
}

/// The outcome of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The request is allowed.
    Allowed,
    /// A statement denies the request.
    ExplicitDeny,
    /// No statement denies the request, but a policy that must allow it does not.
    ImplicitDeny,
}

/// An Allow that matches the request except for its conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearMiss {
    /// The statement.
    pub statement: StatementRef,
    /// The conditions that do not hold.
    pub unmet: Vec<Condition>,
}

/// A layer that had to allow the request and did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingAllow {
    /// The layer.
    pub layer: Layer,
    /// Allows that failed by their conditions only.
    pub near_misses: Vec<NearMiss>,
}

/// The decision on a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The outcome.
    pub outcome: Outcome,
    /// For an allowed request, the statements that allow it; for an explicit deny, the statements
    /// that deny it. Empty for an implicit deny, and when the root user needs no policy.
    pub deciding: Vec<StatementRef>,
    /// For an implicit deny, the layers that had to allow. Within an account, one of identity and
    /// resource policy is enough if both are named.
    pub missing: Vec<MissingAllow>,
}

impl Decision {
    /// Whether the request is allowed.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.outcome == Outcome::Allowed
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, sources: &[StatementRef]| {
            sources.iter().enumerate().try_for_each(|(index, source)| {
                write!(f, "{}{source}", if index == 0 { " by " } else { ", " })
            })
        };
        match self.outcome {
            Outcome::Allowed => {
                f.write_str("allowed")?;
                list(f, &self.deciding)
            }
            Outcome::ExplicitDeny => {
                f.write_str("denied")?;
                list(f, &self.deciding)
            }
            Outcome::ImplicitDeny => {
                f.write_str("not allowed")?;
                for (index, missing) in self.missing.iter().enumerate() {
                    write!(
                        f,
                        "{} no {} allows it",
                        if index == 0 { ":" } else { "," },
                        missing.layer
                    )?;
                    for near in &missing.near_misses {
                        write!(f, " ({} would", near.statement)?;
                        for condition in &near.unmet {
                            write!(f, ", if {} {} held", condition.operator, condition.key)?;
                        }
                        f.write_str(")")?;
                    }
                }
                Ok(())
            }
        }
    }
}
