//! An index from actions to the statements that can match them.

use std::collections::{BTreeMap, BTreeSet};

use super::caseless_map::CaselessMap;
use super::glob::Glob;
use super::keys::KeyValues;
use crate::Effect;

/// The actions of a statement, in lower case.
#[derive(Debug, Clone)]
pub(super) struct ActionPatterns {
    pub(super) globs: Vec<Glob>,
    /// All but these: `NotAction`.
    pub(super) except: bool,
}

impl ActionPatterns {
    /// Whether the patterns match an action in lower case. Actions contain no variables.
    pub(super) fn matches(&self, action: &str, values: &KeyValues<'_>) -> bool {
        self.globs.iter().any(|g| g.matches(action, values)) != self.except
    }

    /// The services (the part before the colon) of all actions, or `None` if a pattern also matches
    /// other services.
    fn services(&self) -> Option<BTreeSet<&str>> {
        if self.except {
            return None;
        }
        fn service(glob: &Glob) -> Option<&str> {
            Some(glob.head()?.split_once(':')?.0)
        }
        self.globs.iter().map(service).collect()
    }
}

/// Indexes of statements in ascending order, by effect.
#[derive(Debug, Clone, Default)]
pub(super) struct Candidates {
    pub(super) denies: Vec<usize>,
    pub(super) allows: Vec<usize>,
}

impl Candidates {
    fn push(&mut self, at: usize, effect: Effect) {
        match effect {
            Effect::Deny => self.denies.push(at),
            Effect::Allow => self.allows.push(at),
        }
    }

    fn len(&self) -> usize {
        self.denies.len() + self.allows.len()
    }
}

/// The statements that can match an action.
pub(super) struct ActionCandidates<'i> {
    pub(super) candidates: &'i Candidates,
    /// All candidates match the action, so no further matching is needed.
    pub(super) certain: bool,
}

/// Statements by action.
#[derive(Debug, Clone, Default)]
pub(super) struct ActionIndex {
    /// Statements that match an action that a policy names in full.
    by_action: CaselessMap<Candidates>,
    /// Statements that can match actions of a service that a policy names.
    by_service: CaselessMap<Candidates>,
    /// Statements that can match actions of any service.
    any_service: Candidates,
}

/// The number of matches between statements and action names while compiling. Further names are
/// left to the lists by service, so that time and memory for compiling stay about linear in the
/// size of the policies.
const MAX_MATCHES: usize = 1 << 20;

impl ActionIndex {
    pub(super) fn build(statements: &[(&ActionPatterns, Effect)]) -> Self {
        Self::within(statements, MAX_MATCHES)
    }

    fn within(statements: &[(&ActionPatterns, Effect)], mut attempts: usize) -> Self {
        let services_of: Vec<_> = statements
            .iter()
            .map(|(actions, _)| actions.services())
            .collect();
        let mut services: BTreeMap<&str, Candidates> = services_of
            .iter()
            .flatten()
            .flatten()
            .map(|service| (*service, Candidates::default()))
            .collect();
        let mut any_service = Candidates::default();
        // Every list keeps the statements in order, since `CompiledPolicies::layers` cuts it into
        // contiguous ranges.
        for (at, ((_, effect), bound)) in statements.iter().zip(&services_of).enumerate() {
            for (service, list) in &mut services {
                if bound.as_ref().is_none_or(|names| names.contains(service)) {
                    list.push(at, *effect);
                }
            }
            if bound.is_none() {
                any_service.push(at, *effect);
            }
        }

        let names = statements.iter().flat_map(|(actions, _)| &actions.globs);
        let names: BTreeSet<&str> = names.filter_map(Glob::exact).collect();
        let none = KeyValues::none();
        let mut by_action = CaselessMap::default();
        for name in names {
            let service = name.split_once(':').map_or(name, |(service, _)| service);
            let possible = services.get(service).unwrap_or(&any_service);
            let Some(left) = attempts.checked_sub(possible.len()) else {
                break;
            };
            attempts = left;
            let about = |list: &[usize]| {
                let about = list.iter().copied().filter(|at| {
                    statements
                        .get(*at)
                        .is_some_and(|(actions, _)| actions.matches(name, &none))
                });
                about.collect()
            };
            let candidates = Candidates {
                denies: about(&possible.denies),
                allows: about(&possible.allows),
            };
            by_action.insert(name.to_owned(), candidates);
        }
        let mut by_service = CaselessMap::default();
        for (service, candidates) in services {
            by_service.insert(service.to_owned(), candidates);
        }
        Self {
            by_action,
            by_service,
            any_service,
        }
    }

    pub(super) fn find(&self, action: &str) -> ActionCandidates<'_> {
        if let Some(candidates) = self.by_action.get(action) {
            return ActionCandidates {
                candidates,
                certain: true,
            };
        }
        let service = action.split_once(':').map(|(service, _)| service);
        ActionCandidates {
            candidates: service
                .and_then(|service| self.by_service.get(service))
                .unwrap_or(&self.any_service),
            certain: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Pattern;
    use proptest::prelude::*;
    use proptest::sample::select;

    fn actions() -> impl Strategy<Value = (ActionPatterns, Effect)> {
        let pattern = select(vec![
            "*",
            "s3:*",
            "S3:Get*",
            "s3:GetObject",
            "s3:getobject",
            "s?:Get*",
            "sqs:Send",
            "sqs:*d",
            "s3",
            "s3*",
            "",
            ":",
            "*:GetObject",
            "iam:Pass?ole",
        ]);
        let globs = prop::collection::vec(pattern, 0..4).prop_map(|patterns| {
            let globs = patterns.iter().map(|p| Glob::action(&Pattern::wildcard(p)));
            globs.collect()
        });
        let effect = select(vec![Effect::Allow, Effect::Deny]);
        (globs, prop::bool::weighted(0.2), effect)
            .prop_map(|(globs, except, effect)| (ActionPatterns { globs, except }, effect))
    }

    proptest! {
        #[test]
        fn find_agrees_with_matching(statements in prop::collection::vec(actions(), 0..8), attempts in 0_usize..20) {
            let requested = ["s3:GetObject", "S3:GETOBJECT", "s3:GetObjectAcl", "sqs:send", "sqs:Read", "ec2:Run",
                "s3", "", ":", "iam:PassRole", "a:b:c"];
            let borrowed: Vec<_> = statements.iter().map(|(a, e)| (a, *e)).collect();
            let index = ActionIndex::within(&borrowed, attempts);
            for action in requested {
                let none = KeyValues::none();
                let lower = action.to_ascii_lowercase();
                let found = index.find(action);
                let about = |list: &[usize]| -> Vec<usize> {
                    let all = list.iter().copied();
                    all.filter(|at| found.certain || statements[*at].0.matches(&lower, &none)).collect()
                };
                let expected = |effect| -> Vec<usize> {
                    let all = statements.iter().enumerate();
                    all.filter(|(_, (a, e))| *e == effect && a.matches(&lower, &none)).map(|(at, _)| at).collect()
                };
                prop_assert_eq!(about(&found.candidates.denies), expected(Effect::Deny), "{}", action);
                prop_assert_eq!(about(&found.candidates.allows), expected(Effect::Allow), "{}", action);
            }
        }
    }
}
