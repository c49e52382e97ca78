"""Calls of ordinary work with boto3, without tags, networks or keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .platform import ACCOUNT, BUCKET, REGION

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
TRAIN = f"s3://{BUCKET}/project/fraud/datasets/cards/"


@dataclass
class Work:
    """One call: what it is for, the service, the operation of the client, the parameters."""

    name: str
    service: str
    operation: str
    params: dict[str, Any]


def s3_input(uri: str = TRAIN) -> dict[str, Any]:
    """A source of data below a prefix."""
    return {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}}


def training(name: str, instance_type: str = "ml.m5.large", **more: Any) -> dict[str, Any]:
    """Parameters of a training job."""
    return {
        "TrainingJobName": name,
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "RoleArn": "@ROLE@",
        "InputDataConfig": [{"ChannelName": "train", "DataSource": s3_input()}],
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
        "ResourceConfig": {"InstanceType": instance_type, "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        **more,
    }


def _variant(**more: Any) -> dict[str, Any]:
    return {"VariantName": "AllTraffic", "ModelName": "scorer", **more}


_CLUSTER = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30}
_INSTANCES = {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
_PACKAGE = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/fraud-scorers/1"
_MODEL_DATA = f"s3://{BUCKET}/project/fraud/models/fraud-scorer/output/model.tar.gz"
_FEATURES = [{"FeatureName": each, "FeatureType": "String"} for each in ("id", "time")]
_SPECIFICATION = {
    "Containers": [{"Image": IMAGE}],
    "SupportedContentTypes": ["text/csv"],
    "SupportedResponseMIMETypes": ["text/csv"],
}

# What alice does. Names are as she writes them: the plugin adds the prefix of her project.
WORK = [
    Work("upload", "s3", "put_object", {"Bucket": BUCKET, "Key": "data/x.csv", "Body": b"1"}),
    Work("read a dataset", "s3", "get_object", {"Bucket": BUCKET, "Key": "project/fraud/datasets/cards/train.csv"}),
    Work("list a dataset", "s3", "list_objects_v2", {"Bucket": BUCKET, "Prefix": "project/fraud/datasets/"}),
    Work("train", "sagemaker", "create_training_job", training("scorer")),
    Work("train on GPUs", "sagemaker", "create_training_job", training("gpu", "ml.g5.xlarge")),
    Work("describe a job", "sagemaker", "describe_training_job", {"TrainingJobName": "scorer"}),
    Work("find its log", "logs", "describe_log_streams", {"logGroupName": "/aws/sagemaker/TrainingJobs", "logStreamNamePrefix": "scorer/"}),
    Work("read its log", "logs", "get_log_events", {"logGroupName": "/aws/sagemaker/TrainingJobs", "logStreamName": "scorer/algo-1-1"}),
    Work("process", "sagemaker", "create_processing_job", {
        "ProcessingJobName": "features", "AppSpecification": {"ImageUri": IMAGE}, "RoleArn": "@ROLE@",
        "ProcessingResources": {"ClusterConfig": _CLUSTER},
    }),
    Work("make a model", "sagemaker", "create_model", {
        "ModelName": "scorer", "ExecutionRoleArn": "@ROLE@",
        "PrimaryContainer": {"Image": IMAGE, "ModelDataUrl": _MODEL_DATA},
    }),
    Work("configure an endpoint", "sagemaker", "create_endpoint_config", {"EndpointConfigName": "scorer", "ProductionVariants": [_variant(**_INSTANCES)]}),
    Work("configure a serverless endpoint", "sagemaker", "create_endpoint_config", {
        "EndpointConfigName": "serverless",
        "ProductionVariants": [_variant(ServerlessConfig={"MemorySizeInMB": 2048, "MaxConcurrency": 5})],
    }),
    Work("deploy", "sagemaker", "create_endpoint", {"EndpointName": "scorer", "EndpointConfigName": "scorer"}),
    Work("predict", "sagemaker-runtime", "invoke_endpoint", {"EndpointName": "scorer", "Body": b"[1]"}),
    Work("transform", "sagemaker", "create_transform_job", {
        "TransformJobName": "batch", "ModelName": "scorer", "TransformInput": {"DataSource": s3_input()},
        "TransformOutput": {"S3OutputPath": f"s3://{BUCKET}/batch"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }),
    Work("tune", "sagemaker", "create_hyper_parameter_tuning_job", {
        "HyperParameterTuningJobName": "tuning",
        "HyperParameterTuningJobConfig": {"Strategy": "Random", "ResourceLimits": {"MaxParallelTrainingJobs": 1}},
        "TrainingJobDefinition": {key: value for key, value in training("-").items() if key != "TrainingJobName"},
    }),
    Work("make a model group", "sagemaker", "create_model_package_group", {"ModelPackageGroupName": "scorers"}),
    Work("register", "sagemaker", "create_model_package", {"ModelPackageGroupName": "scorers", "InferenceSpecification": _SPECIFICATION}),
    Work("approve", "sagemaker", "update_model_package", {"ModelPackageArn": _PACKAGE, "ModelApprovalStatus": "Approved"}),
    Work("start an experiment", "sagemaker", "create_experiment", {"ExperimentName": "cards"}),
    Work("add a trial", "sagemaker", "create_trial", {"TrialName": "first", "ExperimentName": "cards"}),
    Work("search", "sagemaker", "search", {"Resource": "TrainingJob"}),
    Work("make a feature group", "sagemaker", "create_feature_group", {
        "FeatureGroupName": "cards", "RecordIdentifierFeatureName": "id", "EventTimeFeatureName": "time",
        "FeatureDefinitions": _FEATURES, "OnlineStoreConfig": {"EnableOnlineStore": True}, "RoleArn": "@ROLE@",
    }),
    Work("write a record", "sagemaker-featurestore-runtime", "put_record", {
        "FeatureGroupName": "cards",
        "Record": [{"FeatureName": each, "ValueAsString": "1"} for each in ("id", "time")],
    }),
    Work("read a record", "sagemaker-featurestore-runtime", "get_record", {"FeatureGroupName": "cards", "RecordIdentifierValueAsString": "1"}),
    Work("start AutoML", "sagemaker", "create_auto_ml_job_v2", {
        "AutoMLJobName": "auto", "RoleArn": "@ROLE@",
        "AutoMLJobInputDataConfig": [{"ChannelType": "training", "ContentType": "text/csv", "DataSource": s3_input()}],
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/auto"},
        "AutoMLProblemTypeConfig": {"TabularJobConfig": {"TargetAttributeName": "y"}},
    }),
    Work("describe AutoML", "sagemaker", "describe_auto_ml_job_v2", {"AutoMLJobName": "auto"}),
]

# Each of alice's things by its full name: the operation, and whether a member of her project may.
BY_NAME = [
    (Work("read data", "s3", "get_object", {"Bucket": BUCKET, "Key": "project/fraud/data/x.csv"}), True),
    (Work("write data", "s3", "put_object", {"Bucket": BUCKET, "Key": "project/fraud/data/x.csv", "Body": b"2"}), True),
    (Work("describe a job", "sagemaker", "describe_training_job", {"TrainingJobName": "fraud-scorer"}), True),
    (Work("stop a job", "sagemaker", "stop_training_job", {"TrainingJobName": "fraud-scorer"}), False),
    (Work("read a log", "logs", "get_log_events", {"logGroupName": "/aws/sagemaker/TrainingJobs", "logStreamName": "fraud-scorer/algo-1-1"}), True),
    (Work("describe a model", "sagemaker", "describe_model", {"ModelName": "fraud-scorer"}), True),
    (Work("delete a model", "sagemaker", "delete_model", {"ModelName": "fraud-scorer"}), False),
    (Work("predict", "sagemaker-runtime", "invoke_endpoint", {"EndpointName": "fraud-scorer", "Body": b"[1]"}), True),
    (Work("delete an endpoint", "sagemaker", "delete_endpoint", {"EndpointName": "fraud-scorer"}), False),
    (Work("describe a package", "sagemaker", "describe_model_package", {"ModelPackageName": _PACKAGE}), True),
    (Work("read a record", "sagemaker-featurestore-runtime", "get_record", {"FeatureGroupName": "fraud-cards", "RecordIdentifierValueAsString": "1"}), True),
    (Work("delete a feature group", "sagemaker", "delete_feature_group", {"FeatureGroupName": "fraud-cards"}), False),
    (Work("delete an experiment", "sagemaker", "delete_experiment", {"ExperimentName": "fraud-cards"}), False),
    (Work("retag a job", "sagemaker", "add_tags", {
        "ResourceArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/fraud-scorer",
        "Tags": [{"Key": "user", "Value": "dora"}],
    }), False),
]
