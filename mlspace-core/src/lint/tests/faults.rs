//! Statements as they were published by AWS in a white paper and in samples, each with a fault, in our own words. What
//! they do to requests is the matter of the evaluator's tests.

use super::*;
use RuleId::*;

/// A fault: what it is, the kind of policy, the statement, and the rules that must report it.
const FAULTS: [(&str, Kind, &str, &[RuleId]); 11] = [
    (
        "F01: network type, subnets and security groups of a domain in one Deny",
        Kind::ServiceControl,
        r#"{"Effect": "Deny", "Action": "sagemaker:CreateDomain", "Resource": "*", "Condition": {
            "StringNotEquals": {"sagemaker:AppNetworkAccessType": "VpcOnly"},
            "Null": {"sagemaker:VpcSubnets": "true", "sagemaker:VpcSecurityGroupIds": "true"}}}"#,
        &[L02],
    ),
    (
        "F02: the instance types of apps, and nothing about those of spaces",
        Kind::ServiceControl,
        r#"{"Effect": "Deny", "Action": "sagemaker:CreateApp", "Resource": "*", "Condition": {
            "ForAnyValue:StringNotLike": {"sagemaker:InstanceTypes": ["ml.t3.medium", "ml.m5.large", "system"]}}}"#,
        &[L20],
    ),
    (
        "F03: a list of banned images in an Allow",
        Kind::Managed,
        r#"{"Effect": "Allow", "Action": "sagemaker:CreateApp", "Resource": "*", "Condition": {
            "ForAllValues:ArnNotLike": {"sagemaker:ImageArns": "arn:aws:sagemaker:*:*:image/banned"}}}"#,
        &[L01, L06],
    ),
    (
        "F04: subnets of a transform job, which names none",
        Kind::Managed,
        r#"{"Effect": "Deny", "Action": ["sagemaker:CreateProcessingJob", "sagemaker:CreateTrainingJob",
            "sagemaker:CreateTransformJob"], "Resource": "*", "Condition": {"Null": {"sagemaker:VpcSubnets": "true"}}}"#,
        &[L03],
    ),
    (
        "F05: subnets of a compilation job, which names none",
        Kind::Managed,
        r#"{"Effect": "Deny", "Action": ["sagemaker:CreateCompilationJob", "sagemaker:CreateModel"], "Resource": "*",
            "Condition": {"Null": {"sagemaker:VpcSubnets": "true", "sagemaker:VpcSecurityGroupIds": "true"}}}"#,
        &[L02, L03],
    ),
    (
        "F06: subnets and security groups of a notebook in one Deny",
        Kind::Managed,
        r#"{"Effect": "Deny", "Action": "sagemaker:CreateNotebookInstance", "Resource": "*",
            "Condition": {"Null": {"sagemaker:VpcSubnets": "true", "sagemaker:VpcSecurityGroupIds": "true"}}}"#,
        &[L02],
    ),
    (
        "F07: volume key and output key in one Deny, by their old names",
        Kind::Managed,
        r#"{"Effect": "Deny", "Action": "sagemaker:CreateMonitoringSchedule", "Resource": "*",
            "Condition": {"Null": {"sagemaker:VolumeKmsKey": "true", "sagemaker:OutputKmsKey": "true"}}}"#,
        &[L02, L09],
    ),
    (
        "F08: a key for everyone who does not come through the endpoint, and that of S3",
        Kind::Key,
        r#"{"Sid": "Key users", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/exec"},
            "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncrypt"], "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:sourceVpce": "vpce-0a1b2c3d"}}}"#,
        &[L07, L10, L13, L16],
    ),
    (
        "F09: a bucket's Deny that spares the roles it is about, by their tag",
        Kind::Bucket,
        r#"{"Effect": "Deny", "Principal": "*", "Action": ["s3:GetObject", "s3:ListBucket", "s3:PutObject"], "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:sourceVpce": "vpce-0a1b2c3d",
            "aws:PrincipalTag/Principal": ["pipeline-role", "execution-role"]}, "Bool": {"aws:ViaAWSService": "false"}}}"#,
        &[L11],
    ),
    (
        "F10: a namespace as there is none",
        Kind::Managed,
        r#"{"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*",
            "Condition": {"StringLike": {"cloudwatch:namespace": "aws/sagemaker/*"}}}"#,
        &[L17],
    ),
    (
        "F11: the namespace of an alarm, which has none",
        Kind::Managed,
        r#"{"Effect": "Allow", "Action": "cloudwatch:PutMetricAlarm", "Resource": "*",
            "Condition": {"StringLike": {"cloudwatch:namespace": "/aws/sagemaker/*"}}}"#,
        &[L04],
    ),
];

#[test]
fn every_published_fault_is_reported() {
    let options = LintOptions {
        endpoints: [(
            "vpce-0a1b2c3d".to_owned(),
            "com.amazonaws.eu-west-1.s3".to_owned(),
        )]
        .into(),
        ..LintOptions::default()
    };
    for (what, kind, statement, expected) in FAULTS {
        let found = findings_with(&[(kind, statement)], &options);
        for rule in expected {
            assert!(
                ids(&found).contains(rule),
                "{what}: {rule} is missing in {found:#?}"
            );
        }
    }
}
