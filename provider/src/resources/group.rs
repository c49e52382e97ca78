//! `mlspace_group`: a group of users.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use mlspace_core::name::{GroupName, UserName};
use mlspace_core::ownership::{Kind, Object};
use mlspace_core::user_group::{UserGroup, UserGroupSpec};
use serde::{Deserialize, Serialize};

use crate::attributes::{drift_attribute, id_attribute, plan_drift};
use crate::client::Client;
use crate::mapping::{self, StateModel, StringList};
use crate::ownership;
use crate::validators;
use terraform_plugin::framework::{
    Attribute, Call, Change, Diagnostics, Failed, Field, Plan, Resource, Schema, Type, Value,
};

/// The resource type.
#[derive(Debug)]
pub(crate) struct GroupResource;

/// State and configuration of a group.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct GroupModel {
    id: Field<String>,
    name: Field<String>,
    description: Field<String>,
    members: StringList,
    allow_ownerless_projects: Field<bool>,
    created_by: Field<String>,
    created_at: Field<String>,
    drift: Field<Vec<String>>,
}

#[async_trait]
impl Resource<Client> for GroupResource {
    type Model = GroupModel;

    fn type_name(&self) -> &'static str {
        "mlspace_group"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe(
                "A group of users, as MLSpace keeps it: its record, its members and their history. Datasets of the type \
                 `group` are shared with groups, and external locations can be granted to them; the roles of all \
                 memberships of a group's users follow. Joining a group gives a user what the group has, and leaving it \
                 takes that away; with an `mlspace_project_group`, that includes a role in the project. A group alone makes \
                 nobody a member of a project.\n\n\
                 A group cannot be destroyed while a dataset is shared with it, a location is granted to it or a project \
                 has it as a member. The history stays.",
            )
            .attributes([
                id_attribute("the group's name."),
                Attribute::string("name")
                    .required()
                    .requires_replace()
                    .identity()
                    .describe(
                        "Name of the group: 1 to 24 ASCII letters and digits, and none of MLSpace's reserved words. Changing \
                         it replaces the group.",
                    )
                    .validate(validators::parses_as::<GroupName>),
                Attribute::string("description")
                    .optional()
                    .default(Value::from(""))
                    .describe("Description of the group: up to 4,000 printable ASCII characters on one line.")
                    .validate(validators::project_description),
                Attribute::set("members", Type::String)
                    .optional()
                    .default(Value::Set(Vec::new()))
                    .describe(
                        "Names of all users in the group. Where MLSpace knows users, each has to be one of them: write \
                         `mlspace_user.NAME.name`, so that the user is created first. Users whom somebody adds in MLSpace \
                         leave the group with the next apply, unless the attribute is listed in \
                         `lifecycle { ignore_changes = [members] }`.",
                    )
                    .validate(validators::each(validators::parses_as::<UserName>)),
                Attribute::bool("allow_ownerless_projects")
                    .optional()
                    .default(Value::Bool(false))
                    .describe(
                        "Whether users can leave the group although a project that the group owns has no other owner who is \
                         not suspended. Otherwise the plan of that fails.",
                    ),
                Attribute::string("created_by")
                    .computed()
                    .use_state_for_unknown()
                    .describe("Who created the group: a user of MLSpace, or the ARN of the identity that Terraform used."),
                Attribute::string("created_at")
                    .computed()
                    .use_state_for_unknown()
                    .describe("When the group was created (RFC 3339, UTC). Null if the record does not say."),
                drift_attribute(),
            ])
    }

    async fn modify_plan(&self, client: Option<&Client>, call: &Call, plan: &mut Plan<GroupModel>) {
        plan_drift(
            plan.prior.as_ref().map(|prior| &prior.drift),
            &mut plan.proposed.drift,
        );
        if plan.prior.is_none() {
            plan.proposed.id = plan.proposed.name.clone();
        }
        let (Some(client), Ok(spec)) = (client, plan.proposed.spec()) else {
            return;
        };
        let prior = plan.prior.as_ref().and_then(|prior| prior.spec().ok());
        let run = ownership::run(call);
        let outcome = client.user_groups.plan(&spec, prior.as_ref(), &run).await;
        mapping::planned(outcome, &mut plan.diagnostics);
    }

    fn review(
        &self,
        call: &Call,
        state: &GroupModel,
        change: Change,
        diagnostics: &mut Diagnostics,
    ) {
        let object = Object::new(Kind::Group, mapping::string_or_default(&state.name));
        ownership::review(call, &object, change, diagnostics);
    }

    async fn create(
        &self,
        client: &Client,
        call: &mut Call,
        planned: GroupModel,
    ) -> Result<GroupModel, Failed<GroupModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "create");
        let outcome = client.user_groups.create(&operation, &spec).await;
        mapping::created(call, planned, outcome)
    }

    async fn read(
        &self,
        client: &Client,
        call: &mut Call,
        state: GroupModel,
    ) -> Result<Option<GroupModel>, Diagnostics> {
        let name = mapping::parse(&state.name, "name")?;
        let group = client
            .user_groups
            .read(&name)
            .await
            .map_err(|error| mapping::diagnostics(&error))?;
        if let Some(group) = &group {
            ownership::observe(call, group);
        }
        Ok(group.map(|group| state.with(&group)))
    }

    async fn update(
        &self,
        client: &Client,
        call: &mut Call,
        _prior: GroupModel,
        planned: GroupModel,
    ) -> Result<GroupModel, Failed<GroupModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "update");
        let outcome = client.user_groups.update(&operation, &spec).await;
        mapping::applied(call, planned, outcome)
    }

    async fn delete(
        &self,
        client: &Client,
        call: &mut Call,
        state: GroupModel,
    ) -> Result<(), Failed<GroupModel>> {
        let name = mapping::parse(&state.name, "name")?;
        let operation = mapping::operation(call, "delete");
        client
            .user_groups
            .delete(&operation, &name)
            .await
            .map_err(|error| mapping::diagnostics(&error).into())
    }

    async fn import_state(
        &self,
        _: &Client,
        _: &mut Call,
        id: &str,
    ) -> Result<GroupModel, Diagnostics> {
        let name: GroupName = mapping::parse_id(id, "the group's name, for example `risk`")?;
        Ok(GroupModel {
            name: Field::Known(name.to_string()),
            allow_ownerless_projects: Field::Known(false),
            ..GroupModel::default()
        })
    }

    async fn import_identity(
        &self,
        client: &Client,
        call: &mut Call,
        identity: &BTreeMap<String, String>,
    ) -> Result<GroupModel, Diagnostics> {
        self.import_state(client, call, mapping::identity_part(identity, "name"))
            .await
    }
}

impl GroupModel {
    /// What the core is asked for; an error while something that it needs is unknown.
    fn spec(&self) -> Result<UserGroupSpec, Diagnostics> {
        let members: BTreeSet<UserName> = match &self.members {
            Field::Null => BTreeSet::new(),
            Field::Unknown => return Err(mapping::missing_value("members")),
            members => mapping::parse_all(members, "members")?
                .into_iter()
                .collect(),
        };
        Ok(UserGroupSpec {
            name: mapping::parse(&self.name, "name")?,
            description: match &self.description {
                Field::Null => String::new(),
                description => mapping::required(description, "description")?,
            },
            members,
            allow_ownerless_projects: match &self.allow_ownerless_projects {
                Field::Null => false,
                allowed => mapping::required(allowed, "allow_ownerless_projects")?,
            },
        })
    }
}

impl StateModel for GroupModel {
    type Object = UserGroup;

    fn with(mut self, group: &UserGroup) -> Self {
        let name = group.name.to_string();
        self.id = Field::Known(name.clone());
        self.name = Field::Known(name);
        self.description = Field::Known(group.description.clone());
        let members: Vec<&UserName> = group.members.iter().collect();
        self.members = mapping::strings(&members);
        self.created_by = match group.created_by.as_str() {
            "" => Field::Null,
            by => Field::Known(by.to_owned()),
        };
        self.created_at = mapping::timestamp(group.created_at);
        self.drift = Field::Known(group.drift.clone());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spec_waits_for_unknown_members() {
        let known = GroupModel {
            name: Field::Known("risk".to_owned()),
            members: Field::Known(vec![Field::Known("alice".to_owned())]),
            ..GroupModel::default()
        };
        assert_eq!(known.spec().map(|spec| spec.members.len()).ok(), Some(1));
        for members in [Field::Unknown, Field::Known(vec![Field::Unknown])] {
            let unknown = GroupModel {
                members,
                ..known.clone()
            };
            assert!(unknown.spec().is_err());
        }
    }
}
