//! Private spaces: a volume with an app, `JupyterLab` or Code Editor, that a user profile owns.

mod plan;
#[cfg(test)]
mod tests;
mod write;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Status;
use super::api::{App, AppKind, SpaceState, StudioApi};
use super::domain::check_domain_id;
use super::lists::{self, Refreshed, StudioLists};
use super::settings::{StudioSpecError, VOLUME_SIZE_MAX, VOLUME_SIZE_MIN, check_name};
use super::steps::Described as _;
use crate::aws::lock::Locks;
use crate::aws::{Clients, Error};
use crate::layout::user_profile_name;
use crate::memory::Memory;
use crate::name::{ProjectName, UserName};
use crate::notebook::{all_tags, check_instance_type, own_tags, tag_drift};
use crate::ownership::{Kind, Mark, Object, Owned, Token};
use crate::project::ProjectRecords;
use crate::tags::{PROJECT, Tags, USER};

/// Which space: its name in a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpaceKey {
    /// Id of the domain.
    pub domain_id: String,
    /// The space's name.
    pub name: String,
}

impl SpaceKey {
    fn object(&self) -> Object {
        Object::new(Kind::StudioSpace, self)
    }
}

/// As in `d-0123456789ab/alice-lab`.
impl fmt::Display for SpaceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.domain_id, self.name)
    }
}

impl FromStr for SpaceKey {
    type Err = String;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        let (domain_id, name) = id
            .split_once('/')
            .ok_or_else(|| format!("`{id}` is not `DOMAIN_ID/NAME`"))?;
        check_domain_id(domain_id).map_err(|error| error.to_string())?;
        check_space_name(name).map_err(|error| error.to_string())?;
        Ok(Self {
            domain_id: domain_id.to_owned(),
            name: name.to_owned(),
        })
    }
}

/// Checks the name of a space, which is made like a domain's (*CreateSpace*, `SpaceName`:
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateSpace.html>).
///
/// # Errors
/// [`StudioSpecError::SpaceName`].
pub fn check_space_name(name: &str) -> Result<(), StudioSpecError> {
    check_name(name).map_err(|_| StudioSpecError::SpaceName {
        name: name.to_owned(),
    })
}

/// Settings of a space that change in place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpaceSettings {
    /// The instance type of its app.
    pub instance_type: String,
    /// Size of its volume in GB.
    pub volume_size: i64,
    /// ARN of the lifecycle configuration of its app.
    pub lifecycle_config_arn: Option<String>,
}

/// A space as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpaceSpec {
    /// Which one.
    pub key: SpaceKey,
    /// The project of the profile that owns it.
    pub project: ProjectName,
    /// The member whose profile owns it.
    pub user: UserName,
    /// What runs in it.
    pub app: AppKind,
    /// What changes in place.
    pub settings: SpaceSettings,
    /// Whether its app runs; `None` leaves that to the member.
    pub running: Option<bool>,
    /// Tags in addition to those of the platform.
    pub tags: Tags,
}

impl SpaceSpec {
    /// Checks the settings without a call. Tags are checked elsewhere.
    ///
    /// # Errors
    /// The first setting that is not valid.
    pub fn check(&self) -> Result<(), StudioSpecError> {
        check_domain_id(&self.key.domain_id)?;
        check_space_name(&self.key.name)?;
        check_instance_type(&self.settings.instance_type).map_err(|error| {
            StudioSpecError::App {
                app: "instance_type",
                problem: error.to_string(),
            }
        })?;
        if !(VOLUME_SIZE_MIN..=VOLUME_SIZE_MAX).contains(&self.settings.volume_size) {
            return Err(StudioSpecError::SpaceVolume {
                given: self.settings.volume_size,
            });
        }
        Ok(())
    }

    /// Name of the profile that owns it.
    fn profile(&self) -> String {
        user_profile_name(&self.project, &self.user)
    }
}

/// A space as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudioSpace {
    /// Which one.
    pub key: SpaceKey,
    /// The project of the profile that owns it.
    pub project: ProjectName,
    /// The member whose profile owns it.
    pub user: UserName,
    /// What runs in it.
    pub app: AppKind,
    /// What changes in place.
    pub settings: SpaceSettings,
    /// Whether its app runs or is being started.
    pub running: bool,
    /// Its ARN.
    pub arn: String,
    /// Where it answers.
    pub url: Option<String>,
    /// SageMaker's status of the space.
    pub status: String,
    /// Its tags without those of the platform.
    pub tags: Tags,
    /// Changes outside of Terraform that no other field shows: one sentence each.
    pub drift: Vec<String>,
    /// Its token, in a tag.
    pub token: Option<Token>,
    /// What the next refresh needs to know.
    pub memory: Option<Memory>,
}

impl Owned for StudioSpace {
    fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }

    fn memory(&self) -> Option<&Memory> {
        self.memory.as_ref()
    }
}

/// What the state knows of a space that is read again.
#[derive(Clone, Copy, Debug)]
pub struct KnownSpace<'a> {
    /// The project.
    pub project: &'a ProjectName,
    /// The member.
    pub user: &'a UserName,
    /// The space's own tags.
    pub tags: &'a Tags,
}

/// Spaces of Studio.
pub struct StudioSpaces {
    clients: Clients,
    api: Arc<dyn StudioApi>,
    lists: Arc<StudioLists>,
    projects: Arc<ProjectRecords>,
    locks: Locks,
}

impl StudioSpaces {
    /// Spaces behind `api`, of projects that have records in `projects`.
    pub(crate) fn new(
        clients: Clients,
        api: Arc<dyn StudioApi>,
        lists: Arc<StudioLists>,
        projects: Arc<ProjectRecords>,
    ) -> Self {
        Self {
            clients,
            api,
            lists,
            projects,
            locks: Locks::default(),
        }
    }

    /// Reads a space; `None` when it does not exist or is being deleted. Without `known`, for an
    /// import, the tags of its owner's profile say whose it is.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a space that is not private, or not of a membership's profile, and those
    /// of the calls.
    pub async fn read(
        &self,
        key: &SpaceKey,
        known: Option<KnownSpace<'_>>,
    ) -> Result<Option<StudioSpace>, Error> {
        self.refresh(key, known, None).await
    }

    /// As [`Self::read`], without a call for what a list shows to be as it was when `memory` was kept.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn refresh(
        &self,
        key: &SpaceKey,
        known: Option<KnownSpace<'_>>,
        memory: Option<&Memory>,
    ) -> Result<Option<StudioSpace>, Error> {
        let (domain, name) = (key.domain_id.as_str(), key.name.as_str());
        let Some(Refreshed { found, tags }) = self.lists.space(domain, name, memory).await? else {
            return Ok(None);
        };
        if found.status == Status::Deleting {
            return Ok(None);
        }
        let kind = AppKind::from_name(&found.app_type).ok_or_else(|| foreign_kind(key, &found))?;
        let (project, user) = self.owner(key, &found, known).await?;
        let own = known.map(|known| known.tags);
        let tags = match tags {
            Some(tags) => Some(tags),
            None => self.api.tags(&found.arn).await?,
        };
        let kept = tags
            .as_ref()
            .and_then(|tags| lists::memory(&found, found.modified, tags));
        let tags = match (tags, own) {
            (Some(tags), _) => tags,
            // SageMaker does not list the tags of a new space yet.
            (None, Some(own)) => all_tags(self.clients.settings(), &project, &user, own),
            (None, None) => Tags::new(),
        };
        let running = self.lists.runs(domain, name, kind, memory).await?;
        let whose = (&project, &user, kind);
        Ok(Some(StudioSpace {
            memory: kept,
            ..self.space(key, found, whose, &tags, own, running)
        }))
    }

    /// What Terraform's state has of a space that was found.
    fn space(
        &self,
        key: &SpaceKey,
        found: SpaceState,
        (project, user, app): (&ProjectName, &UserName, AppKind),
        tags: &Tags,
        known: Option<&Tags>,
        running: bool,
    ) -> StudioSpace {
        let settings = self.clients.settings();
        let mark = Mark::of(tags);
        let mut drift = Vec::new();
        if found.status == Status::Failed {
            drift.push(format!("its creation failed: {}", found.reason()));
        }
        let own = known.cloned().unwrap_or_default();
        drift.extend(tag_drift(tags, settings, project, user, &own));
        if mark.as_ref().is_some_and(|mark| !mark.finished) {
            drift.push("its tags say that its create is not finished".to_owned());
        }
        StudioSpace {
            key: key.clone(),
            project: project.clone(),
            user: user.clone(),
            app,
            settings: found.settings,
            running,
            arn: found.arn,
            url: found.url,
            status: found.status.to_string(),
            tags: own_tags(tags, settings, known),
            drift,
            token: mark.map(|mark| mark.token),
            memory: None,
        }
    }

    /// Whose space it is.
    async fn owner(
        &self,
        key: &SpaceKey,
        found: &SpaceState,
        known: Option<KnownSpace<'_>>,
    ) -> Result<(ProjectName, UserName), Error> {
        let owner = match &found.owner {
            Some(owner) if found.private => owner,
            _ => {
                return Err(Error::Conflict {
                    message: format!(
                        "space `{key}` is shared, and all shared spaces of a domain run with one role"
                    ),
                    remedy: "manage only private spaces here".to_owned(),
                });
            }
        };
        let is_owner = |project: &ProjectName, user: &UserName| {
            user_profile_name(project, user).eq_ignore_ascii_case(owner)
        };
        if let Some(KnownSpace { project, user, .. }) = known {
            if is_owner(project, user) {
                return Ok((project.clone(), user.clone()));
            }
            return Err(Error::Conflict {
                message: format!("space `{key}` belongs to user profile `{owner}` now"),
                remedy: format!(
                    "choose another `name`, or remove it from the state with `terraform state rm`, since it is not \
                     the space of user `{user}` in project `{project}` that was created here"
                ),
            });
        }
        let resource = format!("user-profile/{}/{owner}", key.domain_id);
        let arn = self.clients.account().await?.sagemaker_arn(&resource);
        let tags = self.api.tags(&arn).await?.unwrap_or_default();
        let tag = |key| tags.get(key).unwrap_or_default();
        match (tag(PROJECT).parse(), tag(USER).parse()) {
            (Ok(project), Ok(user)) if is_owner(&project, &user) => Ok((project, user)),
            _ => Err(Error::Conflict {
                message: format!(
                    "user profile `{owner}`, which owns space `{key}`, does not have the tags `project` and `user` of a membership"
                ),
                remedy: "import only spaces of profiles that `mlspace_studio_user_profile` manages"
                    .to_owned(),
            }),
        }
    }
}

fn foreign_kind(key: &SpaceKey, found: &SpaceState) -> Error {
    Error::Conflict {
        message: format!(
            "space `{key}` is of the type `{}`",
            found.app_type.escape_debug()
        ),
        remedy: "manage only spaces of JupyterLab and Code Editor here".to_owned(),
    }
}

/// What an app's failure is called in messages.
fn app_reason(app: &App) -> &str {
    app.failure_reason
        .as_deref()
        .unwrap_or("SageMaker gave no reason")
}

/// The error for a space that was deleted during an operation.
fn missing(key: &SpaceKey) -> Error {
    Error::NotFound {
        what: format!("space `{key}`"),
        remedy: "apply again to create it, because another process deleted it".to_owned(),
    }
}
