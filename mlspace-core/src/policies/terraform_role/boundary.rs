//! The permissions boundary of the role that runs Terraform.

use super::records::allow_use_of_table_key;
use super::sagemaker::limit_sagemaker;
use super::{
    RoleTags, TerraformRoleAccess, allow_budgets, allow_identity_center,
    allow_looking_at_locations, allow_managing_policies, allow_managing_roles,
    allow_network_and_key, allow_schedules, check, own_policies,
};
use crate::policies::context::{PolicyContext, PolicyError, managed};
use iam_policy::{Document, Statement};

/// The permissions boundary of the identity that runs the provider: the limits of
/// [`super::provider_policy`] in one document. To save characters it allows more where that is
/// harmless: reading all of IAM and SageMaker's lists, records of any table, new roles with any tags, and notebook instances
/// and network interfaces in any network of the account.
///
/// Regardless of other attached policies, the role cannot create roles without their boundary,
/// change the boundary or the base policies, pass members' roles to services other than SageMaker, or read
/// data.
///
/// # Errors
/// [`PolicyError`] as for [`super::provider_policy`].
pub fn provider_boundary(
    context: &PolicyContext<'_>,
    access: &TerraformRoleAccess<'_>,
) -> Result<Document, PolicyError> {
    context.check()?;
    check(access)?;
    let any_network = PolicyContext {
        network: None,
        ..*context
    };
    let mut statements = vec![
        Statement::allow("ReadAndEmpty")
            .actions([
                "iam:Get*",
                "iam:List*",
                "sagemaker:De*eApp",
                "sagemaker:De*eSpace",
                "sagemaker:DescribeDomain",
                "sagemaker:DescribeNotebook*",
                "sagemaker:DescribeUserProfile",
                "sagemaker:List*",
                "tag:GetResources",
            ])
            .resources(["*"]),
        Statement::allow("Records")
            .actions(["dynamodb:*Item", "dynamodb:Query", "dynamodb:Scan"])
            .resources([context.account.table_arn("*")]),
        Statement::allow("ListDatasets")
            .actions(["s3:ListBucket*"])
            .resources([context.bucket()]),
        Statement::allow("DeleteDatasets")
            .actions(["s3:AbortMultipartUpload", "s3:DeleteObject*"])
            .resources([context.objects("*/datasets/")]),
    ];
    statements.extend(allow_managing_roles(context, access, RoleTags::Any));
    statements.extend(allow_managing_policies(
        context,
        access,
        vec![own_policies(context)],
    ));
    statements.extend(allow_use_of_table_key(context, access));
    statements.extend(allow_looking_at_locations(context));
    statements.extend(limit_sagemaker(context));
    statements.extend(allow_network_and_key(&any_network));
    statements.extend(allow_schedules(context, access));
    statements.extend(allow_budgets(context, access));
    statements.extend(allow_identity_center(access));
    managed(
        Document::new(statements),
        "the boundary of the role that runs Terraform",
        "attach fewer base policies, or shorten their names",
    )
}
