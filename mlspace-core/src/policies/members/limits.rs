//! Limits of a project's workloads.

use std::collections::BTreeMap;

use crate::policies::context::PolicyError;
use crate::policies::restrictions::check_types;
use crate::policies::services::{Service, Services};
use iam_policy::{Operator, Statement};

/// A kind of workload whose instance types can be limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Workload {
    /// Notebook instances, and the apps and spaces of Studio.
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
    fn actions(self, services: &Services) -> Vec<&'static str> {
        let mut all = match self {
            Self::Notebook => Vec::new(),
            Self::Training => vec!["sagemaker:Create*ningJob", "sagemaker:UpdateTrainingJob"],
            Self::Processing => vec!["sagemaker:CreateProcessingJob"],
            Self::Transform => vec!["sagemaker:CreateTransformJob"],
            Self::Endpoint => vec!["sagemaker:CreateEndpointConfig"],
        };
        if self == Self::Processing && services.has(Service::Monitoring) {
            // Monitors are processing jobs. Definitions and schedules name their types.
            all.extend([DEFINITIONS].iter().chain(&SCHEDULES));
        }
        if self == Self::Notebook && services.has(Service::Studio) {
            // A space names the type that its app starts with, and the app another one.
            all.extend(["sagemaker:CreateApp", "sagemaker:*Space"]);
        }
        all
    }

    /// Plural for people.
    const fn plural(self) -> &'static str {
        match self {
            Self::Notebook => "notebooks",
            Self::Training => "training and tuning jobs",
            Self::Processing => "processing jobs",
            Self::Transform => "batch transform jobs",
            Self::Endpoint => "endpoints",
        }
    }
}

/// Creating definitions of monitoring jobs, as a pattern.
const DEFINITIONS: &str = "sagemaker:Create*JobDefinition";
/// Creating and changing schedules of monitoring jobs, which can contain a definition.
const SCHEDULES: [&str; 2] = [
    "sagemaker:CreateMonitoringSchedule",
    "sagemaker:UpdateMonitoringSchedule",
];
/// The time that SageMaker gives a job whose request names none, in seconds: a day (API Reference,
/// *StoppingCondition*: <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html>).
const UNSAID_RUNTIME: u64 = 86_400;

/// Limits of workloads. Without limits, everything that AWS offers can be used.
///
/// IAM knows no number of instances and no size of the volumes of jobs, so that these cannot be
/// limited. Service quotas of the account limit the number of instances.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Instance types by kind of workload: names, or patterns such as `ml.g5.*`. A kind that is
    /// not listed is not limited; an empty list allows none.
    pub instance_types: BTreeMap<Workload, Vec<String>>,
    /// The longest time that a job can ask for, in seconds.
    pub max_runtime_seconds: Option<u64>,
    /// The longest time that a training job can keep its instances for the next one, in seconds.
    pub max_warm_pool_seconds: Option<u64>,
    /// Whether jobs must encrypt the traffic between their containers.
    pub encrypted_traffic: bool,
    /// Whether the containers of models, training and tuning jobs must have no network.
    pub isolated_network: bool,
    /// The highest number of concurrent invocations of a serverless endpoint.
    pub max_serverless_concurrency: Option<u64>,
    /// The largest volume of a notebook, in GB.
    pub max_notebook_volume_gb: Option<u64>,
}

impl Limits {
    /// Checks the patterns of instance types.
    ///
    /// # Errors
    /// [`PolicyError`] for an invalid pattern, or one that is no limit or matches no type.
    pub fn check(&self) -> Result<(), PolicyError> {
        for patterns in self.instance_types.values() {
            check_types(patterns)?;
            if let Some(odd) = patterns.iter().find(|pattern| !pattern.starts_with("ml.")) {
                return Err(PolicyError::Value {
                    what: "instance type",
                    value: odd.clone(),
                    expected: "write a type such as `ml.m5.large`, or a pattern such as `ml.g5.*`",
                });
            }
        }
        Ok(())
    }

    /// Whether nothing is limited.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a workload of this kind can run on an instance type.
    #[must_use]
    pub fn allows(&self, workload: Workload, instance_type: &str) -> bool {
        self.instance_types
            .get(&workload)
            .is_none_or(|patterns| covered(patterns, instance_type))
    }

    /// The instance types that a kind of workload can use, for people.
    #[must_use]
    pub fn types_of(&self, workload: Workload) -> String {
        match self.instance_types.get(&workload) {
            None => "every instance type".to_owned(),
            Some(patterns) if patterns.is_empty() => "no instance type".to_owned(),
            Some(patterns) => format!("`{}`", patterns.join("`, `")),
        }
    }

    /// What these limits and those of the platform leave, if both apply.
    #[must_use]
    pub fn within(&self, platform: &Self) -> Self {
        let mut instance_types = platform.instance_types.clone();
        for (workload, own) in &self.instance_types {
            let both = match platform.instance_types.get(workload) {
                None => own.clone(),
                Some(theirs) => {
                    let inside = own.iter().filter(|pattern| covered(theirs, pattern));
                    let mut both: Vec<String> = inside.cloned().collect();
                    let around = theirs.iter().filter(|pattern| covered(own, pattern));
                    both.extend(around.cloned());
                    both.sort();
                    both.dedup();
                    both
                }
            };
            instance_types.insert(*workload, both);
        }
        let least = |own: Option<u64>, theirs: Option<u64>| match (own, theirs) {
            (Some(own), Some(theirs)) => Some(own.min(theirs)),
            (own, theirs) => own.or(theirs),
        };
        Self {
            instance_types,
            max_runtime_seconds: least(self.max_runtime_seconds, platform.max_runtime_seconds),
            max_warm_pool_seconds: least(
                self.max_warm_pool_seconds,
                platform.max_warm_pool_seconds,
            ),
            encrypted_traffic: self.encrypted_traffic || platform.encrypted_traffic,
            isolated_network: self.isolated_network || platform.isolated_network,
            max_serverless_concurrency: least(
                self.max_serverless_concurrency,
                platform.max_serverless_concurrency,
            ),
            max_notebook_volume_gb: least(
                self.max_notebook_volume_gb,
                platform.max_notebook_volume_gb,
            ),
        }
    }

    /// Which of these limits are wider than those of the platform, and so limit nothing: a sentence
    /// each.
    #[must_use]
    pub fn beyond(&self, platform: &Self) -> Vec<String> {
        let mut all = Vec::new();
        for (workload, own) in &self.instance_types {
            let Some(theirs) = platform.instance_types.get(workload) else {
                continue;
            };
            let outside: Vec<&str> = own
                .iter()
                .filter(|pattern| !covered(theirs, pattern))
                .map(String::as_str)
                .collect();
            if !outside.is_empty() {
                all.push(format!(
                    "`{}` is not among the types of {} that the platform admits: {}.",
                    outside.join("`, `"),
                    workload.plural(),
                    platform.types_of(*workload)
                ));
            }
        }
        for (own, theirs, name) in self.numbers(platform) {
            if let (Some(own), Some(theirs)) = (own, theirs)
                && own > theirs
            {
                all.push(format!("`{name}` is above the platform's limit."));
            }
        }
        all
    }

    /// What these limits open that `before` did not: a sentence each.
    #[must_use]
    pub fn opens(&self, before: &Self) -> Vec<String> {
        let mut all = Vec::new();
        for (_, workload) in Workload::NAMES {
            let Some(had) = before.instance_types.get(&workload) else {
                continue;
            };
            let plural = workload.plural();
            match self.instance_types.get(&workload) {
                None => all.push(format!("They can use every instance type for {plural}.")),
                Some(has) => {
                    let new: Vec<&str> = has
                        .iter()
                        .filter(|pattern| !covered(had, pattern))
                        .map(String::as_str)
                        .collect();
                    if !new.is_empty() {
                        all.push(format!("They can use `{}` for {plural}.", new.join("`, `")));
                    }
                }
            }
        }
        for (now, had, name) in self.numbers(before) {
            match (now, had) {
                (Some(now), Some(had)) if now > had => {
                    all.push(format!("`{name}` admits more than before."));
                }
                (None, Some(_)) => all.push(format!("`{name}` is no longer limited.")),
                _ => {}
            }
        }
        if before.encrypted_traffic && !self.encrypted_traffic {
            all.push(
                "Jobs can leave the traffic between their containers in the clear.".to_owned(),
            );
        }
        if before.isolated_network && !self.isolated_network {
            all.push("Containers of models and jobs can use the network.".to_owned());
        }
        all
    }

    /// The numbers of these limits beside those of others, with their names in configurations.
    fn numbers(&self, other: &Self) -> [(Option<u64>, Option<u64>, &'static str); 4] {
        [
            (
                self.max_runtime_seconds,
                other.max_runtime_seconds,
                "max_runtime",
            ),
            (
                self.max_warm_pool_seconds,
                other.max_warm_pool_seconds,
                "max_warm_pool",
            ),
            (
                self.max_serverless_concurrency,
                other.max_serverless_concurrency,
                "max_serverless_concurrency",
            ),
            (
                self.max_notebook_volume_gb,
                other.max_notebook_volume_gb,
                "max_notebook_volume_size",
            ),
        ]
    }

    /// The denials of what exceeds the limits. Notebooks are created by the platform and so checked
    /// in its plan.
    pub(super) fn denials(&self, services: &Services) -> Vec<Statement> {
        let types = "sagemaker:InstanceTypes";
        let monitoring = services.has(Service::Monitoring);
        let mut all = Vec::new();
        for (workload, patterns) in &self.instance_types {
            let actions = workload.actions(services);
            if actions.is_empty() {
                continue;
            }
            let deny = deny(&format!("Limit{workload:?}Types"), actions);
            all.push(if patterns.is_empty() {
                deny.when(Operator::Null, types, ["false"])
            } else {
                deny.when(Operator::StringNotLike.for_any_value(), types, patterns)
            });
        }
        let jobs = ["sagemaker:Create*ningJob", "sagemaker:CreateProcessingJob"];
        if let Some(seconds) = self.max_runtime_seconds {
            let key = "sagemaker:MaxRuntimeInSeconds";
            let unsaid = jobs.into_iter().chain(monitoring.then_some(DEFINITIONS));
            let said = unsaid
                .clone()
                .chain(SCHEDULES.into_iter().filter(|_| monitoring));
            all.push(deny("LimitRuntime", said).when(
                Operator::NumericGreaterThan,
                key,
                [seconds.to_string()],
            ));
            if seconds < UNSAID_RUNTIME {
                all.push(deny("LimitUnsaidRuntime", unsaid).when(Operator::Null, key, ["true"]));
            }
        }
        if let Some(seconds) = self.max_warm_pool_seconds {
            let actions = ["sagemaker:CreateTrainingJob", "sagemaker:UpdateTrainingJob"];
            let key = "sagemaker:KeepAlivePeriod";
            let seconds = [seconds.to_string()];
            all.push(deny("LimitWarmPool", actions).when(
                Operator::NumericGreaterThan,
                key,
                seconds,
            ));
        }
        // Both settings are off by default: `IfExists` denies requests without them.
        if self.encrypted_traffic {
            let key = "sagemaker:InterContainerTrafficEncryption";
            let actions = jobs
                .into_iter()
                .chain(
                    services
                        .has(Service::Automl)
                        .then_some("sagemaker:CreateAutoMLJob*"),
                )
                .chain(monitoring.then_some(DEFINITIONS));
            all.push(deny("LimitTraffic", actions).when(
                Operator::Bool.if_exists(),
                key,
                ["false"],
            ));
            if monitoring {
                // A schedule without instance types names a definition, for which it is required.
                all.push(
                    deny("LimitScheduleTraffic", SCHEDULES)
                        .when(Operator::Null, types, ["false"])
                        .when(Operator::Bool.if_exists(), key, ["false"]),
                );
            }
        }
        if self.isolated_network {
            let actions = ["sagemaker:Create*ningJob", "sagemaker:CreateModel"];
            all.push(deny("LimitNetwork", actions).when(
                Operator::Bool.if_exists(),
                "sagemaker:NetworkIsolation",
                ["false"],
            ));
        }
        if let Some(most) = self.max_serverless_concurrency {
            all.push(
                deny("LimitServerless", ["sagemaker:CreateEndpointConfig"]).when(
                    Operator::NumericGreaterThan,
                    "sagemaker:ServerlessMaxConcurrency",
                    [most.to_string()],
                ),
            );
        }
        all
    }
}

/// A denial of these actions on everything.
fn deny(sid: &str, actions: impl IntoIterator<Item = &'static str>) -> Statement {
    Statement::deny(sid).actions(actions).resources(["*"])
}

/// Whether a type, or everything that a pattern matches, is matched by one of the patterns.
fn covered(patterns: &[String], one: &str) -> bool {
    let covers = |pattern: &String| wildcard(pattern.as_bytes(), one.as_bytes());
    patterns.iter().any(covers)
}

/// Whether a pattern with `*` and `?` matches the whole text. The text can be a pattern: then it is
/// whether the first matches all that the second does, as far as that shows character by character.
pub(in crate::policies) fn wildcard(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => {
            wildcard(rest, text)
                || text
                    .split_first()
                    .is_some_and(|(_, behind)| wildcard(pattern, behind))
        }
        (Some((b'?', rest)), Some((have, behind))) => *have != b'*' && wildcard(rest, behind),
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
            ..Limits::default()
        };
        assert!(limits.allows(Workload::Notebook, "ml.t3.medium"));
        assert!(limits.allows(Workload::Notebook, "ml.m5.large"));
        assert!(!limits.allows(Workload::Notebook, "ml.m5.xlarge"));
        assert!(!limits.allows(Workload::Notebook, "ml.p4d.24xlarge"));
        assert!(limits.allows(Workload::Training, "ml.p4d.24xlarge"));
    }

    fn types(patterns: &[&str]) -> Limits {
        Limits {
            instance_types: [(
                Workload::Training,
                patterns.iter().map(|&pattern| pattern.to_owned()).collect(),
            )]
            .into(),
            ..Limits::default()
        }
    }

    #[test]
    fn within_takes_the_narrower() {
        let platform = Limits {
            max_runtime_seconds: Some(3_600),
            encrypted_traffic: true,
            ..types(&["ml.m5.*", "ml.g5.xlarge"])
        };
        let own = Limits {
            max_runtime_seconds: Some(7_200),
            max_warm_pool_seconds: Some(60),
            ..types(&["ml.m5.large", "ml.g5.*", "ml.p4d.*"])
        };
        let both = own.within(&platform);
        let expected = Limits {
            max_runtime_seconds: Some(3_600),
            max_warm_pool_seconds: Some(60),
            encrypted_traffic: true,
            ..types(&["ml.g5.xlarge", "ml.m5.large"])
        };
        assert_eq!(both, expected);
        assert_eq!(Limits::default().within(&platform), platform);
        assert_eq!(platform.within(&Limits::default()), platform);
        assert_eq!(
            own.beyond(&platform).len(),
            2,
            "{:?}",
            own.beyond(&platform)
        );
        assert!(both.beyond(&platform).is_empty());
        // `?` is one character, `*` any number of them.
        assert!(!types(&["ml.*"]).beyond(&types(&["ml.?"])).is_empty());
    }

    #[test]
    fn opens_tells_what_is_wider() {
        let before = Limits {
            max_runtime_seconds: Some(3_600),
            isolated_network: true,
            ..types(&["ml.m5.*"])
        };
        assert!(before.opens(&before).is_empty());
        assert!(before.opens(&Limits::default()).is_empty(), "narrower");
        let after = Limits {
            max_runtime_seconds: Some(7_200),
            ..types(&["ml.m5.large", "ml.g5.*"])
        };
        assert_eq!(
            after.opens(&before),
            [
                "They can use `ml.g5.*` for training and tuning jobs.",
                "`max_runtime` admits more than before.",
                "Containers of models and jobs can use the network.",
            ]
        );
        assert_eq!(Limits::default().opens(&before).len(), 3);
    }

    #[test]
    fn check_refuses_what_limits_nothing() {
        assert!(types(&["ml.m5.*"]).check().is_ok());
        for odd in ["*", "m5.large", "ml.m5 large"] {
            assert!(types(&[odd]).check().is_err(), "{odd}");
        }
    }
}
