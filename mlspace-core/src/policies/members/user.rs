//! The policy of a user's roles.

use crate::layout::private_prefix;
use crate::name::UserName;
use crate::policies::context::{GrantContext, GrantError, managed};
use crate::policies::statements::actions::OBJECT;
use crate::policies::statements::storage;
use crate::policies::statements::tag_conditions::RequiredTag;
use crate::tags::USER;
use iam_policy::{Document, Statement};

/// The managed policy of all roles of a user, in all projects.
///
/// It allows the objects under `private/{user}/` and reading the shared prefixes. It denies
/// SageMaker resources and objects of other users.
///
/// # Errors
/// [`GrantError`] when a value of the context is invalid.
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
        RequiredTag {
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
