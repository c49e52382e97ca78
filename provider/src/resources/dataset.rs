//! `mlspace_dataset`: a named prefix of the data bucket, with its record and its sharing.

use std::collections::BTreeMap;

use async_trait::async_trait;
use mlspace_core::dataset::{Dataset, DatasetSpec};
use mlspace_core::layout::{DatasetKey, DatasetScope};
use mlspace_core::name::{DatasetName, GroupName, ProjectName, UserName};
use mlspace_core::ownership::{Kind, Object};
use serde::{Deserialize, Serialize};

use crate::attributes::{drift_attribute, id_attribute, plan_drift};
use crate::client::Client;
use crate::mapping::{self, StateModel, timestamp};
use crate::ownership;
use crate::validators;
use terraform_plugin::framework::diagnostics::sentence;
use terraform_plugin::framework::{
    Attribute, Call, Change, Diagnostics, Failed, Field, Plan, Resource, Schema, Type, Value,
};

/// The resource type.
#[derive(Debug)]
pub(crate) struct DatasetResource;

/// State and configuration of a dataset.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct DatasetModel {
    id: Field<String>,
    name: Field<String>,
    #[serde(rename = "type")]
    kind: Field<String>,
    scope: Field<String>,
    groups: Field<Vec<Field<String>>>,
    description: Field<String>,
    created_by: Field<String>,
    force_destroy: Field<bool>,
    prefix: Field<String>,
    location: Field<String>,
    arn: Field<String>,
    created_at: Field<String>,
    last_updated_at: Field<String>,
    drift: Field<Vec<String>>,
}

#[async_trait]
impl Resource<Client> for DatasetResource {
    type Model = DatasetModel;

    fn type_name(&self) -> &'static str {
        "mlspace_dataset"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe(
                "A dataset: a prefix of the data bucket that one project, one user, the members of some groups or \
                 everyone can read, with its record.",
            )
            .attributes([
                id_attribute("type, scope and name, for example `project/fraud/cards-2026` or `global/holidays`.").identity(),
                Attribute::string("name")
                    .required()
                    .requires_replace()
                    .describe(
                        "Name of the dataset: 1 to 255 ASCII letters, digits and hyphens, starting with a letter or \
                         digit. A dataset that exists in MLSpace can also have `_`, `.`, `+`, `=`, `@`, `,` and spaces in \
                         its name. Changing it replaces the dataset.",
                    )
                    .validate(validators::parses_as::<DatasetName>),
                Attribute::string("type")
                    .required()
                    .requires_replace()
                    .describe(
                        "Type of the dataset, which decides who can use it: `global` (everyone reads), `project` (the members of `scope`), \
                         `private` (the user `scope`) or `group` (the members of `groups`). Changing it replaces the \
                         dataset.",
                    )
                    .validate(validators::one_of(&["global", "project", "private", "group"])),
                Attribute::string("scope")
                    .optional()
                    .requires_replace()
                    .describe(
                        "The project of a `project` dataset or the user of a `private` one; absent for `global` and \
                         `group`. Changing it replaces the dataset.",
                    ),
                Attribute::set("groups", Type::String)
                    .optional()
                    .default(Value::Set(Vec::new()))
                    .describe("Groups that a `group` dataset is shared with; empty for other types.")
                    .validate(validators::each(validators::parses_as::<GroupName>)),
                Attribute::string("description")
                    .optional()
                    .default(Value::from(""))
                    .describe(
                        "What the dataset holds: up to 254 characters on one line. An imported dataset can keep a longer \
                         description that MLSpace recorded.",
                    ),
                Attribute::string("created_by")
                    .optional_computed()
                    .use_state_for_unknown()
                    .describe(
                        "User who owns the dataset's record and can edit it in MLSpace's web application. Defaults to the \
                         user of a private dataset; otherwise unset. Without it in the configuration, an existing dataset \
                         keeps the user on record.",
                    )
                    .validate(validators::parses_as::<UserName>),
                Attribute::bool("force_destroy")
                    .optional()
                    .default(Value::Bool(false))
                    .describe(
                        "Whether destroying the dataset also deletes every object and every object version under its \
                         prefix. Otherwise destroy refuses while any exist.",
                    ),
                Attribute::string("prefix")
                    .computed()
                    .use_state_for_unknown()
                    .describe("Prefix of the dataset's objects in the data bucket, ending in `/`."),
                Attribute::string("location")
                    .computed()
                    .use_state_for_unknown()
                    .describe("The prefix as an `s3://` URI."),
                Attribute::string("arn")
                    .computed()
                    .use_state_for_unknown()
                    .describe("ARN pattern of the dataset's objects."),
                Attribute::string("created_at")
                    .computed()
                    .use_state_for_unknown()
                    .describe("When the dataset was created (RFC 3339, UTC). Null if its record does not say."),
                Attribute::string("last_updated_at")
                    .computed()
                    .derived_from(&["description", "groups", "created_by", "drift"])
                    .describe("When the dataset's record was last changed (RFC 3339, UTC)."),
                drift_attribute(),
            ])
    }

    fn validate(&self, config: &DatasetModel, diagnostics: &mut Diagnostics) {
        let (Some(kind), false) = (config.kind.as_option(), config.scope.is_unknown()) else {
            return;
        };
        let scope = config.scope.as_option().map(String::as_str);
        match (kind.as_str(), scope) {
            ("project" | "private", None) => diagnostics.error(
                "scope",
                "Missing scope",
                format!(
                    "a `{kind}` dataset belongs to a {}: set `scope` to its name",
                    if kind == "project" { "project" } else { "user" }
                ),
            ),
            ("global" | "group", Some(scope)) => diagnostics.error(
                "scope",
                "Scope not allowed",
                format!("a `{kind}` dataset has no scope, but `scope` is `{scope}`: remove it or change `type`"),
            ),
            ("project", Some(scope)) => {
                if let Err(error) = scope.parse::<ProjectName>() {
                    diagnostics.error("scope", "Invalid project name", error.to_string());
                }
            }
            ("private", Some(scope)) => {
                if let Err(error) = scope.parse::<UserName>() {
                    diagnostics.error("scope", "Invalid user name", error.to_string());
                }
            }
            _ => {}
        }
        if kind != "group"
            && config
                .groups
                .as_option()
                .is_some_and(|groups| !groups.is_empty())
        {
            diagnostics.error(
                "groups",
                "Groups not allowed",
                format!("only a `group` dataset is shared with groups, and this one is `{kind}`: remove `groups` or change `type`"),
            );
        }
    }

    async fn modify_plan(
        &self,
        client: Option<&Client>,
        call: &Call,
        plan: &mut Plan<DatasetModel>,
    ) {
        plan_drift(
            plan.prior.as_ref().map(|prior| &prior.drift),
            &mut plan.proposed.drift,
        );
        let (Some(client), Ok(spec)) = (client, plan.proposed.spec()) else {
            return;
        };
        if let Some(prior) = &plan.prior {
            let before = prior.description.as_option().map(String::as_str);
            let outcome = client.datasets.plan_change(&spec, before).await;
            mapping::planned(outcome, &mut plan.diagnostics);
            return;
        }
        let outcome = client.datasets.plan_new(&spec, &ownership::run(call)).await;
        if let Some(planned) = mapping::planned(outcome, &mut plan.diagnostics) {
            plan.proposed.id = Field::Known(planned.id);
            plan.proposed.prefix = Field::Known(planned.prefix);
            plan.proposed.location = Field::Known(planned.location);
            plan.proposed.arn = Field::Known(planned.arn);
        }
    }

    fn review(
        &self,
        call: &Call,
        state: &DatasetModel,
        change: Change,
        diagnostics: &mut Diagnostics,
    ) {
        let object = Object::new(Kind::Dataset, mapping::string_or_default(&state.id));
        ownership::review(call, &object, change, diagnostics);
    }

    async fn create(
        &self,
        client: &Client,
        call: &mut Call,
        planned: DatasetModel,
    ) -> Result<DatasetModel, Failed<DatasetModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "create");
        let outcome = client.datasets.create(&operation, &spec).await;
        mapping::created(call, planned, outcome)
    }

    async fn read(
        &self,
        client: &Client,
        call: &mut Call,
        state: DatasetModel,
    ) -> Result<Option<DatasetModel>, Diagnostics> {
        let dataset = client
            .datasets
            .read(&state.key()?)
            .await
            .map_err(|error| mapping::diagnostics(&error))?;
        if let Some(dataset) = &dataset {
            ownership::observe(call, dataset);
        }
        Ok(dataset.map(|dataset| state.with(&dataset)))
    }

    async fn update(
        &self,
        client: &Client,
        call: &mut Call,
        _prior: DatasetModel,
        planned: DatasetModel,
    ) -> Result<DatasetModel, Failed<DatasetModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "update");
        let outcome = client.datasets.update(&operation, &spec).await;
        mapping::applied(call, planned, outcome)
    }

    async fn delete(
        &self,
        client: &Client,
        call: &mut Call,
        state: DatasetModel,
    ) -> Result<(), Failed<DatasetModel>> {
        let key = state.key()?;
        let force = state.force_destroy.as_option().copied().unwrap_or(false);
        client
            .datasets
            .delete(&mapping::operation(call, "delete"), &key, force)
            .await
            .map_err(|error| mapping::diagnostics(&error).into())
    }

    async fn import_identity(
        &self,
        client: &Client,
        call: &mut Call,
        identity: &BTreeMap<String, String>,
    ) -> Result<DatasetModel, Diagnostics> {
        self.import_state(client, call, mapping::identity_part(identity, "id"))
            .await
    }

    async fn import_state(
        &self,
        _: &Client,
        _: &mut Call,
        id: &str,
    ) -> Result<DatasetModel, Diagnostics> {
        let key: DatasetKey = mapping::parse_id(
            id,
            "`project/PROJECT/NAME`, `private/USER/NAME`, `global/NAME` or `group/NAME`",
        )?;
        Ok(DatasetModel::default().at(&key))
    }
}

impl DatasetModel {
    fn key(&self) -> Result<DatasetKey, Diagnostics> {
        let kind: String = mapping::parse(&self.kind, "type")?;
        let scope = self.scope.as_option().map(String::as_str);
        let scope = DatasetScope::from_parts(&kind, scope).map_err(|error| {
            Diagnostics::of_error("scope", "Invalid scope", sentence(&error.to_string()))
        })?;
        Ok(DatasetKey {
            scope,
            name: mapping::parse(&self.name, "name")?,
        })
    }

    fn spec(&self) -> Result<DatasetSpec, Diagnostics> {
        Ok(DatasetSpec {
            key: self.key()?,
            groups: mapping::parse_all(&self.groups, "groups")?,
            description: mapping::string_or_default(&self.description),
            // A configured name is validated. A record can hold an invalid name or none, and keeps it.
            created_by: self
                .created_by
                .as_option()
                .and_then(|user| user.parse().ok()),
        })
    }

    /// This model with the attributes that say which dataset it is.
    fn at(mut self, key: &DatasetKey) -> Self {
        let (kind, scope) = match &key.scope {
            DatasetScope::Global => ("global", None),
            DatasetScope::Project(project) => ("project", Some(project.to_string())),
            DatasetScope::Private(user) => ("private", Some(user.to_string())),
            DatasetScope::Group => ("group", None),
        };
        self.id = Field::Known(key.id());
        self.name = Field::Known(key.name.to_string());
        self.kind = Field::Known(kind.to_owned());
        self.scope = scope.into();
        self
    }
}

impl StateModel for DatasetModel {
    type Object = Dataset;

    fn with(self, dataset: &Dataset) -> Self {
        let mut model = self.at(&dataset.key);
        model.groups = mapping::strings(&dataset.groups);
        model.description = Field::Known(dataset.description.clone());
        model.created_by = Field::Known(dataset.created_by.clone());
        model.force_destroy = mapping::or_default(model.force_destroy, false);
        model.prefix = Field::Known(dataset.prefix.clone());
        model.location = Field::Known(dataset.location.clone());
        model.arn = Field::Known(dataset.arn.clone());
        model.created_at = timestamp(dataset.created_at);
        model.last_updated_at = timestamp(dataset.last_updated_at);
        model.drift = Field::Known(dataset.drift.clone());
        model
    }
}
