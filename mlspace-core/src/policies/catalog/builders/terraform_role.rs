//! Policies of the role that runs Terraform.

use super::super::arguments::Arguments;
use super::super::template::Documents;
use super::deployment::{Deployment, one, tables};
use crate::policies::{TerraformRoleAccess, provider_boundary, provider_policy};

fn access(arguments: &Arguments) -> TerraformRoleAccess<'_> {
    TerraformRoleAccess {
        tables: tables(arguments),
        boundary_arn: arguments.optional_string("permissions_boundary_arn"),
        base_policy_arns: arguments.strings("base_policy_arns"),
        table_key_arn: arguments.optional_string("table_key_arn"),
    }
}

pub(in super::super) fn policy(arguments: &Arguments) -> Documents {
    let deployment = Deployment::new(arguments)?;
    Ok(provider_policy(&deployment.context(), &access(arguments))?)
}

pub(in super::super) fn boundary(arguments: &Arguments) -> Documents {
    one(arguments, |context| {
        provider_boundary(context, &access(arguments))
    })
}
