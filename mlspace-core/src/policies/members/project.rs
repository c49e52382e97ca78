//! The policy of a project's members.

use crate::layout::project_prefix;
use crate::name::ProjectName;
use crate::policies::context::{GrantContext, GrantError, managed};
use crate::policies::statements::actions::{CREATE, CREATE_ENDPOINT, OBJECT, OPERATE};
use crate::policies::statements::storage;
use crate::policies::statements::tag_conditions::RequiredTag;
use crate::tags::{PROJECT, SYSTEM};
use iam_policy::{Document, Operator, Statement};

/// The managed policy of all members of a project.
///
/// It allows the objects under `project/{project}/`, creating jobs, models, endpoints and endpoint
/// configurations with the tags of the system and the project, and using resources that have these
/// tags. It denies SageMaker resources and objects of other projects. [`super::user_policy`]
/// restricts access to the user, and [`super::pass_role_policy`] contains what is the same for
/// every role.
///
/// When the project is suspended, a first statement denies everything. It takes effect for all
/// members at once, and is removed to resume the project.
///
/// # Errors
/// [`GrantError`] when a value of the context is invalid.
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
        RequiredTag {
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

/// Allows creating and using SageMaker resources with the tags of the system and the project. The
/// project can be a policy variable.
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
