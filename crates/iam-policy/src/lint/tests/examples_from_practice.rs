//! Faulty statements that AWS published in a white paper and in samples, reworded. The tests of the
//! evaluator show their effect on requests.

use super::*;

/// Checks that at least these rules report a statement.
fn assert_reported(kind: PolicyType, statement: &str, expected: &[RuleId]) {
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
fn domain_network_keys_in_one_deny() {
    let statement = r#"{"Effect": "Deny", "Action": "sagemaker:CreateDomain", "Resource": "*", "Condition": {
            "StringNotEquals": {"sagemaker:AppNetworkAccessType": "VpcOnly"},
            "Null": {"sagemaker:VpcSubnets": "true", "sagemaker:VpcSecurityGroupIds": "true"}}}"#;
    assert_reported(PolicyType::ServiceControl, statement, &[RuleId::L02]);
}

#[test]
fn app_instance_types_without_spaces() {
    let statement = r#"{"Effect": "Deny", "Action": "sagemaker:CreateApp", "Resource": "*", "Condition": {
            "ForAnyValue:StringNotLike": {"sagemaker:InstanceTypes": ["ml.t3.medium", "ml.m5.large", "system"]}}}"#;
    assert_reported(PolicyType::ServiceControl, statement, &[RuleId::L20]);
}

#[test]
fn app_images_excluded_by_an_allow() {
    let statement = r#"{"Effect": "Allow", "Action": "sagemaker:CreateApp", "Resource": "*", "Condition": {
            "ForAllValues:ArnNotLike": {"sagemaker:ImageArns": "arn:aws:sagemaker:*:*:image/banned"}}}"#;
    assert_reported(PolicyType::Managed, statement, &[RuleId::L01, RuleId::L06]);
}

#[test]
fn transform_job_subnets() {
    let statement = r#"{"Effect": "Deny", "Action": ["sagemaker:CreateProcessingJob", "sagemaker:CreateTrainingJob",
            "sagemaker:CreateTransformJob"], "Resource": "*", "Condition": {"Null": {"sagemaker:VpcSubnets": "true"}}}"#;
    assert_reported(PolicyType::Managed, statement, &[RuleId::L03]);
}

#[test]
fn compilation_job_subnets() {
    let statement = r#"{"Effect": "Deny", "Action": ["sagemaker:CreateCompilationJob", "sagemaker:CreateModel"], "Resource": "*",
            "Condition": {"Null": {"sagemaker:VpcSubnets": "true", "sagemaker:VpcSecurityGroupIds": "true"}}}"#;
    assert_reported(PolicyType::Managed, statement, &[RuleId::L02, RuleId::L03]);
}

#[test]
fn notebook_network_keys_in_one_deny() {
    let statement = r#"{"Effect": "Deny", "Action": "sagemaker:CreateNotebookInstance", "Resource": "*",
            "Condition": {"Null": {"sagemaker:VpcSubnets": "true", "sagemaker:VpcSecurityGroupIds": "true"}}}"#;
    assert_reported(PolicyType::Managed, statement, &[RuleId::L02]);
}

#[test]
fn monitoring_keys_by_old_names() {
    let statement = r#"{"Effect": "Deny", "Action": "sagemaker:CreateMonitoringSchedule", "Resource": "*",
            "Condition": {"Null": {"sagemaker:VolumeKmsKey": "true", "sagemaker:OutputKmsKey": "true"}}}"#;
    assert_reported(PolicyType::Managed, statement, &[RuleId::L02, RuleId::L09]);
}

#[test]
fn key_policy_with_s3_endpoint() {
    let statement = r#"{"Sid": "Key users", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/exec"},
            "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncrypt"], "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:sourceVpce": "vpce-0a1b2c3d"}}}"#;
    assert_reported(
        PolicyType::Key,
        statement,
        &[RuleId::L07, RuleId::L10, RuleId::L13, RuleId::L16],
    );
}

#[test]
fn bucket_policy_exempting_by_tag() {
    let statement = r#"{"Effect": "Deny", "Principal": "*", "Action": ["s3:GetObject", "s3:ListBucket", "s3:PutObject"], "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:sourceVpce": "vpce-0a1b2c3d",
            "aws:PrincipalTag/Principal": ["pipeline-role", "execution-role"]}, "Bool": {"aws:ViaAWSService": "false"}}}"#;
    assert_reported(PolicyType::Bucket, statement, &[RuleId::L11]);
}

#[test]
fn metric_namespace_with_wrong_case() {
    let statement = r#"{"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*",
            "Condition": {"StringLike": {"cloudwatch:namespace": "aws/sagemaker/*"}}}"#;
    assert_reported(PolicyType::Managed, statement, &[RuleId::L17]);
}

#[test]
fn alarm_without_namespace() {
    let statement = r#"{"Effect": "Allow", "Action": "cloudwatch:PutMetricAlarm", "Resource": "*",
            "Condition": {"StringLike": {"cloudwatch:namespace": "/aws/sagemaker/*"}}}"#;
    assert_reported(PolicyType::Managed, statement, &[RuleId::L04]);
}
