"""Condition keys of SageMaker, from the parameters of a call, and the requests that come with it.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .. import ACCOUNT
from ..arns import PARTITION
from ..protocol import Call
from ..services.sagemaker import THINGS
from . import studio
from .kms import key_arn

Values = str | list[str]

# Parameters, wherever they are in a call, and the key that has their values.
_ANYWHERE = {
    "InstanceType": "InstanceTypes",
    "AcceleratorType": "AcceleratorTypes",
    "AcceleratorTypes": "AcceleratorTypes",
    "EnableInterContainerTrafficEncryption": "InterContainerTrafficEncryption",
    "EnableNetworkIsolation": "NetworkIsolation",
    "MaxRuntimeInSeconds": "MaxRuntimeInSeconds",
    "KeepAlivePeriodInSeconds": "KeepAlivePeriod",
    "EnableRemoteDebug": "EnableRemoteDebug",
    "FileSystemId": "FileSystemId",
    "DirectoryPath": "FileSystemDirectoryPath",
    "FileSystemAccessMode": "FileSystemAccessMode",
    "FileSystemType": "FileSystemType",
    "Subnets": "VpcSubnets",
    "SubnetId": "VpcSubnets",
    "SubnetIds": "VpcSubnets",
    "SecurityGroupIds": "VpcSecurityGroupIds",
    "SecurityGroups": "VpcSecurityGroupIds",
    "MaxConcurrency": "ServerlessMaxConcurrency",
    "MemorySizeInMB": "ServerlessMemorySize",
    "RootAccess": "RootAccess",
    "DirectInternetAccess": "DirectInternetAccess",
    "MinimumInstanceMetadataServiceVersion": "MinimumInstanceMetadataServiceVersion",
    "ModelApprovalStatus": "ModelApprovalStatus",
    "EnableOnlineStore": "FeatureGroupEnableOnlineStore",
    "DisableGlueTableCreation": "FeatureGroupDisableGlueTableCreation",
    "TargetModel": "TargetModel",
    "AppNetworkAccessType": "AppNetworkAccessType",
    "AuthMode": "AuthMode",
    "RemoteAccess": "RemoteAccess",
    "SharingType": "SpaceSharingType",
    "SageMakerImageArn": "ImageArns",
    "SageMakerImageVersionArn": "ImageVersionArns",
    "LifecycleConfigArn": "StudioLifecycleConfigArns",
    "LifecycleConfigArns": "StudioLifecycleConfigArns",
    "BuiltInLifecycleConfigArn": "StudioLifecycleConfigArns",
}
# Structures whose `KmsKeyId` encrypts output.
_OUTPUTS = (
    "OutputDataConfig",
    "ProcessingOutputConfig",
    "TransformOutput",
    "MonitoringOutputConfig",
    "OutputConfig",
)
# Operations whose own `KmsKeyId` encrypts volumes.
_VOLUMES = ("CreateEndpointConfig", "CreateNotebookInstance", "CreateDomain")


def context(call: Call) -> dict[str, Values]:
    """The condition keys that are filled from parameters; the reference tells which the action has."""
    found: dict[str, list[str]] = {}

    def add(key: str, value: Any) -> None:
        for each in value if isinstance(value, list) else [value]:
            text = str(each).lower() if isinstance(each, bool) else str(each)
            if text not in found.setdefault(f"sagemaker:{key}", []):
                found[f"sagemaker:{key}"].append(text)

    for path, name, value in walk(call.params):
        if name in _ANYWHERE and not isinstance(value, dict):
            add(_ANYWHERE[name], value)
        elif name == "VolumeKmsKeyId" or (name == "KmsKeyId" and not path and call.action in _VOLUMES):
            add("VolumeKmsKeyArn", key_arn(call.region, value))
        elif name == "KmsKeyId" and path and path[-1] in _OUTPUTS:
            add("OutputKmsKeyArn", key_arn(call.region, value))
        elif name == "KmsKeyId" and "OnlineStoreConfig" in path:
            add("FeatureGroupOnlineStoreKmsKeyArn", key_arn(call.region, value))
        elif name == "KmsKeyId" and "OfflineStoreConfig" in path:
            add("FeatureGroupOfflineStoreKmsKeyArn", key_arn(call.region, value))
        elif name == "S3KmsKeyId" and "SharingSettings" in path:
            add("DomainSharingOutputKmsKeyArn", key_arn(call.region, value))
        elif name == "S3Uri" and "OfflineStoreConfig" in path:
            add("FeatureGroupOfflineStoreS3Uri", value)
        elif name == "ModelName" and call.action.startswith("Create"):
            add("ModelArn", f"arn:{PARTITION}:sagemaker:{call.region}:{ACCOUNT}:model/{value}")
    if "OfflineStoreConfig" in call.params:
        add("FeatureGroupOfflineStoreConfig", True)
    for key, value in studio.context(call).items():
        add(key, value)
    if call.action == "Search":
        for condition in call.params.get("VisibilityConditions") or []:
            # The key of IAM ends with how the value is compared.
            key = condition["Key"].removesuffix("/EqualsIfExists")
            add(f"SearchVisibilityCondition/{key}/EqualsIfExists", condition["Value"])
    return dict(found)


def walk(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str, Any]]:
    """All members of structures, with the names of the structures around them."""
    if isinstance(value, list):
        for each in value:
            yield from walk(each, path)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield path, name, inner
            yield from walk(inner, (*path, name))


def implied(call: Call, arns: list[str]) -> Iterator[tuple[str, str, dict[str, Values]]]:
    """Action, resource and context of what SageMaker asks besides the operation itself.

    Roles are passed (https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html), and tags
    are added (https://docs.aws.amazon.com/sagemaker/latest/dg/security_iam_id-based-policy-examples.html).
    """
    if not call.action.startswith(("Create", "Update", "Start")):
        return
    roles = [
        value for _, name, value in walk(call.params) if name in ("RoleArn", "ExecutionRoleArn", "ExecutionRole")
    ]
    for role in dict.fromkeys(roles):
        yield "iam:PassRole", role, {"iam:PassedToService": "sagemaker.amazonaws.com"}
    if call.action.startswith("Create") and call.params.get("Tags"):
        new = THINGS.new_arn(call)
        for arn in [new] if new else arns:
            if arn != "*":
                yield "sagemaker:AddTags", arn, {"sagemaker:TaggingAction": call.action}

