//! The rules about conditions, actions and values.

use super::*;
use PolicyType::{Boundary, Managed, ServiceControl};

fn managed(statements: &[String]) -> Vec<TestPolicy<'_>> {
    statements
        .iter()
        .map(|text| (Managed, text.as_str()))
        .collect()
}

#[test]
fn conjoined_requirements() {
    let training = r#""sagemaker:CreateTrainingJob""#;
    let fires = [
        r#"{"Null": {"aws:RequestTag/project": "true", "aws:RequestTag/user": "true"}}"#,
        r#"{"ArnNotLike": {"sagemaker:VolumeKmsKeyArn": "arn:aws:kms:*:*:key/k", "sagemaker:OutputKmsKeyArn": "arn:aws:kms:*:*:key/k"}}"#,
        r#"{"BoolIfExists": {"sagemaker:InterContainerTrafficEncryption": "false", "sagemaker:NetworkIsolation": "false"}}"#,
    ]
    .map(|condition| deny(training, condition));
    let quiet = [
        // The two names of one key.
        r#"{"ArnNotLike": {"sagemaker:VolumeKmsKey": "arn:aws:kms:*:*:key/k", "sagemaker:VolumeKmsKeyArn": "arn:aws:kms:*:*:key/k"}}"#,
        // A guard on when the statement matters at all.
        r#"{"Null": {"sagemaker:VpcSubnets": "true", "sagemaker:InstanceTypes": "false"}}"#,
        // Presence and value of the same key.
        r#"{"Null": {"aws:RequestTag/a": "false"}, "StringNotEquals": {"aws:RequestTag/a": "b"}}"#,
        // Exemptions by principal and by network.
        r#"{"Null": {"sagemaker:VpcSubnets": "true"}, "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/admin"}}"#,
        r#"{"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}, "StringNotEquals": {"aws:SourceVpce": "vpce-1"}}"#,
        // Instance types that can't take a volume key.
        r#"{"ArnNotLike": {"sagemaker:VolumeKmsKeyArn": "arn:aws:kms:*:*:key/k"}, "ForAllValues:StringNotLike": {"sagemaker:InstanceTypes": "ml.g5.*"}}"#,
    ]
    .map(|condition| deny(training, condition));
    assert_reports(RuleId::L02, &managed(&fires), &managed(&quiet));
    let tags = deny(
        r#""sagemaker:AddTags""#,
        r#"{"Null": {"sagemaker:TaggingAction": "true"}, "ForAnyValue:StringEquals": {"aws:TagKeys": "project"}}"#,
    );
    assert_reports(RuleId::L02, &[], &[(Managed, &tags)]);
}

#[test]
fn deny_always_fires() {
    let fires = [
        deny(
            r#""sagemaker:CreateTransformJob""#,
            r#"{"StringNotEquals": {"sagemaker:RootAccess": "Disabled"}}"#,
        ),
        deny(
            r#""sagemaker:CreateModel""#,
            r#"{"BoolIfExists": {"sagemaker:InterContainerTrafficEncryption": "false"}}"#,
        ),
        deny(
            r#""sagemaker:Create*Job""#,
            r#"{"Null": {"sagemaker:VpcSubnets": "true"}}"#,
        ),
        deny(
            r#""sagemaker:CreatePresignedDomainUrl""#,
            r#"{"Null": {"aws:RequestTag/a": "true"}}"#,
        ),
        deny(
            r#""sagemaker:*""#,
            r#"{"StringNotEquals": {"aws:ResourceTag/project": "fraud"}}"#,
        ),
        deny(
            r#""s3:GetObject""#,
            r#"{"StringNotLike": {"s3:prefix": "a/*"}}"#,
        ),
    ];
    let quiet = [
        deny(r#""sagemaker:Create*ningJob""#, r#"{"Null": {"sagemaker:VpcSubnets": "true"}}"#),
        deny(r#""sagemaker:CreateTransformJob""#, r#"{"ForAnyValue:StringNotEquals": {"sagemaker:VpcSubnets": "subnet-a"}}"#),
        deny(r#""sagemaker:CreateTrainingJob""#, r#"{"StringNotEquals": {"sagemaker:VolumeKmsKey": "arn:k"}}"#),
        deny(r#""ec2:RunInstances""#, r#"{"Null": {"aws:RequestTag/a": "true"}}"#),
        deny(r#""sagemaker:CreatePresignedDomainUrl""#, r#"{"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}"#),
        r#"{"Effect": "Deny", "NotAction": "sagemaker:Create*", "Resource": "arn:aws:sagemaker:*:*:*/*",
            "Condition": {"StringNotEquals": {"aws:ResourceTag/project": "fraud"}}}"#
            .to_owned(),
        r#"{"Effect": "Deny", "Action": "sagemaker:*", "Resource": "arn:aws:sagemaker:*:*:*/*",
            "Condition": {"StringNotEquals": {"aws:ResourceTag/project": "fraud"}}}"#
            .to_owned(),
        r#"{"Effect": "Allow", "Action": "sagemaker:CreateTransformJob", "Resource": "*",
            "Condition": {"Null": {"sagemaker:VpcSubnets": "true"}}}"#
            .to_owned(),
    ];
    assert_reports(RuleId::L03, &managed(&fires), &managed(&quiet));
}

#[test]
fn condition_never_holds() {
    let fires = [
        deny(r#""sagemaker:CreateTransformJob""#, r#"{"ForAnyValue:StringNotEquals": {"sagemaker:VpcSubnets": "subnet-a"}}"#),
        deny(r#""sagemaker:CreateAutoMLJob*""#, r#"{"Bool": {"sagemaker:NetworkIsolation": "false"}}"#),
        deny(r#""sagemaker:CreateEndpoint""#, r#"{"Null": {"sagemaker:InstanceTypes": "false"}}"#),
        r#"{"Effect": "Allow", "Action": ["cloudwatch:PutMetricData", "cloudwatch:DescribeAlarms"], "Resource": "*",
            "Condition": {"StringLike": {"cloudwatch:namespace": "mine/*"}}}"#
            .to_owned(),
    ];
    let quiet = [
        // The wildcard is there for the actions that carry the key.
        deny(r#""sagemaker:Create*""#, r#"{"ForAnyValue:StringNotEquals": {"sagemaker:VpcSubnets": "subnet-a"}}"#),
        deny(r#""s3:*""#, r#"{"Bool": {"aws:SecureTransport": "false"}}"#),
        deny(r#""*""#, r#"{"StringEquals": {"ec2:Region": "eu-west-1"}}"#),
        r#"{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:role/x",
            "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}}"#
            .to_owned(),
    ];
    assert_reports(RuleId::L04, &managed(&fires), &managed(&quiet));
}

#[test]
fn set_operator_mismatch() {
    let apps = r#""sagemaker:CreateApp""#;
    let fires = [
        r#"{"ForAnyValue:StringNotEquals": {"aws:sourceVpce": "vpce-1"}}"#,
        r#"{"ForAllValues:StringEquals": {"aws:RequestTag/a": "b"}}"#,
        r#"{"StringNotLike": {"sagemaker:InstanceTypes": "ml.t3.*"}}"#,
    ]
    .map(|condition| deny(apps, condition));
    let quiet = [
        r#"{"StringNotEquals": {"aws:sourceVpce": "vpce-1"}}"#,
        r#"{"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}"#,
        r#"{"Null": {"sagemaker:InstanceTypes": "true"}}"#,
        r#"{"ForAnyValue:StringEquals": {"glue:SecurityGroupIds": "sg-1"}}"#,
    ]
    .map(|condition| deny(apps, condition));
    assert_reports(RuleId::L05, &managed(&fires), &managed(&quiet));
}

#[test]
fn vacuous_for_all_values() {
    let allow = |condition: &str| {
        format!(
            r#"{{"Effect": "Allow", "Action": "sagemaker:CreateTrainingJob", "Resource": "*", "Condition": {condition}}}"#
        )
    };
    let training = r#""sagemaker:CreateTrainingJob""#;
    let fires = [
        allow(r#"{"ForAllValues:StringEquals": {"sagemaker:VpcSubnets": "subnet-a"}}"#),
        allow(r#"{"ForAllValues:StringEqualsIfExists": {"sagemaker:VpcSubnets": "subnet-a"}}"#),
        deny(
            training,
            r#"{"ForAllValues:StringNotEquals": {"sagemaker:VpcSubnets": "subnet-a"}}"#,
        ),
        // The companion must be about the same key.
        allow(
            r#"{"ForAllValues:StringEquals": {"sagemaker:VpcSubnets": "subnet-a"}, "Null": {"sagemaker:VpcSecurityGroupIds": "false"}}"#,
        ),
    ];
    let quiet = [
        allow(
            r#"{"ForAllValues:StringEquals": {"sagemaker:VpcSubnets": "subnet-a"}, "Null": {"sagemaker:VpcSubnets": "false"}}"#,
        ),
        allow(r#"{"ForAnyValue:StringEquals": {"sagemaker:VpcSubnets": "subnet-a"}}"#),
        deny(
            training,
            r#"{"Null": {"sagemaker:VolumeKmsKeyArn": "true"}, "ForAllValues:StringNotLike": {"sagemaker:InstanceTypes": "ml.g5.*"}}"#,
        ),
    ];
    assert_reports(RuleId::L06, &managed(&fires), &managed(&quiet));
}

#[test]
fn unknown_name() {
    let with = |action: &str, key: &str| {
        deny(
            &format!("{action:?}"),
            &format!(r#"{{"StringEquals": {{"{key}": "x"}}}}"#),
        )
    };
    let fires = [
        with("kms:ReEncrypt", "aws:SourceVpc"),
        with("s3:HeadObject", "aws:SourceVpc"),
        with("s3:HeadBucket", "aws:SourceVpc"),
        with("sagemaker:UpdateApp", "aws:SourceVpc"),
        with("sagemaker:Createz*", "aws:SourceVpc"),
        with("sagmaker:CreateApp", "aws:SourceVpc"),
        with("CreateApp", "aws:SourceVpc"),
        with("sagemaker:CreateApp", "sagemaker: VpcSubnets"),
        with("sagemaker:CreateApp", "sagemaker:VpcSecurityGroup"),
        with("sagemaker:CreateApp", "aws:SourceVpceId"),
        with("sagemaker:CreateApp", "sagemakr:VpcSubnets"),
        with("sagemaker:CreateApp", "VpcSubnets"),
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/${aws:PrincipleTag/user}/*"}"#.to_owned(),
    ];
    let quiet = [
        with("*", "aws:SourceVpc"),
        with("*:Get*", "aws:SourceVpc"),
        with("KMS:reencrypt*", "aws:sourcevpc"),
        with("glue:WhateverThisIs", "glue:SomeKey"),
        with("sts:AssumeRoleWithWebIdentity", "token.actions.githubusercontent.com:sub"),
        with("sts:AssumeRoleWithSAML", "saml:aud"),
        with("s3:GetObject", "s3:ExistingObjectTag/team"),
        with("sagemaker:CreateApp", "ec2:SourceInstanceArn"),
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/${aws:PrincipalTag/user, 'none'}/${*}"}"#
            .to_owned(),
    ];
    assert_reports(RuleId::L07, &managed(&fires), &managed(&quiet));
    let remedy = |action: &str| {
        findings(&[(Managed, &with(action, "aws:SourceVpc"))])[0]
            .remedy
            .clone()
    };
    assert_eq!(
        remedy("kms:ReEncrypt"),
        "`kms:ReEncrypt*` matches the actions that start with this name"
    );
    assert_eq!(
        remedy("s3:headobject"),
        "the operation needs `s3:GetObject`"
    );
    assert_eq!(
        remedy("sagemaker:UpdateApp"),
        "`sagemaker:UpdateApp*` matches the actions that start with this name"
    );
    assert_eq!(
        remedy("sagemaker:UpdateApps"),
        "correct the name, or remove it"
    );
}

#[test]
fn required_tags_on_wildcard() {
    let fires = [
        deny(
            r#""sagemaker:Create*""#,
            r#"{"Null": {"aws:RequestTag/a": "true"}}"#,
        ),
        deny(
            r#""sagemaker:*""#,
            r#"{"StringNotEquals": {"aws:RequestTag/a": "b"}}"#,
        ),
    ];
    let quiet = [
        deny(
            r#""sagemaker:CreateAutoML*""#,
            r#"{"Null": {"aws:RequestTag/a": "true"}}"#,
        ),
        deny(
            r#"["sagemaker:CreateModel", "sagemaker:CreateTrainingJob"]"#,
            r#"{"Null": {"aws:RequestTag/a": "true"}}"#,
        ),
        deny(
            r#""sagemaker:Create*""#,
            r#"{"StringEquals": {"aws:RequestTag/a": "b"}}"#,
        ),
    ];
    assert_reports(RuleId::L08, &managed(&fires), &managed(&quiet));
}

#[test]
fn renamed_key() {
    let training = r#""sagemaker:CreateTrainingJob""#;
    let old = deny(
        training,
        r#"{"ArnNotLike": {"sagemaker:VolumeKmsKey": "arn:aws:kms:*:*:key/k"}}"#,
    );
    let new = deny(
        training,
        r#"{"ArnNotLike": {"sagemaker:VolumeKmsKeyArn": "arn:aws:kms:*:*:key/k"}}"#,
    );
    let elsewhere = new.replace("CreateTrainingJob", "CreateTransformJob");
    let twins = deny(
        training,
        r#"{"ArnNotLike": {"sagemaker:VolumeKmsKey": "arn:aws:kms:*:*:key/k", "sagemaker:volumekmskeyarn": "arn:aws:kms:*:*:key/k"}}"#,
    );
    let (pair, apart) = (format!("{old},{new}"), format!("{old},{elsewhere}"));
    assert_reports(
        RuleId::L09,
        &[(Managed, &old), (Managed, &apart)],
        &[(Managed, &new), (Managed, &twins), (Managed, &pair)],
    );
}

#[test]
fn impossible_value() {
    let with = |operator: &str, key: &str, value: &str| {
        deny(
            r#""sagemaker:CreateNotebookInstance""#,
            &format!(r#"{{"{operator}": {{"{key}": {value:?}}}}}"#),
        )
    };
    let fires = [
        with("StringEquals", "sagemaker:RootAccess", "enabled"),
        with(
            "StringNotEquals",
            "sagemaker:AppNetworkAccessType",
            "VPCOnly",
        ),
        with("StringLike", "sagemaker:DirectInternetAccess", "On*"),
        with(
            "ForAnyValue:StringNotLike",
            "sagemaker:InstanceTypes",
            "t3.medium",
        ),
        with(
            "ForAnyValue:StringNotEquals",
            "sagemaker:VpcSubnets",
            "vpc-1",
        ),
        with("StringNotEquals", "aws:SourceVpce", "vpc-1"),
        with("ArnNotLike", "sagemaker:VolumeKmsKeyArn", "alias/data"),
        with("Null", "sagemaker:VpcSubnets", "yes"),
        with("Bool", "aws:SecureTransport", "0"),
        with("StringLike", "cloudwatch:namespace", "aws/SageMaker*"),
    ];
    let quiet = [
        with("StringEquals", "sagemaker:RootAccess", "Enabled"),
        with("StringEqualsIgnoreCase", "sagemaker:RootAccess", "enabled"),
        with("StringLike", "sagemaker:DirectInternetAccess", "En*"),
        with(
            "StringEquals",
            "sagemaker:RootAccess",
            "${aws:PrincipalTag/root}",
        ),
        with(
            "ForAnyValue:StringNotLike",
            "sagemaker:InstanceTypes",
            "*.large",
        ),
        with(
            "ForAnyValue:StringNotEquals",
            "sagemaker:VpcSubnets",
            "subnet-1",
        ),
        with(
            "ArnNotLike",
            "sagemaker:VolumeKmsKeyArn",
            "arn:aws:kms:*:*:key/k",
        ),
        with(
            "ArnNotLike",
            "sagemaker:VolumeKmsKeyArn",
            "${aws:PrincipalTag/key}",
        ),
        with("Null", "sagemaker:VpcSubnets", "True"),
        with("StringLike", "cloudwatch:namespace", "/aws/sagemaker/*"),
        with("StringLike", "cloudwatch:namespace", "AWS/SageMaker"),
        with("StringLike", "cloudwatch:namespace", "mine/*"),
    ];
    assert_reports(RuleId::L17, &managed(&fires), &managed(&quiet));
}

#[test]
fn guardrail_gap() {
    let types = r#"{"ForAnyValue:StringNotLike": {"sagemaker:InstanceTypes": "ml.t3.*"}}"#;
    let update = deny(r#""sagemaker:Create*""#, types);
    let training = deny(
        r#""sagemaker:CreateTrainingJob""#,
        r#"{"Null": {"sagemaker:VpcSubnets": "true"}}"#,
    );
    let studio = r#"["sagemaker:Create*", "sagemaker:Update*"]"#;
    let all = deny(studio, types);
    let notebook = deny(
        r#""sagemaker:CreateNotebookInstance""#,
        r#"{"StringNotEquals": {"sagemaker:DirectInternetAccess": "Disabled"}}"#,
    );
    // Updates leave out what they do not change, so they need another operator, and a statement of
    // their own.
    let two = format!(
        "{},{}",
        deny(
            r#""sagemaker:CreateDomain""#,
            r#"{"StringNotEquals": {"sagemaker:AppNetworkAccessType": "VpcOnly"}}"#
        ),
        deny(
            r#""sagemaker:UpdateDomain""#,
            r#"{"StringEquals": {"sagemaker:AppNetworkAccessType": "PublicInternetOnly"}}"#
        ),
    );
    let outright = format!(
        r#"{training},{{"Effect": "Deny", "Action": "sagemaker:CreateHyper*", "Resource": "*"}}"#
    );
    // Updates by a Deny, creating by what the Allow asks for.
    let asked = format!(
        r#"{},{{"Effect": "Allow", "Action": "sagemaker:CreateNotebookInstance", "Resource": "*",
            "Condition": {{"StringEquals": {{"sagemaker:RootAccess": "Disabled"}}}}}}"#,
        deny(
            r#""sagemaker:UpdateNotebookInstance""#,
            r#"{"StringEquals": {"sagemaker:RootAccess": "Enabled"}}"#
        )
    );
    let unasked =
        format!(r#"{asked},{{"Effect": "Allow", "Action": "sagemaker:Create*", "Resource": "*"}}"#);
    // The instance types are an exemption here, not what is limited.
    let exempts = deny(
        r#"["sagemaker:CreateHyperParameterTuningJob", "sagemaker:CreateTrainingJob"]"#,
        r#"{"Null": {"sagemaker:VolumeKmsKeyArn": "true"}, "ForAllValues:StringNotLike": {"sagemaker:InstanceTypes": "ml.g5.*"}}"#,
    );
    // A boundary that allows the sibling must deny it too; one that does not, need not.
    let within =
        format!(r#"{training},{{"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"}}"#);
    assert_reports(
        RuleId::L20,
        &[
            (Managed, &update),
            (Managed, &training),
            (Boundary, &within),
            (Managed, &unasked),
        ],
        &[
            (ServiceControl, &all),
            (Managed, &notebook),
            (Managed, &two),
            (Managed, &outright),
            (Managed, &exempts),
            (Managed, &asked),
            (Boundary, &training),
        ],
    );
}
