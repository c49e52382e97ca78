//! Random documents, small enough that requests often meet them.

use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::{
    Clause, Condition, ConditionOperator, Conditions, Document, Effect, Operator, Principal,
    SetQualifier, Statement, Version,
};

/// Actions and patterns over them.
pub(crate) fn action() -> impl Strategy<Value = String> {
    select(vec![
        "*",
        "s3:*",
        "s3:Get*",
        "s3:GetObject",
        "S3:getobject",
        "s3:Put?bject",
        "sqs:*",
        "sqs:Send",
    ])
    .prop_map(str::to_owned)
}

/// Resources and patterns over them.
pub(crate) fn resource() -> impl Strategy<Value = String> {
    select(vec![
        "*",
        "arn:aws:s3:::data/*",
        "arn:aws:s3:::data/a",
        "arn:aws:s3:::data/${aws:PrincipalTag/user}/*",
        "arn:aws:s3:::data/${aws:PrincipalTag/none, 'a'}",
        "arn:aws:sqs:*:111122223333:q?",
    ])
    .prop_map(str::to_owned)
}

/// Condition operators of every kind.
pub(crate) fn operator() -> impl Strategy<Value = ConditionOperator> {
    let qualifier = option::weighted(
        0.4,
        select(vec![SetQualifier::ForAllValues, SetQualifier::ForAnyValue]),
    );
    (select(Operator::ALL.to_vec()), qualifier, any::<bool>()).prop_map(
        |(comparison, qualifier, if_exists)| {
            let operator = ConditionOperator {
                comparison,
                qualifier,
                if_exists: false,
            };
            if if_exists {
                operator.if_exists()
            } else {
                operator
            }
        },
    )
}

/// Condition keys, some of them equal but for case.
pub(crate) fn key() -> impl Strategy<Value = &'static str> {
    select(vec![
        "aws:TagKeys",
        "aws:PrincipalTag/user",
        "AWS:principaltag/USER",
        "k:one",
        "aws:SourceIp",
    ])
}

/// Condition values that multiple operators can parse.
pub(crate) fn value() -> impl Strategy<Value = String> {
    select(vec![
        "a",
        "A",
        "b*",
        "true",
        "false",
        "7",
        "7.0",
        "192.0.2.0/24",
        "2026-01-01",
        "arn:aws:s3:::data/*",
        "${aws:PrincipalTag/user}",
        "${*}",
    ])
    .prop_map(str::to_owned)
}

fn clause<T: Ord + std::fmt::Debug>(
    values: impl Strategy<Value = T>,
    most: usize,
) -> impl Strategy<Value = Clause<T>> {
    (btree_set(values, 1..=most), prop::bool::weighted(0.2)).prop_map(|(values, except)| {
        if except {
            Clause::Except(values)
        } else {
            Clause::Only(values)
        }
    })
}

/// Any principal.
pub(crate) fn principal() -> impl Strategy<Value = Principal> {
    select(vec![
        Principal::Any,
        Principal::aws("111122223333"),
        Principal::aws("arn:aws:iam::111122223333:role/r"),
        Principal::aws("arn:aws:iam::444455556666:role/other"),
        Principal::service("sagemaker.amazonaws.com"),
        Principal::federated("accounts.google.com"),
    ])
}

fn conditions() -> impl Strategy<Value = Conditions> {
    let condition =
        (operator(), key(), btree_set(value(), 0..3)).prop_map(|(operator, key, values)| {
            Condition {
                operator,
                key: key.into(),
                values,
            }
        });
    vec(condition, 0..3).prop_map(|all| all.into_iter().collect())
}

/// A statement without principals, as in identity policies.
pub(crate) fn statement() -> impl Strategy<Value = Statement> {
    let effect = prop_oneof![3 => Just(Effect::Allow), 1 => Just(Effect::Deny)];
    (
        effect,
        clause(action(), 3),
        clause(resource(), 3),
        conditions(),
    )
        .prop_map(|(effect, actions, resources, conditions)| Statement {
            sid: None,
            effect,
            principals: None,
            actions,
            resources: Some(resources),
            conditions,
        })
}

/// A document of an identity policy, with Sids on some statements.
pub(crate) fn document() -> impl Strategy<Value = Document> {
    let sids = any::<u8>();
    (vec(statement(), 0..5), sids, prop::bool::weighted(0.1)).prop_map(|(statements, sids, old)| {
        let mut document = Document::new(statements);
        for (index, statement) in document.statements.iter_mut().enumerate() {
            statement.sid = (sids >> index & 1 == 1).then(|| format!("Sid{index}"));
        }
        document.version = if old { Version::V2008 } else { Version::V2012 };
        document
    })
}

/// A document with principals, ids and strings of every kind, for printing and parsing.
pub(crate) fn any_document() -> impl Strategy<Value = Document> {
    let odd = || any::<String>();
    (
        document(),
        vec(clause(principal(), 3), 0..5),
        option::of(odd()),
        odd(),
    )
        .prop_map(|(mut document, principals, id, text)| {
            document.id = id;
            for (statement, principals) in document.statements.iter_mut().zip(principals) {
                statement.principals = Some(principals);
                statement.resources = None;
                statement.conditions.insert(Condition {
                    operator: Operator::StringEquals.into(),
                    key: "k:odd".into(),
                    values: [text.clone()].into(),
                });
            }
            document
        })
}
