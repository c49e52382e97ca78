//! Policies of memberships.

use super::super::arguments::{Arguments, invalid};
use super::super::error::DocumentError;
use super::super::template::Documents;
use super::deployment::{Deployment, one};
use crate::layout::role_name;
use crate::name::{DatasetName, ProjectName};
use crate::policies::{
    Limits, MemberAccess, PolicyContext, PolicyError, ProjectAccess, Service, ServiceOptions,
    Services, Sharing, attribute_policy, attribute_role_policy, group_policies,
    notebook_base_policy, pass_role_policy, permissions_boundary, project_policy,
    suspension_policy, trust_policy, user_policy,
};
use iam_policy::Document;

pub(in super::super) fn project(arguments: &Arguments) -> Documents {
    let project = arguments.parsed("project")?;
    let access = ProjectAccess {
        services: arguments
            .all_parsed::<Service>("project_services")?
            .into_iter()
            .collect(),
        ..ProjectAccess::default()
    };
    one(arguments, |context| {
        project_policy(
            context,
            &project,
            &access,
            arguments.optional_bool("suspended").unwrap_or(false),
        )
    })
}

/// What the project's parameters say.
fn project_access(arguments: &Arguments) -> Result<ProjectAccess, DocumentError> {
    let mut services = Services::default();
    for service in arguments.all_parsed::<Service>("project_services")? {
        let options = match service {
            Service::Bedrock => ServiceOptions {
                arns: arguments.non_empty_strings("bedrock_model_arns")?.to_vec(),
                guardrail_arn: arguments
                    .optional_string("bedrock_guardrail_arn")
                    .map(str::to_owned),
            },
            Service::Codeartifact => ServiceOptions {
                arns: arguments
                    .non_empty_strings("codeartifact_repository_arns")?
                    .to_vec(),
                guardrail_arn: None,
            },
            _ => ServiceOptions::default(),
        };
        services.switch_on(service, options);
    }
    let sharing = match arguments.optional_string("sharing") {
        None => Sharing::default(),
        Some(_) => arguments.parsed("sharing")?,
    };
    Ok(ProjectAccess {
        sharing,
        services,
        limits: Limits::default(),
    })
}

/// The inline policy of the membership that the parameters describe.
fn role_policy(
    arguments: &Arguments,
    make: fn(&PolicyContext<'_>, &MemberAccess<'_>) -> Result<Document, PolicyError>,
) -> Documents {
    let deployment = Deployment::new(arguments)?;
    let (project, user) = (arguments.parsed("project")?, arguments.parsed("user")?);
    let role_arn = role_arn(arguments, &deployment.context())?;
    let access = project_access(arguments)?;
    let datasets: Vec<DatasetName> = arguments.all_parsed("group_datasets")?;
    let published: Vec<DatasetName> = arguments.all_parsed("published_datasets")?;
    let member = MemberAccess {
        owner: arguments.optional_bool("owner").unwrap_or(false),
        datasets: &datasets,
        published: &published,
        ..MemberAccess::new(&project, &user, &role_arn, &access)
    };
    Ok(vec![make(&deployment.context(), &member)?])
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
fn role_arn(arguments: &Arguments, context: &PolicyContext<'_>) -> Result<String, DocumentError> {
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
    role_policy(arguments, pass_role_policy)
}

pub(in super::super) fn attribute_role(arguments: &Arguments) -> Documents {
    role_policy(arguments, attribute_role_policy)
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
