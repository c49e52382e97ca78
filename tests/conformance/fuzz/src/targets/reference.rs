//! A second, simple and slow evaluator, written from the AWS pages. It shares only types with the
//! other.
//!
//! Sources: "IAM JSON policy elements: Condition operators"
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>),
//! "Set operators for multivalued context keys"
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>),
//! "Variables and tags"
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>).

use std::net::IpAddr;

use iam_policy::evaluate::Request;
use iam_policy::{Clause, Condition, Document, Effect, Operator, SetQualifier, Statement, Version};

/// A character of a pattern, and whether it stands for itself whatever it is.
type Letter = (char, bool);

/// What the statements of the documents say together: whether one denies, whether one allows.
/// `None` where a date would have to be read. `identity`: the policies are identity-based, so that
/// incomplete ARNs are completed.
pub(crate) fn answer(
    documents: &[&Document],
    request: &Request,
    identity: bool,
) -> Option<(bool, bool)> {
    let (mut denies, mut allows) = (false, false);
    for document in documents {
        for statement in &document.statements {
            if applies(statement, document.version, request, identity)? {
                match statement.effect {
                    Effect::Deny => denies = true,
                    Effect::Allow => allows = true,
                }
            }
        }
    }
    Some((denies, allows))
}

fn applies(
    statement: &Statement,
    version: Version,
    request: &Request,
    identity: bool,
) -> Option<bool> {
    let action = request.action().to_ascii_lowercase();
    let mut names = statement.actions.values().iter();
    let named = names.any(|p| like(&plain(&p.to_ascii_lowercase()), &letters(&action)));
    if named == statement.actions.is_except() {
        return Some(false);
    }
    if let Some(resources) = &statement.resources {
        let text = letters(request.resource());
        let unsaid = |p: &String| {
            let fixed = p.split_once("${").map(|(fixed, _)| fixed);
            identity && fixed.is_some_and(|f| f.starts_with("arn:") && f.matches(':').count() < 5)
        };
        if resources.values().iter().any(unsaid) {
            // Whether values count as parts of an incomplete ARN, AWS does not say.
            return None;
        }
        let about = |p: &String| {
            let pattern = substitute(p, version, request);
            let pattern = pattern.map(|p| if identity { completed(p) } else { p });
            pattern.is_some_and(|p| resource(&p, &text, 0))
        };
        let named = resources.values().iter().any(about);
        if named == matches!(resources, Clause::Except(_)) {
            return Some(false);
        }
    }
    for condition in &statement.conditions {
        if !holds(condition, version, request)? {
            return Some(false);
        }
    }
    Some(true)
}

fn holds(condition: &Condition, version: Version, request: &Request) -> Option<bool> {
    let values = request.values(&condition.key);
    let operator = condition.operator;
    if operator.comparison == Operator::Null {
        let absent = if values.is_empty() { "true" } else { "false" };
        return Some(
            condition
                .values
                .iter()
                .any(|v| v.eq_ignore_ascii_case(absent)),
        );
    }
    let negated = operator.comparison.as_str().contains("Not");
    let mut matched = Vec::new();
    for value in values {
        let mut any = false;
        for wanted in &condition.values {
            any |= compare(operator.comparison, wanted, value, version, request)?;
        }
        matched.push(any);
    }
    let nothing = values.iter().all(String::is_empty) && values.len() < 2;
    Some(match operator.qualifier {
        Some(SetQualifier::ForAllValues) => nothing || matched.iter().all(|m| *m != negated),
        Some(SetQualifier::ForAnyValue) => !nothing && matched.iter().any(|m| *m != negated),
        None if values.is_empty() => negated || operator.if_exists,
        None => matched.contains(&true) != negated,
    })
}

/// The operator without its negation, for one value of the condition and one of the request.
fn compare(
    operator: Operator,
    wanted: &str,
    value: &str,
    version: Version,
    request: &Request,
) -> Option<bool> {
    let name = operator.as_str().replace("Not", "");
    let text = || substitute(wanted, version, request);
    let exact = |p: Vec<Letter>| p.into_iter().map(|(c, _)| c).collect::<String>();
    Some(match name.as_str() {
        "StringEquals" => text().is_some_and(|p| exact(p) == value),
        "StringEqualsIgnoreCase" => {
            text().is_some_and(|p| exact(p).to_lowercase() == value.to_lowercase())
        }
        "StringLike" => text().is_some_and(|p| like(&p, &letters(value))),
        "Bool" => text().is_some_and(|p| exact(p).eq_ignore_ascii_case(value)),
        "BinaryEquals" => wanted == value,
        "ArnEquals" | "ArnLike" => text().is_some_and(|p| arn(&p, &letters(value))),
        "IpAddress" => within(wanted, value),
        _ if name.starts_with("Date") => return None,
        _ => match (number(wanted), number(value)) {
            (Some(bound), Some(value)) => match name.trim_start_matches("Numeric") {
                "LessThan" => value < bound,
                "LessThanEquals" => value <= bound,
                "GreaterThan" => value > bound,
                "GreaterThanEquals" => value >= bound,
                _ => value == bound,
            },
            _ => false,
        },
    })
}

fn letters(text: &str) -> Vec<char> {
    text.chars().collect()
}

fn plain(pattern: &str) -> Vec<Letter> {
    pattern.chars().map(|c| (c, false)).collect()
}

/// Policy variables by their values, which stand for themselves; `None` where one has none.
fn substitute(pattern: &str, version: Version, request: &Request) -> Option<Vec<Letter>> {
    if version == Version::V2008 {
        return Some(plain(pattern));
    }
    let Some((before, rest)) = pattern.split_once("${") else {
        return Some(plain(pattern));
    };
    let Some(end) = rest.find('}') else {
        return Some(plain(pattern));
    };
    let mut out = plain(before);
    let (inner, mut behind) = (rest.get(..end)?, rest.get(end + 1..)?);
    let literal = |text: &str| text.chars().map(|c| (c, true)).collect::<Vec<Letter>>();
    if let Some((key, _)) = inner.split_once(", '") {
        // The default goes up to `'}`; without one this is no variable.
        let (_, from) = rest.split_once(", '")?;
        match from.split_once("'}") {
            Some((default, after)) => {
                behind = after;
                out.extend(literal(
                    request.value(&key.trim().into()).unwrap_or(default),
                ));
            }
            None => {
                out.extend(plain("${"));
                out.extend(substitute(rest, version, request)?);
                return Some(out);
            }
        }
    } else if ["*", "?", "$"].contains(&inner) {
        out.extend(literal(inner));
    } else {
        out.extend(literal(request.value(&inner.trim().into())?));
    }
    out.extend(substitute(behind, version, request)?);
    Some(out)
}

/// Whether the pattern matches the whole text.
pub(crate) fn like(pattern: &[Letter], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((('*', false), behind)) => tails(text).any(|(_, tail)| like(behind, tail)),
        Some((letter, behind)) => text
            .split_first()
            .is_some_and(|(c, tail)| fits(*letter, *c) && like(behind, tail)),
    }
}

/// The same for a `Resource`: a star that does not end one of the first five parts stays within its
/// part.
fn resource(pattern: &[Letter], text: &[char], colons: usize) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((('*', false), behind)) => {
            let inside = colons < 5 && behind.first().is_some_and(|(c, _)| *c != ':');
            tails(text).any(|(head, tail)| {
                !(inside && head.contains(&':')) && resource(behind, tail, colons)
            })
        }
        Some((letter, behind)) => text.split_first().is_some_and(|(c, tail)| {
            fits(*letter, *c) && resource(behind, tail, colons + usize::from(letter.0 == ':'))
        }),
    }
}

/// An ARN with `*` in place of the parts that it lacks.
fn completed(mut pattern: Vec<Letter>) -> Vec<Letter> {
    if pattern.starts_with(&plain("arn:")) {
        let colons = pattern
            .iter()
            .filter(|letter| **letter == (':', false))
            .count();
        for _ in colons..5 {
            pattern.extend(plain(":*"));
        }
    }
    pattern
}

/// All ways to cut the text in two.
fn tails(text: &[char]) -> impl Iterator<Item = (&[char], &[char])> {
    (0..=text.len()).filter_map(|at| text.split_at_checked(at))
}

fn fits((letter, literal): Letter, c: char) -> bool {
    letter == c || letter == '?' && !literal
}

/// Six parts, each for itself.
fn arn(pattern: &[Letter], text: &[char]) -> bool {
    let patterns: Vec<&[Letter]> = pattern.splitn(6, |(c, _)| *c == ':').collect();
    let texts: Vec<&[char]> = text.splitn(6, |c| *c == ':').collect();
    patterns.len() == 6 && texts.len() == 6 && patterns.iter().zip(texts).all(|(p, t)| like(p, t))
}

/// A decimal in thousandths. Texts here are short.
fn number(text: &str) -> Option<i128> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |s: &str| !s.is_empty() && s.chars().all(|c| c.is_ascii_digit());
    if !all(whole) || !all(fraction) {
        return None;
    }
    let size: i128 = format!("{whole}{fraction:0<16}").parse().ok()?;
    Some(if text.starts_with('-') { -size } else { size })
}

fn within(network: &str, value: &str) -> bool {
    let (Some((network, length)), Some((value, narrow))) = (range(network), range(value)) else {
        return false;
    };
    network.len() == value.len()
        && length <= narrow
        && network
            .chars()
            .zip(value.chars())
            .take(length)
            .all(|(a, b)| a == b)
}

/// The bits of an address as text, and how many of them count.
fn range(text: &str) -> Option<(String, usize)> {
    let (address, length) = text
        .split_once('/')
        .map_or((text, None), |(a, l)| (a, Some(l)));
    let bits = match address.parse().ok()? {
        IpAddr::V4(v4) => format!("{:032b}", u32::from(v4)),
        IpAddr::V6(v6) => format!("{:0128b}", u128::from(v6)),
    };
    let length = match length {
        None => bits.len(),
        Some(l) if !l.is_empty() && l.chars().all(|c| c.is_ascii_digit()) => l.parse().ok()?,
        Some(_) => return None,
    };
    (length <= bits.len()).then_some((bits, length))
}
