//! What a job must name, and of which type it may be.

use super::*;

#[test]
fn w13_each_required_key_has_a_deny_of_its_own() {
    let required = [
        "sagemaker:VpcSecurityGroupIds",
        "sagemaker:VpcSubnets",
        "aws:RequestTag/project",
        "aws:RequestTag/user",
    ];
    let deny = required.into_iter().fold(
        Statement::deny("")
            .actions(["sagemaker:CreateTrainingJob"])
            .resources([arn("training-job/*")]),
        |deny, key| deny.when(Operator::Null, key, ["true"]),
    );
    let document = Document::new([deny.when(
        Operator::StringNotEqualsIgnoreCase,
        "aws:RequestTag/system",
        ["MLSpace"],
    )]);
    let ancestor = PolicySet::new()
        .identity("base", &everything())
        .identity("ancestor", &document);
    assert!(findings(PolicyType::Managed, &document).contains(&RuleId::L02));

    let deployment = Deployment::new();
    let key = deployment.key.clone().unwrap();
    let complete = || {
        create(
            "sagemaker:CreateTrainingJob",
            &arn("training-job/j"),
            "foo",
            "alice",
        )
        .context("sagemaker:VpcSubnets", [&deployment.subnets[0]])
        .context("sagemaker:VpcSecurityGroupIds", [&deployment.groups[0]])
        .context("sagemaker:VolumeKmsKey", [&key])
        .context("sagemaker:OutputKmsKey", [&key])
        .context("sagemaker:VolumeKmsKeyArn", [&key])
        .context("sagemaker:OutputKmsKeyArn", [&key])
    };
    allows(&own(), &complete());
    for missing in required.into_iter().chain(["aws:RequestTag/system"]) {
        let request = complete().context(missing, [""; 0]);
        allows(&ancestor, &request);
        refuses(&ours(), &request);
    }
    // Who names none of the five is all that the ancestor stops.
    let bare = ask("sagemaker:CreateTrainingJob", &arn("training-job/j"));
    refuses(&ancestor, &bare);
    refuses(&ours(), &bare);
    for missing in ["VolumeKmsKey", "OutputKmsKey"] {
        let renamed = format!("sagemaker:{missing}Arn");
        let request = complete()
            .context(format!("sagemaker:{missing}"), [""; 0])
            .context(renamed, [""; 0]);
        allows(&ancestor, &request);
        refuses(&ours(), &request);
    }
}

const TYPES: &str = "sagemaker:InstanceTypes";

#[test]
fn w14_one_allowed_type_does_not_let_others_through() {
    let (small, gpu) = (texts(&["ml.m5.large"]), texts(&["ml.g5.*", "ml.m5.large"]));
    let policy = instance_type_policy(&InstanceTypes {
        notebooks: &small,
        training: &gpu,
        endpoints: &small,
        ..InstanceTypes::default()
    })
    .unwrap();
    let cases: [(&str, &[&str], bool); 8] = [
        ("CreateEndpointConfig", &["ml.m5.large"], false),
        (
            "CreateEndpointConfig",
            &["ml.m5.large", "ml.p5.48xlarge"],
            true,
        ),
        (
            "CreateHyperParameterTuningJob",
            &["ml.g5.xlarge", "ml.m5.large"],
            false,
        ),
        (
            "CreateHyperParameterTuningJob",
            &["ml.g5.xlarge", "ml.p5.48xlarge"],
            true,
        ),
        ("CreateNotebookInstance", &["ml.g5.xlarge"], true),
        ("UpdateNotebookInstance", &["ml.g5.xlarge"], true),
        ("CreateTransformJob", &["ml.m5.large"], true),
        ("DescribeEndpoint", &[], false),
    ];
    for (action, types, expected) in cases {
        let action = format!("sagemaker:{action}");
        assert_eq!(
            stopped(&policy, &action, &[(TYPES, types)]),
            expected,
            "{action} {types:?}"
        );
    }
    // The ancestor's way: one allowed type among several satisfies it.
    let ancestor = Document::new([Statement::allow("Types")
        .actions(["sagemaker:CreateEndpointConfig"])
        .resources(["*"])
        .when(
            Operator::StringEquals.for_any_value(),
            TYPES,
            ["ml.m5.large"],
        )]);
    let caller = Caller::from_arn("arn:aws:iam::123456789012:role/x").unwrap();
    let mixed = Request::new(caller, "sagemaker:CreateEndpointConfig", "*")
        .context(TYPES, ["ml.m5.large", "ml.p5.48xlarge"]);
    let set = PolicySet::new().identity("types", &ancestor);
    assert!(set.decide(&mixed).is_allowed());
}

#[test]
fn w14_a_volume_needs_its_key_unless_all_types_are_exempt() {
    let deployment = Deployment::new();
    let key = deployment.key.clone().unwrap();
    let exempt = texts(&["ml.g5.*"]);
    let policy = volume_key_policy(&deployment.context(), &exempt).unwrap();
    let approved: (&str, &[&str]) = ("sagemaker:VolumeKmsKeyArn", &[&key]);
    let other: (&str, &[&str]) = ("sagemaker:VolumeKmsKey", &["another"]);
    let types = |types: &'static [&'static str]| (TYPES, types);
    let train = "sagemaker:CreateTrainingJob";
    assert!(!stopped(
        &policy,
        train,
        &[types(&["ml.m5.large"]), approved]
    ));
    assert!(stopped(&policy, train, &[types(&["ml.m5.large"]), other]));
    assert!(stopped(&policy, train, &[types(&["ml.m5.large"])]));
    assert!(!stopped(&policy, train, &[types(&["ml.g5.xlarge"])]));
    assert!(stopped(
        &policy,
        train,
        &[types(&["ml.g5.xlarge", "ml.m5.large"])]
    ));
    assert!(stopped(&policy, train, &[]));
    let config = "sagemaker:CreateEndpointConfig";
    assert!(!stopped(&policy, config, &[]));
    assert!(stopped(&policy, config, &[types(&["ml.m5.large"])]));
    let automl = "sagemaker:CreateAutoMLJobV2";
    assert!(stopped(&policy, automl, &[]) && stopped(&policy, automl, &[other]));
    assert!(!stopped(&policy, automl, &[approved]));
    let strict = volume_key_policy(&deployment.context(), &[]).unwrap();
    assert!(stopped(&strict, train, &[types(&["ml.g5.xlarge"])]));
}
