//! Planning groups in projects.

use std::collections::BTreeSet;

use super::{ProjectGroupSpec, ProjectGroups};
use crate::aws::Error;
use crate::name::UserName;
use crate::ownership::Run;
use crate::plan::{Notice, PlanOutcome};

impl ProjectGroups {
    /// Plans a group in a project. `prior` is what the state holds; `run` says what else happens to
    /// existing ones.
    pub async fn plan(
        &self,
        spec: &ProjectGroupSpec,
        prior: Option<&ProjectGroupSpec>,
        run: &dyn Run,
    ) -> PlanOutcome<()> {
        PlanOutcome::warned(self.try_plan(spec, prior, run).await)
    }

    async fn try_plan(
        &self,
        spec: &ProjectGroupSpec,
        prior: Option<&ProjectGroupSpec>,
        run: &dyn Run,
    ) -> Result<Vec<Notice>, Error> {
        let key = &spec.key;
        let users = self.planned_users(spec).await?;
        // Notebooks of these users can be in the same plan.
        for user in &users {
            self.members.plan(&key.project, user);
        }
        if let Some(prior) = prior {
            if prior.owner && !spec.owner {
                self.check_owners(spec).await?;
            }
            return Ok(Vec::new());
        }
        if run.replaces(&key.object()) {
            return Ok(Vec::new());
        }
        if self.find(key).await?.is_some() {
            return Err(key.object().exists());
        }
        for user in &users {
            let made = self
                .memberships
                .plan_through_group(&key.project, user, spec.owner);
            Box::pin(made).await?;
        }
        let unknown = std::slice::from_ref(&key.group);
        let warnings = self.directory.warn_of_groups(unknown).await?;
        let about_group = |notice| Notice {
            attribute: "group",
            ..notice
        };
        Ok(warnings.into_iter().map(about_group).collect())
    }

    /// The users whom the group will have, as far as is known.
    async fn planned_users(&self, spec: &ProjectGroupSpec) -> Result<BTreeSet<UserName>, Error> {
        match self.directory.planned_users(&spec.key.group) {
            Some(users) => Ok(users),
            None => self.groups.cached_members_of(&spec.key.group).await,
        }
    }
}
