//! Instance types, keys by type, and services: on the requests that MLSpace's policies let through.

use super::*;
use crate::evaluate::{Caller, PolicySet, Request};
use crate::policy::{Operator, Statement};

fn texts(values: &[&str]) -> Vec<String> {
    values.iter().map(|&value| value.to_owned()).collect()
}

fn stopped(document: &Document, action: &str, context: &[(&str, &[&str])]) -> bool {
    let everything = Document::new([Statement::allow("All").actions(["*"]).resources(["*"])]);
    let caller = Caller::from_arn("arn:aws:iam::123456789012:role/MLSpace-fraud-0").unwrap();
    let request = context.iter().fold(
        Request::new(caller, action, "arn:aws:iam::123456789012:role/any"),
        |request, (key, values)| request.context(*key, values.to_vec()),
    );
    let set = PolicySet::new()
        .identity("all", &everything)
        .identity("constraint", document);
    !set.decide(&request).is_allowed()
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
    let strict = volume_key_policy(&deployment.context(), &[]).unwrap();
    assert!(stopped(&strict, train, &[types(&["ml.g5.xlarge"])]));
}

#[test]
fn w36_types_that_do_not_fit_are_told() {
    let all: Vec<String> = (0..341).map(|n| format!("ml.family{n}.48xlarge")).collect();
    let error = instance_type_policy(&InstanceTypes {
        training: &all,
        ..InstanceTypes::default()
    });
    let message = error.unwrap_err().to_string();
    assert!(
        message.ends_with("write patterns such as `ml.g5.*` in place of single types"),
        "{message}"
    );
    let variable = texts(&["${aws:userid}"]);
    instance_type_policy(&InstanceTypes {
        training: &variable,
        ..InstanceTypes::default()
    })
    .unwrap_err();
}

#[test]
fn w36_what_is_switched_off_is_denied_and_can_be_stopped() {
    let account = Account::new("123456789012", "us-east-1");
    let emr = texts(&["arn:aws:iam::123456789012:role/any"]);
    let translate: Context = &[("iam:PassedToService", &["translate.amazonaws.com"])];
    let cases: [(&[Service], &str, Context, bool); 14] = [
        (
            &[Service::BatchTranslate],
            "translate:StartTextTranslationJob",
            &[],
            true,
        ),
        (
            &[Service::BatchTranslate],
            "translate:StopTextTranslationJob",
            &[],
            false,
        ),
        (
            &[Service::BatchTranslate],
            "translate:TranslateText",
            &[],
            false,
        ),
        (&[Service::BatchTranslate], "iam:PassRole", translate, false),
        (
            &[Service::BatchTranslate, Service::RealtimeTranslate],
            "iam:PassRole",
            translate,
            true,
        ),
        (
            &[Service::RealtimeTranslate],
            "translate:TranslateText",
            &[],
            true,
        ),
        (
            &[Service::LabelingJobs],
            "sagemaker:CreateLabelingJob",
            &[],
            true,
        ),
        (&[Service::Emr], "elasticmapreduce:RunJobFlow", &[], true),
        (
            &[Service::Emr],
            "elasticmapreduce:TerminateJobFlows",
            &[],
            false,
        ),
        (&[Service::Emr], "iam:PassRole", &[], true),
        (&[Service::Endpoints], "sagemaker:CreateEndpoint", &[], true),
        (
            &[Service::Endpoints],
            "sagemaker:DeleteEndpoint",
            &[],
            false,
        ),
        (&[Service::Jobs], "sagemaker:CreateTrainingJob", &[], true),
        (&[Service::Bedrock], "bedrock:InvokeModel", &[], true),
    ];
    for (services, action, context, expected) in cases {
        let policy = denied_services_policy(&account, services, &emr)
            .unwrap()
            .unwrap();
        assert_eq!(
            stopped(&policy, action, context),
            expected,
            "{services:?} {action}"
        );
    }
    assert_eq!(denied_services_policy(&account, &[], &emr).unwrap(), None);
}

type Context = &'static [(&'static str, &'static [&'static str])];
