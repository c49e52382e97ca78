//! Documents of roles that are no memberships': people's, Terraform's and the trail's.

use super::deployment::{Deployment, account};
use super::given::{DocumentKindError, Given, invalid};
use super::makers::{Made, one};
use crate::name::ProjectName;
use crate::policies::{
    PeopleTrust, PersonaAccess, ProviderAccess, ProviderTables, WebIdentity, alarm_topic_policy,
    auditor_policy, data_scientist_policy, people_trust_policy, platform_admin_policy,
    provider_boundary as boundary_of_provider, provider_policy, team_admin_policy,
    trail_log_policy, trail_trust_policy,
};

fn tables<'g>(given: &'g Given<'_>) -> ProviderTables<'g> {
    let mut tables = ProviderTables::default();
    for (key, name) in given.names("table_names") {
        let table = match key {
            "projects" => &mut tables.projects,
            "project_users" => &mut tables.project_users,
            "project_groups" => &mut tables.project_groups,
            "group_users" => &mut tables.group_users,
            "group_datasets" => &mut tables.group_datasets,
            "datasets" => &mut tables.datasets,
            "resource_schedule" => &mut tables.resource_schedule,
            // Tables of the platform that the provider does not touch.
            _ => continue,
        };
        *table = name;
    }
    tables
}

fn of_provider<'g>(given: &'g Given<'_>) -> ProviderAccess<'g> {
    ProviderAccess {
        tables: tables(given),
        boundary_arn: given.optional_text("permissions_boundary_arn"),
        base_policy_arns: given.texts("base_policy_arns"),
        table_key_arn: given.optional_text("table_key_arn"),
    }
}

fn of_persona<'g>(given: &'g Given<'_>) -> PersonaAccess<'g> {
    PersonaAccess {
        tables: tables(given),
        table_key_arn: given.optional_text("table_key_arn"),
    }
}

pub(super) fn provider(given: &Given<'_>) -> Made {
    let deployment = Deployment::new(given)?;
    Ok(provider_policy(&deployment.context(), &of_provider(given))?)
}

pub(super) fn provider_boundary(given: &Given<'_>) -> Made {
    one(given, |context| {
        boundary_of_provider(context, &of_provider(given))
    })
}

pub(super) fn platform_admin(given: &Given<'_>) -> Made {
    one(given, |context| {
        platform_admin_policy(context, &of_persona(given))
    })
}

pub(super) fn team_admin(given: &Given<'_>) -> Made {
    let projects: Vec<ProjectName> = given.all_parsed("projects")?;
    one(given, |context| {
        team_admin_policy(context, &of_persona(given), &projects)
    })
}

pub(super) fn data_scientist(given: &Given<'_>) -> Made {
    one(given, |context| {
        data_scientist_policy(context, given.texts("endpoint_ids"))
    })
}

pub(super) fn auditor(given: &Given<'_>) -> Made {
    let prefix = given.text("log_group_prefix")?;
    one(given, |context| {
        auditor_policy(context, &of_persona(given), prefix)
    })
}

pub(super) fn trust(given: &Given<'_>) -> Made {
    let subjects = given.texts("web_identity_subjects");
    let audience = given.optional_text("web_identity_audience");
    let web_identity = given
        .optional_text("web_identity_provider_arn")
        .map(|provider_arn| WebIdentity {
            provider_arn,
            audience: audience.unwrap_or("sts.amazonaws.com"),
            subjects,
        });
    if web_identity.is_none() && !(subjects.is_empty() && audience.is_none()) {
        return Err(without_provider());
    }
    let trust = PeopleTrust {
        principal_arns: given.texts("principal_arns"),
        saml_provider_arn: given.optional_text("saml_provider_arn"),
        web_identity,
    };
    Ok(vec![people_trust_policy(&account(given)?, &trust)?])
}

/// What is said about tokens would be left out silently.
fn without_provider() -> DocumentKindError {
    invalid(
        "web_identity_provider_arn",
        "tokens are described, but not whose they are: name their provider, or leave the rest out",
    )
}

pub(super) fn trail_trust(given: &Given<'_>) -> Made {
    account(given)?;
    Ok(vec![trail_trust_policy()])
}

pub(super) fn trail_log(given: &Given<'_>) -> Made {
    let group = given.text("log_group")?;
    Ok(vec![trail_log_policy(&account(given)?, group)?])
}

pub(super) fn alarm_topic(given: &Given<'_>) -> Made {
    let topic = given.text("topic")?;
    Ok(vec![alarm_topic_policy(&account(given)?, topic)?])
}
