//! Descriptions of policies in words. They state what the evaluator does, missing keys included.

use std::collections::BTreeSet;

use iam_policy::evaluate::Request;
use iam_policy::template::{Piece, Syntax, Template};
use iam_policy::{
    Clause, Condition, ConditionKey, Effect, Operator, Principal, SetQualifier, Statement, Version,
};

/// The requirement of a condition.
pub(crate) fn condition(condition: &Condition) -> String {
    let subject = key(&condition.key);
    let operator = condition.operator;
    if operator.comparison == Operator::Null {
        return presence(&subject, &condition.values);
    }
    let relation = relation(operator.comparison, &condition.values);
    match operator.qualifier {
        Some(SetQualifier::ForAnyValue) => format!("some value of {subject} {relation}"),
        Some(SetQualifier::ForAllValues) => {
            format!("every value of {subject} {relation}, or it is missing")
        }
        None if operator.comparison.is_negated() || operator.if_exists => {
            format!("{subject} is missing, or {relation}")
        }
        None => format!("{subject} {relation}"),
    }
}

fn presence(subject: &str, values: &BTreeSet<String>) -> String {
    let has = |word: &str| values.iter().any(|v| v.eq_ignore_ascii_case(word));
    match (has("true"), has("false")) {
        (true, false) => format!("{subject} is missing"),
        (false, true) => format!("{subject} is there"),
        (true, true) => format!("{subject} is missing or there, so always"),
        (false, false) => format!("never: `Null` of {subject} is neither `true` nor `false`"),
    }
}

/// The comparison with one value of the request, such as ``is `a` or `b` ``.
fn relation(comparison: Operator, values: &BTreeSet<String>) -> String {
    let negated = comparison.is_negated();
    if values.is_empty() {
        let which = if negated {
            "anything"
        } else {
            "in an empty list, so never"
        };
        return format!("is {which}");
    }
    let (stem, tail) = match comparison.positive() {
        Operator::StringEqualsIgnoreCase => ("", ", in any case of its letters"),
        Operator::StringLike => ("like ", ""),
        Operator::NumericEquals => ("the number ", ""),
        Operator::NumericLessThan => ("less than ", ""),
        Operator::NumericLessThanEquals => ("at most ", ""),
        Operator::NumericGreaterThan => ("more than ", ""),
        Operator::NumericGreaterThanEquals => ("at least ", ""),
        Operator::DateEquals => ("the time ", ""),
        Operator::DateLessThan => ("before ", ""),
        Operator::DateLessThanEquals => ("not after ", ""),
        Operator::DateGreaterThan => ("after ", ""),
        Operator::DateGreaterThanEquals => ("not before ", ""),
        Operator::BinaryEquals => ("the Base64 of ", ""),
        Operator::IpAddress => ("an address in ", ""),
        Operator::ArnEquals | Operator::ArnLike => ("an ARN like ", ""),
        _ => ("", ""),
    };
    let quoted: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
    match (negated, quoted.as_slice()) {
        (true, [one]) => format!("is not {stem}{one}{tail}"),
        (true, many) => format!("is neither {stem}{}{tail}", join(many, "nor")),
        (false, many) => format!("is {stem}{}{tail}", join(many, "or")),
    }
}

/// Joins items to a list such as `a, b or c`.
fn join(items: &[String], conjunction: &str) -> String {
    match items.split_last() {
        Some((last, rest)) if !rest.is_empty() => {
            format!("{} {conjunction} {last}", rest.join(", "))
        }
        _ => items.concat(),
    }
}

/// Name of a condition key in words.
pub(crate) fn key(key: &ConditionKey) -> String {
    const TAGS: [(&str, &str); 3] = [
        ("aws:PrincipalTag", "the caller's tag"),
        ("aws:RequestTag", "the request's tag"),
        ("aws:ResourceTag", "the resource's tag"),
    ];
    let tag = key.as_str().split_once('/').and_then(|(name, tag)| {
        let (_, words) = TAGS.iter().find(|(of, _)| of.eq_ignore_ascii_case(name))?;
        Some(format!("{words} `{tag}`"))
    });
    tag.unwrap_or_else(|| format!("`{key}`"))
}

/// The values that a request has for the key of a condition.
pub(crate) fn actual_values(condition: &Condition, request: &Request) -> String {
    match request.values(&condition.key) {
        [] => "it is missing".to_owned(),
        values => {
            let quoted: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
            format!("it is {}", join(&quoted, "and"))
        }
    }
}

/// The principals of a statement.
pub(crate) fn principals(clause: &Clause<Principal>, effect: Effect) -> Vec<String> {
    let words = |one| principal(one, effect);
    clause.values().iter().map(words).collect()
}

fn principal(principal: &Principal, effect: Effect) -> String {
    match principal {
        Principal::Any => "everyone, anonymous callers included".to_owned(),
        Principal::Aws(name) => match account(name) {
            Some(id) if effect == Effect::Allow => {
                format!("identities of account `{id}` whose own policies allow it too")
            }
            Some(id) => format!("everyone in account `{id}`"),
            None => format!("`{name}`"),
        },
        Principal::Service(name) => format!("the service `{name}`"),
        Principal::Federated(name) => format!("who comes by the identity provider `{name}`"),
        Principal::CanonicalUser(id) => format!("the account with the canonical id `{id}`"),
    }
}

fn account(name: &str) -> Option<&str> {
    let id = match name.strip_suffix(":root") {
        Some(arn) => arn.rsplit(':').next()?,
        None => name,
    };
    (id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit())).then_some(id)
}

/// The policy variables of a statement, each with its default.
pub(crate) fn variables(
    statement: &Statement,
    version: Version,
) -> BTreeSet<(ConditionKey, Option<String>)> {
    let resources = statement.resources.iter().flat_map(Clause::values);
    let values = statement.conditions.iter().flat_map(|c| &c.values);
    let syntax = Syntax::resource(version);
    let of = |text: &String| match Template::parse(text, syntax) {
        Template::Fixed(_) => Vec::new(),
        Template::Varying(pieces) => pieces.into_iter().filter_map(variable).collect(),
    };
    resources.chain(values).flat_map(of).collect()
}

fn variable(piece: Piece) -> Option<(ConditionKey, Option<String>)> {
    match piece {
        Piece::Variable { key, default } => Some((key, default)),
        Piece::Token(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use iam_policy::evaluate::{Caller, PolicySet};
    use iam_policy::{ConditionOperator, Document};

    use super::*;

    fn of(operator: impl Into<ConditionOperator>, key: &str, values: &[&str]) -> Condition {
        Condition {
            operator: operator.into(),
            key: key.into(),
            values: values.iter().map(|v| (*v).to_owned()).collect(),
        }
    }

    fn operators() -> impl Iterator<Item = ConditionOperator> {
        Operator::ALL.into_iter().flat_map(|comparison| {
            let plain = ConditionOperator::from(comparison);
            [plain, plain.for_any_value(), plain.for_all_values()]
                .into_iter()
                .flat_map(|operator| [operator, operator.if_exists()])
        })
    }

    /// Whether a statement with the condition applies to a request with these values of `aws:x`.
    fn holds(condition: &Condition, values: &[&str]) -> bool {
        let mut statement = Statement::allow("").actions(["*"]).resources(["*"]);
        statement.conditions.insert(condition.clone());
        let role = Caller::from_arn("arn:aws:iam::123456789012:role/r").unwrap();
        let request = Request::new(role, "s3:GetObject", "*").context("aws:x", values.to_vec());
        let policies = PolicySet::new().identity("p", &Document::new([statement]));
        policies.decide(&request).is_allowed()
    }

    #[test]
    fn condition_mentions_missing_keys() {
        for operator in operators().filter(|o| o.comparison != Operator::Null) {
            let condition = of(operator, "aws:x", &["1"]);
            let words = super::condition(&condition);
            assert_eq!(
                words.contains("is missing"),
                holds(&condition, &[]),
                "{words}"
            );
        }
        for (value, words) in [
            ("true", "`aws:x` is missing"),
            ("false", "`aws:x` is there"),
        ] {
            let condition = of(Operator::Null, "aws:x", &[value]);
            assert_eq!(super::condition(&condition), words);
            assert_eq!(words.ends_with("missing"), holds(&condition, &[]));
            assert_eq!(words.ends_with("there"), holds(&condition, &["1"]));
        }
    }

    #[test]
    fn condition_mentions_negation() {
        let samples = [
            (Operator::IpAddress, "10.0.0.1"),
            (Operator::DateEquals, "2026-01-01T00:00:00Z"),
            (Operator::ArnEquals, "arn:aws:s3:::a"),
        ];
        for operator in operators().filter(|o| o.comparison != Operator::Null) {
            let positive = operator.comparison.positive();
            let is = |of: Operator| positive.as_str().starts_with(&of.as_str()[..3]);
            let sample = samples.iter().find(|(of, _)| is(*of));
            let value = sample.map_or("1", |(_, value)| *value);
            let words = super::condition(&of(operator, "aws:x", &[value]));
            let negated = words.contains(" is not `")
                || words.contains(" is not like `")
                || words.contains(" is not the ")
                || words.contains(" is not an ");
            assert_eq!(negated, operator.comparison.is_negated(), "{words}");
            // With the value itself, all but the strict inequalities hold exactly when they are not negated.
            let strict = positive.as_str().ends_with("Than");
            let held = holds(&of(operator, "aws:x", &[value]), &[value]);
            assert_eq!(held, !negated && !strict, "{words}");
        }
    }

    #[test]
    fn condition_mentions_empty_lists() {
        for operator in operators().filter(|o| o.comparison != Operator::Null) {
            let condition = of(operator, "aws:x", &[]);
            let words = super::condition(&condition);
            assert_eq!(
                words.contains("so never"),
                !holds(&condition, &["1"]),
                "{words}"
            );
        }
    }

    #[test]
    fn condition_forms_sentences() {
        let cases = [
            (
                of(
                    Operator::StringNotEquals,
                    "aws:RequestTag/project",
                    &["a", "b"],
                ),
                "the request's tag `project` is missing, or is neither `a` nor `b`",
            ),
            (
                of(Operator::StringLike.if_exists(), "s3:prefix", &["a/*"]),
                "`s3:prefix` is missing, or is like `a/*`",
            ),
            (
                of(
                    Operator::StringEquals.for_all_values(),
                    "aws:TagKeys",
                    &["a", "b", "c"],
                ),
                "every value of `aws:TagKeys` is `a`, `b` or `c`, or it is missing",
            ),
            (
                of(
                    Operator::StringNotEquals.for_any_value(),
                    "sagemaker:VpcSubnets",
                    &["s"],
                ),
                "some value of `sagemaker:VpcSubnets` is not `s`",
            ),
            (
                of(Operator::NumericLessThanEquals, "s3:max-keys", &["10"]),
                "`s3:max-keys` is at most `10`",
            ),
            (
                of(Operator::NotIpAddress, "aws:SourceIp", &["10.0.0.0/8"]),
                "`aws:SourceIp` is missing, or is not an address in `10.0.0.0/8`",
            ),
        ];
        for (condition, words) in cases {
            assert_eq!(super::condition(&condition), words);
        }
    }

    #[test]
    fn variables_depend_on_the_version() {
        let statement = Statement::allow("")
            .actions(["s3:*"])
            .resources(["arn:aws:s3:::b/${aws:PrincipalTag/user}/${*}"])
            .when(Operator::StringEquals, "a", ["${aws:username, 'x'}"]);
        let names = |version| {
            let keys = variables(&statement, version);
            let names = keys
                .into_iter()
                .map(|(key, default)| (key.to_string(), default));
            names.collect::<Vec<_>>()
        };
        assert_eq!(
            names(Version::V2012),
            [
                ("aws:PrincipalTag/user".to_owned(), None),
                ("aws:username".to_owned(), Some("x".to_owned())),
            ]
        );
        assert!(names(Version::V2008).is_empty());
    }
}
