//! `mlspace_identity_center_group`: the members of a group of IAM Identity Center.

use async_trait::async_trait;
use mlspace_core::identity_center::{IdentityStore, Person};
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::mapping;
use crate::validators;
use terraform_plugin::framework::{
    Attribute, Call, DataSource, Diagnostics, Field, Nesting, Schema, Type,
};

/// The data source.
#[derive(Debug)]
pub(crate) struct IdentityCenterGroupDataSource;

/// Arguments and result.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct IdentityCenterGroupModel {
    identity_store_id: Field<String>,
    region: Field<String>,
    display_name: Field<String>,
    group_id: Field<String>,
    users: Field<Vec<String>>,
    members: Field<Vec<MemberEntry>>,
}

/// A member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct MemberEntry {
    user_id: String,
    user_name: String,
    name: Field<String>,
    display_name: Field<String>,
    email: Field<String>,
    enabled: bool,
}

#[async_trait]
impl DataSource<Client> for IdentityCenterGroupDataSource {
    type Model = IdentityCenterGroupModel;

    fn type_name(&self) -> &'static str {
        "mlspace_identity_center_group"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe(
                "A group of IAM Identity Center with its members, for `for_each` of `mlspace_user` and \
                 `mlspace_membership`. Groups in groups do not exist there: a directory that is synchronized sends people \
                 only. The caller needs `identitystore:GetGroupId`, `DescribeGroup`, `ListGroupMemberships` and \
                 `DescribeUser`; accounts of the organization may read the directory unless a service control policy \
                 denies it.",
            )
            .attributes([
                Attribute::string("identity_store_id")
                    .required()
                    .describe(
                        "Id of the identity store, for example `d-0123456789`: \
                         `one(data.aws_ssoadmin_instances.all.identity_store_ids)`.",
                    )
                    .validate(validators::identity_store_id),
                Attribute::string("region")
                    .optional()
                    .describe("Region of Identity Center. Defaults to the provider's.")
                    .validate(validators::region),
                Attribute::string("display_name")
                    .required()
                    .describe("Display name of the group, spelled as there.")
                    .validate(validators::not_empty),
                Attribute::string("group_id")
                    .computed()
                    .describe("Id of the group."),
                Attribute::list("users", Type::String).computed().describe(
                    "Names of the members as MLSpace has them, in order, without disabled members and those whose names \
                     MLSpace cannot have.",
                ),
                Attribute::nested("members", Nesting::List, member_attributes())
                    .computed()
                    .describe("All members, in the order of their user names."),
            ])
    }

    async fn read(
        &self,
        client: &Client,
        call: &mut Call,
        config: IdentityCenterGroupModel,
    ) -> Result<IdentityCenterGroupModel, Diagnostics> {
        let store = IdentityStore {
            id: mapping::required(&config.identity_store_id, "identity_store_id")?,
            region: config.region.as_option().cloned(),
        };
        let name = mapping::required(&config.display_name, "display_name")?;
        let group = client.identity_center.group(&store, &name).await;
        let group = group.map_err(|error| mapping::diagnostics(&error))?;
        if group.members.is_empty() {
            call.warn(
                "display_name",
                "Group without members",
                format!(
                    "Group `{name}` has no members. Identity Center has no groups in groups: where the directory has \
                     some, name each group whose members are people."
                ),
            );
        }
        let others: Vec<&str> = group
            .members
            .iter()
            .filter(|one| one.enabled && one.name().is_none())
            .map(|one| one.user_name.as_str())
            .collect();
        if !others.is_empty() {
            call.warn(
                "users",
                "Members without names",
                format!(
                    "MLSpace cannot have users of these names, so `users` does not have them: {}.",
                    others.join(", ").escape_debug()
                ),
            );
        }
        let enabled = group.members.iter().filter(|one| one.enabled);
        let mut users: Vec<String> = enabled
            .filter_map(Person::name)
            .map(|name| name.to_string())
            .collect();
        users.sort();
        Ok(IdentityCenterGroupModel {
            group_id: Field::Known(group.id),
            users: Field::Known(users),
            members: Field::Known(group.members.iter().map(entry).collect()),
            ..config
        })
    }
}

fn member_attributes() -> Vec<Attribute> {
    vec![
        Attribute::string("user_id")
            .computed()
            .describe("Id of the user in the identity store."),
        Attribute::string("user_name")
            .computed()
            .describe("Name that the user signs in with, often an e-mail address."),
        Attribute::string("name").computed().describe(
            "The user's name as MLSpace has it: `user_name` with `-` in place of `,`, `=` and spaces. Null if MLSpace \
             cannot have it.",
        ),
        Attribute::string("display_name")
            .computed()
            .describe("Name that is shown. Null if there is none."),
        Attribute::string("email")
            .computed()
            .describe("E-mail address. Null if there is none."),
        Attribute::bool("enabled")
            .computed()
            .describe("Whether the user can sign in."),
    ]
}

fn entry(person: &Person) -> MemberEntry {
    MemberEntry {
        user_id: person.id.clone(),
        user_name: person.user_name.clone(),
        name: person.name().map(|name| name.to_string()).into(),
        display_name: person.display_name.clone().into(),
        email: person.email.clone().into(),
        enabled: person.enabled,
    }
}
