//! Evaluation of one statement.

use std::collections::BTreeSet;

use super::caller::{Caller, PrincipalMatch};
use super::condition::{Operand, PreparedCondition};
use super::request::Request;
use super::unset_variable::UnsetVariable;
use crate::pattern::{Case, Pattern};
use crate::template::{Syntax, Template};
use crate::{Clause, Condition, ConditionKey, Effect, Principal, Statement, Version};

/// A statement, parsed once for many requests.
#[derive(Debug, Clone)]
pub(crate) struct PreparedStatement {
    pub(crate) sid: Option<String>,
    pub(crate) effect: Effect,
    pub(crate) principals: Option<Clause<Principal>>,
    pub(crate) actions: Vec<Pattern>,
    pub(crate) not_actions: bool,
    /// `None` if the element is absent, as in trust policies: any resource.
    pub(crate) resources: Option<Vec<Template>>,
    pub(crate) not_resources: bool,
    pub(crate) conditions: Vec<PreparedCondition>,
}

/// The result of a statement for a request.
pub(crate) enum StatementResult {
    /// It applies, and matches the caller like this.
    Yes(PrincipalMatch),
    /// An Allow that matches caller, action and resource, with the conditions that do not hold.
    Unmet(Vec<Condition>),
    /// It does not apply.
    No,
}

impl PreparedStatement {
    /// `completes_arns`: the policy is identity-based, so its incomplete ARNs are completed.
    pub(crate) fn prepare(statement: &Statement, version: Version, completes_arns: bool) -> Self {
        let syntax = Syntax::resource(version);
        let template = |text: &String| {
            let template = Template::parse(text, syntax);
            let template = if completes_arns {
                template.complete_arn()
            } else {
                template
            };
            match template {
                Template::Fixed(pattern) => Template::Fixed(pattern.into_resource()),
                varying => varying,
            }
        };
        Self {
            sid: statement.sid.clone(),
            effect: statement.effect,
            principals: statement.principals.clone(),
            actions: statement
                .actions
                .values()
                .iter()
                .map(|a| Pattern::wildcard(a))
                .collect(),
            not_actions: statement.actions.is_except(),
            resources: statement
                .resources
                .as_ref()
                .map(|r| r.values().iter().map(template).collect()),
            not_resources: statement.resources.as_ref().is_some_and(Clause::is_except),
            conditions: statement
                .conditions
                .iter()
                .map(|c| PreparedCondition::prepare(c, version))
                .collect(),
        }
    }

    /// Evaluates the statement. `attached`: the policy is attached to the caller, so a statement
    /// without a principal applies to it. `ignores_exceptions`: a Deny also applies to the
    /// principals in its `NotPrincipal`.
    ///
    /// A resource whose variable has no value matches nothing, so in `NotResource` it excludes
    /// nothing, unless `unset` says otherwise.
    pub(crate) fn applies(
        &self,
        request: &Request,
        attached: bool,
        ignores_exceptions: bool,
        unset: UnsetVariable,
    ) -> StatementResult {
        let Some(named) = self.match_caller(request.caller(), attached, ignores_exceptions) else {
            return StatementResult::No;
        };
        if !self.matches_action(request) || !self.matches_resource(request, unset) {
            return StatementResult::No;
        }
        if unset == UnsetVariable::VoidsStatement && !self.is_set(request) {
            return StatementResult::No;
        }
        // Near misses are only reported for Allows.
        if self.effect == Effect::Deny {
            return if self.conditions.iter().all(|c| c.holds(request, unset)) {
                StatementResult::Yes(named)
            } else {
                StatementResult::No
            };
        }
        let unmet: Vec<Condition> = self
            .conditions
            .iter()
            .filter(|t| !t.holds(request, unset))
            .map(|t| t.source.clone())
            .collect();
        if unmet.is_empty() {
            StatementResult::Yes(named)
        } else {
            StatementResult::Unmet(unmet)
        }
    }

    fn match_caller(
        &self,
        caller: &Caller,
        attached: bool,
        ignores_exceptions: bool,
    ) -> Option<PrincipalMatch> {
        match &self.principals {
            None => attached.then_some(PrincipalMatch::Direct),
            Some(principals) => named(
                principals,
                caller,
                ignores_exceptions && self.effect == Effect::Deny,
            ),
        }
    }

    fn matches_action(&self, request: &Request) -> bool {
        self.actions
            .iter()
            .any(|p| p.matches(request.action(), Case::Ignored))
            != self.not_actions
    }

    /// Whether all variables in resources and conditions have a value.
    fn is_set(&self, request: &Request) -> bool {
        let resources = self.resources.iter().flatten();
        let mut resources = resources.map(|template| template.is_set(|key| request.value(key)));
        resources.all(|set| set) && self.conditions.iter().all(|c| c.is_set(request))
    }

    /// The keys of variables without a default in resources and conditions.
    pub(crate) fn required_keys(&self) -> impl Iterator<Item = &ConditionKey> {
        let conditions = self.conditions.iter().flat_map(|c| &c.operands);
        let templates = conditions.filter_map(Operand::template);
        templates
            .chain(self.resources.iter().flatten())
            .flat_map(Template::required_keys)
    }

    fn matches_resource(&self, request: &Request, unset: UnsetVariable) -> bool {
        let Some(resources) = &self.resources else {
            return true;
        };
        if self.not_resources
            && unset == UnsetVariable::FailsElement
            && !resources
                .iter()
                .all(|template| template.is_set(|key| request.value(key)))
        {
            return false;
        }
        let matches = |template: &Template| {
            resource_matches(template, request.resource(), |key| request.value(key))
        };
        resources.iter().any(matches) != self.not_resources
    }
}

/// How a `Principal` or `NotPrincipal` element matches the caller. `ignores_exceptions`:
/// `NotPrincipal` exempts no one.
pub(crate) fn named(
    principals: &Clause<Principal>,
    caller: &Caller,
    ignores_exceptions: bool,
) -> Option<PrincipalMatch> {
    let strongest =
        |all: &BTreeSet<Principal>| all.iter().filter_map(|p| caller.matched_by(p)).max();
    match principals {
        Clause::Only(all) => strongest(all),
        Clause::Except(_) if ignores_exceptions => Some(PrincipalMatch::Direct),
        Clause::Except(all) => strongest(all).is_none().then_some(PrincipalMatch::Direct),
    }
}

/// Whether a `Resource` pattern matches. The range of its stars can depend on the values of
/// variables.
pub(crate) fn resource_matches<'v>(
    template: &Template,
    text: &str,
    value: impl Fn(&ConditionKey) -> Option<&'v str>,
) -> bool {
    match template {
        Template::Fixed(pattern) => pattern.matches(text, Case::Sensitive),
        varying => varying.resolve(value).is_some_and(|pattern| {
            let resource = pattern.into_owned().into_resource();
            resource.matches(text, Case::Sensitive)
        }),
    }
}
