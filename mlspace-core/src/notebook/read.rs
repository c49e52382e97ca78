//! What a notebook is: instance, tags and daily stop, with what was changed outside.

use super::{Notebook, NotebookSpec, Notebooks, instance::InstanceState, tagging};
use crate::{
    aws::Error,
    name::{NotebookName, ProjectName, UserName},
    schedule::{StopPolicy, StopTime},
    tags::{self, Tags},
};

/// What is known of a notebook before it is read: its owner, who its tags may misname, and what its configuration says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The project it belongs to.
    pub project: ProjectName,
    /// The member it belongs to.
    pub user: UserName,
    /// Its own tags.
    pub tags: Tags,
    /// Its own daily stop time.
    pub daily_stop_time: Option<StopTime>,
}

impl From<&NotebookSpec> for Known {
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
    /// Reads a notebook; `None` when its instance is gone, or on its way out.
    ///
    /// Without `known` (an import), the owner comes from the instance's tags, which must be the platform's.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the owner is to come from the tags and they name none; else what the calls say.
    pub async fn read(
        &self,
        name: &NotebookName,
        known: Option<&Known>,
    ) -> Result<Option<Notebook>, Error> {
        let Some(found) = self.instances.describe(name).await? else {
            return Ok(None);
        };
        if found.status == super::Status::Deleting {
            return Ok(None);
        }
        let Some(tags) = self.instances.tags(&found.arn).await? else {
            return Ok(None);
        };
        let owner = match known {
            Some(known) => known.clone(),
            None => self.owner_by_tags(name, &tags)?,
        };
        let rules = self
            .projects
            .notebook_rules(&owner.project)
            .await?
            .unwrap_or_default();
        let scheduled = self.schedule.get(name).await?;
        let role_arn = self.member_roles.arn(&owner.project, &owner.user).await?;
        let mut drift = found.drift(&role_arn);
        drift.extend(tagging::drift(
            &tags,
            self.clients.settings(),
            &owner.project,
            &owner.user,
            &owner.tags,
        ));
        let (daily_stop_time, sentence) = stop(scheduled, rules.stop, owner.daily_stop_time);
        drift.extend(sentence);
        let own = tagging::own(
            &tags,
            self.clients.settings(),
            known.map(|known| &known.tags),
        );
        Ok(Some(notebook(
            name,
            &owner,
            found,
            own,
            tags,
            daily_stop_time,
            drift,
        )))
    }

    fn owner_by_tags(&self, name: &NotebookName, tags: &Tags) -> Result<Known, Error> {
        let refused = |message: String| Error::Conflict {
            message,
            remedy: format!(
                "only instances tagged `{}` = `{}`, `{}` and `{}` can be imported",
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
        Ok(Known {
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

/// The notebook's own stop time, given the recorded one, and a sentence when it differs from what it should be without the
/// configuration showing that.
fn stop(
    scheduled: Option<StopTime>,
    policy: StopPolicy,
    known: Option<StopTime>,
) -> (Option<StopTime>, Option<String>) {
    match (known, scheduled) {
        // The attribute itself shows the difference.
        (Some(_), scheduled) => (scheduled, None),
        // The project's default, or none where none is asked for.
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

/// Puts a notebook together.
pub(super) fn notebook(
    name: &NotebookName,
    owner: &Known,
    found: InstanceState,
    tags: Tags,
    tags_all: Tags,
    daily_stop_time: Option<StopTime>,
    drift: Vec<String>,
) -> Notebook {
    Notebook {
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
        tags,
        tags_all,
        arn: found.arn,
        url: found.url,
        failure_reason: found.failure_reason,
        role_arn: found.role_arn,
        network_interface_id: found.network_interface_id,
        drift,
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{instance::tests::instance, tests::spec},
        *,
    };
    use crate::aws::PolicyModel;
    use crate::testing::FakePlatform;

    fn at(text: &str) -> Option<StopTime> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn a_stop_time_shows_where_it_is_the_notebook_s_own() {
        let none = StopPolicy::default();
        let five = StopPolicy {
            default: at("17:00"),
            may_override: true,
        };
        assert_eq!(stop(at("19:00"), none, at("19:00")), (at("19:00"), None));
        assert_eq!(stop(None, none, at("19:00")), (None, None));
        assert_eq!(stop(at("20:00"), five, at("19:00")), (at("20:00"), None));
        assert_eq!(stop(at("17:00"), five, at("17:00")), (at("17:00"), None));
        assert_eq!(stop(at("17:00"), five, None), (None, None));
        assert_eq!(stop(at("18:00"), five, None), (at("18:00"), None));
        assert_eq!(stop(at("18:00"), none, None), (at("18:00"), None));
        assert_eq!(stop(None, none, None), (None, None));
        let (shown, sentence) = stop(None, five, None);
        assert_eq!(shown, None);
        assert!(sentence.unwrap().contains("`17:00`"));
    }

    #[test]
    fn an_import_needs_the_platform_s_tags() {
        let platform = FakePlatform::new(PolicyModel::PerPrincipal);
        let notebooks = &platform.services.notebooks;
        let name = spec().name;
        let good = Tags::from([
            ("system", "MLSpace"),
            ("project", "fraud"),
            ("user", "alice"),
        ]);
        let owner = notebooks.owner_by_tags(&name, &good).unwrap();
        assert_eq!((owner.project, owner.user), (spec().project, spec().user));
        for (key, value) in [("system", "Other"), ("project", "a*"), ("user", "")] {
            let mut bad = good.clone();
            bad.insert(key, value);
            assert!(notebooks.owner_by_tags(&name, &bad).is_err(), "{key}");
            bad.remove(key);
            let error = notebooks.owner_by_tags(&name, &bad).unwrap_err();
            assert!(error.to_string().contains(key), "{error}");
        }
    }

    #[test]
    fn a_notebook_runs_while_its_instance_does() {
        let tags = Tags::new;
        let read = |status: &str| {
            let found = InstanceState {
                status: super::super::Status::from_name(status),
                ..instance()
            };
            let known = Known::from(&spec());
            notebook(
                &spec().name,
                &known,
                found,
                tags(),
                tags(),
                None,
                Vec::new(),
            )
            .running
        };
        assert!(read("InService") && read("Pending"));
        for still in ["Stopped", "Stopping", "Updating", "Failed"] {
            assert!(!read(still), "{still}");
        }
    }
}
