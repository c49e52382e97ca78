//! Required parameters and instance types of jobs.

use super::*;

#[test]
fn membership_requires_each_key_separately() {
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
    let mlspace = PolicySet::new()
        .identity("base", &allow_all("*"))
        .identity("mlspace", &document);
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
    allows(&membership(), &complete());
    for missing in required.into_iter().chain(["aws:RequestTag/system"]) {
        let request = complete().context(missing, [""; 0]);
        allows(&mlspace, &request);
        denies(&with_broad_base(), &request);
    }
    // MLSpace's statement denies only requests without all five keys.
    let bare = ask("sagemaker:CreateTrainingJob", &arn("training-job/j"));
    denies(&mlspace, &bare);
    denies(&with_broad_base(), &bare);
    for missing in ["VolumeKmsKey", "OutputKmsKey"] {
        let renamed = format!("sagemaker:{missing}Arn");
        let request = complete()
            .context(format!("sagemaker:{missing}"), [""; 0])
            .context(renamed, [""; 0]);
        allows(&mlspace, &request);
        denies(&with_broad_base(), &request);
    }
}

const TYPES: &str = "sagemaker:InstanceTypes";

#[test]
fn instance_type_policy_checks_every_type() {
    let (small, gpu) = (
        strings(&["ml.m5.large"]),
        strings(&["ml.g5.*", "ml.m5.large"]),
    );
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
            is_denied(&policy, &action, &[(TYPES, types)]),
            expected,
            "{action} {types:?}"
        );
    }
    // MLSpace's statement allows a request if one of multiple types is allowed.
    let mlspace = Document::new([Statement::allow("Types")
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
    let set = PolicySet::new().identity("types", &mlspace);
    assert!(set.decide(&mixed).is_allowed());
}

#[test]
fn volume_key_policy_requires_key_unless_all_types_are_exempt() {
    let deployment = Deployment::new();
    let key = deployment.key.clone().unwrap();
    let exempt = strings(&["ml.g5.*"]);
    let policy = volume_key_policy(&deployment.context(), &exempt).unwrap();
    let approved: (&str, &[&str]) = ("sagemaker:VolumeKmsKeyArn", &[&key]);
    let other: (&str, &[&str]) = ("sagemaker:VolumeKmsKey", &["another"]);
    let types = |types: &'static [&'static str]| (TYPES, types);
    let train = "sagemaker:CreateTrainingJob";
    assert!(!is_denied(
        &policy,
        train,
        &[types(&["ml.m5.large"]), approved]
    ));
    assert!(is_denied(&policy, train, &[types(&["ml.m5.large"]), other]));
    assert!(is_denied(&policy, train, &[types(&["ml.m5.large"])]));
    assert!(!is_denied(&policy, train, &[types(&["ml.g5.xlarge"])]));
    assert!(is_denied(
        &policy,
        train,
        &[types(&["ml.g5.xlarge", "ml.m5.large"])]
    ));
    assert!(is_denied(&policy, train, &[]));
    let config = "sagemaker:CreateEndpointConfig";
    assert!(!is_denied(&policy, config, &[]));
    assert!(is_denied(&policy, config, &[types(&["ml.m5.large"])]));
    let automl = "sagemaker:CreateAutoMLJobV2";
    assert!(is_denied(&policy, automl, &[]) && is_denied(&policy, automl, &[other]));
    assert!(!is_denied(&policy, automl, &[approved]));
    let strict = volume_key_policy(&deployment.context(), &[]).unwrap();
    assert!(is_denied(&strict, train, &[types(&["ml.g5.xlarge"])]));
}
