//! Planning projects.

use super::{ProjectSpec, Projects};
use crate::aws::{Error, PolicyModel};
use crate::plan::PlanOutcome;

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
    /// there.
    pub async fn plan(
        &self,
        spec: &ProjectSpec,
        exists: bool,
        was_suspended: bool,
    ) -> PlanOutcome<PlannedProject> {
        self.try_plan(spec, exists, was_suspended).await.into()
    }

    async fn try_plan(
        &self,
        spec: &ProjectSpec,
        exists: bool,
        was_suspended: bool,
    ) -> Result<PlannedProject, Error> {
        if !exists {
            self.check_new(spec).await?;
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
