//! Combination of the results of all layers into a decision.

use super::caller::{Caller, PrincipalMatch};
use super::decision::{Decision, Layer, MissingAllow, NearMiss, Outcome, StatementRef};
use super::request::Request;

/// The result of all policies of one layer, or of one level of it.
#[derive(Default)]
pub(super) struct LayerResult {
    pub(super) denies: Vec<StatementRef>,
    pub(super) allows: Vec<StatementRef>,
    pub(super) near_misses: Vec<NearMiss>,
    /// The strongest match of the caller by an Allow.
    pub(super) strongest: Option<PrincipalMatch>,
}

/// The layers that allow the request. A layer without policies does not limit.
pub(super) struct Allows {
    identity: bool,
    boundary: bool,
    session: bool,
    resource: Option<PrincipalMatch>,
    /// All service and resource control policies and the endpoint policy allow.
    restrictions: bool,
}

impl Allows {
    pub(super) fn new() -> Self {
        Self {
            identity: false,
            boundary: true,
            session: true,
            resource: None,
            restrictions: true,
        }
    }

    /// Records the result of a layer: the strongest match of the caller, if the layer allows.
    pub(super) fn record(&mut self, layer: Layer, strongest: Option<PrincipalMatch>) {
        let allowed = strongest.is_some();
        match layer {
            Layer::Identity => self.identity = allowed,
            Layer::Boundary => self.boundary = allowed,
            Layer::Session => self.session = allowed,
            Layer::Resource => self.resource = strongest,
            Layer::ServiceControl | Layer::ResourceControl | Layer::Endpoint => {
                // `&=`: each level of an organization comes as a layer of its own, and every one
                // must allow.
                self.restrictions &= allowed;
            }
        }
    }
}

/// The policies that must allow a request, by the accounts of caller and resource.
pub(super) struct AuthorizationScope {
    /// The caller belongs to an account, so it can have identity policies.
    pub(super) has_account: bool,
    /// False for the root user within its own account.
    needs_identity: bool,
    /// Caller and resource belong to different accounts.
    cross_account: bool,
    has_resource_policy: bool,
    /// The resource policy must allow too, at least by naming the account.
    needs_both: bool,
}

impl AuthorizationScope {
    pub(super) fn of(request: &Request, has_resource_policy: bool) -> Self {
        let caller = request.caller();
        let account = caller.account();
        let cross_account = request.crosses_accounts(account);
        Self {
            has_account: account.is_some(),
            needs_identity: cross_account || !matches!(caller, Caller::Root(_)),
            cross_account,
            has_resource_policy,
            needs_both: cross_account
                || (has_resource_policy && resource_decides(request.action())),
        }
    }

    fn identity(&self, allows: &Allows) -> bool {
        allows.identity || !self.needs_identity
    }

    fn granted(&self, allows: &Allows) -> bool {
        let limits = allows.boundary && allows.session;
        let by_identity = self.identity(allows) && limits;
        let by_resource = match allows.resource {
            // A resource policy that names the user or the role session grants to it directly: an
            // implicit deny in boundary or session policy does not limit that grant. A grant to the
            // role is limited.
            Some(PrincipalMatch::Direct) => true,
            Some(PrincipalMatch::Role) => limits,
            // A grant to the account only delegates to its identity policies.
            Some(PrincipalMatch::Account) | None => false,
        };
        let resource = allows.resource.is_some();
        if !self.has_account {
            // Services, federated identities and anonymous callers have no identity policies.
            resource
        } else if self.cross_account {
            by_identity && resource
        } else if self.needs_both {
            // Naming the account is enough here, since `by_identity` then allows too.
            by_resource || by_identity && resource
        } else {
            by_identity || by_resource
        }
    }

    /// The outcome of a request that nothing denies.
    pub(super) fn outcome(&self, allows: &Allows) -> Outcome {
        if allows.restrictions && self.granted(allows) {
            Outcome::Allowed
        } else {
            Outcome::ImplicitDeny
        }
    }

    /// Whether this layer needed to allow, and did not.
    fn lacks(&self, allows: &Allows, layer: Layer, result: &LayerResult) -> bool {
        let no_allow = result.strongest.is_none();
        match layer {
            Layer::ServiceControl | Layer::ResourceControl | Layer::Endpoint => no_allow,
            // The restrictions above deny by themselves. The other layers are only to blame if the
            // grant fails.
            _ if self.granted(allows) => false,
            Layer::Identity => !self.identity(allows),
            Layer::Boundary | Layer::Session => no_allow,
            Layer::Resource => {
                let could_help = self.needs_both || !self.has_account || self.has_resource_policy;
                could_help && no_allow
            }
        }
    }

    /// The decision, from the results of the layers that apply, in the order in which a decision
    /// names them. The result of the resource policy is always present, and so is that of the
    /// identity policies if the caller can have some.
    pub(super) fn decide(&self, results: Vec<(Layer, LayerResult)>) -> Decision {
        let mut allows = Allows::new();
        let mut denied = false;
        for (layer, result) in &results {
            denied |= !result.denies.is_empty();
            allows.record(*layer, result.strongest);
        }
        let outcome = if denied {
            Outcome::ExplicitDeny
        } else {
            self.outcome(&allows)
        };
        let results = results.into_iter();
        let (deciding, missing) = match outcome {
            Outcome::Allowed => (results.flat_map(|(_, a)| a.allows).collect(), Vec::new()),
            Outcome::ExplicitDeny => (results.flat_map(|(_, a)| a.denies).collect(), Vec::new()),
            Outcome::ImplicitDeny => {
                let lacking = results.filter(|(layer, a)| self.lacks(&allows, *layer, a));
                let missing = lacking.map(|(layer, a)| MissingAllow {
                    layer,
                    near_misses: a.near_misses,
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

/// Whether the resource policy must allow even within an account: KMS key policies and role trust
/// policies.
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
