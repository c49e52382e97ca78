//! `mlspace_user`: a person whom MLSpace knows.

use std::collections::BTreeMap;

use async_trait::async_trait;
use mlspace_core::name::UserName;
use mlspace_core::ownership::{Kind, Object};
use mlspace_core::user::{User, UserSpec};
use serde::{Deserialize, Serialize};

use crate::attributes::{drift_attribute, id_attribute, plan_drift};
use crate::client::Client;
use crate::mapping::{self, StateModel};
use crate::ownership;
use crate::validators;
use terraform_plugin::framework::{
    Attribute, Call, Change, Diagnostics, Failed, Field, Plan, Resource, Schema, Value,
};

/// The resource type.
#[derive(Debug)]
pub(crate) struct UserResource;

/// State and configuration of a user.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct UserModel {
    id: Field<String>,
    name: Field<String>,
    display_name: Field<String>,
    email: Field<String>,
    admin: Field<bool>,
    suspended: Field<bool>,
    allow_ownerless_projects: Field<bool>,
    created_at: Field<String>,
    drift: Field<Vec<String>>,
}

#[async_trait]
impl Resource<Client> for UserResource {
    type Model = UserModel;

    fn type_name(&self) -> &'static str {
        "mlspace_user"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe(
                "A person whom MLSpace knows, as a record. The user's rights come from `mlspace_membership`; a user \
                 without a record can be a member too. Suspending a user denies everything to the roles of all the \
                 user's memberships, whoever made them, and stops and closes the user's notebooks.",
            )
            .attributes([
                id_attribute("the user's name."),
                Attribute::string("name")
                    .required()
                    .requires_replace()
                    .identity()
                    .describe(
                        "Name of the user, as in memberships: 1 to 64 ASCII letters, digits and `_.@+-`, starting with a \
                         letter or digit. With MLSpace's web application, the name by which the user signs in. Changing it \
                         replaces the user.",
                    )
                    .validate(validators::parses_as::<UserName>),
                Attribute::string("display_name")
                    .optional()
                    .describe("Name that MLSpace shows. By default the user's name.")
                    .validate(validators::display_name),
                Attribute::string("email")
                    .optional()
                    .describe("E-mail address.")
                    .validate(validators::email),
                Attribute::bool("admin")
                    .optional()
                    .default(Value::Bool(false))
                    .describe(
                        "Whether the user administers MLSpace in its web application. It changes nothing of the user's \
                         roles.",
                    ),
                Attribute::bool("suspended")
                    .optional()
                    .default(Value::Bool(false))
                    .describe(
                        "Whether the user is suspended. Suspending denies every action to all roles of the user in all \
                         projects, those that Terraform does not manage included, and stops and closes the user's \
                         notebooks; memberships that are created meanwhile are denied from the start. Resuming takes back \
                         just that: what a suspended project denies stays denied, and notebooks stay stopped until they \
                         are started again.",
                    ),
                Attribute::bool("allow_ownerless_projects")
                    .optional()
                    .default(Value::Bool(false))
                    .describe(
                        "Whether the user can be suspended although a project has no other owner who is not suspended. \
                         Otherwise the plan of such a suspension fails.",
                    ),
                Attribute::string("created_at")
                    .computed()
                    .use_state_for_unknown()
                    .describe("When the user was created (RFC 3339, UTC). Null if the record does not say."),
                drift_attribute(),
            ])
    }

    async fn modify_plan(&self, client: Option<&Client>, call: &Call, plan: &mut Plan<UserModel>) {
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
        let outcome = client.users.plan(&spec, prior.as_ref(), &run).await;
        mapping::planned(outcome, &mut plan.diagnostics);
    }

    fn review(
        &self,
        call: &Call,
        state: &UserModel,
        change: Change,
        diagnostics: &mut Diagnostics,
    ) {
        let object = Object::new(Kind::User, mapping::string_or_default(&state.name));
        ownership::review(call, &object, change, diagnostics);
    }

    async fn create(
        &self,
        client: &Client,
        call: &mut Call,
        planned: UserModel,
    ) -> Result<UserModel, Failed<UserModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "create");
        let outcome = client.users.create(&operation, &spec).await;
        mapping::created(call, planned, outcome)
    }

    async fn read(
        &self,
        client: &Client,
        call: &mut Call,
        state: UserModel,
    ) -> Result<Option<UserModel>, Diagnostics> {
        let name = mapping::parse(&state.name, "name")?;
        let user = client
            .users
            .read(&name)
            .await
            .map_err(|error| mapping::diagnostics(&error))?;
        if let Some(user) = &user {
            ownership::observe(call, user);
        }
        Ok(user.map(|user| state.with(&user)))
    }

    async fn update(
        &self,
        client: &Client,
        call: &mut Call,
        _prior: UserModel,
        planned: UserModel,
    ) -> Result<UserModel, Failed<UserModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "update");
        let outcome = client.users.update(&operation, &spec).await;
        mapping::applied(call, planned, outcome)
    }

    async fn delete(
        &self,
        client: &Client,
        call: &mut Call,
        state: UserModel,
    ) -> Result<(), Failed<UserModel>> {
        let name = mapping::parse(&state.name, "name")?;
        let operation = mapping::operation(call, "delete");
        client
            .users
            .delete(&operation, &name)
            .await
            .map_err(|error| mapping::diagnostics(&error).into())
    }

    async fn import_state(
        &self,
        _: &Client,
        _: &mut Call,
        id: &str,
    ) -> Result<UserModel, Diagnostics> {
        let name: UserName = mapping::parse_id(id, "the user's name, for example `alice`")?;
        Ok(UserModel {
            name: Field::Known(name.to_string()),
            allow_ownerless_projects: Field::Known(false),
            ..UserModel::default()
        })
    }

    async fn import_identity(
        &self,
        client: &Client,
        call: &mut Call,
        identity: &BTreeMap<String, String>,
    ) -> Result<UserModel, Diagnostics> {
        self.import_state(client, call, mapping::identity_part(identity, "name"))
            .await
    }
}

impl UserModel {
    /// What the core is asked for; an error while something that it needs is unknown.
    fn spec(&self) -> Result<UserSpec, Diagnostics> {
        let flag = |field: &Field<bool>, attribute| match field {
            Field::Null => Ok(false),
            field => mapping::required(field, attribute),
        };
        let text = |field: &Field<String>, attribute| match field {
            Field::Null => Ok(None),
            field => mapping::required(field, attribute).map(Some),
        };
        Ok(UserSpec {
            name: mapping::parse(&self.name, "name")?,
            display_name: text(&self.display_name, "display_name")?,
            email: text(&self.email, "email")?,
            admin: flag(&self.admin, "admin")?,
            suspended: flag(&self.suspended, "suspended")?,
            allow_ownerless_projects: flag(
                &self.allow_ownerless_projects,
                "allow_ownerless_projects",
            )?,
        })
    }
}

impl StateModel for UserModel {
    type Object = User;

    fn with(mut self, user: &User) -> Self {
        let name = user.name.to_string();
        // What the record says where the configuration says nothing.
        if !self.display_name.is_null() || user.display_name != name {
            self.display_name = text(&user.display_name);
        }
        self.id = Field::Known(name.clone());
        self.name = Field::Known(name);
        self.email = text(&user.email);
        self.admin = Field::Known(user.admin);
        self.suspended = Field::Known(user.suspended);
        self.created_at = mapping::timestamp(user.created_at);
        self.drift = Field::Known(user.drift.clone());
        self
    }
}

/// A text of the record; null if it has none.
fn text(value: &str) -> Field<String> {
    match value {
        "" => Field::Null,
        value => Field::Known(value.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(display_name: &str) -> User {
        User {
            name: "alice".parse().unwrap(),
            display_name: display_name.to_owned(),
            email: String::new(),
            admin: false,
            suspended: false,
            created_at: 0,
            drift: Vec::new(),
            token: None,
        }
    }

    #[test]
    fn display_name_is_null_where_the_record_has_the_default() {
        let with = |before: Field<String>, found: &str| {
            let model = UserModel {
                display_name: before,
                ..UserModel::default()
            };
            model.with(&user(found)).display_name
        };
        assert_eq!(with(Field::Null, "alice"), Field::Null);
        assert_eq!(with(Field::Null, "Alice"), Field::Known("Alice".to_owned()));
        let alice = || Field::Known("alice".to_owned());
        assert_eq!(with(alice(), "alice"), alice());
        assert_eq!(with(alice(), ""), Field::Null);
    }

    #[test]
    fn spec_waits_for_unknown_values() {
        let known = UserModel {
            name: Field::Known("alice".to_owned()),
            ..UserModel::default()
        };
        assert!(known.spec().is_ok());
        let unknown = UserModel {
            suspended: Field::Unknown,
            ..known
        };
        assert!(unknown.spec().is_err());
    }
}
