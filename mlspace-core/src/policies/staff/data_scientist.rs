//! The policy of data scientists.

use super::common::{deny_data, managed_policy, with_system_tag};
use crate::policies::context::{PolicyContext, PolicyError, check_vpc_endpoints};
use crate::policies::statements::tag_conditions::OWN_USER;
use crate::tags::{SYSTEM, USER};
use iam_policy::{Document, Operator, Statement};

/// The policy of data scientists: they can start, stop and open notebooks whose tag `user` is their
/// name, and read and stop their jobs.
///
/// With `endpoint_ids`, notebooks can be opened through these VPC endpoints only.
///
/// # Errors
/// [`PolicyError`] when a value is invalid.
pub fn data_scientist_policy(
    context: &PolicyContext<'_>,
    endpoint_ids: &[String],
) -> Result<Document, PolicyError> {
    context.check()?;
    let own = [
        "sagemaker:Describe*",
        "sagemaker:ListTags",
        "sagemaker:Stop*",
    ];
    let notebook = "sagemaker:StartNotebookInstance";
    let open = "sagemaker:CreatePresignedNotebookInstanceUrl";
    let notebooks = context.sagemaker("notebook-instance");
    let on_own = |sid: &str| {
        with_system_tag(context, Statement::allow(sid)).when(
            Operator::StringEquals,
            format!("aws:ResourceTag/{USER}"),
            [OWN_USER],
        )
    };
    let deny_others = |sid: &str, key: &str, value: &str| {
        Statement::deny(sid)
            .actions([notebook, open, "sagemaker:StopNotebookInstance"])
            .resources([&notebooks])
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
        on_own("OpenOwnNotebooks")
            .actions([notebook, open])
            .resources([&notebooks]),
        deny_others("DenyNotebooksOfOtherUser", USER, OWN_USER),
        deny_others("DenyNotebooksOfOtherSystem", SYSTEM, context.system_tag),
        // All other actions on SageMaker resources are taken within a notebook, or by the platform.
        Statement::deny("DenyOtherSageMaker")
            .not_actions(own.into_iter().chain([notebook, open]))
            .resources([context.sagemaker("*")]),
    ];
    check_vpc_endpoints(endpoint_ids)?;
    if !endpoint_ids.is_empty() {
        statements.push(
            Statement::deny("DenyOpenAroundEndpoints")
                .actions([open])
                .resources(["*"])
                .when(Operator::StringNotEquals, "aws:SourceVpce", endpoint_ids),
        );
    }
    statements.extend(deny_data(context));
    managed_policy(statements, "the data scientists' policy")
}
