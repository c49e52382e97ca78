//! Agreement with the evaluator: what is said to hold is not broken by random requests.

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::Document;
use crate::evaluate::value::{Decimal, Timestamp};
use crate::evaluate::{Caller, PolicySet, Request, UnsetVariable};
use crate::lint::service_reference::known;
use crate::prove::cases::Scope;
use crate::prove::{Answer, Question, prove, prove_within};
use crate::template::Template;
use crate::tests::strategies::{action, document, key, operator, principal, resource, value};

const OWN: &str = "arn:aws:iam::111122223333:role/r";

/// The policies of all layers.
fn policies() -> impl Strategy<Value = PolicySet> {
    let with_principals = (document(), principal()).prop_map(|(mut document, principal)| {
        for statement in &mut document.statements {
            *statement = statement.clone().principal(principal.clone());
        }
        document
    });
    let layers = (
        option::weighted(0.3, document()),
        option::weighted(0.1, document()),
        option::weighted(0.2, with_principals),
        prop::collection::vec(prop::collection::vec(document(), 1..3), 0..2),
    );
    let identity = prop::collection::vec(document(), 1..4);
    (identity, layers, select(UnsetVariable::ALL.to_vec())).prop_map(|(identity, layers, unset)| {
        let (boundary, session, own, levels) = layers;
        let mut set = PolicySet::new().unset_variables(unset);
        for document in &identity {
            set = set.identity("identity", document);
        }
        if let Some(document) = &boundary {
            set = set.boundary("boundary", document);
        }
        if let Some(document) = &session {
            set = set.session("session", document);
        }
        if let Some(document) = &own {
            set = set.resource("resource", document);
        }
        for level in &levels {
            set = set.service_control(level.iter().map(|d: &Document| ("scp", d)));
        }
        set
    })
}

fn question() -> impl Strategy<Value = Question> {
    let patterns = || {
        let none = || Just(Vec::new());
        let actions = prop::collection::vec(action(), 1..3);
        let resources = prop::collection::vec(resource(), 1..3);
        (
            prop_oneof![none(), actions.boxed()],
            prop_oneof![none(), resources.boxed()],
        )
    };
    let condition = (operator(), key(), prop::collection::vec(value(), 1..3));
    let conditions = prop::collection::vec(condition, 0..2);
    let tag = select(vec![None, Some("a"), Some("b*"), Some("")]);
    (patterns(), patterns(), conditions, tag, any::<bool>()).prop_map(
        |(only, not, conditions, tag, open)| {
            let mut question = Question::new(Caller::from_arn(OWN).unwrap())
                .actions(only.0)
                .resources(only.1)
                .beyond_tables();
            // Everything excluded is no question.
            if not.0.iter().all(|p| p != "*") && not.1.iter().all(|p| p != "*") {
                question = question.not_actions(not.0).not_resources(not.1);
            }
            for (operator, key, values) in conditions {
                question = question.when(operator, key, values);
            }
            match tag {
                _ if open => question.any_principal_tag("user"),
                Some(value) => question.principal_tag("user", value),
                None => question,
            }
        },
    )
}

/// Requests near the edges of what the policies name.
fn request() -> impl Strategy<Value = Request> {
    let action = select(vec![
        "s3:getobject",
        "s3:putobject",
        "sqs:send",
        "iam:getrole",
        "s3:x",
    ]);
    let resource = select(vec![
        "*",
        "arn:aws:s3:::data/",
        "arn:aws:s3:::data/a",
        "arn:aws:s3:::data/b",
        "arn:aws:s3:::data/a/",
        "arn:aws:s3:::data/a/c",
        "arn:aws:s3:::data/b*/c",
        "arn:aws:s3:::data//c",
        "arn:aws:sqs:eu-west-1:111122223333:q1",
        "arn:aws:sqs:eu-west-1:111122223333:q",
    ]);
    let value = select(vec![
        "a",
        "A",
        "b*",
        "bc",
        "true",
        "false",
        "7",
        "6.9",
        "192.0.2.0",
        "192.0.3.0",
        "2026-01-01",
        "2025",
        "arn:aws:s3:::data/a",
        "arn:aws:s3:::data/*",
        "*",
        "x",
        "",
    ]);
    let context = prop::collection::vec((key(), prop::collection::vec(value, 0..3)), 0..5);
    (action, resource, context).prop_map(|(action, resource, context)| {
        let request = Request::new(Caller::from_arn(OWN).unwrap(), action, resource);
        let request = request.resource_account("111122223333");
        context.into_iter().fold(request, |request, (key, values)| {
            request.context(key, values)
        })
    })
}

/// Whether AWS can send the request: values have the type of their key, and lists hold something.
fn is_possible(request: &Request) -> bool {
    request.entries().all(|(key, values)| {
        let once = values
            .iter()
            .enumerate()
            .all(|(at, v)| !values[..at].contains(v));
        let typed = known(key).is_none_or(|definition| {
            let fits = |value: &String| match definition.value_type.as_str() {
                "Numeric" => Decimal::parse(value).is_some(),
                "Date" => Timestamp::parse(value).is_some(),
                "IPAddress" => value.parse::<std::net::IpAddr>().is_ok(),
                "Bool" => value == "true" || value == "false",
                _ => true,
            };
            let filled = definition.multivalued || values.len() == 1;
            let empty = values.iter().any(String::is_empty);
            let filled = filled && (!definition.multivalued || !empty);
            filled && values.iter().all(fits)
        });
        once && typed
    })
}

/// The request with what the question gives, if it is one of the question.
fn asked(scope: &Scope<'_>, mut request: Request) -> Option<Request> {
    let tag = "aws:PrincipalTag/user".into();
    if let crate::prove::question::Given::Values(values) = scope.given(&tag) {
        request = request.context(tag, values);
    }
    (is_possible(&request) && scope.contains(&request)).then_some(request)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, ..ProptestConfig::default() })]

    #[test]
    fn prove_agrees_with_decide(
        policies in policies(),
        question in question(),
        requests in prop::collection::vec(request(), 200),
    ) {
        let answer = prove(&policies, &question);
        let compiled = policies.compile();
        if let Some(found) = answer.counterexample() {
            prop_assert!(policies.decide(&found.request).is_allowed());
        }
        if answer.holds() {
            let scope = Scope::new(&question);
            for request in requests.into_iter().filter_map(|r| asked(&scope, r)) {
                prop_assert!(!compiled.decide(&request).is_allowed(), "{request:?}");
            }
        }
        if let Answer::NotDecided(reason) = &answer {
            prop_assert!(!matches!(reason, crate::prove::NotDecided::TooLarge));
        }
    }

    #[test]
    fn prove_within_agrees_with_decide(
        policies in policies(),
        limit in policies(),
        question in question(),
        requests in prop::collection::vec(request(), 200),
    ) {
        let answer = prove_within(&policies, &limit, &question);
        let breaks = |request: &Request| {
            policies.decide(request).is_allowed() && !limit.decide(request).is_allowed()
        };
        if let Some(found) = answer.counterexample() {
            prop_assert!(breaks(&found.request));
        }
        if answer.holds() {
            let scope = Scope::new(&question);
            for request in requests.into_iter().filter_map(|r| asked(&scope, r)) {
                prop_assert!(!breaks(&request), "{request:?}");
            }
        }
        let with_itself = prove_within(&policies, &policies, &question);
        prop_assert!(!matches!(with_itself, Answer::Refuted(_)));
    }
}

#[test]
fn prove_decides_nearly_all_random_questions() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut counts = [0; 3];
    for _ in 0..300 {
        let tree = (policies(), question()).new_tree(&mut runner).unwrap();
        let (policies, question) = proptest::strategy::ValueTree::current(&tree);
        counts[match prove(&policies, &question) {
            Answer::Holds => 0,
            Answer::Refuted(_) => 1,
            Answer::NotDecided(_) => 2,
        }] += 1;
    }
    assert!(
        counts[0] > 60 && counts[1] > 60 && counts[2] < 10,
        "{counts:?}"
    );
}

/// Requests that are decided for what is said to hold.
const REQUESTS: usize = 100_000;
/// The most of them for one question.
const PER_QUESTION: usize = 1_000;

/// Requests at the edges of what policies and a question name: their patterns with something in
/// place of each wildcard and variable, and sometimes a character more or less.
struct Edges {
    seed: u64,
    actions: Vec<String>,
    resources: Vec<String>,
    values: Vec<(crate::ConditionKey, String)>,
}

impl Edges {
    fn of(policies: &PolicySet, question: &Question) -> Self {
        let mut edges = Self {
            seed: 0x9e37_79b9_7f4a_7c15,
            actions: vec!["s3:GetObject".to_owned()],
            resources: vec!["*".to_owned()],
            values: vec![("aws:PrincipalTag/user".into(), "a".to_owned())],
        };
        edges.actions.extend(question.actions.iter().cloned());
        edges.resources.extend(question.resources.iter().cloned());
        edges
            .resources
            .extend(question.not_resources.iter().cloned());
        for condition in &question.conditions {
            let values = condition.values.iter();
            edges
                .values
                .extend(values.map(|v| (condition.key.clone(), v.clone())));
        }
        for (_, group) in policies.groups() {
            for statement in group.iter().flat_map(|policy| &policy.statements) {
                let actions = statement.actions.iter();
                edges
                    .actions
                    .extend(actions.map(|p| Template::Fixed(p.clone()).to_string()));
                let resources = statement.resources.iter().flatten();
                edges.resources.extend(resources.map(ToString::to_string));
                for condition in &statement.conditions {
                    let source = &condition.source;
                    let values = source.values.iter();
                    edges
                        .values
                        .extend(values.map(|v| (source.key.clone(), v.clone())));
                }
            }
        }
        edges
    }

    fn below(&mut self, end: usize) -> usize {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        (self.seed % end as u64) as usize
    }

    fn one(&mut self, of: &[&'static str]) -> &'static str {
        of[self.below(of.len())]
    }

    fn fill(&mut self, pattern: &str) -> String {
        let mut text = String::new();
        let mut rest = pattern;
        while let Some(c) = rest.chars().next() {
            if let Some((_, behind)) = rest.strip_prefix("${").and_then(|r| r.split_once('}')) {
                text.push_str(self.one(&["", "a", "b*", "bc", "x", "alice"]));
                rest = behind;
                continue;
            }
            match c {
                '*' => text.push_str(self.one(&["", "x", "a/b", "*", "a:b"])),
                '?' => text.push_str(self.one(&["x", "/", "", "?"])),
                c => text.push(c),
            }
            rest = &rest[c.len_utf8()..];
        }
        match self.below(12) {
            0 => drop(text.pop()),
            1 => text.push('x'),
            2 => text = text.to_ascii_uppercase(),
            _ => {}
        }
        text
    }

    fn request(&mut self) -> Request {
        let at = self.below(self.actions.len());
        let action = self.fill(&self.actions[at].clone());
        let at = self.below(self.resources.len());
        let resource = self.fill(&self.resources[at].clone());
        let mut request = Request::new(Caller::from_arn(OWN).unwrap(), action, resource);
        request = request.resource_account("111122223333");
        for _ in 0..self.below(5) {
            let at = self.below(self.values.len());
            let key = self.values[at].0.clone();
            let mut values = Vec::new();
            for _ in 0..self.below(3) {
                let same: Vec<String> = self
                    .values
                    .iter()
                    .filter(|(other, _)| *other == key)
                    .map(|(_, value)| value.clone())
                    .collect();
                let at = self.below(same.len());
                values.push(self.fill(&same[at]));
            }
            request = request.context(key, values);
        }
        request
    }
}

/// Whether AWS has such an action and such a resource: a question without the tables has all of
/// this form.
fn has_form(request: &Request) -> bool {
    let word = |text: &str, other: &str| {
        let is_word = |c: char| c.is_ascii_alphanumeric() || other.contains(c);
        !text.is_empty() && text.chars().all(is_word)
    };
    let action = request.action().split_once(':');
    let action = action.is_some_and(|(service, name)| word(service, "-") && word(name, ""));
    let parts: Vec<&str> = request.resource().splitn(6, ':').collect();
    let resource = match parts.as_slice() {
        ["*"] => true,
        ["arn", _, _, _, account, _] => account.is_empty() || *account == "111122223333",
        _ => false,
    };
    action && resource
}

#[test]
fn what_is_proved_holds_for_random_requests() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut questions, mut decided) = (0, 0);
    while decided < REQUESTS {
        let tree = (policies(), question()).new_tree(&mut runner).unwrap();
        let (policies, question) = proptest::strategy::ValueTree::current(&tree);
        if !prove(&policies, &question).holds() {
            continue;
        }
        questions += 1;
        let scope = Scope::new(&question);
        let compiled = policies.compile();
        let mut edges = Edges::of(&policies, &question);
        let mut own = 0;
        for _ in 0..PER_QUESTION * 4 {
            let Some(request) = asked(&scope, edges.request()).filter(has_form) else {
                continue;
            };
            assert!(
                !compiled.decide(&request).is_allowed(),
                "{request:?}\n{question:?}"
            );
            own += 1;
            if own == PER_QUESTION {
                break;
            }
        }
        decided += own;
    }
    assert!(questions > 100, "{questions} questions");
}
