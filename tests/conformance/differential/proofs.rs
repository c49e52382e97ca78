//! Proofs and counterexamples, compared with the solver z3, and counterexamples decided by
//! iam-simulate.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::thread;

use iam_policy::Statement;
use iam_policy::evaluate::{Caller, Outcome, Request, UnsetVariable};
use iam_policy::prove::{Answer, NotDecided, Question, prove};
use serde_json::{Value, json};

use crate::agreement::{Disagreement, explain, setting};
use crate::case::{Case, CaseRequest, Layers, Values};
use crate::random_cases::{CallerKind, condition, layers};
use crate::rng::Rng;
use crate::simulator;
use crate::vocabulary::{KEYS, Key, Kind, OWN, ROLE, SCENES, Scene};

/// Number of questions by default, as in CI.
const QUESTIONS: usize = 5_000;
/// The most questions whose counterexamples the other evaluator decides.
const REPLAYED: usize = 1_000;
/// Number of processes: the cores of the smallest CI machine.
const PROCESSES: usize = 2;
/// Tags of the caller that questions give or leave open.
const TAGS: [&str; 2] = ["user", "project"];

/// A question in the forms of both sides.
struct Asked {
    layers: Rc<Layers>,
    question: Question,
    unset: UnsetVariable,
    json: Value,
}

impl Asked {
    /// A question about any requests.
    fn random(rng: &mut Rng) -> Self {
        let scene = rng.one(&SCENES);
        let claim = Claim::random(rng, scene);
        Self::about(rng, scene, &claim)
    }

    /// A question about requests of one action on the resources that it has.
    fn of_one_action(rng: &mut Rng) -> Self {
        let scene = rng.one(&SCENES);
        let (action, resources) = *rng.one(scene.requests);
        let general = |resource: &&str| match (*resource, resource.rsplit_once('/')) {
            ("*", _) => "${*}".to_owned(),
            (_, Some((before, _))) => format!("{before}/*"),
            (name, None) => name.to_owned(),
        };
        let mut claim = Claim::random(rng, scene);
        claim.actions = vec![action];
        claim.resources = resources.iter().map(general).collect();
        Self::about(rng, scene, &claim)
    }

    fn about(rng: &mut Rng, scene: &Scene, claim: &Claim) -> Self {
        let mut layers = layers(rng, scene, CallerKind::Role);
        // The solver gives up on larger ones.
        layers.identity.truncate(2);
        for document in layers.documents_mut() {
            document.statements.truncate(2);
        }
        let layers = Rc::new(layers);
        let unset = *rng.one(&UnsetVariable::ALL);
        // The solver has no letters without case.
        let text = layers.json().to_string();
        let closed = text.contains("IgnoreCase") || claim.json().to_string().contains("IgnoreCase");
        let mut question = Question::new(Caller::from_arn(ROLE).unwrap())
            .actions(claim.actions.iter().copied())
            .resources(&claim.resources)
            .not_resources(claim.not_resources.iter().copied())
            .conditions(&claim.conditions.conditions);
        let mut tags = serde_json::Map::new();
        let mut open = Vec::new();
        for tag in TAGS {
            match rng.below(3) {
                0 => {}
                1 => {
                    let value = *rng.one(&["alice", "al", "a*"]);
                    question = question.principal_tag(tag, value);
                    tags.insert(tag.to_owned(), json!(value));
                }
                _ if closed => {}
                _ => {
                    question = question.any_principal_tag(tag);
                    open.push(tag);
                }
            }
        }
        let json = json!({
            "layers": layers.json(),
            "claim": claim.json(),
            "tags": tags,
            "open_tags": open,
            "unset": format!("{unset:?}"),
            "keys": keys(),
        });
        Self {
            layers,
            question,
            unset,
            json,
        }
    }

    fn answer(&self, question: &Question) -> Answer {
        prove(
            &self.layers.policies().unset_variables(self.unset),
            question,
        )
    }
}

/// The type of each key, and whether it can have many values.
fn keys() -> Value {
    let all = KEYS
        .iter()
        .chain(SCENES.iter().flat_map(|scene| scene.keys));
    let entry = |key: &Key| {
        let kind = match key.kind {
            Kind::Text | Kind::Arn => "text",
            Kind::Number => "number",
            Kind::Date => "date",
            Kind::Flag => "flag",
            Kind::Address => "address",
        };
        (key.name.to_lowercase(), json!([kind, key.many]))
    };
    Value::Object(all.map(entry).collect())
}

struct Claim {
    actions: Vec<&'static str>,
    resources: Vec<String>,
    not_resources: Vec<&'static str>,
    conditions: Statement,
}

impl Claim {
    fn random(rng: &mut Rng, scene: &Scene) -> Self {
        let named = |rng: &mut Rng| {
            let (action, _) = *rng.one(scene.requests);
            action
        };
        let actions = if rng.chance(60) {
            (0..=rng.below(2)).map(|_| named(rng)).collect()
        } else {
            rng.some(&scene.actions[1..], 1, 2)
        };
        let narrow: Vec<&str> = scene.resources[1..].to_vec();
        let mut conditions = Statement::allow("");
        if rng.chance(50) {
            conditions = condition(rng, scene, conditions);
        }
        Self {
            actions,
            resources: {
                let some = rng.some(&narrow, 0, 2).into_iter();
                some.map(str::to_owned).collect()
            },
            not_resources: if rng.chance(40) {
                rng.some(&narrow, 1, 2)
            } else {
                Vec::new()
            },
            conditions,
        }
    }

    /// Statements that have to apply, or must not.
    fn json(&self) -> Value {
        let resources = match self.resources.as_slice() {
            [] => vec!["*".to_owned()],
            some => some.to_vec(),
        };
        let only = self
            .conditions
            .clone()
            .actions(self.actions.iter().copied())
            .resources(resources);
        let read = |statement: &Statement| -> Value {
            serde_json::from_str(&statement.to_json_pretty()).unwrap()
        };
        let mut claim = vec![json!([read(&only), true])];
        if !self.not_resources.is_empty() {
            let not = Statement::allow("").actions(["*"]);
            let not = not.resources(self.not_resources.iter().copied());
            claim.push(json!([read(&not), false]));
        }
        Value::Array(claim)
    }
}

/// The answers of the solver, while `meanwhile` runs.
fn solve<T>(asked: &[Asked], meanwhile: impl FnOnce() -> T) -> (Vec<String>, T) {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let installed = Command::new(tests.join("../tools/solver"))
        .output()
        .unwrap();
    assert!(
        installed.status.success(),
        "{}",
        String::from_utf8_lossy(&installed.stderr)
    );
    let python = String::from_utf8(installed.stdout).unwrap();
    let share = asked.len().div_ceil(PROCESSES).max(1);
    let lines = |part: &[Asked]| part.iter().map(|one| format!("{}\n", one.json)).collect();
    let inputs: Vec<String> = asked.chunks(share).map(lines).collect();
    let run = |input: &String| -> Vec<String> {
        let mut process = Command::new(python.trim())
            .arg(tests.join("solver/solve.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut to = process.stdin.take().unwrap();
        let output = thread::scope(|scope| {
            scope.spawn(move || to.write_all(input.as_bytes()).unwrap());
            process.wait_with_output().unwrap()
        });
        assert!(output.status.success(), "the solver failed");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(str::to_owned).collect()
    };
    let (answers, own) = thread::scope(|scope| {
        let threads: Vec<_> = inputs
            .iter()
            .map(|input| scope.spawn(|| run(input)))
            .collect();
        let own = meanwhile();
        let answers = threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap());
        (answers.collect::<Vec<_>>(), own)
    });
    assert_eq!(answers.len(), asked.len());
    (answers, own)
}

#[test]
fn proofs_agree_with_solver() {
    let count = setting("PROOF_QUESTIONS", QUESTIONS);
    let mut rng = Rng::new(setting("DIFFERENTIAL_SEED", 1) as u64);
    let asked: Vec<Asked> = (0..count).map(|_| Asked::random(&mut rng)).collect();
    // The solver knows no tables of actions.
    let (theirs, ours) = solve(&asked, || -> Vec<Answer> {
        asked
            .iter()
            .map(|one| one.answer(&one.question.clone().beyond_tables()))
            .collect()
    });
    let ours_open = ours
        .iter()
        .filter(|answer| matches!(answer, Answer::NotDecided(_)))
        .count();
    let (mut holds, mut refuted, mut unknown, mut wrong) = (0, 0, 0, Vec::new());
    for ((asked, ours), theirs) in asked.iter().zip(&ours).zip(theirs) {
        match (ours, theirs.as_str()) {
            (Answer::Holds, "unsat") => holds += 1,
            (Answer::Refuted(_), "sat") => refuted += 1,
            (Answer::NotDecided(NotDecided::TooLarge), _) => wrong.push((asked, ours, theirs)),
            (Answer::NotDecided(_), _) | (_, "unknown") => unknown += 1,
            _ => wrong.push((asked, ours, theirs)),
        }
    }
    println!(
        "{count} questions: {holds} proved, {refuted} refuted, {unknown} without an answer of one side"
    );
    for (asked, ours, theirs) in wrong.iter().take(3) {
        println!("we: {ours}\nthey: {theirs}\n{}", asked.json);
    }
    assert!(wrong.is_empty(), "{} answers differ", wrong.len());
    assert!(
        ours_open * 100 < count,
        "{ours_open} questions without an answer of ours"
    );
    assert!(unknown * 3 < count, "too few answers");
    assert!(
        holds * 8 > count && refuted * 8 > count,
        "the questions need more variety"
    );
}

/// The request as both evaluators read it, if the package can: it takes wildcards in a resource for
/// patterns, and wants ARNs where AWS documents them.
fn replayed(asked: &Asked, request: &Request) -> Option<Case> {
    if request.resource().contains(['*', '?', '$']) && request.resource() != "*" {
        return None;
    }
    let scenes = SCENES.iter().flat_map(|scene| scene.keys);
    let mut context = std::collections::BTreeMap::new();
    let mut seen = Vec::new();
    for key in KEYS.iter().chain(scenes) {
        let values = request.values(&key.name.into()).to_vec();
        if values.is_empty() || seen.contains(&key.name) {
            continue;
        }
        seen.push(key.name);
        // The package fails every comparison with what is no ARN, negated ones too.
        let is_arn = |value: &String| value.split(':').count() >= 6;
        if key.kind == Kind::Arn && !values.iter().all(is_arn) {
            return None;
        }
        let values = match values.as_slice() {
            [one] if !key.many => Values::One(one.clone()),
            _ => Values::Many(values),
        };
        context.insert(key.name.to_owned(), values);
    }
    Some(Case {
        layers: Rc::clone(&asked.layers),
        request: CaseRequest {
            caller: Some(ROLE.to_owned()),
            action: request.action().to_owned(),
            resource: request.resource().to_owned(),
            account: OWN.to_owned(),
            context,
        },
    })
}

#[test]
fn counterexamples_agree_with_simulator() {
    let count = setting("PROOF_QUESTIONS", QUESTIONS).min(REPLAYED);
    let mut rng = Rng::new(setting("DIFFERENTIAL_SEED", 1) as u64);
    let mut cases = Vec::new();
    for _ in 0..count {
        let mut asked = Asked::of_one_action(&mut rng);
        // The package decides in its own way where a variable has no value.
        asked.unset = UnsetVariable::MatchesNothing;
        if let Answer::Refuted(found) = asked.answer(&asked.question) {
            cases.extend(replayed(&asked, &found.request));
        }
    }
    let directory = simulator::install();
    let answers = simulator::simulate(&directory, &cases);
    let mut rejected = 0;
    let mut disagreements = Vec::new();
    for (case, theirs) in cases.iter().zip(answers) {
        match theirs {
            Ok(Outcome::Allowed) => {}
            Ok(theirs) => disagreements.push(Disagreement {
                case,
                ours: case.ours(),
                theirs,
            }),
            Err(error) => {
                rejected += 1;
                if rejected < 4 {
                    println!("rejected: {error}\n{}", case.lines(0, None));
                }
            }
        }
    }
    let (explained, unexplained) = explain(&directory, &disagreements);
    println!(
        "{} requests, {rejected} rejected by the package, known: {explained:?}",
        cases.len()
    );
    for one in unexplained.iter().take(3) {
        println!(
            "we: {:?}, they: {:?}\n{}",
            one.ours,
            one.theirs,
            one.case.lines(0, None)
        );
    }
    assert!(
        unexplained.is_empty(),
        "{} disagreements",
        unexplained.len()
    );
    assert!(cases.len() * 5 > count && rejected * 20 < cases.len());
}
