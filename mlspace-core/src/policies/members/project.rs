//! The policy of a project's members.

use super::access::ProjectAccess;
use super::workloads::{Actions, workloads};
use crate::layout::project_prefix;
use crate::name::ProjectName;
use crate::policies::context::{PolicyContext, PolicyError, managed};
use crate::policies::services::Service;
use crate::policies::statements::actions::OBJECT;
use crate::policies::statements::storage;
use crate::policies::statements::tag_conditions::RequiredTag;
use crate::tags::PROJECT;
use iam_policy::{Document, Statement};

/// The statement that denies everything, to the members of a suspended project or to a suspended user.
pub(crate) fn suspended_statement() -> Statement {
    Statement::deny("Suspended").actions(["*"]).resources(["*"])
}

/// The managed policy of all members of a project.
///
/// It allows the objects under `project/{project}/`, creating jobs, models, endpoints and endpoint
/// configurations with the tags of the system and the project, using resources that have these
/// tags, and the same for the services that the project has switched on.
/// [`super::pass_role_policy`] denies what is not the member's.
///
/// When the project is suspended, a first statement denies everything. It takes effect for all
/// members at once, and is removed to resume the project.
///
/// # Errors
/// [`PolicyError`] when a value of the context is invalid.
pub fn project_policy(
    context: &PolicyContext<'_>,
    project: &ProjectName,
    access: &ProjectAccess,
    suspended: bool,
) -> Result<Document, PolicyError> {
    context.check()?;
    let prefix = project_prefix(project);
    let mut statements = Vec::new();
    if suspended {
        statements.push(suspended_statement());
    }
    statements.extend([
        Statement::allow("ProjectObjects")
            .actions(OBJECT)
            .resources([context.objects(&prefix)]),
        storage::listing(context, "ProjectListing", [storage::under(&prefix)]),
    ]);
    let tag = RequiredTag {
        key: PROJECT,
        sid: "Project",
        value: project.as_str(),
    };
    statements.push(tag.deny_tagging_for_other());
    let services: Vec<Service> = access.services.names().collect();
    statements.extend(workloads(
        context,
        project.as_str(),
        &services,
        Actions::Precise,
    ));
    managed(
        Document::new(statements),
        format!("the policy of the project `{project}`"),
        "switch on fewer services, or shorten the name of the data bucket",
    )
}
