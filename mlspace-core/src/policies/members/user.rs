//! The policy of a user's roles.

use super::fences::platform_denials;
use super::project::suspended_statement;
use crate::layout::private_prefix;
use crate::name::UserName;
use crate::policies::context::{PolicyContext, PolicyError, managed};
use crate::policies::statements::actions::OBJECT;
use crate::policies::statements::storage;
use iam_policy::{Document, Statement};

/// The managed policy of all roles of a user, in all projects.
///
/// It allows the objects under `private/{user}/`, and reading the shared prefixes and AWS's public
/// buckets. It denies workloads outside of the approved network or without the approved key.
///
/// # Errors
/// [`PolicyError`] when a value of the context is invalid.
pub fn user_policy(context: &PolicyContext<'_>, user: &UserName) -> Result<Document, PolicyError> {
    policy(context, user, false)
}

/// The policy of a suspended user's roles: [`user_policy`] after a statement that denies everything.
///
/// # Errors
/// As [`user_policy`].
#[cfg(feature = "aws")]
pub(crate) fn suspended_user_policy(
    context: &PolicyContext<'_>,
    user: &UserName,
) -> Result<Document, PolicyError> {
    policy(context, user, true)
}

fn policy(
    context: &PolicyContext<'_>,
    user: &UserName,
    suspended: bool,
) -> Result<Document, PolicyError> {
    context.check()?;
    let prefix = private_prefix(user);
    let listed = [storage::under(&prefix)]
        .into_iter()
        .chain(storage::under_shared());
    let mut statements = Vec::new();
    if suspended {
        statements.push(suspended_statement());
    }
    statements.extend([
        Statement::allow("PrivateObjects")
            .actions(OBJECT)
            .resources([context.objects(&prefix)]),
        storage::read_shared(context),
        storage::read_public(context),
        storage::listing(context, "UserListing", listed),
    ]);
    statements.extend(platform_denials(context));
    managed(
        Document::new(statements),
        format!("the policy of the user `{user}`"),
        "approve fewer subnets and security groups, or shorten the name of the data bucket",
    )
}
