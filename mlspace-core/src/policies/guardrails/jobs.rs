//! Jobs, models and endpoints: network, keys, isolation, run time.

use super::actions::{AUTOML, DEFINITIONS, JOBS, SCHEDULES, TRANSFORM};
use super::deny;
use super::parameters::{GuardrailError, Reader};
use iam_policy::{Operator, Statement};

type Statements = Result<Vec<Statement>, GuardrailError>;

const CREATE_MODEL: &str = "sagemaker:CreateModel";
const CREATE_CONFIG: &str = "sagemaker:CreateEndpointConfig";
const CREATE_NOTEBOOK: &str = "sagemaker:CreateNotebookInstance";
const TYPES: &str = "sagemaker:InstanceTypes";

/// Required where the request always has the keys, and compared where it may. Models of inference components must be without a network:
/// `require_model_vpc = false` leaves them to the comparison.
pub(super) fn network(parameters: &Reader<'_>) -> Statements {
    let (subnets, groups) = ("sagemaker:VpcSubnets", "sagemaker:VpcSecurityGroupIds");
    let model = parameters
        .switch("require_model_vpc")?
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
    // A schedule that names no instance types names a definition, which was held to the network itself.
    let inline = |sid: &str, key: &str| {
        deny(sid, SCHEDULES)
            .when(Operator::Null, TYPES, ["false"])
            .when(Operator::Null, key, ["true"])
    };
    let other = |sid: &str, key: &str, approved: Vec<String>| {
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
        other("OtherSubnets", subnets, parameters.list("subnet_ids")?),
        other(
            "OtherSecurityGroups",
            groups,
            parameters.list("security_group_ids")?,
        ),
    ])
}

/// Denies unless the key, under its old or its new name, is an approved one.
pub(super) fn other_key(
    statement: Statement,
    key: &str,
    parameters: &Reader<'_>,
) -> Result<Statement, GuardrailError> {
    let approved = parameters.list("kms_key_arns")?;
    Ok(statement
        .when(Operator::ArnNotLike, key, approved.clone())
        .when(Operator::ArnNotLike, format!("{key}Arn"), approved))
}

/// Instances with local disks take no key for a volume: `local_nvme_types`. Only a request all of whose types are such is exempt; one other type
/// among them, or no type at all, and the key is required. The two cases are two statements, since `ForAnyValue` is false of no type.
pub(super) fn keys(parameters: &Reader<'_>) -> Statements {
    let (volume, output) = ("sagemaker:VolumeKmsKey", "sagemaker:OutputKmsKey");
    let local = parameters.list_or_empty("local_nvme_types")?;
    let with_type = |statement: Statement| {
        if local.is_empty() {
            statement.when(Operator::Null, TYPES, ["false"])
        } else {
            statement.when(
                Operator::StringNotLike.for_any_value(),
                TYPES,
                local.clone(),
            )
        }
    };
    let on_disk = || JOBS.into_iter().chain(DEFINITIONS).chain([TRANSFORM]);
    let inline = |sid: &str| deny(sid, SCHEDULES).when(Operator::Null, TYPES, ["false"]);
    Ok(vec![
        other_key(
            with_type(deny("JobVolumeKey", on_disk())),
            volume,
            parameters,
        )?,
        other_key(
            deny("JobWithoutTypeVolumeKey", on_disk()).when(Operator::Null, TYPES, ["true"]),
            volume,
            parameters,
        )?,
        other_key(
            deny(
                "AutoMLVolumeKey",
                AUTOML.into_iter().chain([CREATE_NOTEBOOK]),
            ),
            volume,
            parameters,
        )?,
        other_key(
            deny(
                "JobOutputKey",
                on_disk()
                    .chain(AUTOML)
                    .chain(["sagemaker:CreateLabelingJob"]),
            ),
            output,
            parameters,
        )?,
        other_key(inline("ScheduleVolumeKey"), volume, parameters)?,
        other_key(inline("ScheduleOutputKey"), output, parameters)?,
        // Serverless configurations have no instance, and no volume.
        other_key(
            with_type(deny("EndpointVolumeKey", [CREATE_CONFIG])),
            volume,
            parameters,
        )?,
    ])
}

/// Off where it is left out, hence `IfExists`. Isolated containers reach no service by themselves, S3 included: `network_isolation = false`
/// leaves that to the jobs.
pub(super) fn isolation(parameters: &Reader<'_>) -> Statements {
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
    if parameters.switch("network_isolation")? {
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

pub(super) fn features(parameters: &Reader<'_>) -> Statements {
    let create = ["sagemaker:CreateFeatureGroup"];
    let location = "sagemaker:FeatureGroupOfflineStoreS3Uri";
    let offline = |sid: &str| deny(sid, create).when(Operator::Null, location, ["false"]);
    Ok(vec![
        other_key(
            offline("OfflineStoreKey"),
            "sagemaker:FeatureGroupOfflineStoreKmsKey",
            parameters,
        )?,
        other_key(
            deny("OnlineStoreKey", create).when(
                Operator::Bool,
                "sagemaker:FeatureGroupEnableOnlineStore",
                ["true"],
            ),
            "sagemaker:FeatureGroupOnlineStoreKmsKey",
            parameters,
        )?,
        offline("OfflineStoreElsewhere").when(
            Operator::StringNotLike,
            location,
            [format!("{}*", parameters.one("offline_store_prefix")?)],
        ),
    ])
}

pub(super) fn uncontrollable(_: &Reader<'_>) -> Statements {
    Ok(vec![deny(
        "NoNetworkNoKey",
        [
            "sagemaker:CreateCompilationJob",
            "sagemaker:CreateEdgePackagingJob",
            "sagemaker:CreateInferenceExperiment",
            "sagemaker:CreateInferenceRecommendationsJob",
            "sagemaker:CreateOptimizationJob",
        ],
    )])
}

pub(super) fn run_time(parameters: &Reader<'_>) -> Statements {
    Ok(vec![
        deny("RunTooLong", JOBS).when(
            Operator::NumericGreaterThan,
            "sagemaker:MaxRuntimeInSeconds",
            [parameters.one("max_runtime_seconds")?],
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
