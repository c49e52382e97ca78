//! Guardrails that fail quietly, and names and values that only look wrong.

use super::*;
use PolicyType::{Bucket, Managed, RoleInline, ServiceControl};

fn managed(statements: &[String]) -> Vec<TestPolicy<'_>> {
    statements
        .iter()
        .map(|text| (Managed, text.as_str()))
        .collect()
}

fn allow(action: &str, condition: &str) -> String {
    format!(
        r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "arn:aws:s3:::b/*", "Condition": {condition}}}"#
    )
}

#[test]
fn wildcard_without_like() {
    let fires = [
        r#"{"StringNotEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/admin-*"}}"#,
        r#"{"StringEquals": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*"}}"#,
        r#"{"ForAnyValue:StringEquals": {"aws:TagKeys": ["project", "cost?"]}}"#,
        r#"{"StringNotEqualsIgnoreCase": {"aws:RequestedRegion": "eu-*"}}"#,
        r#"{"StringEquals": {"aws:userid": "${aws:PrincipalTag/id}:*"}}"#,
    ]
    .map(|condition| deny(r#""s3:GetObject""#, condition));
    let quiet = [
        r#"{"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/admin-*"}}"#,
        r#"{"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/admin-*"}}"#,
        r#"{"StringNotLike": {"aws:PrincipalTag/team": "ml-*"}}"#,
        r#"{"StringNotEquals": {"aws:PrincipalTag/team": "${*}${?}${aws:PrincipalTag/a, '*'}"}}"#,
    ]
    .map(|condition| deny(r#""s3:GetObject""#, condition));
    assert_reports(RuleId::L21, &managed(&fires), &managed(&quiet));
    let found = findings(&[(Managed, &fires[0])]);
    let finding = found.iter().find(|one| one.id() == RuleId::L21).unwrap();
    assert!(
        finding.remedy.starts_with("write `ArnNotLike`"),
        "{finding}"
    );
}

#[test]
fn allow_not_principal() {
    let statement = |effect: &str, member: &str| {
        format!(
            r#"{{"Effect": "{effect}", "{member}": {{"AWS": "arn:aws:iam::123456789012:role/r"}}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}}"#
        )
    };
    let bad = statement("Allow", "NotPrincipal");
    let quiet = [
        statement("Deny", "NotPrincipal"),
        statement("Allow", "Principal"),
    ];
    assert_reports(
        RuleId::L22,
        &[(Bucket, &bad), (PolicyType::Key, &bad)],
        &[(Bucket, &quiet[0]), (Bucket, &quiet[1])],
    );
}

#[test]
fn mfa_key_absent() {
    let fires = [
        deny(
            r#""*""#,
            r#"{"Bool": {"aws:MultiFactorAuthPresent": "false"}}"#,
        ),
        deny(
            r#""*""#,
            r#"{"NumericGreaterThan": {"AWS:multifactorauthage": "3600"}}"#,
        ),
        allow(
            "s3:GetObject",
            r#"{"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}"#,
        ),
        allow(
            "s3:GetObject",
            r#"{"NumericLessThanIfExists": {"aws:MultiFactorAuthAge": "3600"}}"#,
        ),
    ];
    let both = [
        deny(
            r#""*""#,
            r#"{"Bool": {"aws:MultiFactorAuthPresent": "false"}}"#,
        ),
        deny(
            r#""*""#,
            r#"{"Null": {"aws:MultiFactorAuthPresent": "true"}}"#,
        ),
    ]
    .join(",");
    let quiet = [
        deny(
            r#""*""#,
            r#"{"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}"#,
        ),
        deny(
            r#""*""#,
            r#"{"NumericGreaterThanIfExists": {"aws:MultiFactorAuthAge": "3600"}}"#,
        ),
        deny(
            r#""*""#,
            r#"{"Bool": {"aws:MultiFactorAuthPresent": "true"}}"#,
        ),
        both,
        allow(
            "s3:GetObject",
            r#"{"Bool": {"aws:MultiFactorAuthPresent": "true"}}"#,
        ),
        allow(
            "s3:GetObject",
            r#"{"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}, "Null": {"aws:MultiFactorAuthPresent": "false"}}"#,
        ),
    ];
    assert_reports(RuleId::L23, &managed(&fires), &managed(&quiet));
}

#[test]
fn variable_without_version() {
    let judge = |version: &str, kind: PolicyType| {
        let text = format!(
            r#"{{{version} "Statement": {{"Effect": "Allow", "Action": "s3:GetObject",
                "Resource": "arn:aws:s3:::b/${{aws:username}}/*"}}}}"#
        );
        let document = Document::parse(&text).unwrap();
        let target = LintTarget {
            label: "p",
            policy_type: kind,
            document: &document,
        };
        ids(&lint(&[target], &LintOptions::default())).contains(&RuleId::L24)
    };
    assert!(judge("", RoleInline));
    assert!(judge(r#""Version": "2008-10-17","#, RoleInline));
    assert!(!judge(r#""Version": "2012-10-17","#, RoleInline));
}

#[test]
fn impossible_value_of_an_operator() {
    let fires = [
        r#"{"IpAddress": {"aws:SourceIp": "10.0.0.0/33"}}"#,
        r#"{"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24", "10.0.0.0-10.0.0.255"]}}"#,
        r#"{"IpAddress": {"aws:SourceIp": "${aws:PrincipalTag/ip}"}}"#,
        r#"{"NumericLessThan": {"aws:MultiFactorAuthAge": "1h"}}"#,
        r#"{"DateGreaterThan": {"aws:CurrentTime": "2026-11-22T06:40:00"}}"#,
        r#"{"ArnNotLike": {"aws:PrincipalArn": ["*admin*", "arn:aws:iam::123456789012:role/r"]}}"#,
    ]
    .map(|condition| deny(r#""s3:GetObject""#, condition));
    let quiet = [
        r#"{"IpAddress": {"aws:VpcSourceIp": ["10.0.0.0/8", "2001:db8::/32"]}}"#,
        r#"{"NumericLessThan": {"aws:MultiFactorAuthAge": 3600}}"#,
        r#"{"DateGreaterThan": {"aws:CurrentTime": "2026-11-22T06:40:00+01:00"}}"#,
        r#"{"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::${aws:PrincipalAccount}:role/*"}}"#,
    ]
    .map(|condition| deny(r#""s3:GetObject""#, condition));
    assert_reports(RuleId::L17, &managed(&fires), &managed(&quiet));
}

#[test]
fn impossible_value_of_a_key() {
    let fires = [
        r#"{"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "EU-West-1"]}}"#,
        r#"{"StringNotEquals": {"aws:RequestedRegion": "us-east1"}}"#,
        r#"{"StringNotLike": {"aws:RequestedRegion": "EU-*"}}"#,
        r#"{"StringNotEquals": {"aws:PrincipalAccount": "12345678901"}}"#,
        r#"{"StringNotEquals": {"aws:PrincipalOrgID": "o_a1b2c3d4e5"}}"#,
        r#"{"StringNotEquals": {"kms:ViaService": "s3.amazonaws.com"}}"#,
    ]
    .map(|condition| deny(r#""kms:Decrypt""#, condition));
    let quiet = [
        r#"{"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "us-gov-west-1"]}}"#,
        r#"{"StringNotEqualsIgnoreCase": {"aws:RequestedRegion": "EU-West-1"}}"#,
        r#"{"StringNotLike": {"aws:RequestedRegion": "eu-*"}}"#,
        r#"{"StringNotEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}"#,
        r#"{"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}"#,
        r#"{"StringNotLike": {"kms:ViaService": ["s3.*.amazonaws.com", "*.amazonaws.com"]}}"#,
        r#"{"StringNotEquals": {"kms:ViaService": "s3.cn-north-1.amazonaws.com.cn"}}"#,
    ]
    .map(|condition| deny(r#""kms:Decrypt""#, condition));
    assert_reports(RuleId::L17, &managed(&fires), &managed(&quiet));
    let namespaces = [
        allow(
            "cloudwatch:PutMetricData",
            r#"{"StringEquals": {"cloudwatch:namespace": "aws/sagemaker/CapacityReservations"}}"#,
        ),
        allow(
            "cloudwatch:PutMetricData",
            r#"{"StringEquals": {"cloudwatch:namespace": "aws/sagemaker/Endpoints"}}"#,
        ),
    ];
    assert_reports(
        RuleId::L17,
        &[(Managed, &namespaces[1])],
        &[(Managed, &namespaces[0])],
    );
}

#[test]
fn tag_keys_can_have_spaces() {
    let quiet = [
        allow(
            "s3:GetObject",
            r#"{"StringEquals": {"aws:PrincipalTag/Cost Center": "42"}}"#,
        ),
        allow(
            "s3:GetObject",
            r#"{"StringEquals": {"ec2:ResourceTag/Cost Center": "42"}}"#,
        ),
        allow(
            "s3:GetObject",
            r#"{"StringEquals": {"aws:PrincipalTag/a": "${aws:PrincipalTag/Cost Center}"}}"#,
        ),
    ];
    let fires = [
        allow(
            "s3:GetObject",
            r#"{"StringEquals": {"aws:Source Vpc": "vpc-1"}}"#,
        ),
        allow(
            "s3:GetObject",
            r#"{"StringEquals": {"aws:Resource Tag/a": "vpc-1"}}"#,
        ),
        allow(
            "s3:GetObject",
            r#"{"StringEquals": {"aws:PrincipalTag/a": "${ aws:username }"}}"#,
        ),
        allow(
            "s3:GetObject",
            r#"{"StringEquals": {"aws:PrincipalTag/a": "${aws:username , 'x'}"}}"#,
        ),
    ];
    assert_reports(RuleId::L07, &managed(&fires), &managed(&quiet));
}

#[test]
fn unknown_names_are_warnings_and_mistakes_are_errors() {
    let severity = |action: &str, key: &str| {
        let statement = allow(action, &format!(r#"{{"StringEquals": {{"{key}": "a"}}}}"#));
        let found = findings(&[(Managed, &statement)]);
        let mut of_names = found.iter().filter(|one| one.id() == RuleId::L07);
        let severity = of_names.next().map(Finding::severity);
        assert!(of_names.next().is_none(), "{found:#?}");
        severity
    };
    let known = "aws:PrincipalTag/a";
    for (action, key, expected) in [
        ("s3:GetObject", known, None),
        ("brandnew:GetThing", known, Some(Severity::Warning)),
        ("s3:GetBrandNewThing", known, Some(Severity::Warning)),
        ("s3:GetObject", "aws:BrandNewKey", Some(Severity::Warning)),
        ("s3:GetObject", "brandnew:Key", Some(Severity::Warning)),
        ("s3:HeadObject", known, Some(Severity::Error)),
        ("s3:Get Object", known, Some(Severity::Error)),
        ("GetObject", known, Some(Severity::Error)),
        ("s3:GetObject", "SourceVpc", Some(Severity::Error)),
    ] {
        assert_eq!(severity(action, key), expected, "{action} {key}");
    }
}

#[test]
fn values_of_one_tag_are_one_requirement() {
    let actions = r#"["sagemaker:CreateModel"]"#;
    let one = deny(
        actions,
        r#"{"StringNotEquals": {"aws:RequestTag/project": "fraud", "aws:ResourceTag/Project": "fraud"}}"#,
    );
    let two = deny(
        actions,
        r#"{"StringNotEquals": {"aws:RequestTag/project": "fraud", "aws:ResourceTag/user": "alice"}}"#,
    );
    assert_reports(
        RuleId::L02,
        &[(ServiceControl, &two)],
        &[(ServiceControl, &one)],
    );
}
