"""Parameters of calls that cannot take effect, and the policy of the role that makes them."""

from __future__ import annotations

from typing import Any

from .model import CONFIGURE, NO_TAG, TABLE, TRAIN, Account, Probe, Statement, deny, when

# What the requests name, and no account has.
KEY = "11111111-2222-3333-4444-555555555555"
OTHER_KEY = "99999999-2222-3333-4444-555555555555"
SUBNET, OTHER_SUBNET = "subnet-00000000000000001", "subnet-00000000000000002"
GROUP = "sg-00000000000000001"


def role_policy(where: Account) -> list[Statement]:
    """The policy of the role that makes calls.

    The denials with variables are here and not in a session's policy, since members' are in the role's.
    They leave out the table `…-free`.
    """
    free = where.arn("dynamodb", f"table/{where.name}-free")
    tables = ["dynamodb:DescribeTimeToLive", "dynamodb:DescribeContinuousBackups"]
    streams = ["logs:GetLogEvents", "logs:DescribeLogStreams"]
    things = [CONFIGURE, TRAIN, "sagemaker:CreateTransformJob", "sagemaker:CreateSpace", "sagemaker:AddTags",
              "sagemaker:DescribeModelPackageGroup"]

    def allow(actions: list[str], *resources: str) -> Statement:
        return {"Effect": "Allow", "Action": actions, "Resource": list(resources)}

    return [
        allow([TABLE, *tables], where.arn("dynamodb", f"table/{where.name}-*")),
        allow(things, where.arn("sagemaker", f"*/{where.name}*")),
        allow(["sagemaker:Search"], "*"),
        allow(streams, where.arn("logs", f"log-group:/aws/sagemaker/{where.name}*")),
        allow(["iam:PassRole"], where.role_arn),
        # SageMaker may ask for these, with the caller's rights, before it looks for the key.
        allow(["kms:CreateGrant", "kms:DescribeKey"], where.key(KEY), where.key(OTHER_KEY)),
        deny(tables[0], NotResource=[free, where.arn("dynamodb", f"table/${{{NO_TAG}}}*")]),
        deny(tables[1], Resource=where.arn("dynamodb", f"table/{where.name}-none"),
             **when("StringNotEquals", "aws:RequestedRegion", f"${{{NO_TAG}}}")),
    ]


def configuration(where: Account, *models: str, kind: str = "ml.m5.large", **more: Any) -> dict[str, Any]:
    """Parameters of an endpoint configuration of models that do not exist."""
    serverless = {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 1}}
    size = {"InstanceType": kind, "InitialInstanceCount": 1} if kind else serverless
    variants = [{"VariantName": model, "ModelName": f"{where.name}-{model}-none", **size} for model in models or ["own"]]
    return {"EndpointConfigName": f"{where.name}-none", "ProductionVariants": variants, **more}


def training(where: Account, **more: Any) -> dict[str, Any]:
    """Parameters of a training job that cannot start: SageMaker may not assume its role."""
    image = f"{where.account}.dkr.ecr.{where.region}.amazonaws.com/{where.name}-none:1"
    return {
        "TrainingJobName": f"{where.name}-none",
        "AlgorithmSpecification": {"TrainingImage": image, "TrainingInputMode": "File"},
        "RoleArn": where.role_arn,
        "OutputDataConfig": {"S3OutputPath": f"s3://{where.name}-none/", "KmsKeyId": where.key(KEY)},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1, "VolumeKmsKeyId": where.key(KEY)},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        "VpcConfig": {"Subnets": [SUBNET], "SecurityGroupIds": [GROUP]},
        **more,
    }


def key_fence(action: str, key: str, **more: Any) -> Statement:
    """Denies a request whose key is not the approved one, under either name of the condition key."""
    return deny(action, Condition={"StringNotLike": {key: f"*/{KEY}", f"{key}Arn": f"*/{KEY}"}, **more})


def configure(where: Account, statement: Statement, denied: bool, *models: str, **more: Any) -> Probe:
    """A probe with CreateEndpointConfig."""
    return Probe([statement], denied, "sagemaker", "create_endpoint_config", configuration(where, *models, **more))


def train(where: Account, statement: Statement, denied: bool, **more: Any) -> Probe:
    """A probe with CreateTrainingJob."""
    return Probe([statement], denied, "sagemaker", "create_training_job", training(where, **more))
