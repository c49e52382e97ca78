//! Studio through the AWS SDK.

mod settings;
mod spaces;

use async_trait::async_trait;
use aws_sdk_sagemaker::operation::describe_domain::DescribeDomainOutput;
use aws_sdk_sagemaker::types::{
    AppNetworkAccessType, AppType, AuthMode, HomeEfsFileSystemCreation, OwnershipSettings,
    RetentionPolicy, RetentionType, SharingType, SpaceSharingSettings, TagPropagation,
};

use aws_smithy_types::DateTime;

use super::Status;
use super::api::{
    App, AppKind, DEFAULT_APP, DomainChange, DomainState, Fixed, Listed, ListedDomain, NewDomain,
    NewSpace, ProfileState, SpaceState, StudioApi, UrlRequest, is_deleted, is_missing,
};
use super::settings::ProfileSettings;
use super::space::SpaceSettings;
use crate::aws::sagemaker_tags::{self, sdk_tags};
use crate::aws::{Clients, Error, SdkResultExt as _};
use crate::presigned::{SecretUrl, seconds};
use crate::tags::Tags;

/// The most objects on a page of a list.
const PAGE: i32 = 100;

/// The SDK's SageMaker client, created at the first call.
pub(crate) struct SdkStudio {
    clients: Clients,
}

impl SdkStudio {
    pub(crate) fn new(clients: Clients) -> Self {
        Self { clients }
    }
}

/// The status of this name, as of each object of Studio.
fn status(name: Option<impl AsRef<str>>) -> Status {
    Status::from_name(name.as_ref().map_or("", AsRef::as_ref))
}

/// Milliseconds since the epoch.
fn millis(time: Option<DateTime>) -> Option<i64> {
    time.and_then(|time| time.to_millis().ok())
}

/// Text that is not empty.
fn some(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// `None` where SageMaker says that the object does not exist.
fn present<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

impl From<DescribeDomainOutput> for DomainState {
    fn from(found: DescribeDomainOutput) -> Self {
        let user = found.default_user_settings.unwrap_or_else(settings::none);
        let mut deviations = settings::deviations(&user);
        if found.app_network_access_type != Some(AppNetworkAccessType::VpcOnly) {
            deviations.push(Fixed::VpcOnly);
        }
        if found.tag_propagation != Some(TagPropagation::Enabled) {
            deviations.push(Fixed::TagPropagation);
        }
        deviations.sort();
        let mut subnet_ids = found.subnet_ids.unwrap_or_default();
        subnet_ids.sort();
        Self {
            id: found.domain_id.unwrap_or_default(),
            arn: found.domain_arn.unwrap_or_default(),
            name: found.domain_name.unwrap_or_default(),
            status: status(found.status),
            failure_reason: some(found.failure_reason),
            url: some(found.url),
            auth_mode: found
                .auth_mode
                .map(|mode| mode.as_str().to_owned())
                .unwrap_or_default(),
            vpc_id: some(found.vpc_id),
            subnet_ids,
            kms_key_id: some(found.kms_key_id),
            home_efs_file_system_id: some(found.home_efs_file_system_id),
            settings: settings::read_domain(user, found.domain_settings),
            deviations,
        }
    }
}

#[async_trait]
impl StudioApi for SdkStudio {
    async fn domains(&self) -> Result<Vec<ListedDomain>, Error> {
        let client = self.clients.sagemaker().await?;
        let mut domains = Vec::new();
        let mut token = None;
        loop {
            let call = client
                .list_domains()
                .max_results(PAGE)
                .set_next_token(token);
            let page = call.send().await.called("sagemaker", "ListDomains")?;
            domains.extend(
                page.domains
                    .unwrap_or_default()
                    .into_iter()
                    .map(|one| ListedDomain {
                        id: one.domain_id.unwrap_or_default(),
                        arn: one.domain_arn.unwrap_or_default(),
                        name: one.domain_name.unwrap_or_default(),
                        status: status(one.status),
                    }),
            );
            token = some(page.next_token);
            if token.is_none() {
                return Ok(domains);
            }
        }
    }

    async fn domain(&self, id: &str) -> Result<Option<DomainState>, Error> {
        let client = self.clients.sagemaker().await?;
        let answer = client.describe_domain().domain_id(id).send().await;
        let found = present(answer.called("sagemaker", "DescribeDomain"))?;
        Ok(found.map(DomainState::from))
    }

    async fn create_domain(&self, domain: &NewDomain<'_>) -> Result<String, Error> {
        let client = self.clients.sagemaker().await?;
        let created = client
            .create_domain()
            .domain_name(domain.name)
            .auth_mode(AuthMode::Iam)
            .app_network_access_type(AppNetworkAccessType::VpcOnly)
            .vpc_id(domain.vpc_id)
            .set_subnet_ids(Some(domain.subnet_ids.to_vec()))
            .kms_key_id(domain.kms_key_id)
            .home_efs_file_system_creation(HomeEfsFileSystemCreation::Disabled)
            .tag_propagation(TagPropagation::Enabled)
            .default_user_settings(settings::new_user(domain.settings)?)
            .domain_settings(settings::new_domain(domain.settings))
            .set_tags(Some(sdk_tags(domain.tags)))
            .send()
            .await
            .called("sagemaker", "CreateDomain")?;
        Ok(created.domain_id.unwrap_or_default())
    }

    async fn update_domain(&self, change: &DomainChange<'_>) -> Result<(), Error> {
        let DomainChange {
            found, settings, ..
        } = change;
        let client = self.clients.sagemaker().await?;
        let mut call = client
            .update_domain()
            .domain_id(&found.id)
            .set_default_user_settings(settings::changed_user(
                settings,
                &found.settings,
                &found.deviations,
            )?)
            .set_domain_settings_for_update(settings::changed_domain(settings, &found.settings));
        if found.deviations.contains(&Fixed::VpcOnly) {
            // It demands the network.
            call = call
                .app_network_access_type(AppNetworkAccessType::VpcOnly)
                .vpc_id(change.vpc_id)
                .set_subnet_ids(Some(change.subnet_ids.to_vec()));
        } else if found.subnet_ids != change.subnet_ids {
            call = call.set_subnet_ids(Some(change.subnet_ids.to_vec()));
        }
        if found.deviations.contains(&Fixed::TagPropagation) {
            call = call.tag_propagation(TagPropagation::Enabled);
        }
        let answer = call.send().await;
        answer.called("sagemaker", "UpdateDomain").map(drop)
    }

    async fn delete_domain(&self, id: &str) -> Result<(), Error> {
        let client = self.clients.sagemaker().await?;
        let retained = RetentionPolicy::builder().home_efs_file_system(RetentionType::Retain);
        let answer = client
            .delete_domain()
            .domain_id(id)
            .retention_policy(retained.build())
            .send()
            .await;
        present(answer.called("sagemaker", "DeleteDomain")).map(drop)
    }

    async fn profiles(&self, domain: &str) -> Result<Vec<Listed>, Error> {
        let client = self.clients.sagemaker().await?;
        let mut profiles = Vec::new();
        let mut token = None;
        loop {
            let call = client
                .list_user_profiles()
                .domain_id_equals(domain)
                .max_results(PAGE)
                .set_next_token(token);
            let page = call.send().await.called("sagemaker", "ListUserProfiles")?;
            profiles.extend(
                page.user_profiles
                    .unwrap_or_default()
                    .into_iter()
                    .map(|one| Listed {
                        name: one.user_profile_name.unwrap_or_default(),
                        status: status(one.status),
                        modified: millis(one.last_modified_time),
                        owner: None,
                    }),
            );
            token = some(page.next_token);
            if token.is_none() {
                return Ok(profiles);
            }
        }
    }

    async fn profile(&self, domain: &str, name: &str) -> Result<Option<ProfileState>, Error> {
        let client = self.clients.sagemaker().await?;
        let call = client
            .describe_user_profile()
            .domain_id(domain)
            .user_profile_name(name);
        let answer = call.send().await;
        let found = present(answer.called("sagemaker", "DescribeUserProfile"))?;
        Ok(found.map(|found| ProfileState {
            arn: found.user_profile_arn.unwrap_or_default(),
            status: status(found.status),
            modified: millis(found.last_modified_time),
            failure_reason: some(found.failure_reason),
            settings: settings::read_profile(found.user_settings.unwrap_or_else(settings::none)),
            home_efs_file_system_uid: some(found.home_efs_file_system_uid),
        }))
    }

    async fn create_profile(
        &self,
        domain: &str,
        name: &str,
        settings: &ProfileSettings,
        tags: &Tags,
    ) -> Result<(), Error> {
        let client = self.clients.sagemaker().await?;
        client
            .create_user_profile()
            .domain_id(domain)
            .user_profile_name(name)
            .user_settings(settings::profile(settings, None)?)
            .set_tags(Some(sdk_tags(tags)))
            .send()
            .await
            .called("sagemaker", "CreateUserProfile")
            .map(drop)
    }

    async fn update_profile(
        &self,
        domain: &str,
        name: &str,
        settings: &ProfileSettings,
        found: &ProfileSettings,
    ) -> Result<(), Error> {
        let client = self.clients.sagemaker().await?;
        client
            .update_user_profile()
            .domain_id(domain)
            .user_profile_name(name)
            .user_settings(settings::profile(settings, Some(found))?)
            .send()
            .await
            .called("sagemaker", "UpdateUserProfile")
            .map(drop)
    }

    async fn delete_profile(&self, domain: &str, name: &str) -> Result<(), Error> {
        let client = self.clients.sagemaker().await?;
        let call = client
            .delete_user_profile()
            .domain_id(domain)
            .user_profile_name(name);
        let answer = call.send().await;
        present(answer.called("sagemaker", "DeleteUserProfile")).map(drop)
    }

    async fn spaces(&self, domain: &str) -> Result<Vec<Listed>, Error> {
        let client = self.clients.sagemaker().await?;
        let mut spaces = Vec::new();
        let mut token = None;
        loop {
            let call = client
                .list_spaces()
                .domain_id_equals(domain)
                .max_results(PAGE)
                .set_next_token(token);
            let page = call.send().await.called("sagemaker", "ListSpaces")?;
            spaces.extend(page.spaces.unwrap_or_default().into_iter().map(|one| {
                Listed {
                    name: one.space_name.unwrap_or_default(),
                    status: status(one.status),
                    modified: millis(one.last_modified_time),
                    owner: one
                        .ownership_settings_summary
                        .and_then(|owner| some(owner.owner_user_profile_name)),
                }
            }));
            token = some(page.next_token);
            if token.is_none() {
                return Ok(spaces);
            }
        }
    }

    async fn space(&self, domain: &str, name: &str) -> Result<Option<SpaceState>, Error> {
        let client = self.clients.sagemaker().await?;
        let call = client.describe_space().domain_id(domain).space_name(name);
        let answer = call.send().await;
        let found = present(answer.called("sagemaker", "DescribeSpace"))?;
        Ok(found.map(spaces::state))
    }

    async fn create_space(&self, space: &NewSpace<'_>) -> Result<(), Error> {
        let client = self.clients.sagemaker().await?;
        let owner = OwnershipSettings::builder().owner_user_profile_name(space.owner);
        let sharing = SpaceSharingSettings::builder().sharing_type(SharingType::Private);
        client
            .create_space()
            .domain_id(space.domain)
            .space_name(space.name)
            .ownership_settings(owner.build())
            .space_sharing_settings(sharing.build())
            .space_settings(spaces::settings(space.app, space.settings, None)?)
            .set_tags(Some(sdk_tags(space.tags)))
            .send()
            .await
            .called("sagemaker", "CreateSpace")
            .map(drop)
    }

    async fn update_space(
        &self,
        domain: &str,
        name: &str,
        app: AppKind,
        settings: &SpaceSettings,
        found: &SpaceState,
    ) -> Result<(), Error> {
        let client = self.clients.sagemaker().await?;
        client
            .update_space()
            .domain_id(domain)
            .space_name(name)
            .space_settings(spaces::settings(app, settings, Some(found))?)
            .send()
            .await
            .called("sagemaker", "UpdateSpace")
            .map(drop)
    }

    async fn delete_space(&self, domain: &str, name: &str) -> Result<(), Error> {
        let client = self.clients.sagemaker().await?;
        let call = client.delete_space().domain_id(domain).space_name(name);
        let answer = call.send().await;
        present(answer.called("sagemaker", "DeleteSpace")).map(drop)
    }

    async fn apps(&self, domain: &str) -> Result<Vec<App>, Error> {
        let client = self.clients.sagemaker().await?;
        let mut apps = Vec::new();
        let mut token = None;
        loop {
            let call = client
                .list_apps()
                .domain_id_equals(domain)
                .max_results(PAGE)
                .set_next_token(token);
            let page = call.send().await.called("sagemaker", "ListApps")?;
            apps.extend(page.apps.unwrap_or_default().into_iter().map(|one| {
                App {
                    kind: one
                        .app_type
                        .map(|kind| kind.as_str().to_owned())
                        .unwrap_or_default(),
                    name: one.app_name.unwrap_or_default(),
                    profile: some(one.user_profile_name),
                    space: some(one.space_name),
                    status: one
                        .status
                        .map(|status| status.as_str().to_owned())
                        .unwrap_or_default(),
                    failure_reason: None,
                }
            }));
            token = some(page.next_token);
            if token.is_none() {
                return Ok(apps);
            }
        }
    }

    async fn space_app(
        &self,
        domain: &str,
        space: &str,
        kind: AppKind,
    ) -> Result<Option<App>, Error> {
        let client = self.clients.sagemaker().await?;
        let answer = client
            .describe_app()
            .domain_id(domain)
            .space_name(space)
            .app_type(spaces::app_type(kind))
            .app_name(DEFAULT_APP)
            .send()
            .await;
        let found = present(answer.called("sagemaker", "DescribeApp"))?;
        Ok(found.map(|found| App {
            kind: kind.name().to_owned(),
            name: DEFAULT_APP.to_owned(),
            profile: None,
            space: Some(space.to_owned()),
            status: found
                .status
                .map_or_else(String::new, |status| status.as_str().to_owned()),
            failure_reason: some(found.failure_reason),
        }))
    }

    async fn create_app(
        &self,
        domain: &str,
        space: &str,
        kind: AppKind,
        found: &SpaceState,
        tags: &Tags,
    ) -> Result<(), Error> {
        let client = self.clients.sagemaker().await?;
        client
            .create_app()
            .domain_id(domain)
            .space_name(space)
            .app_type(spaces::app_type(kind))
            .app_name(DEFAULT_APP)
            .resource_spec(spaces::resource_spec(&found.settings, Some(found)))
            .set_tags(Some(sdk_tags(tags)))
            .send()
            .await
            .called("sagemaker", "CreateApp")
            .map(drop)
    }

    async fn delete_app(&self, domain: &str, app: &App) -> Result<(), Error> {
        let client = self.clients.sagemaker().await?;
        // SageMaker takes exactly one of space and profile.
        let profile = app.profile.clone().filter(|_| app.space.is_none());
        let answer = client
            .delete_app()
            .domain_id(domain)
            .app_type(AppType::from(app.kind.as_str()))
            .app_name(&app.name)
            .set_space_name(app.space.clone())
            .set_user_profile_name(profile)
            .send()
            .await
            .called("sagemaker", "DeleteApp");
        match answer {
            Err(error) if is_deleted(&error) => Ok(()),
            answer => answer.map(drop),
        }
    }

    async fn presigned_url(&self, request: &UrlRequest<'_>) -> Result<SecretUrl, Error> {
        let opening = request.opening;
        let client = self.clients.sagemaker().await?;
        let answer = client
            .create_presigned_domain_url()
            .domain_id(request.domain)
            .user_profile_name(request.profile)
            .set_space_name(opening.space.clone())
            .set_landing_uri(opening.landing_uri.clone())
            .set_expires_in_seconds(seconds(opening.expires_in))
            .set_session_expiration_duration_in_seconds(seconds(opening.session))
            .send()
            .await
            .called("sagemaker", "CreatePresignedDomainUrl")?;
        SecretUrl::answered("CreatePresignedDomainUrl", answer.authorized_url)
    }

    async fn tags(&self, arn: &str) -> Result<Option<Tags>, Error> {
        match sagemaker_tags::list(&self.clients, arn).await {
            // The ARN comes from SageMaker, so this error means that the object was deleted.
            Err(error) if is_missing(&error) || error.is("ValidationException") => Ok(None),
            tags => Ok(Some(
                tags?
                    .into_iter()
                    .filter(|(key, _)| !key.starts_with("sagemaker:"))
                    .collect(),
            )),
        }
    }

    async fn add_tags(&self, arn: &str, tags: &Tags) -> Result<(), Error> {
        sagemaker_tags::add(&self.clients, arn, tags).await
    }

    async fn delete_tags(&self, arn: &str, keys: &[String]) -> Result<(), Error> {
        sagemaker_tags::remove(&self.clients, arn, keys).await
    }
}
