//! Statements in the form in which they are held against requests fastest.

use super::check::Check;
use super::glob::Glob;
use super::index::{Actions, Candidates};
use super::keys::{Keys, Values};
use crate::evaluate::caller::Match;
use crate::evaluate::combine::Standing;
use crate::evaluate::decision::{Layer, NearMiss, StatementRef};
use crate::evaluate::request::Request;
use crate::evaluate::statement::{Rule, named};
use crate::{Clause, Condition, Effect, Principal};

/// A statement.
#[derive(Debug, Clone)]
pub(super) struct CompiledRule {
    source: StatementRef,
    effect: Effect,
    /// `None`: it is about the callers that the policy is attached to.
    principals: Option<Clause<Principal>>,
    actions: Actions,
    /// `None`: any resource.
    resources: Option<Vec<Glob>>,
    not_resources: bool,
    /// The conditions, and how they are tested.
    conditions: Vec<(Condition, Check)>,
}

impl CompiledRule {
    pub(super) fn compile(rule: &Rule, source: StatementRef, keys: &mut Keys) -> Self {
        let resources = rule.resources.as_ref();
        Self {
            source,
            effect: rule.effect,
            principals: rule.principals.clone(),
            actions: Actions {
                globs: rule.actions.iter().map(Glob::action).collect(),
                except: rule.not_actions,
            },
            resources: resources.map(|all| all.iter().map(|r| Glob::resource(r, keys)).collect()),
            not_resources: rule.not_resources,
            conditions: rule
                .tests
                .iter()
                .map(|test| (test.source.clone(), Check::compile(test, keys)))
                .collect(),
        }
    }

    pub(super) fn subject(&self) -> (&Actions, Effect) {
        (&self.actions, self.effect)
    }

    pub(super) fn source(&self) -> StatementRef {
        self.source.clone()
    }

    /// How the statement names the caller, if it is about the caller and the resource.
    fn about(&self, asked: &Asked<'_>, spares_nobody: bool) -> Option<Match> {
        if let Some(action) = &asked.unsure
            && !self.actions.matches(action, &asked.values)
        {
            return None;
        }
        let resource = asked.request.resource();
        let here = |all: &Vec<Glob>| {
            all.iter().any(|g| g.matches(resource, &asked.values)) != self.not_resources
        };
        if !self.resources.as_ref().is_none_or(here) {
            return None;
        }
        match &self.principals {
            None => Some(Match::Direct),
            Some(principals) => named(principals, asked.request.caller(), spares_nobody),
        }
    }

    fn is_met(&self, asked: &Asked<'_>) -> bool {
        let mut checks = self.conditions.iter().map(|(_, check)| check);
        checks.all(|check| check.holds(asked.request, &asked.values))
    }

    /// Whether a Deny of this layer applies.
    pub(super) fn denies(&self, asked: &Asked<'_>, layer: Layer) -> bool {
        // "NotPrincipal with a Deny effect will always deny any IAM principal that has a permissions boundary":
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
        let spares_nobody = asked.bounded && layer == Layer::Resource;
        self.about(asked, spares_nobody).is_some() && self.is_met(asked)
    }

    /// Whether an Allow applies, and how it names the caller.
    pub(super) fn allows(&self, asked: &Asked<'_>) -> Option<Match> {
        self.about(asked, false).filter(|_| self.is_met(asked))
    }

    /// What an Allow that does not apply lacked, if it is about the caller, the action and the resource.
    pub(super) fn near_miss(&self, asked: &Asked<'_>) -> Option<NearMiss> {
        self.about(asked, false)?;
        let unmet = self
            .conditions
            .iter()
            .filter(|(_, check)| !check.holds(asked.request, &asked.values));
        let unmet: Vec<Condition> = unmet.map(|(condition, _)| condition.clone()).collect();
        (!unmet.is_empty()).then(|| NearMiss {
            statement: self.source(),
            unmet,
        })
    }
}

/// A request, read for one set of policies.
pub(super) struct Asked<'r> {
    pub(super) request: &'r Request,
    pub(super) standing: Standing,
    /// The caller has a permissions boundary.
    pub(super) bounded: bool,
    pub(super) values: Values<'r>,
    pub(super) candidates: &'r Candidates,
    /// The action in lower case, where statements still have to be held against it.
    pub(super) unsure: Option<String>,
}
