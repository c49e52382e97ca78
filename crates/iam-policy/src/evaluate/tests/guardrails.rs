//! Guardrails for SageMaker as published in AWS white papers and samples, with requests on which
//! they fail, and the forms that do not. They are evaluated by the documented semantics alone.

use crate::evaluate::{Caller, Outcome, PolicySet, Request};
use crate::{Document, Operator, Principal, Statement};

type Context<'a> = &'a [(&'a str, &'a [&'a str])];

fn request(action: &str, context: Context<'_>) -> Request {
    let caller = Caller::from_arn("arn:aws:sts::111122223333:assumed-role/exec/session").unwrap();
    context.iter().fold(
        Request::new(caller, action, "*"),
        |request, (key, values)| request.context(*key, values.to_vec()),
    )
}

/// Whether a Deny fires on a request that is otherwise allowed.
fn denies(statement: Statement, action: &str, context: Context<'_>) -> bool {
    let everything = Document::new([Statement::allow("All").actions(["*"]).resources(["*"])]);
    let set = PolicySet::new()
        .identity("all", &everything)
        .identity("guardrail", &Document::new([statement]));
    set.decide(&request(action, context)).outcome == Outcome::ExplicitDeny
}

/// Whether an Allow grants.
fn grants(statement: Statement, action: &str, context: Context<'_>) -> bool {
    PolicySet::new()
        .identity("grant", &Document::new([statement]))
        .decide(&request(action, context))
        .is_allowed()
}

fn deny(actions: &[&str]) -> Statement {
    Statement::deny("Guardrail")
        .actions(actions.to_vec())
        .resources(["*"])
}

const SUBNETS: &str = "sagemaker:VpcSubnets";
const GROUPS: &str = "sagemaker:VpcSecurityGroupIds";

#[test]
fn null_keys_in_one_statement_are_anded() {
    let both = || {
        deny(&["sagemaker:CreateNotebookInstance"])
            .when(Operator::Null, SUBNETS, ["true"])
            .when(Operator::Null, GROUPS, ["true"])
    };
    let action = "sagemaker:CreateNotebookInstance";
    assert!(denies(both(), action, &[]));
    assert!(!denies(both(), action, &[(SUBNETS, &["subnet-a"])]));
    // One statement for each key closes the gap.
    let each =
        |key| deny(&["sagemaker:CreateNotebookInstance"]).when(Operator::Null, key, ["true"]);
    assert!(denies(each(GROUPS), action, &[(SUBNETS, &["subnet-a"])]));
}

#[test]
fn operators_in_one_statement_are_anded() {
    let key = "sagemaker:AppNetworkAccessType";
    let public: Context<'_> = &[
        (key, &["PublicInternetOnly"]),
        (SUBNETS, &["subnet-a"]),
        (GROUPS, &["sg-1"]),
    ];
    let vpc_only =
        || deny(&["sagemaker:CreateDomain"]).when(Operator::StringNotEquals, key, ["VpcOnly"]);
    let action = "sagemaker:CreateDomain";
    assert!(!denies(
        vpc_only().when(Operator::Null, SUBNETS, ["true"]),
        action,
        public
    ));
    assert!(denies(vpc_only(), action, public));
    assert!(denies(vpc_only(), action, &[(SUBNETS, &["subnet-a"])]));
    assert!(!denies(vpc_only(), action, &[(key, &["VpcOnly"])]));
}

#[test]
fn required_key_without_support_always_denies() {
    let subnets = || {
        deny(&[
            "sagemaker:CreateTransformJob",
            "sagemaker:CreateCompilationJob",
        ])
        .when(Operator::Null, SUBNETS, ["true"])
    };
    assert!(denies(
        subnets(),
        "sagemaker:CreateTransformJob",
        &[("sagemaker:InstanceTypes", &["ml.m5.xlarge"])]
    ));
    assert!(denies(subnets(), "sagemaker:CreateCompilationJob", &[]));
}

#[test]
fn instance_types() {
    let key = "sagemaker:InstanceTypes";
    let small = || {
        deny(&["sagemaker:CreateApp"]).when(
            Operator::StringNotLike.for_any_value(),
            key,
            ["ml.t3.*", "system"],
        )
    };
    let cases: [(&str, Context<'_>, bool); 6] = [
        ("sagemaker:CreateApp", &[(key, &["ml.p4d.24xlarge"])], true),
        ("sagemaker:CreateApp", &[(key, &["ml.t3.medium"])], false),
        ("sagemaker:CreateApp", &[(key, &["system"])], false),
        (
            "sagemaker:CreateApp",
            &[(key, &["ml.t3.medium", "ml.p5.48xlarge"])],
            true,
        ),
        // The key is missing where the caller names no type.
        ("sagemaker:CreateApp", &[], false),
        // A sibling action that the statement forgot.
        (
            "sagemaker:CreateSpace",
            &[(key, &["ml.p5.48xlarge"])],
            false,
        ),
    ];
    for (action, context, expected) in cases {
        assert_eq!(
            denies(small(), action, context),
            expected,
            "{action} {context:?}"
        );
    }
}

#[test]
fn allow_in_place_of_deny() {
    let images = "sagemaker:ImageArns";
    let unless_banned = Statement::allow("NotBanned")
        .actions(["sagemaker:CreateApp"])
        .resources(["*"])
        .when(
            Operator::ArnNotLike.for_all_values(),
            images,
            ["arn:aws:sagemaker:*:*:image/banned"],
        );
    // `ForAllValues` is true of nothing: the Allow grants without any image.
    assert!(grants(unless_banned, "sagemaker:CreateApp", &[]));
    // A negated operator is true of a missing key: the Allow grants away from any endpoint.
    let key_users = Statement::allow("Users")
        .actions(["kms:Decrypt"])
        .resources(["*"])
        .when(Operator::StringNotEquals, "aws:sourceVpce", ["vpce-s3"]);
    assert!(grants(key_users.clone(), "kms:Decrypt", &[]));
    assert!(!grants(
        key_users,
        "kms:Decrypt",
        &[("aws:SourceVpce", &["vpce-s3"])]
    ));
}

#[test]
fn exemption_by_principal_tag() {
    let perimeter = deny(&["s3:GetObject"])
        .when(Operator::StringNotEquals, "aws:SourceVpce", ["vpce-s3"])
        .when(
            Operator::StringNotEquals,
            "aws:PrincipalTag/Principal",
            ["pipeline", "execution"],
        )
        .when(Operator::Bool, "aws:ViaAWSService", ["false"]);
    let from_outside: Context<'_> = &[
        ("aws:PrincipalTag/Principal", &["execution"]),
        ("aws:ViaAWSService", &["false"]),
    ];
    assert!(!denies(perimeter.clone(), "s3:GetObject", from_outside));
    assert!(denies(
        perimeter,
        "s3:GetObject",
        &[("aws:ViaAWSService", &["false"])]
    ));
}

#[test]
fn metric_namespaces() {
    let put = |action: &str, namespace: &str| {
        Statement::allow("Put")
            .actions([action])
            .resources(["*"])
            .when(Operator::StringLike, "cloudwatch:namespace", [namespace])
    };
    let context: Context<'_> = &[("cloudwatch:namespace", &["/aws/sagemaker/TrainingJobs"])];
    let action = "cloudwatch:PutMetricData";
    assert!(!grants(put(action, "aws/sagemaker/*"), action, context));
    assert!(grants(put(action, "/aws/sagemaker/*"), action, context));
    let alarm = "cloudwatch:PutMetricAlarm";
    assert!(!grants(put(alarm, "/aws/sagemaker/*"), alarm, &[]));
}

#[test]
fn networks_and_endpoints() {
    let corporate = || {
        deny(&["sagemaker:CreatePresignedDomainUrl"])
            .when(
                Operator::NotIpAddress,
                "aws:SourceIp",
                ["192.0.2.0/24", "203.0.113.0/24"],
            )
            .when(
                Operator::StringNotEquals,
                "aws:SourceVpce",
                ["vpce-api", "vpce-studio"],
            )
    };
    let action = "sagemaker:CreatePresignedDomainUrl";
    let cases: [(Context<'_>, bool); 4] = [
        (&[("aws:SourceIp", &["203.0.113.9"])], false),
        (&[("aws:SourceIp", &["198.51.100.7"])], true),
        (&[("aws:SourceVpce", &["vpce-api"])], false),
        (&[("aws:SourceVpce", &["vpce-other"])], true),
    ];
    for (context, expected) in cases {
        assert_eq!(
            denies(corporate(), action, context),
            expected,
            "{context:?}"
        );
    }
}

#[test]
fn tenants_by_tag() {
    let own = || {
        deny(&["sagemaker:CreateTrainingJob"]).when(
            Operator::StringNotEquals,
            "aws:RequestTag/tenant",
            ["${aws:PrincipalTag/tenant}"],
        )
    };
    let action = "sagemaker:CreateTrainingJob";
    let cases: [(Context<'_>, bool); 4] = [
        (&[("aws:PrincipalTag/tenant", &["a"])], true),
        (
            &[
                ("aws:PrincipalTag/tenant", &["a"]),
                ("aws:RequestTag/tenant", &["b"]),
            ],
            true,
        ),
        (
            &[
                ("aws:PrincipalTag/tenant", &["a"]),
                ("aws:RequestTag/tenant", &["a"]),
            ],
            false,
        ),
        // A caller without the tag: the variable has no value, and the Deny fires.
        (&[("aws:RequestTag/tenant", &["a"])], true),
    ];
    for (context, expected) in cases {
        assert_eq!(denies(own(), action, context), expected, "{context:?}");
    }
    let retag = || {
        deny(&["sagemaker:AddTags"])
            .when(Operator::Null, "sagemaker:TaggingAction", ["true"])
            .when(
                Operator::StringEquals.for_any_value(),
                "aws:TagKeys",
                ["tenant"],
            )
    };
    assert!(denies(
        retag(),
        "sagemaker:AddTags",
        &[("aws:TagKeys", &["x", "tenant"])]
    ));
    assert!(!denies(
        retag(),
        "sagemaker:AddTags",
        &[("aws:TagKeys", &["x"])]
    ));
    let creating: Context<'_> = &[
        ("aws:TagKeys", &["tenant"]),
        ("sagemaker:TaggingAction", &["CreateTrainingJob"]),
    ];
    assert!(!denies(retag(), "sagemaker:AddTags", creating));
}

#[test]
fn run_time_limits() {
    let limit = || {
        deny(&["sagemaker:CreateTrainingJob"]).when(
            Operator::NumericGreaterThan,
            "sagemaker:MaxRuntimeInSeconds",
            ["86400"],
        )
    };
    let at = |seconds: &str| {
        denies(
            limit(),
            "sagemaker:CreateTrainingJob",
            &[("sagemaker:MaxRuntimeInSeconds", &[seconds])],
        )
    };
    assert!(at("172800") && !at("3600") && !at("86400"));
}

#[test]
fn passing_roles_and_trust() {
    let others = Statement::deny("OtherRoles")
        .actions(["iam:PassRole"])
        .not_resources(["arn:aws:iam::111122223333:role/ml/exec-*"])
        .when(
            Operator::StringEquals,
            "iam:PassedToService",
            ["sagemaker.amazonaws.com"],
        );
    let all = Document::new([
        Statement::allow("All").actions(["*"]).resources(["*"]),
        others,
    ]);
    let set = PolicySet::new().identity("all", &all);
    let pass = |role: &str, service: &str| {
        let caller = Caller::from_arn("arn:aws:iam::111122223333:role/r").unwrap();
        let role = format!("arn:aws:iam::111122223333:role/{role}");
        set.decide(
            &Request::new(caller, "iam:PassRole", role).context("iam:PassedToService", [service]),
        )
        .is_allowed()
    };
    assert!(pass("ml/exec-a", "sagemaker.amazonaws.com"));
    assert!(!pass("admin", "sagemaker.amazonaws.com"));
    assert!(pass("admin", "lambda.amazonaws.com"));

    let trust = Document::new([Statement::allow("SageMaker")
        .principal(Principal::service("sagemaker.amazonaws.com"))
        .actions(["sts:AssumeRole"])
        .when(
            Operator::StringEquals,
            "aws:SourceAccount",
            ["111122223333"],
        )]);
    let set = PolicySet::new().resource("trust", &trust);
    let assume = |service: &str, account: &str| {
        let caller = Caller::Service(service.to_owned());
        let request = Request::new(caller, "sts:AssumeRole", "arn:aws:iam::111122223333:role/r");
        set.decide(&request.context("aws:SourceAccount", [account]))
            .is_allowed()
    };
    assert!(assume("sagemaker.amazonaws.com", "111122223333"));
    assert!(!assume("sagemaker.amazonaws.com", "444455556666"));
    assert!(!assume("ec2.amazonaws.com", "111122223333"));
}
