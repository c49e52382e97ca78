//! Reading notebooks: instance, tags and daily stop, with drift.

#[cfg(test)]
mod tests;

use super::{Notebook, NotebookSpec, Notebooks, instance::InstanceState, tagging};
use crate::{
    aws::Error,
    memory::Memory,
    name::{NotebookName, ProjectName, UserName},
    ownership::Mark,
    schedule::{StopPolicy, StopTime},
    tags::{self, Tags},
};

/// What the state says about a notebook that is read: the owner, whom the tags may name wrongly
/// after drift, and settings that are told apart from defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriorNotebook {
    /// The project it belongs to.
    pub project: ProjectName,
    /// The member it belongs to.
    pub user: UserName,
    /// Its own tags.
    pub tags: Tags,
    /// Its own daily stop time.
    pub daily_stop_time: Option<StopTime>,
}

impl From<&NotebookSpec> for PriorNotebook {
    fn from(spec: &NotebookSpec) -> Self {
        Self {
            project: spec.project.clone(),
            user: spec.user.clone(),
            tags: spec.tags.clone(),
            daily_stop_time: spec.daily_stop_time,
        }
    }
}

impl Notebooks {
    /// Reads a notebook; `None` when its instance does not exist or is being deleted.
    ///
    /// Without `prior` (an import), the owner comes from the instance's tags.
    ///
    /// # Errors
    /// [`Error::Conflict`] when an import finds no owner in the tags, and those of the calls.
    pub async fn read(
        &self,
        name: &NotebookName,
        prior: Option<&PriorNotebook>,
    ) -> Result<Option<Notebook>, Error> {
        self.refresh(name, prior, None).await
    }

    /// As [`Self::read`], without a call for what a list shows to be as it was when `memory` was kept.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn refresh(
        &self,
        name: &NotebookName,
        prior: Option<&PriorNotebook>,
        memory: Option<&Memory>,
    ) -> Result<Option<Notebook>, Error> {
        let remembered = memory.and_then(Memory::open::<InstanceState>);
        let known_tags = remembered.as_ref().map(|before| before.tags.clone());
        let unchanged = match remembered {
            Some(remembered) => self.instances.unchanged(name, remembered).await?,
            None => None,
        };
        let found = match unchanged {
            Some(found) => Some(found),
            None => self.instances.describe(name).await?,
        };
        let Some(found) = found.filter(|found| found.status != super::Status::Deleting) else {
            return Ok(None);
        };
        let unchanged = match known_tags {
            Some(tags) if self.instances.have_tags(&found.arn, &tags).await? => Some(tags),
            _ => None,
        };
        let listed = match unchanged {
            Some(tags) => Some(tags),
            None => self.instances.tags(&found.arn).await?,
        };
        let may_keep = listed.is_some() && found.status.is_settled();
        let tags = match listed {
            Some(tags) => tags,
            // Deleted after the first call, or SageMaker does not list the tags yet.
            None => match (self.instances.describe(name).await?, prior) {
                (Some(again), Some(prior)) if again.status != super::Status::Deleting => {
                    let (settings, own) = (self.clients.settings(), &prior.tags);
                    tagging::all_tags(settings, &prior.project, &prior.user, own)
                }
                (Some(again), None) if again.status != super::Status::Deleting => Tags::new(),
                _ => return Ok(None),
            },
        };
        let owner = match prior {
            Some(prior) => prior.clone(),
            None => self.owner_by_tags(name, &tags)?,
        };
        let rules = self
            .projects
            .read_notebook_rules(&owner.project)
            .await?
            .unwrap_or_default();
        let expected = owner.daily_stop_time.or(rules.stop.default);
        let scheduled = self.stops.read(name, &owner.project, expected).await?;
        let role_arn = self.member_roles.arn(&owner.project, &owner.user).await?;
        let mut drift = found.drift(&role_arn);
        drift.extend(tagging::drift(
            &tags,
            self.clients.settings(),
            &owner.project,
            &owner.user,
            &owner.tags,
        ));
        if Mark::of(&tags).is_some_and(|mark| !mark.finished) {
            drift.push("its tags say that its create is not finished".to_owned());
        }
        let (daily_stop_time, sentence) = stop(scheduled.time, rules.stop, owner.daily_stop_time);
        // An edited schedule says more than a default that is missing.
        drift.extend(scheduled.drift.or(sentence));
        let own = tagging::own_tags(
            &tags,
            self.clients.settings(),
            prior.map(|prior| &prior.tags),
        );
        let memory = may_keep.then(|| Memory::of(found.modified, &found, &tags));
        Ok(Some(Notebook {
            memory: memory.flatten(),
            ..notebook(name, &owner, found, own, tags, daily_stop_time, drift)
        }))
    }

    /// The owner in the tags.
    ///
    /// # Errors
    /// [`Error::Conflict`] if they name none of this platform, worded for an import.
    pub(super) fn owner_by_tags(
        &self,
        name: &NotebookName,
        tags: &Tags,
    ) -> Result<PriorNotebook, Error> {
        let refused = |message: String| Error::Conflict {
            message,
            remedy: format!(
                "import only instances with the tags `{}` = `{}`, `{}` and `{}`",
                tags::SYSTEM,
                self.clients.settings().system_tag,
                tags::PROJECT,
                tags::USER,
            ),
        };
        let tag = |key: &str| {
            tags.get(key)
                .ok_or_else(|| refused(format!("notebook instance `{name}` has no tag `{key}`")))
        };
        let system = tag(tags::SYSTEM)?;
        if system != self.clients.settings().system_tag {
            return Err(refused(format!(
                "notebook instance `{name}` belongs to system `{system}`"
            )));
        }
        Ok(PriorNotebook {
            project: tag(tags::PROJECT)?
                .parse()
                .map_err(|error| refused(format!("{error}")))?,
            user: tag(tags::USER)?
                .parse()
                .map_err(|error| refused(format!("{error}")))?,
            tags: Tags::new(),
            daily_stop_time: None,
        })
    }
}

/// The notebook's own stop time, and a sentence for drift that the attribute does not show.
fn stop(
    scheduled: Option<StopTime>,
    policy: StopPolicy,
    prior: Option<StopTime>,
) -> (Option<StopTime>, Option<String>) {
    match (prior, scheduled) {
        // The attribute itself shows the difference.
        (Some(_), scheduled) => (scheduled, None),
        // The project's default, or none where none is configured.
        (None, scheduled) if scheduled == policy.default => (None, None),
        (None, Some(other)) => (Some(other), None),
        (None, None) => {
            let default = policy.default.map(|time| {
                format!(
                    "the record of the daily stop at `{time}`, the project's default, is missing"
                )
            });
            (None, default)
        }
    }
}

/// Builds a notebook from its parts.
pub(super) fn notebook(
    name: &NotebookName,
    owner: &PriorNotebook,
    found: InstanceState,
    own_tags: Tags,
    mut tags_all: Tags,
    daily_stop_time: Option<StopTime>,
    drift: Vec<String>,
) -> Notebook {
    let mark = Mark::of(&tags_all);
    // No configuration has them.
    for key in [tags::TOKEN, tags::SUSPENDED] {
        tags_all.remove(key);
    }
    Notebook {
        token: mark.map(|mark| mark.token),
        name: name.clone(),
        project: owner.project.clone(),
        user: owner.user.clone(),
        must_replace: found.must_replace(),
        running: found.status.is_running(),
        status: found.status.to_string(),
        instance_type: found.instance_type,
        volume_size: found.volume_size,
        subnet_id: found.subnet_id,
        security_group_ids: found.security_group_ids,
        kms_key_id: found.kms_key_id,
        lifecycle_config_name: found.lifecycle_config_name,
        platform_identifier: found.platform_identifier,
        daily_stop_time,
        tags: own_tags,
        tags_all,
        arn: found.arn,
        url: found.url,
        failure_reason: found.failure_reason,
        role_arn: found.role_arn,
        network_interface_id: found.network_interface_id,
        drift,
        memory: None,
    }
}
