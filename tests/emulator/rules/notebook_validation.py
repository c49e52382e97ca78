"""Validation of the parameters of notebook instances."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

from moto.backends import get_backend

from .. import ACCOUNT
from ..protocol import ApiError, Call
from . import rule
from .notebook_state import STORE

API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/"
NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")


def invalid(message: str) -> ApiError:
    """A ValidationException."""
    return ApiError("ValidationException", message)


def constraint(value: Any, member: str, requirement: str) -> ApiError:
    """A ValidationException with the message of AWS's request validation."""
    return invalid(
        f"1 validation error detected: Value '{value}' at '{member}' failed to "
        f"satisfy constraint: {requirement}"
    )


@functools.cache
def instance_types() -> frozenset[str]:
    """The instance types in botocore's API model."""
    from botocore.loaders import Loader

    model = Loader().load_service_model("sagemaker", "service-2")
    return frozenset(model["shapes"]["InstanceType"]["enum"])


@rule(
    "sagemaker",
    "CreateNotebookInstance",
    page=f"{API}API_CreateNotebookInstance.html",
)
def notebook_names(call: Call) -> None:
    """Names have at most 63 letters, digits and inner hyphens."""
    name = call.string("NotebookInstanceName")
    if len(name) > 63:
        raise constraint(
            name, "notebookInstanceName", "Member must have length less than or equal to 63"
        )
    if not NAME.fullmatch(name):
        raise constraint(
            name,
            "notebookInstanceName",
            "Member must satisfy regular expression pattern: ^[a-zA-Z0-9](-*[a-zA-Z0-9])*",
        )


@rule(
    "sagemaker",
    "CreateNotebookInstance",
    "UpdateNotebookInstance",
    page=f"{API}API_CreateNotebookInstance.html",
)
def notebook_parameters(call: Call) -> None:
    """Instance type, volume size and enumerated parameters have values that the API allows."""
    kind = call.params.get("InstanceType")
    if kind is not None and kind not in instance_types():
        raise constraint(kind, "instanceType", "Member must satisfy enum value set")
    size = call.params.get("VolumeSizeInGB")
    if size is not None and not 5 <= size <= 16384:
        raise constraint(size, "volumeSizeInGB", "Member must be between 5 and 16384")
    for parameter, values in (
        ("RootAccess", ("Enabled", "Disabled")),
        ("DirectInternetAccess", ("Enabled", "Disabled")),
    ):
        value = call.params.get(parameter)
        if value is not None and value not in values:
            raise constraint(value, parameter, f"Member must satisfy enum value set: {values}")
    platform = call.params.get("PlatformIdentifier")
    if platform is not None and not re.fullmatch(
        r"notebook-al1-v1|notebook-al2-v[123]|notebook-al2023-v1", platform
    ):
        raise constraint(platform, "platformIdentifier", "Member must name a platform")


@rule(
    "sagemaker",
    "CreateNotebookInstance",
    "UpdateNotebookInstance",
    page="https://docs.aws.amazon.com/sagemaker/latest/dg/nbi-imds.html",
)
def notebook_imds(call: Call) -> None:
    """The minimum version of the instance metadata service is "1" or "2"."""
    settings = call.params.get("InstanceMetadataServiceConfiguration")
    if settings is None:
        return
    minimum = settings.get("MinimumInstanceMetadataServiceVersion")
    if minimum not in ("1", "2"):
        raise constraint(
            minimum,
            "minimumInstanceMetadataServiceVersion",
            "Member must satisfy regular expression pattern: 1|2",
        )


@rule(
    "sagemaker",
    "CreateNotebookInstance",
    "UpdateNotebookInstance",
    page="https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",
)
def notebook_role(call: Call) -> None:
    """The execution role exists, and SageMaker is allowed to assume it."""
    arn = call.params.get("RoleArn")
    if arn is None:
        if call.action == "CreateNotebookInstance":
            raise constraint(None, "roleArn", "Member must not be null")
        return
    roles = get_backend("iam")[ACCOUNT]["aws"].roles.values()
    role = next((role for role in roles if role.arn == arn), None)
    if role is None or not trusts_sagemaker(role.assume_role_policy_document):
        raise invalid(
            f"Could not assume role {arn}. Please ensure that the role exists and "
            "allows principal 'sagemaker.amazonaws.com' to assume the role."
        )


def trusts_sagemaker(document: str) -> bool:
    """Whether a trust policy allows SageMaker to assume the role."""
    try:
        statements = json.loads(document)["Statement"]
    except (ValueError, KeyError, TypeError):
        return False
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal")
        service = principal.get("Service", []) if isinstance(principal, dict) else []
        named = [service] if isinstance(service, str) else service
        if statement.get("Effect") == "Allow" and "sagemaker.amazonaws.com" in named:
            return True
    return False


@rule(
    "sagemaker",
    "CreateNotebookInstance",
    page="https://docs.aws.amazon.com/sagemaker/latest/dg/appendix-notebook-and-internet-access.html",
    confirmed=False,
)
def notebook_network(call: Call) -> None:
    """Subnet and security groups exist; a subnet is required without direct internet access."""
    subnet = call.params.get("SubnetId")
    groups = call.params.get("SecurityGroupIds") or []
    ec2 = get_backend("ec2")[ACCOUNT][call.region]
    if subnet is None:
        if call.params.get("DirectInternetAccess") == "Disabled" or groups:
            raise invalid(
                "SubnetId is required with security groups or without internet access"
            )
        return
    known = {name for zone in ec2.subnets.values() for name in zone}
    if subnet not in known:
        raise invalid(f"The subnet ID '{subnet}' does not exist")
    known = {name for vpc in ec2.groups.values() for name in vpc}
    for group in groups:
        if group not in known:
            raise invalid(f"The security group '{group}' does not exist")


@rule(
    "sagemaker",
    "CreateNotebookInstance",
    page="https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest-nbi.html",
    confirmed=False,
)
def notebook_key(call: Call) -> None:
    """The KMS key of the volume exists and is enabled."""
    wanted = call.params.get("KmsKeyId")
    if wanted is None:
        return
    kms = get_backend("kms")[ACCOUNT][call.region]
    alias = wanted.rsplit(":", 1)[-1]
    for key in kms.keys.values():
        if wanted in (key.id, key.arn) or alias in key.aliases:
            if key.key_state != "Enabled":
                raise invalid(f"KMS key {wanted} is {key.key_state}")
            return
    raise invalid(f"KMS key {wanted} does not exist or cannot be used")


@rule(
    "sagemaker",
    "CreateNotebookInstance",
    "UpdateNotebookInstance",
    page="https://docs.aws.amazon.com/sagemaker/latest/dg/notebook-lifecycle-config.html",
)
def notebook_lifecycle(call: Call) -> None:
    """The lifecycle configuration exists, and is not set and removed in the same call."""
    name = call.params.get("LifecycleConfigName")
    if name is None:
        return
    if call.params.get("DisassociateLifecycleConfig"):
        raise invalid("LifecycleConfigName cannot be combined with DisassociateLifecycleConfig")
    if name not in STORE.configs:
        raise invalid(f"Lifecycle configuration {name} does not exist")


@rule(
    "sagemaker",
    "CreateNotebookInstance",
    "AddTags",
    page="https://docs.aws.amazon.com/general/latest/gr/aws_tagging.html",
)
def notebook_tags(call: Call) -> None:
    """At most 50 tags, with unique keys of 1-128 characters (not `aws:…`), values of at most 256."""
    arn = call.params.get("ResourceArn")
    if arn is not None and ":notebook-instance/" not in arn:
        return
    tags = call.params.get("Tags") or []
    keys = [tag["Key"] for tag in tags]
    present = set(STORE.by_arn(arn).tags) if arn is not None else set()
    if len(present | set(keys)) > 50:
        raise invalid("a resource can have at most 50 tags")
    if len(keys) != len(set(keys)):
        raise invalid("duplicate tag keys")
    for tag in tags:
        key, value = tag["Key"], tag["Value"]
        if key.lower().startswith("aws:"):
            raise invalid(f"tag key '{key}' starts with the reserved prefix aws:")
        if not 1 <= len(key) <= 128 or len(value) > 256:
            raise constraint(key, "tags", "keys of 1-128 and values of at most 256")
