//! The policies that bear on a request, and how their answers combine.

use super::caller::{Caller, Match};
use super::decision::{Decision, Layer, Missing, NearMiss, Outcome, Source};
use super::request::Request;
use super::statement::{Applies, Rule};
use crate::policy::{Document, Effect};

/// A policy, read once for many requests.
#[derive(Debug, Clone)]
struct Policy {
    layer: Layer,
    label: String,
    rules: Vec<Rule>,
}

impl Policy {
    fn read(layer: Layer, label: &str, document: &Document) -> Self {
        let rules = document
            .statements
            .iter()
            .map(|s| Rule::read(s, document.version))
            .collect();
        Self {
            layer,
            label: label.to_owned(),
            rules,
        }
    }
}

/// The policies that bear on a request. What is not set does not limit; in particular a set without resource policy
/// stands for a resource that has none.
#[derive(Debug, Clone, Default)]
pub struct PolicySet {
    identity: Vec<Policy>,
    boundary: Vec<Policy>,
    session: Vec<Policy>,
    resource: Vec<Policy>,
    endpoint: Vec<Policy>,
    /// From the root of the organization down; each level must allow.
    service_control: Vec<Vec<Policy>>,
    resource_control: Vec<Vec<Policy>>,
}

/// What policies of one layer say together.
#[derive(Default)]
struct Answer {
    denies: Vec<Source>,
    allows: Vec<Source>,
    near: Vec<NearMiss>,
    strongest: Option<Match>,
}

impl Answer {
    fn allowed(&self) -> bool {
        self.strongest.is_some()
    }
}

impl PolicySet {
    /// No policies: everything is implicitly denied.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a policy attached to the caller, directly or through a group.
    #[must_use]
    pub fn identity(mut self, label: &str, document: &Document) -> Self {
        self.identity
            .push(Policy::read(Layer::Identity, label, document));
        self
    }

    /// Sets the caller's permissions boundary.
    #[must_use]
    pub fn boundary(mut self, label: &str, document: &Document) -> Self {
        self.boundary = vec![Policy::read(Layer::Boundary, label, document)];
        self
    }

    /// Adds a policy of the caller's session. One of several must allow.
    #[must_use]
    pub fn session(mut self, label: &str, document: &Document) -> Self {
        self.session
            .push(Policy::read(Layer::Session, label, document));
        self
    }

    /// Sets the resource's policy.
    #[must_use]
    pub fn resource(mut self, label: &str, document: &Document) -> Self {
        self.resource = vec![Policy::read(Layer::Resource, label, document)];
        self
    }

    /// Sets the policy of the VPC endpoint that the request comes through.
    #[must_use]
    pub fn endpoint(mut self, label: &str, document: &Document) -> Self {
        self.endpoint = vec![Policy::read(Layer::Endpoint, label, document)];
        self
    }

    /// Adds a level of service control policies: those of the root, of a unit, of the account. One of each level must
    /// allow.
    #[must_use]
    pub fn service_control<'d>(
        mut self,
        level: impl IntoIterator<Item = (&'d str, &'d Document)>,
    ) -> Self {
        let read = |(label, document)| Policy::read(Layer::ServiceControl, label, document);
        self.service_control
            .push(level.into_iter().map(read).collect());
        self
    }

    /// Adds a level of resource control policies, likewise.
    #[must_use]
    pub fn resource_control<'d>(
        mut self,
        level: impl IntoIterator<Item = (&'d str, &'d Document)>,
    ) -> Self {
        let read = |(label, document)| Policy::read(Layer::ResourceControl, label, document);
        self.resource_control
            .push(level.into_iter().map(read).collect());
        self
    }

    /// Decides a request.
    ///
    /// - Any statement that denies decides.
    /// - Otherwise every level of service control policies (for callers of an account, but not for service-linked
    ///   roles) and resource control policies must allow, and the endpoint's policy.
    /// - Within an account the identity policies must allow, limited by boundary and session policies, or the resource
    ///   policy. A resource policy that names the caller needs no other; one that names the role is limited by boundary
    ///   and session policies; one that names the account leaves it to the identity policies. A key policy and a trust
    ///   policy have to take part either way.
    /// - Across accounts both sides must allow. Services, federated identities and anonymous callers have no identity
    ///   policies: the resource policy decides.
    ///
    /// Sources: "Policy evaluation logic"
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>) and "Cross-account
    /// policy evaluation logic"
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html>).
    #[must_use]
    pub fn decide(&self, request: &Request) -> Decision {
        let caller = request.caller();
        let has_identity = caller.account().is_some();
        let ask = |policies: &[Policy]| answer(policies, request);
        let if_identity = |policies: &[Policy]| {
            if has_identity {
                answer(policies, request)
            } else {
                Answer::default()
            }
        };
        let controlled = has_identity && !caller.is_service_linked();
        let levels =
            |levels: &[Vec<Policy>]| levels.iter().map(|level| ask(level)).collect::<Vec<_>>();

        let identity = if_identity(&self.identity);
        let boundary = if_identity(&self.boundary);
        let session = if_identity(&self.session);
        // "NotPrincipal with a Deny effect will always deny any IAM principal that has a permissions boundary":
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
        let bounded = has_identity && !self.boundary.is_empty();
        let resource = answer_with(&self.resource, request, bounded);
        let endpoint = ask(&self.endpoint);
        let service_control = if controlled {
            levels(&self.service_control)
        } else {
            Vec::new()
        };
        let resource_control = levels(&self.resource_control);

        let mut guards: Vec<(Layer, Answer)> = Vec::new();
        guards.extend(
            service_control
                .into_iter()
                .map(|a| (Layer::ServiceControl, a)),
        );
        guards.extend(
            resource_control
                .into_iter()
                .map(|a| (Layer::ResourceControl, a)),
        );
        if !self.endpoint.is_empty() {
            guards.push((Layer::Endpoint, endpoint));
        }

        let all = [&identity, &boundary, &session, &resource]
            .into_iter()
            .chain(guards.iter().map(|(_, a)| a));
        let denies: Vec<Source> = all.flat_map(|a| a.denies.iter().cloned()).collect();
        if !denies.is_empty() {
            return Decision {
                outcome: Outcome::ExplicitDeny,
                deciding: denies,
                missing: Vec::new(),
            };
        }

        let own = Own {
            identity,
            boundary: (has_identity && !self.boundary.is_empty()).then_some(boundary),
            session: (has_identity && !self.session.is_empty()).then_some(session),
        };
        self.combine(request, own, resource, guards)
    }

    fn combine(
        &self,
        request: &Request,
        own: Own,
        resource: Answer,
        guards: Vec<(Layer, Answer)>,
    ) -> Decision {
        let caller = request.caller();
        let crosses = request.crosses_accounts();
        // The root user needs no identity policy for what is the account's own.
        let identity = own.identity.allowed() || matches!(caller, Caller::Root(_)) && !crosses;
        let bounded = own.boundary.as_ref().is_none_or(Answer::allowed);
        let in_session = own.session.as_ref().is_none_or(Answer::allowed);
        let own_allows = identity && bounded && in_session;

        let by_resource = match resource.strongest {
            Some(Match::Direct) => true,
            Some(Match::Role) => bounded && in_session,
            Some(Match::Account) | None => false,
        };
        let needs_both =
            crosses || (resource_decides(request.action()) && !self.resource.is_empty());
        let granted = if caller.account().is_none() {
            resource.allowed()
        } else if crosses {
            own_allows && resource.allowed()
        } else if needs_both {
            by_resource || own_allows && resource.allowed()
        } else {
            own_allows || by_resource
        };

        if granted && guards.iter().all(|(_, a)| a.allowed()) {
            let own_counts = caller.account().is_some();
            let layers = [Some(own.identity), own.boundary, own.session]
                .into_iter()
                .flatten()
                .filter(|_| own_counts);
            let all = layers
                .chain([resource])
                .chain(guards.into_iter().map(|(_, a)| a));
            let deciding = all.flat_map(|a| a.allows).collect();
            return Decision {
                outcome: Outcome::Allowed,
                deciding,
                missing: Vec::new(),
            };
        }

        let mut missing = Vec::new();
        let mut note = |layer, answer: Answer| {
            missing.push(Missing {
                layer,
                near: answer.near,
            })
        };
        if !granted {
            let resource_allows = resource.allowed();
            if caller.account().is_some() {
                if !identity {
                    note(Layer::Identity, own.identity);
                }
                if let Some(boundary) = own.boundary.filter(|a| !a.allowed()) {
                    note(Layer::Boundary, boundary);
                }
                if let Some(session) = own.session.filter(|a| !a.allowed()) {
                    note(Layer::Session, session);
                }
            }
            let could_help = needs_both || caller.account().is_none() || !self.resource.is_empty();
            if could_help && !resource_allows {
                note(Layer::Resource, resource);
            }
        }
        for (layer, guard) in guards {
            if !guard.allowed() {
                note(layer, guard);
            }
        }
        Decision {
            outcome: Outcome::ImplicitDeny,
            deciding: Vec::new(),
            missing,
        }
    }
}

/// The answers of what is attached to the caller; the limits only where they are set.
struct Own {
    identity: Answer,
    boundary: Option<Answer>,
    session: Option<Answer>,
}

/// Whether the resource's policy must take part even within an account: KMS key policies and role trust policies.
///
/// Source: "Policy evaluation logic", on resource-based policies
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>).
fn resource_decides(action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    action.starts_with("kms:") || action.starts_with("sts:assumerole")
}

fn answer(policies: &[Policy], request: &Request) -> Answer {
    answer_with(policies, request, false)
}

/// `spares_nobody`: what `NotPrincipal` names is denied too.
fn answer_with(policies: &[Policy], request: &Request, spares_nobody: bool) -> Answer {
    let mut answer = Answer::default();
    for policy in policies {
        let attached = matches!(
            policy.layer,
            Layer::Identity | Layer::Boundary | Layer::Session | Layer::ServiceControl
        );
        for (index, rule) in policy.rules.iter().enumerate() {
            let source = || Source {
                layer: policy.layer,
                policy: policy.label.clone(),
                index,
                sid: rule.sid.clone(),
            };
            match (rule.applies(request, attached, spares_nobody), rule.effect) {
                (Applies::Yes(_), Effect::Deny) => answer.denies.push(source()),
                (Applies::Yes(named), Effect::Allow) => {
                    answer.allows.push(source());
                    answer.strongest = answer.strongest.max(Some(named));
                }
                (Applies::Unmet(unmet), Effect::Allow) => {
                    answer.near.push(NearMiss {
                        statement: source(),
                        unmet,
                    });
                }
                (Applies::Unmet(_), Effect::Deny) | (Applies::No, _) => {}
            }
        }
    }
    answer
}
