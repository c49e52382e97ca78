//! `mlspace_membership`: a user's place in a project, with the IAM role that carries it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use mlspace_core::membership::{Membership, MembershipSpec};
use mlspace_core::name::{ProjectName, UserName};
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
pub(crate) struct MembershipResource;

/// State and configuration of a membership.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct MembershipModel {
    id: Field<String>,
    project: Field<String>,
    user: Field<String>,
    owner: Field<bool>,
    role_name: Field<String>,
    role_arn: Field<String>,
    drift: Field<Vec<String>>,
}

#[async_trait]
impl Resource<Client> for MembershipResource {
    type Model = MembershipModel;

    fn type_name(&self) -> &'static str {
        "mlspace_membership"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe(
                "A user's membership of a project. It makes the IAM role that the user's notebooks and jobs in this \
                 project run as, bounded by the permissions boundary and tagged with project and user, attaches the \
                 policies that give it exactly the rights of a member, and writes the membership's record.",
            )
            .attributes([
                id_attribute("`project/user`, for example `fraud/alice`."),
                Attribute::string("project")
                    .required()
                    .requires_replace()
                    .identity()
                    .describe("Name of the project. Changing it replaces the membership.")
                    .validate(validators::parses_as::<ProjectName>),
                Attribute::string("user")
                    .required()
                    .requires_replace()
                    .identity()
                    .describe(
                        "Name of the user: 1 to 64 ASCII letters, digits and `_.@+-`, starting with a letter or digit. \
                         Users of MLSpace can have up to 115 characters and start with any of these. Changing it replaces \
                         the membership.",
                    )
                    .validate(validators::parses_as::<UserName>),
                Attribute::bool("owner")
                    .optional()
                    .default(Value::Bool(false))
                    .describe("Whether the user is an owner of the project. Changed in place."),
                Attribute::string("role_name")
                    .computed()
                    .use_state_for_unknown()
                    .describe("Name of the membership's IAM role."),
                Attribute::string("role_arn")
                    .computed()
                    .use_state_for_unknown()
                    .describe("ARN of the membership's IAM role."),
                drift_attribute(),
            ])
    }

    async fn modify_plan(
        &self,
        client: Option<&Client>,
        call: &Call,
        plan: &mut Plan<MembershipModel>,
    ) {
        let drifted = plan_drift(
            plan.prior.as_ref().map(|prior| &prior.drift),
            &mut plan.proposed.drift,
        );
        let (Some(client), Ok(spec)) = (client, plan.proposed.spec()) else {
            return;
        };
        let exists = plan.prior.is_some();
        let outcome = client
            .memberships
            .plan(&spec, exists, drifted, &ownership::run(call))
            .await;
        if let Some(Some(planned)) = mapping::planned(outcome, &mut plan.diagnostics) {
            plan.proposed.id = Field::Known(planned.id);
            plan.proposed.role_name = Field::Known(planned.role_name);
            plan.proposed.role_arn = Field::Known(planned.role_arn);
        }
    }

    fn review(
        &self,
        call: &Call,
        state: &MembershipModel,
        change: Change,
        diagnostics: &mut Diagnostics,
    ) {
        let object = Object::new(Kind::Membership, mapping::string_or_default(&state.id));
        ownership::review(call, &object, change, diagnostics);
    }

    async fn create(
        &self,
        client: &Client,
        call: &mut Call,
        planned: MembershipModel,
    ) -> Result<MembershipModel, Failed<MembershipModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "create");
        let outcome = client.memberships.create(&operation, &spec).await;
        mapping::created(call, planned, outcome)
    }

    async fn read(
        &self,
        client: &Client,
        call: &mut Call,
        state: MembershipModel,
    ) -> Result<Option<MembershipModel>, Diagnostics> {
        let (project, user) = state.key()?;
        let membership = client
            .memberships
            .read(&project, &user)
            .await
            .map_err(|error| mapping::diagnostics(&error))?;
        if let Some(membership) = &membership {
            ownership::observe(call, membership);
        }
        Ok(membership.map(|membership| state.with(&membership)))
    }

    async fn update(
        &self,
        client: &Client,
        call: &mut Call,
        _prior: MembershipModel,
        planned: MembershipModel,
    ) -> Result<MembershipModel, Failed<MembershipModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "update");
        let outcome = client.memberships.update(&operation, &spec).await;
        mapping::applied(call, planned, outcome)
    }

    async fn delete(
        &self,
        client: &Client,
        call: &mut Call,
        state: MembershipModel,
    ) -> Result<(), Failed<MembershipModel>> {
        let (project, user) = state.key()?;
        client
            .memberships
            .delete(&mapping::operation(call, "delete"), &project, &user)
            .await
            .map_err(|error| mapping::diagnostics(&error).into())
    }

    async fn import_identity(
        &self,
        client: &Client,
        call: &mut Call,
        identity: &BTreeMap<String, String>,
    ) -> Result<MembershipModel, Diagnostics> {
        let part = |attribute| mapping::identity_part(identity, attribute);
        let id = format!("{}/{}", part("project"), part("user"));
        self.import_state(client, call, &id).await
    }

    async fn import_state(
        &self,
        _: &Client,
        _: &mut Call,
        id: &str,
    ) -> Result<MembershipModel, Diagnostics> {
        let (project, user) = id.split_once('/').unwrap_or((id, ""));
        let form = "`project/user`, for example `fraud/alice`";
        let project: ProjectName = mapping::parse_id(project, form)?;
        let user: UserName = mapping::parse_id(user, form)?;
        Ok(MembershipModel {
            project: Field::Known(project.to_string()),
            user: Field::Known(user.to_string()),
            ..MembershipModel::default()
        })
    }
}

impl MembershipModel {
    fn key(&self) -> Result<(ProjectName, UserName), Diagnostics> {
        Ok((
            mapping::parse(&self.project, "project")?,
            mapping::parse(&self.user, "user")?,
        ))
    }

    fn spec(&self) -> Result<MembershipSpec, Diagnostics> {
        let (project, user) = self.key()?;
        Ok(MembershipSpec {
            project,
            user,
            owner: self.owner.as_option().copied().unwrap_or(false),
        })
    }
}

impl StateModel for MembershipModel {
    type Object = Membership;

    fn with(mut self, membership: &Membership) -> Self {
        self.id = Field::Known(format!("{}/{}", membership.project, membership.user));
        self.project = Field::Known(membership.project.to_string());
        self.user = Field::Known(membership.user.to_string());
        self.owner = Field::Known(membership.owner);
        self.role_name = Field::Known(membership.role_name.clone());
        self.role_arn = Field::Known(membership.role_arn.clone());
        self.drift = Field::Known(membership.drift.clone());
        self
    }
}
