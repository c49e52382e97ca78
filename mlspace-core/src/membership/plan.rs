//! Planning memberships.

use super::read::id;
use super::{MembershipSpec, Memberships};
use crate::aws::Error;
use crate::ownership::Run;
use crate::plan::PlanOutcome;

/// What is known of a membership before it is created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedMembership {
    /// `project/user`.
    pub id: String,
    /// Name of the role.
    pub role_name: String,
    /// ARN of the role.
    pub role_arn: String,
}

impl Memberships {
    /// Plans a membership. `exists` says that the state holds it; `drifted` that an apply will repair
    /// it; `run` what else happens to existing memberships. There are values for new ones only.
    pub async fn plan(
        &self,
        spec: &MembershipSpec,
        exists: bool,
        drifted: bool,
        run: &dyn Run,
    ) -> PlanOutcome<Option<PlannedMembership>> {
        let mut outcome = PlanOutcome::new(None);
        if !exists || drifted {
            outcome = outcome.and(self.review(spec).await);
        }
        if exists && drifted {
            match self.review_repair(spec).await {
                Ok(notice) => outcome.warnings.extend(notice),
                Err(error) => outcome.errors.push((&error).into()),
            }
        }
        outcome = outcome.and(self.plan_user(spec, exists, drifted).await);
        if exists {
            return outcome;
        }
        self.members.plan(&spec.project, &spec.user);
        match self.plan_new(spec, run).await {
            Ok(planned) => outcome.values = Some(Some(planned)),
            Err(error) => {
                outcome.values = None;
                outcome.errors.push((&error).into());
            }
        }
        outcome
    }

    /// What is known of the user: whether MLSpace has no such user, datasets of the user's groups
    /// that no policy can contain, and more policies than a role carries.
    async fn plan_user(
        &self,
        spec: &MembershipSpec,
        exists: bool,
        drifted: bool,
    ) -> PlanOutcome<()> {
        let mut outcome = PlanOutcome::new(());
        let checked = async {
            outcome.warnings = self.groups.skipped_for(&spec.user).await?;
            outcome
                .warnings
                .extend(self.directory.warn_of_user(&spec.user).await?);
            if exists && drifted {
                self.check_accounts().await?;
                let groups = self.groups.cached_policies_of(&spec.user).await?;
                self.check_attachments(groups.len()).await?;
            }
            Ok::<(), Error>(())
        };
        match checked.await {
            Ok(()) => {}
            Err(error) => outcome.errors.push((&error).into()),
        }
        outcome
    }

    async fn plan_new(
        &self,
        spec: &MembershipSpec,
        run: &dyn Run,
    ) -> Result<PlannedMembership, Error> {
        self.check_new(spec, run).await?;
        Ok(PlannedMembership {
            id: id(spec),
            role_name: self.member_roles.name(&spec.project, &spec.user)?,
            role_arn: self.member_roles.arn(&spec.project, &spec.user).await?,
        })
    }
}
