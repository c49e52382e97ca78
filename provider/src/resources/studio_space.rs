//! `mlspace_studio_space`: a private space of a member's profile in a domain of SageMaker Studio.

use std::collections::BTreeMap;

use async_trait::async_trait;
use mlspace_core::name::{ProjectName, UserName};
use mlspace_core::notebook::plan_volume;
use mlspace_core::ownership::{Kind, Object};
use mlspace_core::studio::{
    AppKind, KnownSpace, SpaceKey, SpaceSettings, SpaceSpec, StudioSpace, VOLUME_SIZE_MAX,
    VOLUME_SIZE_MIN,
};
use serde::{Deserialize, Serialize};

use crate::attributes::{drift_attribute, id_attribute, plan_drift};
use crate::client::Client;
use crate::mapping::{self, StateModel, StringMap};
use crate::ownership;
use crate::validators;
use terraform_plugin::framework::diagnostics::sentence;
use terraform_plugin::framework::{
    Attribute, Block, Call, Change, Diagnostics, Failed, Field, Plan, Resource, Schema, Type, Value,
};

/// The resource type.
#[derive(Debug)]
pub(crate) struct StudioSpaceResource;

/// State and configuration of a space.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct StudioSpaceModel {
    id: Field<String>,
    domain_id: Field<String>,
    name: Field<String>,
    project: Field<String>,
    user: Field<String>,
    app_type: Field<String>,
    instance_type: Field<String>,
    volume_size: Field<i64>,
    lifecycle_config_arn: Field<String>,
    running: Field<bool>,
    force_destroy: Field<bool>,
    tags: StringMap,
    arn: Field<String>,
    url: Field<String>,
    status: Field<String>,
    drift: Field<Vec<String>>,
}

/// What a replacement deletes, in the descriptions of the attributes.
const REPLACES: &str =
    "Changing it replaces the space, which the plan refuses without `force_destroy`.";

#[async_trait]
impl Resource<Client> for StudioSpaceResource {
    type Model = StudioSpaceModel;

    fn type_name(&self) -> &'static str {
        "mlspace_studio_space"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe(
                "A private space of a member in SageMaker Studio: a volume, and an app that works on it. It belongs to the \
                 member's user profile and runs as the membership's role. Members create further spaces themselves. \
                 Shared spaces cannot be made, because all of a domain run with one role.",
            )
            .attributes(identity_attributes())
            .attributes(setting_attributes())
            .attributes([
                Attribute::string("arn")
                    .computed()
                    .use_state_for_unknown()
                    .describe("ARN of the space."),
                Attribute::string("url")
                    .computed()
                    .use_state_for_unknown()
                    .describe("Where the space answers; opening it takes a presigned URL."),
                Attribute::string("status")
                    .computed()
                    .use_state_for_unknown()
                    .describe("Status of the space that SageMaker gave last, for example `InService`."),
                drift_attribute(),
            ])
            .blocks([Block::timeouts(&[("create", "20m"), ("update", "30m"), ("delete", "30m")])])
    }

    fn validate(&self, config: &StudioSpaceModel, diagnostics: &mut Diagnostics) {
        mapping::check_tags(&config.tags, "tags", diagnostics);
    }

    async fn modify_plan(
        &self,
        client: Option<&Client>,
        call: &Call,
        plan: &mut Plan<StudioSpaceModel>,
    ) {
        let prior = plan.prior.clone();
        let drift = prior.as_ref().map(|prior| &prior.drift);
        let drifted = plan_drift(drift, &mut plan.proposed.drift);
        if let Ok(key) = plan.proposed.key() {
            plan.proposed.id = Field::Known(key.to_string());
        }
        match prior {
            None => plan_create(client, call, plan).await,
            Some(prior) if plan.is_replace() => refuse_replacement(&prior, plan),
            Some(prior) => plan_change(client, &prior, drifted, plan).await,
        }
    }

    fn review(
        &self,
        call: &Call,
        state: &StudioSpaceModel,
        change: Change,
        diagnostics: &mut Diagnostics,
    ) {
        let object = Object::new(Kind::StudioSpace, mapping::string_or_default(&state.id));
        ownership::review(call, &object, change, diagnostics);
    }

    async fn create(
        &self,
        client: &Client,
        call: &mut Call,
        planned: StudioSpaceModel,
    ) -> Result<StudioSpaceModel, Failed<StudioSpaceModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "create");
        let outcome = client.studio_spaces.create(&operation, &spec).await;
        let outcome = outcome.map(|created| mapping::warned(call, created));
        mapping::created(call, planned.clone(), outcome).map(|result| result.keeping(planned))
    }

    async fn read(
        &self,
        client: &Client,
        call: &mut Call,
        state: StudioSpaceModel,
    ) -> Result<Option<StudioSpaceModel>, Diagnostics> {
        let key = state.key()?;
        let imported = state.arn.is_null();
        let owned = match imported {
            true => None,
            false => Some((state.project()?, state.user()?)),
        };
        let tags = mapping::known_tags(&state.tags).unwrap_or_default();
        let known = owned.as_ref().map(|(project, user)| KnownSpace {
            project,
            user,
            tags: &tags,
        });
        let memory = ownership::memory(call);
        let read = client
            .studio_spaces
            .refresh(&key, known, memory.as_ref())
            .await;
        let Some(space) = read.map_err(|error| mapping::diagnostics(&error))? else {
            return Ok(None);
        };
        ownership::observe(call, &space);
        Ok(Some(state.with(&space)))
    }

    async fn update(
        &self,
        client: &Client,
        call: &mut Call,
        _prior: StudioSpaceModel,
        planned: StudioSpaceModel,
    ) -> Result<StudioSpaceModel, Failed<StudioSpaceModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "update");
        let outcome = client.studio_spaces.update(&operation, &spec).await;
        mapping::applied(call, planned.clone(), outcome).map(|result| result.keeping(planned))
    }

    async fn delete(
        &self,
        client: &Client,
        call: &mut Call,
        state: StudioSpaceModel,
    ) -> Result<(), Failed<StudioSpaceModel>> {
        let key = state.key()?;
        let force = state.force_destroy.as_option().copied().unwrap_or(false);
        let operation = mapping::operation(call, "delete");
        let deleted = client.studio_spaces.delete(&operation, &key, force).await;
        deleted.map_err(|error| mapping::diagnostics(&error).into())
    }

    async fn import_state(
        &self,
        _: &Client,
        _: &mut Call,
        id: &str,
    ) -> Result<StudioSpaceModel, Diagnostics> {
        let form = "`DOMAIN_ID/NAME`, for example `d-0123456789ab/alice-lab`";
        Ok(StudioSpaceModel::default().at(&mapping::parse_id(id, form)?))
    }

    async fn import_identity(
        &self,
        client: &Client,
        call: &mut Call,
        identity: &BTreeMap<String, String>,
    ) -> Result<StudioSpaceModel, Diagnostics> {
        let part = |attribute| mapping::identity_part(identity, attribute);
        let id = format!("{}/{}", part("domain_id"), part("name"));
        self.import_state(client, call, &id).await
    }
}

/// Which space it is, and whose.
fn identity_attributes() -> [Attribute; 6] {
    let refers = |what: &str| {
        format!("{what} Refer to the attribute of `mlspace_studio_user_profile`. {REPLACES}")
    };
    [
        id_attribute("domain id and name, for example `d-0123456789ab/alice-lab`."),
        Attribute::string("domain_id")
            .required()
            .requires_replace()
            .identity()
            .describe(format!("Id of the domain. {REPLACES}"))
            .validate(validators::studio_domain_id),
        Attribute::string("name")
            .required()
            .requires_replace()
            .identity()
            .describe(format!(
                "Name of the space, unique in the domain: 1 to 63 ASCII letters, digits and inner hyphens. {REPLACES}"
            ))
            .validate(validators::studio_space_name),
        Attribute::string("project")
            .required()
            .requires_replace()
            .describe(refers("Name of the project."))
            .validate(validators::parses_as::<ProjectName>),
        Attribute::string("user")
            .required()
            .requires_replace()
            .describe(refers("Name of the user, who must have a profile for the project in the domain."))
            .validate(validators::parses_as::<UserName>),
        Attribute::string("app_type")
            .optional()
            .default(Value::from("JupyterLab"))
            .requires_replace()
            .describe(format!(
                "What runs in it: `JupyterLab` or `CodeEditor`. Defaults to `JupyterLab`. {REPLACES}"
            ))
            .validate(validators::one_of(AppKind::NAMES)),
    ]
}

/// What a configuration can change in place.
fn setting_attributes() -> [Attribute; 6] {
    let restart = "Changing it stops a running app and starts it again.";
    [
        Attribute::string("instance_type")
            .required()
            .describe(format!(
                "Instance type of the app, for example `ml.t3.medium`, within the `limits` on notebooks. {restart}"
            ))
            .validate(validators::instance_type),
        Attribute::integer("volume_size")
            .optional()
            .default(Value::from(VOLUME_SIZE_MIN))
            .describe(format!(
                "Size of the volume in GB: {VOLUME_SIZE_MIN} to {VOLUME_SIZE_MAX}, and at most the domain's \
                 `max_volume_size`. Defaults to {VOLUME_SIZE_MIN}. A size that is smaller than the volume keeps it, with \
                 a warning. {restart}"
            ))
            .validate(validators::between(VOLUME_SIZE_MIN, VOLUME_SIZE_MAX)),
        Attribute::string("lifecycle_config_arn").optional().describe(format!(
            "ARN of the lifecycle configuration of Studio that runs when the app starts. {restart}"
        )),
        Attribute::bool("running").optional().describe(
            "Whether its app should be running. Leave it out to leave that to the member, who starts and stops it in \
             Studio. With `true`, every apply starts an app that was stopped, also one that was stopped for not being \
             used.",
        ),
        Attribute::bool("force_destroy").optional().default(Value::Bool(false)).describe(
            "Whether destroying or replacing the space deletes its volume with all files on it. Otherwise both are refused.",
        ),
        Attribute::map("tags", Type::String)
            .optional()
            .describe("Tags in addition to the provider's `default_tags` and the platform's own."),
    ]
}

async fn plan_create(client: Option<&Client>, call: &Call, plan: &mut Plan<StudioSpaceModel>) {
    let Some(client) = client else { return };
    let mut proposed = plan.proposed.clone();
    let domain_known = !proposed.domain_id.is_unknown();
    if !domain_known {
        // Nothing that needs the domain is checked then.
        proposed.domain_id = Field::from("d-unknown");
    }
    proposed.tags = Field::Null;
    proposed.lifecycle_config_arn = Field::Null;
    let Ok(spec) = proposed.spec() else { return };
    let run = ownership::run(call);
    let outcome = client
        .studio_spaces
        .plan_new(&spec, domain_known, &run)
        .await;
    mapping::planned(outcome, &mut plan.diagnostics);
}

/// Says what a change of an existing space entails.
async fn plan_change(
    client: Option<&Client>,
    prior: &StudioSpaceModel,
    drifted: bool,
    plan: &mut Plan<StudioSpaceModel>,
) {
    if let (Some(found), Some(configured)) = (
        prior.volume_size.as_option(),
        plan.proposed.volume_size.as_option(),
    ) {
        let outcome = plan_volume(*found, *configured);
        if let Some(size) = mapping::planned(outcome, &mut plan.diagnostics) {
            plan.proposed.volume_size = Field::Known(size);
        }
    }
    let (known, spec) = (prior.spec(), plan.proposed.spec());
    let same = matches!((&known, &spec), (Ok(known), Ok(spec)) if known == spec);
    if prior.status.as_deref() != Some("InService") && (drifted || !same) {
        plan.proposed.status = Field::Unknown;
    }
    let (Some(client), Ok(known), Ok(spec)) = (client, known, spec) else {
        return;
    };
    let outcome = client.studio_spaces.plan_change(&known, &spec).await;
    mapping::planned(outcome, &mut plan.diagnostics);
}

/// Refuses a replacement, unless the state says that the files can go.
fn refuse_replacement(prior: &StudioSpaceModel, plan: &mut Plan<StudioSpaceModel>) {
    if prior.force_destroy.as_option() == Some(&true) {
        return;
    }
    let name = mapping::string_or_default(&prior.name);
    plan.diagnostics.error(
        "",
        "Space would be replaced",
        format!(
            "The change replaces space `{name}`, which deletes its volume with all files on it. Save what is worth \
             keeping, for example with `aws s3 sync` in a terminal of the space. Then set `force_destroy = true`, apply \
             that alone, and change the settings after it."
        ),
    );
}

impl StudioSpaceModel {
    fn key(&self) -> Result<SpaceKey, Diagnostics> {
        Ok(SpaceKey {
            domain_id: mapping::required(&self.domain_id, "domain_id")?,
            name: mapping::required(&self.name, "name")?,
        })
    }

    fn project(&self) -> Result<ProjectName, Diagnostics> {
        mapping::parse(&self.project, "project")
    }

    fn user(&self) -> Result<UserName, Diagnostics> {
        mapping::parse(&self.user, "user")
    }

    /// This model with the identity of a space.
    fn at(mut self, key: &SpaceKey) -> Self {
        self.id = Field::Known(key.to_string());
        self.domain_id = Field::Known(key.domain_id.clone());
        self.name = Field::Known(key.name.clone());
        self
    }

    /// What the core is asked for; an error while something that it needs is unknown.
    fn spec(&self) -> Result<SpaceSpec, Diagnostics> {
        let app: String = mapping::required(&self.app_type, "app_type")?;
        let app = AppKind::from_name(&app).ok_or_else(|| {
            let detail = sentence(&format!(
                "`{app}` is not one of {}",
                AppKind::NAMES.join(", ")
            ));
            Diagnostics::of_error("app_type", "Invalid value", detail)
        })?;
        if self.lifecycle_config_arn.is_unknown() {
            return Err(mapping::missing_value("lifecycle_config_arn"));
        }
        if self.running.is_unknown() {
            return Err(mapping::missing_value("running"));
        }
        Ok(SpaceSpec {
            key: self.key()?,
            project: self.project()?,
            user: self.user()?,
            app,
            settings: SpaceSettings {
                instance_type: mapping::required(&self.instance_type, "instance_type")?,
                volume_size: mapping::required(&self.volume_size, "volume_size")?,
                lifecycle_config_arn: self.lifecycle_config_arn.as_option().cloned(),
            },
            running: self.running.as_option().copied(),
            tags: mapping::known_tags(&self.tags).ok_or_else(|| mapping::missing_value("tags"))?,
        })
    }

    /// This result of an apply with the values that the plan knew, which Terraform requires. A change
    /// by somebody else in the meantime shows in the next refresh.
    fn keeping(mut self, planned: Self) -> Self {
        for (field, planned) in [
            (&mut self.arn, planned.arn),
            (&mut self.url, planned.url),
            (&mut self.status, planned.status),
        ] {
            if !planned.is_unknown() {
                *field = planned;
            }
        }
        if !planned.running.is_unknown() {
            self.running = planned.running;
        }
        if !planned.drift.is_unknown() {
            self.drift = planned.drift;
        }
        self
    }
}

impl StateModel for StudioSpaceModel {
    type Object = StudioSpace;

    fn with(self, space: &StudioSpace) -> Self {
        let mut model = self.at(&space.key);
        model.project = Field::Known(space.project.to_string());
        model.user = Field::Known(space.user.to_string());
        model.app_type = Field::from(space.app.name());
        model.instance_type = Field::Known(space.settings.instance_type.clone());
        model.volume_size = Field::Known(space.settings.volume_size);
        model.lifecycle_config_arn = space.settings.lifecycle_config_arn.clone().into();
        // Null: nobody but the member starts and stops it.
        if !model.running.is_null() {
            model.running = Field::Known(space.running);
        }
        model.force_destroy = mapping::or_default(model.force_destroy, false);
        if !(model.tags.is_null() && space.tags.is_empty()) {
            model.tags = mapping::tag_map(&space.tags);
        }
        model.arn = Field::Known(space.arn.clone());
        model.url = space.url.clone().into();
        model.status = Field::Known(space.status.clone());
        model.drift = Field::Known(space.drift.clone());
        model
    }
}
