//! Questions with known answers: those that an independent program found, over documents of this
//! platform as they once were, managed policies of AWS, and corners; and more corners, with answers
//! that were worked out by hand.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::evaluate::{Caller, PolicySet, UnsetVariable};
use crate::prove::{Answer, Question, prove, prove_in_all_readings, prove_within};
use crate::{Conditions, Document};

#[derive(Deserialize)]
struct Case {
    name: String,
    answer: String,
    reading: String,
    claim: Claim,
    tags: BTreeMap<String, String>,
    principal: Option<String>,
    #[serde(default)]
    symbolic: Vec<String>,
    #[serde(flatten)]
    own: Set,
    a: Option<Set>,
    b: Option<Set>,
}

#[derive(Deserialize)]
struct Set {
    #[serde(default)]
    policies: Vec<serde_json::Value>,
    boundary: Option<serde_json::Value>,
    session: Option<serde_json::Value>,
    resource_policy: Option<serde_json::Value>,
    #[serde(default)]
    scps: Vec<Vec<serde_json::Value>>,
}

#[derive(Deserialize)]
struct Claim {
    actions: Patterns,
    #[serde(default)]
    not_actions: Patterns,
    #[serde(default)]
    resources: Patterns,
    #[serde(default)]
    not_resources: Patterns,
    #[serde(default)]
    context: serde_json::Map<String, serde_json::Value>,
}

#[derive(Deserialize, Default)]
#[serde(from = "OneOrMore")]
struct Patterns(Vec<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl From<OneOrMore> for Patterns {
    fn from(value: OneOrMore) -> Self {
        match value {
            OneOrMore::One(one) => Self(vec![one]),
            OneOrMore::More(more) => Self(more),
        }
    }
}

fn document(value: &serde_json::Value) -> Document {
    let text = match value {
        serde_json::Value::String(name) => {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/prove/tests/documents");
            std::fs::read_to_string(path.join(name)).unwrap()
        }
        inline => inline.to_string(),
    };
    Document::parse(&text).unwrap()
}

impl Set {
    fn policies(&self, unset: UnsetVariable) -> PolicySet {
        let mut set = PolicySet::new().unset_variables(unset);
        for (index, policy) in self.policies.iter().enumerate() {
            set = set.identity(&format!("policy {index}"), &document(policy));
        }
        if let Some(boundary) = &self.boundary {
            set = set.boundary("boundary", &document(boundary));
        }
        if let Some(session) = &self.session {
            set = set.session("session", &document(session));
        }
        if let Some(policy) = &self.resource_policy {
            set = set.resource("resource", &document(policy));
        }
        for level in &self.scps {
            let level: Vec<Document> = level.iter().map(document).collect();
            set = set.service_control(level.iter().map(|document| ("scp", document)));
        }
        set
    }
}

impl Claim {
    fn conditions(&self) -> Conditions {
        let statement = serde_json::json!({"Statement": {
            "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": self.context,
        }});
        let document = Document::parse(&statement.to_string()).unwrap();
        document.statements[0].conditions.clone()
    }
}

impl Case {
    fn question(&self) -> Question {
        let principal = self.principal.as_deref();
        let principal = principal.unwrap_or("arn:aws:iam::123456789012:role/member");
        let mut question = Question::new(Caller::from_arn(principal).unwrap())
            .actions(&self.claim.actions.0)
            .not_actions(&self.claim.not_actions.0)
            .resources(&self.claim.resources.0)
            .not_resources(&self.claim.not_resources.0)
            .conditions(&self.claim.conditions())
            .context("aws:SecureTransport", ["true"]);
        for (key, value) in &self.tags {
            question = question.principal_tag(key, value);
        }
        for key in &self.symbolic {
            question = question.any_context(key.as_str());
        }
        question
    }

    fn answer(&self) -> Answer {
        let unset = match self.reading.as_str() {
            "aws" => UnsetVariable::MatchesNothing,
            "void" => UnsetVariable::VoidsStatement,
            _ => UnsetVariable::FailsElement,
        };
        match (&self.a, &self.b) {
            (Some(a), Some(b)) => {
                prove_within(&b.policies(unset), &a.policies(unset), &self.question())
            }
            _ => prove(&self.own.policies(unset), &self.question()),
        }
    }
}

fn assert_answers(cases: &str, count: usize) {
    let cases: Vec<Case> = serde_json::from_str(cases).unwrap();
    assert_eq!(cases.len(), count);
    let mut wrong = Vec::new();
    for case in &cases {
        let answer = case.answer();
        let right = match case.answer.as_str() {
            "none" => answer.holds(),
            _ => answer.counterexample().is_some(),
        };
        // What one reading refutes is refuted in all of them together.
        let is_other_reading = case.reading != "aws" && case.a.is_none();
        let together = is_other_reading.then(|| {
            let policies = case.own.policies(UnsetVariable::default());
            prove_in_all_readings(&policies, &case.question())
        });
        let is_missed = answer.counterexample().is_some()
            && together.is_some_and(|together| together.counterexample().is_none());
        if !right || is_missed {
            wrong.push(format!("{}: {answer}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn questions_have_known_answers() {
    assert_answers(include_str!("questions.json"), 100);
}

#[test]
fn corners_have_known_answers() {
    assert_answers(include_str!("corners.json"), 76);
}

#[test]
fn question_of_principals_covers_named_ones_and_others() {
    let role = |name: &str| format!("arn:aws:iam::123456789012:role/{name}");
    let bucket = |statements: &[serde_json::Value]| {
        let document = serde_json::json!({"Version": "2012-10-17", "Statement": statements});
        PolicySet::new().resource("bucket", &self::document(&document))
    };
    let read = |principal: serde_json::Value, condition: serde_json::Value| {
        serde_json::json!({"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::b/*", "Condition": condition})
    };
    let like = |pattern: &str| serde_json::json!({"ArnLike": {"aws:PrincipalArn": role(pattern)}});
    let none = serde_json::json!({});
    let found = |policies: &PolicySet, pattern: &str| {
        let question = Question::of_principals(&role(pattern)).unwrap();
        let answer = prove(policies, &question);
        assert!(
            !matches!(answer, Answer::NotDecided(_)),
            "{pattern}: {answer}"
        );
        let found = answer.counterexample()?;
        let caller = found.request.caller().arn().unwrap();
        assert!(policies.decide(&found.request).is_allowed());
        Some(caller.rsplit_once(":role/").unwrap().1.to_owned())
    };

    let named = bucket(&[read(
        serde_json::json!({"AWS": role("team/a")}),
        none.clone(),
    )]);
    assert_eq!(found(&named, "team/*").as_deref(), Some("team/a"));
    assert_eq!(found(&named, "team/a?"), None);
    assert_eq!(found(&named, "*b"), None);

    let matched = bucket(&[read("*".into(), like("team/*-admin"))]);
    let admin = found(&matched, "*").unwrap();
    assert!(
        admin.starts_with("team/") && admin.ends_with("-admin"),
        "{admin}"
    );
    assert_eq!(found(&matched, "team/*-user"), None);
    assert!(found(&matched, "*x").is_none());

    // All but one are denied, and that one is not asked about.
    let except = serde_json::json!({"Effect": "Deny", "NotPrincipal": {"AWS": role("team/a")},
        "Action": "*", "Resource": "*"});
    let closed = bucket(&[read("*".into(), none), except]);
    assert_eq!(found(&closed, "team/*").as_deref(), Some("team/a"));
    assert_eq!(found(&closed, "team/b*"), None);
    for bad in [
        "*",
        "arn:aws:iam::*:role/r",
        "arn:aws:s3:::*",
        "arn:aws:sts::123456789012:assumed-role/r/*",
    ] {
        assert!(Question::of_principals(bad).is_err(), "{bad}");
    }
}
