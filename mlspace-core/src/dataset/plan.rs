//! Planning datasets.

use super::{DatasetSpec, Datasets};
use crate::aws::Error;
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
    /// Plans a new dataset.
    pub async fn plan_new(&self, spec: &DatasetSpec) -> PlanOutcome<PlannedDataset> {
        self.try_plan_new(spec).await.into()
    }

    async fn try_plan_new(&self, spec: &DatasetSpec) -> Result<PlannedDataset, Error> {
        self.check_new(spec).await?;
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
