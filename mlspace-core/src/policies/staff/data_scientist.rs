//! The policy of data scientists.

use super::common::{deny_data, managed_policy, with_system_tag};
use crate::name::ProjectName;
use crate::policies::context::{PolicyContext, PolicyError, check_vpc_endpoints};
use crate::policies::statements::job_runtime::{own_groups, own_streams, shared_groups};
use crate::policies::statements::tag_conditions::OWN_USER;
use crate::tags::{SUSPENDED, SYSTEM, USER};
use iam_policy::{Document, Operator, Statement};

/// The policy of data scientists: they can start, stop and open notebooks whose tag `user` is their
/// name, open Studio with user profiles that have it, and read and stop their jobs.
///
/// Notebooks and user profiles of suspended projects and users are tagged [`SUSPENDED`], and cannot be
/// started or opened.
///
/// With `endpoint_ids`, notebooks and Studio can be opened through these VPC endpoints only. The logs of jobs,
/// notebooks and endpoints whose names begin with one of `projects` can be read: log streams have no
/// tags, so that their owner is told by their names only.
///
/// # Errors
/// [`PolicyError`] when a value is invalid, or the projects do not fit.
pub fn data_scientist_policy(
    context: &PolicyContext<'_>,
    endpoint_ids: &[String],
    projects: &[ProjectName],
) -> Result<Document, PolicyError> {
    context.check()?;
    let own = [
        "sagemaker:Describe*",
        "sagemaker:ListTags",
        "sagemaker:Stop*",
    ];
    let notebook = "sagemaker:StartNotebookInstance";
    let open = "sagemaker:CreatePresignedNotebookInstanceUrl";
    let studio = "sagemaker:CreatePresignedDomainUrl";
    let opened = ["notebook-instance", "user-profile"].map(|kind| context.sagemaker(kind));
    let on_own = |sid: &str| {
        with_system_tag(context, Statement::allow(sid)).when(
            Operator::StringEquals,
            format!("aws:ResourceTag/{USER}"),
            [OWN_USER],
        )
    };
    let deny_others = |sid: &str, key: &str, value: &str| {
        Statement::deny(sid)
            .actions([notebook, open, studio, "sagemaker:StopNotebookInstance"])
            .resources(&opened)
            .when(
                Operator::StringNotEquals,
                format!("aws:ResourceTag/{key}"),
                [value],
            )
    };
    let mut statements = vec![
        on_own("SeeAndStopOwn")
            .actions(own)
            .resources([context.sagemaker("*")]),
        on_own("OpenOwn")
            .actions([notebook, open, studio])
            .resources(&opened),
        deny_others("DenyOpenOfOtherUser", USER, OWN_USER),
        deny_others("DenyOpenOfOtherSystem", SYSTEM, context.system_tag),
        // All other actions on SageMaker resources are taken within a notebook, or by the platform.
        Statement::deny("DenyOtherSageMaker")
            .not_actions(own.into_iter().chain([notebook, open, studio]))
            .resources([context.sagemaker("*")]),
    ];
    statements.push(
        Statement::deny("DenySuspended")
            .actions([notebook, open, studio])
            .resources(&opened)
            .when(
                Operator::StringEquals,
                format!("aws:ResourceTag/{SUSPENDED}"),
                ["true"],
            ),
    );
    if !projects.is_empty() {
        let streams = projects
            .iter()
            .flat_map(|project| own_streams(context, project.as_str()));
        statements.extend([
            Statement::allow("ReadLogs")
                .actions(["logs:GetLogEvents"])
                .resources(streams),
            // The names of all streams of a group: IAM can tell groups apart, not streams.
            Statement::allow("SeeLogStreams")
                .actions(["logs:DescribeLogStreams"])
                .resources(
                    shared_groups(context)
                        .into_iter()
                        .chain(projects.iter().flat_map(|project| {
                            own_groups(context, project.as_str()).collect::<Vec<_>>()
                        })),
                ),
        ]);
    }
    check_vpc_endpoints(endpoint_ids)?;
    if !endpoint_ids.is_empty() {
        statements.push(
            Statement::deny("DenyOpenAroundEndpoints")
                .actions([open, studio])
                .resources(["*"])
                .when(Operator::StringNotEquals, "aws:SourceVpce", endpoint_ids),
        );
    }
    statements.extend(deny_data(context));
    managed_policy(statements, "the data scientists' policy")
}
