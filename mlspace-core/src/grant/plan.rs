//! Planning grants.

use super::{Access, GrantSpec, Grants, object, opens};
use crate::aws::Error;
use crate::ownership::Run;
use crate::plan::PlanOutcome;
use crate::records::is_unfinished;

/// What is known of a grant before it is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedGrant {
    /// The id.
    pub id: String,
    /// What it opens, in a sentence; `None` for a location that this run creates later.
    pub opens: Option<String>,
}

impl Grants {
    /// Plans a grant. `before` is what the state holds of it: its access and what it opens. `run` says
    /// what else happens to existing ones.
    ///
    /// A project or a location that does not exist may be created by the same run; that is seen when
    /// the grant is applied.
    pub async fn plan(
        &self,
        spec: &GrantSpec,
        before: Option<(Access, &str)>,
        run: &dyn Run,
    ) -> PlanOutcome<PlannedGrant> {
        match Box::pin(self.try_plan(spec, before, run)).await {
            Ok(outcome) => outcome,
            Err(error) => PlanOutcome::failed(&error),
        }
    }

    async fn try_plan(
        &self,
        spec: &GrantSpec,
        before: Option<(Access, &str)>,
        run: &dyn Run,
    ) -> Result<PlanOutcome<PlannedGrant>, Error> {
        let all = self.store.cached().await?;
        let found = all
            .iter()
            .find(|found| found.spec.name == spec.key.location);
        let object = object(&spec.key);
        if before.is_none() && !run.replaces(&object) {
            let grants = found.map(|found| &found.record.grants);
            let granted = grants.and_then(|grants| grants.get(&spec.key.grantee.to_string()));
            // The list may be older than a delete of this process.
            if granted.is_some_and(|grant| !is_unfinished(&grant.item))
                && self.read(&spec.key).await?.is_some()
            {
                return Err(object.exists());
            }
        }
        self.store.plan_grant(&spec.key, spec.access);
        let planned = self.store.planned_location(&spec.key.location);
        let location = planned.or_else(|| found.map(|found| found.spec.clone()));
        let mut outcome = PlanOutcome::new(PlannedGrant {
            id: spec.key.to_string(),
            opens: location.as_ref().map(|location| opens(spec, location)),
        });
        let Some(location) = location else {
            return Ok(outcome);
        };
        let same = |(access, sentence): (Access, &str)| {
            access == spec.access
                && outcome
                    .values
                    .as_ref()
                    .and_then(|values| values.opens.as_deref())
                    == Some(sentence)
        };
        if !before.is_some_and(same) {
            outcome = outcome.and(Box::pin(self.review(spec, &location, &all)).await?);
        }
        Ok(outcome)
    }
}
