//! Sets of policies and their decision on a request.

use super::combine::{AuthorizationScope, LayerResult};
use super::decision::{Decision, Layer, NearMiss, StatementRef};
use super::readings::Readings;
use super::request::Request;
use super::statement::{PreparedStatement, StatementResult};
use super::unset_variable::UnsetVariable;
use crate::{ConditionKey, Document, Effect};

/// A policy, parsed once for many requests.
#[derive(Debug, Clone)]
pub(crate) struct PreparedPolicy {
    pub(crate) layer: Layer,
    label: String,
    pub(crate) statements: Vec<PreparedStatement>,
}

impl PreparedPolicy {
    fn prepare(layer: Layer, label: &str, document: &Document) -> Self {
        // AWS documents this for identity-based policies, which include boundaries, and rejects
        // incomplete ARNs in session policies. For other types it documents nothing: there, an
        // incomplete ARN matches no resource.
        let completes_arns = matches!(layer, Layer::Identity | Layer::Boundary);
        let statements = document
            .statements
            .iter()
            .map(|s| PreparedStatement::prepare(s, document.version, completes_arns))
            .collect();
        Self {
            layer,
            label: label.to_owned(),
            statements,
        }
    }

    /// A reference to one of its statements.
    pub(crate) fn source(&self, index: usize, statement: &PreparedStatement) -> StatementRef {
        StatementRef {
            layer: self.layer,
            policy: self.label.clone(),
            index,
            sid: statement.sid.clone(),
        }
    }
}

/// The policies that apply to a request. A layer that is not set does not limit: a set without a
/// resource policy stands for a resource that has none.
#[derive(Debug, Clone, Default)]
pub struct PolicySet {
    identity: Vec<PreparedPolicy>,
    boundary: Vec<PreparedPolicy>,
    session: Vec<PreparedPolicy>,
    resource: Vec<PreparedPolicy>,
    endpoint: Vec<PreparedPolicy>,
    /// From the root of the organization down; each level must allow.
    service_control: Vec<Vec<PreparedPolicy>>,
    resource_control: Vec<Vec<PreparedPolicy>>,
    unset: UnsetVariable,
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
            .push(PreparedPolicy::prepare(Layer::Identity, label, document));
        self
    }

    /// Sets the caller's permissions boundary.
    #[must_use]
    pub fn boundary(mut self, label: &str, document: &Document) -> Self {
        self.boundary = vec![PreparedPolicy::prepare(Layer::Boundary, label, document)];
        self
    }

    /// Adds a policy of the caller's session. At least one of them must allow.
    #[must_use]
    pub fn session(mut self, label: &str, document: &Document) -> Self {
        self.session
            .push(PreparedPolicy::prepare(Layer::Session, label, document));
        self
    }

    /// Sets the resource's policy.
    #[must_use]
    pub fn resource(mut self, label: &str, document: &Document) -> Self {
        self.resource = vec![PreparedPolicy::prepare(Layer::Resource, label, document)];
        self
    }

    /// Sets the policy of the VPC endpoint that the request comes through.
    #[must_use]
    pub fn endpoint(mut self, label: &str, document: &Document) -> Self {
        self.endpoint = vec![PreparedPolicy::prepare(Layer::Endpoint, label, document)];
        self
    }

    /// Adds a level of service control policies: those of the root, of a unit, of the account. One
    /// of each level must allow.
    #[must_use]
    pub fn service_control<'d>(
        mut self,
        level: impl IntoIterator<Item = (&'d str, &'d Document)>,
    ) -> Self {
        let read =
            |(label, document)| PreparedPolicy::prepare(Layer::ServiceControl, label, document);
        self.service_control
            .push(level.into_iter().map(read).collect());
        self
    }

    /// Adds a level of resource control policies. One of each level must allow.
    #[must_use]
    pub fn resource_control<'d>(
        mut self,
        level: impl IntoIterator<Item = (&'d str, &'d Document)>,
    ) -> Self {
        let read =
            |(label, document)| PreparedPolicy::prepare(Layer::ResourceControl, label, document);
        self.resource_control
            .push(level.into_iter().map(read).collect());
        self
    }

    /// Sets what a policy variable without a value means.
    #[must_use]
    pub fn unset_variables(mut self, unset: UnsetVariable) -> Self {
        self.unset = unset;
        self
    }

    /// What a policy variable without a value means.
    pub(crate) fn unset(&self) -> UnsetVariable {
        self.unset
    }

    /// Decides a request.
    ///
    /// - A Deny in any policy denies the request.
    /// - Otherwise every level of service control policies (for callers of an account, but not for
    ///   service-linked roles) and resource control policies must allow, and the endpoint's policy.
    /// - Within an account, the identity policies, limited by boundary and session policies, or the
    ///   resource policy must allow. A resource policy that names the caller is sufficient. If it
    ///   names the role, boundary and session policies limit it. If it names the account, the
    ///   identity policies must allow too. A key policy or trust policy must always allow.
    /// - Across accounts both sides must allow. Services, federated identities and anonymous
    ///   callers have no identity policies: the resource policy decides.
    ///
    /// Sources: "Policy evaluation logic"
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>)
    /// and "Cross-account policy evaluation logic"
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html>).
    #[must_use]
    pub fn decide(&self, request: &Request) -> Decision {
        self.decide_reading(request, self.unset)
    }

    /// Decides a request in every reading of policy variables without a value, whatever
    /// [`PolicySet::unset_variables`] says.
    #[must_use]
    pub fn readings(&self, request: &Request) -> Readings {
        let has_value = |key: &ConditionKey| request.value(key).is_some();
        if self.required_keys().all(has_value) {
            return Readings::one(self.decide(request));
        }
        Readings::by(|unset| self.decide_reading(request, unset))
    }

    fn decide_reading(&self, request: &Request, unset: UnsetVariable) -> Decision {
        let scope = AuthorizationScope::of(request, self.has_resource_policy());
        // "NotPrincipal with a Deny effect will always deny any IAM principal that has a
        // permissions boundary":
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
        let bounded = scope.has_account && !self.boundary.is_empty();
        let results = self
            .groups()
            .filter(|(layer, _)| layer.applies_to(request.caller(), scope.has_account))
            .map(|(layer, policies)| {
                let ignores_exceptions = bounded && layer == Layer::Resource;
                (
                    layer,
                    layer_result(policies, request, ignores_exceptions, unset),
                )
            });
        scope.decide(results.collect())
    }

    /// The keys of variables without a default.
    pub(crate) fn required_keys(&self) -> impl Iterator<Item = &ConditionKey> {
        let policies = self.groups().flat_map(|(_, group)| group);
        let statements = policies.flat_map(|policy| &policy.statements);
        statements.flat_map(PreparedStatement::required_keys)
    }

    /// The statement that a decision names.
    pub(crate) fn statement(&self, source: &StatementRef) -> Option<&PreparedStatement> {
        let policies = self.groups().flat_map(|(_, group)| group);
        let mut statements = policies
            .filter(|policy| policy.layer == source.layer && policy.label == source.policy)
            .filter_map(|policy| policy.statements.get(source.index));
        statements.find(|statement| statement.sid == source.sid)
    }

    pub(crate) fn has_boundary(&self) -> bool {
        !self.boundary.is_empty()
    }

    pub(crate) fn has_resource_policy(&self) -> bool {
        !self.resource.is_empty()
    }

    /// The policies of each layer, or of each level of it, in the order in which a decision names
    /// them. Layers without policies are omitted, except the layers of caller and resource.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (Layer, &[PreparedPolicy])> {
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

fn layer_result(
    policies: &[PreparedPolicy],
    request: &Request,
    ignores_exceptions: bool,
    unset: UnsetVariable,
) -> LayerResult {
    let mut result = LayerResult::default();
    for policy in policies {
        let attached = policy.layer.is_attached();
        for (index, statement) in policy.statements.iter().enumerate() {
            let source = || policy.source(index, statement);
            match (
                statement.applies(request, attached, ignores_exceptions, unset),
                statement.effect,
            ) {
                (StatementResult::Yes(_), Effect::Deny) => result.denies.push(source()),
                (StatementResult::Yes(named), Effect::Allow) => {
                    result.allows.push(source());
                    result.strongest = result.strongest.max(Some(named));
                }
                (StatementResult::Unmet(unmet), Effect::Allow) => {
                    result.near_misses.push(NearMiss {
                        statement: source(),
                        unmet,
                    });
                }
                (StatementResult::Unmet(_), Effect::Deny) | (StatementResult::No, _) => {}
            }
        }
    }
    result
}
