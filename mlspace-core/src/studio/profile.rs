//! User profiles: one for each membership, with its role.

mod all;
mod inventory;
mod open;
mod owner;
#[cfg(test)]
mod tests;
mod write;

pub use all::FoundProfile;
pub(crate) use inventory::{DependentProfile, StudioInventory};
pub use open::{Opening, check_landing_uri};

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::Status;
use super::api::{ProfileState, StudioApi};
use super::domain::check_domain_id;
use super::lists::{self, Refreshed, StudioLists};
use super::settings::{AppSettings, ProfileSettings, StudioSpecError};
use super::steps::Described as _;
use crate::aws::lock::Locks;
use crate::aws::{Clients, Error};
use crate::directory::Directory;
use crate::iam::Roles;
use crate::layout::user_profile_name;
use crate::membership::{MemberRecords, MemberRoles};
use crate::memory::Memory;
use crate::name::{ProjectName, UserName};
use crate::notebook::{all_tags, own_tags, tag_drift};
use crate::ownership::{Kind, Mark, Object, Owned, Run, Token};
use crate::plan::{Notice, PlanOutcome};
use crate::policies::Service;
use crate::project::ProjectRecords;
use crate::tags::Tags;

/// Which profile: that of a membership in a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileKey {
    /// Id of the domain.
    pub domain_id: String,
    /// The project.
    pub project: ProjectName,
    /// The member.
    pub user: UserName,
}

impl ProfileKey {
    /// The profile's name in SageMaker.
    #[must_use]
    pub fn name(&self) -> String {
        user_profile_name(&self.project, &self.user)
    }

    fn object(&self) -> Object {
        Object::new(Kind::StudioUserProfile, self)
    }
}

/// As in `d-0123456789ab/fraud/alice`.
impl fmt::Display for ProfileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.domain_id, self.project, self.user)
    }
}

impl FromStr for ProfileKey {
    type Err = String;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = id.split('/').collect();
        let [domain_id, project, user] = parts.as_slice() else {
            return Err(format!("`{id}` is not `DOMAIN_ID/PROJECT/USER`"));
        };
        check_domain_id(domain_id).map_err(|error| error.to_string())?;
        Ok(Self {
            domain_id: (*domain_id).to_owned(),
            project: project.parse().map_err(|error| format!("{error}"))?,
            user: user.parse().map_err(|error| format!("{error}"))?,
        })
    }
}

/// A user profile as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserProfileSpec {
    /// Which one.
    pub key: ProfileKey,
    /// Security groups beside those of the domain, in order.
    pub security_group_ids: Vec<String>,
    /// `JupyterLab`; `None` for the domain's settings.
    pub jupyter_lab: Option<AppSettings>,
    /// Code Editor; `None` for the domain's settings.
    pub code_editor: Option<AppSettings>,
    /// Tags in addition to those of the platform.
    pub tags: Tags,
}

impl UserProfileSpec {
    /// Checks the settings without a call. Names and tags are checked elsewhere.
    ///
    /// # Errors
    /// The first setting that is not valid.
    pub fn check(&self) -> Result<(), StudioSpecError> {
        check_domain_id(&self.key.domain_id)?;
        for (attribute, app) in [
            ("jupyter_lab", &self.jupyter_lab),
            ("code_editor", &self.code_editor),
        ] {
            if let Some(app) = app {
                app.check(attribute)?;
            }
        }
        Ok(())
    }

    fn settings(&self, role_arn: &str) -> ProfileSettings {
        ProfileSettings {
            role_arn: role_arn.to_owned(),
            security_group_ids: self.security_group_ids.clone(),
            jupyter_lab: self.jupyter_lab.clone(),
            code_editor: self.code_editor.clone(),
        }
    }
}

/// A user profile as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudioUserProfile {
    /// Which one.
    pub key: ProfileKey,
    /// Its ARN.
    pub arn: String,
    /// ARN of the role of its spaces.
    pub role_arn: String,
    /// Security groups beside those of the domain, in order.
    pub security_group_ids: Vec<String>,
    /// `JupyterLab`; `None` for the domain's settings.
    pub jupyter_lab: Option<AppSettings>,
    /// Code Editor; `None` for the domain's settings.
    pub code_editor: Option<AppSettings>,
    /// Its tags without those of the platform.
    pub tags: Tags,
    /// SageMaker's status.
    pub status: String,
    /// Changes outside of Terraform that no other field shows: one sentence each.
    pub drift: Vec<String>,
    /// Its token, in a tag.
    pub token: Option<Token>,
    /// What the next refresh needs to know.
    pub memory: Option<Memory>,
}

impl Owned for StudioUserProfile {
    fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }

    fn memory(&self) -> Option<&Memory> {
        self.memory.as_ref()
    }
}

/// User profiles of Studio.
pub struct StudioProfiles {
    clients: Clients,
    api: Arc<dyn StudioApi>,
    lists: Arc<StudioLists>,
    projects: Arc<ProjectRecords>,
    members: Arc<MemberRecords>,
    member_roles: MemberRoles,
    roles: Arc<Roles>,
    directory: Arc<Directory>,
    locks: Locks,
}

impl StudioProfiles {
    /// Profiles behind `api`, of members that have records in `members` and `projects`.
    pub(crate) fn new(
        clients: Clients,
        api: Arc<dyn StudioApi>,
        lists: Arc<StudioLists>,
        projects: Arc<ProjectRecords>,
        members: Arc<MemberRecords>,
        roles: Arc<Roles>,
        directory: Arc<Directory>,
    ) -> Self {
        Self {
            member_roles: MemberRoles::new(clients.clone()),
            clients,
            api,
            lists,
            projects,
            members,
            roles,
            directory,
            locks: Locks::default(),
        }
    }

    /// Plans a new profile: its membership exists or is planned, and the profile does not exist,
    /// unless `run` takes it away. Without a `domain_id`, the domain is planned, too. Warns if the
    /// project has the service `studio` off.
    pub async fn plan_new(
        &self,
        project: &ProjectName,
        user: &UserName,
        domain_id: Option<&str>,
        run: &dyn Run,
    ) -> PlanOutcome<()> {
        let planned = async {
            self.try_plan_new(project, user, domain_id, run).await?;
            let off = self.is_off(project).await?;
            Ok(off.then(|| studio_is_off(project)).into_iter().collect())
        };
        PlanOutcome::warned(planned.await)
    }

    /// Whether the project is planned or recorded, without the service.
    async fn is_off(&self, project: &ProjectName) -> Result<bool, Error> {
        let access = self.projects.planned_access(project).await?;
        let on = access.services.has(Service::Studio);
        Ok(!on && self.projects.cached_names().await?.contains(project))
    }

    async fn try_plan_new(
        &self,
        project: &ProjectName,
        user: &UserName,
        domain_id: Option<&str>,
        run: &dyn Run,
    ) -> Result<(), Error> {
        let planned =
            self.members.is_planned(project, user) || !self.projects.exists(project).await?;
        if !planned && !self.members.is_member(project, user).await? {
            return Err(crate::notebook::not_a_member(project, user));
        }
        let Some(domain_id) = domain_id else {
            return Ok(());
        };
        let key = ProfileKey {
            domain_id: domain_id.to_owned(),
            project: project.clone(),
            user: user.clone(),
        };
        if run.replaces(&key.object()) {
            return Ok(());
        }
        match self.api.profile(domain_id, &key.name()).await? {
            Some(found) if found.status != Status::Deleting => {
                self.check_unfinished(&key, &found).await.map(drop)
            }
            _ => Ok(()),
        }
    }

    /// Reads a profile; `None` when it does not exist or is being deleted. `known` has the profile's
    /// own tags in the state.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a profile that is to be imported and has the tags of others, and those
    /// of the calls.
    pub async fn read(
        &self,
        key: &ProfileKey,
        known: Option<&Tags>,
    ) -> Result<Option<StudioUserProfile>, Error> {
        self.refresh(key, known, None).await
    }

    /// As [`Self::read`], without a call for what a list shows to be as it was when `memory` was kept.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn refresh(
        &self,
        key: &ProfileKey,
        known: Option<&Tags>,
        memory: Option<&Memory>,
    ) -> Result<Option<StudioUserProfile>, Error> {
        let name = key.name();
        let Some(Refreshed { found, tags }) =
            self.lists.profile(&key.domain_id, &name, memory).await?
        else {
            return Ok(None);
        };
        if found.status == Status::Deleting {
            return Ok(None);
        }
        let settings = self.clients.settings();
        let tags = match tags {
            Some(tags) => Some(tags),
            None => self.api.tags(&found.arn).await?,
        };
        let kept = tags
            .as_ref()
            .and_then(|tags| lists::memory(&found, found.modified, tags));
        let tags = match (tags, known) {
            (Some(tags), _) => tags,
            // SageMaker does not list the tags of a new profile yet.
            (None, Some(own)) => all_tags(settings, &key.project, &key.user, own),
            (None, None) => Tags::new(),
        };
        if known.is_none() && !self.owns(key, &tags) {
            return Err(Error::Conflict {
                message: format!(
                    "user profile `{}` of Studio domain `{}` does not have the tags of user `{}` in project `{}`",
                    key.name(),
                    key.domain_id,
                    key.user,
                    key.project
                ),
                remedy:
                    "import only profiles with the tags `system`, `project` and `user` of their \
                         membership"
                        .to_owned(),
            });
        }
        let role_arn = self.member_roles.arn(&key.project, &key.user).await?;
        Ok(Some(StudioUserProfile {
            memory: kept,
            ..self.profile(key, found, &tags, known, &role_arn)
        }))
    }

    /// What Terraform's state has of a profile that was found.
    fn profile(
        &self,
        key: &ProfileKey,
        found: ProfileState,
        tags: &Tags,
        known: Option<&Tags>,
        role_arn: &str,
    ) -> StudioUserProfile {
        let settings = self.clients.settings();
        let mark = Mark::of(tags);
        let mut drift = Vec::new();
        if found.settings.role_arn != role_arn {
            drift.push(format!(
                "the role is `{}` instead of `{role_arn}`",
                found.settings.role_arn
            ));
        }
        if found.status == Status::Failed {
            drift.push(format!("its creation failed: {}", found.reason()));
        }
        let own = known.cloned().unwrap_or_default();
        drift.extend(tag_drift(tags, settings, &key.project, &key.user, &own));
        if mark.as_ref().is_some_and(|mark| !mark.finished) {
            drift.push("its tags say that its create is not finished".to_owned());
        }
        StudioUserProfile {
            key: key.clone(),
            arn: found.arn,
            role_arn: found.settings.role_arn,
            security_group_ids: found.settings.security_group_ids,
            jupyter_lab: found.settings.jupyter_lab,
            code_editor: found.settings.code_editor,
            tags: own_tags(tags, settings, known),
            status: found.status.to_string(),
            drift,
            token: mark.map(|mark| mark.token),
            memory: None,
        }
    }

    /// Whether the tags prove that the profile is this membership's.
    fn owns(&self, key: &ProfileKey, tags: &Tags) -> bool {
        let settings = self.clients.settings();
        crate::notebook::is_owned_by(tags, settings, &key.project, &key.user)
    }

    /// The tags of an existing profile, if an interrupted create of this one left it.
    async fn check_unfinished(
        &self,
        key: &ProfileKey,
        found: &ProfileState,
    ) -> Result<Tags, Error> {
        let tags = self.api.tags(&found.arn).await?.unwrap_or_default();
        let unfinished = Mark::of(&tags).is_some_and(|mark| !mark.finished);
        if unfinished && self.owns(key, &tags) {
            return Ok(tags);
        }
        Err(key
            .object()
            .exists_of(format!("with the name `{}`", key.name())))
    }

    /// ARN of the role of a membership's profile.
    ///
    /// # Errors
    /// Those of the call that finds out the account.
    pub async fn role_arn(&self, project: &ProjectName, user: &UserName) -> Result<String, Error> {
        self.member_roles.arn(project, user).await
    }
}

/// The warning for a profile whose member can do nothing in Studio.
fn studio_is_off(project: &ProjectName) -> Notice {
    Notice {
        attribute: "project",
        summary: "Studio is off for the project".to_owned(),
        detail: format!(
            "Members of project `{project}` can neither open the profile nor start anything in it, because the service \
             `studio` is off. Set `studio = true` in the project's `services`, and offer it in the provider's."
        ),
    }
}
