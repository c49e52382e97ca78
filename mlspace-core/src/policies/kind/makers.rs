//! From parameters to the generators of [`crate::policies`].

use super::deployment::{Deployment, account};
use super::given::{DocumentKindError, Given, invalid};
use crate::layout::{Account, role_name};
use crate::name::ProjectName;
use crate::policies::{
    BucketAccess, EndpointService, GrantContext, GrantError, InstanceTypes, KeyAccess, KeyService,
    LogDeliverer, Service, attribute_policy, attribute_role_policy, bucket_policy,
    denied_services_policy, endpoint_policy, flow_log_policy, flow_log_trust, group_policies,
    instance_type_policy, key_policy, log_group_policy, notebook_base_policy, pass_role_policy,
    permissions_boundary, project_policy, suspension_policy, trust_policy, user_policy,
    volume_key_policy,
};
use iam_policy::Document;

pub(super) type Made = Result<Vec<Document>, DocumentKindError>;

/// One document about the deployment.
pub(super) fn one(
    given: &Given<'_>,
    make: impl FnOnce(&GrantContext<'_>) -> Result<Document, GrantError>,
) -> Made {
    let deployment = Deployment::new(given)?;
    Ok(vec![make(&deployment.context())?])
}

pub(super) fn project(given: &Given<'_>) -> Made {
    let project = given.parsed("project")?;
    one(given, |context| {
        project_policy(context, &project, given.switch("suspended"))
    })
}

pub(super) fn user(given: &Given<'_>) -> Made {
    let user = given.parsed("user")?;
    one(given, |context| user_policy(context, &user))
}

pub(super) fn group(given: &Given<'_>) -> Made {
    let deployment = Deployment::new(given)?;
    let datasets = given.all_parsed("datasets")?;
    Ok(group_policies(
        &deployment.context(),
        &given.parsed("group")?,
        &datasets,
    )?)
}

/// The role of a membership: as given, or by the membership's name.
fn role_arn(given: &Given<'_>, context: &GrantContext<'_>) -> Result<String, DocumentKindError> {
    let Some(arn) = given.optional_text("role_arn") else {
        let (project, user) = (given.parsed("project")?, given.parsed("user")?);
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
                "`{}` is not a role of the account: write one like `{}`",
                arn.escape_debug(),
                context.account.role_arn("NAME")
            ),
        )),
    }
}

pub(super) fn pass_role(given: &Given<'_>) -> Made {
    let deployment = Deployment::new(given)?;
    let role = role_arn(given, &deployment.context())?;
    one(given, |context| pass_role_policy(context, &role))
}

pub(super) fn attribute_role(given: &Given<'_>) -> Made {
    let deployment = Deployment::new(given)?;
    let role = role_arn(given, &deployment.context())?;
    one(given, |context| attribute_role_policy(context, &role))
}

pub(super) fn trust(given: &Given<'_>) -> Made {
    one(given, |context| Ok(trust_policy(context)))
}

pub(super) fn boundary(given: &Given<'_>) -> Made {
    one(given, permissions_boundary)
}

pub(super) fn notebook_base(given: &Given<'_>) -> Made {
    one(given, notebook_base_policy)
}

pub(super) fn attribute(given: &Given<'_>) -> Made {
    one(given, attribute_policy)
}

pub(super) fn suspension(given: &Given<'_>) -> Made {
    let projects: Vec<ProjectName> = given.all_parsed("projects")?;
    one(given, |context| suspension_policy(context, &projects))
}

pub(super) fn instance_types(given: &Given<'_>) -> Made {
    account(given)?;
    Ok(vec![instance_type_policy(&InstanceTypes {
        notebooks: given.texts("notebook_instance_types"),
        training: given.texts("training_instance_types"),
        processing: given.texts("processing_instance_types"),
        transform: given.texts("transform_instance_types"),
        endpoints: given.texts("endpoint_instance_types"),
    })?])
}

pub(super) fn volume_key(given: &Given<'_>) -> Made {
    one(given, |context| {
        volume_key_policy(context, given.texts("exempt_instance_types"))
    })
}

pub(super) fn denied_services(given: &Given<'_>) -> Made {
    let services = given.words("services", &Service::WORDS)?;
    let roles = given.texts("emr_role_arns");
    Ok(denied_services_policy(&account(given)?, &services, roles)?
        .into_iter()
        .collect())
}

pub(super) fn log_groups(given: &Given<'_>) -> Made {
    let prefix = given.text("log_group_prefix")?;
    Ok(vec![log_group_policy(&account(given)?, prefix)?])
}

pub(super) fn flow_logs(given: &Given<'_>) -> Made {
    let group = given.text("log_group")?;
    Ok(vec![flow_log_policy(&account(given)?, group)?])
}

pub(super) fn flow_logs_trust(given: &Given<'_>) -> Made {
    Ok(vec![flow_log_trust(&account(given)?)])
}

pub(super) fn bucket(given: &Given<'_>) -> Made {
    Ok(vec![bucket_policy(&BucketAccess {
        account: &account(given)?,
        bucket: given.text("bucket")?,
        endpoint_ids: given.texts("endpoint_ids"),
        exempt_principal_arns: given.texts("exempt_principal_arns"),
        kms_key_arn: given.optional_text("kms_key_arn"),
        reader_arns: given.texts("reader_arns"),
        delivered_by: &given.words("delivered_by", &LogDeliverer::WORDS)?,
    })?])
}

pub(super) fn key(given: &Given<'_>) -> Made {
    Ok(vec![key_policy(&KeyAccess {
        account: &account(given)?,
        administrator_arns: given.texts("administrator_arns"),
        user_arns: given.texts("user_arns"),
        reader_arns: given.texts("reader_arns"),
        endpoint_ids: given.texts("endpoint_ids"),
        log_group_prefixes: given.texts("log_group_prefixes"),
        used_by: &given.words("used_by", &KeyService::WORDS)?,
    })?])
}

pub(super) fn endpoint(given: &Given<'_>) -> Made {
    let (buckets, tables) = (given.texts("buckets"), given.texts("tables"));
    let name = given.text("service")?;
    // A list for another service would be silently left out, and one of none leads nowhere.
    let (service, own) = match name {
        "s3" => (EndpointService::S3 { buckets }, Some("buckets")),
        "dynamodb" => (EndpointService::DynamoDb { tables }, Some("tables")),
        "ecr.api" | "ecr.dkr" => (EndpointService::Registry, None),
        other if is_service(other) => (EndpointService::Interface, None),
        other => {
            let other = other.escape_debug();
            return Err(invalid(
                "service",
                format!(
                    "`{other}` is not a service: write its name as in the endpoint's, such as `sagemaker.api`"
                ),
            ));
        }
    };
    for (list, values) in [("buckets", buckets), ("tables", tables)] {
        if own == Some(list) && values.is_empty() {
            return Err(given.missing(list));
        }
        if own != Some(list) && !values.is_empty() {
            return Err(invalid(
                list,
                format!("the endpoint of `{name}` leads to none: leave it out"),
            ));
        }
    }
    let account: Account = account(given)?;
    Ok(vec![endpoint_policy(&account, service)?])
}

fn is_service(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._".contains(c);
    !name.is_empty() && name.chars().all(plain)
}
