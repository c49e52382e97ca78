//! The policy of auditors.

use super::common::{StaffAccess, check, deny_data, deny_enter, managed_policy};
use super::read_statements;
use crate::policies::context::{PolicyContext, PolicyError, check_log_group};
use iam_policy::{Document, Statement};

/// The policy of auditors: they can read the configuration of the account, the records and the
/// trail, and change nothing.
///
/// `log_group_prefix` is the prefix of the names of the trail's log groups, such as `/mlspace/`.
/// Logs of workloads contain data and are denied.
///
/// # Errors
/// [`PolicyError`] when a value is invalid.
pub fn auditor_policy(
    context: &PolicyContext<'_>,
    access: &StaffAccess<'_>,
    log_group_prefix: &str,
) -> Result<Document, PolicyError> {
    check(context, access)?;
    check_log_group(log_group_prefix)?;
    let mut statements = vec![
        read_statements::sagemaker(),
        read_statements::configuration(),
        Statement::allow("ReadTrail")
            .actions(["logs:FilterLogEvents", "logs:GetLogEvents"])
            .resources([context
                .account
                .log_group_arn(&format!("{log_group_prefix}*:log-stream:*"))]),
    ];
    statements.extend(read_statements::records(context, access));
    statements.extend(deny_data(context));
    statements.push(deny_enter());
    statements.push(
        Statement::deny("DenyWorkloadLogs")
            .actions([
                "logs:FilterLogEvents",
                "logs:GetLogEvents",
                "logs:StartLiveTail",
                "logs:StartQuery",
            ])
            .resources([context.account.log_group_arn("/aws/sagemaker/*:*")]),
    );
    statements.push(
        // Records are read, results are fetched and logs are exported without naming their group.
        Statement::deny("DenyOtherWaysToLogs")
            .actions([
                "logs:CreateExportTask",
                "logs:GetLogRecord",
                "logs:GetQueryResults",
            ])
            .resources(["*"]),
    );
    statements.push(
        // User data of instances and launch templates can contain secrets.
        Statement::deny("DenyUserData")
            .actions([
                "ec2:DescribeInstanceAttribute",
                "ec2:DescribeLaunchTemplateVersions",
                "ec2:GetConsole*",
                "ec2:GetLaunchTemplateData",
            ])
            .resources(["*"]),
    );
    managed_policy(statements, "the auditors' policy")
}
