"""The plugin adds what the platform's policies require, and keeps what the code says."""

from __future__ import annotations

import json
import os
import unittest
from typing import Any

from .support import TENANT, plugin, sent

ROLE = TENANT["role_arn"]
NETWORK = {"Subnets": ["subnet-a", "subnet-b"], "SecurityGroupIds": ["sg-1"]}
TAGS = [
    {"Key": "system", "Value": "MLSpace"},
    {"Key": "project", "Value": "fraud"},
    {"Key": "user", "Value": "alice"},
]


def training(instance_type: str = "ml.m5.large", **more: Any) -> dict[str, Any]:
    """The least that a training job needs."""
    return {
        "TrainingJobName": "job",
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": "s3://mlspace-data/out"},
        "ResourceConfig": {
            "InstanceType": instance_type,
            "InstanceCount": 1,
            "VolumeSizeInGB": 30,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        **more,
    }


class PluginCase(unittest.TestCase):
    """A test with the plugin loaded."""

    def setUp(self) -> None:
        self.enterContext(plugin())


class Creating(PluginCase):
    """Operations that create something."""

    def test_training_job_gets_everything(self) -> None:
        call = sent("sagemaker", "create_training_job", **training())
        self.assertEqual(call["TrainingJobName"], "fraud-job")
        self.assertEqual(call["Tags"], TAGS)
        self.assertEqual(call["RoleArn"], ROLE)
        self.assertEqual(call["VpcConfig"], NETWORK)
        self.assertEqual(call["ResourceConfig"]["VolumeKmsKeyId"], "key-1")
        self.assertEqual(
            call["OutputDataConfig"],
            {"S3OutputPath": "s3://mlspace-data/project/fraud/out", "KmsKeyId": "key-1"},
        )

    def test_given_values_are_kept(self) -> None:
        network = {"Subnets": ["subnet-x"], "SecurityGroupIds": ["sg-x"]}
        given = training(
            TrainingJobName="fraud-mine",
            RoleArn="arn:aws:iam::123456789012:role/other",
            VpcConfig=network,
            Tags=[{"Key": "Project", "Value": "x"}, {"Key": "team", "Value": "cards"}],
        )
        given["OutputDataConfig"]["KmsKeyId"] = "key-x"
        before = json.dumps(given)
        call = sent("sagemaker", "create_training_job", **given)
        self.assertEqual(json.dumps(given), before, "the caller's values are not changed")
        self.assertEqual(call["TrainingJobName"], "fraud-mine")
        self.assertEqual(call["RoleArn"], "arn:aws:iam::123456789012:role/other")
        self.assertEqual(call["VpcConfig"], network)
        self.assertEqual(call["OutputDataConfig"]["KmsKeyId"], "key-x")
        self.assertEqual(
            [tag["Key"] for tag in call["Tags"]], ["Project", "team", "system", "user"]
        )

    def test_local_disks_take_no_key(self) -> None:
        call = sent("sagemaker", "create_training_job", **training("ml.g5.xlarge"))
        self.assertNotIn("VolumeKmsKeyId", call["ResourceConfig"])
        self.assertEqual(call["OutputDataConfig"]["KmsKeyId"], "key-1")

    def test_processing_job_without_outputs(self) -> None:
        call = sent(
            "sagemaker",
            "create_processing_job",
            ProcessingJobName="job",
            AppSpecification={"ImageUri": "image"},
            RoleArn=ROLE,
            ProcessingResources={
                "ClusterConfig": {
                    "InstanceType": "ml.m5.large",
                    "InstanceCount": 1,
                    "VolumeSizeInGB": 30,
                }
            },
        )
        self.assertEqual(call["NetworkConfig"], {"VpcConfig": NETWORK})
        self.assertNotIn("ProcessingOutputConfig", call)
        cluster = call["ProcessingResources"]["ClusterConfig"]
        self.assertEqual(cluster["VolumeKmsKeyId"], "key-1")

    def test_tuning_job_completes_its_definitions(self) -> None:
        definition = training()
        del definition["TrainingJobName"]
        definition["AlgorithmSpecification"]["MetricDefinitions"] = []
        call = sent(
            "sagemaker",
            "create_hyper_parameter_tuning_job",
            HyperParameterTuningJobName="tuning-of-a-rather-long-name",
            HyperParameterTuningJobConfig={
                "Strategy": "Random",
                "ResourceLimits": {"MaxParallelTrainingJobs": 1},
            },
            TrainingJobDefinitions=[{**definition, "RoleArn": ROLE}],
        )
        self.assertRegex(call["HyperParameterTuningJobName"], "^fraud-tuning-of.{9,18}$")
        (only,) = call["TrainingJobDefinitions"]
        self.assertEqual(only["VpcConfig"], NETWORK)
        self.assertEqual(only["ResourceConfig"]["VolumeKmsKeyId"], "key-1")

    def test_long_name_is_shortened_alike_each_time(self) -> None:
        name = "n" * 63
        made = sent("sagemaker", "create_training_job", **training(TrainingJobName=name))
        seen = sent("sagemaker", "describe_training_job", TrainingJobName=name)
        self.assertEqual(made["TrainingJobName"], seen["TrainingJobName"])
        self.assertEqual(len(seen["TrainingJobName"]), 63)
        other = sent("sagemaker", "describe_training_job", TrainingJobName="n" * 62 + "m")
        self.assertNotEqual(other["TrainingJobName"], seen["TrainingJobName"])

    def test_endpoint_config_key_follows_instances(self) -> None:
        def variant(**more: Any) -> dict[str, Any]:
            return {"VariantName": "all", "ModelName": "model", **more}

        instances = {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
        local = {"InstanceType": "ml.g5.xlarge", "InitialInstanceCount": 1}
        serverless = {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}
        for variants, key in [
            ([variant(**instances)], "key-1"),
            ([variant(**local)], None),
            ([variant(**serverless)], None),
        ]:
            with self.subTest(variants=variants):
                call = sent(
                    "sagemaker",
                    "create_endpoint_config",
                    EndpointConfigName="config",
                    ProductionVariants=variants,
                )
                self.assertEqual(call.get("KmsKeyId"), key)
                self.assertEqual(call["ProductionVariants"][0]["ModelName"], "fraud-model")
                self.assertNotIn("VpcConfig", call)

    def test_model_package_of_a_group_takes_no_tags(self) -> None:
        grouped = sent(
            "sagemaker", "create_model_package", ModelPackageGroupName="risk"
        )
        self.assertEqual(grouped["ModelPackageGroupName"], "fraud-risk")
        self.assertNotIn("Tags", grouped)
        alone = sent("sagemaker", "create_model_package", ModelPackageName="risk")
        self.assertEqual(alone["Tags"], TAGS)

    def test_feature_group_stores_are_encrypted(self) -> None:
        call = sent(
            "sagemaker",
            "create_feature_group",
            FeatureGroupName="cards",
            RecordIdentifierFeatureName="id",
            EventTimeFeatureName="time",
            FeatureDefinitions=[{"FeatureName": "id", "FeatureType": "String"}],
            OnlineStoreConfig={"EnableOnlineStore": True},
            OfflineStoreConfig={"S3StorageConfig": {"S3Uri": "s3://mlspace-data/features"}},
        )
        self.assertEqual(call["OnlineStoreConfig"]["SecurityConfig"], {"KmsKeyId": "key-1"})
        self.assertEqual(
            call["OfflineStoreConfig"]["S3StorageConfig"],
            {"S3Uri": "s3://mlspace-data/project/fraud/features", "KmsKeyId": "key-1"},
        )
        self.assertEqual(call["RecordIdentifierFeatureName"], "id")

    def test_pipeline_steps_are_completed(self) -> None:
        step = training()
        del step["TrainingJobName"]
        definition = {
            "Version": "2020-12-01",
            "Steps": [
                {"Name": "train", "Type": "Training", "Arguments": step},
                {
                    "Name": "check",
                    "Type": "Condition",
                    "Arguments": {
                        "Conditions": [],
                        "IfSteps": [
                            {
                                "Name": "model",
                                "Type": "Model",
                                "Arguments": {
                                    "ExecutionRoleArn": {"Get": "Parameters.Role"},
                                    "PrimaryContainer": {"Image": "image"},
                                },
                            }
                        ],
                        "ElseSteps": [],
                    },
                },
            ],
        }
        call = sent(
            "sagemaker",
            "create_pipeline",
            PipelineName="daily",
            PipelineDefinition=json.dumps(definition),
            ClientRequestToken="t" * 32,
        )
        self.assertEqual(call["PipelineName"], "fraud-daily")
        self.assertEqual(call["RoleArn"], ROLE)
        train, check = json.loads(call["PipelineDefinition"])["Steps"]
        # SageMaker would name them "pipelines-…".
        self.assertEqual(train["Arguments"]["TrainingJobName"], "fraud-train")
        self.assertEqual(train["Arguments"]["VpcConfig"], NETWORK)
        self.assertEqual(train["Arguments"]["Tags"], TAGS)
        self.assertEqual(train["Arguments"]["ResourceConfig"]["VolumeKmsKeyId"], "key-1")
        (model,) = check["Arguments"]["IfSteps"]
        self.assertEqual(model["Arguments"]["ModelName"], "fraud-model")
        self.assertEqual(model["Arguments"]["VpcConfig"], NETWORK)
        self.assertEqual(model["Arguments"]["ExecutionRoleArn"], {"Get": "Parameters.Role"})

    def test_platform_objects_are_left_alone(self) -> None:
        call = sent("sagemaker", "create_code_repository", CodeRepositoryName="c",
                    GitConfig={"RepositoryUrl": "https://example.com/c.git"})
        self.assertEqual(call["CodeRepositoryName"], "c")
        self.assertNotIn("Tags", call)


class Using(PluginCase):
    """Operations on what exists."""

    def test_names_get_the_prefix(self) -> None:
        for service, operation, key, more in [
            ("sagemaker", "describe_endpoint", "EndpointName", {}),
            ("sagemaker", "stop_processing_job", "ProcessingJobName", {}),
            ("sagemaker-runtime", "invoke_endpoint", "EndpointName", {"Body": b"x"}),
            (
                "sagemaker-featurestore-runtime",
                "get_record",
                "FeatureGroupName",
                {"RecordIdentifierValueAsString": "1"},
            ),
        ]:
            with self.subTest(operation=operation):
                self.assertEqual(sent(service, operation, **{key: "x"}, **more)[key], "fraud-x")
        arn = "arn:aws:sagemaker:us-east-1:123456789012:model-package/other/1"
        call = sent("sagemaker", "describe_model_package", ModelPackageName=arn)
        self.assertEqual(call["ModelPackageName"], arn)

    def test_log_streams_get_the_prefix(self) -> None:
        group = "/aws/sagemaker/TrainingJobs"
        call = sent(
            "logs", "describe_log_streams", logGroupName=group, logStreamNamePrefix="job/"
        )
        self.assertEqual(call["logStreamNamePrefix"], "fraud-job/")
        call = sent("logs", "get_log_events", logGroupName=group, logStreamName="job/algo-1")
        self.assertEqual(call["logStreamName"], "fraud-job/algo-1")
        call = sent("logs", "filter_log_events", logGroupName=group, logStreamNames=["job/a"])
        self.assertEqual(call["logStreamNames"], ["fraud-job/a"])
        call = sent(
            "logs", "describe_log_streams", logGroupName="/aws/sagemaker/Endpoints/x"
        )
        self.assertEqual(call["logGroupName"], "/aws/sagemaker/Endpoints/fraud-x")
        call = sent("logs", "describe_log_streams", logGroupName="other",
                    logStreamNamePrefix="job/")
        self.assertEqual(call["logStreamNamePrefix"], "job/")

    def test_scaling_targets_get_the_prefix(self) -> None:
        call = sent(
            "application-autoscaling",
            "register_scalable_target",
            ServiceNamespace="sagemaker",
            ResourceId="endpoint/x/variant/all",
            ScalableDimension="sagemaker:variant:DesiredInstanceCount",
        )
        self.assertEqual(call["ResourceId"], "endpoint/fraud-x/variant/all")

    def test_search_is_limited_to_the_project(self) -> None:
        call = sent("sagemaker", "search", Resource="TrainingJob")
        self.assertEqual(
            call["VisibilityConditions"], [{"Key": "Tags.project", "Value": "fraud"}]
        )

    def test_no_prefix_leaves_names(self) -> None:
        with plugin({"name_prefix": ""}):
            call = sent("sagemaker", "create_training_job", **training())
        self.assertEqual(call["TrainingJobName"], "job")
        self.assertEqual(call["Tags"], TAGS)

    def test_without_configuration_nothing_changes(self) -> None:
        os.environ["MLSPACE_SDK_CONFIG"] = "/nonexistent"
        call = sent("sagemaker", "describe_endpoint", EndpointName="x")
        self.assertEqual(call["EndpointName"], "x")


class Objects(PluginCase):
    """Objects of the data bucket."""

    def test_keys_move_below_the_project(self) -> None:
        for key, expected in [
            ("model/x.tar.gz", "project/fraud/model/x.tar.gz"),
            ("/model/x", "project/fraud/model/x"),
            ("project/fraud/x", "project/fraud/x"),
            ("private/alice/x", "private/alice/x"),
            ("global/datasets/x", "global/datasets/x"),
        ]:
            with self.subTest(key=key):
                call = sent("s3", "head_object", Bucket="mlspace-data", Key=key)
                self.assertEqual(call["Key"], expected)
        call = sent("s3", "head_object", Bucket="elsewhere", Key="x")
        self.assertEqual(call["Key"], "x")

    def test_prefixes_of_listings(self) -> None:
        for prefix, expected in [
            ("model", "project/fraud/model"),
            ("proj", "proj"),
            ("", ""),
            ("project/fraud", "project/fraud/"),
            ("private/alice", "private/alice/"),
            ("private/al", "private/al"),
        ]:
            call = sent("s3", "list_objects_v2", Bucket="mlspace-data", Prefix=prefix)
            self.assertEqual(call["Prefix"], expected)

    def test_upload_with_kms_names_the_key(self) -> None:
        call = sent("s3", "put_object", Bucket="mlspace-data", Key="x", Body=b"",
                    ServerSideEncryption="aws:kms")
        self.assertEqual(call["SSEKMSKeyId"], "key-1")
        call = sent("s3", "put_object", Bucket="mlspace-data", Key="x", Body=b"")
        self.assertNotIn("SSEKMSKeyId", call)

    def test_copy_source_moves_too(self) -> None:
        call = sent("s3", "copy_object", Bucket="mlspace-data", Key="y",
                    CopySource={"Bucket": "mlspace-data", "Key": "x"})
        self.assertEqual(call["CopySource"], "mlspace-data/project/fraud/x")
        call = sent("s3", "copy_object", Bucket="mlspace-data", Key="y",
                    CopySource="mlspace-data/x")
        self.assertEqual(call["CopySource"], "mlspace-data/project/fraud/x")


if __name__ == "__main__":
    unittest.main()
