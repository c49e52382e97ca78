//! `mlspace_lifecycle_config`: scripts that SageMaker runs on notebook instances.

use std::collections::BTreeMap;

use async_trait::async_trait;
use mlspace_core::lifecycle_config::{
    self, CodeArtifact, IdleStop, LifecycleConfig, LifecycleConfigSpec,
};
use mlspace_core::ownership::{Kind, Object, Run as _};
use serde::{Deserialize, Serialize};

use crate::attributes::{drift_attribute, id_attribute, plan_drift};
use crate::client::Client;
use crate::mapping::{self, StateModel, StringList, StringMap};
use crate::ownership;
use crate::validators;
use terraform_plugin::framework::{
    Attribute, Call, Change, Diagnostics, Failed, Field, Nesting, Plan, Resource, Schema, Type,
    Value,
};

/// The only kind so far.
const NOTEBOOK: &str = "notebook";

/// The resource type.
#[derive(Debug)]
pub(crate) struct LifecycleConfigResource;

/// State and configuration of a lifecycle configuration.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct LifecycleConfigModel {
    id: Field<String>,
    name: Field<String>,
    kind: Field<String>,
    sdk_defaults: Field<bool>,
    idle_stop: Field<String>,
    code_artifact: Field<CodeArtifactModel>,
    git_repositories: StringList,
    on_create: Field<String>,
    on_start: Field<String>,
    tags: StringMap,
    arn: Field<String>,
    drift: Field<Vec<String>>,
}

/// The `code_artifact` attribute.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct CodeArtifactModel {
    domain: Field<String>,
    domain_owner: Field<String>,
    repository: Field<String>,
}

#[async_trait]
impl Resource<Client> for LifecycleConfigResource {
    type Model = LifecycleConfigModel;

    fn type_name(&self) -> &'static str {
        "mlspace_lifecycle_config"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe(
                "A lifecycle configuration of notebook instances: what SageMaker runs as root when an instance is \
                 created or started. One configuration serves all members of the platform: project, user and role \
                 are those of the instance that it runs on. Instances run a changed configuration at their next \
                 start.",
            )
            .attributes([
                id_attribute("the configuration's name."),
                Attribute::string("name")
                    .required()
                    .requires_replace()
                    .identity()
                    .describe(
                        "Name of the configuration, unique in the account and region: 1 to 63 ASCII letters, digits \
                         and inner hyphens. Changing it replaces the configuration.",
                    )
                    .validate(validators::lifecycle_config_name),
                Attribute::string("kind")
                    .optional()
                    .default(Value::from(NOTEBOOK))
                    .requires_replace()
                    .describe("What it is for: `notebook`, a notebook instance.")
                    .validate(validators::one_of(&[NOTEBOOK])),
                Attribute::bool("sdk_defaults").optional().default(Value::Bool(false)).describe(
                    "Whether boto3 and the SageMaker Python SDK add to each call what the platform requires: tags, \
                     network, keys, role, and the project's prefix of names. Values that code gives are kept. Without \
                     it, code has to give them all. Needs botocore 1.40 or newer on the instance.",
                ),
                Attribute::string("idle_stop")
                    .optional()
                    .describe(
                        "Time without use after which an instance is stopped: whole minutes or hours from `10m` to \
                         `168h`. A running cell or an active terminal is use; an open browser tab is not.",
                    )
                    .validate(validators::parses_as::<IdleStop>),
                Attribute::nested(
                    "code_artifact",
                    Nesting::Single,
                    [
                        Attribute::string("domain").required().describe("Name of the domain."),
                        Attribute::string("domain_owner").optional().describe(
                            "Id of the account that owns the domain. Defaults to the account of the instance.",
                        ),
                        Attribute::string("repository").required().describe("Name of the repository."),
                    ],
                )
                .optional()
                .describe("Repository of CodeArtifact that pip installs packages from."),
                Attribute::list("git_repositories", Type::String)
                    .optional()
                    .describe(
                        "HTTPS URLs of git repositories that are cloned into the home directory at a start, unless \
                         a directory of that name exists. For CodeCommit, git uses the role of the instance.",
                    )
                    .validate(validators::each(validators::git_repository)),
                Attribute::string("on_create").optional().describe(
                    "Script that runs once, when an instance is created: at most 12,288 bytes.",
                ),
                Attribute::string("on_start").optional().describe(
                    "Script that runs at each start of an instance, the first included, after what the other \
                     attributes do. At most 12,288 bytes together with that, which is compressed. If it fails, the \
                     instance does not start.",
                ),
                Attribute::map("tags", Type::String)
                    .optional()
                    .describe("Tags in addition to those of the provider."),
                Attribute::string("arn")
                    .computed()
                    .use_state_for_unknown()
                    .describe("ARN of the configuration."),
                drift_attribute(),
            ])
    }

    fn validate(&self, config: &LifecycleConfigModel, diagnostics: &mut Diagnostics) {
        mapping::check_tags(&config.tags, "tags", diagnostics);
    }

    async fn modify_plan(
        &self,
        client: Option<&Client>,
        call: &Call,
        plan: &mut Plan<LifecycleConfigModel>,
    ) {
        plan_drift(
            plan.prior.as_ref().map(|prior| &prior.drift),
            &mut plan.proposed.drift,
        );
        let (Some(client), Ok(spec)) = (client, plan.proposed.spec()) else {
            return;
        };
        let configs = &client.lifecycle_configs;
        let object = Object::new(Kind::LifecycleConfig, &spec.name);
        let exists = plan.prior.is_some() || ownership::run(call).replaces(&object);
        let outcome = configs.plan(&spec, exists).await;
        mapping::planned(outcome, &mut plan.diagnostics);
        plan.proposed.id = Field::Known(spec.name);
    }

    fn review(
        &self,
        call: &Call,
        state: &LifecycleConfigModel,
        change: Change,
        diagnostics: &mut Diagnostics,
    ) {
        let name = mapping::string_or_default(&state.name);
        let object = Object::new(Kind::LifecycleConfig, name);
        ownership::review(call, &object, change, diagnostics);
    }

    async fn create(
        &self,
        client: &Client,
        call: &mut Call,
        planned: LifecycleConfigModel,
    ) -> Result<LifecycleConfigModel, Failed<LifecycleConfigModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "create");
        let outcome = client.lifecycle_configs.create(&operation, &spec).await;
        mapping::applied(call, planned, outcome)
    }

    async fn read(
        &self,
        client: &Client,
        call: &mut Call,
        state: LifecycleConfigModel,
    ) -> Result<Option<LifecycleConfigModel>, Diagnostics> {
        let name = mapping::required(&state.name, "name")?;
        let known = state.spec().ok();
        let config = client
            .lifecycle_configs
            .read(&name, known.as_ref())
            .await
            .map_err(|error| mapping::diagnostics(&error))?;
        let Some(config) = config else {
            return Ok(None);
        };
        ownership::observe(call, &config);
        Ok(Some(state.with(&config)))
    }

    async fn update(
        &self,
        client: &Client,
        call: &mut Call,
        _prior: LifecycleConfigModel,
        planned: LifecycleConfigModel,
    ) -> Result<LifecycleConfigModel, Failed<LifecycleConfigModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "update");
        let outcome = client.lifecycle_configs.update(&operation, &spec).await;
        mapping::applied(call, planned, outcome)
    }

    async fn delete(
        &self,
        client: &Client,
        call: &mut Call,
        state: LifecycleConfigModel,
    ) -> Result<(), Failed<LifecycleConfigModel>> {
        let name = mapping::required(&state.name, "name")?;
        let operation = mapping::operation(call, "delete");
        client
            .lifecycle_configs
            .delete(&operation, &name)
            .await
            .map_err(|error| mapping::diagnostics(&error).into())
    }

    async fn import_state(
        &self,
        _: &Client,
        _: &mut Call,
        id: &str,
    ) -> Result<LifecycleConfigModel, Diagnostics> {
        lifecycle_config::check_name(id)
            .map_err(|error| Diagnostics::of_error("", "Invalid import id", format!("{error}.")))?;
        Ok(LifecycleConfigModel {
            name: Field::Known(id.to_owned()),
            ..LifecycleConfigModel::default()
        })
    }

    async fn import_identity(
        &self,
        client: &Client,
        call: &mut Call,
        identity: &BTreeMap<String, String>,
    ) -> Result<LifecycleConfigModel, Diagnostics> {
        self.import_state(client, call, mapping::identity_part(identity, "name"))
            .await
    }
}

impl LifecycleConfigModel {
    /// What the core is asked for; an error while something that it needs is unknown.
    fn spec(&self) -> Result<LifecycleConfigSpec, Diagnostics> {
        let known = |field: &Field<String>, attribute: &str| match field {
            Field::Null => Ok(None),
            field => mapping::required(field, attribute).map(Some),
        };
        Ok(LifecycleConfigSpec {
            name: mapping::required(&self.name, "name")?,
            sdk_defaults: match self.sdk_defaults {
                Field::Null => false,
                Field::Unknown => return Err(mapping::missing_value("sdk_defaults")),
                Field::Known(defaults) => defaults,
            },
            idle_stop: match &self.idle_stop {
                Field::Null => None,
                field => Some(mapping::parse(field, "idle_stop")?),
            },
            code_artifact: match &self.code_artifact {
                Field::Null => None,
                Field::Unknown => return Err(mapping::missing_value("code_artifact")),
                Field::Known(model) => Some(CodeArtifact {
                    domain: mapping::required(&model.domain, "code_artifact")?,
                    domain_owner: known(&model.domain_owner, "code_artifact")?,
                    repository: mapping::required(&model.repository, "code_artifact")?,
                }),
            },
            git_repositories: match &self.git_repositories {
                Field::Unknown => return Err(mapping::missing_value("git_repositories")),
                field => mapping::optional_strings(field, "git_repositories")?.unwrap_or_default(),
            },
            on_create: known(&self.on_create, "on_create")?,
            on_start: known(&self.on_start, "on_start")?,
            tags: mapping::known_tags(&self.tags).ok_or_else(|| mapping::missing_value("tags"))?,
        })
    }
}

impl StateModel for LifecycleConfigModel {
    type Object = LifecycleConfig;

    fn with(mut self, config: &LifecycleConfig) -> Self {
        let spec = &config.spec;
        self.id = Field::Known(spec.name.clone());
        self.name = Field::Known(spec.name.clone());
        self.kind = Field::Known(NOTEBOOK.to_owned());
        self.sdk_defaults = Field::Known(spec.sdk_defaults);
        // `2h` and `120m` are the same time: the state keeps the configuration's spelling.
        if mapping::parse_optional(&self.idle_stop, "idle_stop").ok() != Some(spec.idle_stop) {
            self.idle_stop = spec.idle_stop.map(|time| time.to_string()).into();
        }
        self.code_artifact = spec
            .code_artifact
            .as_ref()
            .map(CodeArtifactModel::from)
            .into();
        let none = spec.git_repositories.is_empty();
        if !(none && self.git_repositories.as_option().is_none_or(Vec::is_empty)) {
            self.git_repositories = mapping::strings(&spec.git_repositories);
        }
        self.on_create = spec.on_create.clone().into();
        self.on_start = spec.on_start.clone().into();
        self.arn = Field::Known(config.arn.clone());
        self.drift = Field::Known(config.drift.clone());
        self
    }
}

impl From<&CodeArtifact> for CodeArtifactModel {
    fn from(repository: &CodeArtifact) -> Self {
        Self {
            domain: Field::Known(repository.domain.clone()),
            domain_owner: repository.domain_owner.clone().into(),
            repository: Field::Known(repository.repository.clone()),
        }
    }
}
