//! The comparison of the two evaluators.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use iam_policy::evaluate::Outcome;

use crate::case::Case;
use crate::known_disagreements::KNOWN;
use crate::rng::Rng;
use crate::shrink::shrink;
use crate::{membership_cases, random_cases, simulator};

/// Number of cases by default, as in CI.
const CASES: usize = 20_000;
/// Number of disagreements that a failing run prints in full.
const PRINTED: usize = 3;

/// A case with different outcomes.
pub(crate) struct Disagreement<'a> {
    pub(crate) case: &'a Case,
    pub(crate) ours: Outcome,
    pub(crate) theirs: Outcome,
}

pub(crate) fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |text| text.parse().expect("a whole number"))
}

#[test]
fn evaluators_agree() {
    let count = setting("DIFFERENTIAL_CASES", CASES);
    let mut rng = Rng::new(setting("DIFFERENTIAL_SEED", 1) as u64);
    let directory = simulator::install();
    let mut cases = membership_cases::cases(&mut rng, count / 3);
    cases.extend(membership_cases::of_one_member(&mut rng, count / 20));
    cases.extend(random_cases::cases(&mut rng, count - cases.len()));

    let ours = ours(&cases);
    let mut disagreements = Vec::new();
    for ((case, ours), theirs) in cases
        .iter()
        .zip(&ours)
        .zip(simulator::simulate(&directory, &cases))
    {
        let theirs = match theirs {
            Ok(theirs) => theirs,
            // In its tables the action has no resource, in newer ones of AWS it has one.
            Err(error) if error.to_string().contains("no.resource.types") => continue,
            Err(error) => panic!(
                "the package rejects a case: {error}\n{}",
                case.lines(0, None)
            ),
        };
        if theirs != *ours {
            disagreements.push(Disagreement {
                case,
                ours: *ours,
                theirs,
            });
        }
    }
    let (explained, unexplained) = explain(&directory, &disagreements);
    report(&ours, &disagreements, &explained);
    for Disagreement { case, ours, theirs } in unexplained.iter().take(PRINTED) {
        let smaller = shrink(&directory, case, *ours, *theirs);
        println!("we: {ours:?}, they: {theirs:?}\n{}", smaller.lines(0, None));
    }
    assert!(
        unexplained.is_empty(),
        "{} disagreements that no known one explains",
        unexplained.len()
    );
    for outcome in [
        Outcome::Allowed,
        Outcome::ExplicitDeny,
        Outcome::ImplicitDeny,
    ] {
        let seen = ours.iter().filter(|ours| **ours == outcome).count();
        assert!(
            seen * 10 > count,
            "{seen} of {count} cases end in {outcome:?}: the generators need more variety"
        );
    }
}

/// Our outcomes, by both forms of our evaluator.
fn ours(cases: &[Case]) -> Vec<Outcome> {
    let layer_sets = cases.chunk_by(|a, b| Rc::ptr_eq(&a.layers, &b.layers));
    let decide = |cases: &[Case]| {
        let policies = cases[0].layers.policies();
        let compiled = policies.compile();
        let decide = |case: &Case| {
            let request = case.request.build();
            let decision = policies.decide(&request);
            let same = compiled.decide(&request) == decision
                && compiled.outcome(&request) == decision.outcome;
            assert!(same, "the compiled form differs\n{}", case.lines(0, None));
            decision.outcome
        };
        cases.iter().map(decide).collect::<Vec<_>>()
    };
    layer_sets.flat_map(decide).collect()
}

/// The known kinds that explain disagreements, with how many each, and the disagreements that none
/// does.
pub(crate) fn explain<'a>(
    directory: &Path,
    all: &'a [Disagreement<'a>],
) -> (BTreeMap<&'static str, usize>, Vec<&'a Disagreement<'a>>) {
    // Each kind by itself, and after those all that bear on the case together.
    let mut restated: Vec<(usize, &str, Case)> = Vec::new();
    for (index, Disagreement { case, ours, .. }) in all.iter().enumerate() {
        let mut together = Case::clone(case);
        let mut kinds = 0;
        for known in &KNOWN {
            restated.extend((known.restate)(case).map(|case| (index, known.name, case)));
            if let Some(case) = (known.restate)(&together) {
                together = case;
                kinds += 1;
            }
        }
        if kinds > 1 {
            restated.push((index, "several of these", together));
        }
        restated.retain(|(of, _, case)| *of != index || case.ours() == *ours);
    }
    let cases: Vec<Case> = restated.iter().map(|(_, _, case)| case.clone()).collect();
    let answers = simulator::simulate(directory, &cases);
    let mut by = vec![None; all.len()];
    for ((index, name, _), theirs) in restated.iter().zip(answers) {
        if by[*index].is_none() && theirs == Ok(all[*index].ours) {
            by[*index] = Some(*name);
        }
    }
    let mut counts = BTreeMap::new();
    by.iter()
        .flatten()
        .for_each(|name| *counts.entry(*name).or_default() += 1);
    let unexplained = all
        .iter()
        .zip(&by)
        .filter(|(_, by)| by.is_none())
        .map(|(one, _)| one);
    (counts, unexplained.collect())
}

fn report(ours: &[Outcome], disagreements: &[Disagreement<'_>], explained: &BTreeMap<&str, usize>) {
    let (count, differ) = (ours.len(), disagreements.len());
    let share = |part: usize| 100.0 * part as f64 / count as f64;
    let known: usize = explained.values().sum();
    println!(
        "{count} cases: {:.2}% agree, {:.2}% with what is known",
        share(count - differ),
        share(count - differ + known)
    );
    for outcome in [
        Outcome::Allowed,
        Outcome::ExplicitDeny,
        Outcome::ImplicitDeny,
    ] {
        println!(
            "  {outcome:?}: {}",
            ours.iter().filter(|ours| **ours == outcome).count()
        );
    }
    for (name, cases) in explained {
        println!("  {cases} by: {name}");
    }
    for known in KNOWN
        .iter()
        .filter(|known| explained.contains_key(known.name))
    {
        println!(
            "{} ({:?}): {}\n  {}",
            known.name, known.verdict, known.why, known.page
        );
    }
}
