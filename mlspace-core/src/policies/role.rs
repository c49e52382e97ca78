//! What makes a role a membership's: whom it trusts, what it may pass on, and what is closed to all roles.
//!
//! Sources: *The confused deputy problem* (<https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>), *Grant a user permissions to pass a role to an
//! AWS service* (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>).

use super::context::{GrantContext, GrantError, sized};
use super::fence::{TagFence, administration_denials, key_grant_denial, sagemaker_denials};
use super::{storage, workload};
use crate::tags::SYSTEM;
use iam_policy::{Document, Operator, PolicyType, Principal, Statement};

/// The trust policy of a membership's role: SageMaker may assume it, on behalf of this account only.
///
/// `sts:TagSession` is not granted: session tags would override the role's own, which are its identity.
pub fn trust_policy(context: &GrantContext<'_>) -> Document {
    Document::new([Statement::allow("SageMaker")
        .principal(Principal::service("sagemaker.amazonaws.com"))
        .actions(["sts:AssumeRole"])
        .when(
            Operator::StringEquals,
            "aws:SourceAccount",
            [&context.account.account_id],
        )])
}

/// The inline policy of a membership's role.
///
/// It grants one thing: passing the role itself to SageMaker. And it holds the denials that are the same for every role, which matter where a
/// base policy grants more: passing other roles, SageMaker's resources of other systems or types, workloads outside the approved network or
/// without the approved key, all uses of the data bucket but reading, writing, deleting, tagging and listing, writing what is shared, and the
/// administration of identities, keys and tables.
///
/// # Errors
/// [`GrantError`] when a value of the context cannot stand in a policy, or there are more approved subnets and security groups than fit.
pub fn pass_role_policy(
    context: &GrantContext<'_>,
    role_arn: &str,
) -> Result<Document, GrantError> {
    context.check()?;
    let service = "iam:PassedToService";
    let sagemaker = ["sagemaker.amazonaws.com"];
    let mut statements = vec![
        Statement::allow("PassOwnRole")
            .actions(["iam:PassRole"])
            .resources([role_arn])
            .when(Operator::StringEquals, service, sagemaker),
        Statement::deny("DenyPassOtherRole")
            .actions(["iam:PassRole"])
            .not_resources([role_arn]),
        Statement::deny("DenyPassToOtherService")
            .actions(["iam:PassRole"])
            .resources(["*"])
            .when(Operator::StringNotEquals, service, sagemaker),
    ];
    statements.extend(
        TagFence {
            key: SYSTEM,
            sid: "System",
            value: context.system_tag,
        }
        .denials(context),
    );
    statements.extend(sagemaker_denials(context));
    statements.extend(workload::presence_denials());
    statements.extend(workload::value_denials(context));
    statements.extend(storage::common_denials(context));
    statements.extend(administration_denials());
    statements.push(key_grant_denial());
    let what = format!("the inline policy of the role `{role_arn}`");
    sized(
        Document::new(statements),
        what,
        PolicyType::RoleInline,
        "approve fewer subnets and security groups",
    )
}
