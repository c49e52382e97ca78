//! `mlspace_grant`: opens an external location to a project, a member, a group or a user.

use std::collections::BTreeMap;

use async_trait::async_trait;
use mlspace_core::grant::{Access, Grant, GrantKey, GrantSpec, Grantee};
use mlspace_core::name::{GroupName, LocationName, ProjectName, UserName};
use mlspace_core::ownership::{Kind, Object};
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
pub(crate) struct GrantResource;

/// State and configuration of a grant.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct GrantModel {
    id: Field<String>,
    location: Field<String>,
    project: Field<String>,
    user: Field<String>,
    group: Field<String>,
    access: Field<String>,
    opens: Field<String>,
    drift: Field<Vec<String>>,
}

/// The form of ids, in words.
const FORM: &str = "`LOCATION/project/PROJECT`, `LOCATION/membership/PROJECT/USER`, `LOCATION/group/GROUP` or \
                    `LOCATION/user/USER`, for example `lake/project/fraud`";

#[async_trait]
impl Resource<Client> for GrantResource {
    type Model = GrantModel;

    fn type_name(&self) -> &'static str {
        "mlspace_grant"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe(
                "A grant of an external location to the members of a project, to one member, to a group or to a user. \
                 What it opens is written into the inline policies of these members' roles, also of those who join \
                 later, and taken out of them when it is removed. The plan says in `opens` what it opens and for whom, \
                 and warns if a policy of the bucket, the permissions boundary or a base policy refuses it.",
            )
            .attributes([
                id_attribute(&format!("{FORM}.")).identity(),
                Attribute::string("location")
                    .required()
                    .requires_replace()
                    .describe("Name of the external location. Changing it replaces the grant.")
                    .validate(validators::parses_as::<LocationName>),
                Attribute::string("project")
                    .optional()
                    .requires_replace()
                    .describe(
                        "Name of the project whose members are granted the location; with `user`, only this member. \
                         Changing it replaces the grant.",
                    )
                    .validate(validators::parses_as::<ProjectName>),
                Attribute::string("user")
                    .optional()
                    .requires_replace()
                    .describe(
                        "Name of a user: in `project`, or without it in all of their projects. Changing it replaces the \
                         grant.",
                    )
                    .validate(validators::parses_as::<UserName>),
                Attribute::string("group")
                    .optional()
                    .requires_replace()
                    .describe(
                        "Name of a group, whose members are granted the location in all of their projects. Changing it \
                         replaces the grant.",
                    )
                    .validate(validators::parses_as::<GroupName>),
                Attribute::string("access")
                    .optional()
                    .default(Value::from("read"))
                    .describe(
                        "What members can do with the objects: `read` (list and read) or `read_write` (also write, tag and \
                         delete). Changed in place.",
                    )
                    .validate(validators::one_of(Access::NAMES)),
                Attribute::string("opens")
                    .computed()
                    .use_state_for_unknown()
                    .describe("What the grant opens, and for whom, in a sentence."),
                drift_attribute(),
            ])
    }

    fn validate(&self, config: &GrantModel, diagnostics: &mut Diagnostics) {
        let unknown = [&config.project, &config.user, &config.group]
            .iter()
            .any(|field| field.is_unknown());
        if unknown {
            return;
        }
        let one = !config.project.is_null() || !config.user.is_null();
        let group = !config.group.is_null();
        if one == group {
            diagnostics.error(
                "",
                "Invalid combination of attributes",
                "a grant is for `project`, for `project` and `user`, for `user`, or for `group`: set one of these",
            );
        }
    }

    async fn modify_plan(&self, client: Option<&Client>, call: &Call, plan: &mut Plan<GrantModel>) {
        plan_drift(
            plan.prior.as_ref().map(|prior| &prior.drift),
            &mut plan.proposed.drift,
        );
        let (Some(client), Ok(spec)) = (client, plan.proposed.spec()) else {
            return;
        };
        let before = plan.prior.as_ref().and_then(|prior| {
            let access: Access = mapping::parse(&prior.access, "access").ok()?;
            Some((access, mapping::string_or_default(&prior.opens)))
        });
        let known = before
            .as_ref()
            .map(|(access, opens)| (*access, opens.as_str()));
        let outcome = client
            .grants
            .plan(&spec, known, &ownership::run(call))
            .await;
        if let Some(planned) = mapping::planned(outcome, &mut plan.diagnostics) {
            plan.proposed.id = Field::Known(planned.id);
            match planned.opens {
                Some(opens) => plan.proposed.opens = Field::Known(opens),
                None if plan.prior.is_none() => plan.proposed.opens = Field::Unknown,
                None => {}
            }
        }
    }

    fn review(
        &self,
        call: &Call,
        state: &GrantModel,
        change: Change,
        diagnostics: &mut Diagnostics,
    ) {
        let object = Object::new(Kind::Grant, mapping::string_or_default(&state.id));
        ownership::review(call, &object, change, diagnostics);
    }

    async fn create(
        &self,
        client: &Client,
        call: &mut Call,
        planned: GrantModel,
    ) -> Result<GrantModel, Failed<GrantModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "create");
        let opens = planned.opens.clone();
        let outcome = client.grants.create(&operation, &spec).await;
        mapping::created(call, planned, outcome).map(|state| state.with_planned(opens))
    }

    async fn read(
        &self,
        client: &Client,
        call: &mut Call,
        state: GrantModel,
    ) -> Result<Option<GrantModel>, Diagnostics> {
        let key = state.key()?;
        let grant = client
            .grants
            .read(&key)
            .await
            .map_err(|error| mapping::diagnostics(&error))?;
        if let Some(grant) = &grant {
            ownership::observe(call, grant);
        }
        Ok(grant.map(|grant| state.with(&grant)))
    }

    async fn update(
        &self,
        client: &Client,
        call: &mut Call,
        _prior: GrantModel,
        planned: GrantModel,
    ) -> Result<GrantModel, Failed<GrantModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "update");
        let opens = planned.opens.clone();
        let outcome = client.grants.update(&operation, &spec).await;
        mapping::applied(call, planned, outcome).map(|state| state.with_planned(opens))
    }

    async fn delete(
        &self,
        client: &Client,
        call: &mut Call,
        state: GrantModel,
    ) -> Result<(), Failed<GrantModel>> {
        let key = state.key()?;
        let operation = mapping::operation(call, "delete");
        client
            .grants
            .delete(&operation, &key)
            .await
            .map_err(|error| mapping::diagnostics(&error).into())
    }

    async fn import_state(
        &self,
        _: &Client,
        _: &mut Call,
        id: &str,
    ) -> Result<GrantModel, Diagnostics> {
        let key: GrantKey = mapping::parse_id(id, FORM)?;
        Ok(GrantModel::default().with_key(&key))
    }

    async fn import_identity(
        &self,
        client: &Client,
        call: &mut Call,
        identity: &BTreeMap<String, String>,
    ) -> Result<GrantModel, Diagnostics> {
        self.import_state(client, call, mapping::identity_part(identity, "id"))
            .await
    }
}

impl GrantModel {
    /// What tells it apart; an error while something of it is unknown.
    fn key(&self) -> Result<GrantKey, Diagnostics> {
        let known = |field: &Field<String>, attribute: &str| match field {
            Field::Unknown => Err(mapping::missing_value(attribute)),
            _ => Ok(()),
        };
        known(&self.project, "project")?;
        known(&self.user, "user")?;
        known(&self.group, "group")?;
        let project = mapping::parse_optional(&self.project, "project")?;
        let user = mapping::parse_optional(&self.user, "user")?;
        let grantee = match (project, user) {
            (Some(project), Some(user)) => Grantee::Membership(project, user),
            (Some(project), None) => Grantee::Project(project),
            (None, Some(user)) => Grantee::User(user),
            (None, None) => Grantee::Group(mapping::parse(&self.group, "group")?),
        };
        Ok(GrantKey {
            location: mapping::parse(&self.location, "location")?,
            grantee,
        })
    }

    fn spec(&self) -> Result<GrantSpec, Diagnostics> {
        Ok(GrantSpec {
            key: self.key()?,
            access: mapping::parse(&self.access, "access")?,
        })
    }

    /// This state with what was planned: a location that is changed by the same run, and that the
    /// configuration names without a reference, can be changed later.
    fn with_planned(mut self, opens: Field<String>) -> Self {
        if !opens.is_unknown() {
            self.opens = opens;
        }
        self
    }

    fn with_key(mut self, key: &GrantKey) -> Self {
        let (project, user, group) = match &key.grantee {
            Grantee::Project(project) => (Some(project.to_string()), None, None),
            Grantee::Membership(project, user) => {
                (Some(project.to_string()), Some(user.to_string()), None)
            }
            Grantee::User(user) => (None, Some(user.to_string()), None),
            Grantee::Group(group) => (None, None, Some(group.to_string())),
        };
        self.id = Field::Known(key.to_string());
        self.location = Field::Known(key.location.to_string());
        self.project = project.into();
        self.user = user.into();
        self.group = group.into();
        self
    }
}

impl StateModel for GrantModel {
    type Object = Grant;

    fn with(self, grant: &Grant) -> Self {
        let mut state = self.with_key(&grant.key);
        state.access = Field::Known(grant.access.name().to_owned());
        state.opens = Field::Known(grant.opens.clone());
        state.drift = Field::Known(grant.drift.clone());
        state
    }
}
