//! Comparison of documents by meaning.
//!
//! Each document is converted to a normal form, and documents are equivalent if their forms are
//! equal, so equivalence is reflexive, symmetric and transitive. The conversion only uses
//! rewritings that keep every decision of IAM. Documents with equal decisions can still have
//! different forms: "not equivalent" means "not shown to be the same".

use std::collections::{BTreeMap, BTreeSet};

use super::condition::Condition;
use super::document::{Document, Version};
use super::evaluate::{Decimal, IpRange, Timestamp};
use super::operator::{ConditionOperator, Operator, SetQualifier};
use super::pattern::{Case, Pattern};
use super::principal::{Principal, root_account};
use super::statement::{Clause, Effect, Statement};

/// The maximum number of single grants of a document. Statements of larger documents are compared
/// as a whole.
const MAX_GRANTS: usize = 200_000;

impl Document {
    /// Whether both documents have the same decision for every request, as far as their normal
    /// forms show.
    ///
    /// These differences have no meaning: the order of statements and values, a list of one,
    /// repetition, `Sid` and `Id`, the case of actions, condition keys and operators, the
    /// distribution of grants over statements, an action that a pattern in the same list covers,
    /// the choice between `ArnLike` and `ArnEquals`, `StringLike` without wildcards, an account's id
    /// and the ARN of its root, the spelling of numbers, dates, addresses and booleans, and the
    /// version where no variable is used.
    #[must_use]
    pub fn equivalent(&self, other: &Self) -> bool {
        NormalForm::of(self) == NormalForm::of(other)
    }
}

/// See [`Document::equivalent`].
#[must_use]
pub fn equivalent(a: &Document, b: &Document) -> bool {
    a.equivalent(b)
}

#[derive(PartialEq, Eq)]
struct NormalForm {
    /// Only if a statement uses variables; otherwise the version has no effect.
    version: Option<Version>,
    statements: BTreeMap<GrantKey, Grants>,
}

/// The elements that statements must have in common to be joined. `Not` elements cannot be joined
/// value by value.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct GrantKey {
    effect: Effect,
    conditions: BTreeSet<Condition>,
    not_actions: Option<BTreeSet<String>>,
    not_resources: Option<BTreeSet<String>>,
    not_principals: Option<BTreeSet<Principal>>,
}

type Grant = (Option<Principal>, Option<String>, Option<String>);

#[derive(Default, PartialEq, Eq, PartialOrd, Ord)]
struct Grants {
    /// One entry for every principal, action and resource.
    single: BTreeSet<Grant>,
    /// The statements of a document that is too large for single grants.
    whole: BTreeSet<ValueLists>,
}

impl NormalForm {
    fn of(document: &Document) -> Self {
        // A statement with an empty list of actions, resources or principals never applies.
        let can_apply = |s: &&Statement| {
            !(is_empty(Some(&s.actions))
                || is_empty(s.resources.as_ref())
                || is_empty(s.principals.as_ref()))
        };
        let statements = || document.statements.iter().filter(can_apply);
        let version = statements().any(uses_variables).then_some(document.version);
        let variables = document.version == Version::V2012;
        // A set, so that neither order nor repetition affects whether the limit is exceeded.
        let parts: BTreeSet<Parts> = statements().map(|s| to_parts(s, variables)).collect();
        let product =
            |(_, (p, a, r)): &Parts| p.len().saturating_mul(a.len()).saturating_mul(r.len());
        let small = parts.iter().map(product).fold(0, usize::saturating_add) <= MAX_GRANTS;
        let mut statements: BTreeMap<GrantKey, Grants> = BTreeMap::new();
        for (key, (principals, actions, resources)) in parts {
            let grants = statements.entry(key).or_default();
            if !small {
                grants.whole.insert((principals, actions, resources));
                continue;
            }
            for principal in &principals {
                for action in &actions {
                    for resource in &resources {
                        grants
                            .single
                            .insert((principal.clone(), action.clone(), resource.clone()));
                    }
                }
            }
        }
        statements
            .values_mut()
            .for_each(|grants| reduce(&mut grants.single));
        Self {
            version,
            statements,
        }
    }
}

/// Drops grants that another grant of the same key covers: by its resource `*`, or by an action
/// pattern.
fn reduce(grants: &mut BTreeSet<Grant>) {
    let actions: BTreeSet<String> = grants
        .iter()
        .filter_map(|(_, action, _)| action.clone())
        .collect();
    let covers = covering(&actions);
    let anywhere = Some("*".to_owned());
    let all = grants.clone();
    grants.retain(|(principal, action, resource)| {
        let held = |action: Option<String>, resource: &Option<String>| {
            all.contains(&(principal.clone(), action, resource.clone()))
        };
        let narrow = resource.is_some() && *resource != anywhere;
        let wider = action
            .as_ref()
            .and_then(|a| covers.get(a))
            .into_iter()
            .flatten();
        let by_action = wider
            .map(|w| Some(w.clone()))
            .any(|w| held(w.clone(), resource) || narrow && held(w, &anywhere));
        !(by_action || narrow && held(action.clone(), &anywhere))
    });
}

/// For each plain action, the patterns of the list that cover it. Empty for very long lists, where
/// the search would take too long.
fn covering(actions: &BTreeSet<String>) -> BTreeMap<String, Vec<String>> {
    let (patterns, plain): (Vec<&String>, Vec<&String>) =
        actions.iter().partition(|a| a.contains(['*', '?']));
    if patterns.len().saturating_mul(plain.len()) > MAX_GRANTS {
        return BTreeMap::new();
    }
    let compiled: Vec<(&String, Pattern)> = patterns
        .into_iter()
        .map(|p| (p, Pattern::wildcard(p)))
        .collect();
    let mut covers = BTreeMap::new();
    for action in plain {
        let by = compiled
            .iter()
            .filter(|(_, p)| p.matches(action, Case::Sensitive));
        let by: Vec<String> = by.map(|(text, _)| (*text).clone()).collect();
        if !by.is_empty() {
            covers.insert(action.clone(), by);
        }
    }
    covers
}

/// Principals, actions and resources of a statement, `None` where the element is absent or a `Not`
/// element.
type ValueLists = (
    Vec<Option<Principal>>,
    Vec<Option<String>>,
    Vec<Option<String>>,
);
type Parts = (GrantKey, ValueLists);

fn to_parts(statement: &Statement, variables: bool) -> Parts {
    let conditions = statement
        .conditions
        .iter()
        .map(|c| normal_condition(c, variables))
        .collect();
    let (principals, not_principals) = split(statement.principals.as_ref(), normal_principals);
    let (actions, not_actions) = match &statement.actions {
        Clause::Only(_) => split(Some(&statement.actions), normal_actions),
        Clause::Except(_) => split(Some(&statement.actions), normal_not_actions),
    };
    let (resources, not_resources) = split(statement.resources.as_ref(), normal_resources);
    let key = GrantKey {
        effect: statement.effect,
        conditions,
        not_actions,
        not_resources,
        not_principals,
    };
    (key, (principals, actions, resources))
}

/// The values to join over, and the `Not` element if it is one. An absent or `Not` element counts
/// as one value.
fn split<T: Ord + Clone>(
    clause: Option<&Clause<T>>,
    normal: impl Fn(&BTreeSet<T>) -> BTreeSet<T>,
) -> (Vec<Option<T>>, Option<BTreeSet<T>>) {
    match clause {
        None => (vec![None], None),
        Some(Clause::Only(values)) => (normal(values).into_iter().map(Some).collect(), None),
        Some(Clause::Except(values)) => (vec![None], Some(normal(values))),
    }
}

/// With the root ARNs of accounts as their ids.
fn normal_principals(principals: &BTreeSet<Principal>) -> BTreeSet<Principal> {
    let normal = |principal: &Principal| match principal {
        Principal::Aws(name) => {
            Principal::Aws(root_account(name).unwrap_or(name.as_str()).to_owned())
        }
        other => other.clone(),
    };
    principals.iter().map(normal).collect()
}

/// In lower case, with repeated stars as one.
fn normal_actions(actions: &BTreeSet<String>) -> BTreeSet<String> {
    actions
        .iter()
        .map(|a| one_star(&a.to_ascii_lowercase()))
        .collect()
}

/// The same, without actions that a pattern of the list covers.
fn normal_not_actions(actions: &BTreeSet<String>) -> BTreeSet<String> {
    let mut all = normal_actions(actions);
    let covered = covering(&all);
    all.retain(|action| !covered.contains_key(action));
    all
}

fn normal_resources(resources: &BTreeSet<String>) -> BTreeSet<String> {
    if resources.contains("*") {
        BTreeSet::from(["*".to_owned()])
    } else {
        resources.clone()
    }
}

/// Replaces repeated stars, which mean the same as one.
fn one_star(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    for c in pattern.chars() {
        if c != '*' || !out.ends_with('*') {
            out.push(c);
        }
    }
    out
}

fn normal_condition(condition: &Condition, variables: bool) -> Condition {
    let values = &condition.values;
    let comparison = match condition.operator.comparison {
        Operator::ArnEquals => Operator::ArnLike,
        Operator::ArnNotEquals => Operator::ArnNotLike,
        Operator::StringLike if values.iter().all(|v| no_wildcard(v, variables)) => {
            Operator::StringEquals
        }
        Operator::StringNotLike if values.iter().all(|v| no_wildcard(v, variables)) => {
            Operator::StringNotEquals
        }
        same => same,
    };
    let values = values
        .iter()
        .map(|value| normal_value(comparison, value, variables))
        .collect();
    // Negated operators and `ForAllValues` already hold for a missing key, so `IfExists` has no
    // effect on them.
    let qualifier = condition.operator.qualifier;
    let redundant = qualifier == Some(SetQualifier::ForAllValues)
        || (qualifier.is_none() && comparison.is_negated());
    let operator = ConditionOperator {
        comparison,
        if_exists: condition.operator.if_exists && !redundant,
        qualifier,
    };
    Condition {
        operator,
        key: condition.key.as_str().to_ascii_lowercase().into(),
        values,
    }
}

/// The one spelling of a value, as its operator reads it. A value that the operator cannot read
/// stays as it is, apart from those that it can.
fn normal_value(comparison: Operator, value: &str, variables: bool) -> String {
    let read = match comparison.positive() {
        Operator::Bool | Operator::Null => return value.to_ascii_lowercase(),
        Operator::StringEqualsIgnoreCase if !(variables && value.contains("${")) => {
            return value.to_lowercase();
        }
        Operator::IpAddress => IpRange::parse(value).map(|range| range.canonical()),
        Operator::NumericEquals
        | Operator::NumericLessThan
        | Operator::NumericLessThanEquals
        | Operator::NumericGreaterThan
        | Operator::NumericGreaterThanEquals => {
            Decimal::parse(value).map(|number| number.canonical())
        }
        Operator::DateEquals
        | Operator::DateLessThan
        | Operator::DateLessThanEquals
        | Operator::DateGreaterThan
        | Operator::DateGreaterThanEquals => Timestamp::parse(value).map(Timestamp::canonical),
        _ => return value.to_owned(),
    };
    read.map_or_else(|| format!("unread {value}"), |text| format!("read {text}"))
}

/// Whether a value means the same to `StringLike` and `StringEquals`. Values with variables do not
/// count, unless the version has no variables and the braces are plain characters.
fn no_wildcard(value: &str, variables: bool) -> bool {
    let varies = variables && value.contains("${");
    !varies && !value.contains(['*', '?'])
}

/// Whether the element is present and empty.
fn is_empty<T: Ord>(clause: Option<&Clause<T>>) -> bool {
    matches!(clause, Some(Clause::Only(values)) if values.is_empty())
}

fn uses_variables(statement: &Statement) -> bool {
    let resources = statement.resources.iter().flat_map(Clause::values);
    let values = statement.conditions.iter().flat_map(|c| &c.values);
    resources.chain(values).any(|text| text.contains("${"))
}
