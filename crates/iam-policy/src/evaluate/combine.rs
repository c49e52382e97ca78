//! How the answers of the layers combine.

use super::caller::{Caller, Match};
use super::decision::{Decision, Layer, MissingAllow, NearMiss, Outcome, StatementRef};
use super::request::Request;

/// What the policies of one layer, or of one level of it, say together.
#[derive(Default)]
pub(super) struct Answer {
    pub(super) denies: Vec<StatementRef>,
    pub(super) allows: Vec<StatementRef>,
    pub(super) near: Vec<NearMiss>,
    pub(super) strongest: Option<Match>,
}

/// Which layers allow. A layer that is not set does not limit.
pub(super) struct Allows {
    identity: bool,
    boundary: bool,
    session: bool,
    resource: Option<Match>,
    guards: bool,
}

impl Allows {
    pub(super) fn new() -> Self {
        Self {
            identity: false,
            boundary: true,
            session: true,
            resource: None,
            guards: true,
        }
    }

    /// Takes down how a layer names the caller in what it allows, if it allows.
    pub(super) fn note(&mut self, layer: Layer, strongest: Option<Match>) {
        let allowed = strongest.is_some();
        match layer {
            Layer::Identity => self.identity = allowed,
            Layer::Boundary => self.boundary = allowed,
            Layer::Session => self.session = allowed,
            Layer::Resource => self.resource = strongest,
            Layer::ServiceControl | Layer::ResourceControl | Layer::Endpoint => {
                self.guards &= allowed;
            }
        }
    }
}

/// Who must allow a request, from where caller and resource stand.
pub(super) struct Standing {
    /// The caller belongs to an account, and so can have identity policies.
    pub(super) has_account: bool,
    /// The root user needs no identity policy for what is the account's own.
    needs_identity: bool,
    crosses: bool,
    has_resource_policy: bool,
    /// The resource's policy has to take part.
    needs_both: bool,
}

impl Standing {
    pub(super) fn of(request: &Request, has_resource_policy: bool) -> Self {
        let caller = request.caller();
        let account = caller.account();
        let crosses = request.crosses_accounts(account);
        Self {
            has_account: account.is_some(),
            needs_identity: crosses || !matches!(caller, Caller::Root(_)),
            crosses,
            has_resource_policy,
            needs_both: crosses || (has_resource_policy && resource_decides(request.action())),
        }
    }

    fn identity(&self, allows: &Allows) -> bool {
        allows.identity || !self.needs_identity
    }

    fn granted(&self, allows: &Allows) -> bool {
        let limits = allows.boundary && allows.session;
        let own = self.identity(allows) && limits;
        let by_resource = match allows.resource {
            Some(Match::Direct) => true,
            Some(Match::Role) => limits,
            Some(Match::Account) | None => false,
        };
        let resource = allows.resource.is_some();
        if !self.has_account {
            resource
        } else if self.crosses {
            own && resource
        } else if self.needs_both {
            by_resource || own && resource
        } else {
            own || by_resource
        }
    }

    /// The end of a request that nothing denies.
    pub(super) fn outcome(&self, allows: &Allows) -> Outcome {
        if allows.guards && self.granted(allows) {
            Outcome::Allowed
        } else {
            Outcome::ImplicitDeny
        }
    }

    /// Whether an allow of this layer was needed and is not there.
    fn lacks(&self, allows: &Allows, layer: Layer, answer: &Answer) -> bool {
        let silent = answer.strongest.is_none();
        match layer {
            Layer::ServiceControl | Layer::ResourceControl | Layer::Endpoint => silent,
            _ if self.granted(allows) => false,
            Layer::Identity => !self.identity(allows),
            Layer::Boundary | Layer::Session => silent,
            Layer::Resource => {
                let could_help = self.needs_both || !self.has_account || self.has_resource_policy;
                could_help && silent
            }
        }
    }

    /// The decision, from the answers of the layers that bear on the request, in the order in which a decision names
    /// them. The resource's answer is there in any case, that of the identity policies where there can be some.
    pub(super) fn decide(&self, answers: Vec<(Layer, Answer)>) -> Decision {
        let mut allows = Allows::new();
        let mut denied = false;
        for (layer, answer) in &answers {
            denied |= !answer.denies.is_empty();
            allows.note(*layer, answer.strongest);
        }
        let outcome = if denied {
            Outcome::ExplicitDeny
        } else {
            self.outcome(&allows)
        };
        let answers = answers.into_iter();
        let (deciding, missing) = match outcome {
            Outcome::Allowed => (answers.flat_map(|(_, a)| a.allows).collect(), Vec::new()),
            Outcome::ExplicitDeny => (answers.flat_map(|(_, a)| a.denies).collect(), Vec::new()),
            Outcome::ImplicitDeny => {
                let lacking = answers.filter(|(layer, a)| self.lacks(&allows, *layer, a));
                let missing = lacking.map(|(layer, a)| MissingAllow {
                    layer,
                    near_misses: a.near,
                });
                (Vec::new(), missing.collect())
            }
        };
        Decision {
            outcome,
            deciding,
            missing,
        }
    }
}

/// Whether the resource's policy must take part even within an account: KMS key policies and role trust policies.
///
/// Source: "Policy evaluation logic", on resource-based policies
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>).
fn resource_decides(action: &str) -> bool {
    ["kms:", "sts:assumerole"].iter().any(|start| {
        action
            .as_bytes()
            .get(..start.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
    })
}
