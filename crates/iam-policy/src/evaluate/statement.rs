//! Whether a statement applies.

use std::collections::BTreeSet;

use super::caller::{Caller, Match};
use super::condition::Test;
use super::request::Request;
use crate::pattern::{Case, Pattern};
use crate::template::{Syntax, Template};
use crate::{Clause, Condition, ConditionKey, Effect, Principal, Statement, Version};

/// A statement, read once for many requests.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) sid: Option<String>,
    pub(super) effect: Effect,
    pub(super) principals: Option<Clause<Principal>>,
    pub(super) actions: Vec<Pattern>,
    pub(super) not_actions: bool,
    /// `None` where the element is absent, as in trust policies: any resource.
    pub(super) resources: Option<Vec<Template>>,
    pub(super) not_resources: bool,
    pub(super) tests: Vec<Test>,
}

/// What a statement says about a request.
pub(super) enum Applies {
    /// It applies, and names the caller like this.
    Yes(Match),
    /// An Allow about the caller, the action and the resource, whose conditions here do not hold.
    Unmet(Vec<Condition>),
    /// It is about something else.
    No,
}

impl Rule {
    /// `completes_arns`: the policy is identity-based, so that its incomplete ARNs stand for whole ones.
    pub(super) fn read(statement: &Statement, version: Version, completes_arns: bool) -> Self {
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
            tests: statement
                .conditions
                .iter()
                .map(|c| Test::read(c, version))
                .collect(),
        }
    }

    /// What the statement says. `attached`: the policy is attached to the caller, so that a statement without
    /// principal is about them. `spares_nobody`: a Deny is also about those that its `NotPrincipal` names.
    ///
    /// A resource whose variable has no value matches nothing, so in `NotResource` it excludes nothing.
    pub(super) fn applies(
        &self,
        request: &Request,
        attached: bool,
        spares_nobody: bool,
    ) -> Applies {
        let Some(named) = self.about_caller(request.caller(), attached, spares_nobody) else {
            return Applies::No;
        };
        if !self.about_action(request) || !self.about_resource(request) {
            return Applies::No;
        }
        // What a Deny lacked is nobody's question.
        if self.effect == Effect::Deny {
            return if self.tests.iter().all(|t| t.holds(request)) {
                Applies::Yes(named)
            } else {
                Applies::No
            };
        }
        let unmet: Vec<Condition> = self
            .tests
            .iter()
            .filter(|t| !t.holds(request))
            .map(|t| t.source.clone())
            .collect();
        if unmet.is_empty() {
            Applies::Yes(named)
        } else {
            Applies::Unmet(unmet)
        }
    }

    fn about_caller(&self, caller: &Caller, attached: bool, spares_nobody: bool) -> Option<Match> {
        match &self.principals {
            None => attached.then_some(Match::Direct),
            Some(principals) => named(
                principals,
                caller,
                spares_nobody && self.effect == Effect::Deny,
            ),
        }
    }

    fn about_action(&self, request: &Request) -> bool {
        self.actions
            .iter()
            .any(|p| p.matches(request.action(), Case::Ignored))
            != self.not_actions
    }

    fn about_resource(&self, request: &Request) -> bool {
        let Some(resources) = &self.resources else {
            return true;
        };
        let matches = |template: &Template| {
            resource_matches(template, request.resource(), |key| request.value(key))
        };
        resources.iter().any(matches) != self.not_resources
    }
}

/// How a `Principal` or `NotPrincipal` element names the caller. `spares_nobody`: an exception excepts nobody.
pub(super) fn named(
    principals: &Clause<Principal>,
    caller: &Caller,
    spares_nobody: bool,
) -> Option<Match> {
    let strongest = |all: &BTreeSet<Principal>| all.iter().filter_map(|p| caller.named_by(p)).max();
    match principals {
        Clause::Only(all) => strongest(all),
        Clause::Except(_) if spares_nobody => Some(Match::Direct),
        Clause::Except(all) => strongest(all).is_none().then_some(Match::Direct),
    }
}

/// Whether the text matches a `Resource` element's pattern. The values of variables may say how far its stars reach.
pub(super) fn resource_matches<'v>(
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
