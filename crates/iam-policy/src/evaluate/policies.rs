//! The policies that bear on a request, and how their answers combine.

use super::combine::{Answer, Standing};
use super::decision::{Decision, Layer, NearMiss, StatementRef};
use super::request::Request;
use super::statement::{Applies, Rule};
use crate::{Document, Effect};

/// A policy, read once for many requests.
#[derive(Debug, Clone)]
pub(super) struct Policy {
    pub(super) layer: Layer,
    label: String,
    pub(super) rules: Vec<Rule>,
}

impl Policy {
    fn read(layer: Layer, label: &str, document: &Document) -> Self {
        // AWS says it of identity-based policies, which boundaries are too, and refuses incomplete ARNs in those of
        // sessions; elsewhere it says nothing, and what is no ARN matches none.
        let completes_arns = matches!(layer, Layer::Identity | Layer::Boundary);
        let rules = document
            .statements
            .iter()
            .map(|s| Rule::read(s, document.version, completes_arns))
            .collect();
        Self {
            layer,
            label: label.to_owned(),
            rules,
        }
    }

    /// Names one of its statements.
    pub(super) fn source(&self, index: usize, rule: &Rule) -> StatementRef {
        StatementRef {
            layer: self.layer,
            policy: self.label.clone(),
            index,
            sid: rule.sid.clone(),
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
        let standing = Standing::of(request, self.has_resource_policy());
        // "NotPrincipal with a Deny effect will always deny any IAM principal that has a permissions boundary":
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
        let bounded = standing.has_account && !self.boundary.is_empty();
        let answers = self
            .groups()
            .filter(|(layer, _)| layer.binds(request.caller(), standing.has_account))
            .map(|(layer, policies)| {
                let spares_nobody = bounded && layer == Layer::Resource;
                (layer, answer(policies, request, spares_nobody))
            });
        standing.decide(answers.collect())
    }

    pub(super) fn has_resource_policy(&self) -> bool {
        !self.resource.is_empty()
    }

    /// The policies of each layer, or of each level of it, in the order in which a decision names them. Layers that
    /// are not set are left out but for those of caller and resource.
    pub(super) fn groups(&self) -> impl Iterator<Item = (Layer, &[Policy])> {
        let set =
            |layer, policies| Some((layer, policies)).filter(|(_, p): &(_, &[_])| !p.is_empty());
        let own = [
            Some((Layer::Identity, self.identity.as_slice())),
            set(Layer::Boundary, self.boundary.as_slice()),
            set(Layer::Session, self.session.as_slice()),
            Some((Layer::Resource, self.resource.as_slice())),
        ];
        let service = self.service_control.iter();
        let resource = self.resource_control.iter();
        own.into_iter()
            .flatten()
            .chain(service.map(|level| (Layer::ServiceControl, level.as_slice())))
            .chain(resource.map(|level| (Layer::ResourceControl, level.as_slice())))
            .chain(set(Layer::Endpoint, self.endpoint.as_slice()))
    }
}

fn answer(policies: &[Policy], request: &Request, spares_nobody: bool) -> Answer {
    let mut answer = Answer::default();
    for policy in policies {
        let attached = policy.layer.is_attached();
        for (index, rule) in policy.rules.iter().enumerate() {
            let source = || policy.source(index, rule);
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
