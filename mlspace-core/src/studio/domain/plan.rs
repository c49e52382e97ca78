//! Planning domains.

use super::super::contents::Contents;
use super::{DomainSpec, StudioDomains, needs_no_apps};
use crate::aws::Error;
use crate::notebook::is_same_key;
use crate::ownership::Run;
use crate::plan::{Notice, PlanOutcome};

/// Settings of a domain that names none, from the provider's `notebook_defaults`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DomainDefaults {
    /// The subnets.
    pub subnet_ids: Vec<String>,
    /// The security groups.
    pub security_group_ids: Vec<String>,
    /// The KMS key.
    pub kms_key_id: Option<String>,
}

impl StudioDomains {
    /// The settings of a domain that names none.
    #[must_use]
    pub fn defaults(&self) -> DomainDefaults {
        let defaults = &self.clients.settings().notebook_defaults;
        DomainDefaults {
            subnet_ids: defaults.subnet_ids.clone(),
            security_group_ids: defaults.security_group_ids.clone(),
            kms_key_id: defaults.kms_key_id.clone(),
        }
    }

    /// Plans a new domain: its name is not taken, unless `run` takes that domain away.
    pub async fn plan_new(&self, name: &str, run: &dyn Run) -> PlanOutcome<()> {
        self.check_new(name, run).await.into()
    }

    /// Plans a change in place of `prior`, the domain in the state: warns of apps that block it.
    pub async fn plan_change(
        &self,
        id: &str,
        prior: &DomainSpec,
        spec: &DomainSpec,
    ) -> PlanOutcome<()> {
        let mut outcome = PlanOutcome::new(());
        let before = (
            prior.subnet_ids.as_slice(),
            prior.settings.execution_role_arn.as_str(),
        );
        if !needs_no_apps(before, &[], spec) {
            return outcome;
        }
        let apps = Contents::of_domain(self.api.as_ref(), id).live_apps().await;
        match apps {
            Err(error) => PlanOutcome::failed(&error),
            Ok(apps) if apps.is_empty() => outcome,
            Ok(apps) => {
                let names: Vec<String> = apps.iter().map(|app| format!("`{app}`")).collect();
                outcome.warnings.push(Notice {
                    attribute: "",
                    summary: "Running apps block the change".to_owned(),
                    detail: format!(
                        "SageMaker removes subnets of Studio domain `{id}` and changes its default role only while \
                         no app runs, and the apply fails while these do: {}. Stop them before the apply.",
                        names.join(", ")
                    ),
                });
                outcome
            }
        }
    }

    /// Plans a replacement, because of the settings called `why`: refused without `force`, which is
    /// what the state says.
    #[must_use]
    pub fn plan_replacement(name: &str, why: &[&str], force: bool) -> PlanOutcome<()> {
        let mut outcome = PlanOutcome::new(());
        let why: Vec<String> = why.iter().map(|setting| format!("`{setting}`")).collect();
        let cause = match why.is_empty() {
            true => String::new(),
            false => format!(" SageMaker does not change {} of a domain.", why.join(", ")),
        };
        let backup = "Save what is needed first: copy the files of each space to a dataset, for example with \
                      `aws s3 sync` in a terminal of the space.";
        let loss = format!(
            "Replacing Studio domain `{name}` deletes all profiles and spaces in it, with the files on their \
             volumes.{cause} {backup}"
        );
        if force {
            outcome.warnings.push(Notice {
                attribute: "",
                summary: "Studio domain will be replaced".to_owned(),
                detail: loss,
            });
        } else {
            outcome.errors.push(Notice {
                attribute: "",
                summary: "Studio domain would be replaced".to_owned(),
                detail: format!(
                    "{loss} Then set `force_destroy = true`, apply that alone, and change the settings after it."
                ),
            });
        }
        outcome
    }

    /// Whether two names of KMS keys name the same key, for example by its id and by its ARN.
    ///
    /// # Errors
    /// Those of the call that finds out the account.
    pub async fn is_same_key(&self, a: &str, b: &str) -> Result<bool, Error> {
        Ok(a == b || is_same_key(self.clients.account().await?, a, b))
    }
}
