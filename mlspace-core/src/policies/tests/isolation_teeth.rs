//! Mutated documents: each is told from the original by a request, or proved to mean the same.
//!
//! One in [`SAMPLE`] is tried. `MUTANTS=all cargo nextest run --workspace mutants --no-capture` tries
//! all and tells how many there are of each.

use super::*;
use iam_policy::evaluate::{Caller, PolicySet};
use iam_policy::prove::{Answer, Question, prove_within};
use iam_policy::{Conditions, Effect};

/// The documents of a membership, by label.
fn documents(deployment: &Deployment) -> Vec<Document> {
    let context = deployment.context();
    let (project, user) = (project("fraud"), user("alice"));
    let role = deployment.role_arn(&project, &user);
    let access = ProjectAccess::default();
    let member = MemberAccess::new(&project, &user, &role, &access);
    vec![
        project_policy(&context, &project, &access, false).unwrap(),
        user_policy(&context, &user).unwrap(),
        pass_role_policy(&context, &member).unwrap(),
    ]
}

fn set(documents: &[Document], with_everything: bool) -> PolicySet {
    let set = documents.iter().fold(PolicySet::new(), |set, document| {
        set.identity("own", document)
    });
    if with_everything {
        set.identity("base", &allow_all("*"))
    } else {
        set
    }
}

/// A change of one statement, and whether it allows more.
struct Mutant {
    what: String,
    documents: Vec<Document>,
    allows_more: bool,
    effect: Effect,
}

/// Each statement left out, and each condition.
fn mutants(original: &[Document]) -> Vec<Mutant> {
    let mut all = Vec::new();
    for (at, document) in original.iter().enumerate() {
        for (index, statement) in document.statements.iter().enumerate() {
            let denies = statement.effect == Effect::Deny;
            let mut push = |what: String, allows_more, change: &dyn Fn(&mut Document)| {
                let mut documents = original.to_vec();
                change(&mut documents[at]);
                all.push(Mutant {
                    what,
                    documents,
                    allows_more,
                    effect: statement.effect,
                });
            };
            let sid = statement.sid.clone().unwrap_or_default();
            push(format!("without {sid}"), denies, &|document| {
                document.statements.remove(index);
            });
            for condition in &statement.conditions {
                let what = format!("{sid} without {} {}", condition.operator, condition.key);
                push(what, !denies, &|document| {
                    let others = statement
                        .conditions
                        .iter()
                        .filter(|other| *other != condition);
                    document.statements[index].conditions = others.cloned().collect::<Conditions>();
                });
            }
        }
    }
    all
}

/// One mutant in so many is tried in each run.
const SAMPLE: usize = 6;

#[test]
fn mutants_are_refuted_or_equivalent() {
    let deployment = Deployment::new();
    let original = documents(&deployment);
    let caller = Caller::from_arn(&deployment.role_arn(&project("fraud"), &user("alice"))).unwrap();
    let question = Question::new(caller)
        .steps(400_000_000)
        .principal_tag("project", "fraud")
        .principal_tag("user", "alice")
        .principal_tag("system", "MLSpace");
    let is_whole = std::env::var("MUTANTS").is_ok_and(|which| which == "all");
    let step = if is_whole { 1 } else { SAMPLE };
    let (mut refuted, mut same, mut open) = (0, Vec::new(), Vec::new());
    for mutant in mutants(&original).into_iter().step_by(step) {
        // A Deny matters beside a policy that allows everything, an Allow without one.
        let with_everything = mutant.effect == Effect::Deny;
        let mutated = set(&mutant.documents, with_everything);
        let original = set(&original, with_everything);
        let answer = if mutant.allows_more {
            prove_within(&mutated, &original, &question)
        } else {
            prove_within(&original, &mutated, &question)
        };
        match answer {
            Answer::Refuted(_) => refuted += 1,
            Answer::Holds => same.push(mutant.what),
            Answer::NotDecided(reason) => open.push(format!("{}: {reason}", mutant.what)),
        }
    }
    let all = refuted + same.len() + open.len();
    println!("{all} mutants, {refuted} refuted, proved to mean the same: {same:#?}");
    assert!(open.is_empty(), "{open:?}");
    // What is left is written twice, for other base policies.
    assert!(
        all > 10 && same.len() * 5 < refuted,
        "{refuted} refuted, the same: {same:?}"
    );
}
