//! Statements, compiled for fast evaluation.

use super::condition::CompiledCondition;
use super::glob::Glob;
use super::index::{ActionPatterns, Candidates};
use super::keys::{KeyTable, KeyValues};
use crate::evaluate::caller::PrincipalMatch;
use crate::evaluate::combine::AuthorizationScope;
use crate::evaluate::decision::{Layer, NearMiss, StatementRef};
use crate::evaluate::request::Request;
use crate::evaluate::statement::{PreparedStatement, named};
use crate::{Clause, Condition, Effect, Principal};

/// A compiled statement.
#[derive(Debug, Clone)]
pub(super) struct CompiledStatement {
    source: StatementRef,
    effect: Effect,
    /// `None`: the statement applies to the callers that the policy is attached to.
    principals: Option<Clause<Principal>>,
    actions: ActionPatterns,
    /// `None`: any resource.
    resources: Option<Vec<Glob>>,
    not_resources: bool,
    /// Each condition as written, for near misses, and in its compiled form.
    conditions: Vec<(Condition, CompiledCondition)>,
}

impl CompiledStatement {
    pub(super) fn compile(
        statement: &PreparedStatement,
        source: StatementRef,
        keys: &mut KeyTable,
    ) -> Self {
        let resources = statement.resources.as_ref();
        Self {
            source,
            effect: statement.effect,
            principals: statement.principals.clone(),
            actions: ActionPatterns {
                globs: statement.actions.iter().map(Glob::action).collect(),
                except: statement.not_actions,
            },
            resources: resources.map(|all| all.iter().map(|r| Glob::resource(r, keys)).collect()),
            not_resources: statement.not_resources,
            conditions: statement
                .conditions
                .iter()
                .map(|condition| {
                    let compiled = CompiledCondition::compile(condition, keys);
                    (condition.source.clone(), compiled)
                })
                .collect(),
        }
    }

    pub(super) fn subject(&self) -> (&ActionPatterns, Effect) {
        (&self.actions, self.effect)
    }

    pub(super) fn source(&self) -> StatementRef {
        self.source.clone()
    }

    /// How the statement matches the caller, if it matches caller, action and resource.
    fn target(
        &self,
        prepared: &PreparedRequest<'_>,
        ignores_exceptions: bool,
    ) -> Option<PrincipalMatch> {
        // Candidates that the index found by the exact action need no matching here.
        if let Some(action) = &prepared.unmatched_action
            && !self.actions.matches(action, &prepared.values)
        {
            return None;
        }
        let resource = prepared.request.resource();
        let here = |all: &Vec<Glob>| {
            all.iter().any(|g| g.matches(resource, &prepared.values)) != self.not_resources
        };
        if !self.resources.as_ref().is_none_or(here) {
            return None;
        }
        match &self.principals {
            None => Some(PrincipalMatch::Direct),
            Some(principals) => named(principals, prepared.request.caller(), ignores_exceptions),
        }
    }

    fn conditions_hold(&self, prepared: &PreparedRequest<'_>) -> bool {
        let mut conditions = self.conditions.iter().map(|(_, compiled)| compiled);
        conditions.all(|condition| condition.holds(prepared.request, &prepared.values))
    }

    /// Whether a Deny of this layer applies.
    pub(super) fn denies(&self, prepared: &PreparedRequest<'_>, layer: Layer) -> bool {
        // "NotPrincipal with a Deny effect will always deny any IAM principal that has a
        // permissions boundary":
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
        let ignores_exceptions = prepared.bounded && layer == Layer::Resource;
        self.target(prepared, ignores_exceptions).is_some() && self.conditions_hold(prepared)
    }

    /// How an Allow matches the caller, if it applies.
    pub(super) fn allows(&self, prepared: &PreparedRequest<'_>) -> Option<PrincipalMatch> {
        self.target(prepared, false)
            .filter(|_| self.conditions_hold(prepared))
    }

    /// The conditions that an Allow failed, if it matches caller, action and resource.
    pub(super) fn near_miss(&self, prepared: &PreparedRequest<'_>) -> Option<NearMiss> {
        self.target(prepared, false)?;
        let unmet = self
            .conditions
            .iter()
            .filter(|(_, compiled)| !compiled.holds(prepared.request, &prepared.values));
        let unmet: Vec<Condition> = unmet.map(|(condition, _)| condition.clone()).collect();
        (!unmet.is_empty()).then(|| NearMiss {
            statement: self.source(),
            unmet,
        })
    }
}

/// A request, prepared for one set of policies.
pub(super) struct PreparedRequest<'r> {
    pub(super) request: &'r Request,
    pub(super) scope: AuthorizationScope,
    /// The caller has a permissions boundary.
    pub(super) bounded: bool,
    pub(super) values: KeyValues<'r>,
    pub(super) candidates: &'r Candidates,
    /// The action in lower case, if the candidates still have to be matched with it.
    pub(super) unmatched_action: Option<String>,
}
