//! Statements as they were published by AWS in a white paper and in samples, each with a fault, in our own words. What
//! they do to requests is the matter of the evaluator's tests.

use super::*;
use RuleId::*;

/// Holds the linter to report a statement by these rules at least.
fn reported(kind: PolicyType, statement: &str, expected: &[RuleId]) {
    let options = LintOptions {
        endpoints: [(
            "vpce-0a1b2c3d".to_owned(),
            "com.amazonaws.eu-west-1.s3".to_owned(),
        )]
        .into(),
        ..LintOptions::default()
    };
    let found = findings_with(&[(kind, statement)], &options);
    for rule in expected {
        assert!(
            ids(&found).contains(rule),
            "{rule} is missing in {found:#?}"
        );
    }
}

#[test]
fn f01_network_type_subnets_and_security_groups_of_a_domain_in_one_deny() {
    let statement = r#"{"Effect": "Deny", "Action": "sagemaker:CreateDomain", "Resource": "*", "Condition": {
            "StringNotEquals": {"sagemaker:AppNetworkAccessType": "VpcOnly"},
            "Null": {"sagemaker:VpcSubnets": "true", "sagemaker:VpcSecurityGroupIds": "true"}}}"#;
    reported(PolicyType::ServiceControl, statement, &[L02]);
}

#[test]
fn f02_instance_types_of_apps_and_nothing_about_those_of_spaces() {
    let statement = r#"{"Effect": "Deny", "Action": "sagemaker:CreateApp", "Resource": "*", "Condition": {
            "ForAnyValue:StringNotLike": {"sagemaker:InstanceTypes": ["ml.t3.medium", "ml.m5.large", "system"]}}}"#;
    reported(PolicyType::ServiceControl, statement, &[L20]);
}

#[test]
fn f03_banned_images_in_an_allow() {
    let statement = r#"{"Effect": "Allow", "Action": "sagemaker:CreateApp", "Resource": "*", "Condition": {
            "ForAllValues:ArnNotLike": {"sagemaker:ImageArns": "arn:aws:sagemaker:*:*:image/banned"}}}"#;
    reported(PolicyType::Managed, statement, &[L01, L06]);
}

#[test]
fn f04_subnets_of_a_transform_job_which_names_none() {
    let statement = r#"{"Effect": "Deny", "Action": ["sagemaker:CreateProcessingJob", "sagemaker:CreateTrainingJob",
            "sagemaker:CreateTransformJob"], "Resource": "*", "Condition": {"Null": {"sagemaker:VpcSubnets": "true"}}}"#;
    reported(PolicyType::Managed, statement, &[L03]);
}

#[test]
fn f05_subnets_of_a_compilation_job_which_names_none() {
    let statement = r#"{"Effect": "Deny", "Action": ["sagemaker:CreateCompilationJob", "sagemaker:CreateModel"], "Resource": "*",
            "Condition": {"Null": {"sagemaker:VpcSubnets": "true", "sagemaker:VpcSecurityGroupIds": "true"}}}"#;
    reported(PolicyType::Managed, statement, &[L02, L03]);
}

#[test]
fn f06_subnets_and_security_groups_of_a_notebook_in_one_deny() {
    let statement = r#"{"Effect": "Deny", "Action": "sagemaker:CreateNotebookInstance", "Resource": "*",
            "Condition": {"Null": {"sagemaker:VpcSubnets": "true", "sagemaker:VpcSecurityGroupIds": "true"}}}"#;
    reported(PolicyType::Managed, statement, &[L02]);
}

#[test]
fn f07_volume_key_and_output_key_in_one_deny_by_their_old_names() {
    let statement = r#"{"Effect": "Deny", "Action": "sagemaker:CreateMonitoringSchedule", "Resource": "*",
            "Condition": {"Null": {"sagemaker:VolumeKmsKey": "true", "sagemaker:OutputKmsKey": "true"}}}"#;
    reported(PolicyType::Managed, statement, &[L02, L09]);
}

#[test]
fn f08_a_key_for_everyone_who_does_not_come_through_the_endpoint_and_that_of_s3() {
    let statement = r#"{"Sid": "Key users", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/exec"},
            "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncrypt"], "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:sourceVpce": "vpce-0a1b2c3d"}}}"#;
    reported(PolicyType::Key, statement, &[L07, L10, L13, L16]);
}

#[test]
fn f09_a_deny_that_spares_the_roles_it_is_about_by_their_tag() {
    let statement = r#"{"Effect": "Deny", "Principal": "*", "Action": ["s3:GetObject", "s3:ListBucket", "s3:PutObject"], "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:sourceVpce": "vpce-0a1b2c3d",
            "aws:PrincipalTag/Principal": ["pipeline-role", "execution-role"]}, "Bool": {"aws:ViaAWSService": "false"}}}"#;
    reported(PolicyType::Bucket, statement, &[L11]);
}

#[test]
fn f10_a_namespace_as_there_is_none() {
    let statement = r#"{"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*",
            "Condition": {"StringLike": {"cloudwatch:namespace": "aws/sagemaker/*"}}}"#;
    reported(PolicyType::Managed, statement, &[L17]);
}

#[test]
fn f11_the_namespace_of_an_alarm_which_has_none() {
    let statement = r#"{"Effect": "Allow", "Action": "cloudwatch:PutMetricAlarm", "Resource": "*",
            "Condition": {"StringLike": {"cloudwatch:namespace": "/aws/sagemaker/*"}}}"#;
    reported(PolicyType::Managed, statement, &[L04]);
}
