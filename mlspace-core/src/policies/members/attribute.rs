//! The policies that all memberships share, instead of one for each project and one for each user.
//!
//! Here a role's tags are its identity. Where [`super::project_policy`] and [`super::user_policy`]
//! contain one name, the shared policy contains `${aws:PrincipalTag/project}` and
//! `${aws:PrincipalTag/user}`. For a role with its tags, the decisions are the same for every
//! request. A role without them has no access, since a variable without a value matches nothing and
//! equals nothing.
//!
//! A principal that can change a role's tags can change its identity. The roles' own policies and
//! the boundary deny all of IAM to them, and [`super::trust_policy`] does not allow session tags,
//! which would override the role's.

use super::project::workloads;
use super::role::pass_role_policy;
use crate::policies::context::{GrantContext, GrantError, managed, sized};
use crate::policies::statements::actions::OBJECT;
use crate::policies::statements::storage;
use crate::policies::statements::tag_conditions::{OWN_PROJECT, OWN_USER, RequiredTag};
use crate::tags::{PROJECT, USER};
use iam_policy::{Document, PolicyType, Statement};

/// The managed policy that all memberships share: [`super::project_policy`] and
/// [`super::user_policy`] together, based on the role's tags.
///
/// In addition, a role has the policies of the user's groups, as in the other model;
/// [`super::suspension_policy`] instead of the statement that suspends a project; and
/// [`attribute_role_policy`] instead of [`super::pass_role_policy`].
///
/// Source of the variables: *IAM policy elements: Variables and tags*
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>).
///
/// # Errors
/// [`GrantError`] when a value of the context is invalid.
pub fn attribute_policy(context: &GrantContext<'_>) -> Result<Document, GrantError> {
    context.check()?;
    let project = format!("project/{OWN_PROJECT}/");
    let private = format!("private/{OWN_USER}/");
    let mut statements = vec![
        Statement::allow("OwnObjects")
            .actions(OBJECT)
            .resources([&project, &private].map(|prefix| context.objects(prefix))),
        storage::read_shared(context),
        storage::listing(
            context,
            "Listing",
            [project.as_str(), private.as_str()]
                .into_iter()
                .chain(storage::shared_prefixes()),
        ),
    ];
    statements.extend(workloads(context, OWN_PROJECT));
    // One statement for both prefixes denies what separate policies of project and user deny, since
    // no object is under both.
    statements.extend(storage::denials(context, "Member", &project, &private));
    managed(
        Document::new(statements),
        "the policy of all memberships",
        "shorten the name of the data bucket",
    )
}

/// The inline policy of a membership's role: [`super::pass_role_policy`], and denials of SageMaker
/// resources of other projects and users. The shared policy is too large to contain them.
///
/// # Errors
/// [`GrantError`] when a value of the context is invalid, or the approved subnets and
/// security groups do not fit.
pub fn attribute_role_policy(
    context: &GrantContext<'_>,
    role_arn: &str,
) -> Result<Document, GrantError> {
    let mut document = pass_role_policy(context, role_arn)?;
    for (key, sid, value) in [(PROJECT, "Project", OWN_PROJECT), (USER, "User", OWN_USER)] {
        let tag = RequiredTag { key, sid, value };
        document.statements.extend(tag.denials(context));
    }
    sized(
        document,
        format!("the inline policy of the role `{role_arn}`"),
        PolicyType::RoleInline,
        "approve fewer subnets and security groups",
    )
}
