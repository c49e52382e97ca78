//! `mlspace_project_group`: a group of users as a member of a project.

use std::collections::BTreeMap;

use async_trait::async_trait;
use mlspace_core::name::{GroupName, ProjectName};
use mlspace_core::ownership::{Kind, Object};
use mlspace_core::project_group::{ProjectGroup, ProjectGroupKey, ProjectGroupSpec};
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
pub(crate) struct ProjectGroupResource;

/// State and configuration of a group in a project.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ProjectGroupModel {
    id: Field<String>,
    project: Field<String>,
    group: Field<String>,
    owner: Field<bool>,
    allow_ownerless_projects: Field<bool>,
    drift: Field<Vec<String>>,
}

#[async_trait]
impl Resource<Client> for ProjectGroupResource {
    type Model = ProjectGroupModel;

    fn type_name(&self) -> &'static str {
        "mlspace_project_group"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe(
                "A group as a member of a project: every user of the group has a role in the project, the same that an \
                 `mlspace_membership` makes, and owns the project if `owner` says so. The record is MLSpace's: one row for \
                 the group, none for its users.\n\n\
                 A role follows from all records that give it: the user's membership by name, and each of the user's groups \
                 in the project. The two do not touch each other's records, and the role goes with the last of them. Who \
                 joins or leaves an `mlspace_group` gets or loses the role in the same apply: the group's own change sees to \
                 it, because Terraform would not call this resource, in whose configuration nothing changes. Changes in \
                 MLSpace's web application, and changes that were interrupted, are in `drift` with the next plan, and the \
                 next apply follows them.\n\n\
                 Roles under which notebooks run are not removed: the group stays in the project, or the user in the group, \
                 until the notebooks are deleted.",
            )
            .attributes([
                id_attribute("`project/group`, for example `fraud/analysts`."),
                Attribute::string("project")
                    .required()
                    .requires_replace()
                    .identity()
                    .describe("Name of the project. Changing it replaces the resource.")
                    .validate(validators::parses_as::<ProjectName>),
                Attribute::string("group")
                    .required()
                    .requires_replace()
                    .identity()
                    .describe(
                        "Name of the group, which has to be on record. Write `mlspace_group.NAME.name`, so that the group is \
                         created first and destroyed last. Changing it replaces the resource.",
                    )
                    .validate(validators::parses_as::<GroupName>),
                Attribute::bool("owner")
                    .optional()
                    .default(Value::Bool(false))
                    .describe(
                        "Whether the group's users own the project. Changed in place. A user who is a member by name as well \
                         owns the project if either says so.",
                    ),
                Attribute::bool("allow_ownerless_projects")
                    .optional()
                    .default(Value::Bool(false))
                    .describe(
                        "Whether the group can be removed, or `owner` taken back, although the project has no other owner who \
                         is not suspended. Otherwise this fails, also where the project is destroyed with it: apply \
                         `true` before that.",
                    ),
                drift_attribute(),
            ])
    }

    async fn modify_plan(
        &self,
        client: Option<&Client>,
        call: &Call,
        plan: &mut Plan<ProjectGroupModel>,
    ) {
        plan_drift(
            plan.prior.as_ref().map(|prior| &prior.drift),
            &mut plan.proposed.drift,
        );
        let Ok(spec) = plan.proposed.spec() else {
            return;
        };
        if plan.prior.is_none() {
            plan.proposed.id = Field::Known(spec.key.to_string());
        }
        let Some(client) = client else {
            return;
        };
        let prior = plan.prior.as_ref().and_then(|prior| prior.spec().ok());
        let run = ownership::run(call);
        let outcome = client
            .project_groups
            .plan(&spec, prior.as_ref(), &run)
            .await;
        mapping::planned(outcome, &mut plan.diagnostics);
    }

    fn review(
        &self,
        call: &Call,
        state: &ProjectGroupModel,
        change: Change,
        diagnostics: &mut Diagnostics,
    ) {
        let object = Object::new(Kind::ProjectGroup, mapping::string_or_default(&state.id));
        ownership::review(call, &object, change, diagnostics);
    }

    async fn create(
        &self,
        client: &Client,
        call: &mut Call,
        planned: ProjectGroupModel,
    ) -> Result<ProjectGroupModel, Failed<ProjectGroupModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "create");
        let outcome = client.project_groups.create(&operation, &spec).await;
        mapping::created(call, planned, outcome)
    }

    async fn read(
        &self,
        client: &Client,
        call: &mut Call,
        state: ProjectGroupModel,
    ) -> Result<Option<ProjectGroupModel>, Diagnostics> {
        let group = client
            .project_groups
            .read(&state.key()?)
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
        _prior: ProjectGroupModel,
        planned: ProjectGroupModel,
    ) -> Result<ProjectGroupModel, Failed<ProjectGroupModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "update");
        let outcome = client.project_groups.update(&operation, &spec).await;
        mapping::applied(call, planned, outcome)
    }

    async fn delete(
        &self,
        client: &Client,
        call: &mut Call,
        state: ProjectGroupModel,
    ) -> Result<(), Failed<ProjectGroupModel>> {
        let spec = state.spec()?;
        let operation = mapping::operation(call, "delete");
        client
            .project_groups
            .delete(&operation, &spec)
            .await
            .map_err(|error| mapping::diagnostics(&error).into())
    }

    async fn import_identity(
        &self,
        client: &Client,
        call: &mut Call,
        identity: &BTreeMap<String, String>,
    ) -> Result<ProjectGroupModel, Diagnostics> {
        let part = |attribute| mapping::identity_part(identity, attribute);
        let id = format!("{}/{}", part("project"), part("group"));
        self.import_state(client, call, &id).await
    }

    async fn import_state(
        &self,
        _: &Client,
        _: &mut Call,
        id: &str,
    ) -> Result<ProjectGroupModel, Diagnostics> {
        let (project, group) = id.split_once('/').unwrap_or((id, ""));
        let form = "`project/group`, for example `fraud/analysts`";
        let project: ProjectName = mapping::parse_id(project, form)?;
        let group: GroupName = mapping::parse_id(group, form)?;
        Ok(ProjectGroupModel {
            project: Field::Known(project.to_string()),
            group: Field::Known(group.to_string()),
            allow_ownerless_projects: Field::Known(false),
            ..ProjectGroupModel::default()
        })
    }
}

impl ProjectGroupModel {
    fn key(&self) -> Result<ProjectGroupKey, Diagnostics> {
        Ok(ProjectGroupKey {
            project: mapping::parse(&self.project, "project")?,
            group: mapping::parse(&self.group, "group")?,
        })
    }

    /// What the core is asked for; an error while something that it needs is unknown.
    fn spec(&self) -> Result<ProjectGroupSpec, Diagnostics> {
        let flag = |field: &Field<bool>, attribute| match field {
            Field::Null => Ok(false),
            field => mapping::required(field, attribute),
        };
        Ok(ProjectGroupSpec {
            key: self.key()?,
            owner: flag(&self.owner, "owner")?,
            allow_ownerless_projects: flag(
                &self.allow_ownerless_projects,
                "allow_ownerless_projects",
            )?,
        })
    }
}

impl StateModel for ProjectGroupModel {
    type Object = ProjectGroup;

    fn with(mut self, group: &ProjectGroup) -> Self {
        self.id = Field::Known(group.key.to_string());
        self.project = Field::Known(group.key.project.to_string());
        self.group = Field::Known(group.key.group.to_string());
        self.owner = Field::Known(group.owner);
        self.drift = Field::Known(group.drift.clone());
        self
    }
}
