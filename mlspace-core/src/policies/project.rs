//! The policy of a project's members.

use super::actions::{CREATE, CREATE_ENDPOINT, OBJECT, OPERATE};
use super::context::{GrantContext, GrantError, managed};
use super::fence::TagFence;
use super::storage;
use crate::layout::project_prefix;
use crate::name::ProjectName;
use crate::tags::{PROJECT, SYSTEM};
use iam_policy::{Document, Operator, Statement};

/// The managed policy of all members of a project.
///
/// It grants the objects under `project/{project}/`, creating jobs, models, endpoints and endpoint configurations with the tags of the system
/// and the project, and using those that bear them; it denies SageMaker's resources and objects of other projects. Which user is allowed is
/// the matter of [`super::user_policy`], what is the same for every role that of [`super::pass_role_policy`].
///
/// When the project is suspended, a statement that denies everything comes first: it takes effect for all members at once, and leaving it out
/// again undoes it.
///
/// # Errors
/// [`GrantError`] when a value of the context cannot stand in a policy.
pub fn project_policy(
    context: &GrantContext<'_>,
    project: &ProjectName,
    suspended: bool,
) -> Result<Document, GrantError> {
    context.check()?;
    let prefix = project_prefix(project);
    let mut statements = Vec::new();
    if suspended {
        statements.push(Statement::deny("Suspended").actions(["*"]).resources(["*"]));
    }
    statements.extend([
        Statement::allow("ProjectObjects")
            .actions(OBJECT)
            .resources([context.objects(&prefix)]),
        storage::listing(context, "ProjectListing", [&prefix]),
    ]);
    statements.extend(workloads(context, project.as_str()));
    statements.extend(
        TagFence {
            key: PROJECT,
            sid: "Project",
            value: project.as_str(),
        }
        .denials(context),
    );
    statements.extend(storage::denials(context, "Project", &prefix, "private/"));
    managed(
        Document::new(statements),
        format!("the policy of the project `{project}`"),
        "shorten the name of the data bucket",
    )
}

/// Allows creating and using SageMaker's resources with the tags of the system and the project, which may be a variable.
pub(super) fn workloads(context: &GrantContext<'_>, project: &str) -> [Statement; 4] {
    let tagged = |sid: &str, source: &str| {
        Statement::allow(sid)
            .resources([context.sagemaker("*")])
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
    [
        tagged("Create", "RequestTag").actions(CREATE),
        Statement::allow("UseEndpointConfig")
            .actions([CREATE_ENDPOINT])
            .resources([context.sagemaker("endpoint-config")]),
        tagged("Operate", "ResourceTag").actions(OPERATE),
        Statement::allow("TagWhileCreating")
            .actions(["sagemaker:AddTags"])
            .resources([context.sagemaker("*")])
            .when(Operator::Null, "sagemaker:TaggingAction", ["false"]),
    ]
}
