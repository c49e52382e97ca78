//! The trust policy and the inline policy of a membership's role.
//!
//! Sources: *The confused deputy problem*
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>), *Grant a user
//! permissions to pass a role to an AWS service*
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>).

use crate::policies::context::{GrantContext, GrantError, sized};
use crate::policies::statements::common_denials::{
    administration_denials, key_grant_denial, sagemaker_denials,
};
use crate::policies::statements::tag_conditions::RequiredTag;
use crate::policies::statements::{storage, workload};
use crate::tags::SYSTEM;
use iam_policy::{Document, Operator, PolicyType, Principal, Statement};

/// The trust policy of a membership's role: SageMaker can assume it, on behalf of this account
/// only.
///
/// It does not allow `sts:TagSession`: session tags would override the role's own tags, which are
/// its identity.
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
/// It allows passing the role itself to SageMaker. It also contains the denials that are the same
/// for every role, which matter if a base policy allows more: passing other roles; SageMaker
/// resources of other systems or types; workloads outside the approved network or without the
/// approved key; all actions on the data bucket except reading, writing, deleting, tagging and
/// listing; writing to the shared prefixes; and the administration of identities, keys and tables.
///
/// # Errors
/// [`GrantError`] when a value of the context is invalid, or the approved subnets and security
/// groups do not fit.
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
        RequiredTag {
            key: SYSTEM,
            sid: "System",
            value: context.system_tag,
        }
        .denials(context),
    );
    statements.extend(sagemaker_denials(context));
    statements.extend(workload::deny_missing_network());
    statements.extend(workload::deny_other_network_or_key(context));
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
