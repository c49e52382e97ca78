//! `mlspace_notebook`: a member's SageMaker notebook instance.

use std::collections::BTreeMap;

use async_trait::async_trait;
use mlspace_core::aws::Settings;
use mlspace_core::name::{NotebookName, ProjectName, UserName};
use mlspace_core::notebook::{self, Notebook, NotebookSpec, Notebooks, PriorNotebook};
use mlspace_core::schedule::StopTime;
use mlspace_core::tags::Tags;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::attributes::{drift_attribute, id_attribute, plan_drift};
use crate::client::Client;
use crate::mapping::{self, StateModel};
use crate::validators;
use terraform_plugin::framework::resource::single_block_to_list;
use terraform_plugin::framework::{
    Attribute, Block, Call, Diagnostics, Failed, Field, Plan, Resource, Schema, Type, Value,
};

/// The resource type.
#[derive(Debug)]
pub(crate) struct NotebookResource;

/// State and configuration of a notebook.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct NotebookModel {
    id: Field<String>,
    name: Field<String>,
    project: Field<String>,
    user: Field<String>,
    instance_type: Field<String>,
    volume_size: Field<i64>,
    subnet_id: Field<String>,
    security_group_ids: Field<Vec<Field<String>>>,
    kms_key_id: Field<String>,
    lifecycle_config_name: Field<String>,
    platform_identifier: Field<String>,
    running: Field<bool>,
    daily_stop_time: Field<String>,
    tags: Field<BTreeMap<String, Field<String>>>,
    arn: Field<String>,
    url: Field<String>,
    status: Field<String>,
    role_arn: Field<String>,
    network_interface_id: Field<String>,
    tags_all: Field<BTreeMap<String, Field<String>>>,
    drift: Field<Vec<String>>,
    must_replace: Field<String>,
}

#[async_trait]
impl Resource<Client> for NotebookResource {
    type Model = NotebookModel;

    fn type_name(&self) -> &'static str {
        "mlspace_notebook"
    }

    fn schema(&self) -> Schema {
        Schema::new(1)
            .describe(
                "A SageMaker notebook instance of one member in one project. It runs as the membership's role. Root \
                 access and direct internet access are always disabled and IMDSv2 is always required; there is no \
                 attribute to change that.",
            )
            .attributes(identity_attributes())
            .attributes(setting_attributes())
            .attributes(computed_attributes())
            .blocks([Block::timeouts(&[("create", "20m"), ("update", "30m"), ("delete", "20m")])])
    }

    fn validate(&self, config: &NotebookModel, diagnostics: &mut Diagnostics) {
        mapping::check_tags(&config.tags, "tags", diagnostics);
    }

    async fn modify_plan(
        &self,
        client: Option<&Client>,
        _call: &Call,
        plan: &mut Plan<NotebookModel>,
    ) {
        plan_drift(
            plan.prior.as_ref().map(|prior| &prior.drift),
            &mut plan.proposed.drift,
        );
        let Some(client) = client else { return };
        plan_defaults(&client.notebooks, plan);
        plan_tags(client.clients.settings(), plan);
        match plan.prior.clone() {
            None => {
                if let Ok(spec) = plan.proposed.spec() {
                    let outcome = client.notebooks.plan_new(&spec).await;
                    mapping::planned(outcome, &mut plan.diagnostics);
                }
            }
            Some(prior) => plan_change(&prior, plan),
        }
    }

    async fn create(
        &self,
        client: &Client,
        call: &mut Call,
        planned: NotebookModel,
    ) -> Result<NotebookModel, Failed<NotebookModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "create");
        let outcome = client.notebooks.create(&operation, &spec).await;
        mapping::applied(planned, outcome)
    }

    async fn read(
        &self,
        client: &Client,
        _call: &mut Call,
        state: NotebookModel,
    ) -> Result<Option<NotebookModel>, Diagnostics> {
        let name: NotebookName = mapping::parse(&state.name, "name")?;
        let known = state.owner()?;
        let notebook = client
            .notebooks
            .read(&name, known.as_ref())
            .await
            .map_err(|error| mapping::diagnostics(&error))?;
        Ok(notebook.map(|notebook| state.with(&notebook)))
    }

    async fn update(
        &self,
        client: &Client,
        call: &mut Call,
        _prior: NotebookModel,
        planned: NotebookModel,
    ) -> Result<NotebookModel, Failed<NotebookModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "update");
        let outcome = client.notebooks.update(&operation, &spec).await;
        mapping::applied(planned, outcome)
    }

    async fn delete(
        &self,
        client: &Client,
        call: &mut Call,
        state: NotebookModel,
    ) -> Result<(), Failed<NotebookModel>> {
        let name: NotebookName = mapping::parse(&state.name, "name")?;
        client
            .notebooks
            .delete(&mapping::operation(call, "delete"), &name)
            .await
            .map_err(|error| mapping::diagnostics(&error).into())
    }

    async fn import_state(
        &self,
        _: &Client,
        _: &mut Call,
        id: &str,
    ) -> Result<NotebookModel, Diagnostics> {
        let name: NotebookName =
            mapping::parse_id(id, "the notebook's name, for example `alice-fraud`")?;
        Ok(NotebookModel {
            name: Field::Known(name.to_string()),
            ..NotebookModel::default()
        })
    }

    async fn import_identity(
        &self,
        client: &Client,
        call: &mut Call,
        identity: &BTreeMap<String, String>,
    ) -> Result<NotebookModel, Diagnostics> {
        self.import_state(client, call, mapping::identity_part(identity, "name"))
            .await
    }

    fn upgrade_state(&self, from_version: i64, mut state: Json) -> Result<Json, Diagnostics> {
        if from_version < 1 {
            single_block_to_list(&mut state, "timeouts");
        }
        Ok(state)
    }
}

/// Fills in what the provider's `notebook_defaults` give a new notebook, so that the plan shows it.
fn plan_defaults(notebooks: &Notebooks, plan: &mut Plan<NotebookModel>) {
    let proposed = &mut plan.proposed;
    let name = mapping::parse::<NotebookName>(&proposed.name, "name").ok();
    let defaults = notebooks.defaults(name.as_ref());
    if proposed.subnet_id.is_unknown()
        && plan.config.subnet_id.is_null()
        && let Some(subnet) = defaults.subnet_id
    {
        proposed.subnet_id = Field::Known(subnet);
    }
    if proposed.security_group_ids.is_unknown()
        && plan.config.security_group_ids.is_null()
        && !defaults.security_group_ids.is_empty()
    {
        proposed.security_group_ids = mapping::strings(&defaults.security_group_ids);
    }
    if proposed.kms_key_id.is_unknown() && plan.config.kms_key_id.is_null() {
        proposed.kms_key_id = defaults.kms_key_id.into();
    }
    // Changes in place, so leaving it out returns to the default; the others would replace the
    // instance.
    if plan.config.lifecycle_config_name.is_null() {
        proposed.lifecycle_config_name = defaults.lifecycle_config_name.into();
    }
}

/// Plans `tags_all`: known as soon as every tag is, so that it never differs between plan and apply.
fn plan_tags(settings: &Settings, plan: &mut Plan<NotebookModel>) {
    let proposed = &mut plan.proposed;
    proposed.tags_all = match proposed.spec_tags() {
        Some((project, user, own)) => {
            let all = notebook::all_tags(settings, &project, &user, &own);
            mapping::tag_map(&all)
        }
        None => Field::Unknown,
    };
}

/// Says what a change of an existing notebook entails.
fn plan_change(prior: &NotebookModel, plan: &mut Plan<NotebookModel>) {
    let (from, to) = (
        prior.volume_size.as_option(),
        plan.proposed.volume_size.as_option(),
    );
    if let (Some(from), Some(to)) = (from, to) {
        let outcome = notebook::plan_volume_change(*from, *to);
        mapping::planned(outcome, &mut plan.diagnostics);
    }
    if prior.must_replace.as_option().is_some() {
        plan.proposed.must_replace = Field::Unknown;
        plan.requires_replace("must_replace");
        return;
    }
    if plan.is_replace() {
        return;
    }
    if let (Ok(prior), Ok(spec)) = (prior.spec(), plan.proposed.spec()) {
        let outcome = notebook::plan_settings_change(&prior, &spec);
        mapping::planned(outcome, &mut plan.diagnostics);
    }
}

impl NotebookModel {
    /// Whose notebook it is, if the state knows; after an import it does not.
    fn owner(&self) -> Result<Option<PriorNotebook>, Diagnostics> {
        let project = mapping::parse_optional(&self.project, "project")?;
        let user = mapping::parse_optional(&self.user, "user")?;
        let daily_stop_time = mapping::parse_optional(&self.daily_stop_time, "daily_stop_time")?;
        let tags = mapping::known_tags(&self.tags).unwrap_or_default();
        Ok(project.zip(user).map(|(project, user)| PriorNotebook {
            project,
            user,
            tags,
            daily_stop_time,
        }))
    }

    /// What its tags follow from, once all of it is known.
    fn spec_tags(&self) -> Option<(ProjectName, UserName, Tags)> {
        let project = mapping::parse(&self.project, "project").ok()?;
        let user = mapping::parse(&self.user, "user").ok()?;
        Some((project, user, mapping::known_tags(&self.tags)?))
    }

    /// What the core is asked for; an error while something that it needs is unknown.
    fn spec(&self) -> Result<NotebookSpec, Diagnostics> {
        Ok(NotebookSpec {
            name: mapping::parse(&self.name, "name")?,
            project: mapping::parse(&self.project, "project")?,
            user: mapping::parse(&self.user, "user")?,
            instance_type: mapping::required(&self.instance_type, "instance_type")?,
            volume_size: mapping::required(&self.volume_size, "volume_size")?,
            subnet_id: self.subnet_id.as_option().cloned(),
            security_group_ids: mapping::optional_strings(
                &self.security_group_ids,
                "security_group_ids",
            )?,
            kms_key_id: self.kms_key_id.as_option().cloned(),
            lifecycle_config_name: self.lifecycle_config_name.as_option().cloned(),
            platform_identifier: self.platform_identifier.as_option().cloned(),
            running: self.running.as_option().copied().unwrap_or(true),
            daily_stop_time: mapping::parse_optional(&self.daily_stop_time, "daily_stop_time")?,
            tags: mapping::known_tags(&self.tags).ok_or_else(|| {
                Diagnostics::of_error("tags", "Missing value", "a tag has no known value: set it")
            })?,
        })
    }
}

impl StateModel for NotebookModel {
    type Object = Notebook;

    fn with(mut self, notebook: &Notebook) -> Self {
        self.id = Field::Known(notebook.name.to_string());
        self.name = Field::Known(notebook.name.to_string());
        self.project = Field::Known(notebook.project.to_string());
        self.user = Field::Known(notebook.user.to_string());
        self.instance_type = Field::Known(notebook.instance_type.clone());
        self.volume_size = Field::Known(notebook.volume_size);
        self.subnet_id = notebook.subnet_id.clone().into();
        self.security_group_ids = mapping::strings(&notebook.security_group_ids);
        self.kms_key_id = notebook.kms_key_id.clone().into();
        self.lifecycle_config_name = notebook.lifecycle_config_name.clone().into();
        self.platform_identifier = notebook.platform_identifier.clone().into();
        self.running = Field::Known(notebook.running);
        self.daily_stop_time = notebook.daily_stop_time.map(|time| time.to_string()).into();
        if !(self.tags.is_null() && notebook.tags.is_empty()) {
            self.tags = mapping::tag_map(&notebook.tags);
        }
        self.tags_all = mapping::tag_map(&notebook.tags_all);
        self.arn = Field::Known(notebook.arn.clone());
        self.url = notebook.url.clone().into();
        self.status = Field::Known(notebook.status.clone());
        self.role_arn = Field::Known(notebook.role_arn.clone());
        self.network_interface_id = notebook.network_interface_id.clone().into();
        self.drift = Field::Known(notebook.drift.clone());
        self.must_replace = notebook.must_replace.clone().into();
        self
    }
}

/// Which notebook it is, and whose.
fn identity_attributes() -> Vec<Attribute> {
    vec![
        id_attribute("the notebook's name."),
        Attribute::string("name")
            .required()
            .requires_replace()
            .identity()
            .describe(
                "Name of the notebook instance, unique in the account and region: 1 to 63 ASCII letters, digits and \
                 inner hyphens. Changing it replaces the notebook.",
            )
            .validate(validators::parses_as::<NotebookName>),
        Attribute::string("project")
            .required()
            .requires_replace()
            .describe("Name of the project it belongs to. Changing it replaces the notebook.")
            .validate(validators::parses_as::<ProjectName>),
        Attribute::string("user")
            .required()
            .requires_replace()
            .describe(
                "Name of the user it belongs to, who must be a member of the project. Changing it replaces the \
                 notebook.",
            )
            .validate(validators::parses_as::<UserName>),
    ]
}

/// Attributes that a configuration can set.
fn setting_attributes() -> Vec<Attribute> {
    let restart = "Changing it stops a running notebook and starts it again.";
    vec![
        Attribute::string("instance_type")
            .required()
            .describe(format!("Instance type, for example `ml.t3.medium`. {restart}"))
            .validate(validators::instance_type),
        Attribute::integer("volume_size")
            .optional()
            .default(Value::from(5))
            .describe(format!("Size of the volume in GB: 5 to 16384. It can only grow. {restart}"))
            .validate(validators::between(notebook::VOLUME_SIZE_MIN, notebook::VOLUME_SIZE_MAX)),
        Attribute::string("subnet_id").optional_computed().use_state_for_unknown().requires_replace().describe(
            "Subnet of its network interface. Defaults to one of the provider's `notebook_defaults`, always the same \
             one for the same name. Changing it replaces the notebook.",
        ),
        Attribute::set("security_group_ids", Type::String)
            .optional_computed()
            .use_state_for_unknown()
            .requires_replace()
            .describe(
                "Security groups of its network interface. Default to the provider's `notebook_defaults`. Changing \
                 them replaces the notebook.",
            ),
        Attribute::string("kms_key_id").optional_computed().use_state_for_unknown().requires_replace().describe(
            "KMS key that encrypts its volume. Defaults to the provider's `notebook_defaults`. Changing it replaces \
             the notebook.",
        ),
        Attribute::string("lifecycle_config_name").optional_computed().use_state_for_unknown().describe(format!(
            "Lifecycle configuration. Defaults to the provider's `notebook_defaults`. {restart}"
        )),
        Attribute::string("platform_identifier")
            .optional_computed()
            .use_state_for_unknown()
            .describe(format!("Platform, for example `notebook-al2023-v1`. Defaults to SageMaker's; without it in the configuration, an existing instance keeps its platform. {restart}")),
        Attribute::bool("running")
            .optional()
            .default(Value::Bool(true))
            .describe("Whether it should be running. Started and stopped in place."),
        Attribute::string("daily_stop_time")
            .optional()
            .describe("Time of day at which MLSpace's scheduler stops it: `HH:MM` in UTC. Changed in place.")
            .validate(validators::parses_as::<StopTime>),
        Attribute::map("tags", Type::String)
            .optional()
            .describe("Tags in addition to the provider's `default_tags` and the platform's own. Changed in place."),
    ]
}

/// What AWS and the platform decide.
fn computed_attributes() -> Vec<Attribute> {
    vec![
        Attribute::string("arn").computed().use_state_for_unknown().describe("ARN of the notebook instance."),
        Attribute::string("url")
            .computed()
            .use_state_for_unknown()
            .describe("Host name at which the notebook answers; opening it takes a presigned URL."),
        Attribute::string("status")
            .computed()
            .derived_from(&["running", "instance_type", "volume_size", "lifecycle_config_name", "platform_identifier", "drift"])
            .describe("Status that SageMaker gave last, for example `InService` or `Stopped`."),
        Attribute::string("role_arn")
            .computed()
            .use_state_for_unknown()
            .describe("ARN of the membership's role that it runs as."),
        Attribute::string("network_interface_id")
            .computed()
            .derived_from(&["running", "instance_type", "volume_size", "drift"])
            .describe("Its network interface."),
        Attribute::map("tags_all", Type::String)
            .computed()
            .derived_from(&["tags"])
            .describe("All its tags: its own, the provider's `default_tags` and the platform's."),
        drift_attribute(),
        Attribute::string("must_replace")
            .computed()
            .use_state_for_unknown()
            .describe("Reason why only a replacement can repair the notebook, if there is one. The next plan then replaces it."),
    ]
}
