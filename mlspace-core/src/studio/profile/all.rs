//! All profiles of a domain, with whose they are and where their files are.

use futures::{StreamExt as _, TryStreamExt as _};

use super::StudioProfiles;
use super::inventory::may_be_of;
use crate::aws::Error;
use crate::name::ProjectName;
use crate::notebook::{Owner, is_owned};
use crate::studio::api::Listed;
use crate::studio::domain::no_domain;
use crate::tags::{PROJECT, SYSTEM, Tags, USER};

/// Profiles that are read at a time. SageMaker does not say how many calls a second it takes; those on
/// notebook instances are as many.
const CONCURRENT_READS: usize = 8;

/// A profile that exists, whether or not it is one of a membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundProfile {
    /// Its name in SageMaker.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The project in its tags; `None` for a profile without the tags of the platform.
    pub project: Option<String>,
    /// The member in its tags; `None` for a profile without the tags of the platform.
    pub user: Option<String>,
    /// The role of its spaces; `None` for the domain's.
    pub role_arn: Option<String>,
    /// The user id of its home directory on the domain's home file system, if SageMaker gave it one.
    pub home_efs_file_system_uid: Option<String>,
    /// The spaces that it owns, in order.
    pub spaces: Vec<String>,
    /// SageMaker's status.
    pub status: String,
}

impl StudioProfiles {
    /// The profiles of a domain in the order of their names: all of them, or those of a project. Lists
    /// are read by pages; role, home directory and tags take two calls for each profile.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `domain_id` if there is no such domain, and those of the calls.
    pub async fn all(
        &self,
        domain_id: &str,
        project: Option<&ProjectName>,
    ) -> Result<Vec<FoundProfile>, Error> {
        if self.api.domain(domain_id).await?.is_none() {
            return Err(no_domain("domain_id", domain_id));
        }
        let mut listed = self.api.profiles(domain_id).await?;
        listed.retain(|one| {
            project.is_none_or(|project| may_be_of(&one.name, Owner::Project(project)))
        });
        if listed.is_empty() {
            return Ok(Vec::new());
        }
        listed.sort_by(|a, b| a.name.cmp(&b.name));
        let spaces = self.api.spaces(domain_id).await?;
        let reads = futures::stream::iter(listed).map(|one| self.found(domain_id, one, project));
        let found: Vec<_> = reads.buffered(CONCURRENT_READS).try_collect().await?;
        let with_spaces = |mut profile: FoundProfile| {
            let own = spaces.iter().filter(|space| {
                let owner = space.owner.as_deref().unwrap_or_default();
                owner.eq_ignore_ascii_case(&profile.name)
            });
            profile.spaces = own.map(|space| space.name.clone()).collect();
            profile.spaces.sort();
            profile
        };
        Ok(found.into_iter().flatten().map(with_spaces).collect())
    }

    /// A profile of a list; `None` for another project's, and for one that is gone.
    async fn found(
        &self,
        domain_id: &str,
        listed: Listed,
        project: Option<&ProjectName>,
    ) -> Result<Option<FoundProfile>, Error> {
        let account = self.clients.account().await?;
        let arn = account.sagemaker_arn(&format!("user-profile/{domain_id}/{}", listed.name));
        let tags = self.api.tags(&arn).await?.unwrap_or_default();
        let system = &self.clients.settings().system_tag;
        if project.is_some_and(|project| !is_owned(&tags, system, Owner::Project(project))) {
            return Ok(None);
        }
        let Some(state) = self.api.profile(domain_id, &listed.name).await? else {
            return Ok(None);
        };
        let ours = tags.get(SYSTEM) == Some(system);
        let tag = |tags: &Tags, key| tags.get(key).filter(|_| ours).map(str::to_owned);
        let role = state.settings.role_arn;
        Ok(Some(FoundProfile {
            name: listed.name,
            arn,
            project: tag(&tags, PROJECT),
            user: tag(&tags, USER),
            role_arn: Some(role).filter(|role| !role.is_empty()),
            home_efs_file_system_uid: state.home_efs_file_system_uid,
            spaces: Vec::new(),
            status: listed.status.to_string(),
        }))
    }
}
