//! Which statements can be about an action.

use std::collections::{BTreeMap, BTreeSet};

use super::fold::FoldedMap;
use super::glob::Glob;
use super::keys::Values;
use crate::Effect;

/// The actions of a statement, in lower case.
#[derive(Debug, Clone)]
pub(super) struct Actions {
    pub(super) globs: Vec<Glob>,
    /// All but these: `NotAction`.
    pub(super) except: bool,
}

impl Actions {
    /// Whether the statement is about an action in lower case. Actions hold no variables.
    pub(super) fn matches(&self, action: &str, values: &Values<'_>) -> bool {
        self.globs.iter().any(|g| g.matches(action, values)) != self.except
    }

    /// The services to whose actions the statement is bound, if it is: what stands before the first colon.
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

/// Numbers of statements in rising order, by effect.
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

/// What is known of an action before anything is matched.
pub(super) struct Found<'i> {
    pub(super) candidates: &'i Candidates,
    /// All candidates are about the action, so that it needs no matching.
    pub(super) sure: bool,
}

/// Statements by action.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    /// Those about an action that some statement names.
    named: FoldedMap<Candidates>,
    /// Those that can be about an action of a service that some statement names.
    services: FoldedMap<Candidates>,
    /// Those that can be about an action of any service.
    open: Candidates,
}

/// How many times a statement is held against an action's name while compiling. Beyond it, names are left to the
/// services' lists, so that compiling takes no more than about linear time and memory.
const TRIES: usize = 1 << 20;

impl Index {
    pub(super) fn build(statements: &[(&Actions, Effect)]) -> Self {
        Self::within(statements, TRIES)
    }

    fn within(statements: &[(&Actions, Effect)], mut tries: usize) -> Self {
        let bound: Vec<_> = statements
            .iter()
            .map(|(actions, _)| actions.services())
            .collect();
        let mut services: BTreeMap<&str, Candidates> = bound
            .iter()
            .flatten()
            .flatten()
            .map(|service| (*service, Candidates::default()))
            .collect();
        let mut open = Candidates::default();
        for (at, ((_, effect), bound)) in statements.iter().zip(&bound).enumerate() {
            for (service, list) in &mut services {
                if bound.as_ref().is_none_or(|names| names.contains(service)) {
                    list.push(at, *effect);
                }
            }
            if bound.is_none() {
                open.push(at, *effect);
            }
        }

        let names = statements.iter().flat_map(|(actions, _)| &actions.globs);
        let names: BTreeSet<&str> = names.filter_map(Glob::exact).collect();
        let none = Values::none();
        let mut named = FoldedMap::default();
        for name in names {
            let service = name.split_once(':').map_or(name, |(service, _)| service);
            let possible = services.get(service).unwrap_or(&open);
            let Some(left) = tries.checked_sub(possible.len()) else {
                break;
            };
            tries = left;
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
            named.insert(name.to_owned(), candidates);
        }
        let mut by_service = FoldedMap::default();
        for (service, candidates) in services {
            by_service.insert(service.to_owned(), candidates);
        }
        Self {
            named,
            services: by_service,
            open,
        }
    }

    pub(super) fn find(&self, action: &str) -> Found<'_> {
        if let Some(candidates) = self.named.get(action) {
            return Found {
                candidates,
                sure: true,
            };
        }
        let service = action.split_once(':').map(|(service, _)| service);
        Found {
            candidates: service
                .and_then(|service| self.services.get(service))
                .unwrap_or(&self.open),
            sure: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Pattern;
    use proptest::prelude::*;
    use proptest::sample::select;

    fn actions() -> impl Strategy<Value = (Actions, Effect)> {
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
            .prop_map(|(globs, except, effect)| (Actions { globs, except }, effect))
    }

    proptest! {
        #[test]
        fn what_is_found_is_what_matches(statements in prop::collection::vec(actions(), 0..8), tries in 0_usize..20) {
            let asked = ["s3:GetObject", "S3:GETOBJECT", "s3:GetObjectAcl", "sqs:send", "sqs:Read", "ec2:Run",
                "s3", "", ":", "iam:PassRole", "a:b:c"];
            let borrowed: Vec<_> = statements.iter().map(|(a, e)| (a, *e)).collect();
            let index = Index::within(&borrowed, tries);
            for action in asked {
                let none = Values::none();
                let lower = action.to_ascii_lowercase();
                let found = index.find(action);
                let about = |list: &[usize]| -> Vec<usize> {
                    let all = list.iter().copied();
                    all.filter(|at| found.sure || statements[*at].0.matches(&lower, &none)).collect()
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
