//! A set of policies in the form in which it decides many requests fastest.
//!
//! The answers are those of [`PolicySet::decide`]; only the way to them is another. Statements are found by the
//! action, condition keys have numbers and are looked up once a request, and patterns and values are read beforehand.

mod check;
mod fold;
mod glob;
mod index;
mod keys;
mod rule;

use super::combine::{Allows, Answer, Standing};
use super::decision::{Decision, Layer, Outcome};
use super::policies::PolicySet;
use super::request::Request;
use index::Index;
use keys::Keys;
use rule::{Asked, CompiledRule};

/// Policies made ready for many requests, by [`PolicySet::compile`].
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
    keys: Keys,
    index: Index,
    rules: Vec<CompiledRule>,
    groups: Vec<Group>,
    has_resource_policy: bool,
    has_boundary: bool,
}

/// The statements of a layer, or of a level of it.
#[derive(Debug, Clone, Copy)]
struct Group {
    layer: Layer,
    /// The number of the first statement of the next group.
    end: usize,
}

impl PolicySet {
    /// Makes the policies ready for many requests.
    #[must_use]
    pub fn compile(&self) -> CompiledPolicies {
        let mut keys = Keys::default();
        let mut rules = Vec::new();
        let mut groups = Vec::new();
        for (layer, policies) in self.groups() {
            for policy in policies {
                for (index, rule) in policy.rules.iter().enumerate() {
                    // A statement without principal, in a policy that is attached to nobody, is about nobody.
                    if rule.principals.is_some() || layer.is_attached() {
                        let source = policy.source(index, rule);
                        rules.push(CompiledRule::compile(rule, source, &mut keys));
                    }
                }
            }
            groups.push(Group {
                layer,
                end: rules.len(),
            });
        }
        let actions: Vec<_> = rules.iter().map(CompiledRule::subject).collect();
        CompiledPolicies {
            index: Index::build(&actions),
            keys,
            rules,
            has_resource_policy: self.has_resource_policy(),
            has_boundary: groups.iter().any(|g| g.layer == Layer::Boundary),
            groups,
        }
    }
}

impl CompiledPolicies {
    /// How a request ends: the outcome of [`CompiledPolicies::decide`], found without naming statements.
    #[must_use]
    pub fn outcome(&self, request: &Request) -> Outcome {
        let asked = self.ask(request);
        let denied = self
            .walk(&asked, &asked.candidates.denies)
            .any(|(layer, mut rules)| rules.any(|rule| rule.denies(&asked, layer)));
        if denied {
            return Outcome::ExplicitDeny;
        }
        let mut allows = Allows::new();
        for (layer, rules) in self.walk(&asked, &asked.candidates.allows) {
            let mut named = rules.filter_map(|rule| rule.allows(&asked));
            // Only of the resource's policy it matters how it names the caller.
            let strongest = if layer == Layer::Resource {
                named.max()
            } else {
                named.next()
            };
            allows.note(layer, strongest);
        }
        asked.standing.outcome(&allows)
    }

    /// Decides a request, as [`PolicySet::decide`] does.
    #[must_use]
    pub fn decide(&self, request: &Request) -> Decision {
        let asked = self.ask(request);
        let denies = self.walk(&asked, &asked.candidates.denies);
        let allows = self.walk(&asked, &asked.candidates.allows);
        let answers = denies.zip(allows).map(|((layer, denies), (_, allows))| {
            let mut answer = Answer::default();
            let denying = denies.filter(|rule| rule.denies(&asked, layer));
            answer.denies.extend(denying.map(CompiledRule::source));
            for rule in allows {
                if let Some(named) = rule.allows(&asked) {
                    answer.allows.push(rule.source());
                    answer.strongest = answer.strongest.max(Some(named));
                } else {
                    answer.near.extend(rule.near_miss(&asked));
                }
            }
            (layer, answer)
        });
        asked.standing.decide(answers.collect())
    }

    fn ask<'a>(&'a self, request: &'a Request) -> Asked<'a> {
        let found = self.index.find(request.action());
        let standing = Standing::of(request, self.has_resource_policy);
        Asked {
            request,
            values: self.keys.read(request),
            candidates: found.candidates,
            unsure: (!found.sure).then(|| request.action().to_ascii_lowercase()),
            bounded: self.has_boundary && standing.has_account,
            standing,
        }
    }

    /// The layers, or levels, that bear on the request, each with those of its statements that are among the candidates.
    fn walk<'a>(
        &'a self,
        asked: &'a Asked<'_>,
        candidates: &'a [usize],
    ) -> impl Iterator<Item = (Layer, impl Iterator<Item = &'a CompiledRule>)> {
        let mut rest = candidates;
        self.groups.iter().filter_map(move |group| {
            let own = rest.iter().take_while(|at| **at < group.end).count();
            let (own, others) = rest.split_at_checked(own)?;
            rest = others;
            let has_account = asked.standing.has_account;
            let binds = group.layer.binds(asked.request.caller(), has_account);
            binds.then(|| (group.layer, own.iter().filter_map(|at| self.rules.get(*at))))
        })
    }
}
