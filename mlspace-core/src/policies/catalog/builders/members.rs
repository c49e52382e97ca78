//! Policies of memberships.

use super::super::arguments::{Arguments, invalid};
use super::super::error::DocumentError;
use super::super::template::Documents;
use super::deployment::{Deployment, one};
use crate::layout::role_name;
use crate::name::ProjectName;
use crate::policies::{
    GrantContext, attribute_policy, attribute_role_policy, group_policies, notebook_base_policy,
    pass_role_policy, permissions_boundary, project_policy, suspension_policy, trust_policy,
    user_policy,
};

pub(in super::super) fn project(arguments: &Arguments) -> Documents {
    let project = arguments.parsed("project")?;
    one(arguments, |context| {
        project_policy(
            context,
            &project,
            arguments.optional_bool("suspended").unwrap_or(false),
        )
    })
}

pub(in super::super) fn user(arguments: &Arguments) -> Documents {
    let user = arguments.parsed("user")?;
    one(arguments, |context| user_policy(context, &user))
}

pub(in super::super) fn group(arguments: &Arguments) -> Documents {
    let deployment = Deployment::new(arguments)?;
    let datasets = arguments.all_parsed("datasets")?;
    Ok(group_policies(
        &deployment.context(),
        &arguments.parsed("group")?,
        &datasets,
    )?)
}

/// ARN of a membership's role: the parameter, or the ARN that follows from project and user.
fn role_arn(arguments: &Arguments, context: &GrantContext<'_>) -> Result<String, DocumentError> {
    let Some(arn) = arguments.optional_string("role_arn") else {
        let (project, user) = (arguments.parsed("project")?, arguments.parsed("user")?);
        let name = role_name(context.iam_prefix, &project, &user)?;
        return Ok(context.account.role_arn(&name));
    };
    let role = arn.strip_prefix(&context.account.role_arn(""));
    let plain = |c: char| c.is_ascii_alphanumeric() || "/_+=,.@-".contains(c);
    match role {
        Some(name) if !name.is_empty() && name.chars().all(plain) => Ok(arn.to_owned()),
        _ => Err(invalid(
            "role_arn",
            format!(
                "`{}` is not the ARN of a role of the account: write one like `{}`",
                arn.escape_debug(),
                context.account.role_arn("NAME")
            ),
        )),
    }
}

pub(in super::super) fn pass_role(arguments: &Arguments) -> Documents {
    let deployment = Deployment::new(arguments)?;
    let role = role_arn(arguments, &deployment.context())?;
    one(arguments, |context| pass_role_policy(context, &role))
}

pub(in super::super) fn attribute_role(arguments: &Arguments) -> Documents {
    let deployment = Deployment::new(arguments)?;
    let role = role_arn(arguments, &deployment.context())?;
    one(arguments, |context| attribute_role_policy(context, &role))
}

pub(in super::super) fn trust(arguments: &Arguments) -> Documents {
    one(arguments, |context| Ok(trust_policy(context)))
}

pub(in super::super) fn boundary(arguments: &Arguments) -> Documents {
    one(arguments, permissions_boundary)
}

pub(in super::super) fn notebook_base(arguments: &Arguments) -> Documents {
    one(arguments, notebook_base_policy)
}

pub(in super::super) fn attribute(arguments: &Arguments) -> Documents {
    one(arguments, attribute_policy)
}

pub(in super::super) fn suspension(arguments: &Arguments) -> Documents {
    let projects: Vec<ProjectName> = arguments.all_parsed("projects")?;
    one(arguments, |context| suspension_policy(context, &projects))
}
