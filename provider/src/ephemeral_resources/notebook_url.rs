//! `mlspace_notebook_url`: a URL that opens a notebook instance.

use async_trait::async_trait;
use mlspace_core::aws::Error;
use mlspace_core::name::NotebookName;
use mlspace_core::ownership::{Kind, Object};
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
pub(crate) struct NotebookUrl;

/// Arguments and result.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct NotebookUrlModel {
    name: Field<String>,
    session_expiration: Field<String>,
    project: Field<String>,
    user: Field<String>,
    url: Field<String>,
}

#[async_trait]
impl EphemeralResource<Client> for NotebookUrl {
    type Model = NotebookUrlModel;

    fn type_name(&self) -> &'static str {
        "mlspace_notebook_url"
    }

    fn schema(&self) -> Schema {
        Schema::new(0)
            .describe(format!(
                "A URL that opens Jupyter in a member's notebook instance. It can be opened within five minutes.\n\n\
                 {WHO}\n\n\
                 A plan opens it too, and needs a notebook that is `InService`; of one that the same plan creates, the \
                 URL is known after the apply."
            ))
            .attributes([
                Attribute::string("name")
                    .required()
                    .describe(
                        "Name of the notebook. Where the same configuration makes it, refer to the attribute of \
                         `mlspace_notebook`, so that it is created first.",
                    )
                    .validate(validators::parses_as::<NotebookName>),
                Attribute::string("session_expiration")
                    .optional()
                    .describe(
                        "How long the person stays signed in, from `30m` to `12h`, which is the default. The duration is \
                         written with the units `h`, `m` and `s`.",
                    )
                    .validate(validators::duration_between("30m", "12h")),
                Attribute::string("project")
                    .computed()
                    .describe("Name of the notebook's project."),
                Attribute::string("user")
                    .computed()
                    .describe("Name of the member, as whom the holder of the URL works."),
                Attribute::string("url").computed().sensitive().describe("The URL."),
            ])
    }

    async fn open(
        &self,
        client: &Client,
        call: &mut Call,
        config: NotebookUrlModel,
    ) -> Result<Opened<NotebookUrlModel>, Diagnostics> {
        let name: NotebookName = mapping::parse(&config.name, "name")?;
        let session = mapping::duration(&config.session_expiration);
        let (project, user, url) = match client.notebooks.open(&name, session).await {
            Ok(opened) => (
                Field::Known(opened.project.to_string()),
                Field::Known(opened.user.to_string()),
                Field::Known(opened.url.reveal().to_owned()),
            ),
            Err(Error::NotFound { .. })
                if ownership::creates(call, &Object::new(Kind::Notebook, &name)) =>
            {
                (Field::Unknown, Field::Unknown, Field::Unknown)
            }
            Err(error) => return Err(mapping::diagnostics(&error)),
        };
        Ok(Opened::new(NotebookUrlModel {
            project,
            user,
            url,
            ..config
        }))
    }
}
