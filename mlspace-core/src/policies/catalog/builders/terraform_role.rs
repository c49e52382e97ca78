//! Policies of the role that runs Terraform.

use super::super::arguments::{Arguments, invalid};
use super::super::error::DocumentError;
use super::super::template::Documents;
use super::deployment::{Deployment, one, tables};
use crate::policies::{StopSchedules, TerraformRoleAccess, provider_boundary, provider_policy};

fn access(arguments: &Arguments) -> Result<TerraformRoleAccess<'_>, DocumentError> {
    let schedules = (
        arguments.optional_string("schedule_group"),
        arguments.optional_string("stop_role_arn"),
    );
    let stop_schedules = match schedules {
        (Some(group), Some(role_arn)) => Some(StopSchedules { group, role_arn }),
        (None, None) => None,
        (Some(_), None) => {
            return Err(invalid(
                "stop_role_arn",
                "it is missing: `schedule_group` needs it",
            ));
        }
        (None, Some(_)) => {
            return Err(invalid(
                "schedule_group",
                "it is missing: `stop_role_arn` needs it",
            ));
        }
    };
    Ok(TerraformRoleAccess {
        tables: tables(arguments),
        boundary_arn: arguments.optional_string("permissions_boundary_arn"),
        base_policy_arns: arguments.strings("base_policy_arns"),
        table_key_arn: arguments.optional_string("table_key_arn"),
        stop_schedules,
        budgets: arguments.optional_bool("budgets").unwrap_or(false),
        identity_center: arguments.optional_bool("identity_center").unwrap_or(false),
    })
}

pub(in super::super) fn policy(arguments: &Arguments) -> Documents {
    let deployment = Deployment::new(arguments)?;
    Ok(provider_policy(&deployment.context(), &access(arguments)?)?)
}

pub(in super::super) fn boundary(arguments: &Arguments) -> Documents {
    let access = access(arguments)?;
    one(arguments, |context| provider_boundary(context, &access))
}
