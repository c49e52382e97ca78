//! The base policy of memberships' roles.

use crate::policies::context::{PolicyContext, PolicyError, managed};
use crate::policies::statements::actions::PULL;
use crate::policies::statements::approved_key::{allow_service_grants, allow_use};
use crate::policies::statements::job_runtime::{
    GROUP_LOGS, IMAGE_LOGIN, allow_interfaces, allow_metrics, aws_images, shared_groups,
};
use iam_policy::{Document, Statement};

/// A base policy for memberships' roles: network interfaces in the approved subnets, the approved
/// key, listing SageMaker's logs, metrics, pulling AWS's images, and the location of the data bucket.
///
/// It allows no access to data or SageMaker resources. A deployment can attach another policy
/// instead.
///
/// # Errors
/// [`PolicyError`] when a value of the context is invalid, or the subnets and security groups do not
/// fit.
pub fn notebook_base_policy(context: &PolicyContext<'_>) -> Result<Document, PolicyError> {
    context.check()?;
    let mut statements = allow_interfaces(context);
    statements.extend(allow_use(context));
    statements.extend(allow_service_grants(context));
    statements.extend([
        // The streams of a project's own workloads are in the inline policy of each role.
        Statement::allow("LogGroups")
            .actions(GROUP_LOGS)
            .resources(shared_groups(context)),
        allow_metrics(context),
        Statement::allow("ImageLogin")
            .actions([IMAGE_LOGIN])
            .resources(["*"]),
        Statement::allow("PullImages")
            .actions(PULL)
            .resources(aws_images(context)),
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
