//! The policy of team admins.

use super::common::{
    StaffAccess, check, deny_data, deny_enter, managed_policy, revoke_access, with_system_tag,
};
use super::read_statements;
use crate::name::ProjectName;
use crate::policies::context::{PolicyContext, PolicyError};
use crate::tags::PROJECT;
use iam_policy::{Document, Operator, Statement};

/// The policy of admins of these projects: they can read and stop resources with the projects'
/// tags, read the projects' records, and revoke members' access.
///
/// They describe resources by name, since lists would contain the resources of all projects.
///
/// # Errors
/// [`PolicyError`] when there is no project, a value is invalid, or the projects do not fit.
pub fn team_admin_policy(
    context: &PolicyContext<'_>,
    access: &StaffAccess<'_>,
    projects: &[ProjectName],
) -> Result<Document, PolicyError> {
    check(context, access)?;
    if projects.is_empty() {
        return Err(PolicyError::Value {
            what: "list of projects",
            value: String::new(),
            expected: "name the projects of the team",
        });
    }
    let names: Vec<&str> = projects.iter().map(ProjectName::as_str).collect();
    let on_team_resources = |sid: &str| {
        with_system_tag(context, Statement::allow(sid))
            .when(
                Operator::StringEquals,
                format!("aws:ResourceTag/{PROJECT}"),
                names.iter().copied(),
            )
            .resources([context.sagemaker("*")])
    };
    let mut statements = vec![
        on_team_resources("SeeTeam").actions(["sagemaker:Describe*", "sagemaker:ListTags"]),
        on_team_resources("StopTeam").actions(["sagemaker:DeleteEndpoint", "sagemaker:Stop*"]),
    ];
    statements.extend(read_statements::project_records(context, access, &names));
    statements.extend(revoke_access(
        context,
        names
            .iter()
            .map(|name| format!("{}-{name}", context.iam_prefix)),
        // A lock-out may be the platform's, which is the same policy.
        false,
    ));
    statements.extend(deny_data(context));
    statements.push(deny_enter());
    managed_policy(statements, "the team admins' policy")
}
