//! The catalogue as data, and the options of projects.

use std::collections::BTreeSet;

use super::*;
use crate::policies::actions::{CREATE, OPERATE, SAGEMAKER_PATTERNS};
use crate::policies::members::limits::wildcard;

/// The actions of SageMaker.
fn sagemaker_actions() -> Vec<String> {
    let text = include_str!("../../../../crates/iam-policy/data/sagemaker.json");
    let all: serde_json::Value = serde_json::from_str(text).unwrap();
    let names = all["actions"].as_object().unwrap().keys();
    names.map(|name| format!("sagemaker:{name}")).collect()
}

fn matched(patterns: &[&str], action: &str) -> bool {
    patterns
        .iter()
        .any(|pattern| wildcard(pattern.as_bytes(), action.as_bytes()))
}

#[test]
fn patterns_match_the_listed_actions_only() {
    let all = sagemaker_actions();
    let core: BTreeSet<&str> = CREATE
        .into_iter()
        .chain(OPERATE)
        .chain([
            "sagemaker:AddTags",
            "sagemaker:DescribeDomain",
            "sagemaker:Search",
        ])
        .collect();
    let found: BTreeSet<&str> = all
        .iter()
        .map(String::as_str)
        .filter(|action| matched(&SAGEMAKER_PATTERNS, action))
        .collect();
    assert_eq!(found, core);
    for entry in SERVICES {
        let named = entry.named.iter().map(|(action, _)| *action);
        let listed: BTreeSet<&str> = entry
            .creates
            .iter()
            .chain(entry.operates)
            .copied()
            .chain(named)
            // Some are newer than the table.
            .filter(|action| all.iter().any(|known| known == action))
            .filter(|action| *action != "sagemaker:AddTags")
            .collect();
        if entry.patterns.is_empty() || entry.name == "experiments" {
            continue;
        }
        let listed = match entry.name {
            // Spaces and apps need not have tags.
            "studio" => STUDIO.into(),
            _ => listed,
        };
        let found: BTreeSet<&str> = all
            .iter()
            .map(String::as_str)
            .filter(|action| matched(entry.patterns, action))
            .collect();
        assert_eq!(found, listed, "{}", entry.name);
    }
}

/// What [`Service::Studio`] matches by patterns.
const STUDIO: [&str; 8] = [
    "sagemaker:CreateApp",
    "sagemaker:CreatePresignedDomainUrl",
    "sagemaker:CreateSpace",
    "sagemaker:DeleteApp",
    "sagemaker:DeleteSpace",
    "sagemaker:DescribeApp",
    "sagemaker:DescribeSpace",
    "sagemaker:UpdateSpace",
];

#[test]
fn entries_are_complete() {
    let mut names = BTreeSet::new();
    for (service, entry) in Service::ALL.iter().zip(SERVICES) {
        assert!(names.insert(entry.name), "{}", entry.name);
        assert_eq!(entry.name.parse::<Service>().unwrap(), *service);
        assert!(
            entry.gives.ends_with('.') && !entry.title.is_empty(),
            "{}",
            entry.name
        );
        assert!(
            entry.open.is_empty() || entry.open.ends_with('.'),
            "{}",
            entry.name
        );
        assert!(service.is_in("aws"), "{}", entry.name);
    }
    assert!("emr".parse::<Service>().unwrap_err().contains("registry"));
    assert!(!Service::Bedrock.is_in("aws-cn"));
}

#[test]
fn options_are_checked() {
    let with = |service: Service, arns: &[&str]| {
        let mut services = Services::default();
        let arns = arns.iter().map(|&arn| arn.to_owned()).collect();
        services.switch_on(
            service,
            ServiceOptions {
                arns,
                guardrail_arn: None,
            },
        );
        services.check()
    };
    let model = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0";
    assert!(with(Service::Bedrock, &[model]).is_ok());
    assert!(with(Service::Bedrock, &["arn:aws:bedrock:*"]).is_ok());
    for bad in ["*", "arn:aws:bedrock:${aws:username}", "arn:aws:*:x"] {
        assert!(with(Service::Bedrock, &[bad]).is_err(), "{bad}");
    }
    assert!(with(Service::Bedrock, &[]).is_err());
    assert!(with(Service::Registry, &[]).is_ok());
    assert!(with(Service::Registry, &[model]).is_err());
}
