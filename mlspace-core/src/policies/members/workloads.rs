//! What all members can do with SageMaker, in both policy models.

use super::boundary::OPERATE;
use super::fences::common_images;
use super::names::Names;
use crate::policies::context::PolicyContext;
use crate::policies::services::grants::spaces;
use crate::policies::services::{Service, ServiceEntry};
use crate::policies::statements::actions::{
    CREATE_ENDPOINT, CREATE_PATTERNS, PULL, SAGEMAKER_PATTERNS, UNTAGGED,
};
use crate::policies::statements::job_runtime::{GROUP_LOGS, STREAM_LOGS, own_groups, own_streams};
use crate::policies::statements::tag_conditions::OWN_USER;
use crate::tags::{PROJECT, SYSTEM, USER};
use iam_policy::{Operator, Statement};

/// How the actions on resources with the project's tags are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Actions {
    /// Each action, or patterns that match no others.
    Precise,
    /// By verbs, so that all services fit. The member's inline policy names the actions.
    Verbs,
}

/// Allows creating and using SageMaker resources with the tags of the system and the project, for
/// these services too. The project can be a policy variable.
///
/// The member's inline policy restricts names, users, and services that the project has not switched
/// on.
pub(super) fn workloads(
    context: &PolicyContext<'_>,
    project: &str,
    services: &[Service],
    actions: Actions,
) -> Vec<Statement> {
    let with_tags = |allow: Statement, source: &str| {
        allow
            .when(
                Operator::StringEquals,
                format!("aws:{source}/{SYSTEM}"),
                [context.system_tag],
            )
            .when(
                Operator::StringEquals,
                format!("aws:{source}/{PROJECT}"),
                [project],
            )
    };
    let everything = || [context.sagemaker("*")];
    let entries = || services.iter().map(|service| service.entry());
    let precise = actions == Actions::Precise;
    let creates = CREATE_PATTERNS
        .into_iter()
        .chain(entries().flat_map(|entry| entry.creates.iter().copied()));
    let creates: Vec<&str> = if precise {
        creates.collect()
    } else {
        vec!["sagemaker:Create*"]
    };
    let operates = SAGEMAKER_PATTERNS
        .into_iter()
        .filter(|pattern| !UNTAGGED.contains(pattern))
        .chain(entries().flat_map(ServiceEntry::operating_actions));
    let operates: Vec<&str> = if precise {
        operates.collect()
    } else {
        OPERATE.to_vec()
    };
    let mut all = vec![
        with_tags(
            Statement::allow("Create").resources(everything()),
            "RequestTag",
        )
        .actions(creates)
        .when(
            Operator::StringEquals,
            format!("aws:RequestTag/{USER}"),
            [OWN_USER],
        ),
        // A call that creates a resource from an existing one is authorized on that one too.
        Statement::allow("UseEndpointConfig")
            .actions([CREATE_ENDPOINT])
            .resources([context.sagemaker("endpoint-config")]),
        with_tags(
            Statement::allow("Operate").resources(everything()),
            "ResourceTag",
        )
        .actions(operates),
        Statement::allow("Domain")
            .actions(["sagemaker:DescribeDomain"])
            .resources([context.sagemaker("domain")])
            .when(
                Operator::StringEquals,
                format!("aws:ResourceTag/{SYSTEM}"),
                [context.system_tag],
            ),
        Statement::allow("TagWhileCreating")
            .actions(["sagemaker:AddTags"])
            .resources(everything())
            .when(Operator::Null, "sagemaker:TaggingAction", ["false"]),
        Statement::allow("Search")
            .actions(["sagemaker:Search"])
            .resources(["*"])
            .when(
                Operator::StringEquals,
                format!("sagemaker:SearchVisibilityCondition/Tags.{PROJECT}/EqualsIfExists"),
                [project],
            ),
    ];
    if precise && services.contains(&Service::InferenceComponents) {
        all.push(
            with_tags(Statement::allow("UseEndpoint"), "ResourceTag")
                .actions(["sagemaker:CreateInferenceComponent"])
                .resources([context.sagemaker("endpoint")]),
        );
    }
    if services.contains(&Service::Studio) {
        all.extend(spaces(context, project));
    }
    let named: Vec<(&str, &str)> = entries()
        .flat_map(|entry| entry.named.iter().copied())
        .collect();
    if !named.is_empty() {
        let types = named.iter().map(|(_, resource_type)| *resource_type);
        all.push(
            Statement::allow("CreateByName")
                .actions(named.iter().map(|(action, _)| *action))
                .resources(
                    types.map(|resource_type| context.sagemaker_name(resource_type, project)),
                ),
        );
    }
    all.extend(own_resources(context, &Names::of_text(project), services));
    all
}

/// Allows log streams, images and the resources of other services whose names begin with the
/// project's name.
pub(super) fn own_resources(
    context: &PolicyContext<'_>,
    names: &Names,
    services: &[Service],
) -> Vec<Statement> {
    let spelled = names.map(str::to_owned);
    let streams = spelled.iter().flat_map(|name| own_streams(context, name));
    let groups = spelled
        .iter()
        .flat_map(|name| own_groups(context, name).collect::<Vec<_>>());
    let entries = || services.iter().map(|service| service.entry());
    let repositories = names.own_repositories(context);
    // One statement for all services: each action applies only to resources of its own service.
    let actions = PULL
        .into_iter()
        .chain(STREAM_LOGS)
        .chain(entries().flat_map(|entry| entry.actions.iter().copied()));
    let resources = repositories
        .into_iter()
        .chain(common_images(context))
        .chain(streams)
        .chain(entries().flat_map(|entry| entry.own_resources(&context.account.partition, names)));
    let mut all = vec![
        Statement::allow("OwnResources")
            .actions(actions)
            .resources(resources),
        Statement::allow("OwnLogGroups")
            .actions(GROUP_LOGS)
            .resources(groups),
    ];
    let anywhere: Vec<&str> = entries()
        .flat_map(|entry| entry.anywhere.iter().copied())
        .collect();
    if !anywhere.is_empty() {
        all.push(
            Statement::allow("Anywhere")
                .actions(anywhere)
                .resources(["*"]),
        );
    }
    all
}
