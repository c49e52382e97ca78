//! Jobs, models and endpoints: network, keys, isolation, run time.

use super::actions::{AUTOML, DEFINITIONS, JOBS, SCHEDULES, TRANSFORM};
use super::deny;
use crate::policies::catalog::DocumentError;
use crate::policies::catalog::arguments::Arguments;
use crate::policies::catalog::template::Statements;
use iam_policy::{Operator, Statement};

const CREATE_MODEL: &str = "sagemaker:CreateModel";
const CREATE_CONFIG: &str = "sagemaker:CreateEndpointConfig";
const CREATE_NOTEBOOK: &str = "sagemaker:CreateNotebookInstance";
const TYPES: &str = "sagemaker:InstanceTypes";

/// The network is required for actions whose requests always have the condition keys, and compared
/// for actions whose requests can have them. Models of inference components must have no network:
/// with `require_model_vpc = false` their network is compared only.
pub(super) fn network(arguments: &Arguments) -> Statements {
    let (subnets, groups) = ("sagemaker:VpcSubnets", "sagemaker:VpcSecurityGroupIds");
    let model = arguments
        .optional_bool("require_model_vpc")
        .unwrap_or(true)
        .then_some(CREATE_MODEL);
    let required: Vec<&str> = JOBS
        .into_iter()
        .chain(AUTOML)
        .chain(DEFINITIONS)
        .chain([CREATE_NOTEBOOK, "sagemaker:CreateCluster"])
        .chain(model)
        .collect();
    let compared: Vec<&str> = required
        .iter()
        .copied()
        .chain(SCHEDULES)
        .chain([
            CREATE_MODEL,
            CREATE_CONFIG,
            "sagemaker:CreateJob",
            "sagemaker:UpdateCluster",
        ])
        .collect();
    let missing = |sid: &str, key: &str| {
        deny(sid, required.iter().copied()).when(Operator::Null, key, ["true"])
    };
    // A schedule without instance types names a job definition, for which the network is required.
    let inline = |sid: &str, key: &str| {
        deny(sid, SCHEDULES)
            .when(Operator::Null, TYPES, ["false"])
            .when(Operator::Null, key, ["true"])
    };
    let other = |sid: &str, key: &str, approved: &[String]| {
        deny(sid, compared.iter().copied()).when(
            Operator::StringNotEquals.for_any_value(),
            key,
            approved,
        )
    };
    Ok(vec![
        missing("NoSubnets", subnets),
        missing("NoSecurityGroups", groups),
        inline("ScheduleNoSubnets", subnets),
        inline("ScheduleNoSecurityGroups", groups),
        other(
            "OtherSubnets",
            subnets,
            arguments.non_empty_strings("subnet_ids")?,
        ),
        other(
            "OtherSecurityGroups",
            groups,
            arguments.non_empty_strings("security_group_ids")?,
        ),
    ])
}

/// The denial, applied unless the condition key has an approved value under its old or its new
/// name.
pub(super) fn unless_approved_key(
    statement: Statement,
    key: &str,
    arguments: &Arguments,
) -> Result<Statement, DocumentError> {
    let approved = arguments.non_empty_strings("kms_key_arns")?;
    Ok(statement.when(Operator::ArnNotLike, key, approved).when(
        Operator::ArnNotLike,
        format!("{key}Arn"),
        approved,
    ))
}

/// Volumes of instance types with local disks, `local_nvme_types`, take no key. A request is exempt
/// only if all of its types are such. The key is required if a type is another one, or if the
/// request has no type: these are two statements, since `ForAnyValue` is false for a request
/// without types.
pub(super) fn keys(arguments: &Arguments) -> Statements {
    let (volume, output) = ("sagemaker:VolumeKmsKey", "sagemaker:OutputKmsKey");
    let local = arguments.strings("local_nvme_types");
    let with_type = |statement: Statement| {
        if local.is_empty() {
            statement.when(Operator::Null, TYPES, ["false"])
        } else {
            statement.when(Operator::StringNotLike.for_any_value(), TYPES, local)
        }
    };
    let on_disk = || JOBS.into_iter().chain(DEFINITIONS).chain([TRANSFORM]);
    let inline = |sid: &str| deny(sid, SCHEDULES).when(Operator::Null, TYPES, ["false"]);
    Ok(vec![
        unless_approved_key(
            with_type(deny("JobVolumeKey", on_disk())),
            volume,
            arguments,
        )?,
        unless_approved_key(
            deny("JobWithoutTypeVolumeKey", on_disk()).when(Operator::Null, TYPES, ["true"]),
            volume,
            arguments,
        )?,
        unless_approved_key(
            deny(
                "AutoMLVolumeKey",
                AUTOML.into_iter().chain([CREATE_NOTEBOOK]),
            ),
            volume,
            arguments,
        )?,
        unless_approved_key(
            deny(
                "JobOutputKey",
                on_disk()
                    .chain(AUTOML)
                    .chain(["sagemaker:CreateLabelingJob"]),
            ),
            output,
            arguments,
        )?,
        unless_approved_key(inline("ScheduleVolumeKey"), volume, arguments)?,
        unless_approved_key(inline("ScheduleOutputKey"), output, arguments)?,
        // Configurations of serverless endpoints have no instance and no volume.
        unless_approved_key(
            with_type(deny("EndpointVolumeKey", [CREATE_CONFIG])),
            volume,
            arguments,
        )?,
    ])
}

/// Both settings are off by default: `IfExists` denies requests without them. Isolated containers
/// cannot access services such as S3 by themselves: with `network_isolation = false`, jobs can
/// choose.
pub(super) fn isolation(arguments: &Arguments) -> Statements {
    let between = "sagemaker:InterContainerTrafficEncryption";
    let mut statements = vec![
        deny(
            "ContainersUnencrypted",
            JOBS.into_iter().chain(AUTOML).chain(DEFINITIONS),
        )
        .when(Operator::Bool.if_exists(), between, ["false"]),
        deny("ScheduleUnencrypted", SCHEDULES)
            .when(Operator::Null, TYPES, ["false"])
            .when(Operator::Bool.if_exists(), between, ["false"]),
    ];
    if arguments.optional_bool("network_isolation").unwrap_or(true) {
        let isolated = [
            "sagemaker:CreateHyperParameterTuningJob",
            CREATE_MODEL,
            "sagemaker:CreateTrainingJob",
        ];
        statements.push(deny("ContainersNotIsolated", isolated).when(
            Operator::Bool.if_exists(),
            "sagemaker:NetworkIsolation",
            ["false"],
        ));
    }
    Ok(statements)
}

pub(super) fn features(arguments: &Arguments) -> Statements {
    let create = ["sagemaker:CreateFeatureGroup"];
    let location = "sagemaker:FeatureGroupOfflineStoreS3Uri";
    let offline = |sid: &str| deny(sid, create).when(Operator::Null, location, ["false"]);
    Ok(vec![
        unless_approved_key(
            offline("OfflineStoreKey"),
            "sagemaker:FeatureGroupOfflineStoreKmsKey",
            arguments,
        )?,
        unless_approved_key(
            deny("OnlineStoreKey", create).when(
                Operator::Bool,
                "sagemaker:FeatureGroupEnableOnlineStore",
                ["true"],
            ),
            "sagemaker:FeatureGroupOnlineStoreKmsKey",
            arguments,
        )?,
        offline("OfflineStoreElsewhere").when(
            Operator::StringNotLike,
            location,
            [format!("{}*", arguments.string("offline_store_prefix")?)],
        ),
    ])
}

pub(super) fn uncontrollable(_: &Arguments) -> Statements {
    Ok(vec![deny(
        "NoNetworkNoKey",
        [
            "sagemaker:CreateCompilationJob",
            "sagemaker:CreateEdgePackagingJob",
            "sagemaker:CreateInferenceExperiment",
            "sagemaker:CreateInferenceRecommendationsJob",
            "sagemaker:CreateLabelingJob",
            "sagemaker:CreateOptimizationJob",
        ],
    )])
}

pub(super) fn run_time(arguments: &Arguments) -> Statements {
    Ok(vec![
        deny("RunTooLong", JOBS).when(
            Operator::NumericGreaterThan,
            "sagemaker:MaxRuntimeInSeconds",
            [arguments.string("max_runtime_seconds")?],
        ),
        deny(
            "RemoteDebug",
            ["sagemaker:CreateTrainingJob", "sagemaker:UpdateTrainingJob"],
        )
        .when(Operator::Bool, "sagemaker:EnableRemoteDebug", ["true"]),
        deny(
            "SpaceRemoteAccess",
            ["sagemaker:CreateSpace", "sagemaker:UpdateSpace"],
        )
        .when(
            Operator::StringEquals,
            "sagemaker:RemoteAccess",
            ["ENABLED"],
        ),
    ])
}
