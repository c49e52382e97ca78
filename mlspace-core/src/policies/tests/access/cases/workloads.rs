//! SageMaker requests: creating resources with the right tags, network and keys, and with each of
//! them wrong; using existing resources.

use super::super::Member;
use super::{Case, case, keys, owned, sagemaker, tagged, wrong_tags};
use crate::policies::actions::{CREATE, CREATE_ENDPOINT, OPERATE, SHARED_OPERATIONS};
use crate::policies::members::limits::wildcard;
use iam_policy::evaluate::Request;

/// Create actions, their resource types, and whether each must name a network and keys.
const CREATED: [(&str, &str, bool, bool, bool); 6] = [
    // action, type, network, volume key, output key
    (
        "CreateEndpointConfig",
        "endpoint-config",
        false,
        true,
        false,
    ),
    (
        "CreateHyperParameterTuningJob",
        "hyper-parameter-tuning-job",
        true,
        true,
        true,
    ),
    ("CreateModel", "model", true, false, false),
    ("CreateProcessingJob", "processing-job", true, true, true),
    ("CreateTrainingJob", "training-job", true, true, true),
    ("CreateTransformJob", "transform-job", false, true, true),
];

pub(super) const NOTHING: [&str; 0] = [];

/// The approved subnet and security group; any, if none are approved.
fn network_of(member: &Member<'_>) -> (String, String) {
    let approved = |ids: &[String], or: &str| ids.first().cloned().unwrap_or_else(|| or.to_owned());
    (
        approved(&member.deployment.subnets, "subnet-1"),
        approved(&member.deployment.groups, "sg-1"),
    )
}

/// A request to create this resource that has all that it should have but keys.
fn without_keys(member: &Member<'_>, action: &str, arn: &str, network: bool) -> Request {
    let mut request = tagged(member, member.request(action, arn));
    if action == "sagemaker:CreateTransformJob" {
        request = request.context("sagemaker:ModelArn", [sagemaker(member, "model")]);
    }
    if network {
        let (subnet, group) = network_of(member);
        request = request
            .context("sagemaker:VpcSubnets", [subnet])
            .context("sagemaker:VpcSecurityGroupIds", [group]);
    }
    request
}

/// A request of one of the actions of [`CREATED`] as it should be.
pub(super) fn good_workload(member: &Member<'_>, action: &str, arn: &str) -> Request {
    let (_, _, network, volume, output) = CREATED
        .into_iter()
        .find(|(name, ..)| action.strip_prefix("sagemaker:") == Some(*name))
        .unwrap();
    let (key, _) = keys(member);
    [("Volume", volume), ("Output", output)]
        .into_iter()
        .filter(|(_, carried)| *carried)
        .fold(
            without_keys(member, action, arn, network),
            |request, (what, _)| request.context(format!("sagemaker:{what}KmsKeyArn"), [&key]),
        )
}

pub(super) fn creating(member: &Member<'_>) -> Vec<Case> {
    let (subnet, group) = network_of(member);
    let (key, other_key) = keys(member);
    let mut all = Vec::new();
    for (name, kind, network, volume, output) in CREATED {
        let action = format!("sagemaker:{name}");
        assert!(CREATE.contains(&action.as_str()), "{action}");
        let good = without_keys(member, &action, &sagemaker(member, kind), network);
        let keyed = |request: Request, suffix: &str| {
            [("Volume", volume), ("Output", output)]
                .into_iter()
                .filter(|(_, carried)| *carried)
                .fold(request, |request, (what, _)| {
                    request.context(format!("sagemaker:{what}KmsKey{suffix}"), [&key])
                })
        };
        let mut add = |what: &str, request: Request, allowed: bool| {
            // The boundary leaves keys, and security groups that are missing, to the role's own
            // policies.
            // With a wide base policy configurations can be created without tags, and with those of
            // other systems.
            let config = name == "CreateEndpointConfig"
                && ["the tag ", "with system"]
                    .iter()
                    .any(|part| what.contains(part));
            all.push(Case {
                base_policy_can_allow: config,
                allowed_by_boundary: allowed
                    || what.contains(" key")
                    || what == "without VpcSecurityGroupIds",
                ..case(format!("{name} {what}"), request, allowed)
            })
        };
        let by_old_names = keyed(good.clone(), "");
        add("by the keys' old names", by_old_names.clone(), true);
        let good = keyed(good, "Arn");
        add("as it should be", good.clone(), true);
        for (tag, values) in wrong_tags(member) {
            let set = format!("aws:RequestTag/{tag}");
            add(
                &format!("without the tag {tag}"),
                good.clone().context(set.as_str(), NOTHING),
                false,
            );
            for value in values {
                add(
                    &format!("with {tag} {value}"),
                    good.clone().context(set.as_str(), [&value]),
                    false,
                );
            }
        }
        let vpc = [
            ("VpcSubnets", &subnet, "subnet-99999999", "other subnet"),
            ("VpcSecurityGroupIds", &group, "sg-99999999", "other group"),
        ];
        for (name, own, foreign, what) in vpc {
            let set = format!("sagemaker:{name}");
            if network {
                add(
                    &format!("without {name}"),
                    good.clone().context(set.as_str(), NOTHING),
                    false,
                );
            }
            if network || kind == "endpoint-config" {
                add(
                    &format!("with an {what}"),
                    good.clone().context(set.as_str(), [foreign]),
                    false,
                );
                add(
                    &format!("with an {what}, too"),
                    good.clone().context(set.as_str(), [own.as_str(), foreign]),
                    false,
                );
            }
        }
        for (what, carried) in [("Volume", volume), ("Output", output)] {
            if carried {
                let set = format!("sagemaker:{what}KmsKeyArn");
                add(
                    &format!("without {what} key"),
                    good.clone().context(set.as_str(), NOTHING),
                    // A processing job without results names no key.
                    (kind, what) == ("processing-job", "Output"),
                );
                add(
                    &format!("with an other key as {what} key"),
                    good.clone().context(set.as_str(), [&other_key]),
                    false,
                );
                let old_name = format!("sagemaker:{what}KmsKey");
                add(
                    &format!("with an other key as {what} key by its old name"),
                    by_old_names.clone().context(old_name, [&other_key]),
                    false,
                );
            }
        }
        if volume {
            let volume_key = "sagemaker:VolumeKmsKeyArn";
            let types = |request: &Request, types: &[&str]| {
                request
                    .clone()
                    .context("sagemaker:InstanceTypes", types.to_vec())
            };
            let without = good.clone().context(volume_key, NOTHING);
            let other = good.clone().context(volume_key, [&other_key]);
            // Volumes of types with local storage take no key.
            let (with_key, local) = ("ml.m5.large", "ml.g5.xlarge");
            for (what, request, allowed) in [
                (
                    "on a type that takes a key",
                    types(&good, &[with_key]),
                    true,
                ),
                (
                    "on a type that takes a key by its old name",
                    types(&by_old_names, &[with_key]),
                    true,
                ),
                (
                    "on a type that takes a key, without",
                    types(&without, &[with_key]),
                    false,
                ),
                (
                    "on a type that takes a key with an other key",
                    types(&other, &[with_key]),
                    false,
                ),
                (
                    "on a type that takes no key",
                    types(&without, &[local]),
                    true,
                ),
                (
                    "on types of which one takes no key, without",
                    types(&without, &[with_key, local]),
                    false,
                ),
            ] {
                add(what, request, allowed);
            }
            if kind == "endpoint-config" {
                add(
                    "without servers and without a key",
                    without.context("sagemaker:ServerlessMemorySize", ["2048"]),
                    true,
                );
            }
        }
    }
    all
}

pub(super) fn endpoints(member: &Member<'_>) -> Vec<Case> {
    let on_endpoint = tagged(
        member,
        member.request(CREATE_ENDPOINT, &sagemaker(member, "endpoint")),
    );
    let on_config = member.request(CREATE_ENDPOINT, &sagemaker(member, "endpoint-config"));
    let mut all = vec![
        case("CreateEndpoint as it should be", on_endpoint.clone(), true),
        case(
            "CreateEndpoint on endpoint-config without context",
            on_config.clone(),
            true,
        ),
        case(
            "CreateEndpoint on endpoint-config of one's own",
            owned(member, on_config.clone()),
            true,
        ),
    ];
    for (tag, values) in wrong_tags(member) {
        let set = format!("aws:RequestTag/{tag}");
        all.push(case(
            format!("CreateEndpoint without the tag {tag}"),
            on_endpoint.clone().context(set.as_str(), NOTHING),
            false,
        ));
        for value in values {
            // Configurations of other systems are told apart by the name.
            if tag != "system" {
                let of_other =
                    owned(member, tagged(member, on_config.clone())).resource_tag(tag, &value);
                all.push(Case {
                    // Only the project's are denied by the boundary.
                    allowed_by_boundary: tag == "user",
                    ..case(
                        format!("CreateEndpoint on endpoint-config with {tag} {value}"),
                        of_other,
                        false,
                    )
                });
            }
            all.push(case(
                format!("CreateEndpoint with {tag} {value}"),
                on_endpoint.clone().context(set.as_str(), [&value]),
                false,
            ));
        }
    }
    all
}

/// The resource types of an action on existing resources, from its name.
fn operated(action: &str) -> Vec<&'static str> {
    const KINDS: [(&str, &str); 10] = [
        ("Metrics", "training-job"),
        ("UserProfile", "user-profile"),
        ("HyperParameterTuningJob", "hyper-parameter-tuning-job"),
        ("TrainingJob", "training-job"),
        ("ProcessingJob", "processing-job"),
        ("TransformJob", "transform-job"),
        ("NotebookInstance", "notebook-instance"),
        ("EndpointConfig", "endpoint-config"),
        ("Endpoint", "endpoint"),
        ("Model", "model"),
    ];
    match action {
        "sagemaker:ListTags" => KINDS.iter().map(|(_, kind)| *kind).collect(),
        "sagemaker:UpdateEndpoint" => vec!["endpoint", "endpoint-config"],
        _ => KINDS
            .iter()
            .find(|(name, _)| action.contains(name))
            .map(|(_, kind)| vec![*kind])
            .unwrap_or_default(),
    }
}

pub(super) fn operating(member: &Member<'_>) -> Vec<Case> {
    let mut all = Vec::new();
    let shared = |action: &str| {
        SHARED_OPERATIONS
            .iter()
            .any(|pattern| wildcard(pattern.as_bytes(), action.as_bytes()))
    };
    for action in OPERATE {
        let kinds = operated(action);
        assert!(!kinds.is_empty(), "{action}");
        for kind in kinds {
            let own = owned(member, member.request(action, &sagemaker(member, kind)));
            all.push(case(format!("{action} own {kind}"), own.clone(), true));
            for (tag, values) in wrong_tags(member) {
                let (set, twin) = (
                    format!("aws:ResourceTag/{tag}"),
                    format!("sagemaker:ResourceTag/{tag}"),
                );
                let without = own
                    .clone()
                    .context(set.as_str(), NOTHING)
                    .context(twin.as_str(), NOTHING);
                // Members of a project see each other's resources.
                let mates = tag == "user" && shared(action);
                let judged = |what: String, request: Request| Case {
                    allowed_by_boundary: tag == "user",
                    ..case(what, request, mates)
                };
                all.push(judged(format!("{action} {kind} without {tag}"), without));
                for value in values {
                    all.push(judged(
                        format!("{action} {kind} of {tag} {value}"),
                        own.clone().resource_tag(tag, &value),
                    ));
                }
            }
        }
    }
    all
}
