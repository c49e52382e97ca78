//! `mlspace_studio_url`: a URL that opens SageMaker Studio with a user profile.

use async_trait::async_trait;
use mlspace_core::aws::Error;
use mlspace_core::name::{ProjectName, UserName};
use mlspace_core::ownership::{Kind, Object};
use mlspace_core::studio::{Opening, ProfileKey};
use serde::{Deserialize, Serialize};

use super::WHO;
use crate::client::Client;
use crate::mapping;
use crate::ownership;
use crate::validators;
use terraform_plugin::framework::{
    Attribute, Call, Diagnostics, EphemeralResource, Field, Opened, Schema,
};

/// The ephemeral resource.
#[derive(Debug)]
pub(crate) struct StudioUrl;

/// Arguments and result.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct StudioUrlModel {
    domain_id: Field<String>,
    project: Field<String>,
    user: Field<String>,
    space_name: Field<String>,
    landing_uri: Field<String>,
    expires_in: Field<String>,
    session_expiration: Field<String>,
    user_profile_name: Field<String>,
    url: Field<String>,
}

#[async_trait]
impl EphemeralResource<Client> for StudioUrl {
    type Model = StudioUrlModel;

    fn type_name(&self) -> &'static str {
        "mlspace_studio_url"
    }

    fn schema(&self) -> Schema {
        let refers = |what: &str| {
            format!(
                "{what} Where the same configuration makes the profile, refer to the attribute of \
                 `mlspace_studio_user_profile`, so that it is created first."
            )
        };
        Schema::new(0)
            .describe(format!(
                "A URL that opens SageMaker Studio with a member's user profile, in a domain where people sign in with \
                 IAM.\n\n\
                 {WHO}\n\n\
                 A plan opens it too; of a profile that the same plan creates, the URL is known after the apply."
            ))
            .attributes([
                Attribute::string("domain_id")
                    .required()
                    .describe(refers("Id of the domain."))
                    .validate(validators::studio_domain_id),
                Attribute::string("project")
                    .required()
                    .describe(refers("Name of the project."))
                    .validate(validators::parses_as::<ProjectName>),
                Attribute::string("user")
                    .required()
                    .describe(refers("Name of the member, as whom the holder of the URL works."))
                    .validate(validators::parses_as::<UserName>),
                Attribute::string("space_name")
                    .optional()
                    .describe("Name of a private space of the profile, to open it. By default, Studio opens.")
                    .validate(validators::studio_space_name),
                Attribute::string("landing_uri")
                    .optional()
                    .describe(
                        "Page to open: `studio::`, `app:JupyterLab:` or `app:CodeEditor:` and a relative path. Defaults \
                         to the domain's.",
                    )
                    .validate(validators::studio_landing_uri),
                Attribute::string("expires_in")
                    .optional()
                    .describe(
                        "How long the URL can be opened, from `5s` to `5m`, which is the default. The duration is written \
                         with the units `h`, `m` and `s`.",
                    )
                    .validate(validators::duration_between("5s", "5m")),
                Attribute::string("session_expiration")
                    .optional()
                    .describe("How long the person stays signed in, from `30m` to `12h`, which is the default.")
                    .validate(validators::duration_between("30m", "12h")),
                Attribute::string("user_profile_name")
                    .computed()
                    .describe("Name of the profile in SageMaker."),
                Attribute::string("url").computed().sensitive().describe("The URL."),
            ])
    }

    async fn open(
        &self,
        client: &Client,
        call: &mut Call,
        config: StudioUrlModel,
    ) -> Result<Opened<StudioUrlModel>, Diagnostics> {
        let key = ProfileKey {
            domain_id: mapping::required(&config.domain_id, "domain_id")?,
            project: mapping::parse(&config.project, "project")?,
            user: mapping::parse(&config.user, "user")?,
        };
        let opening = Opening {
            space: config.space_name.as_option().cloned(),
            landing_uri: config.landing_uri.as_option().cloned(),
            expires_in: mapping::duration(&config.expires_in),
            session: mapping::duration(&config.session_expiration),
        };
        let profile = Object::new(Kind::StudioUserProfile, &key);
        let url = match client.studio_profiles.open(&key, &opening).await {
            Ok(opened) => Field::Known(opened.url.reveal().to_owned()),
            Err(Error::NotFound { .. })
                if ownership::creates(call, &profile) || creates_space(call, &key, &opening) =>
            {
                Field::Unknown
            }
            Err(error) => return Err(mapping::diagnostics(&error)),
        };
        Ok(Opened::new(StudioUrlModel {
            user_profile_name: Field::Known(key.name()),
            url,
            ..config
        }))
    }
}

/// Whether this run creates the space that is to be opened.
fn creates_space(call: &Call, key: &ProfileKey, opening: &Opening) -> bool {
    opening.space.as_ref().is_some_and(|space| {
        let id = format!("{}/{space}", key.domain_id);
        ownership::creates(call, &Object::new(Kind::StudioSpace, id))
    })
}
