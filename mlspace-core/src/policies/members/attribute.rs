//! The policies that all memberships share, instead of one for each project and one for each user.
//!
//! Here a role's tags are its identity. Where [`super::project_policy`] and [`super::user_policy`]
//! contain one name, the shared policy contains `${aws:PrincipalTag/project}` and
//! `${aws:PrincipalTag/user}`. For a role with its tags, the decisions are the same for every
//! request. A role without them has no access: [`super::attribute_role_policy`] denies everything to
//! it.
//!
//! A principal that can change a role's tags can change its identity. The roles' own policies and
//! the boundary deny all of IAM to them, and [`super::trust_policy`] does not allow session tags,
//! which would override the role's.

use super::workloads::{Actions, workloads};
use crate::policies::context::{PolicyContext, PolicyError, managed};
use crate::policies::statements::actions::OBJECT;
use crate::policies::statements::storage;
use crate::policies::statements::tag_conditions::{OWN_PROJECT, OWN_USER, RequiredTag};
use crate::tags::PROJECT;
use iam_policy::{Document, Statement};

/// The managed policy that all memberships share: [`super::project_policy`] and
/// [`super::user_policy`] together, based on the role's tags.
///
/// In addition, a role has the policies of the user's groups, as in the other model;
/// [`super::suspension_policy`] instead of the statement that suspends a project; and
/// [`super::attribute_role_policy`] instead of [`super::pass_role_policy`].
///
/// Source of the variables: *IAM policy elements: Variables and tags*
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>).
///
/// # Errors
/// [`PolicyError`] when a value of the context is invalid.
pub fn attribute_policy(context: &PolicyContext<'_>) -> Result<Document, PolicyError> {
    context.check()?;
    let project = format!("project/{OWN_PROJECT}/");
    let private = format!("private/{OWN_USER}/");
    let listed = [&project, &private]
        .map(|prefix| storage::under(prefix))
        .into_iter()
        .chain(storage::under_shared());
    let mut statements = vec![
        Statement::allow("OwnObjects")
            .actions(OBJECT)
            .resources([&project, &private].map(|prefix| context.objects(prefix))),
        storage::read_shared(context),
        storage::read_public(context),
        storage::listing(context, "Listing", listed),
    ];
    let tag = RequiredTag {
        key: PROJECT,
        sid: "Project",
        value: OWN_PROJECT,
    };
    statements.push(tag.deny_tagging_for_other());
    // The member's inline policy denies the services that its project has not switched on.
    statements.extend(workloads(
        context,
        OWN_PROJECT,
        context.platform.services,
        Actions::Verbs,
    ));
    managed(
        Document::new(statements),
        "the policy of all memberships",
        "offer fewer services, or shorten the name of the data bucket",
    )
}
