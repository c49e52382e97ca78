//! Policies, compiled for fast decisions on many requests.
//!
//! The decisions are the same as those of [`PolicySet::decide`]. Statements are found by the
//! action, condition keys have numbers and are looked up once for each request, and patterns and
//! values are parsed in advance.

mod caseless_map;
mod condition;
mod glob;
mod index;
mod keys;
mod statement;

use std::collections::BTreeSet;

use super::combine::{Allows, AuthorizationScope, LayerResult};
use super::decision::{Decision, Layer, Outcome};
use super::policies::PolicySet;
use super::readings::Readings;
use super::request::Request;
use super::unset_variable::UnsetVariable;
use index::ActionIndex;
use keys::KeyTable;
use statement::{CompiledStatement, PreparedRequest};

use crate::ConditionKey;

/// Policies compiled for many requests, by [`PolicySet::compile`].
///
/// ```
/// use iam_policy::evaluate::{Caller, Outcome, PolicySet, Request};
/// use iam_policy::{Document, Statement};
///
/// let read = Document::new([Statement::allow("Read").actions(["s3:Get*"]).resources(["arn:aws:s3:::data/*"])]);
/// let policies = PolicySet::new().identity("read", &read).compile();
///
/// let alice = Caller::from_arn("arn:aws:iam::123456789012:role/alice")?;
/// let get = Request::new(alice.clone(), "s3:GetObject", "arn:aws:s3:::data/x");
/// assert_eq!(policies.outcome(&get), Outcome::Allowed);
/// assert_eq!(policies.decide(&get).to_string(), "allowed by statement `Read` of identity policy `read`");
/// # Ok::<(), iam_policy::evaluate::CallerError>(())
/// ```
#[derive(Debug, Clone)]
pub struct CompiledPolicies {
    keys: KeyTable,
    index: ActionIndex,
    statements: Vec<CompiledStatement>,
    layer_ranges: Vec<LayerRange>,
    has_resource_policy: bool,
    has_boundary: bool,
    /// The policies as they were, if they read variables without a value in another way than the
    /// compiled form does.
    uncompiled: Option<PolicySet>,
    /// The policies as they were, if they have variables without a default, whose keys come first.
    varying: Option<(BTreeSet<ConditionKey>, PolicySet)>,
}

/// The statements of a layer, or of one level of it, as a range of indexes.
#[derive(Debug, Clone, Copy)]
struct LayerRange {
    layer: Layer,
    /// The index of the first statement of the next range.
    end: usize,
}

impl PolicySet {
    /// Compiles the policies for many requests.
    #[must_use]
    pub fn compile(&self) -> CompiledPolicies {
        let mut keys = KeyTable::default();
        let mut statements = Vec::new();
        let mut layer_ranges = Vec::new();
        for (layer, policies) in self.groups() {
            for policy in policies {
                for (index, statement) in policy.statements.iter().enumerate() {
                    // A statement without a principal applies to no one, unless its policy is
                    // attached to the caller.
                    if statement.principals.is_some() || layer.is_attached() {
                        let source = policy.source(index, statement);
                        statements.push(CompiledStatement::compile(statement, source, &mut keys));
                    }
                }
            }
            layer_ranges.push(LayerRange {
                layer,
                end: statements.len(),
            });
        }
        let actions: Vec<_> = statements.iter().map(CompiledStatement::subject).collect();
        CompiledPolicies {
            index: ActionIndex::build(&actions),
            keys,
            statements,
            has_resource_policy: self.has_resource_policy(),
            has_boundary: layer_ranges.iter().any(|g| g.layer == Layer::Boundary),
            layer_ranges,
            varying: {
                let required: BTreeSet<_> = self.required_keys().cloned().collect();
                (!required.is_empty()).then(|| (required, self.clone()))
            },
            uncompiled: (self.unset() != UnsetVariable::MatchesNothing).then(|| self.clone()),
        }
    }
}

impl CompiledPolicies {
    /// The outcome of a request, as in [`CompiledPolicies::decide`], without naming statements.
    #[must_use]
    pub fn outcome(&self, request: &Request) -> Outcome {
        if let Some(policies) = &self.uncompiled {
            return policies.decide(request).outcome;
        }
        let prepared = self.prepare(request);
        let denied =
            self.layers(&prepared, &prepared.candidates.denies)
                .any(|(layer, mut statements)| {
                    statements.any(|statement| statement.denies(&prepared, layer))
                });
        if denied {
            return Outcome::ExplicitDeny;
        }
        let mut allows = Allows::new();
        for (layer, statements) in self.layers(&prepared, &prepared.candidates.allows) {
            let mut named = statements.filter_map(|statement| statement.allows(&prepared));
            // The way the caller is matched matters for the resource policy only. Elsewhere the
            // first Allow is enough.
            let strongest = if layer == Layer::Resource {
                named.max()
            } else {
                named.next()
            };
            allows.record(layer, strongest);
        }
        prepared.scope.outcome(&allows)
    }

    /// Decides a request, as [`PolicySet::decide`] does.
    #[must_use]
    pub fn decide(&self, request: &Request) -> Decision {
        if let Some(policies) = &self.uncompiled {
            return policies.decide(request);
        }
        let prepared = self.prepare(request);
        let denies = self.layers(&prepared, &prepared.candidates.denies);
        let allows = self.layers(&prepared, &prepared.candidates.allows);
        let results = denies.zip(allows).map(|((layer, denies), (_, allows))| {
            let mut result = LayerResult::default();
            let denying = denies.filter(|statement| statement.denies(&prepared, layer));
            result.denies.extend(denying.map(CompiledStatement::source));
            for statement in allows {
                if let Some(named) = statement.allows(&prepared) {
                    result.allows.push(statement.source());
                    result.strongest = result.strongest.max(Some(named));
                } else {
                    result.near_misses.extend(statement.near_miss(&prepared));
                }
            }
            (layer, result)
        });
        prepared.scope.decide(results.collect())
    }

    /// Decides a request in every reading, as [`PolicySet::readings`] does.
    #[must_use]
    pub fn readings(&self, request: &Request) -> Readings {
        match &self.varying {
            Some((required, policies)) if required.iter().any(|k| request.value(k).is_none()) => {
                policies.readings(request)
            }
            _ => Readings::one(self.decide(request)),
        }
    }

    fn prepare<'a>(&'a self, request: &'a Request) -> PreparedRequest<'a> {
        let found = self.index.find(request.action());
        let scope = AuthorizationScope::of(request, self.has_resource_policy);
        PreparedRequest {
            request,
            values: self.keys.read(request),
            candidates: found.candidates,
            unmatched_action: (!found.certain).then(|| request.action().to_ascii_lowercase()),
            bounded: self.has_boundary && scope.has_account,
            scope,
        }
    }

    /// The layers, or levels, that apply to the request, each with its candidates.
    fn layers<'a>(
        &'a self,
        prepared: &'a PreparedRequest<'_>,
        candidates: &'a [usize],
    ) -> impl Iterator<Item = (Layer, impl Iterator<Item = &'a CompiledStatement>)> {
        // Candidates are sorted, and ranges follow each other, so one pass cuts the list. Ranges
        // that do not apply are cut off too, which is why `rest` advances before `applies` is
        // checked.
        let mut rest = candidates;
        self.layer_ranges.iter().filter_map(move |range| {
            let own = rest.iter().take_while(|at| **at < range.end).count();
            let (own, others) = rest.split_at_checked(own)?;
            rest = others;
            let has_account = prepared.scope.has_account;
            let applies = range
                .layer
                .applies_to(prepared.request.caller(), has_account);
            applies.then(|| {
                (
                    range.layer,
                    own.iter().filter_map(|at| self.statements.get(*at)),
                )
            })
        })
    }
}
