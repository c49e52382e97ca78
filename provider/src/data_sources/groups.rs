//! `mlspace_groups`: the groups of users that MLSpace knows.

use async_trait::async_trait;
use mlspace_core::name::UserName;
use mlspace_core::user_group::UserGroup;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::mapping;
use crate::validators;
use terraform_plugin::framework::{
    Attribute, Call, DataSource, Diagnostics, Field, Nesting, Schema, Type,
};

/// The data source.
#[derive(Debug)]
pub(crate) struct GroupsDataSource;

/// Arguments and result.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct GroupsModel {
    user: Field<String>,
    groups: Field<Vec<GroupEntry>>,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct GroupEntry {
    name: String,
    description: String,
    members: Vec<String>,
    created_at: Field<String>,
}

#[async_trait]
impl DataSource<Client> for GroupsDataSource {
    type Model = GroupsModel;

    fn type_name(&self) -> &'static str {
        "mlspace_groups"
    }

    fn schema(&self) -> Schema {
        let entry = vec![
            Attribute::string("name")
                .computed()
                .describe("Name of the group."),
            Attribute::string("description")
                .computed()
                .describe("Description of the group."),
            Attribute::list("members", Type::String)
                .computed()
                .describe("Names of the group's users, in order."),
            Attribute::string("created_at").computed().describe(
                "When the group was created (RFC 3339, UTC). Null if the record does not say.",
            ),
        ];
        Schema::new(0)
            .describe(
                "The groups of users that MLSpace knows, by their records. Groups and users with names that none here can \
                 have are left out.",
            )
            .attributes([
                Attribute::string("user")
                    .optional()
                    .validate(validators::parses_as::<UserName>)
                    .describe("Name of a user, to include only this user's groups."),
                Attribute::nested("groups", Nesting::List, entry)
                    .computed()
                    .describe("The groups, in the order of their names."),
            ])
    }

    async fn read(
        &self,
        client: &Client,
        _call: &mut Call,
        config: GroupsModel,
    ) -> Result<GroupsModel, Diagnostics> {
        let user: Option<UserName> = mapping::parse_optional(&config.user, "user")?;
        let all = client.user_groups.all().await;
        let groups = all.map_err(|error| mapping::diagnostics(&error))?;
        let groups = groups
            .iter()
            .filter(|group| {
                user.as_ref()
                    .is_none_or(|user| group.members.contains(user))
            })
            .map(entry)
            .collect();
        Ok(GroupsModel {
            groups: Field::Known(groups),
            ..config
        })
    }
}

fn entry(group: &UserGroup) -> GroupEntry {
    GroupEntry {
        name: group.name.to_string(),
        description: group.description.clone(),
        members: group.members.iter().map(ToString::to_string).collect(),
        created_at: mapping::timestamp(group.created_at),
    }
}
