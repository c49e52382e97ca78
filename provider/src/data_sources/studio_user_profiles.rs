//! `mlspace_studio_user_profiles`: the profiles of a domain of SageMaker Studio.

use async_trait::async_trait;
use mlspace_core::name::ProjectName;
use mlspace_core::studio::FoundProfile;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::mapping;
use crate::validators;
use terraform_plugin::framework::{
    Attribute, Call, DataSource, Diagnostics, Field, Nesting, Schema, Type,
};

/// The data source.
#[derive(Debug)]
pub(crate) struct StudioUserProfilesDataSource;

/// Arguments and result.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct StudioUserProfilesModel {
    domain_id: Field<String>,
    project: Field<String>,
    profiles: Field<Vec<ProfileEntry>>,
}

/// A profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct ProfileEntry {
    name: String,
    arn: String,
    project: Option<String>,
    user: Option<String>,
    role_arn: Option<String>,
    home_efs_file_system_uid: Option<String>,
    spaces: Vec<String>,
    status: String,
}

#[async_trait]
impl DataSource<Client> for StudioUserProfilesDataSource {
    type Model = StudioUserProfilesModel;

    fn type_name(&self) -> &'static str {
        "mlspace_studio_user_profiles"
    }

    fn schema(&self) -> Schema {
        let text =
            |name, description: &str| Attribute::string(name).computed().describe(description);
        let entry = vec![
            text("name", "Name of the profile in SageMaker."),
            text("arn", "ARN of the profile."),
            text("project", "Project in the profile's tags. Null for a profile without the tags of the platform."),
            text("user", "Member in the profile's tags. Null for a profile without the tags of the platform."),
            text("role_arn", "ARN of the role of the profile's spaces. Null for the domain's."),
            text(
                "home_efs_file_system_uid",
                "User id of the profile's directory on the domain's home file system. Null if SageMaker gives none. In a \
                 domain without such a file system it leads to nothing.",
            ),
            Attribute::list("spaces", Type::String)
                .computed()
                .describe("Names of the spaces that the profile owns, in order. Each has a volume with files."),
            text("status", "Status of the profile, for example `InService`."),
        ];
        Schema::new(0)
            .describe(
                "The user profiles of a domain of SageMaker Studio, also those that are not managed with Terraform, with \
                 what leads to their files. Reading takes two calls for each profile, beside a few lists.",
            )
            .attributes([
                Attribute::string("domain_id")
                    .required()
                    .validate(validators::studio_domain_id)
                    .describe("Id of the domain."),
                Attribute::string("project")
                    .optional()
                    .validate(validators::parses_as::<ProjectName>)
                    .describe("Name of a project, to include only the profiles of its members."),
                Attribute::nested("profiles", Nesting::List, entry)
                    .computed()
                    .describe("The profiles, in the order of their names."),
            ])
    }

    async fn read(
        &self,
        client: &Client,
        _call: &mut Call,
        config: StudioUserProfilesModel,
    ) -> Result<StudioUserProfilesModel, Diagnostics> {
        let domain = mapping::required(&config.domain_id, "domain_id")?;
        let project: Option<ProjectName> = mapping::parse_optional(&config.project, "project")?;
        let all = client.studio_profiles.all(&domain, project.as_ref()).await;
        let profiles = all.map_err(|error| mapping::diagnostics(&error))?;
        Ok(StudioUserProfilesModel {
            profiles: Field::Known(profiles.into_iter().map(entry).collect()),
            ..config
        })
    }
}

fn entry(found: FoundProfile) -> ProfileEntry {
    ProfileEntry {
        name: found.name,
        arn: found.arn,
        project: found.project,
        user: found.user,
        role_arn: found.role_arn,
        home_efs_file_system_uid: found.home_efs_file_system_uid,
        spaces: found.spaces,
        status: found.status,
    }
}
