//! The base policy of memberships' roles.

use crate::policies::context::{GrantContext, GrantError, managed};
use crate::policies::statements::approved_key::{allow_service_grants, allow_use};
use crate::policies::statements::job_runtime::{
    IMAGE_LOGIN, PULL_IMAGES, WRITE_LOGS, allow_interfaces, allow_metrics,
};
use iam_policy::{Document, Statement};

/// A base policy for memberships' roles: network interfaces in the approved subnets, the approved
/// key, SageMaker's logs and metrics, pulling images, and the location of the data bucket.
///
/// It allows no access to data or SageMaker resources. A deployment can attach another policy
/// instead.
///
/// # Errors
/// [`GrantError`] when a value of the context is invalid, or the subnets and security groups do not
/// fit.
pub fn notebook_base_policy(context: &GrantContext<'_>) -> Result<Document, GrantError> {
    context.check()?;
    let mut statements = Vec::from(allow_interfaces(context));
    statements.extend(allow_use(context));
    statements.extend(allow_service_grants(context));
    statements.extend([
        Statement::allow("WriteLogs")
            .actions(WRITE_LOGS)
            .resources([context.account.log_group_arn("/aws/sagemaker/*")]),
        allow_metrics(context),
        Statement::allow("ImageLogin")
            .actions([IMAGE_LOGIN])
            .resources(["*"]),
        // AWS keeps its framework images in its own accounts, one for each region, so the account
        // is `*`.
        Statement::allow("PullImages")
            .actions(PULL_IMAGES)
            .resources([format!(
                "arn:{}:ecr:{}:*:repository/*",
                context.account.partition, context.account.region
            )]),
        Statement::allow("BucketLocation")
            .actions(["s3:GetBucketLocation"])
            .resources([context.bucket()]),
    ]);
    managed(
        Document::new(statements),
        "the notebook base policy",
        "approve fewer subnets and security groups",
    )
}
