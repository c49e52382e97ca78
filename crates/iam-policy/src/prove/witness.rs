//! Requests that fulfil facts.

use std::rc::Rc;
use std::sync::LazyLock;

use super::budget::TooLarge;
use super::cases::Scope;
use super::formula::KeyId;
use super::predicate::{Found, Predicates};
use super::principals::principal_arn;
use super::theory::{Facts, TextFacts, Theory};
use crate::ConditionKey;
use crate::evaluate::{Caller, Request};
use crate::lint::service_reference::{self, ActionDefinition};

/// The parts of a request that fulfils facts.
pub(super) struct Witness {
    /// Names that mean the action, published ones first.
    actions: Vec<String>,
    resource: Option<Rc<str>>,
    context: Vec<(ConditionKey, Vec<Rc<str>>)>,
    /// All parts fulfil the facts, whatever is left open.
    pub(super) is_certain: bool,
}

impl Witness {
    pub(super) fn read(
        theory: &mut Theory,
        facts: &Facts,
        keys: &[ConditionKey],
    ) -> Result<Self, TooLarge> {
        let mut is_certain = true;
        let mut text = |found: &Found| match found {
            Found::Yes(text) => Some(Rc::clone(text)),
            Found::Maybe(text) => {
                is_certain = false;
                text.clone()
            }
            Found::No => None,
        };
        let action = text(&facts.action.example);
        let resource = text(&facts.resource.example);
        let mut context = Vec::new();
        for (index, key) in keys.iter().enumerate() {
            let id = KeyId(u32::try_from(index).unwrap_or(u32::MAX));
            let Some(known) = facts.keys.get(index) else {
                continue;
            };
            let values = if known.missing {
                Vec::new()
            } else if let Some((values, certain)) = theory.values(id, known)? {
                is_certain &= certain;
                values
            } else {
                vec![Rc::from("")]
            };
            context.push((key.clone(), values));
        }
        let present: Vec<&ConditionKey> = context
            .iter()
            .filter(|(_, values)| !values.is_empty())
            .map(|(key, _)| key)
            .collect();
        let published = published_action(&theory.predicates, &facts.action, |action| {
            present.iter().all(|key| action.carries(key) != Some(false))
                && (!action.unscoped || resource.as_deref() == Some("*"))
        });
        Ok(Self {
            actions: published
                .into_iter()
                .chain(action.map(|text| text.to_string()))
                .take(1)
                .collect(),
            resource,
            context,
            is_certain,
        })
    }

    /// The caller, which has the ARN that was found where the question leaves it open.
    fn caller(&self, scope: &Scope<'_>) -> Option<Caller> {
        let found = self.context.iter().find(|(key, _)| *key == principal_arn());
        match found {
            Some((_, values)) if scope.is_of_patterns() => Caller::from_arn(values.first()?).ok(),
            _ => Some(scope.question.caller.clone()),
        }
    }

    /// The requests of the question with these parts.
    pub(super) fn requests(&self, scope: &Scope<'_>) -> Vec<Request> {
        let Some(resource) = &self.resource else {
            return Vec::new();
        };
        let Some(caller) = self.caller(scope) else {
            return Vec::new();
        };
        let request = |action: &String| {
            let caller = caller.clone();
            let mut request = Request::new(caller, action.as_str(), &**resource);
            if let Some(account) = scope.question.caller.account() {
                request = request.resource_account(account);
            }
            for (key, values) in scope.base.entries() {
                request = request.context(key.clone(), values.iter());
            }
            let is_given = |key: &ConditionKey| {
                scope.is_of_patterns() && (*key == principal_arn() || *key == "aws:username".into())
            };
            for (key, values) in self.context.iter().filter(|(key, _)| !is_given(key)) {
                request = request.context(key.clone(), values.iter().map(|value| &**value));
            }
            request
        };
        self.actions.iter().map(request).collect()
    }
}

/// All actions of the tables, by their names in lower case.
static ACTIONS: LazyLock<Vec<(String, &'static ActionDefinition)>> = LazyLock::new(|| {
    let all = service_reference::actions("*").into_iter();
    all.map(|action| (action.name.to_ascii_lowercase(), action))
        .collect()
});

/// An action that AWS publishes and that fulfils the facts; one that fits, if there is one.
fn published_action(
    predicates: &Predicates,
    facts: &TextFacts,
    fits_request: impl Fn(&ActionDefinition) -> bool,
) -> Option<String> {
    let fits = |name: &str| {
        let holds = |id| predicates.holds(id, name) == Some(true);
        facts.inside.iter().all(|id| holds(*id)) && !facts.outside.iter().any(|id| holds(*id))
    };
    let candidates: Vec<&ActionDefinition> = ACTIONS
        .iter()
        .filter(|(lower, _)| fits(lower))
        .map(|(_, action)| *action)
        .collect();
    let best = candidates.iter().find(|action| fits_request(action));
    best.or(candidates.first())
        .map(|action| action.name.clone())
}
