//! Planning datasets.

use super::{DatasetSpec, Datasets, check_description};
use crate::aws::Error;
use crate::ownership::Run;
use crate::plan::PlanOutcome;

/// Values of a dataset that are known before it is created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedDataset {
    /// The id, as in `project/fraud/cards`.
    pub id: String,
    /// The prefix in the data bucket, with a `/` at the end.
    pub prefix: String,
    /// The prefix as a URL, `s3://…/`.
    pub location: String,
    /// ARN of the prefix.
    pub arn: String,
}

impl Datasets {
    /// Plans a new dataset; `run` says what else happens to existing ones.
    pub async fn plan_new(&self, spec: &DatasetSpec, run: &dyn Run) -> PlanOutcome<PlannedDataset> {
        let outcome = PlanOutcome::from(self.try_plan_new(spec, run).await);
        outcome.and(self.plan_groups(spec).await)
    }

    /// Plans a dataset that exists with the description `before`.
    pub async fn plan_change(&self, spec: &DatasetSpec, before: Option<&str>) -> PlanOutcome<()> {
        let checked = match before {
            Some(before) if before == spec.description => Ok(()),
            _ => check_description(&spec.description).map_err(Error::from),
        };
        PlanOutcome::from(checked).and(self.plan_groups(spec).await)
    }

    /// Warns of groups that MLSpace does not know.
    async fn plan_groups(&self, spec: &DatasetSpec) -> PlanOutcome<()> {
        let mut outcome = PlanOutcome::new(());
        match self.directory.warn_of_groups(&spec.groups).await {
            Ok(warnings) => outcome.warnings = warnings,
            Err(error) => outcome.errors.push((&error).into()),
        }
        outcome
    }

    async fn try_plan_new(
        &self,
        spec: &DatasetSpec,
        run: &dyn Run,
    ) -> Result<PlannedDataset, Error> {
        self.check_new(spec, run).await?;
        let bucket = &self.clients.settings().data_bucket;
        let account = self.clients.account().await?;
        Ok(PlannedDataset {
            id: spec.key.id(),
            prefix: spec.key.prefix(),
            location: spec.key.location(bucket),
            arn: spec.key.arn(account, bucket),
        })
    }
}
