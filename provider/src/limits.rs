//! The block `limits`, of the provider and of projects.

use mlspace_core::policies::{Limits, Workload};
use serde::{Deserialize, Serialize};

use crate::mapping::{self, StringList};
use crate::validators;
use terraform_plugin::framework::diagnostics::sentence;
use terraform_plugin::framework::model::at_most_one;
use terraform_plugin::framework::{Attribute, Block, Diagnostics, Field, Type};

/// The block `limits`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct LimitsModel {
    #[serde(with = "at_most_one")]
    instance_types: Field<TypesModel>,
    max_runtime: Field<String>,
    max_warm_pool: Field<String>,
    traffic_encryption: Field<bool>,
    network_isolation: Field<bool>,
    max_serverless_concurrency: Field<i64>,
    max_notebook_volume_size: Field<i64>,
}

/// The block `instance_types`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct TypesModel {
    notebook: StringList,
    training: StringList,
    processing: StringList,
    transform: StringList,
    endpoint: StringList,
}

/// The block `limits`; `whose` says of which workloads.
pub(crate) fn block(whose: &str) -> Block {
    let types = |workload: &str, of: &str| {
        Attribute::list(workload, Type::String)
            .optional()
            .describe(format!(
                "Instance types of {of}: names, or patterns such as `ml.g5.*`. An empty list allows none."
            ))
    };
    Block::at_most_one(
        "limits",
        [
            Attribute::string("max_runtime")
                .optional()
                .describe(
                    "Longest time that a training, tuning or processing job can ask for, such as `24h`. Below a day, \
                     jobs have to name a time, since SageMaker's default is a day.",
                )
                .validate(validators::duration_between("1m", "672h")),
            Attribute::string("max_warm_pool")
                .optional()
                .describe(
                    "Longest time that a training job can keep its instances for the next one, such as `30m`.",
                )
                .validate(validators::duration_between("1m", "1h")),
            Attribute::bool("traffic_encryption").optional().describe(
                "Whether jobs have to encrypt the traffic between their containers. The SageMaker Python SDK does so \
                 only if it is told to.",
            ),
            Attribute::bool("network_isolation").optional().describe(
                "Whether models, training and tuning jobs have to run without a network. The SageMaker Python SDK does \
                 so only if it is told to, and code in such containers cannot call AWS.",
            ),
            Attribute::integer("max_serverless_concurrency")
                .optional()
                .describe("Highest number of concurrent invocations of a serverless endpoint.")
                .validate(validators::between(1, 200)),
            Attribute::integer("max_notebook_volume_size")
                .optional()
                .describe("Largest volume of a notebook, in GB.")
                .validate(validators::between(5, 16_384)),
        ],
    )
    .blocks([Block::at_most_one(
        "instance_types",
        [
            types("notebook", "notebooks"),
            types("training", "training and tuning jobs"),
            types("processing", "processing jobs and model monitors"),
            types("transform", "batch transform jobs"),
            types("endpoint", "endpoints with instances"),
        ],
    )
    .describe("Instance types by kind of workload. A kind without a list is not limited.")])
    .describe(format!(
        "Limits of {whose}. Policies hold them for members' workloads, the plan for notebooks. IAM is not told the number \
         of instances and the size of jobs' volumes; the account's service quotas limit these."
    ))
}

/// The limits in a block, which must be known; none if it is absent.
pub(crate) fn limits(block: &Field<LimitsModel>) -> Result<Limits, Diagnostics> {
    match block {
        Field::Null => Ok(Limits::default()),
        Field::Unknown => Err(mapping::missing_value("limits")),
        Field::Known(model) => model.limits(),
    }
}

/// Checks the known limits of a configuration.
pub(crate) fn check(block: &Field<LimitsModel>, diagnostics: &mut Diagnostics) {
    if let Ok(limits) = limits(block)
        && let Err(error) = limits.check()
    {
        diagnostics.error("limits", "Invalid limit", sentence(&error.to_string()));
    }
}

/// The block with these limits: as it was if it means the same.
pub(crate) fn with_limits(block: Field<LimitsModel>, limits: &Limits) -> Field<LimitsModel> {
    if self::limits(&block).as_ref() == Ok(limits) {
        return block;
    }
    if limits.is_empty() {
        return Field::Null;
    }
    Field::Known(LimitsModel::from(limits))
}

fn count(field: &Field<i64>) -> Result<Option<u64>, Diagnostics> {
    let known = known(field)?;
    Ok(known.and_then(|number| u64::try_from(*number).ok()))
}

/// A value that can be null, but not unknown.
fn known<T>(field: &Field<T>) -> Result<Option<&T>, Diagnostics> {
    if field.is_unknown() {
        return Err(mapping::missing_value("limits"));
    }
    Ok(field.as_option())
}

fn seconds(field: &Field<String>) -> Result<Option<u64>, Diagnostics> {
    known(field)?;
    Ok(mapping::duration(field).map(|time| time.as_secs()))
}

/// A time in the largest unit that it is a multiple of.
fn time(seconds: u64) -> String {
    match seconds {
        hours if hours % 3_600 == 0 => format!("{}h", hours / 3_600),
        minutes if minutes % 60 == 0 => format!("{}m", minutes / 60),
        seconds => format!("{seconds}s"),
    }
}

impl LimitsModel {
    fn limits(&self) -> Result<Limits, Diagnostics> {
        let mut limits = Limits {
            max_runtime_seconds: seconds(&self.max_runtime)?,
            max_warm_pool_seconds: seconds(&self.max_warm_pool)?,
            encrypted_traffic: known(&self.traffic_encryption)?.copied().unwrap_or(false),
            isolated_network: known(&self.network_isolation)?.copied().unwrap_or(false),
            max_serverless_concurrency: count(&self.max_serverless_concurrency)?,
            max_notebook_volume_gb: count(&self.max_notebook_volume_size)?,
            ..Limits::default()
        };
        let Some(types) = known(&self.instance_types)? else {
            return Ok(limits);
        };
        for (name, workload) in Workload::NAMES {
            let list = types.list(workload);
            known(list)?;
            if let Some(patterns) = mapping::optional_strings(list, name)? {
                limits.instance_types.insert(workload, patterns);
            }
        }
        Ok(limits)
    }
}

impl TypesModel {
    const fn list(&self, workload: Workload) -> &StringList {
        match workload {
            Workload::Notebook => &self.notebook,
            Workload::Training => &self.training,
            Workload::Processing => &self.processing,
            Workload::Transform => &self.transform,
            Workload::Endpoint => &self.endpoint,
        }
    }
}

impl From<&Limits> for LimitsModel {
    fn from(limits: &Limits) -> Self {
        let number = |number: Option<u64>| number.and_then(|n| i64::try_from(n).ok()).into();
        let flag = |on: bool| on.then_some(true).into();
        let list = |workload: Workload| match limits.instance_types.get(&workload) {
            Some(patterns) => mapping::strings(patterns),
            None => Field::Null,
        };
        let types = TypesModel {
            notebook: list(Workload::Notebook),
            training: list(Workload::Training),
            processing: list(Workload::Processing),
            transform: list(Workload::Transform),
            endpoint: list(Workload::Endpoint),
        };
        Self {
            instance_types: (!limits.instance_types.is_empty()).then_some(types).into(),
            max_runtime: limits.max_runtime_seconds.map(time).into(),
            max_warm_pool: limits.max_warm_pool_seconds.map(time).into(),
            traffic_encryption: flag(limits.encrypted_traffic),
            network_isolation: flag(limits.isolated_network),
            max_serverless_concurrency: number(limits.max_serverless_concurrency),
            max_notebook_volume_size: number(limits.max_notebook_volume_gb),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Limits {
        Limits {
            instance_types: Workload::NAMES
                .iter()
                .map(|(name, workload)| (*workload, vec![format!("ml.{name}.*")]))
                .collect(),
            max_runtime_seconds: Some(5_400),
            max_warm_pool_seconds: Some(1_800),
            encrypted_traffic: true,
            isolated_network: true,
            max_serverless_concurrency: Some(5),
            max_notebook_volume_gb: Some(50),
        }
    }

    #[test]
    fn limits_round_trip() {
        let model = LimitsModel::from(&all());
        assert_eq!(model.max_runtime, Field::from("90m"));
        assert_eq!(limits(&Field::Known(model)), Ok(all()));
        assert_eq!(limits(&Field::Null), Ok(Limits::default()));
    }

    #[test]
    fn with_limits_keeps_the_spelling() {
        let written = Field::Known(LimitsModel {
            max_runtime: Field::from("1440m"),
            traffic_encryption: Field::from(false),
            ..LimitsModel::default()
        });
        let day = Limits {
            max_runtime_seconds: Some(86_400),
            ..Limits::default()
        };
        assert_eq!(with_limits(written.clone(), &day), written);
        let empty = Field::Known(LimitsModel::default());
        assert_eq!(with_limits(empty.clone(), &Limits::default()), empty);
        assert_eq!(with_limits(written, &Limits::default()), Field::Null);
        let found = with_limits(Field::Null, &day).into_known().unwrap();
        assert_eq!(found.max_runtime, Field::from("24h"));
    }

    #[test]
    fn limits_wait_for_unknown_values() {
        let unknown = [
            LimitsModel {
                max_runtime: Field::Unknown,
                ..LimitsModel::default()
            },
            LimitsModel {
                instance_types: Field::Known(TypesModel {
                    training: Field::Known(vec![Field::Unknown]),
                    ..TypesModel::default()
                }),
                ..LimitsModel::default()
            },
        ];
        for model in unknown {
            assert!(limits(&Field::Known(model)).is_err());
        }
        assert!(limits(&Field::Unknown).is_err());
    }
}
