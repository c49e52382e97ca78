//! What the role that runs Terraform can do with notebook instances, their lifecycle configurations,
//! and Studio's domains, user profiles, spaces and apps.

use crate::policies::context::PolicyContext;
use crate::policies::statements::workload::deny_without_key;
use crate::tags::SYSTEM;
use iam_policy::{Operator, Statement};

const CREATE_DOMAIN: &str = "sagemaker:CreateDomain";
const UPDATE_DOMAIN: &str = "sagemaker:UpdateDomain";

/// Changing and deleting what is tagged as this platform's, as patterns that match no other action on
/// such a resource.
const KEEP: [&str; 8] = [
    "sagemaker:*Tags",
    "sagemaker:DeleteDomain",
    "sagemaker:DeleteNotebookInstance*",
    "sagemaker:St*NotebookInstance",
    "sagemaker:UpdateDomain",
    "sagemaker:UpdateNotebookInstance*",
    "sagemaker:UpdateSpace",
    "sagemaker:*eUserProfile",
];

/// Allows notebook instances and Studio. The scripts of lifecycle configurations run as root with the
/// role of a member, so that those of others are not changed.
pub(super) fn allow_sagemaker(context: &PolicyContext<'_>) -> Vec<Statement> {
    let kept = ["domain", "notebook-instance*", "space", "user-profile"]
        .map(|kind| context.sagemaker(kind));
    let mut statements = vec![
        Statement::allow("SeeSageMaker")
            .actions([
                "sagemaker:DescribeApp",
                "sagemaker:DescribeDomain",
                "sagemaker:DescribeNotebookInstance*",
                "sagemaker:DescribeSpace",
                "sagemaker:DescribeUserProfile",
                "sagemaker:ListApps",
                "sagemaker:ListDomains",
                "sagemaker:ListNotebookInstances",
                "sagemaker:ListSpaces",
                "sagemaker:ListTags",
                "sagemaker:ListUserProfiles",
                "tag:GetResources",
            ])
            .resources(["*"]),
        create_notebooks(context),
        create_domains(context),
        create_others(context, &[]),
        // SageMaker checks the tags in the create call that AddTags is part of.
        Statement::allow("TagNew")
            .actions(["sagemaker:AddTags"])
            .resources(["*"])
            .when(
                Operator::StringLike,
                "sagemaker:TaggingAction",
                [
                    "CreateApp",
                    "CreateDomain",
                    "CreateNotebookInstance*",
                    "CreateSpace",
                    "CreateUserProfile",
                ],
            ),
        of_platform(context, Statement::allow("KeepSageMaker"), "ResourceTag")
            .actions(KEEP)
            .resources(kept),
        // What members create with Studio's web page need not have the tag. A domain is deleted with
        // what is in it.
        Statement::allow("EmptyStudio")
            .actions(["sagemaker:DeleteApp", "sagemaker:DeleteSpace"])
            .resources(["*"])
            .when(
                Operator::StringEquals.if_exists(),
                format!("aws:ResourceTag/{SYSTEM}"),
                [context.system_tag],
            ),
    ];
    statements.extend(denials([UPDATE_DOMAIN]));
    let creating = [CREATE_DOMAIN, "sagemaker:CreateNotebookInstance"];
    statements.extend((!context.keys().is_empty()).then(|| {
        let key = "sagemaker:VolumeKmsKey";
        deny_without_key("DenyOtherVolumeKey", creating, key, context)
    }));
    statements
}

/// The limits of [`allow_sagemaker`] on creating and changing in few characters: any resources, network
/// and key. What it reads, and the spaces and apps that it deletes, are with the boundary's other reads.
pub(super) fn limit_sagemaker(context: &PolicyContext<'_>) -> [Statement; 6] {
    let any = PolicyContext {
        network: None,
        kms_key: None,
        ..*context
    };
    let [root, public] = denials([CREATE_DOMAIN, UPDATE_DOMAIN]);
    [
        create_notebooks(&any),
        create_others(context, &[CREATE_DOMAIN]),
        Statement::allow("TagNew")
            .actions(["sagemaker:AddTags"])
            .resources(["*"])
            .when(Operator::Null, "sagemaker:TaggingAction", ["false"]),
        of_platform(context, Statement::allow("KeepSageMaker"), "ResourceTag")
            .actions(KEEP)
            .resources(["*"]),
        root,
        public,
    ]
}

/// The statement for requests or resources with the tag of this platform.
fn of_platform(context: &PolicyContext<'_>, statement: Statement, source: &str) -> Statement {
    let key = format!("aws:{source}/{SYSTEM}");
    statement.when(Operator::StringEquals, key, [context.system_tag])
}

/// Allows creating notebook instances in the approved network without root access and direct internet
/// access, with version 2 of the metadata service.
fn create_notebooks(context: &PolicyContext<'_>) -> Statement {
    let create = of_platform(context, Statement::allow("CreateNotebooks"), "RequestTag")
        .actions(["sagemaker:CreateNotebookInstance"])
        .resources([context.sagemaker("notebook-instance")])
        .when(
            Operator::StringEquals,
            "sagemaker:DirectInternetAccess",
            ["Disabled"],
        )
        .when(
            Operator::StringEquals,
            "sagemaker:MinimumInstanceMetadataServiceVersion",
            ["2"],
        )
        .when(Operator::StringEquals, "sagemaker:RootAccess", ["Disabled"]);
    in_approved_network(context, create)
}

/// Allows creating domains of Studio in the approved network without internet access of their own.
fn create_domains(context: &PolicyContext<'_>) -> Statement {
    let create = of_platform(context, Statement::allow("CreateDomains"), "RequestTag")
        .actions([CREATE_DOMAIN])
        .resources([context.sagemaker("domain")])
        .when(
            Operator::StringEquals,
            "sagemaker:AppNetworkAccessType",
            ["VpcOnly"],
        );
    in_approved_network(context, create)
}

/// Allows creating with the tag of the platform what is in no network by itself, and `more`.
fn create_others(context: &PolicyContext<'_>, more: &[&str]) -> Statement {
    of_platform(context, Statement::allow("CreateOthers"), "RequestTag")
        .actions(more.iter().copied().chain([
            "sagemaker:CreateApp",
            "sagemaker:CreateNotebookInstanceLifecycleConfig",
            "sagemaker:CreateSpace",
            "sagemaker:CreateUserProfile",
        ]))
        .resources(["*"])
}

/// Denies root access to notebooks and, by these actions, domains with internet access of their own.
fn denials<const N: usize>(domains: [&str; N]) -> [Statement; 2] {
    [
        Statement::deny("DenyRootAccess")
            .actions(["sagemaker:UpdateNotebookInstance"])
            .resources(["*"])
            .when(Operator::StringEquals, "sagemaker:RootAccess", ["Enabled"]),
        Statement::deny("DenyPublicDomain")
            .actions(domains)
            .resources(["*"])
            .when(
                Operator::StringEquals,
                "sagemaker:AppNetworkAccessType",
                ["PublicInternetOnly"],
            ),
    ]
}

/// The statement for requests whose subnets and security groups are all approved, as far as the
/// deployment names some.
fn in_approved_network(context: &PolicyContext<'_>, create: Statement) -> Statement {
    let network = [
        ("sagemaker:VpcSubnets", context.subnets()),
        ("sagemaker:VpcSecurityGroupIds", context.security_groups()),
    ];
    network
        .into_iter()
        .filter(|(_, approved)| !approved.is_empty())
        .fold(create, |create, (key, approved)| {
            create
                .when(Operator::StringEquals.for_all_values(), key, approved)
                // `ForAllValues` is true if the key is absent.
                .when(Operator::Null, key, ["false"])
        })
}
