//! Laws that hold for all policies and requests.

use proptest::prelude::*;
use proptest::sample::select;

use crate::evaluate::{Caller, Outcome, PolicySet, Request};
use crate::tests::strategies::{document, key};
use crate::{Document, PackTarget, PolicyType, Statement, equivalent, pack};

fn request() -> impl Strategy<Value = Request> {
    let caller = select(vec![
        "arn:aws:iam::111122223333:role/r",
        "arn:aws:sts::111122223333:assumed-role/r/s",
        "arn:aws:iam::444455556666:user/u",
    ]);
    let action = select(vec![
        "s3:GetObject",
        "s3:putobject",
        "sqs:Send",
        "SQS:SEND",
        "iam:GetRole",
    ]);
    let resource = select(vec![
        "*",
        "arn:aws:s3:::data/a",
        "arn:aws:s3:::data/b/c",
        "arn:aws:s3:::data/a/c",
        "arn:aws:sqs:eu-west-1:111122223333:q1",
    ]);
    let value = select(vec![
        "a",
        "A",
        "b*",
        "bc",
        "true",
        "7",
        "192.0.2.9",
        "2026-01-01",
        "arn:aws:s3:::data/a",
        "",
    ]);
    let context = prop::collection::vec((key(), prop::collection::vec(value, 0..3)), 0..4);
    (caller, action, resource, context).prop_map(|(caller, action, resource, context)| {
        let request = Request::new(Caller::from_arn(caller).unwrap(), action, resource);
        context.into_iter().fold(request, |request, (key, values)| {
            request.context(key, values)
        })
    })
}

fn outcome(documents: &[Document], request: &Request) -> Outcome {
    documents
        .iter()
        .fold(PolicySet::new(), |set, document| {
            set.identity("p", document)
        })
        .decide(request)
        .outcome
}

/// Rewritings that keep the meaning: statements split by action and resource, reversed, doubled,
/// with other case.
fn rewritten(document: &Document) -> Document {
    let mut statements: Vec<Statement> = Vec::new();
    for statement in document.statements.iter().rev() {
        let mut parts = vec![Statement {
            sid: None,
            ..statement.clone()
        }];
        if let crate::Clause::Only(actions) = &statement.actions {
            parts = actions
                .iter()
                .flat_map(|a| {
                    parts
                        .iter()
                        .map(|p| p.clone().actions([a.to_uppercase()]))
                        .collect::<Vec<_>>()
                })
                .collect();
        }
        if let Some(crate::Clause::Only(resources)) = &statement.resources {
            parts = resources
                .iter()
                .flat_map(|r| {
                    parts
                        .iter()
                        .map(|p| p.clone().resources([r.clone()]))
                        .collect::<Vec<_>>()
                })
                .collect();
        }
        statements.extend(parts.iter().cloned());
        statements.extend(parts);
    }
    Document {
        statements,
        ..document.clone()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn decide_agrees_for_equivalent_documents(a in document(), b in document(), requests in prop::collection::vec(request(), 20)) {
        let same = rewritten(&a);
        prop_assert!(equivalent(&a, &same));
        for request in &requests {
            prop_assert_eq!(outcome(std::slice::from_ref(&a), request), outcome(std::slice::from_ref(&same), request));
        }
        if equivalent(&a, &b) {
            for request in &requests {
                prop_assert_eq!(outcome(std::slice::from_ref(&a), request), outcome(std::slice::from_ref(&b), request));
            }
        }
    }

    #[test]
    fn decide_agrees_for_packed_documents(
        documents in prop::collection::vec(document(), 1..5),
        requests in prop::collection::vec(request(), 20),
    ) {
        let version = documents[0].version;
        let documents: Vec<_> = documents.into_iter().map(|d| Document { version, ..d }).collect();
        let packed = pack(&documents, PackTarget { policy_type: PolicyType::Trust, documents: 50 }).unwrap();
        for request in &requests {
            prop_assert_eq!(outcome(&documents, request), outcome(&packed, request), "{}", request.action());
        }
    }

    #[test]
    fn decide_agrees_for_printed_documents(document in document(), request in request()) {
        let again = Document::parse(&document.to_json()).unwrap();
        prop_assert_eq!(outcome(&[document], &request), outcome(&[again], &request));
    }

    #[test]
    fn allow_only_adds_and_deny_only_removes(document in document(), more in document(), request in request()) {
        use crate::Effect;
        let of = |effect| {
            let statements = more.statements.iter().filter(|s| s.effect == effect).cloned();
            Document { version: more.version, ..Document::new(statements) }
        };
        let before = outcome(std::slice::from_ref(&document), &request);
        let allowed = outcome(&[document.clone(), of(Effect::Allow)], &request);
        let denied = outcome(&[document.clone(), of(Effect::Deny)], &request);
        prop_assert!(before != Outcome::Allowed || allowed == Outcome::Allowed);
        prop_assert!(before == Outcome::Allowed || denied != Outcome::Allowed);
        prop_assert!(before != Outcome::ExplicitDeny || (allowed == before && denied == before));
    }

    #[test]
    fn boundary_is_an_intersection(identity in document(), boundary in document(), request in request()) {
        let both = PolicySet::new().identity("p", &identity).boundary("b", &boundary).decide(&request).is_allowed();
        let each = [identity, boundary].iter().all(|d| outcome(std::slice::from_ref(d), &request) == Outcome::Allowed);
        prop_assert_eq!(both, each);
    }

    #[test]
    fn decide_ignores_case_of_actions_and_keys(document in document(), request in request()) {
        let upper = Request::new(request.caller().clone(), request.action().to_uppercase(), request.resource());
        let keys = ["aws:TagKeys", "aws:PrincipalTag/user", "k:one", "aws:SourceIp"];
        let upper = keys.iter().fold(upper, |upper, key| {
            upper.context(key.to_uppercase(), request.values(&(*key).into()).to_vec())
        });
        prop_assert_eq!(outcome(std::slice::from_ref(&document), &request), outcome(&[document], &upper));
    }

    #[test]
    fn decide_accepts_any_request(
        document in crate::tests::strategies::any_document(),
        action in ".{0,12}", resource in ".{0,30}", value in ".{0,12}",
    ) {
        let request = Request::new(Caller::Anonymous, action, resource).context("k:odd", [value]);
        let set = PolicySet::new().identity("i", &document).resource("r", &document).endpoint("e", &document);
        let decision = set.decide(&request);
        prop_assert!(!decision.to_string().is_empty());
    }
}
