//! `mlspace_notebook`: a member's SageMaker notebook instance.

mod plan;
mod schema;

use std::collections::BTreeMap;

use async_trait::async_trait;
use mlspace_core::name::{NotebookName, ProjectName, UserName};
use mlspace_core::notebook::{Notebook, NotebookSpec, PriorNotebook};
use mlspace_core::ownership::{Kind, Object};
use mlspace_core::tags::Tags;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::client::Client;
use crate::mapping::{self, StateModel};
use crate::ownership;
use terraform_plugin::framework::resource::single_block_to_list;
use terraform_plugin::framework::{
    Block, Call, Change, Diagnostics, Failed, Field, Plan, Resource, Schema,
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
                 attribute to change that. Replacing it deletes its volume with all files.",
            )
            .attributes(schema::identity_attributes())
            .attributes(schema::setting_attributes())
            .attributes(schema::computed_attributes())
            .blocks([Block::timeouts(&[("create", "20m"), ("update", "30m"), ("delete", "20m")])])
    }

    fn validate(&self, config: &NotebookModel, diagnostics: &mut Diagnostics) {
        mapping::check_tags(&config.tags, "tags", diagnostics);
    }

    async fn modify_plan(
        &self,
        client: Option<&Client>,
        call: &Call,
        plan: &mut Plan<NotebookModel>,
    ) {
        plan::modify(client, call, plan).await;
    }

    fn review(
        &self,
        call: &Call,
        state: &NotebookModel,
        change: Change,
        diagnostics: &mut Diagnostics,
    ) {
        let object = Object::new(Kind::Notebook, mapping::string_or_default(&state.id));
        ownership::review(call, &object, change, diagnostics);
    }

    async fn create(
        &self,
        client: &Client,
        call: &mut Call,
        planned: NotebookModel,
    ) -> Result<NotebookModel, Failed<NotebookModel>> {
        plan::take_notes(call);
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "create");
        let outcome = client.notebooks.create(&operation, &spec).await;
        let outcome = outcome.map(|created| mapping::warned(call, created));
        mapping::created(call, planned.clone(), outcome).map(|result| result.keeping(planned))
    }

    async fn read(
        &self,
        client: &Client,
        call: &mut Call,
        state: NotebookModel,
    ) -> Result<Option<NotebookModel>, Diagnostics> {
        let name: NotebookName = mapping::parse(&state.name, "name")?;
        let known = state.owner()?;
        let memory = ownership::memory(call);
        let notebook = client
            .notebooks
            .refresh(&name, known.as_ref(), memory.as_ref())
            .await
            .map_err(|error| mapping::diagnostics(&error))?;
        let Some(notebook) = notebook else {
            return Ok(None);
        };
        ownership::observe(call, &notebook);
        let key = state.kms_key_id.clone();
        let mut read = state.with(&notebook);
        if known.is_none() {
            // After an import it is unknown whether the configuration has `tags = {}` or none. Only
            // the former has to be in the state.
            read.tags = mapping::tag_map(&notebook.tags);
        }
        if plan::is_same_key(client, &key, &read.kms_key_id).await {
            read.kms_key_id = key;
        }
        Ok(Some(read))
    }

    async fn update(
        &self,
        client: &Client,
        call: &mut Call,
        _prior: NotebookModel,
        planned: NotebookModel,
    ) -> Result<NotebookModel, Failed<NotebookModel>> {
        let notes = plan::take_notes(call);
        let spec = NotebookSpec {
            running: planned
                .running
                .as_option()
                .copied()
                .filter(|_| !notes.running_unset),
            ..planned.spec()?
        };
        let operation = mapping::operation(call, "update");
        let outcome = client.notebooks.update(&operation, &spec).await;
        mapping::applied(call, planned.clone(), outcome).map(|result| result.keeping(planned))
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
            mapping::parse_id(id, "the notebook's name, for example `fraud-alice`")?;
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

    /// This result of an apply with the values that the plan knew, which Terraform requires. A read
    /// that is older than the apply, or a change by somebody else in the meantime, gives others;
    /// the next refresh shows them.
    fn keeping(mut self, planned: Self) -> Self {
        macro_rules! keep {
            ($($field:ident)*) => {
                $(if !planned.$field.is_unknown() {
                    self.$field = planned.$field;
                })*
            };
        }
        keep!(id name project user instance_type volume_size subnet_id security_group_ids kms_key_id
            lifecycle_config_name platform_identifier running daily_stop_time tags arn url status
            role_arn network_interface_id tags_all drift must_replace);
        self
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
            running: self.running.as_option().copied(),
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
