//! Access cases of SageMaker: create calls, correct and with each requirement violated; and calls
//! on existing resources.

use iam_policy::evaluate::Request;

use super::cases::{
    AccessCase, PlatformNames, case, on_own, own_tags, request, requesting_own, sagemaker,
    wrong_tags,
};
use super::roles::Role;

const NOTHING: [&str; 0] = [];

/// A create action, the resource type that it creates, and what its request must contain.
struct Create {
    action: &'static str,
    kind: &'static str,
    network: bool,
    keys: &'static [&'static str],
}

const VOLUME: &str = "sagemaker:VolumeKmsKey";
const OUTPUT: &str = "sagemaker:OutputKmsKey";

const CREATES: [Create; 6] = [
    create("CreateTrainingJob", "training-job", true, &[VOLUME, OUTPUT]),
    create(
        "CreateProcessingJob",
        "processing-job",
        true,
        &[VOLUME, OUTPUT],
    ),
    create(
        "CreateHyperParameterTuningJob",
        "hyper-parameter-tuning-job",
        true,
        &[VOLUME, OUTPUT],
    ),
    create(
        "CreateTransformJob",
        "transform-job",
        false,
        &[VOLUME, OUTPUT],
    ),
    create("CreateModel", "model", true, &[]),
    create("CreateEndpointConfig", "endpoint-config", false, &[VOLUME]),
];

const fn create(
    action: &'static str,
    kind: &'static str,
    network: bool,
    keys: &'static [&'static str],
) -> Create {
    Create {
        action,
        kind,
        network,
        keys,
    }
}

pub(super) fn creating(platform: &PlatformNames, role: &Role) -> Vec<AccessCase> {
    CREATES
        .iter()
        .flat_map(|create| creating_one(platform, role, create))
        .collect()
}

fn creating_one(platform: &PlatformNames, role: &Role, create: &Create) -> Vec<AccessCase> {
    let action = format!("sagemaker:{}", create.action);
    let mut good = requesting_own(role, request(role, &action, sagemaker(role, create.kind)));
    let network = [
        (
            "sagemaker:VpcSubnets",
            platform.subnet.as_str(),
            "subnet-99999999",
        ),
        (
            "sagemaker:VpcSecurityGroupIds",
            &platform.security_group,
            "sg-99999999",
        ),
    ];
    if create.kind == "transform-job" {
        good = good.context("sagemaker:ModelArn", [sagemaker(role, "model")]);
    }
    if create.network {
        for (key, own, _) in network {
            good = good.context(key, [own]);
        }
    }
    for key in create.keys {
        good = good.context(*key, [platform.key.as_str()]);
    }
    let mut all = vec![case(
        format!("{action} with everything required"),
        good.clone(),
        true,
    )];
    let mut refuse = |what: String, request: Request| {
        all.push(case(format!("{action} {what}"), request, false));
    };
    // With a wide base policy, a configuration can be created without tags, and is nobody's.
    let tags = if create.kind == "endpoint-config" {
        Vec::new()
    } else {
        Vec::from(wrong_tags(role))
    };
    for (tag, values) in tags {
        let key = format!("aws:RequestTag/{tag}");
        refuse(
            format!("without {tag}"),
            good.clone().context(key.as_str(), NOTHING),
        );
        for value in values {
            refuse(
                format!("with {tag} {value}"),
                good.clone().context(key.as_str(), [value]),
            );
        }
    }
    if create.kind != "endpoint-config" {
        let untagged = own_tags(role)
            .iter()
            .fold(good.clone(), |request, (tag, _)| {
                request.context(format!("aws:RequestTag/{tag}"), NOTHING)
            });
        refuse("without tags".to_owned(), untagged);
    }
    if create.network {
        for (key, own, other) in network {
            refuse(format!("without {key}"), good.clone().context(key, NOTHING));
            refuse(
                format!("with another {key}"),
                good.clone().context(key, [other]),
            );
            refuse(
                format!("with another {key}, too"),
                good.clone().context(key, [own, other]),
            );
        }
    }
    for key in create.keys {
        let other = role
            .account
            .kms_arn("key/ffffffff-0000-0000-0000-000000000000");
        // A processing job without results names no key.
        if (create.kind, *key) != ("processing-job", OUTPUT) {
            refuse(
                format!("without {key}"),
                good.clone().context(*key, NOTHING),
            );
        }
        refuse(
            format!("with another {key}"),
            good.clone().context(*key, [other.as_str()]),
        );
    }
    all
}

pub(super) fn endpoints(role: &Role) -> Vec<AccessCase> {
    let action = "sagemaker:CreateEndpoint";
    let endpoint = requesting_own(role, request(role, action, sagemaker(role, "endpoint")));
    let config = requesting_own(
        role,
        request(role, action, sagemaker(role, "endpoint-config")),
    );
    let mut all = vec![
        case("CreateEndpoint on the endpoint", endpoint.clone(), true),
        case(
            "CreateEndpoint from its own configuration",
            on_own(role, config.clone()),
            true,
        ),
    ];
    for (tag, values) in wrong_tags(role) {
        let key = format!("aws:RequestTag/{tag}");
        let without = endpoint.clone().context(key.as_str(), NOTHING);
        all.push(case(
            format!("CreateEndpoint without {tag}"),
            without,
            false,
        ));
        for value in values {
            let with = endpoint.clone().context(key.as_str(), [value.as_str()]);
            all.push(case(
                format!("CreateEndpoint with {tag} {value}"),
                with,
                false,
            ));
            let of_other = on_own(role, config.clone()).resource_tag(tag, &value);
            // Configurations of other systems are told apart by their names.
            if tag != "system" {
                let what = format!("CreateEndpoint from a configuration of {tag} {value}");
                all.push(case(what, of_other, false));
            }
        }
    }
    all
}

/// A selection of describe, stop, delete, invoke and update actions.
const OPERATIONS: [(&str, &str); 16] = [
    ("DescribeTrainingJob", "training-job"),
    ("StopTrainingJob", "training-job"),
    ("DescribeProcessingJob", "processing-job"),
    ("StopProcessingJob", "processing-job"),
    ("StopTransformJob", "transform-job"),
    ("StopHyperParameterTuningJob", "hyper-parameter-tuning-job"),
    ("DescribeModel", "model"),
    ("DeleteModel", "model"),
    ("DescribeEndpoint", "endpoint"),
    ("InvokeEndpoint", "endpoint"),
    ("InvokeEndpointAsync", "endpoint"),
    ("UpdateEndpoint", "endpoint"),
    ("DeleteEndpoint", "endpoint"),
    ("DeleteEndpointConfig", "endpoint-config"),
    ("DescribeNotebookInstance", "notebook-instance"),
    ("StopNotebookInstance", "notebook-instance"),
];

pub(super) fn operating(role: &Role) -> Vec<AccessCase> {
    let mut all = Vec::new();
    for (name, kind) in OPERATIONS {
        let bare = request(role, &format!("sagemaker:{name}"), sagemaker(role, kind));
        let own = on_own(role, bare.clone());
        all.push(case(format!("{name} of its own"), own.clone(), true));
        all.push(case(format!("{name} without tags"), bare, false));
        for (tag, values) in wrong_tags(role) {
            let without = ["aws", "sagemaker"]
                .iter()
                .fold(own.clone(), |request, service| {
                    request.context(format!("{service}:ResourceTag/{tag}"), NOTHING)
                });
            // Members of a project see each other's resources, and invoke their endpoints at once.
            let shared = name.starts_with("Describe") || name == "InvokeEndpoint";
            let mates = tag == "user" && shared;
            all.push(case(format!("{name} without {tag}"), without, mates));
            for value in values {
                let of_other = own.clone().resource_tag(tag, &value);
                all.push(case(format!("{name} of {tag} {value}"), of_other, mates));
            }
        }
    }
    all
}
