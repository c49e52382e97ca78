//! What a project that has a service switched on can do beside SageMaker resources with its tags.

use super::entries::Service;
use super::options::ServiceOptions;
use crate::layout::user_profile_name;
use crate::policies::MemberAccess;
use crate::policies::context::PolicyContext;
use crate::policies::members::names::Names;
use crate::policies::statements::tag_conditions::OWN_USER;
use crate::tags::{PROJECT, USER};
use iam_policy::{Operator, Statement};

/// Statements of a service for one project.
#[derive(Default)]
pub(in crate::policies) struct ServiceStatements {
    /// What the service allows beside its lists of actions.
    pub(in crate::policies) allow: Vec<Statement>,
    /// What conditions deny to every policy of the role.
    pub(in crate::policies) deny: Vec<Statement>,
}

const AUTOSCALING: &str = "application-autoscaling";

/// The statements of a service for a membership of the project.
pub(in crate::policies) fn statements(
    context: &PolicyContext<'_>,
    member: &MemberAccess<'_>,
    service: Service,
    options: &ServiceOptions,
) -> ServiceStatements {
    let allow = |sid: &str, actions: &[&str], resources: Vec<String>| {
        Statement::allow(sid)
            .actions(actions.to_vec())
            .resources(resources)
    };
    let account = context.account;
    let names = &member.names();
    let mut found = ServiceStatements::default();
    match service {
        Service::FeatureStore => {
            let key = "sagemaker:FeatureGroupOfflineStoreS3Uri";
            let prefix = format!("s3://{}/project/{}/*", context.data_bucket, names.exact());
            found.deny.push(
                Statement::deny("DenyOtherOfflineStore")
                    .actions(["sagemaker:CreateFeatureGroup"])
                    .resources(["*"])
                    .when(Operator::Null, key, ["false"])
                    .when(Operator::StringNotLike, key, [prefix]),
            );
        }
        Service::Labeling => {
            let key = "sagemaker:WorkteamArn";
            let teams = names
                .map(|name| account.sagemaker_arn(&format!("workteam/private-crowd/{name}-*")));
            found.deny.push(
                Statement::deny("DenyOtherWorkteam")
                    .actions(["sagemaker:CreateLabelingJob"])
                    .resources(["*"])
                    .when(Operator::ArnNotLike, key, teams),
            );
        }
        Service::Jumpstart => {
            let hub = |kind: &str| {
                format!(
                    "arn:{}:sagemaker:{}:aws:{kind}/SageMakerPublicHub",
                    account.partition, account.region
                )
            };
            found.allow.push(allow(
                "PublicHub",
                &[
                    "sagemaker:DescribeHub",
                    "sagemaker:DescribeHubContent",
                    "sagemaker:ListHubContentVersions",
                    "sagemaker:ListHubContents",
                ],
                vec![hub("hub"), format!("{}/*", hub("hub-content"))],
            ));
        }
        Service::Bedrock => bedrock(context, names, options, &mut found),
        Service::Autoscaling => autoscaling(context, names, &mut found),
        Service::Studio => studio(context, member, &mut found),
        Service::Codeartifact => {
            let mut domains: Vec<String> = options.arns.iter().map(|arn| domain_of(arn)).collect();
            domains.sort();
            domains.dedup();
            let token = "sts:GetServiceBearerToken";
            let read = [
                "codeartifact:GetRepositoryEndpoint",
                "codeartifact:ListPackages",
                "codeartifact:ReadFromRepository",
            ];
            found.allow.extend([
                allow(
                    "PackageToken",
                    &["codeartifact:GetAuthorizationToken"],
                    domains,
                ),
                allow("Packages", &read, options.arns.clone()),
                allow("BearerToken", &[token], vec!["*".to_owned()]).when(
                    Operator::StringEquals,
                    "sts:AWSServiceName",
                    ["codeartifact.amazonaws.com"],
                ),
            ]);
        }
        Service::Registry
        | Service::ModelCards
        | Service::Pipelines
        | Service::Experiments
        | Service::Ecr
        | Service::Codecommit
        | Service::Athena
        | Service::Secrets
        | Service::Parameters
        | Service::Mlflow
        | Service::InferenceComponents
        | Service::Monitoring
        | Service::Automl
        | Service::Translate
        | Service::Comprehend => {}
    }
    found
}

/// The domain of a CodeArtifact repository.
fn domain_of(repository: &str) -> String {
    match repository.split_once(":repository/") {
        Some((account, path)) => {
            let domain = path.split('/').next().unwrap_or_default();
            format!("{account}:domain/{domain}")
        }
        None => repository.to_owned(),
    }
}

fn bedrock(
    context: &PolicyContext<'_>,
    names: &Names,
    options: &ServiceOptions,
    found: &mut ServiceStatements,
) {
    let invoke = [
        "bedrock:GetInferenceProfile",
        "bedrock:InvokeModel",
        "bedrock:InvokeModelWithResponseStream",
    ];
    let profiles = context
        .account
        .arn("bedrock", "application-inference-profile/*");
    let tag = "aws:ResourceTag/project";
    found.allow.extend([
        Statement::allow("Models")
            .actions(invoke.iter().chain(&["bedrock:CountTokens"]).copied())
            .resources(options.arns.clone()),
        Statement::allow("OwnProfiles")
            .actions(invoke)
            .resources([profiles.clone()])
            .when(Operator::StringEquals, tag, [names.exact()]),
    ]);
    found.deny.push(
        Statement::deny("DenyOtherProfiles")
            .actions(["bedrock:*"])
            .resources([profiles])
            .when(Operator::StringNotEquals, tag, [names.exact()]),
    );
    if let Some(guardrail) = &options.guardrail_arn {
        found.allow.push(
            Statement::allow("Guardrail")
                .actions(["bedrock:ApplyGuardrail"])
                .resources([guardrail]),
        );
        found.deny.push(
            Statement::deny("DenyWithoutGuardrail")
                .actions(["bedrock:InvokeModel*"])
                .resources(["*"])
                .when(
                    Operator::StringNotLike,
                    "bedrock:GuardrailIdentifier",
                    [guardrail.clone(), format!("{guardrail}:*")],
                ),
        );
    }
}

fn autoscaling(context: &PolicyContext<'_>, names: &Names, found: &mut ServiceStatements) {
    let account = context.account;
    let register = [
        "application-autoscaling:RegisterScalableTarget",
        "application-autoscaling:TagResource",
    ];
    // Policies and actions of targets, and the targets. A role's inline policy names them four times.
    let change = [
        "application-autoscaling:DeleteS*",
        "application-autoscaling:Deregister*",
        "application-autoscaling:PutS*",
    ];
    let targets = account.arn(AUTOSCALING, "scalable-target/*");
    let (request, resource) = ("aws:RequestTag/project", "aws:ResourceTag/project");
    let alarms = names.map(|name| {
        account.arn(
            "cloudwatch",
            &format!("alarm:TargetTracking-endpoint/{name}-*"),
        )
    });
    let role = account.role_arn(
        "aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint",
    );
    found.allow.extend([
        Statement::allow("RegisterTargets")
            .actions(register)
            .resources([targets.clone()])
            .when(Operator::StringEquals, request, [names.exact()]),
        Statement::allow("ScaleTargets")
            .actions(change)
            .resources([targets])
            .when(Operator::StringEquals, resource, [names.exact()]),
        Statement::allow("ScalingAlarms")
            .actions(["cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm"])
            .resources(alarms)
            .when(
                Operator::StringEquals,
                "aws:CalledViaLast",
                ["application-autoscaling.amazonaws.com"],
            ),
        Statement::allow("ScalingRole")
            .actions(["iam:CreateServiceLinkedRole"])
            .resources([role]),
    ]);
    found.deny.extend([
        Statement::deny("DenyRegisterForOther")
            .actions(register)
            .resources(["*"])
            .when(Operator::StringNotEquals, request, [names.exact()]),
        Statement::deny("DenyScaleOther")
            .actions(change)
            .resources(["*"])
            .when(Operator::StringNotEquals, resource, [names.exact()]),
    ]);
}

/// Spaces and apps are told apart by the profile that owns them: those that Studio's web page creates
/// need not have the project's tags. The owner is absent for apps of Studio Classic and for spaces
/// that nobody owns, which the denials refuse. What the policy of the project allows is in
/// [`spaces`].
///
/// Source: *Actions, resources, and condition keys for Amazon SageMaker*
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html>).
fn studio(context: &PolicyContext<'_>, member: &MemberAccess<'_>, found: &mut ServiceStatements) {
    let of_name = |name: &str| {
        context
            .account
            .sagemaker_arn(&format!("user-profile/*/{name}"))
    };
    let deny_others = |sid: &str, actions: &[&str], profiles: &str| {
        Statement::deny(sid)
            .actions(actions.to_vec())
            .resources(["*"])
            .when(
                Operator::ArnNotLike,
                "sagemaker:OwnerUserProfileArn",
                [profiles],
            )
    };
    let change = [
        "sagemaker:CreateApp",
        "sagemaker:CreateSpace",
        "sagemaker:UpdateSpace",
    ];
    let delete = ["sagemaker:DeleteApp", "sagemaker:DeleteSpace"];
    let own = of_name(&user_profile_name(member.project, member.user));
    if member.owner {
        // The names of a project's profiles begin with its own, in lower case.
        let of_project = of_name(&format!("{}-*", member.names().lower()));
        found.deny.extend([
            deny_others("DenyOtherSpaces", &change, &own),
            deny_others("DenyDeleteOtherSpaces", &delete, &of_project),
        ]);
    } else {
        let all = [&change[..], &delete[..]].concat();
        found.deny.push(deny_others("DenyOtherSpaces", &all, &own));
    }
    found.deny.push(
        Statement::deny("DenyOpenOtherProfile")
            .actions(["sagemaker:*DomainUrl"])
            .not_resources([own]),
    );
}

/// What the policy of a project allows in Studio, whose members' inline policies deny what another
/// profile owns.
pub(in crate::policies) fn spaces(context: &PolicyContext<'_>, project: &str) -> [Statement; 2] {
    [
        // Describing has no such key. That a space is created without it is denied to everybody.
        Statement::allow("Spaces")
            .actions(["sagemaker:*Space", "sagemaker:*eApp"])
            .resources([context.sagemaker("app"), context.sagemaker("space")])
            .when(
                Operator::StringEquals.if_exists(),
                "sagemaker:SpaceSharingType",
                ["Private"],
            ),
        Statement::allow("OpenStudio")
            .actions(["sagemaker:CreatePresignedDomainUrl"])
            .resources([context.sagemaker("user-profile")])
            .when(
                Operator::StringEquals,
                format!("aws:ResourceTag/{PROJECT}"),
                [project],
            )
            .when(
                Operator::StringEquals,
                format!("aws:ResourceTag/{USER}"),
                [OWN_USER],
            ),
    ]
}

/// Denies shared spaces and connections from a local editor to everybody. All shared spaces of a
/// domain run with one role, and a connection outlives the session that opened it.
///
/// Sources: *CreateSpace*
/// (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateSpace.html>), *Set up remote
/// access* (<https://docs.aws.amazon.com/sagemaker/latest/dg/remote-access-remote-setup-abac.html>).
pub(in crate::policies) fn deny_shared_spaces() -> [Statement; 2] {
    [
        Statement::deny("DenySharedSpaces")
            .actions([
                "sagemaker:CreateApp",
                "sagemaker:CreateSpace",
                "sagemaker:UpdateSpace",
            ])
            .resources(["*"])
            .when(
                Operator::StringNotEquals,
                "sagemaker:SpaceSharingType",
                ["Private"],
            ),
        Statement::deny("DenyRemoteAccess")
            .actions(["sagemaker:*Space"])
            .resources(["*"])
            .when(
                Operator::StringEquals,
                "sagemaker:RemoteAccess",
                ["ENABLED"],
            ),
    ]
}
