//! SageMaker's rows: what creates, right and with each required thing wrong; and what is done to what exists.

use iam_policy::evaluate::Request;

use super::attached::Role;
use super::rows::{
    Platform, Row, on_own, own_tags, request, requesting_own, row, sagemaker, wrong_tags,
};

const NOTHING: [&str; 0] = [];

/// An action that creates, the type that it makes, and what it must name.
struct Create {
    action: &'static str,
    kind: &'static str,
    network: bool,
    keys: &'static [&'static str],
}

const VOLUME: &str = "sagemaker:VolumeKmsKey";
const OUTPUT: &str = "sagemaker:OutputKmsKey";

const CREATES: [Create; 7] = [
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
    create("CreateAutoMLJobV2", "automl-job", true, &[VOLUME, OUTPUT]),
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

pub(super) fn creating(platform: &Platform, role: &Role) -> Vec<Row> {
    CREATES
        .iter()
        .flat_map(|create| creating_one(platform, role, create))
        .collect()
}

fn creating_one(platform: &Platform, role: &Role, create: &Create) -> Vec<Row> {
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
    if create.network {
        for (key, own, _) in network {
            good = good.context(key, [own]);
        }
    }
    for key in create.keys {
        good = good.context(*key, [platform.key.as_str()]);
    }
    let mut all = vec![row(format!("{action} as it should be"), good.clone(), true)];
    let mut refuse = |what: String, request: Request| {
        all.push(row(format!("{action} {what}"), request, false));
    };
    for (tag, values) in wrong_tags(role) {
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
    refuse(
        "without tags".to_owned(),
        own_tags(role)
            .iter()
            .fold(good.clone(), |request, (tag, _)| {
                request.context(format!("aws:RequestTag/{tag}"), NOTHING)
            }),
    );
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
        refuse(
            format!("without {key}"),
            good.clone().context(*key, NOTHING),
        );
        refuse(
            format!("with another {key}"),
            good.clone().context(*key, [other.as_str()]),
        );
    }
    all
}

pub(super) fn endpoints(role: &Role) -> Vec<Row> {
    let action = "sagemaker:CreateEndpoint";
    let endpoint = requesting_own(role, request(role, action, sagemaker(role, "endpoint")));
    let config = requesting_own(
        role,
        request(role, action, sagemaker(role, "endpoint-config")),
    );
    let mut all = vec![
        row("CreateEndpoint on the endpoint", endpoint.clone(), true),
        row(
            "CreateEndpoint from its own configuration",
            on_own(role, config.clone()),
            true,
        ),
    ];
    for (tag, values) in wrong_tags(role) {
        let key = format!("aws:RequestTag/{tag}");
        let without = endpoint.clone().context(key.as_str(), NOTHING);
        all.push(row(format!("CreateEndpoint without {tag}"), without, false));
        for value in values {
            let with = endpoint.clone().context(key.as_str(), [value.as_str()]);
            all.push(row(
                format!("CreateEndpoint with {tag} {value}"),
                with,
                false,
            ));
            let of_other = on_own(role, config.clone()).resource_tag(tag, &value);
            let what = format!("CreateEndpoint from a configuration of {tag} {value}");
            all.push(row(what, of_other, false));
        }
    }
    all
}

/// Describe, stop, delete, invoke and update, a few of each.
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

pub(super) fn operating(role: &Role) -> Vec<Row> {
    let mut all = Vec::new();
    for (name, kind) in OPERATIONS {
        let bare = request(role, &format!("sagemaker:{name}"), sagemaker(role, kind));
        let own = on_own(role, bare.clone());
        all.push(row(format!("{name} of its own"), own.clone(), true));
        all.push(row(format!("{name} of nobody's"), bare, false));
        for (tag, values) in wrong_tags(role) {
            let without = ["aws", "sagemaker"]
                .iter()
                .fold(own.clone(), |request, service| {
                    request.context(format!("{service}:ResourceTag/{tag}"), NOTHING)
                });
            all.push(row(format!("{name} without {tag}"), without, false));
            for value in values {
                let of_other = own.clone().resource_tag(tag, &value);
                all.push(row(format!("{name} of {tag} {value}"), of_other, false));
            }
        }
    }
    all
}
