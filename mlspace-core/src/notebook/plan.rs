//! Planning notebooks.

use super::{NotebookSpec, Notebooks, check_volume_change, choose_subnet};
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
    pub async fn plan_new(&self, spec: &NotebookSpec) -> PlanOutcome<()> {
        self.try_plan_new(spec).await.into()
    }

    async fn try_plan_new(&self, spec: &NotebookSpec) -> Result<(), Error> {
        let membership_planned = self.members.is_planned(&spec.project, &spec.user)
            || !self.projects.exists(&spec.project).await?;
        self.check_new(spec, membership_planned).await
    }
}

/// Plans a change of the volume's size, in GB. SageMaker only enlarges volumes.
#[must_use]
pub fn plan_volume_change(from: i64, to: i64) -> PlanOutcome<()> {
    let mut outcome = PlanOutcome::new(());
    if let Err(error) = check_volume_change(from, to) {
        outcome.errors.push(Notice {
            attribute: "volume_size",
            summary: "Invalid volume size".to_owned(),
            detail: error.to_string(),
        });
    }
    outcome
}

/// Plans a change of settings of a notebook that runs: most need it stopped.
#[must_use]
pub fn plan_settings_change(prior: &NotebookSpec, spec: &NotebookSpec) -> PlanOutcome<()> {
    let mut outcome = PlanOutcome::new(());
    if prior.running && spec.needs_stop_after(prior) {
        let restart = if spec.running {
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

#[cfg(test)]
mod tests {
    use super::super::Status;
    use super::super::tests::{platform, platform_with, spec};
    use super::*;
    use crate::aws::PolicyModel;
    use crate::testing::{self, FakePlatform};

    /// Attributes of the plan's errors.
    async fn errors(platform: &FakePlatform, spec: &NotebookSpec) -> Vec<&'static str> {
        let outcome = platform.services.notebooks.plan_new(spec).await;
        assert_eq!(outcome.values.is_some(), outcome.errors.is_empty());
        outcome.errors.iter().map(|error| error.attribute).collect()
    }

    #[tokio::test]
    async fn plan_new_accepts_members_only() {
        let platform = platform().await;
        assert_eq!(errors(&platform, &spec()).await, [""; 0]);
        let bobs = testing::notebook("n", "fraud", "bob");
        assert_eq!(errors(&platform, &bobs).await, ["user"]);
        // Membership of bob in the same plan.
        let membership = testing::member("fraud", "bob");
        let memberships = &platform.services.memberships;
        memberships.plan(&membership, false, false).await;
        assert_eq!(errors(&platform, &bobs).await, [""; 0]);
    }

    #[tokio::test]
    async fn plan_new_accepts_planned_project() {
        let platform = FakePlatform::new(PolicyModel::PerPrincipal);
        assert_eq!(errors(&platform, &spec()).await, [""; 0]);
    }

    #[tokio::test]
    async fn plan_new_checks_spec() {
        let mut platform = platform().await;
        let odd = NotebookSpec {
            instance_type: "large".to_owned(),
            ..spec()
        };
        assert_eq!(errors(&platform, &odd).await, ["instance_type"]);
        let reserved = NotebookSpec {
            tags: crate::tags::Tags::from([("system", "x")]),
            ..spec()
        };
        assert_eq!(errors(&platform, &reserved).await, ["tags"]);
        platform.reconfigure(|settings| settings.notebook_defaults.security_group_ids.clear());
        assert_eq!(errors(&platform, &spec()).await, ["security_group_ids"]);
    }

    #[tokio::test]
    async fn plan_new_refuses_foreign_instance() {
        let platform = platform_with(&spec()).await;
        let name = spec().name;
        assert_eq!(errors(&platform, &spec()).await, [""; 0]);
        platform.notebooks.edit(name.as_str(), |instance| {
            instance.tags.remove("system");
        });
        let outcome = platform.services.notebooks.plan_new(&spec()).await;
        assert_eq!(outcome.errors[0].summary, "Resource already exists");
        platform.notebooks.edit(name.as_str(), |instance| {
            instance.state.status = Status::Deleting
        });
        assert_eq!(errors(&platform, &spec()).await, [""; 0]);
    }

    #[tokio::test]
    async fn defaults_come_from_settings() {
        let mut platform = platform().await;
        platform.reconfigure(|settings| {
            settings.notebook_defaults.kms_key_id = Some("key-1".to_owned());
            settings.notebook_defaults.lifecycle_config_name = Some("base".to_owned());
        });
        let notebooks = &platform.services.notebooks;
        let expected = DefaultSettings {
            subnet_id: Some("subnet-a".to_owned()),
            security_group_ids: vec!["sg-1".to_owned()],
            kms_key_id: Some("key-1".to_owned()),
            lifecycle_config_name: Some("base".to_owned()),
        };
        assert_eq!(notebooks.defaults(Some(&spec().name)), expected);
        assert_eq!(notebooks.defaults(None).subnet_id, None);
    }

    #[test]
    fn plan_settings_change_warns_of_stop() {
        let larger = NotebookSpec {
            instance_type: "ml.m5.xlarge".to_owned(),
            ..spec()
        };
        let warning = |spec: &NotebookSpec, prior: &NotebookSpec| {
            let outcome = plan_settings_change(prior, spec);
            outcome
                .warnings
                .first()
                .map(|warning| warning.detail.clone())
        };
        assert!(
            warning(&larger, &spec())
                .unwrap()
                .contains("started again afterwards")
        );
        let stopping = NotebookSpec {
            running: false,
            ..larger.clone()
        };
        assert!(
            warning(&stopping, &spec())
                .unwrap()
                .contains("is not started again")
        );
        let stopped = NotebookSpec {
            running: false,
            ..spec()
        };
        assert_eq!(warning(&larger, &stopped), None);
        assert_eq!(warning(&spec(), &spec()), None);
    }

    #[test]
    fn plan_volume_change_refuses_to_shrink() {
        assert_eq!(plan_volume_change(20, 20), PlanOutcome::new(()));
        assert_eq!(plan_volume_change(20, 50), PlanOutcome::new(()));
        let error = &plan_volume_change(20, 10).errors[0];
        assert_eq!(error.attribute, "volume_size");
    }
}
