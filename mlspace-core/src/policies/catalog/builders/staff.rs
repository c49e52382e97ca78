//! Policies of staff roles.

use super::super::arguments::{Arguments, invalid};
use super::super::template::Documents;
use super::deployment::{account, one, tables};
use crate::name::ProjectName;
use crate::policies::{
    StaffAccess, StaffTrust, WebIdentity, auditor_policy, data_scientist_policy,
    platform_admin_policy, staff_trust_policy, team_admin_policy,
};

fn access(arguments: &Arguments) -> StaffAccess<'_> {
    StaffAccess {
        tables: tables(arguments),
        table_key_arn: arguments.optional_string("table_key_arn"),
    }
}

pub(in super::super) fn platform_admin(arguments: &Arguments) -> Documents {
    one(arguments, |context| {
        platform_admin_policy(context, &access(arguments))
    })
}

pub(in super::super) fn team_admin(arguments: &Arguments) -> Documents {
    let projects: Vec<ProjectName> = arguments.all_parsed("projects")?;
    one(arguments, |context| {
        team_admin_policy(context, &access(arguments), &projects)
    })
}

pub(in super::super) fn data_scientist(arguments: &Arguments) -> Documents {
    let projects: Vec<ProjectName> = arguments.all_parsed("projects")?;
    one(arguments, |context| {
        data_scientist_policy(context, arguments.strings("endpoint_ids"), &projects)
    })
}

pub(in super::super) fn auditor(arguments: &Arguments) -> Documents {
    let prefix = arguments.string("log_group_prefix")?;
    one(arguments, |context| {
        auditor_policy(context, &access(arguments), prefix)
    })
}

pub(in super::super) fn trust(arguments: &Arguments) -> Documents {
    let subjects = arguments.strings("web_identity_subjects");
    let audience = arguments.optional_string("web_identity_audience");
    let web_identity = arguments
        .optional_string("web_identity_provider_arn")
        .map(|provider_arn| WebIdentity {
            provider_arn,
            audience: audience.unwrap_or("sts.amazonaws.com"),
            subjects,
        });
    if web_identity.is_none() && !(subjects.is_empty() && audience.is_none()) {
        // Without this check, the requirements on tokens would have no effect.
        return Err(invalid(
            "web_identity_provider_arn",
            "it is missing, but there are requirements on its tokens: give it, or remove \
             `web_identity_audience` and `web_identity_subjects`",
        ));
    }
    let trust = StaffTrust {
        principal_arns: arguments.strings("principal_arns"),
        saml_provider_arn: arguments.optional_string("saml_provider_arn"),
        web_identity,
    };
    Ok(vec![staff_trust_policy(&account(arguments)?, &trust)?])
}
