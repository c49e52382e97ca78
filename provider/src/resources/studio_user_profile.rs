//! `mlspace_studio_user_profile`: a member's profile in a domain of SageMaker Studio.

use std::collections::BTreeMap;

use async_trait::async_trait;
use mlspace_core::layout::user_profile_name;
use mlspace_core::name::{ProjectName, UserName};
use mlspace_core::ownership::{Kind, Object};
use mlspace_core::studio::{ProfileKey, StudioUserProfile, UserProfileSpec};
use serde::{Deserialize, Serialize};

use crate::attributes::{drift_attribute, id_attribute, plan_drift};
use crate::client::Client;
use crate::mapping::{self, StateModel, StringList, StringMap, set_of, sorted};
use crate::ownership;
use crate::studio_apps::{self, AppModel};
use crate::validators;
use terraform_plugin::framework::diagnostics::sentence;
use terraform_plugin::framework::{
    Attribute, Block, Call, Change, Diagnostics, Failed, Field, Plan, Resource, Schema, Type, Value,
};

/// The resource type.
#[derive(Debug)]
pub(crate) struct StudioUserProfileResource;

/// State and configuration of a profile.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct StudioUserProfileModel {
    id: Field<String>,
    domain_id: Field<String>,
    project: Field<String>,
    user: Field<String>,
    name: Field<String>,
    security_group_ids: StringList,
    jupyter_lab: Field<AppModel>,
    code_editor: Field<AppModel>,
    force_destroy: Field<bool>,
    tags: StringMap,
    arn: Field<String>,
    role_arn: Field<String>,
    status: Field<String>,
    drift: Field<Vec<String>>,
}

#[async_trait]
impl Resource<Client> for StudioUserProfileResource {
    type Model = StudioUserProfileModel;

    fn type_name(&self) -> &'static str {
        "mlspace_studio_user_profile"
    }

    fn schema(&self) -> Schema {
        let whose = "for this profile, in place of all of the domain's: what is left out here has its default, also \
                     the idle timeout. SageMaker does not return a profile to the domain's settings, so removing the \
                     attribute is refused.";
        let refers = |what: &str| {
            format!(
                "{what} Refer to the attribute of `mlspace_membership`. Changing it replaces the profile."
            )
        };
        Schema::new(0)
            .describe(
                "The user profile of one member in one project, in a domain of SageMaker Studio. Its spaces run as the \
                 membership's role, and what is created in them has the tags of project and user. A person who works in \
                 two projects has two profiles. Where the platform offers the service `studio`, suspending the project or \
                 the user stops the apps of its profiles and closes them.",
            )
            .attributes([
                id_attribute("domain id, project and user, for example `d-0123456789ab/fraud/alice`."),
                Attribute::string("domain_id")
                    .required()
                    .requires_replace()
                    .identity()
                    .describe("Id of the domain. Changing it replaces the profile.")
                    .validate(validators::studio_domain_id),
                Attribute::string("project")
                    .required()
                    .requires_replace()
                    .identity()
                    .describe(refers("Name of the project."))
                    .validate(validators::parses_as::<ProjectName>),
                Attribute::string("user")
                    .required()
                    .requires_replace()
                    .identity()
                    .describe(refers("Name of the user, who must be a member of the project."))
                    .validate(validators::parses_as::<UserName>),
                Attribute::string("name").computed().use_state_for_unknown().describe(
                    "Name of the profile: project and user in lower case, or the project and a hash where SageMaker does \
                     not admit the user's name.",
                ),
                Attribute::set("security_group_ids", Type::String)
                    .optional()
                    .describe("Security groups of its apps beside those of the domain. Changed in place."),
                studio_apps::attribute("jupyter_lab", "JupyterLab", whose),
                studio_apps::attribute("code_editor", "Code Editor", whose),
                Attribute::bool("force_destroy").optional().default(Value::Bool(false)).describe(
                    "Whether destroying or replacing the profile also deletes its apps and its spaces, with the files on \
                     their volumes. Otherwise destroy refuses while any exist, and names them.",
                ),
                Attribute::map("tags", Type::String)
                    .optional()
                    .describe("Tags in addition to the provider's `default_tags` and the platform's own."),
                Attribute::string("arn")
                    .computed()
                    .use_state_for_unknown()
                    .describe("ARN of the profile."),
                Attribute::string("role_arn")
                    .computed()
                    .use_state_for_unknown()
                    .describe("ARN of the membership's role, as which its spaces run."),
                Attribute::string("status")
                    .computed()
                    .use_state_for_unknown()
                    .describe("Status that SageMaker gave last, for example `InService`."),
                drift_attribute(),
            ])
            .blocks([Block::timeouts(&[("create", "20m"), ("update", "20m"), ("delete", "40m")])])
    }

    fn validate(&self, config: &StudioUserProfileModel, diagnostics: &mut Diagnostics) {
        mapping::check_tags(&config.tags, "tags", diagnostics);
        for (attribute, field) in [
            ("jupyter_lab", &config.jupyter_lab),
            ("code_editor", &config.code_editor),
        ] {
            if let Ok(Some(app)) = studio_apps::settings(field, attribute)
                && let Err(error) = app.check(attribute)
            {
                diagnostics.error(attribute, "Invalid value", sentence(&error.to_string()));
            }
        }
    }

    async fn modify_plan(
        &self,
        client: Option<&Client>,
        call: &Call,
        plan: &mut Plan<StudioUserProfileModel>,
    ) {
        let prior = plan.prior.clone();
        let drift = prior.as_ref().map(|prior| &prior.drift);
        let drifted = plan_drift(drift, &mut plan.proposed.drift);
        if let Some(prior) = &prior {
            if !plan.is_replace() {
                refuse_return(prior, plan);
            }
            if drifted {
                plan.proposed.role_arn = Field::Unknown;
            }
            let settled = prior.status.as_deref() == Some("InService");
            if !settled && (drifted || prior.spec().ok() != plan.proposed.spec().ok()) {
                plan.proposed.status = Field::Unknown;
            }
        }
        if let Ok(key) = plan.proposed.key() {
            plan.proposed.id = Field::Known(key.to_string());
        }
        let (Ok(project), Ok(user)) = (
            mapping::parse(&plan.proposed.project, "project"),
            mapping::parse(&plan.proposed.user, "user"),
        ) else {
            return;
        };
        plan.proposed.name = Field::Known(user_profile_name(&project, &user));
        let Some(client) = client else { return };
        let profiles = &client.studio_profiles;
        // Without an answer it is unknown: the call that needs it fails anyway.
        if plan.proposed.role_arn.is_unknown()
            && let Ok(arn) = profiles.role_arn(&project, &user).await
        {
            plan.proposed.role_arn = Field::Known(arn);
        }
        if prior.is_none() {
            let (run, domain) = (ownership::run(call), plan.proposed.domain_id.as_deref());
            let outcome = profiles.plan_new(&project, &user, domain, &run).await;
            mapping::planned(outcome, &mut plan.diagnostics);
        }
    }

    fn review(
        &self,
        call: &Call,
        state: &StudioUserProfileModel,
        change: Change,
        diagnostics: &mut Diagnostics,
    ) {
        let object = Object::new(
            Kind::StudioUserProfile,
            mapping::string_or_default(&state.id),
        );
        ownership::review(call, &object, change, diagnostics);
    }

    async fn create(
        &self,
        client: &Client,
        call: &mut Call,
        planned: StudioUserProfileModel,
    ) -> Result<StudioUserProfileModel, Failed<StudioUserProfileModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "create");
        let outcome = client.studio_profiles.create(&operation, &spec).await;
        let outcome = outcome.map(|created| mapping::warned(call, created));
        mapping::created(call, planned.clone(), outcome).map(|result| result.keeping(planned))
    }

    async fn read(
        &self,
        client: &Client,
        call: &mut Call,
        state: StudioUserProfileModel,
    ) -> Result<Option<StudioUserProfileModel>, Diagnostics> {
        let key = state.key()?;
        let imported = state.arn.is_null();
        let known = mapping::known_tags(&state.tags).filter(|_| !imported);
        let memory = ownership::memory(call);
        let profile = client
            .studio_profiles
            .refresh(&key, known.as_ref(), memory.as_ref())
            .await
            .map_err(|error| mapping::diagnostics(&error))?;
        let Some(profile) = profile else {
            return Ok(None);
        };
        ownership::observe(call, &profile);
        Ok(Some(state.with(&profile)))
    }

    async fn update(
        &self,
        client: &Client,
        call: &mut Call,
        _prior: StudioUserProfileModel,
        planned: StudioUserProfileModel,
    ) -> Result<StudioUserProfileModel, Failed<StudioUserProfileModel>> {
        let spec = planned.spec()?;
        let operation = mapping::operation(call, "update");
        let outcome = client.studio_profiles.update(&operation, &spec).await;
        mapping::applied(call, planned.clone(), outcome).map(|result| result.keeping(planned))
    }

    async fn delete(
        &self,
        client: &Client,
        call: &mut Call,
        state: StudioUserProfileModel,
    ) -> Result<(), Failed<StudioUserProfileModel>> {
        let key = state.key()?;
        let force = state.force_destroy.as_option().copied().unwrap_or(false);
        let operation = mapping::operation(call, "delete");
        let deleted = client.studio_profiles.delete(&operation, &key, force).await;
        deleted.map_err(|error| mapping::diagnostics(&error).into())
    }

    async fn import_state(
        &self,
        _: &Client,
        _: &mut Call,
        id: &str,
    ) -> Result<StudioUserProfileModel, Diagnostics> {
        let form = "`DOMAIN_ID/PROJECT/USER`, for example `d-0123456789ab/fraud/alice`";
        Ok(StudioUserProfileModel::default().at(&mapping::parse_id(id, form)?))
    }

    async fn import_identity(
        &self,
        client: &Client,
        call: &mut Call,
        identity: &BTreeMap<String, String>,
    ) -> Result<StudioUserProfileModel, Diagnostics> {
        let part = |attribute| mapping::identity_part(identity, attribute);
        let id = format!("{}/{}/{}", part("domain_id"), part("project"), part("user"));
        self.import_state(client, call, &id).await
    }
}

/// Refuses a plan that takes an app's settings out of a profile.
fn refuse_return(prior: &StudioUserProfileModel, plan: &mut Plan<StudioUserProfileModel>) {
    for (attribute, had, has) in [
        (
            "jupyter_lab",
            &prior.jupyter_lab,
            &plan.proposed.jupyter_lab,
        ),
        (
            "code_editor",
            &prior.code_editor,
            &plan.proposed.code_editor,
        ),
    ] {
        if !had.is_null() && has.is_null() {
            plan.diagnostics.error(
                attribute,
                "Setting cannot be taken back",
                format!(
                    "The profile has settings of its own in `{attribute}`, and SageMaker does not return it to the \
                     domain's. Write the domain's values here, or create the profile anew with \
                     `terraform apply -replace=ADDRESS`."
                ),
            );
        }
    }
}

impl StudioUserProfileModel {
    fn key(&self) -> Result<ProfileKey, Diagnostics> {
        Ok(ProfileKey {
            domain_id: mapping::required(&self.domain_id, "domain_id")?,
            project: mapping::parse(&self.project, "project")?,
            user: mapping::parse(&self.user, "user")?,
        })
    }

    /// This model with the identity of a profile.
    fn at(mut self, key: &ProfileKey) -> Self {
        self.id = Field::Known(key.to_string());
        self.domain_id = Field::Known(key.domain_id.clone());
        self.project = Field::Known(key.project.to_string());
        self.user = Field::Known(key.user.to_string());
        self.name = Field::Known(key.name());
        self
    }

    /// What the core is asked for; an error while something that it needs is unknown.
    fn spec(&self) -> Result<UserProfileSpec, Diagnostics> {
        Ok(UserProfileSpec {
            key: self.key()?,
            security_group_ids: sorted(&self.security_group_ids, "security_group_ids")?,
            jupyter_lab: studio_apps::settings(&self.jupyter_lab, "jupyter_lab")?,
            code_editor: studio_apps::settings(&self.code_editor, "code_editor")?,
            tags: mapping::known_tags(&self.tags).ok_or_else(|| mapping::missing_value("tags"))?,
        })
    }

    /// This result of an apply with the values that the plan knew, which Terraform requires. A change
    /// by somebody else in the meantime shows in the next refresh.
    fn keeping(mut self, planned: Self) -> Self {
        for (field, planned) in [
            (&mut self.arn, planned.arn),
            (&mut self.role_arn, planned.role_arn),
            (&mut self.status, planned.status),
        ] {
            if !planned.is_unknown() {
                *field = planned;
            }
        }
        if !planned.drift.is_unknown() {
            self.drift = planned.drift;
        }
        self
    }
}

impl StateModel for StudioUserProfileModel {
    type Object = StudioUserProfile;

    fn with(self, profile: &StudioUserProfile) -> Self {
        let mut model = self.at(&profile.key);
        model.security_group_ids = set_of(model.security_group_ids, &profile.security_group_ids);
        model.jupyter_lab =
            studio_apps::attribute_of(model.jupyter_lab, profile.jupyter_lab.as_ref());
        model.code_editor =
            studio_apps::attribute_of(model.code_editor, profile.code_editor.as_ref());
        model.force_destroy = mapping::or_default(model.force_destroy, false);
        if !(model.tags.is_null() && profile.tags.is_empty()) {
            model.tags = mapping::tag_map(&profile.tags);
        }
        model.arn = Field::Known(profile.arn.clone());
        model.role_arn = Field::Known(profile.role_arn.clone());
        model.status = Field::Known(profile.status.clone());
        model.drift = Field::Known(profile.drift.clone());
        model
    }
}
