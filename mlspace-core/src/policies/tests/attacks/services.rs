//! Denied services, and statements without an effect.

use super::*;

#[test]
fn instance_type_policy_reports_too_many_types() {
    let all: Vec<String> = (0..341).map(|n| format!("ml.family{n}.48xlarge")).collect();
    let error = instance_type_policy(&InstanceTypes {
        training: &all,
        ..InstanceTypes::default()
    });
    let message = error.unwrap_err().to_string();
    assert!(
        message.ends_with("write patterns such as `ml.g5.*` instead of single types"),
        "{message}"
    );
    let variable = strings(&["${aws:userid}"]);
    instance_type_policy(&InstanceTypes {
        training: &variable,
        ..InstanceTypes::default()
    })
    .unwrap_err();
}

#[test]
fn denied_services_can_still_be_stopped() {
    let account = Account::new("123456789012", "us-east-1");
    let emr = strings(&["arn:aws:iam::123456789012:role/any"]);
    let translate: Context = &[("iam:PassedToService", &["translate.amazonaws.com"])];
    let cases: [(&[DeniedService], &str, Context, bool); 14] = [
        (
            &[DeniedService::BatchTranslate],
            "translate:StartTextTranslationJob",
            &[],
            true,
        ),
        (
            &[DeniedService::BatchTranslate],
            "translate:StopTextTranslationJob",
            &[],
            false,
        ),
        (
            &[DeniedService::BatchTranslate],
            "translate:TranslateText",
            &[],
            false,
        ),
        (
            &[DeniedService::BatchTranslate],
            "iam:PassRole",
            translate,
            false,
        ),
        (
            &[
                DeniedService::BatchTranslate,
                DeniedService::RealtimeTranslate,
            ],
            "iam:PassRole",
            translate,
            true,
        ),
        (
            &[DeniedService::RealtimeTranslate],
            "translate:TranslateText",
            &[],
            true,
        ),
        (
            &[DeniedService::LabelingJobs],
            "sagemaker:CreateLabelingJob",
            &[],
            true,
        ),
        (
            &[DeniedService::Emr],
            "elasticmapreduce:RunJobFlow",
            &[],
            true,
        ),
        (
            &[DeniedService::Emr],
            "elasticmapreduce:TerminateJobFlows",
            &[],
            false,
        ),
        (&[DeniedService::Emr], "iam:PassRole", &[], true),
        (
            &[DeniedService::Endpoints],
            "sagemaker:CreateEndpoint",
            &[],
            true,
        ),
        (
            &[DeniedService::Endpoints],
            "sagemaker:DeleteEndpoint",
            &[],
            false,
        ),
        (
            &[DeniedService::Jobs],
            "sagemaker:CreateTrainingJob",
            &[],
            true,
        ),
        (&[DeniedService::Bedrock], "bedrock:InvokeModel", &[], true),
    ];
    for (services, action, context, expected) in cases {
        let policy = denied_services_policy(&account, services, &emr)
            .unwrap()
            .unwrap();
        assert_eq!(
            is_denied(&policy, action, context),
            expected,
            "{services:?} {action}"
        );
    }
    assert_eq!(denied_services_policy(&account, &[], &emr).unwrap(), None);
}

type Context = &'static [(&'static str, &'static [&'static str])];

#[test]
fn misspelt_condition_key_denies_nothing() {
    let document = Document::new([Statement::deny("")
        .actions(["iam:PassRole"])
        .resources(["arn:aws:iam::123456789012:role/MLSpace*"])
        .when(
            Operator::StringEquals,
            "iam:PassedToReception",
            ["translate.amazonaws.com"],
        )]);
    let mlspace = PolicySet::new()
        .identity("base", &allow_all("*"))
        .identity("mlspace", &document);
    assert!(findings(PolicyType::Managed, &document).contains(&RuleId::L07));
    let pass =
        ask("iam:PassRole", ROLE).context("iam:PassedToService", ["translate.amazonaws.com"]);
    allows(&mlspace, &pass);
    denies(&with_broad_base(), &pass);
    allows(
        &membership(),
        &ask("iam:PassRole", ROLE).context("iam:PassedToService", ["sagemaker.amazonaws.com"]),
    );

    // An ARN without a region matches no security group.
    let group = "arn:aws:ec2:us-east-1:123456789012:security-group/sg-1";
    let open = ask("ec2:AuthorizeSecurityGroupIngress", group);
    let regionless = Statement::deny("")
        .actions(["ec2:AuthorizeSecurityGroupIngress"])
        .resources(["arn:aws:ec2::123456789012:security-group/*"]);
    allows(
        &PolicySet::new()
            .identity("base", &allow_all("*"))
            .identity("mlspace", &Document::new([regionless])),
        &open,
    );
    let deployment = Deployment::new();
    let boundary = permissions_boundary(&deployment.context()).unwrap();
    denies(&with_broad_base().boundary("boundary", &boundary), &open);
}

#[test]
fn membership_has_no_statements_for_all_tenants() {
    let tags = [
        ("RequestTag", "project"),
        ("ResourceTag", "project"),
        ("ResourceTag", "user"),
    ];
    let bedrock = tags.into_iter().fold(
        Statement::allow("")
            .actions(["bedrock:Invoke*"])
            .resources([arn("*")]),
        |allow, (source, key)| allow.when(Operator::Null, format!("aws:{source}/{key}"), ["false"]),
    );
    let mlspace = mlspace_role([
        bedrock,
        Statement::allow("")
            .actions([
                "iam:GetRole",
                "logs:CreateLogStream",
                "logs:PutLogEvents",
                "translate:StopTextTranslationJob",
            ])
            .resources(["*"]),
        // Labeling jobs require any project and user, and no denial restricts them to the own ones.
        Statement::allow("")
            .actions(["sagemaker:CreateLabelingJob"])
            .resources([arn("*")])
            .when(Operator::Null, "aws:RequestTag/project", ["false"])
            .when(Operator::Null, "aws:RequestTag/user", ["false"]),
    ]);
    let model = "arn:aws:bedrock:us-east-1::foundation-model/m";
    denies(
        &mlspace,
        &operate("bedrock:InvokeModel", model, "foo", "alice"),
    );
    let label = |project: &str| {
        create(
            "sagemaker:CreateLabelingJob",
            &arn("labeling-job/j"),
            project,
            "alice",
        )
    };
    let log =
        |group: &str| format!("arn:aws:logs:us-east-1:123456789012:log-group:{group}:log-stream:s");
    let beyond = [
        label("bar"),
        ask("iam:GetRole", "arn:aws:iam::123456789012:role/other"),
        ask("logs:PutLogEvents", &log("/aws/lambda/other")),
        ask("translate:StopTextTranslationJob", "*"),
    ];
    let deployment = Deployment::new();
    let base = notebook_base_policy(&deployment.context()).unwrap();
    let with_base = membership().identity("base", &base);
    for request in &beyond {
        allows(&mlspace, request);
        denies(&with_base, request);
    }
    denies(&with_broad_base(), &label("bar"));
    denies(&with_broad_base(), &beyond[1]);
    allows(
        &with_base,
        &ask(
            "logs:PutLogEvents",
            "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/TrainingJobs:log-stream:foo-j/s",
        ),
    );
}
