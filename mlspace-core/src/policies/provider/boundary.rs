//! What the role that runs the provider is held to, whatever is attached to it.

use super::{
    ProviderAccess, check, keeping_roles, network_and_key, notebooks, own_policies, policies,
    use_table_key,
};
use crate::policies::context::{GrantContext, GrantError, managed};
use iam_policy::{Document, Statement};

/// The permissions boundary of the identity that runs the provider: the limits of [`super::provider_policy`] in one document, and wider where
/// that does no harm. It reads all of IAM and any table's records, and makes interfaces in any of the account's networks.
///
/// Whatever is attached to the role besides, it makes no role without its boundary, rewrites neither boundary nor base policies, passes roles to
/// SageMaker only, and reads no data.
///
/// # Errors
/// [`GrantError`] as for [`super::provider_policy`].
pub fn provider_boundary(
    context: &GrantContext<'_>,
    access: &ProviderAccess<'_>,
) -> Result<Document, GrantError> {
    context.check()?;
    check(access)?;
    let any_network = GrantContext {
        network: None,
        ..*context
    };
    let mut statements = vec![
        Statement::allow("ReadIdentities")
            .actions(["iam:Get*", "iam:List*"])
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
    statements.extend(keeping_roles(context, access));
    statements.extend(policies(context, access, vec![own_policies(context)]));
    statements.extend(use_table_key(context, access));
    statements.extend(notebooks(context));
    statements.extend(network_and_key(&any_network));
    managed(
        Document::new(statements),
        "the boundary of the role that runs Terraform",
        "attach fewer base policies",
    )
}
