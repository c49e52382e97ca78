//! `mlspace_studio_domain`: where the platform's members use SageMaker Studio.

mod plan;
mod schema;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use mlspace_core::ownership::{Kind, Object};
use mlspace_core::studio::{
    AppSettings, DomainSettings, DomainSpec, StudioDomain, VOLUME_SIZE_DEFAULT, VolumeSizes,
    check_domain_id,
};
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::mapping::{self, StateModel, StringList, StringMap, set_of, sorted};
use crate::ownership;
use crate::studio_apps::{self, AppModel};
use terraform_plugin::framework::diagnostics::sentence;
use terraform_plugin::framework::{
    Block, Call, Change, Diagnostics, Failed, Field, Plan, Resource, Schema,
};

/// The resource type.
#[derive(Debug)]
pub(crate) struct StudioDomainResource;

/// State and configuration of a domain.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct StudioDomainModel {
    id: Field<String>,
    name: Field<String>,
    vpc_id: Field<String>,
    subnet_ids: StringList,
    security_group_ids: StringList,
    kms_key_id: Field<String>,
    default_execution_role_arn: Field<String>,
    jupyter_lab: Field<AppModel>,
    code_editor: Field<AppModel>,
    default_volume_size: Field<i64>,
    max_volume_size: Field<i64>,
    hidden_tools: StringList,
    hidden_instance_types: StringList,
    docker_access: Field<bool>,
    docker_trusted_account_ids: StringList,
    force_destroy: Field<bool>,
    tags: StringMap,
    arn: Field<String>,
    url: Field<String>,
    status: Field<String>,
    home_efs_file_system_id: Field<String>,
    drift: Field<Vec<String>>,
}

#[async_trait]
impl Resource<Client> for StudioDomainResource {
    type Model = StudioDomainModel;

    fn type_name(&self) -> &'static str {
        "mlspace_studio_domain"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe(
                "A domain of SageMaker Studio. Apps run in private subnets only, volumes are encrypted with a customer's \
                 KMS key, people sign in with IAM, outputs of notebooks are not shared, tags of domain, profile and \
                 space go to what is created in Studio, and sessions of execution roles are named after their users; \
                 there is no attribute to change any of that. A domain has no home file system: the files of a space \
                 are on the space's own volume, so that destroying a domain leaves nothing behind. A domain has no \
                 shared spaces, since all of them would run with one role.",
            )
            .attributes(schema::setting_attributes())
            .attributes(schema::computed_attributes())
            .blocks([Block::timeouts(&[("create", "30m"), ("update", "30m"), ("delete", "60m")])])
    }

    fn validate(&self, config: &StudioDomainModel, diagnostics: &mut Diagnostics) {
        mapping::check_tags(&config.tags, "tags", diagnostics);
        if let Ok(settings) = config.clone().with_defaults().settings()
            && let Err(error) = settings.check()
        {
            let detail = sentence(&error.to_string());
            diagnostics.error(error.attribute(), "Invalid value", detail);
        }
    }

    async fn modify_plan(
        &self,
        client: Option<&Client>,
        call: &Call,
        plan: &mut Plan<StudioDomainModel>,
    ) {
        plan::modify(client, call, plan).await;
    }

    fn review(
        &self,
        call: &Call,
        state: &StudioDomainModel,
        change: Change,
        diagnostics: &mut Diagnostics,
    ) {
        let object = Object::new(Kind::StudioDomain, mapping::string_or_default(&state.id));
        ownership::review(call, &object, change, diagnostics);
    }

    async fn create(
        &self,
        client: &Client,
        call: &mut Call,
        planned: StudioDomainModel,
    ) -> Result<StudioDomainModel, Failed<StudioDomainModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "create");
        let outcome = client.studio_domains.create(&operation, &spec).await;
        let outcome = outcome.map(|created| mapping::warned(call, created));
        mapping::created(call, planned.clone(), outcome).map(|result| result.keeping(planned))
    }

    async fn read(
        &self,
        client: &Client,
        call: &mut Call,
        state: StudioDomainModel,
    ) -> Result<Option<StudioDomainModel>, Diagnostics> {
        let id = mapping::required(&state.id, "id")?;
        let imported = state.name.is_null();
        let known = mapping::known_tags(&state.tags).filter(|_| !imported);
        let domain = client
            .studio_domains
            .read(&id, known.as_ref())
            .await
            .map_err(|error| mapping::diagnostics(&error))?;
        let Some(domain) = domain else {
            return Ok(None);
        };
        ownership::observe(call, &domain);
        let key = state.kms_key_id.clone();
        let mut read = state.with(&domain);
        if plan::is_same_key(client, &key, &read.kms_key_id).await {
            read.kms_key_id = key;
        }
        Ok(Some(read))
    }

    async fn update(
        &self,
        client: &Client,
        call: &mut Call,
        prior: StudioDomainModel,
        planned: StudioDomainModel,
    ) -> Result<StudioDomainModel, Failed<StudioDomainModel>> {
        let id = mapping::required(&prior.id, "id")?;
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "update");
        let outcome = client.studio_domains.update(&operation, &id, &spec).await;
        mapping::applied(call, planned.clone(), outcome).map(|result| result.keeping(planned))
    }

    async fn plan_destroy(
        &self,
        _: Option<&Client>,
        _: &Call,
        state: StudioDomainModel,
        diagnostics: &mut Diagnostics,
    ) {
        if let Some(file_system) = state.home_efs_file_system_id.as_deref() {
            diagnostics.warning(
                "",
                "File system will stay",
                format!(
                    "The domain has the home file system `{file_system}`, as it was imported. Destroying the domain \
                     keeps it, with its mount targets and their security groups. Delete them afterwards if nothing on \
                     it is needed."
                ),
            );
        }
    }

    async fn delete(
        &self,
        client: &Client,
        call: &mut Call,
        state: StudioDomainModel,
    ) -> Result<(), Failed<StudioDomainModel>> {
        let id = mapping::required(&state.id, "id")?;
        let force = state.force_destroy.as_option().copied().unwrap_or(false);
        let operation = mapping::operation(call, "delete");
        let deleted = client.studio_domains.delete(&operation, &id, force).await;
        deleted.map_err(|error| mapping::diagnostics(&error).into())
    }

    async fn import_state(
        &self,
        _: &Client,
        _: &mut Call,
        id: &str,
    ) -> Result<StudioDomainModel, Diagnostics> {
        check_domain_id(id).map_err(|error| {
            let detail = sentence(&error.to_string());
            Diagnostics::of_error("", "Invalid import id", detail)
        })?;
        Ok(StudioDomainModel {
            id: Field::Known(id.to_owned()),
            ..StudioDomainModel::default()
        })
    }

    async fn import_identity(
        &self,
        client: &Client,
        call: &mut Call,
        identity: &BTreeMap<String, String>,
    ) -> Result<StudioDomainModel, Diagnostics> {
        self.import_state(client, call, mapping::identity_part(identity, "id"))
            .await
    }
}

/// The attribute of an app: none for the defaults, unless it says them.
fn app_of(field: Field<AppModel>, found: &AppSettings) -> Field<AppModel> {
    let left_out = field.is_null() && *found == AppSettings::default();
    studio_apps::attribute_of(field, (!left_out).then_some(found))
}

impl StudioDomainModel {
    /// What the core is asked for; an error while something that it needs is unknown.
    fn spec(&self) -> Result<DomainSpec, Diagnostics> {
        Ok(DomainSpec {
            name: mapping::required(&self.name, "name")?,
            vpc_id: mapping::required(&self.vpc_id, "vpc_id")?,
            subnet_ids: sorted(&self.subnet_ids, "subnet_ids")?,
            kms_key_id: mapping::required(&self.kms_key_id, "kms_key_id")?,
            settings: self.settings()?,
            tags: mapping::known_tags(&self.tags).ok_or_else(|| mapping::missing_value("tags"))?,
        })
    }

    fn settings(&self) -> Result<DomainSettings, Diagnostics> {
        let set = |field: &StringList, attribute: &str| -> Result<BTreeSet<String>, Diagnostics> {
            Ok(sorted(field, attribute)?.into_iter().collect())
        };
        let app = |field: &Field<AppModel>, attribute: &str| {
            let settings = studio_apps::settings(field, attribute)?;
            Ok::<_, Diagnostics>(settings.unwrap_or_default())
        };
        Ok(DomainSettings {
            execution_role_arn: mapping::required(
                &self.default_execution_role_arn,
                "default_execution_role_arn",
            )?,
            security_group_ids: sorted(&self.security_group_ids, "security_group_ids")?,
            jupyter_lab: app(&self.jupyter_lab, "jupyter_lab")?,
            code_editor: app(&self.code_editor, "code_editor")?,
            volumes: VolumeSizes {
                default: mapping::required(&self.default_volume_size, "default_volume_size")?,
                maximum: mapping::required(&self.max_volume_size, "max_volume_size")?,
            },
            hidden_tools: set(&self.hidden_tools, "hidden_tools")?,
            hidden_instance_types: set(&self.hidden_instance_types, "hidden_instance_types")?,
            docker: mapping::required(&self.docker_access, "docker_access")?,
            docker_trusted_account_ids: set(
                &self.docker_trusted_account_ids,
                "docker_trusted_account_ids",
            )?,
        })
    }

    /// A configuration with the defaults of the schema, and without what does not matter to checks.
    fn with_defaults(mut self) -> Self {
        let sizes = VOLUME_SIZE_DEFAULT;
        self.default_volume_size = mapping::or_default(self.default_volume_size, sizes.default);
        self.max_volume_size = mapping::or_default(self.max_volume_size, sizes.maximum);
        self.docker_access = mapping::or_default(self.docker_access, false);
        self.default_execution_role_arn = Field::Known(String::new());
        self.security_group_ids = Field::Null;
        self
    }

    /// This result of an apply with the values that the plan knew, which Terraform requires. A change
    /// by somebody else in the meantime shows in the next refresh.
    fn keeping(mut self, planned: Self) -> Self {
        macro_rules! keep {
            ($($field:ident)*) => {
                $(if !planned.$field.is_unknown() {
                    self.$field = planned.$field;
                })*
            };
        }
        keep!(id name vpc_id kms_key_id default_execution_role_arn default_volume_size max_volume_size
            docker_access force_destroy arn url status home_efs_file_system_id drift);
        self
    }
}

impl StateModel for StudioDomainModel {
    type Object = StudioDomain;

    fn with(mut self, domain: &StudioDomain) -> Self {
        let settings = &domain.settings;
        self.id = Field::Known(domain.id.clone());
        self.name = Field::Known(domain.name.clone());
        self.vpc_id = domain.vpc_id.clone().into();
        self.subnet_ids = set_of(self.subnet_ids, &domain.subnet_ids);
        self.security_group_ids = set_of(self.security_group_ids, &settings.security_group_ids);
        self.kms_key_id = domain.kms_key_id.clone().into();
        self.default_execution_role_arn = Field::Known(settings.execution_role_arn.clone());
        self.jupyter_lab = app_of(self.jupyter_lab, &settings.jupyter_lab);
        self.code_editor = app_of(self.code_editor, &settings.code_editor);
        self.default_volume_size = Field::Known(settings.volumes.default);
        self.max_volume_size = Field::Known(settings.volumes.maximum);
        self.hidden_tools = set_of(self.hidden_tools, &settings.hidden_tools);
        self.hidden_instance_types =
            set_of(self.hidden_instance_types, &settings.hidden_instance_types);
        self.docker_access = Field::Known(settings.docker);
        self.docker_trusted_account_ids = set_of(
            self.docker_trusted_account_ids,
            &settings.docker_trusted_account_ids,
        );
        self.force_destroy = mapping::or_default(self.force_destroy, false);
        if !(self.tags.is_null() && domain.tags.is_empty()) {
            self.tags = mapping::tag_map(&domain.tags);
        }
        self.arn = Field::Known(domain.arn.clone());
        self.url = domain.url.clone().into();
        self.status = Field::Known(domain.status.clone());
        self.home_efs_file_system_id = domain.home_efs_file_system_id.clone().into();
        self.drift = Field::Known(domain.drift.clone());
        self
    }
}
