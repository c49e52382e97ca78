//! The compiled form decides as the interpreter does: outcome, deciding statements, what was
//! missing.

use proptest::prelude::*;
use proptest::sample::select;

use crate::evaluate::{Caller, Decision, Outcome, PolicySet, Request};
use crate::tests::strategies::{document, key, principal};
use crate::{Clause, Document, Operator, Statement};

/// The decision, after making sure that both forms come to it.
fn decide(set: &PolicySet, request: &Request) -> Decision {
    let decision = set.decide(request);
    let compiled = set.compile();
    assert_eq!(compiled.decide(request), decision, "{request:?}");
    assert_eq!(compiled.outcome(request), decision.outcome, "{request:?}");
    decision
}

fn caller() -> impl Strategy<Value = Caller> {
    let arns = [
        "arn:aws:iam::111122223333:role/r",
        "arn:aws:iam::111122223333:role/r",
        "arn:aws:sts::111122223333:assumed-role/r/s",
        "arn:aws:iam::444455556666:user/u",
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/X",
    ];
    let others = [
        Caller::Service("sagemaker.amazonaws.com".to_owned()),
        Caller::Federated("accounts.google.com".to_owned()),
        Caller::Anonymous,
    ];
    let all: Vec<Caller> = arns
        .iter()
        .map(|arn| Caller::from_arn(arn).unwrap())
        .chain(others)
        .collect();
    select(all)
}

fn request() -> impl Strategy<Value = Request> {
    let action = select(vec![
        "s3:GetObject",
        "S3:getobject",
        "s3:GetObjectAcl",
        "s3:PutObject",
        "sqs:Send",
        "sqs:Receive",
        "kms:Decrypt",
        "sts:AssumeRole",
        "none",
    ]);
    let resource = select(vec![
        "*",
        "arn:aws:s3:::data/a",
        "arn:aws:s3:::data/b/c",
        "arn:aws:s3:::data/über/c",
        "arn:aws:sqs:eu-west-1:111122223333:q1",
        "arn:aws:sqs:eu-west-1:444455556666:q1",
        "arn:aws:x:a:b:c:r:111122223333:e",
    ]);
    let value = select(vec![
        "a",
        "A",
        "b*",
        "b",
        "true",
        "TRUE",
        "7",
        "07.0",
        "8",
        "192.0.2.9",
        "2026-01-01",
        "2027-01-01T00:00:00Z",
        "arn:aws:s3:::data/a",
        "",
        "ü",
        "x:y",
        ":",
    ]);
    let values = prop::collection::vec(value, 0..4);
    let context = prop::collection::vec((any_key(), values), 0..6);
    (caller(), action, resource, context).prop_map(|(caller, action, resource, context)| {
        let request = Request::new(caller, action, resource);
        context.into_iter().fold(request, |request, (key, values)| {
            request.context(key, values)
        })
    })
}

fn any_key() -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => key(), 1 => select(vec!["aws:PrincipalTag/none", "aws:ResourceAccount"])]
}

/// Statements with more kinds of patterns and values than the common strategies have.
fn odd_statement() -> impl Strategy<Value = Statement> {
    let actions = select(vec![
        "s3:*",
        "*:GetObject",
        "*",
        "s?:Get*",
        "S3:GetObject",
        "no*",
    ]);
    let resources = select(vec![
        "arn:aws:s3:::*/c",
        "arn:aws:s3:::data/?/c",
        "arn:*:s3:::data*",
        "arn:aws:sqs:eu-*-1:111122223333:q?",
        "arn:aws:x:*${aws:PrincipalTag/user}:r:*:e",
        "arn:aws:x:*r${aws:PrincipalTag/user}*:e",
        "arn:aws:s3:::${k:one}/${aws:PrincipalTag/none, 'b'}*c",
        "${k:one}*",
        "",
    ]);
    let operator = select(Operator::ALL.to_vec());
    let values = select(vec![
        "*${k:one}*",
        "?",
        "${aws:PrincipalTag/none, ':'}",
        "arn:*:s3:::*/${k:one}",
        "arn:aws:s3:::data/*",
        "*a*",
        "Ü",
        "6",
        "8.5",
        "2026-06-01",
        "::/0",
        "192.0.2.0/25",
        "TRUE",
        "v1",
        "v2",
        "v3",
        "v4",
        "v5",
        "v6",
        "v7",
        "v8",
        "",
        "a",
        "x:y",
    ]);
    let list = prop::collection::vec(values, 0..12);
    (actions, resources, operator, any_key(), list, 0..4_u8).prop_map(
        |(action, resource, operator, key, values, shape)| {
            let base = if shape & 1 == 0 {
                Statement::allow("Odd")
            } else {
                Statement::deny("")
            };
            let statement = base
                .actions([action])
                .resources([resource, "arn:aws:s3:::data/a"]);
            if shape & 2 == 0 {
                statement.when(operator, key, values)
            } else {
                statement
            }
        },
    )
}

fn policy() -> impl Strategy<Value = Document> {
    (document(), prop::collection::vec(odd_statement(), 0..3)).prop_map(|(mut document, odd)| {
        document.statements.extend(odd);
        document
    })
}

/// A policy that names principals in most statements.
fn open_policy() -> impl Strategy<Value = Document> {
    let principals = (prop::collection::btree_set(principal(), 1..3), 0..5_u8);
    (policy(), prop::collection::vec(principals, 8)).prop_map(|(mut document, principals)| {
        for (statement, (named, form)) in document.statements.iter_mut().zip(principals) {
            statement.principals = match form {
                0 => None,
                1 => Some(Clause::Except(named)),
                _ => Some(Clause::Only(named)),
            };
            if form == 4 {
                statement.resources = None;
            }
        }
        document
    })
}

fn set() -> impl Strategy<Value = PolicySet> {
    let some = |strategy| prop::option::weighted(0.3, strategy);
    let levels = || prop::collection::vec(prop::collection::vec(policy(), 0..3), 0..2);
    let own = (
        prop::collection::vec(policy(), 0..4),
        some(policy().boxed()),
        prop::collection::vec(policy(), 0..2),
        levels(),
    );
    let others = (
        some(open_policy().boxed()),
        some(open_policy().boxed()),
        prop::collection::vec(prop::collection::vec(open_policy(), 1..3), 0..2),
    );
    (own, others).prop_map(
        |((identity, boundary, session, scps), (resource, endpoint, rcps))| {
            let mut set = PolicySet::new();
            for (n, document) in identity.iter().enumerate() {
                set = set.identity(&format!("identity{n}"), document);
            }
            if let Some(document) = &boundary {
                set = set.boundary("boundary", document);
            }
            for document in &session {
                set = set.session("session", document);
            }
            if let Some(document) = &resource {
                set = set.resource("resource", document);
            }
            if let Some(document) = &endpoint {
                set = set.endpoint("endpoint", document);
            }
            for level in &scps {
                set = set.service_control(level.iter().map(|document| ("scp", document)));
            }
            for level in &rcps {
                set = set.resource_control(level.iter().map(|document| ("rcp", document)));
            }
            set
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn compiled_policies_decide_alike(set in set(), requests in prop::collection::vec(request(), 40)) {
        let compiled = set.compile();
        for request in &requests {
            let decision = set.decide(request);
            prop_assert_eq!(compiled.outcome(request), decision.outcome, "{:?}", request);
            prop_assert_eq!(&compiled.decide(request), &decision, "{:?}", request);
        }
    }
}

#[test]
fn compiled_stars_depend_on_variables() {
    let pattern = "arn:aws:x:${aws:PrincipalTag/user}*z";
    let policy = Document::new([Statement::allow("A").actions(["*"]).resources([pattern])]);
    let set = PolicySet::new().identity("p", &policy);
    let role = Caller::from_arn("arn:aws:iam::111122223333:role/r").unwrap();
    let request = |user: &str, resource: &str| {
        let request = Request::new(role.clone(), "x:Y", resource).principal_tag("user", user);
        request.resource_account("111122223333")
    };
    // Behind five colons, be they the value's, the star crosses colons.
    let cases = [
        ("a", "arn:aws:x:abz", Outcome::Allowed),
        ("a", "arn:aws:x:a:b:c:z", Outcome::ImplicitDeny),
        ("a:", "arn:aws:x:a:b:c:z", Outcome::ImplicitDeny),
        ("a:b:", "arn:aws:x:a:b:c:z", Outcome::Allowed),
    ];
    for (user, resource, expected) in cases {
        let decision = decide(&set, &request(user, resource));
        assert_eq!(decision.outcome, expected, "{user} {resource}");
    }
}

#[test]
fn compiled_policies_with_many_keys() {
    let statements = (0..100).map(|n| {
        let values = [format!("v{n}"), "${k:99}".to_owned()];
        Statement::allow(format!("S{n}"))
            .actions([format!("s{}:Get{}", n % 3, n % 7)])
            .resources(["*"])
            .when(Operator::StringEquals, format!("k:{n}"), values)
    });
    let set = PolicySet::new().identity("p", &Document::new(statements));
    let role = Caller::from_arn("arn:aws:iam::111122223333:role/r").unwrap();
    for n in [0, 31, 32, 33, 99] {
        let ask = |value: &str| {
            let action = format!("S{}:get{}", n % 3, n % 7);
            Request::new(role.clone(), action, "*").context(format!("K:{n}"), [value])
        };
        assert!(decide(&set, &ask(&format!("v{n}"))).is_allowed());
        // Every key equals itself.
        assert_eq!(decide(&set, &ask("w")).is_allowed(), n == 99);
        assert!(decide(&set, &ask("w").context("k:99", ["w"])).is_allowed());
    }
}

#[test]
fn compiled_empty_set_denies_all() {
    let root = Caller::from_arn("arn:aws:iam::111122223333:root").unwrap();
    let set = PolicySet::new();
    assert!(decide(&set, &Request::new(root, "s3:GetObject", "*")).is_allowed());
    let anonymous = Request::new(Caller::Anonymous, "s3:GetObject", "*");
    assert_eq!(decide(&set, &anonymous).outcome, Outcome::ImplicitDeny);
}
