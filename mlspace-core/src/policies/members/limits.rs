//! Limits of a project's workloads.

use std::collections::BTreeMap;

use crate::policies::context::GrantError;
use crate::policies::restrictions::check_types;
use iam_policy::{Operator, Statement};

/// A kind of workload whose instance types can be limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Workload {
    /// Notebook instances.
    Notebook,
    /// Training and tuning jobs.
    Training,
    /// Processing jobs.
    Processing,
    /// Batch transform jobs.
    Transform,
    /// Endpoints.
    Endpoint,
}

impl Workload {
    /// All kinds, with their names in configurations.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("notebook", Self::Notebook),
        ("training", Self::Training),
        ("processing", Self::Processing),
        ("transform", Self::Transform),
        ("endpoint", Self::Endpoint),
    ];

    /// The actions that start such a workload and name its instance types.
    const fn actions(self) -> &'static [&'static str] {
        match self {
            Self::Notebook => &[],
            Self::Training => &["sagemaker:Create*ningJob", "sagemaker:UpdateTrainingJob"],
            Self::Processing => &["sagemaker:CreateProcessingJob"],
            Self::Transform => &["sagemaker:CreateTransformJob"],
            Self::Endpoint => &["sagemaker:CreateEndpointConfig"],
        }
    }
}

/// Limits of workloads. Without limits, everything that AWS offers can be used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Instance types by kind of workload: names, or patterns such as `ml.g5.*`. A kind that is
    /// not listed is not limited; an empty list allows none.
    pub instance_types: BTreeMap<Workload, Vec<String>>,
    /// The longest time that a job can ask for, in seconds.
    pub max_runtime_seconds: Option<u64>,
}

impl Limits {
    /// Checks the patterns of instance types.
    ///
    /// # Errors
    /// [`GrantError`] for an invalid pattern.
    pub fn check(&self) -> Result<(), GrantError> {
        self.instance_types
            .values()
            .try_for_each(|all| check_types(all))
    }

    /// Whether a workload of this kind can run on an instance type.
    #[must_use]
    pub fn allows(&self, workload: Workload, instance_type: &str) -> bool {
        self.instance_types.get(&workload).is_none_or(|patterns| {
            let matches = |pattern: &String| wildcard(pattern.as_bytes(), instance_type.as_bytes());
            patterns.iter().any(matches)
        })
    }

    /// The denials of what exceeds the limits. Notebooks are created by the platform and so checked
    /// in its plan.
    pub(super) fn denials(&self) -> Vec<Statement> {
        let types = "sagemaker:InstanceTypes";
        let mut all = Vec::new();
        for (workload, patterns) in &self.instance_types {
            let actions = workload.actions();
            if actions.is_empty() {
                continue;
            }
            let deny = Statement::deny(format!("Limit{workload:?}Types"))
                .actions(actions.to_vec())
                .resources(["*"]);
            all.push(if patterns.is_empty() {
                deny.when(Operator::Null, types, ["false"])
            } else {
                deny.when(Operator::StringNotLike.for_any_value(), types, patterns)
            });
        }
        if let Some(seconds) = self.max_runtime_seconds {
            let key = "sagemaker:MaxRuntimeInSeconds";
            let jobs = ["sagemaker:Create*ningJob", "sagemaker:CreateProcessingJob"];
            all.extend([
                Statement::deny("LimitRuntime")
                    .actions(jobs)
                    .resources(["*"])
                    .when(Operator::NumericGreaterThan, key, [seconds.to_string()]),
                // Without a time, SageMaker takes its own default of a day.
                Statement::deny("LimitUnsaidRuntime")
                    .actions(jobs)
                    .resources(["*"])
                    .when(Operator::Null, key, ["true"]),
            ]);
        }
        all
    }
}

/// Whether a pattern with `*` and `?` matches the whole text.
pub(in crate::policies) fn wildcard(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => {
            wildcard(rest, text)
                || text
                    .split_first()
                    .is_some_and(|(_, behind)| wildcard(pattern, behind))
        }
        (Some((b'?', rest)), Some((_, behind))) => wildcard(rest, behind),
        (Some((want, rest)), Some((have, behind))) => want == have && wildcard(rest, behind),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_match_patterns() {
        let limits = Limits {
            instance_types: [(
                Workload::Notebook,
                vec!["ml.t3.*".to_owned(), "ml.m5.large".to_owned()],
            )]
            .into(),
            max_runtime_seconds: None,
        };
        assert!(limits.allows(Workload::Notebook, "ml.t3.medium"));
        assert!(limits.allows(Workload::Notebook, "ml.m5.large"));
        assert!(!limits.allows(Workload::Notebook, "ml.m5.xlarge"));
        assert!(!limits.allows(Workload::Notebook, "ml.p4d.24xlarge"));
        assert!(limits.allows(Workload::Training, "ml.p4d.24xlarge"));
    }
}
