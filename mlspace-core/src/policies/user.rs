//! The policy of a user's roles.

use super::actions::OBJECT;
use super::context::{GrantContext, GrantError, managed};
use super::fence::TagFence;
use super::storage;
use crate::layout::private_prefix;
use crate::name::UserName;
use crate::tags::USER;
use iam_policy::{Document, Statement};

/// The managed policy of all roles of a user, in whatever project.
///
/// It grants the objects under `private/{user}/` and reading what is shared with everybody; it denies SageMaker's resources and objects of
/// other users.
///
/// # Errors
/// [`GrantError`] when a value of the context cannot stand in a policy.
pub fn user_policy(context: &GrantContext<'_>, user: &UserName) -> Result<Document, GrantError> {
    context.check()?;
    let prefix = private_prefix(user);
    let mut statements = vec![
        Statement::allow("PrivateObjects")
            .actions(OBJECT)
            .resources([context.objects(&prefix)]),
        storage::read_shared(context),
        storage::listing(
            context,
            "UserListing",
            [prefix.as_str()]
                .into_iter()
                .chain(storage::shared_prefixes()),
        ),
    ];
    statements.extend(
        TagFence {
            key: USER,
            sid: "User",
            value: user.as_str(),
        }
        .denials(context),
    );
    statements.extend(storage::denials(context, "User", &prefix, "project/"));
    managed(
        Document::new(statements),
        format!("the policy of the user `{user}`"),
        "shorten the name of the data bucket",
    )
}
