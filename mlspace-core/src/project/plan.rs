//! Planning projects.

use std::sync::atomic::Ordering;

use super::{ProjectSpec, Projects};
use crate::aws::{Error, PolicyModel};
use crate::ownership::Run;
use crate::plan::{Notice, PlanOutcome};
use crate::tags::{SYSTEM, Tags, are_of_mlspace_itself};

/// What is known of a project before it is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedProject {
    /// The project's name.
    pub id: String,
    /// ARN of its policy; `None` where all memberships share theirs.
    pub policy_arn: Option<String>,
}

impl Projects {
    /// Plans a project. `exists` says that the state holds it, `was_suspended` that it is suspended
    /// there, `run` what else happens to existing projects.
    pub async fn plan(
        &self,
        spec: &ProjectSpec,
        exists: bool,
        was_suspended: bool,
        run: &dyn Run,
    ) -> PlanOutcome<PlannedProject> {
        let outcome = PlanOutcome::from(self.try_plan(spec, exists, was_suspended, run).await);
        outcome.and(self.plan_beside_mlspace().await)
    }

    /// Warns, once, when the account has a deployment of MLSpace that the policy model does not suit.
    async fn plan_beside_mlspace(&self) -> PlanOutcome<()> {
        let mut outcome = PlanOutcome::new(());
        let settings = self.clients.settings();
        if settings.policy_model != PolicyModel::Attribute || self.warned.load(Ordering::Relaxed) {
            return outcome;
        }
        let roles = match self.roles.tagged().await {
            Ok(roles) => roles,
            Err(error) => return outcome.and(PlanOutcome::failed(&error)),
        };
        let of_mlspace = |tags: &Tags| {
            tags.get(SYSTEM) == Some(&settings.system_tag) && are_of_mlspace_itself(tags)
        };
        let Some((role, _)) = roles.iter().find(|(_, tags)| of_mlspace(tags)) else {
            return outcome;
        };
        if !self.warned.swap(true, Ordering::Relaxed) {
            outcome.warnings.push(Notice {
                attribute: "",
                summary: "Policy model does not suit MLSpace".to_owned(),
                detail: format!(
                    "MLSpace is deployed in this account, as its role `{role}` shows. Its web application deletes the \
                     policies of projects and users by their names and fails half-way without them, which \
                     `policy_model = \"attribute\"` does. Use `per_principal` as long as the web application is in use."
                ),
            });
        }
        outcome
    }

    async fn try_plan(
        &self,
        spec: &ProjectSpec,
        exists: bool,
        was_suspended: bool,
        run: &dyn Run,
    ) -> Result<PlannedProject, Error> {
        if !exists {
            self.check_new(spec, run).await?;
        }
        let attribute = self.clients.settings().policy_model == PolicyModel::Attribute;
        if attribute && spec.suspended && !was_suspended {
            // All suspensions of a plan share one policy, so they are checked together.
            let planned = self.planned.add(&spec.name);
            self.suspensions.check(&planned).await?;
        }
        Ok(PlannedProject {
            id: spec.name.to_string(),
            policy_arn: self.project_policies.arn(&spec.name).await?,
        })
    }
}
