//! The rules about grants, principals and networks.

use super::*;
use PolicyType::{Boundary, Bucket, Endpoint, Key, Managed, RoleInline, Trust};

const UNLESS_TAGGED: &str = r#"{"Sid": "Tagged", "Effect": "Allow", "Action": "sagemaker:CreateTrainingJob", "Resource": "*",
    "Condition": {"StringEquals": {"aws:RequestTag/project": "fraud"}}}"#;
const EVERYTHING: &str = r#"{"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"}"#;

#[test]
fn allow_as_guardrail_in_one_policy() {
    let named = UNLESS_TAGGED.replace("Tagged", "EnforceTags");
    let banned = r#"{"Effect": "Allow", "Action": "sagemaker:CreateApp", "Resource": "*",
        "Condition": {"ForAnyValue:StringNotLike": {"sagemaker:InstanceTypes": "ml.p5.*"}}}"#;
    assert_reports(
        RuleId::L01,
        &[(Managed, &named), (Managed, banned)],
        &[
            (Managed, UNLESS_TAGGED),
            (Managed, EVERYTHING),
            // There an Allow does restrict.
            (Boundary, &named),
            (Boundary, banned),
        ],
    );
}

#[test]
fn allow_as_guardrail_across_policies() {
    let with = |others: &[TestPolicy<'_>]| {
        let all: Vec<TestPolicy<'_>> = [(Managed, UNLESS_TAGGED)]
            .iter()
            .chain(others)
            .copied()
            .collect();
        let found = findings(&all);
        found
            .iter()
            .filter(|finding| finding.id() == RuleId::L01)
            .map(|finding| finding.location.policy.clone())
            .collect::<Vec<_>>()
    };
    let elsewhere = EVERYTHING.replace(
        r#""Resource": "*""#,
        r#""Resource": "arn:aws:sagemaker:*:*:model/*""#,
    );
    let fence = deny(
        r#""sagemaker:CreateTrainingJob""#,
        r#"{"StringNotEquals": {"aws:RequestTag/project": "fraud"}}"#,
    );
    assert_eq!(with(&[]), Vec::<String>::new());
    assert_eq!(with(&[(Managed, EVERYTHING)]), ["policy 0"]);
    assert_eq!(with(&[(RoleInline, EVERYTHING)]), ["policy 0"]);
    // It is narrower, or it grants nothing by itself, or a Deny makes up for it.
    assert_eq!(with(&[(Managed, &elsewhere)]), Vec::<String>::new());
    assert_eq!(with(&[(Boundary, EVERYTHING)]), Vec::<String>::new());
    assert_eq!(
        with(&[(Managed, EVERYTHING), (Managed, &fence)]),
        Vec::<String>::new()
    );
}

#[test]
fn inverted_network_allow() {
    let allow = |condition: &str| {
        format!(
            r#"{{"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*", "Condition": {condition}}}"#
        )
    };
    let fires = [
        allow(r#"{"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}"#),
        allow(r#"{"NotIpAddress": {"aws:sourceip": "192.0.2.0/24"}}"#),
        allow(r#"{"Null": {"aws:SourceVpc": "true"}}"#),
    ];
    let quiet = [
        allow(r#"{"StringEquals": {"aws:SourceVpce": "vpce-1"}}"#),
        allow(r#"{"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}}"#),
        fires[0].replace("Allow", "Deny"),
    ];
    for kind in [Key, Bucket] {
        let all = |texts: &'_ [String; 3]| texts.clone();
        for (expected, texts) in [(true, all(&fires)), (false, all(&quiet))] {
            for text in &texts {
                let found = findings(&[(kind, text)]);
                assert_eq!(ids(&found).contains(&RuleId::L10), expected, "{text}");
            }
        }
    }
}

#[test]
fn exemption_by_mutable_tag() {
    let exempt = deny(
        r#""s3:*""#,
        r#"{"StringNotLike": {"aws:principaltag/Role": "admin-*"}}"#,
    );
    let own = deny(
        r#""sagemaker:DescribeModel""#,
        r#"{"StringNotEquals": {"aws:PrincipalTag/project": "${aws:ResourceTag/project}"}}"#,
    );
    let bound = deny(
        r#""s3:*""#,
        r#"{"StringEquals": {"aws:PrincipalTag/Role": "guest"}}"#,
    );
    let by_arn = deny(
        r#""s3:*""#,
        r#"{"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/admin"}}"#,
    );
    let guard = |tag: &str| {
        let condition = format!(r#"{{"ForAnyValue:StringEquals": {{"aws:TagKeys": "{tag}"}}}}"#);
        format!(
            "{exempt},{}",
            deny(r#"["iam:TagRole", "iam:UntagRole"]"#, &condition)
        )
    };
    let (protected, other) = (guard("role"), guard("team"));
    assert_reports(
        RuleId::L11,
        &[(Managed, &exempt), (Managed, &other)],
        &[
            (Managed, &own),
            (Managed, &bound),
            (Managed, &by_arn),
            (Managed, &protected),
        ],
    );
}

#[test]
fn key_reads_denied_and_unmanageable_key() {
    let allow = |principal: &str, actions: &str| {
        format!(
            r#"{{"Effect": "Allow", "Principal": {principal}, "Action": {actions}, "Resource": "*"}}"#
        )
    };
    let root = allow(r#"{"AWS": "arn:aws:iam::111122223333:root"}"#, r#""kms:*""#);
    let perimeter = |actions: &str, more: &str| {
        format!(
            r#"{root},{{"Effect": "Deny", "Principal": "*", "Action": {actions}, "Resource": "*",
                "Condition": {{"StringNotEquals": {{"aws:SourceVpce": "vpce-1"}}{more}}}}}"#
        )
    };
    let reads = perimeter(r#"["kms:Decrypt", "kms:Describe*"]"#, "");
    let exempting = perimeter(
        r#""kms:*""#,
        r#", "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/admin"}"#,
    );
    let crypto = perimeter(r#"["kms:Decrypt", "kms:GenerateDataKey*"]"#, "");
    assert_reports(
        RuleId::L12,
        &[(Key, &reads)],
        &[(Key, &exempting), (Key, &crypto), (Managed, &reads)],
    );

    let role = r#"{"AWS": "arn:aws:iam::111122223333:role/admin"}"#;
    let service = r#"{"Service": "logs.eu-west-1.amazonaws.com"}"#;
    let locked = allow(role, r#"["kms:Decrypt", "kms:Get*"]"#);
    let only_service = allow(service, r#""kms:*""#);
    let unreadable = allow(role, r#"["kms:Put*", "kms:GetKeyPolicy", "kms:List*"]"#);
    // Together they could, but neither can alone.
    let divided = format!(
        "{},{}",
        allow(role, r#"["kms:Put*", "kms:Get*"]"#),
        allow(
            r#"{"AWS": "arn:aws:iam::111122223333:role/other"}"#,
            r#""kms:List*""#
        )
    );
    let joined = divided.replace("role/other", "role/admin");
    assert_reports(
        RuleId::L13,
        &[
            (Key, &locked),
            (Key, &only_service),
            (Key, &unreadable),
            (Key, &divided),
        ],
        &[(Key, &root), (Key, &joined), (Managed, &locked)],
    );
    assert!(findings(&[(Key, &unreadable)])[0].why.contains("Terraform"));
}

#[test]
fn foreign_buckets() {
    let allow = |resource: &str, condition: &str| {
        format!(
            r#"{{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "{resource}", "Condition": {condition}}}"#
        )
    };
    let own = r#"{"StringEquals": {"aws:ResourceAccount": "111122223333"}}"#;
    let fires = [
        allow("arn:aws:s3:::*sagemaker*/*", "{}"),
        allow("arn:aws:s3:::data-*", "{}"),
        allow(
            "arn:aws:s3:::*",
            r#"{"StringNotEquals": {"aws:ResourceAccount": "111122223333"}}"#,
        ),
    ];
    let quiet = [
        allow("arn:aws:s3:::data/*", "{}"),
        allow("arn:aws:s3:::data-${aws:PrincipalAccount}/*", "{}"),
        allow("arn:aws:s3:::*sagemaker*/*", own),
        allow("*", "{}"),
        fires[0].replace("Allow", "Deny"),
    ];
    for text in &fires {
        assert_reports(
            RuleId::L14,
            &[(Managed, text), (Endpoint, text)],
            &[(Bucket, text)],
        );
    }
    for text in &quiet {
        assert_reports(RuleId::L14, &[], &[(Managed, text)]);
    }
    assert_reports(
        RuleId::L14,
        &[(Endpoint, &quiet[3])],
        &[(Endpoint, &allow("*", own))],
    );
}

#[test]
fn privilege_escalation() {
    let allow = |action: &str, resource: &str, condition: &str| {
        format!(
            r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "{resource}", "Condition": {condition}}}"#
        )
    };
    let to_sagemaker = r#"{"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}"#;
    let bounded =
        r#"{"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/b"}}"#;
    let fires = [
        allow("iam:PassRole", "*", to_sagemaker),
        allow("iam:*", "arn:aws:iam::111122223333:role/*", bounded),
        allow("iam:Create*", "arn:aws:iam::111122223333:role/ml-*", "{}"),
        allow(
            "iam:CreateRole",
            "arn:aws:iam::111122223333:role/ml-*",
            r#"{"Null": {"iam:PermissionsBoundary": "true"}}"#,
        ),
        allow(
            "iam:PassRole",
            "arn:aws:iam::111122223333:role/admin",
            to_sagemaker,
        )
        .replace("Resource", "NotResource"),
    ];
    let quiet = [
        allow(
            "iam:PassRole",
            "arn:aws:iam::111122223333:role/ml-*",
            to_sagemaker,
        ),
        allow(
            "iam:CreateRole",
            "arn:aws:iam::111122223333:role/ml-*",
            bounded,
        ),
        format!(
            "{},{}",
            fires[2],
            deny(
                r#""iam:CreateRole""#,
                r#"{"ArnNotEquals": {"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/b"}}"#
            )
        ),
    ];
    for text in &fires {
        assert_reports(
            RuleId::L15,
            &[(Managed, text), (RoleInline, text)],
            &[(Boundary, text)],
        );
    }
    for text in &quiet {
        assert_reports(RuleId::L15, &[], &[(Managed, text)]);
    }
    let trust = |principal: &str, condition: &str| {
        format!(
            r#"{{"Effect": "Allow", "Principal": {principal}, "Action": "sts:AssumeRole", "Condition": {condition}}}"#
        )
    };
    let root = r#"{"AWS": "arn:aws:iam::111122223333:root"}"#;
    let one = r#"{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/admin"}}"#;
    assert_reports(
        RuleId::L15,
        &[
            (Trust, &trust(root, "{}")),
            (Trust, &trust(r#"{"AWS": "111122223333"}"#, "{}")),
            (Trust, &trust(r#""*""#, "{}")),
        ],
        &[
            (Trust, &trust(root, one)),
            (
                Trust,
                &trust(r#"{"AWS": "arn:aws:iam::111122223333:role/admin"}"#, "{}"),
            ),
            (
                Trust,
                &trust(r#"{"Service": "sagemaker.amazonaws.com"}"#, "{}"),
            ),
        ],
    );
}

#[test]
fn wrong_vpc_endpoint() {
    let through = |actions: &str, id: &str| {
        deny(
            actions,
            &format!(r#"{{"StringNotEquals": {{"aws:SourceVpce": "{id}"}}}}"#),
        )
    };
    let s3 = through(r#"["s3:GetObject", "s3:PutObject"]"#, "vpce-1");
    let kms = through(r#""kms:Decrypt""#, "vpce-1");
    let places = |policies: &[TestPolicy<'_>], options: &LintOptions| {
        let found = findings_with(policies, options);
        found
            .iter()
            .filter(|finding| finding.id() == RuleId::L16)
            .map(|finding| finding.location.policy.clone())
            .collect::<Vec<_>>()
    };
    let unknown = LintOptions::default();
    assert_eq!(
        places(&[(Managed, &s3), (Managed, &kms)], &unknown),
        ["policy 1"]
    );
    let other = kms.replace("vpce-1", "vpce-2");
    assert_eq!(
        places(&[(Managed, &s3), (Managed, &other)], &unknown),
        Vec::<String>::new()
    );
    // A statement about multiple services can name the endpoints of all of them.
    let both = through(r#"["s3:*", "kms:*"]"#, "vpce-1");
    assert_eq!(
        places(&[(Managed, &s3), (Managed, &both)], &unknown),
        Vec::<String>::new()
    );
    let told = LintOptions {
        endpoints: [(
            "vpce-1".to_owned(),
            "com.amazonaws.eu-west-1.kms".to_owned(),
        )]
        .into(),
        ..LintOptions::default()
    };
    assert_eq!(
        places(&[(Managed, &s3), (Managed, &kms)], &told),
        ["policy 0"]
    );
    let studio = through(r#""sagemaker:CreatePresignedDomainUrl""#, "vpce-3");
    let told = LintOptions {
        endpoints: [(
            "vpce-3".to_owned(),
            "aws.sagemaker.eu-west-1.studio".to_owned(),
        )]
        .into(),
        ..LintOptions::default()
    };
    assert_eq!(places(&[(Managed, &studio)], &told), Vec::<String>::new());
}

#[test]
fn document_too_large() {
    let of = |n: usize| {
        deny(
            r#""s3:GetObject""#,
            &format!(
                r#"{{"StringEquals": {{"s3:versionid": "{}"}}}}"#,
                "x".repeat(n)
            ),
        )
    };
    let rest = parse(&of(0)).size();
    let (fits, over) = (of(6_144 - rest), of(6_145 - rest));
    assert_reports(
        RuleId::L18,
        &[(Managed, &over), (Boundary, &over)],
        &[(Managed, &fits), (RoleInline, &over)],
    );
    let found = findings(&[(Managed, &over)]);
    assert_eq!(found[0].location.to_string(), "`policy 0`");
    assert_eq!(
        found[0].why,
        "the document has 6145 characters; the limit for a managed policy is 6144"
    );
}

#[test]
fn source_ip_without_endpoint() {
    let url = r#""sagemaker:CreatePresignedDomainUrl""#;
    let office = r#""NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}"#;
    let fires = [
        deny(url, &format!("{{{office}}}")),
        deny(
            url,
            &format!(r#"{{{office}, "Bool": {{"aws:ViaAWSService": "false"}}}}"#),
        ),
    ];
    let quiet = [
        deny(
            url,
            &format!(r#"{{{office}, "StringNotEquals": {{"aws:SourceVpce": "vpce-1"}}}}"#),
        ),
        deny(
            url,
            &format!(r#"{{{office}, "Null": {{"aws:SourceIp": "false"}}}}"#),
        ),
        deny(url, r#"{"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}"#),
        fires[0].replace("Deny", "Allow"),
    ];
    for text in &fires {
        assert_reports(RuleId::L19, &[(Managed, text)], &[]);
    }
    for text in &quiet {
        assert_reports(RuleId::L19, &[], &[(Managed, text)]);
    }
}
