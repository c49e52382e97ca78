//! Conditions on where a request comes from.

use std::collections::{BTreeMap, BTreeSet};

use super::super::scope::{Line, Report, is_null};
use crate::{Condition, ConditionKey, Operator, PolicyType};

/// Keys that tell a request's network.
const NETWORK: [&str; 9] = [
    "aws:SourceIp",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:VpcSourceIp",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
    "aws:Ec2InstanceSourceVpc",
];

fn is_network(key: &ConditionKey) -> bool {
    NETWORK.iter().any(|name| *key == ConditionKey::from(*name))
}

/// L10.
pub(crate) fn inverted_allow(report: &mut Report<'_>) {
    let scope = report.scope;
    for line in scope.lines.iter().filter(|line| line.allows()) {
        for condition in &line.statement.conditions {
            let negated = condition.operator.comparison.is_negated() || is_null(condition, "true");
            if negated && is_network(&condition.key) {
                report.condition(
                    line,
                    condition,
                    format!(
                        "the Allow grants to requests whose `{}` is another, or absent",
                        condition.key
                    ),
                    "allow without it, and deny what comes from elsewhere with this condition",
                );
            }
        }
    }
}

/// L19.
pub(crate) fn address_only(report: &mut Report<'_>) {
    let scope = report.scope;
    let source_ip = ConditionKey::from("aws:SourceIp");
    let others: Vec<&str> = NETWORK
        .into_iter()
        .filter(|name| *name != "aws:SourceIp")
        .collect();
    for line in scope.lines.iter().filter(|line| line.denies()) {
        for condition in &line.statement.conditions {
            let by_address =
                condition.operator.comparison.is_negated() && condition.key == source_ip;
            if by_address && !line.demands(&source_ip) && !line.mentions_any(&others) {
                report.condition(
                    line,
                    condition,
                    "requests through a VPC endpoint have no `aws:SourceIp` and are all denied",
                    "add a negated comparison of `aws:SourceVpce` with one's endpoints to the statement",
                );
            }
        }
    }
}

/// L16.
pub(crate) fn foreign_endpoint(report: &mut Report<'_>) {
    let scope = report.scope;
    let mut used: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for line in &scope.lines {
        let Some(service) = service(line) else {
            continue;
        };
        for condition in endpoints(line) {
            for id in &condition.values {
                let before = used.entry(id).or_default();
                before.insert(service.clone());
                let why = match scope.options.endpoints.get(id) {
                    Some(endpoint) if serves(endpoint, &service) => continue,
                    Some(endpoint) => format!(
                        "`{id}` is the endpoint of `{endpoint}`, and the statement is about `{service}`"
                    ),
                    None => {
                        let Some(other) = before.iter().find(|other| **other != service) else {
                            continue;
                        };
                        format!(
                            "`{id}` stands for `{service}` here and for `{other}` before, and an endpoint serves one service"
                        )
                    }
                };
                report.condition(
                    line,
                    condition,
                    why,
                    format!("name the endpoint of `{service}`"),
                );
            }
        }
    }
}

fn endpoints<'l>(line: &'l Line<'_>) -> impl Iterator<Item = &'l Condition> {
    let key = ConditionKey::from("aws:SourceVpce");
    line.statement.conditions.iter().filter(move |condition| {
        condition.key == key && condition.operator.comparison != Operator::Null
    })
}

/// The one service that a statement is about.
fn service(line: &Line<'_>) -> Option<String> {
    match line.kind {
        PolicyType::Bucket => return Some("s3".to_owned()),
        PolicyType::Key => return Some("kms".to_owned()),
        _ => {}
    }
    let prefix = |pattern: &str| {
        pattern
            .split_once(':')
            .map(|(service, _)| service.to_ascii_lowercase())
    };
    let all: Option<BTreeSet<String>> = line
        .patterns
        .iter()
        .map(|pattern| prefix(pattern.text))
        .collect();
    let mut all = all?.into_iter();
    match (all.next(), all.next()) {
        (Some(service), None) if !service.contains(['*', '?']) => Some(service),
        _ => None,
    }
}

/// Whether an endpoint such as `com.amazonaws.eu-west-1.s3` serves a service's actions.
fn serves(endpoint: &str, service: &str) -> bool {
    let label = match service {
        "cloudwatch" => "monitoring",
        service => service,
    };
    endpoint
        .split('.')
        .any(|part| part.eq_ignore_ascii_case(label))
}
