//! `mlspace_users`: the people whom MLSpace knows.

use async_trait::async_trait;
use mlspace_core::name::GroupName;
use mlspace_core::user::User;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::mapping;
use crate::validators;
use terraform_plugin::framework::{
    Attribute, Call, DataSource, Diagnostics, Field, Nesting, Schema,
};

/// The data source.
#[derive(Debug)]
pub(crate) struct UsersDataSource;

/// Arguments and result.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct UsersModel {
    group: Field<String>,
    suspended: Field<bool>,
    admin: Field<bool>,
    users: Field<Vec<UserEntry>>,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct UserEntry {
    name: String,
    display_name: Option<String>,
    email: Option<String>,
    admin: bool,
    suspended: bool,
    created_at: Field<String>,
}

#[async_trait]
impl DataSource<Client> for UsersDataSource {
    type Model = UsersModel;

    fn type_name(&self) -> &'static str {
        "mlspace_users"
    }

    fn schema(&self) -> Schema {
        let entry = vec![
            Attribute::string("name")
                .computed()
                .describe("Name of the user."),
            Attribute::string("display_name")
                .computed()
                .describe("Name that MLSpace shows. Null if the record has none."),
            Attribute::string("email")
                .computed()
                .describe("E-mail address. Null if the record has none."),
            Attribute::bool("admin")
                .computed()
                .describe("Whether the user administers MLSpace."),
            Attribute::bool("suspended")
                .computed()
                .describe("Whether the record says that the user is suspended."),
            Attribute::string("created_at").computed().describe(
                "When the user was created (RFC 3339, UTC). Null if the record does not say.",
            ),
        ];
        Schema::new(0)
            .describe(
                "The people whom MLSpace knows, by their records. Without arguments all of them; each argument leaves out \
                 those who do not match. Records with names that no user here can have are left out.",
            )
            .attributes([
                Attribute::string("group")
                    .optional()
                    .validate(validators::parses_as::<GroupName>)
                    .describe("Name of a group, to include only its users."),
                Attribute::bool("suspended").optional().describe(
                    "Whether to include only users who are suspended (`true`), or only those who are not (`false`).",
                ),
                Attribute::bool("admin").optional().describe(
                    "Whether to include only administrators of MLSpace (`true`), or only others (`false`).",
                ),
                Attribute::nested("users", Nesting::List, entry)
                    .computed()
                    .describe("The users, in the order of their names."),
            ])
    }

    async fn read(
        &self,
        client: &Client,
        _call: &mut Call,
        config: UsersModel,
    ) -> Result<UsersModel, Diagnostics> {
        let group: Option<GroupName> = mapping::parse_optional(&config.group, "group")?;
        let all = client.users.all(group.as_ref()).await;
        let users = all.map_err(|error| mapping::diagnostics(&error))?;
        let matches = |wanted: &Field<bool>, is: bool| wanted.as_option().is_none_or(|b| *b == is);
        let users = users
            .iter()
            .filter(|user| matches(&config.suspended, user.suspended))
            .filter(|user| matches(&config.admin, user.admin))
            .map(entry)
            .collect();
        Ok(UsersModel {
            users: Field::Known(users),
            ..config
        })
    }
}

fn entry(user: &User) -> UserEntry {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    UserEntry {
        name: user.name.to_string(),
        display_name: text(&user.display_name),
        email: text(&user.email),
        admin: user.admin,
        suspended: user.suspended,
        created_at: mapping::timestamp(user.created_at),
    }
}
