//! The policy of platform admins.

use super::common::{
    StaffAccess, check, deny_data, deny_enter, managed_policy, revoke_access, with_system_tag,
};
use super::read_statements;
use crate::policies::context::{PolicyContext, PolicyError};
use iam_policy::{Document, Statement};

/// The policy of platform admins: they can read everything except data, stop and delete resources
/// with the system's tag, start notebooks, and revoke members' access.
///
/// # Errors
/// [`PolicyError`] when a value is invalid.
pub fn platform_admin_policy(
    context: &PolicyContext<'_>,
    access: &StaffAccess<'_>,
) -> Result<Document, PolicyError> {
    check(context, access)?;
    let mut statements = vec![
        read_statements::sagemaker(),
        with_system_tag(context, Statement::allow("Operate"))
            .actions([
                "sagemaker:DeleteEndpoint*",
                "sagemaker:DeleteModel",
                "sagemaker:DeleteNotebookInstance",
                "sagemaker:StartNotebookInstance",
                "sagemaker:Stop*",
            ])
            .resources([context.sagemaker("*")]),
        read_statements::identities(context),
        read_statements::operations(),
        // The output of lifecycle configurations at an instance's start. The other streams of the
        // log group contain the user's work.
        Statement::allow("ReadStartLogs")
            .actions(["logs:GetLogEvents"])
            .resources([read_statements::log_streams(context, "LifecycleConfig*")]),
    ];
    statements.extend(read_statements::records(context, access));
    statements.extend(revoke_access(
        context,
        [context.iam_prefix.to_owned()],
        true,
    ));
    statements.extend(deny_data(context));
    statements.push(deny_enter());
    managed_policy(statements, "the platform admins' policy")
}
