//! Conditions on the network of a request.

use std::collections::{BTreeMap, BTreeSet};

use super::super::reporter::Reporter;
use super::super::rule::Examples;
use super::super::scope::{StatementContext, is_null};
use crate::{Condition, ConditionKey, Operator, PolicyType};

/// Keys with the network of a request.
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

pub(super) const INVERTED_NETWORK_ALLOW: Examples = Examples {
    policy_type: PolicyType::Bucket,
    bad: r#"{"Sid": "Members", "Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::mlspace-data/*",
        "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}}"#,
    good: Some(
        r#"{"Sid": "Members", "Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::mlspace-data/*"},
        {"Sid": "OwnEndpoint", "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::mlspace-data/*",
        "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}}"#,
    ),
};

/// L10.
pub(super) fn inverted_network_allow(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    for context in scope.statements.iter().filter(|context| context.allows()) {
        for condition in &context.statement.conditions {
            let negated = condition.operator.comparison.is_negated() || is_null(condition, "true");
            if negated && is_network(&condition.key) {
                reporter.condition(
                    context,
                    condition,
                    format!(
                        "the Allow applies to requests with any other `{}`, and to requests without it",
                        condition.key
                    ),
                    "allow without this condition, and deny requests from elsewhere with it",
                );
            }
        }
    }
}

pub(super) const SOURCE_IP_WITHOUT_ENDPOINT: Examples = Examples {
    policy_type: PolicyType::ServiceControl,
    bad: r#"{"Sid": "OfficeOnly", "Effect": "Deny", "Action": "sagemaker:CreatePresignedDomainUrl", "Resource": "*",
        "Condition": {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}"#,
    good: Some(
        r#"{"Sid": "OfficeOnly", "Effect": "Deny", "Action": "sagemaker:CreatePresignedDomainUrl", "Resource": "*",
        "Condition": {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"},
        "StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}}"#,
    ),
};

/// L19.
pub(super) fn source_ip_without_endpoint(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    let source_ip = ConditionKey::from("aws:SourceIp");
    let others: Vec<&str> = NETWORK
        .into_iter()
        .filter(|name| *name != "aws:SourceIp")
        .collect();
    for context in scope.statements.iter().filter(|context| context.denies()) {
        for condition in &context.statement.conditions {
            let by_address =
                condition.operator.comparison.is_negated() && condition.key == source_ip;
            if by_address && !context.requires(&source_ip) && !context.mentions_any(&others) {
                reporter.condition(
                    context,
                    condition,
                    "requests through a VPC endpoint have no `aws:SourceIp`, so all of them are denied",
                    "add a negated comparison of `aws:SourceVpce` with your endpoints to the statement",
                );
            }
        }
    }
}

pub(super) const WRONG_VPC_ENDPOINT: Examples = Examples {
    policy_type: PolicyType::ServiceControl,
    bad: r#"{"Sid": "Storage", "Effect": "Deny", "Action": "s3:GetObject", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}},
        {"Sid": "Keys", "Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}}"#,
    good: Some(
        r#"{"Sid": "Storage", "Effect": "Deny", "Action": "s3:GetObject", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}},
        {"Sid": "Keys", "Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-9f8e7d6c"}}}"#,
    ),
};

/// L16.
pub(super) fn wrong_vpc_endpoint(reporter: &mut Reporter<'_>) {
    let scope = reporter.scope;
    let mut used: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for context in &scope.statements {
        let Some(service) = service(context) else {
            continue;
        };
        for condition in endpoints(context) {
            for id in &condition.values {
                let before = used.entry(id).or_default();
                before.insert(service.clone());
                let why = match scope.options.endpoints.get(id) {
                    Some(endpoint) if serves(endpoint, &service) => continue,
                    Some(endpoint) => format!(
                        "`{id}` is the endpoint of `{endpoint}`, but the statement is about `{service}`"
                    ),
                    None => {
                        let Some(other) = before.iter().find(|other| **other != service) else {
                            continue;
                        };
                        format!(
                            "`{id}` is used for `{service}` here and for `{other}` before, but an endpoint serves one service"
                        )
                    }
                };
                reporter.condition(
                    context,
                    condition,
                    why,
                    format!("name the endpoint of `{service}`"),
                );
            }
        }
    }
}

fn endpoints<'l>(context: &'l StatementContext<'_>) -> impl Iterator<Item = &'l Condition> {
    let key = ConditionKey::from("aws:SourceVpce");
    context
        .statement
        .conditions
        .iter()
        .filter(move |condition| {
            condition.key == key && condition.operator.comparison != Operator::Null
        })
}

/// The service that a statement is about, if it is only one.
fn service(context: &StatementContext<'_>) -> Option<String> {
    match context.policy_type {
        PolicyType::Bucket => return Some("s3".to_owned()),
        PolicyType::Key => return Some("kms".to_owned()),
        _ => {}
    }
    let prefix = |pattern: &str| {
        pattern
            .split_once(':')
            .map(|(service, _)| service.to_ascii_lowercase())
    };
    let all: Option<BTreeSet<String>> = context
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
