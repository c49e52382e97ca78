//! The answer to a question, case by case.

use std::collections::BTreeSet;

use super::answer::{Answer, Counterexample, NotDecided};
use super::budget::Work;
use super::cases::{Case, CaseValue, Scope};
use super::encode::{Encoder, Relation};
use super::formula::Formula;
use super::principals;
use super::question::{Given, Question};
use super::search::search;
use super::tables;
use super::theory::{Facts, Theory};
use super::witness::Witness;
use crate::ConditionKey;
use crate::evaluate::policies::PolicySet;
use crate::evaluate::{Caller, Request, UnsetVariable};

/// Decides whether a request of the question is allowed.
pub fn prove(policies: &PolicySet, question: &Question) -> Answer {
    let mut work = Work::new(question.steps);
    for_principals(question, &[policies], |question| {
        let scope = Scope::new(question);
        let open = scope.open_variables(&[policies]);
        let found = find(
            &scope,
            &open,
            &|encoder, caller, relation| encoder.allowed(policies, caller, relation),
            &|request| policies.decide(request).is_allowed(),
            &mut work,
        );
        answer(found, policies)
    })
}

/// Decides whether a request of the question is allowed in any reading of policy variables without a
/// value, whatever [`PolicySet::unset_variables`] says.
///
/// A proof holds in each reading, and a counterexample in one. Where the question gives a value to all
/// variables, it takes no longer than [`prove`].
pub fn prove_in_all_readings(policies: &PolicySet, question: &Question) -> Answer {
    in_all_readings(&[policies], question, |unset| {
        prove(&policies.clone().unset_variables(unset), question)
    })
}

/// Decides whether the policies allow a request of the question that the limit does not allow, in any
/// reading of policy variables without a value.
pub fn prove_within_in_all_readings(
    policies: &PolicySet,
    limit: &PolicySet,
    question: &Question,
) -> Answer {
    in_all_readings(&[policies, limit], question, |unset| {
        let read = |set: &PolicySet| set.clone().unset_variables(unset);
        prove_within(&read(policies), &read(limit), question)
    })
}

fn in_all_readings(
    sets: &[&PolicySet],
    question: &Question,
    answer: impl Fn(UnsetVariable) -> Answer,
) -> Answer {
    let scope = Scope::new(question);
    let has_value = |key: &ConditionKey| match scope.given(key) {
        Given::Values(values) => values.len() == 1,
        Given::Word(_) => true,
        Given::Open | Given::Principal(_) => false,
    };
    let mut required = sets.iter().flat_map(|set| set.required_keys());
    if required.all(has_value) {
        return answer(UnsetVariable::default());
    }
    let mut all = Answer::Holds;
    for unset in UnsetVariable::ALL {
        match answer(unset) {
            Answer::Holds => {}
            Answer::NotDecided(reason) => all = Answer::NotDecided(reason),
            refuted @ Answer::Refuted(_) => return refuted,
        }
    }
    all
}

/// The answer for all principals of the question: refuted by any, proved by all.
fn for_principals(
    question: &Question,
    sets: &[&PolicySet],
    mut answer: impl FnMut(&Question) -> Answer,
) -> Answer {
    let mut all = Answer::Holds;
    for question in principals::questions(question, sets) {
        match answer(&question) {
            Answer::Holds => {}
            Answer::NotDecided(reason) => all = Answer::NotDecided(reason),
            refuted @ Answer::Refuted(_) => return refuted,
        }
    }
    all
}

fn answer(found: Found, policies: &PolicySet) -> Answer {
    match found {
        Found::None => Answer::Holds,
        Found::Request(request) => Answer::Refuted(Box::new(Counterexample {
            decision: policies.decide(&request),
            request: *request,
        })),
        Found::Unknown(reason) => Answer::NotDecided(reason),
    }
}

/// Decides whether the policies allow a request of the question that the limit does not allow.
pub fn prove_within(policies: &PolicySet, limit: &PolicySet, question: &Question) -> Answer {
    let mut work = Work::new(question.steps);
    prove_within_work(policies, limit, question, &mut work)
}

/// The same with as much work as is left.
pub(super) fn prove_within_work(
    policies: &PolicySet,
    limit: &PolicySet,
    question: &Question,
    work: &mut Work,
) -> Answer {
    for_principals(question, &[policies, limit], |question| {
        let scope = Scope::new(question);
        let open = scope.open_variables(&[policies, limit]);
        let found = find(
            &scope,
            &open,
            &|encoder, caller, relation| {
                let allowed = encoder.allowed(policies, caller, relation);
                let limited = encoder.allowed(limit, caller, relation);
                Formula::all([allowed, limited.negated()])
            },
            &|request| policies.decide(request).is_allowed() && !limit.decide(request).is_allowed(),
            work,
        );
        answer(found, policies)
    })
}

/// The result of a search over all cases.
pub(super) enum Found {
    None,
    Request(Box<Request>),
    Unknown(NotDecided),
}

/// Makes the formula of what is asked.
pub(super) type Ask<'a> = dyn Fn(&mut Encoder, &Caller, Relation) -> Formula + 'a;

/// Cases with more variables than this are too many.
const MAX_OPEN_VARIABLES: usize = 6;

/// Facts without a request that fulfils them, after which a case is given up.
const MAX_GUESSES: usize = 20;

/// Values of open keys that are tried one by one where a case is not decided.
const MAX_INSTANCES: usize = 12;

/// Looks for a request of the question that fulfils the formula, as `confirm` decides it.
pub(super) fn find(
    scope: &Scope<'_>,
    open: &[ConditionKey],
    ask: &Ask<'_>,
    confirm: &dyn Fn(&Request) -> bool,
    work: &mut Work,
) -> Found {
    if open.len() > MAX_OPEN_VARIABLES {
        return Found::Unknown(NotDecided::OpenVariables(open.to_vec()));
    }
    let mut unknown = None;
    for case in cases(scope, open) {
        let is_open = case.iter().any(|(_, value)| *value == CaseValue::Open);
        let (outcome, guesses) = solve_case(scope, &case, open, ask, confirm, work);
        match outcome {
            Outcome::None => {}
            Outcome::Found(request) => return Found::Request(request),
            Outcome::Unknown(reason) => {
                for instance in instances(scope, &case, &guesses) {
                    let (outcome, _) = solve_case(scope, &instance, open, ask, confirm, work);
                    if let Outcome::Found(request) = outcome {
                        return Found::Request(request);
                    }
                }
                unknown.get_or_insert(match reason {
                    NotDecided::MixedComparisons if is_open => {
                        NotDecided::OpenVariables(open.to_vec())
                    }
                    reason => reason,
                });
            }
        }
    }
    unknown.map_or(Found::None, Found::Unknown)
}

/// The values that open keys can have: none, the empty string, others.
fn cases(scope: &Scope<'_>, open: &[ConditionKey]) -> Vec<Case> {
    let mut all: Vec<Case> = vec![Vec::new()];
    for key in open {
        let values = match scope.given(key) {
            Given::Word(_) | Given::Principal(_) => vec![CaseValue::Open],
            _ => vec![
                CaseValue::Unset,
                CaseValue::Open,
                CaseValue::Is(String::new()),
            ],
        };
        let with = |case: &Case, value: &CaseValue| {
            let mut case = case.clone();
            case.push((key.clone(), value.clone()));
            case
        };
        all = all
            .iter()
            .flat_map(|case| values.iter().map(move |value| with(case, value)))
            .collect();
    }
    all
}

/// The case with values in place of open ones: one that is like no other, those of guesses, and
/// names that come up in them. They find most of what is left.
fn instances(scope: &Scope<'_>, case: &Case, guesses: &[Request]) -> Vec<Case> {
    let mut all: Vec<Case> = Vec::new();
    let mut add = |value: &dyn Fn(&ConditionKey) -> String| {
        let is_open = |(_, value): &&(ConditionKey, CaseValue)| *value == CaseValue::Open;
        let admitted = |(key, _): &(ConditionKey, CaseValue)| match scope.given(key) {
            Given::Word(word) => word.admits(&value(key)),
            Given::Principal(_) => false,
            _ => true,
        };
        if all.len() == MAX_INSTANCES
            || case.iter().filter(is_open).count() == 0
            || !case.iter().filter(is_open).all(admitted)
        {
            return;
        }
        let given = |(key, known): &(ConditionKey, CaseValue)| {
            let known = match known {
                CaseValue::Open => CaseValue::Is(value(key)),
                known => known.clone(),
            };
            (key.clone(), known)
        };
        let instance = case.iter().map(given).collect();
        if !all.contains(&instance) {
            all.push(instance);
        }
    };
    add(&|_| "x".to_owned());
    for guess in guesses {
        add(&|key| guess.value(key).unwrap_or("x").to_owned());
    }
    for guess in guesses {
        let values = guess.entries().flat_map(|(_, values)| values.iter());
        let texts = std::iter::once(guess.resource()).chain(values.map(String::as_str));
        for name in texts.flat_map(|text| text.rsplit([':', '/'])) {
            if !name.is_empty() {
                add(&|_| name.to_owned());
            }
        }
    }
    all
}

enum Outcome {
    None,
    Found(Box<Request>),
    Unknown(NotDecided),
}

/// Searches one case. Also gives the requests that were tried and did not fulfil what is asked.
fn solve_case(
    scope: &Scope<'_>,
    case: &Case,
    open: &[ConditionKey],
    ask: &Ask<'_>,
    confirm: &dyn Fn(&Request) -> bool,
    work: &mut Work,
) -> (Outcome, Vec<Request>) {
    let mut rules = BTreeSet::new();
    loop {
        let languages = std::mem::take(&mut work.languages);
        let prepared = scope.prepare(case, open, &rules, languages, |e, c, r| ask(e, c, r));
        let (mut theory, keys) = (prepared.theory, prepared.keys);
        std::mem::swap(&mut theory.budget, &mut work.budget);
        let (mut found, mut is_unsure) = (None, false);
        let mut violated = BTreeSet::new();
        let mut guesses = Vec::new();
        let mut accept = |theory: &mut Theory, facts: &Facts| {
            let witness = Witness::read(theory, facts, &keys)?;
            let requests = witness.requests(scope);
            is_unsure |= requests.is_empty();
            for request in requests {
                if !scope.question.beyond_tables {
                    violated = tables::violated(&request);
                    if violated.iter().any(|rule| !rules.contains(rule)) {
                        return Ok(true);
                    }
                }
                if violated.is_empty() && scope.contains(&request) && confirm(&request) {
                    found = Some(Box::new(request));
                    return Ok(true);
                }
                guesses.push(request);
            }
            debug_assert!(
                !witness.is_certain || !violated.is_empty(),
                "the evaluator does not confirm {:?}",
                guesses.last()
            );
            Ok(guesses.len() >= MAX_GUESSES)
        };
        // Reading the policies is work, too.
        let size = theory.predicates.languages.take_made();
        let result = match theory.budget.spend(size) {
            Ok(()) => search(&mut theory, prepared.formula, &mut accept),
            Err(error) => Err(error),
        };
        work.budget = theory.budget;
        work.languages = theory.predicates.languages;
        let outcome = match (found, result) {
            (Some(request), _) => Outcome::Found(request),
            (None, Err(_)) => Outcome::Unknown(NotDecided::TooLarge),
            (None, Ok(_)) if violated.iter().any(|rule| !rules.contains(rule)) => {
                rules.extend(violated);
                continue;
            }
            (None, Ok(_)) if is_unsure || !guesses.is_empty() => {
                Outcome::Unknown(NotDecided::MixedComparisons)
            }
            (None, Ok(_)) => Outcome::None,
        };
        return (outcome, guesses);
    }
}
