//! `mlspace_project`: a tenant, with its record and the policy that every member's role carries.

mod budget;
mod services;

use std::collections::BTreeMap;

use async_trait::async_trait;
use mlspace_core::name::{ProjectName, UserName};
use mlspace_core::ownership::{Kind, Object};
use mlspace_core::policies::{ProjectAccess, Sharing};
use mlspace_core::project::{Project, ProjectSpec, TerminationConfig};
use mlspace_core::schedule::StopTime;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::attributes::{drift_attribute, id_attribute, plan_drift};
use crate::client::Client;
use crate::limits::{self, LimitsModel};
use crate::mapping::{self, StateModel, timestamp};
use crate::ownership;
use crate::validators;
use budget::BudgetModel;
use services::ServicesModel;
use terraform_plugin::framework::diagnostics::sentence;
use terraform_plugin::framework::model::at_most_one;
use terraform_plugin::framework::resource::single_block_to_list;
use terraform_plugin::framework::{
    Attribute, Block, Call, Change, Diagnostics, Failed, Field, Path, Plan, Resource, Schema, Value,
};

/// The resource type.
#[derive(Debug)]
pub(crate) struct ProjectResource;

/// State and configuration of a project.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ProjectModel {
    id: Field<String>,
    name: Field<String>,
    description: Field<String>,
    created_by: Field<String>,
    suspended: Field<bool>,
    force_destroy: Field<bool>,
    #[serde(with = "at_most_one")]
    termination: Field<TerminationModel>,
    sharing: Field<String>,
    #[serde(with = "at_most_one")]
    services: Field<ServicesModel>,
    #[serde(with = "at_most_one")]
    limits: Field<LimitsModel>,
    #[serde(with = "at_most_one")]
    budget: Field<BudgetModel>,
    policy_arn: Field<String>,
    created_at: Field<String>,
    last_updated_at: Field<String>,
    drift: Field<Vec<String>>,
}

/// The `termination` block.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct TerminationModel {
    default_notebook_stop_time: Field<String>,
    allow_notebook_owner_override: Field<bool>,
    default_endpoint_ttl_hours: Field<i64>,
    allow_endpoint_owner_override: Field<bool>,
    default_emr_cluster_ttl_hours: Field<i64>,
    allow_emr_owner_override: Field<bool>,
}

#[async_trait]
impl Resource<Client> for ProjectResource {
    type Model = ProjectModel;

    fn type_name(&self) -> &'static str {
        "mlspace_project"
    }

    fn schema(&self) -> Schema {
        Schema::new(3)
            .describe(
                "A project: the unit that datasets, notebooks and members belong to. Creating one writes its record \
                 and, unless all projects share one, the managed policy that every member's role will carry. \
                 Suspending it stops its notebooks and denies everything to all its members at once.",
            )
            .attributes([
                id_attribute("the project's name."),
                Attribute::string("name")
                    .required()
                    .requires_replace()
                    .identity()
                    .describe(
                        "Name of the project: 1 to 24 ASCII letters and digits. It becomes part of IAM names and S3 \
                         prefixes, so a name that differs only in case from another one that stays is refused, as is a \
                         new project with a reserved name such as `global`. Changing it replaces the project.",
                    )
                    .validate(validators::parses_as::<ProjectName>),
                Attribute::string("description")
                    .optional()
                    .default(Value::from(""))
                    .describe("What the project is for: up to 4,000 printable ASCII characters.")
                    .validate(validators::project_description),
                Attribute::string("created_by")
                    .optional_computed()
                    .use_state_for_unknown()
                    .describe(
                        "User who created the project, as MLSpace's web application shows it. Unset by default; without it \
                         in the configuration, the project keeps the user on record.",
                    )
                    .validate(validators::parses_as::<UserName>),
                Attribute::bool("suspended")
                    .optional()
                    .default(Value::Bool(false))
                    .describe(
                        "Whether the project is suspended. Suspending stops its running notebooks and denies every \
                         action to every member's role; resuming lifts the denial. Notebooks stay stopped until they \
                         are started again.",
                    ),
                Attribute::string("sharing")
                    .optional()
                    .default(Value::from("project"))
                    .describe(
                        "What members see of each other's SageMaker resources. `project`, the default: they describe \
                         them, list their tags and invoke endpoints. `user`: their own only; owners of the project still \
                         see all.",
                    )
                    .validate(validators::one_of(&["project", "user"])),
                Attribute::bool("force_destroy")
                    .optional()
                    .default(Value::Bool(false))
                    .describe(
                        "Whether destroying the project also removes its members, datasets (with their objects), \
                         notebooks, and user profiles of Studio (with their spaces). Otherwise destroy refuses while any \
                         exist, and names them.",
                    ),
                Attribute::string("policy_arn")
                    .computed()
                    .use_state_for_unknown()
                    .describe(
                        "ARN of the project's managed policy. Null with `policy_model = \"attribute\"`, where projects \
                         have none of their own.",
                    ),
                Attribute::string("created_at")
                    .computed()
                    .use_state_for_unknown()
                    .describe("When the project was created (RFC 3339, UTC). Null if its record does not say."),
                Attribute::string("last_updated_at")
                    .computed()
                    .derived_from(&[
                        "description",
                        "created_by",
                        "suspended",
                        "termination",
                        "sharing",
                        "services",
                        "limits",
                        "budget",
                        "drift",
                    ])
                    .describe("When the project's record was last changed (RFC 3339, UTC)."),
                drift_attribute(),
            ])
            .blocks([
                termination_block(),
                services::block(),
                limits::block("the project's workloads, within those of the provider"),
                budget::block(),
            ])
    }

    fn validate(&self, config: &ProjectModel, diagnostics: &mut Diagnostics) {
        if let Ok(services) = services::services(&config.services)
            && let Err(error) = services.check()
        {
            diagnostics.error("services", "Invalid service", sentence(&error.to_string()));
        }
        limits::check(&config.limits, diagnostics);
        budget::check(&config.budget, diagnostics);
        let Some(termination) = config.termination.known() else {
            return;
        };
        if termination.default_notebook_stop_time.is_null()
            && termination.allow_notebook_owner_override == Field::Known(false)
        {
            diagnostics.warning(
                Path::from("termination")
                    .index(0)
                    .attribute("allow_notebook_owner_override"),
                "Override forbidden without a default",
                "Owners cannot choose a stop time and the project sets none, so notebooks never stop by schedule. \
                 Set `default_notebook_stop_time`.",
            );
        }
    }

    async fn modify_plan(
        &self,
        client: Option<&Client>,
        call: &Call,
        plan: &mut Plan<ProjectModel>,
    ) {
        let drifted = plan_drift(
            plan.prior.as_ref().map(|prior| &prior.drift),
            &mut plan.proposed.drift,
        );
        if drifted
            && plan
                .prior
                .as_ref()
                .is_some_and(|prior| prior.created_at.is_null())
        {
            // A repair creates a missing record. One without a time keeps having none.
            plan.proposed.created_at = Field::Unknown;
        }
        let (Some(client), Ok(spec)) = (client, plan.proposed.known().spec()) else {
            return;
        };
        let prior = plan.prior.as_ref().map(|prior| prior.prior_spec(&spec));
        let outcome = client
            .projects
            .plan(&spec, prior.as_ref(), &ownership::run(call))
            .await;
        if let Some(planned) = mapping::planned(outcome, &mut plan.diagnostics) {
            plan.proposed.id = Field::Known(planned.id);
            plan.proposed.policy_arn = planned.policy_arn.into();
        }
    }

    fn review(
        &self,
        call: &Call,
        state: &ProjectModel,
        change: Change,
        diagnostics: &mut Diagnostics,
    ) {
        let object = Object::new(Kind::Project, mapping::string_or_default(&state.id));
        ownership::review(call, &object, change, diagnostics);
    }

    async fn create(
        &self,
        client: &Client,
        call: &mut Call,
        planned: ProjectModel,
    ) -> Result<ProjectModel, Failed<ProjectModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "create");
        let outcome = client.projects.create(&operation, &spec).await;
        mapping::created(call, planned, outcome)
    }

    async fn read(
        &self,
        client: &Client,
        call: &mut Call,
        state: ProjectModel,
    ) -> Result<Option<ProjectModel>, Diagnostics> {
        let name = mapping::parse::<ProjectName>(&state.name, "name")?;
        let project = client
            .projects
            .read(&name)
            .await
            .map_err(|error| mapping::diagnostics(&error))?;
        if let Some(project) = &project {
            ownership::observe(call, project);
        }
        Ok(project.map(|project| state.with(&project)))
    }

    async fn update(
        &self,
        client: &Client,
        call: &mut Call,
        prior: ProjectModel,
        planned: ProjectModel,
    ) -> Result<ProjectModel, Failed<ProjectModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "update");
        // A repair may have to create the record again, and its plan said so.
        let is_recorded = prior.drift.as_option().is_none_or(Vec::is_empty);
        let outcome = client.projects.update(&operation, &spec, is_recorded).await;
        mapping::applied(call, planned, outcome)
    }

    async fn delete(
        &self,
        client: &Client,
        call: &mut Call,
        state: ProjectModel,
    ) -> Result<(), Failed<ProjectModel>> {
        let name = mapping::parse::<ProjectName>(&state.name, "name")?;
        let force = state.force_destroy.as_option().copied().unwrap_or(false);
        client
            .projects
            .delete(&mapping::operation(call, "delete"), &name, force)
            .await
            .map_err(|error| mapping::diagnostics(&error).into())
    }

    async fn import_identity(
        &self,
        client: &Client,
        call: &mut Call,
        identity: &BTreeMap<String, String>,
    ) -> Result<ProjectModel, Diagnostics> {
        self.import_state(client, call, mapping::identity_part(identity, "name"))
            .await
    }

    async fn import_state(
        &self,
        _: &Client,
        _: &mut Call,
        id: &str,
    ) -> Result<ProjectModel, Diagnostics> {
        let name: ProjectName = mapping::parse_id(id, "the project's name, for example `fraud`")?;
        Ok(ProjectModel {
            name: Field::Known(name.to_string()),
            ..ProjectModel::default()
        })
    }

    fn upgrade_state(&self, from_version: i64, mut state: Json) -> Result<Json, Diagnostics> {
        if from_version < 1 {
            single_block_to_list(&mut state, "termination");
        }
        if from_version < 2
            && let Some(state) = state.as_object_mut()
        {
            // What the record of such a project says, in which all of this is missing.
            state.insert("sharing".to_owned(), Sharing::default().to_string().into());
            for block in ["services", "limits"] {
                state.insert(block.to_owned(), Json::Array(Vec::new()));
            }
        }
        if from_version < 3
            && let Some(state) = state.as_object_mut()
        {
            state.insert("budget".to_owned(), Json::Array(Vec::new()));
        }
        Ok(state)
    }
}

impl ProjectModel {
    /// What can be planned of it: without its budget as long as a part of that is unknown, such as the
    /// ARN of a topic that the same apply creates.
    fn known(&self) -> Self {
        let mut known = self.clone();
        if budget::budget(&self.budget).is_err() {
            known.budget = Field::Null;
        }
        known
    }

    /// What the state says. Names are those of `planned`; what the state does not hold is the
    /// default.
    fn prior_spec(&self, planned: &ProjectSpec) -> ProjectSpec {
        self.spec()
            .unwrap_or_else(|_| ProjectSpec::new(planned.name.clone()))
    }

    /// What the core is asked for; every value must be known by now.
    fn spec(&self) -> Result<ProjectSpec, Diagnostics> {
        Ok(ProjectSpec {
            name: mapping::parse(&self.name, "name")?,
            description: mapping::string_or_default(&self.description),
            // A configured name is validated. A record can hold an invalid name or none, and keeps it.
            created_by: self
                .created_by
                .as_option()
                .and_then(|user| user.parse().ok()),
            suspended: self.suspended.as_option().copied().unwrap_or(false),
            termination: self.termination.known().map(TerminationModel::config),
            access: ProjectAccess {
                sharing: mapping::parse_optional::<Sharing>(&self.sharing, "sharing")?
                    .unwrap_or_default(),
                services: services::services(&self.services)?,
                limits: limits::limits(&self.limits)?,
            },
            budget: budget::budget(&self.budget)?,
            force_destroy: self.force_destroy.as_option().copied().unwrap_or(false),
            created_at: mapping::seconds(&self.created_at),
        })
    }
}

impl StateModel for ProjectModel {
    type Object = Project;

    fn with(mut self, project: &Project) -> Self {
        self.id = Field::Known(project.name.to_string());
        self.name = Field::Known(project.name.to_string());
        self.drift = Field::Known(project.drift.clone());
        self.policy_arn = project.policy_arn.clone().into();
        self.suspended = Field::Known(project.suspended);
        self.force_destroy = mapping::or_default(self.force_destroy, false);
        let Some(record) = &project.record else {
            // Drift says that the record is missing. What it held is still known from the state.
            self.description = mapping::or_default(self.description, String::new());
            self.sharing = mapping::or_default(self.sharing, Sharing::default().to_string());
            self.created_by =
                mapping::or_default(mapping::known_or_null(self.created_by), String::new());
            self.created_at = mapping::known_or_null(self.created_at);
            self.last_updated_at = mapping::known_or_null(self.last_updated_at);
            return self;
        };
        self.description = Field::Known(record.description.clone());
        self.sharing = Field::Known(record.access.sharing.to_string());
        self.services = services::with_services(self.services, &record.access.services);
        self.limits = limits::with_limits(self.limits, &record.access.limits);
        self.budget = budget::with_budget(self.budget, record.budget.as_ref());
        self.created_by = Field::Known(record.created_by.clone());
        self.termination = record
            .termination
            .as_ref()
            .map(TerminationModel::from)
            .into();
        self.created_at = timestamp(record.created_at);
        self.last_updated_at = timestamp(record.last_updated_at);
        self
    }
}

impl TerminationModel {
    fn config(&self) -> TerminationConfig {
        TerminationConfig {
            default_notebook_stop_time: self.default_notebook_stop_time.as_option().cloned(),
            allow_notebook_owner_override: self
                .allow_notebook_owner_override
                .as_option()
                .copied()
                .unwrap_or(true),
            default_endpoint_ttl_hours: self.default_endpoint_ttl_hours.as_option().copied(),
            allow_endpoint_owner_override: self
                .allow_endpoint_owner_override
                .as_option()
                .copied()
                .unwrap_or(true),
            default_emr_cluster_ttl_hours: self.default_emr_cluster_ttl_hours.as_option().copied(),
            allow_emr_owner_override: self
                .allow_emr_owner_override
                .as_option()
                .copied()
                .unwrap_or(true),
        }
    }
}

impl From<&TerminationConfig> for TerminationModel {
    fn from(config: &TerminationConfig) -> Self {
        Self {
            default_notebook_stop_time: config.default_notebook_stop_time.clone().into(),
            allow_notebook_owner_override: Field::Known(config.allow_notebook_owner_override),
            default_endpoint_ttl_hours: config.default_endpoint_ttl_hours.into(),
            allow_endpoint_owner_override: Field::Known(config.allow_endpoint_owner_override),
            default_emr_cluster_ttl_hours: config.default_emr_cluster_ttl_hours.into(),
            allow_emr_owner_override: Field::Known(config.allow_emr_owner_override),
        }
    }
}

/// The `termination` block: MLSpace's `terminationConfiguration`.
fn termination_block() -> Block {
    let hours = |name: &str, of: &str| {
        Attribute::integer(name)
            .optional()
            .describe(format!(
                "Hours after which {of} is removed, unless its owner chose otherwise."
            ))
            .validate(validators::between(1, 87_600))
    };
    let allow_override = |name: &str, of: &str| {
        Attribute::bool(name)
            .optional()
            .default(Value::Bool(true))
            .describe(format!("Whether the owner of {of} can choose otherwise."))
    };
    Block::at_most_one(
        "termination",
        [
            Attribute::string("default_notebook_stop_time")
                .optional()
                .describe(
                    "Time of day at which the project's notebooks stop: `HH:MM`, in UTC or in the time zone of the \
                     provider's block `termination`.",
                )
                .validate(validators::parses_as::<StopTime>),
            allow_override("allow_notebook_owner_override", "a notebook"),
            hours("default_endpoint_ttl_hours", "an endpoint"),
            allow_override("allow_endpoint_owner_override", "an endpoint"),
            hours("default_emr_cluster_ttl_hours", "an EMR cluster"),
            allow_override("allow_emr_owner_override", "an EMR cluster"),
        ],
    )
    .describe("When the project's resources are stopped or removed by MLSpace's scheduler.")
}
