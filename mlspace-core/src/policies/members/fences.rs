//! Denials for one membership: what no policy of its role can allow.

use std::collections::{BTreeMap, BTreeSet};

use super::access::{MemberAccess, Sharing};
use super::names::Names;
use crate::layout::{group_dataset_prefix, private_prefix, project_prefix};
use crate::policies::context::{PolicyContext, ResourceNames};
use crate::policies::services::grants::{ServiceStatements, deny_shared_spaces};
use crate::policies::services::{Service, Services};
use crate::policies::statements::actions::{
    LENDING, SAGEMAKER_PATTERNS, SHARED_OPERATIONS, USE_KEY,
};
use crate::policies::statements::job_runtime::{
    DESCRIBE_NETWORK, GROUP_LOGS, IMAGE_LOGIN, JOB_NAMESPACES, STREAM_LOGS, own_streams,
    shared_groups,
};
use crate::policies::statements::storage::{self, GROUP_PREFIX};
use crate::policies::statements::tag_conditions::{RequiredTag, TaggedActions, deny_other_case};
use crate::policies::statements::workload;
use crate::tags::{PROJECT, SYSTEM, USER};
use iam_policy::{Operator, Statement};

/// Creating resources, as patterns. An endpoint configuration is left out: it cannot be told from the
/// one that an endpoint is created from, and the Allow statements ask for its tags.
const CREATE_ALONE: [&str; 5] = [
    "sagemaker:Create*ningJob",
    "sagemaker:CreateEndpoint",
    "sagemaker:CreateModel",
    "sagemaker:CreateProcessingJob",
    "sagemaker:CreateTransformJob",
];
/// Creating resources from existing ones, with the type of the new resource.
const CREATED_FROM: [(&str, &str); 2] = [
    ("sagemaker:CreateInferenceComponent", "inference-component"),
    ("sagemaker:CreateTrial", "experiment-trial"),
];
/// Actions on resources of the platform, which have no tag of a project unless they are one's own.
const COMMON: [&str; 1] = ["sagemaker:DescribeDomain"];
/// Actions on resources that can lack tags, if experiments are on.
const EXPERIMENTS: [&str; 2] = ["sagemaker:*Experiment", "sagemaker:*Trial*"];
/// The same for Studio: creating, changing, describing and deleting spaces and apps.
const STUDIO: [&str; 2] = ["sagemaker:*Space", "sagemaker:*eApp"];
/// Creating, lending and deleting a network interface, as patterns.
const INTERFACES: [&str; 2] = ["ec2:CreateNetworkInterface*", "ec2:DeleteNetworkInterface*"];
/// Actions on buckets and objects, as patterns. They also match actions on own objects that no policy
/// allows, such as restoring one.
const STORAGE: [&str; 6] = [
    "s3:*Object",
    "s3:*ObjectTagging",
    "s3:AbortMultipartUpload",
    "s3:GetBucketLocation",
    "s3:ListBucket",
    "s3:ListMultipartUploadParts",
];
/// [`PULL`](crate::policies::statements::actions::PULL) as patterns, since a role's inline policy names
/// the actions twice.
const PULL_PATTERNS: [&str; 3] = ["ecr:BatchCheck*", "ecr:BatchGetImage", "ecr:GetDownload*"];
/// Services that roles are passed to.
const SAGEMAKER: &str = "sagemaker.amazonaws.com";

/// The statement of [`deny_other_actions`].
const OTHER_ACTIONS: &str = "DenyOtherActions";

/// Whether an inline policy is of this platform, and not of MLSpace: whether it denies what no policy
/// of a member allows.
#[cfg(feature = "aws")]
pub(crate) fn denies_other_actions(document: &iam_policy::Document) -> bool {
    let mut statements = document.statements.iter();
    statements.any(|statement| statement.sid.as_deref() == Some(OTHER_ACTIONS))
}

/// Denies every action that no policy of a member allows, so that a wide base policy opens no other
/// service and no part of a service.
///
/// SageMaker's API has operations that its reference does not list. They are denied too, since only
/// what is known is left out.
pub(super) fn deny_other_actions(
    member: &MemberAccess<'_>,
    services: &[ServiceStatements],
) -> Statement {
    let mut known: BTreeSet<String> = STORAGE
        .iter()
        .chain(&SAGEMAKER_PATTERNS)
        .chain(&STREAM_LOGS)
        .chain(&GROUP_LOGS)
        .chain(&PULL_PATTERNS)
        .chain(&[
            IMAGE_LOGIN,
            "cloudwatch:PutMetricData",
            "iam:PassRole",
            "kms:CreateGrant",
        ])
        .chain(&USE_KEY)
        .chain(&DESCRIBE_NETWORK)
        .chain(&INTERFACES)
        .map(|action| (*action).to_owned())
        .collect();
    for service in member.access.services.names() {
        known.extend(
            service
                .entry()
                .known_actions()
                .iter()
                .map(|action| (*action).to_owned()),
        );
        let entry = service.entry();
        let others = entry.anywhere.iter().chain(entry.actions);
        known.extend(others.map(|action| (*action).to_owned()));
    }
    for statement in services.iter().flat_map(|service| &service.allow) {
        known.extend(statement.actions.values().iter().cloned());
    }
    Statement::deny(OTHER_ACTIONS)
        .not_actions(without_covered(known))
        .resources(["*"])
}

/// The actions without those that a pattern among them covers.
pub(super) fn without_covered(actions: BTreeSet<String>) -> Vec<String> {
    let patterns: Vec<String> = actions
        .iter()
        .filter(|a| a.contains('*'))
        .cloned()
        .collect();
    let covered = |action: &String| {
        patterns.iter().any(|pattern| {
            pattern != action && super::limits::wildcard(pattern.as_bytes(), action.as_bytes())
        })
    };
    actions
        .into_iter()
        .filter(|action| !covered(action))
        .collect()
}

/// Denies resources of other services that are not the member's: objects, log streams, images, keys,
/// roles and whatever services are switched on.
pub(super) fn deny_other_resources(
    context: &PolicyContext<'_>,
    member: &MemberAccess<'_>,
    services: &[ServiceStatements],
) -> Statement {
    let names = member.names();
    let entries = || {
        member
            .access
            .services
            .names()
            .map(|service| service.entry())
    };
    let mut resources = objects(context, member);
    resources.push(context.bucket());
    resources.extend(storage::public_buckets(context));
    let mut granted = BTreeSet::new();
    for grant in member.grants {
        granted.insert(context.account.bucket_arn(&grant.bucket));
        for prefix in grant.all_prefixes() {
            let objects = format!("{prefix}*");
            granted.insert(context.account.object_arn(&grant.bucket, &objects));
        }
    }
    resources.extend(granted);
    resources.extend(keys(context, member));
    if !entries().all(|entry| {
        entry
            .actions
            .iter()
            .all(|action| !action.starts_with("ecr:"))
    }) {
        resources.extend(names.own_repositories(context));
    }
    resources.extend(
        names
            .map(str::to_owned)
            .iter()
            .flat_map(|name| own_streams(context, name)),
    );
    // Everybody lists the streams of a group that jobs share. The resource of such a request ends after
    // `log-stream:`.
    resources.extend(shared_groups(context));
    resources.extend(any_groups(context));
    resources.push(member.role_arn.to_owned());
    let logs: &[&str] = match context.platform.resource_names {
        ResourceNames::Prefixed => &STREAM_LOGS,
        // Jobs with any name write their logs.
        ResourceNames::Free => &["logs:GetLogEvents"],
    };
    let mut actions: BTreeSet<String> = ["s3:*", "kms:*", "iam:*"]
        .iter()
        .chain(logs)
        .chain(&GROUP_LOGS)
        .map(|action| (*action).to_owned())
        .collect();
    for entry in entries() {
        actions.extend(entry.actions.iter().map(|action| (*action).to_owned()));
        resources.extend(entry.own_resources(&context.account.partition, &names));
    }
    for statement in services.iter().flat_map(|service| &service.allow) {
        let bound = statement.resources.iter().flat_map(|all| all.values());
        let bound: Vec<&String> = bound.filter(|arn| *arn != "*").collect();
        if !bound.is_empty() {
            actions.extend(statement.actions.values().iter().cloned());
            resources.extend(bound.into_iter().cloned());
        }
    }
    Statement::deny("DenyOtherResources")
        .actions(without_covered(actions))
        .not_resources(resources)
}

/// Prefixes of the datasets of groups that the member can reach.
fn group_prefixes(member: &MemberAccess<'_>) -> Vec<String> {
    if member.any_dataset {
        return vec![GROUP_PREFIX.to_owned()];
    }
    member.datasets.iter().map(group_dataset_prefix).collect()
}

/// Patterns of all objects of the data bucket that the member can reach.
fn objects(context: &PolicyContext<'_>, member: &MemberAccess<'_>) -> Vec<String> {
    let own = [project_prefix(member.project), private_prefix(member.user)];
    own.into_iter()
        .chain(group_prefixes(member))
        .chain(storage::SHARED.map(str::to_owned))
        .map(|prefix| context.objects(&prefix))
        .collect()
}

/// Patterns of the keys that the member can use.
fn keys(context: &PolicyContext<'_>, member: &MemberAccess<'_>) -> Vec<String> {
    let granted: BTreeSet<String> = member
        .grants
        .iter()
        .filter_map(|grant| grant.kms_key_arn.clone())
        .collect();
    let approved = match context.kms_key {
        Some(key) if !key.contains("alias/") => context.account.kms_arn(key),
        // A key is never authorized on its alias.
        _ => context.account.kms_arn("*"),
    };
    granted.into_iter().chain([approved]).collect()
}

/// Patterns of the account's repositories from which every member can pull.
pub(super) fn common_images(context: &PolicyContext<'_>) -> Vec<String> {
    let arn = |name: &String| context.account.arn("ecr", &format!("repository/{name}"));
    context
        .platform
        .image_repositories
        .iter()
        .map(arn)
        .collect()
}

/// Denials that are the same for every member: workloads outside of the approved network or without
/// the approved key, file systems, shells in jobs, tags in other case, grants on keys.
pub(super) fn platform_denials(context: &PolicyContext<'_>) -> Vec<Statement> {
    let tag = RequiredTag {
        key: SYSTEM,
        sid: "System",
        value: context.system_tag,
    };
    let has_studio = context.platform.services.contains(&Service::Studio);
    let mut untagged = EXPERIMENTS.to_vec();
    if has_studio {
        untagged.extend(STUDIO);
    }
    let actions = TaggedActions {
        create: &CREATE_ALONE,
        created_from: &[],
        untagged: &untagged,
        any: &[],
    };
    let mut all = tag.denials(context, &actions);
    all.extend(workload::deny_missing_network());
    all.extend(workload::deny_other_network(context));
    all.extend(workload::deny_other_key(context));
    all.extend(workload::deny_side_doors());
    all.push(deny_other_case());
    all.push(workload::deny_unsaid_model());
    all.push(
        Statement::deny("DenyOwnGrants")
            .actions(["kms:CreateGrant"])
            .resources(["*"])
            .when(
                Operator::Bool.if_exists(),
                "kms:GrantIsForAWSResource",
                ["false"],
            ),
    );
    all
}

/// Further denials that are the same for every member: what nobody does in Studio, where the platform
/// offers it. The policy of a user has no room for them beside [`platform_denials`].
pub(super) fn studio_denials(context: &PolicyContext<'_>) -> Vec<Statement> {
    let offered = context.platform.services.contains(&Service::Studio);
    offered
        .then(deny_shared_spaces)
        .into_iter()
        .flatten()
        .collect()
}

/// Denies writing where the member only reads, and listing anything else.
pub(super) fn storage_denials(
    context: &PolicyContext<'_>,
    member: &MemberAccess<'_>,
) -> Vec<Statement> {
    let (project, private) = (project_prefix(member.project), private_prefix(member.user));
    let mut writable: Vec<String> = [project.as_str(), private.as_str(), GROUP_PREFIX]
        .iter()
        .map(|prefix| context.objects(prefix))
        .collect();
    writable.extend(
        member
            .published
            .iter()
            .map(|name| context.objects(&published_prefix(name))),
    );
    for grant in member.grants.iter().filter(|grant| grant.write) {
        for prefix in grant.all_prefixes() {
            writable.push(
                context
                    .account
                    .object_arn(&grant.bucket, &format!("{prefix}*")),
            );
        }
    }
    let listed = [&project, &private]
        .map(|prefix| storage::under(prefix))
        .into_iter()
        .chain(group_prefixes(member).into_iter().map(|prefix| {
            // The names of all datasets cannot be listed.
            let name = if member.any_dataset { "*/" } else { "" };
            storage::under(&format!("{prefix}{name}"))
        }))
        .chain(storage::under_shared());
    let mut all = vec![
        Statement::deny("DenyOtherWrites")
            // Replicating and restoring write too.
            .actions([
                "s3:Abort*",
                "s3:Delete*",
                "s3:ListMultipart*",
                "s3:Put*",
                "s3:Re*",
            ])
            .not_resources(writable),
        // A listing without a prefix has no `s3:prefix`, so that the negated comparison matches and
        // the request is denied.
        Statement::deny("DenyOtherListing")
            .actions(["s3:ListBucket"])
            .resources([context.bucket()])
            .when(Operator::StringNotLike, "s3:prefix", listed),
    ];
    // One for each bucket: a denial for each grant would deny what another grant of the bucket allows.
    let mut granted: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for grant in member.grants {
        let prefixes = granted.entry(&grant.bucket).or_default();
        prefixes.extend(grant.all_prefixes());
    }
    granted.retain(|_, prefixes| !prefixes.contains(&""));
    for (n, (bucket, prefixes)) in granted.into_iter().enumerate() {
        all.push(
            Statement::deny(format!("DenyOtherListing{}", n + 1))
                .actions(["s3:ListBucket"])
                .resources([context.account.bucket_arn(bucket)])
                .when(
                    Operator::StringNotLike,
                    "s3:prefix",
                    prefixes.into_iter().map(storage::under),
                ),
        );
    }
    all
}

/// Prefix of a global dataset.
pub(super) fn published_prefix(dataset: &crate::name::DatasetName) -> String {
    format!("{}datasets/{dataset}/", crate::layout::GLOBAL_PREFIX)
}

/// Denies SageMaker resources of other tenants, by tags and by names.
pub(super) fn tenant_denials(
    context: &PolicyContext<'_>,
    member: &MemberAccess<'_>,
) -> Vec<Statement> {
    let services = &member.access.services;
    let mut create = CREATE_ALONE.to_vec();
    let mut created_from = Vec::new();
    for action in services.names().flat_map(|service| service.entry().creates) {
        match CREATED_FROM.iter().find(|(known, _)| known == action) {
            Some(found) => created_from.push(*found),
            None => create.push(action),
        }
    }
    let experiments: &[&str] = if services.has(Service::Experiments) {
        &EXPERIMENTS
    } else {
        &[]
    };
    let studio: &[&str] = if services.has(Service::Studio) {
        &STUDIO
    } else {
        &[]
    };
    let of_project = [experiments, studio, &COMMON].concat();
    let mut of_user = experiments.to_vec();
    let mut shared: Vec<&str> = match (member.access.sharing, member.owner) {
        (Sharing::User, false) => COMMON.to_vec(),
        (Sharing::Project, false) => shared_operations(services),
        // What an owner cannot do on resources of others is denied below.
        (_, true) => vec!["sagemaker:*", "sagemaker-mlflow:*"],
    };
    // Mates see each other's spaces, whose owners are told apart by their profiles.
    match member.access.sharing {
        Sharing::User => of_user.extend(studio),
        Sharing::Project => shared.extend(studio),
    }
    let mut all = Vec::new();
    for (key, sid, value, untagged, any) in [
        (
            PROJECT,
            "Project",
            member.project.as_str(),
            &of_project[..],
            &[][..],
        ),
        (
            USER,
            "User",
            member.user.as_str(),
            &of_user[..],
            &shared[..],
        ),
    ] {
        let tag = RequiredTag { key, sid, value };
        let of_services = key == PROJECT;
        let actions = TaggedActions {
            // That a service's resource is created for another user of the project is denied by its
            // tags, below.
            create: if of_services { &create } else { &CREATE_ALONE },
            created_from: if of_services { &created_from } else { &[] },
            untagged,
            any,
        };
        all.extend(tag.denials(context, &actions));
        all.push(tag.deny_creating_with_other(&actions));
        if key == USER {
            // The tag of other projects is denied by the project's policy, which has room for it.
            all.push(tag.deny_tagging_for_other());
        }
    }
    if member.owner {
        all.retain(|statement| statement.sid.as_deref() != Some("DenyResourceOfOtherUser"));
        all.push(
            Statement::deny("DenyLendingOfOtherUser")
                .actions(LENDING)
                .resources([context.sagemaker("*")])
                .when(
                    Operator::StringNotEquals,
                    format!("aws:ResourceTag/{USER}"),
                    [member.user.as_str()],
                ),
        );
    }
    all.extend(name_denials(context, member, &member.names()));
    all.extend(tagging_denials(context, member));
    all.push(
        // The key is in the request if the caller limits the search to a value of the tag.
        Statement::deny("DenyOtherSearch")
            .actions(["sagemaker:Search"])
            .resources(["*"])
            .when(
                Operator::StringNotEquals,
                format!("sagemaker:SearchVisibilityCondition/Tags.{PROJECT}/EqualsIfExists"),
                [member.project.as_str()],
            ),
    );
    all
}

/// The operations on resources of mates, without those of services that are off.
fn shared_operations(services: &Services) -> Vec<&'static str> {
    let off = |action: &&str| match *action {
        "sagemaker-mlflow:*" | "sagemaker:CallMlflowAppApi" => !services.has(Service::Mlflow),
        "sagemaker:GetRecord" => !services.has(Service::FeatureStore),
        _ => false,
    };
    SHARED_OPERATIONS
        .into_iter()
        .filter(|action| !off(action))
        .collect()
}

/// Denies names that do not begin with the project's, and models with such names.
fn name_denials(
    context: &PolicyContext<'_>,
    member: &MemberAccess<'_>,
    names: &Names,
) -> Vec<Statement> {
    if context.platform.resource_names == ResourceNames::Free {
        return vec![
            // A configuration without the tag is nobody's.
            Statement::deny("DenyOtherEndpointConfig")
                .actions(["sagemaker:CreateEndpoint"])
                .resources([context.sagemaker_type("endpoint-config")])
                .when(
                    Operator::StringNotEquals,
                    format!("aws:ResourceTag/{PROJECT}"),
                    [member.project.as_str()],
                ),
        ];
    }
    let mut own = names.map(|name| context.sagemaker_name("*", name));
    if member.access.services.has(Service::Experiments) {
        own.extend(names.map(|name| {
            context
                .account
                .sagemaker_arn(&format!("experiment-trial/?efault-?un-?roup-{name}-*"))
        }));
    }
    if member.access.services.has(Service::Studio) {
        // Members choose the names of their spaces.
        own.extend(["app", "space", "user-profile"].map(|kind| context.sagemaker(kind)));
    }
    if member.access.services.has(Service::Mlflow) {
        // Apps have ids instead of names.
        own.push(context.sagemaker("mlflow-app"));
    }
    let mut all = vec![
        Statement::deny("DenyOtherNames")
            .actions(["sagemaker:Create*"])
            .not_resources(own),
    ];
    all.push(workload::deny_other_models(
        names.map(|name| context.sagemaker_name("model", name)),
    ));
    all
}

/// Denies tags on what exists, which would move a resource to another tenant.
fn tagging_denials(context: &PolicyContext<'_>, member: &MemberAccess<'_>) -> Vec<Statement> {
    // `sagemaker:TaggingAction` is the create call that AddTags is part of. It is absent otherwise.
    let outside = |sid: &str| {
        Statement::deny(sid).actions(["sagemaker:AddTags"]).when(
            Operator::Null,
            "sagemaker:TaggingAction",
            ["true"],
        )
    };
    let existing = outside("DenyTagExisting");
    let mut all = Vec::new();
    if member.access.services.has(Service::Pipelines) {
        // The SDK sets the same tags again when it updates a pipeline.
        let pipelines = [context.sagemaker("pipeline")];
        all.push(existing.not_resources(pipelines.clone()));
        all.push(outside("DenyTagOtherPipeline").resources(pipelines).when(
            Operator::StringNotEquals,
            format!("aws:ResourceTag/{USER}"),
            [member.user.as_str()],
        ));
    } else {
        all.push(existing.resources(["*"]));
    }
    all
}

/// Denies passing roles to other services, logs and metrics of others, and grants on keys.
pub(super) fn runtime_denials(
    context: &PolicyContext<'_>,
    member: &MemberAccess<'_>,
) -> Vec<Statement> {
    let names = member.names();
    let system = context.system_tag;
    let namespaces = names
        .map(|name| format!("{system}/{name}"))
        .into_iter()
        .chain(names.map(|name| format!("{system}/{name}/*")))
        .chain(JOB_NAMESPACES.map(str::to_owned));
    let mut images = names.own_repositories(context);
    images.extend(common_images(context));
    let mut all = vec![
        // Images of other accounts are for their owners to share.
        Statement::deny("DenyOtherImages")
            .actions(PULL_PATTERNS)
            .not_resources(images)
            .when(
                Operator::StringEquals,
                "aws:ResourceAccount",
                [context.account.account_id.as_str()],
            ),
        Statement::deny("DenyPassToOtherService")
            .actions(["iam:PassRole"])
            .resources(["*"])
            .when(
                Operator::StringNotEquals,
                "iam:PassedToService",
                passed_to(member),
            ),
        Statement::deny("DenyOtherMetrics")
            .actions(["cloudwatch:PutMetricData"])
            .resources(["*"])
            .when(Operator::StringNotLike, "cloudwatch:namespace", namespaces),
    ];
    all.extend(outside_network(context));
    all
}

/// Log groups of endpoints with any name, where names are free.
pub(super) fn any_groups(context: &PolicyContext<'_>) -> Vec<String> {
    match context.platform.resource_names {
        ResourceNames::Prefixed => Vec::new(),
        ResourceNames::Free => vec![context.account.arn("logs", "log-group:/aws/sagemaker/*")],
    }
}

/// The services that the member's role can be passed to.
pub(super) fn passed_to(member: &MemberAccess<'_>) -> Vec<&'static str> {
    let services = member.access.services.names();
    [SAGEMAKER]
        .into_iter()
        .chain(services.flat_map(|service| service.entry().passed_to.iter().copied()))
        .collect()
}

/// Denies what a person would do with the role's credentials from outside of the platform's network.
///
/// SageMaker itself creates workloads, pulls images and writes logs with the role from networks of
/// its own. These calls cannot be told from those of a person, so that they are left out.
fn outside_network(context: &PolicyContext<'_>) -> Option<Statement> {
    let vpcs = context.platform.source_vpc_ids;
    (!vpcs.is_empty()).then(|| {
        Statement::deny("DenyOutsideNetwork")
            .actions([
                "athena:*",
                "bedrock:*",
                "codecommit:*",
                "comprehend:*",
                "logs:GetLogEvents",
                "sagemaker:*Record",
                "sagemaker:CreatePresigned*",
                "sagemaker:InvokeEndpoint*",
                "sagemaker:Search",
                "secretsmanager:*",
                "ssm:*",
                "translate:*",
            ])
            .resources(["*"])
            .when(Operator::StringNotEquals, "aws:SourceVpc", vpcs)
            .when(Operator::Bool.if_exists(), "aws:ViaAWSService", ["false"])
    })
}
