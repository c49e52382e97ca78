//! Planning notebooks.

#[cfg(test)]
mod tests;

use super::settings::SettingsChange;
use super::{Network, NotebookSpec, Notebooks, Status, choose_subnet, key};
use crate::aws::Error;
use crate::name::NotebookName;
use crate::plan::{Notice, PlanOutcome};

/// Settings that a notebook gets from the provider's `notebook_defaults`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DefaultSettings {
    /// The subnet.
    pub subnet_id: Option<String>,
    /// The security groups.
    pub security_group_ids: Vec<String>,
    /// The KMS key of the volume.
    pub kms_key_id: Option<String>,
    /// The lifecycle configuration.
    pub lifecycle_config_name: Option<String>,
}

/// Settings of a new notebook whose values are known after the apply only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UnknownSettings {
    /// The subnet or the security groups.
    pub network: bool,
    /// The lifecycle configuration.
    pub lifecycle_config: bool,
}

impl Notebooks {
    /// The settings of a notebook that has none of its own. The subnet depends on the name, so that
    /// it is `None` without a name.
    #[must_use]
    pub fn defaults(&self, name: Option<&NotebookName>) -> DefaultSettings {
        let defaults = &self.clients.settings().notebook_defaults;
        DefaultSettings {
            subnet_id: name
                .and_then(|name| choose_subnet(name, &defaults.subnet_ids))
                .map(str::to_owned),
            security_group_ids: defaults.security_group_ids.clone(),
            kms_key_id: defaults.kms_key_id.clone(),
            lifecycle_config_name: defaults.lifecycle_config_name.clone(),
        }
    }

    /// Plans a new notebook.
    ///
    /// The membership can be one that this process plans to create. It is not checked when the
    /// project does not exist, because then it is created by the same configuration. The apply
    /// checks it again.
    ///
    /// `replaces` says that the same plan deletes the notebook of this name first, `unknown` what
    /// settings are missing in `spec` only because their values are not known yet.
    pub async fn plan_new(
        &self,
        spec: &NotebookSpec,
        replaces: bool,
        unknown: UnknownSettings,
    ) -> PlanOutcome<()> {
        let mut outcome = PlanOutcome::from(self.try_plan_new(spec, replaces, unknown).await);
        outcome
            .warnings
            .extend(self.stops.warnings(spec.daily_stop_time));
        if unknown.lifecycle_config {
            return outcome;
        }
        outcome.and(self.plan_beside_mlspace(spec).await)
    }

    /// Warns of a notebook that MLSpace cannot synchronize.
    async fn plan_beside_mlspace(&self, spec: &NotebookSpec) -> PlanOutcome<()> {
        let defaults = &self.clients.settings().notebook_defaults;
        let mut outcome = PlanOutcome::new(());
        if spec.lifecycle_config_name.is_none() && defaults.lifecycle_config_name.is_none() {
            match self.directory.warn_of_unsynced(spec.name.as_str()).await {
                Ok(warning) => outcome.warnings.extend(warning),
                Err(error) => return PlanOutcome::failed(&error),
            }
        }
        outcome
    }

    async fn try_plan_new(
        &self,
        spec: &NotebookSpec,
        replaces: bool,
        unknown: UnknownSettings,
    ) -> Result<(), Error> {
        let membership_planned = self.members.is_planned(&spec.project, &spec.user)
            || !self.projects.exists(&spec.project).await?;
        if !unknown.network {
            Network::of(spec, &self.clients.settings().notebook_defaults)?;
        }
        self.check_new(spec, membership_planned, replaces).await
    }

    /// Plans an update in place. `prior` is the notebook in the state, with `running` as it is;
    /// `drifted` says that the apply repairs changes made outside of Terraform.
    pub async fn plan_change(
        &self,
        prior: &NotebookSpec,
        spec: &NotebookSpec,
        drifted: bool,
    ) -> PlanOutcome<PlannedChange> {
        let ran = prior.running == Some(true);
        let runs = spec.running.unwrap_or(ran);
        let updates =
            spec.needs_stop_after(prior) || (drifted && self.repair_needs_stop(spec).await);
        let stops = ran && updates;
        let target = if runs {
            Status::InService
        } else {
            Status::Stopped
        };
        let mut outcome = PlanOutcome::new(PlannedChange {
            restarts: stops || runs != ran,
            status: (updates || runs != ran).then_some(target),
        });
        if spec.daily_stop_time != prior.daily_stop_time {
            let warning = self.stops.warnings(spec.daily_stop_time);
            outcome.warnings.extend(warning);
        }
        if stops {
            let restart = if runs {
                "It is started again afterwards."
            } else {
                "It is not started again afterwards, because `running` is false."
            };
            outcome.warnings.push(Notice {
                attribute: "",
                summary: "Notebook will be stopped".to_owned(),
                detail: format!(
                    "SageMaker changes `{}` only while it is stopped, so unsaved work and running kernels are lost. {restart}",
                    spec.name
                ),
            });
        }
        outcome
    }

    /// Whether repairing the instance changes settings that SageMaker changes only while it is
    /// stopped. True if that cannot be found out.
    async fn repair_needs_stop(&self, spec: &NotebookSpec) -> bool {
        let change = async {
            let found = self.instances.describe(&spec.name).await?;
            let role_arn = self.member_roles.arn(&spec.project, &spec.user).await?;
            let defaults = &self.clients.settings().notebook_defaults;
            Ok::<_, Error>(found.map(|found| {
                let change = SettingsChange::between(&found, spec, defaults, &role_arn);
                !change.is_empty()
            }))
        };
        change.await.map_or(true, |stops| stops.unwrap_or(false))
    }

    /// Whether two names of KMS keys name the same key, for example by its id and by its ARN.
    ///
    /// # Errors
    /// Those of the call that finds out the account.
    pub async fn is_same_key(&self, a: &str, b: &str) -> Result<bool, Error> {
        Ok(a == b || key::is_same_key(self.clients.account().await?, a, b))
    }
}

/// What is known about an update before it is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedChange {
    /// Whether the instance is stopped or started.
    pub restarts: bool,
    /// The status that it ends in; `None` if the update does not touch it.
    pub status: Option<Status>,
}

/// Plans the size of an existing volume, in GB: SageMaker only enlarges volumes
/// (*UpdateNotebookInstance*, `VolumeSizeInGB`:
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateNotebookInstance.html>).
///
/// A smaller size keeps the volume with a warning, so that a volume which its user enlarged does
/// not block the plan of a whole platform, and no plan deletes one because of a smaller number.
#[must_use]
pub fn plan_volume(found: i64, configured: i64) -> PlanOutcome<i64> {
    let mut outcome = PlanOutcome::new(found.max(configured));
    if configured < found {
        outcome.warnings.push(Notice {
            attribute: "volume_size",
            summary: "Volume cannot shrink".to_owned(),
            detail: format!(
                "The volume has {found} GB and SageMaker only enlarges volumes, so an update keeps its size although \
                 `volume_size` is {configured}. Set at least {found}. Only a replacement has a smaller volume: \
                 `terraform apply -replace=ADDRESS` deletes this one with all its files."
            ),
        });
    }
    outcome
}

/// Plans a replacement: warns that the volume is lost. `reason` says why it is necessary, if the
/// configuration does not.
#[must_use]
pub fn plan_replacement(name: &str, reason: Option<&str>) -> PlanOutcome<()> {
    let mut outcome = PlanOutcome::new(());
    let reason = reason
        .map(|reason| format!(" It is replaced because {reason}."))
        .unwrap_or_default();
    outcome.warnings.push(Notice {
        attribute: "",
        summary: "Notebook volume will be deleted".to_owned(),
        detail: format!(
            "Replacing notebook `{name}` deletes its volume with all files on it.{reason} Save what is needed first, \
             for example in a dataset."
        ),
    });
    outcome
}
