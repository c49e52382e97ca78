//! Planning spaces.

use super::{SpaceSpec, StudioSpaces};
use crate::aws::Error;
use crate::notebook::check_machine;
use crate::ownership::{Mark, Run};
use crate::plan::{Notice, PlanOutcome};
use crate::studio::Status;

impl StudioSpaces {
    /// Plans a new space: it does not exist, unless `run` takes it away, and is within the limits.
    /// Without a `domain_id` in `spec`, the domain is planned, too.
    pub async fn plan_new(
        &self,
        spec: &SpaceSpec,
        domain_known: bool,
        run: &dyn Run,
    ) -> PlanOutcome<()> {
        let planned = async {
            self.check_limits(spec, None).await?;
            if domain_known {
                self.check_domain_limits(spec).await?;
                if !run.replaces(&spec.key.object()) {
                    self.check_new(spec).await?;
                }
            }
            Ok::<_, Error>(())
        };
        planned.await.into()
    }

    /// Plans an update in place. `prior.running` says whether the app runs, if that is known.
    pub async fn plan_change(&self, prior: &SpaceSpec, spec: &SpaceSpec) -> PlanOutcome<()> {
        let (had, has) = (&prior.settings, &spec.settings);
        let existing = Some((had.instance_type.as_str(), had.volume_size));
        let checked = async {
            self.check_limits(spec, existing).await?;
            if has.volume_size > had.volume_size {
                self.check_domain_limits(spec).await?;
            }
            Ok::<_, Error>(())
        };
        if let Err(error) = checked.await {
            return PlanOutcome::failed(&error);
        }
        let stops = had != has || spec.running == Some(false);
        let mut outcome = PlanOutcome::new(());
        if stops && prior.running != Some(false) {
            let runs = match prior.running {
                Some(_) => format!("The app of space `{}` runs, and", spec.key),
                None => format!("If the app of space `{}` runs,", spec.key),
            };
            let restart = match spec.running {
                Some(false) => "It is not started again, because `running` is false.",
                _ => "One that ran is started again afterwards.",
            };
            outcome.warnings.push(Notice {
                attribute: "",
                summary: "Space will be stopped".to_owned(),
                detail: format!(
                    "{runs} unsaved work and running kernels are lost when it is stopped. {restart} The files on the \
                     volume stay."
                ),
            });
        }
        outcome
    }

    /// Checks the limits of project and platform on notebooks, which are those of spaces.
    pub(super) async fn check_limits(
        &self,
        spec: &SpaceSpec,
        existing: Option<(&str, i64)>,
    ) -> Result<(), Error> {
        let access = self.projects.planned_access(&spec.project).await?;
        let machine = (
            spec.settings.instance_type.as_str(),
            spec.settings.volume_size,
        );
        check_machine(&access.limits, ("spaces", &spec.project), machine, existing)
    }

    /// Checks the largest volume of the domain, if it exists.
    async fn check_domain_limits(&self, spec: &SpaceSpec) -> Result<(), Error> {
        let domain = self.api.domain(&spec.key.domain_id).await?;
        let most = domain.map(|domain| domain.settings.volumes.maximum);
        match most {
            Some(most) if spec.settings.volume_size > most => Err(Error::Invalid {
                attribute: Some("volume_size"),
                message: format!(
                    "volumes of Studio domain `{}` have at most {most} GB",
                    spec.key.domain_id
                ),
                remedy: "choose a smaller volume, or raise the domain's `max_volume_size`"
                    .to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Refuses a name that another space has.
    pub(super) async fn check_new(&self, spec: &SpaceSpec) -> Result<(), Error> {
        let key = &spec.key;
        let Some(found) = self.api.space(&key.domain_id, &key.name).await? else {
            return Ok(());
        };
        if found.status == Status::Deleting {
            return Ok(());
        }
        let tags = self.api.tags(&found.arn).await?.unwrap_or_default();
        let unfinished = Mark::of(&tags).is_some_and(|mark| !mark.finished);
        let owned = found.owner.as_deref() == Some(&spec.profile());
        match unfinished && owned {
            true => Ok(()),
            false => Err(key.object().exists()),
        }
    }
}
