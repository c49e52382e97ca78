"""Validation of the parameters of Studio's calls."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

from moto.backends import get_backend

from .. import ACCOUNT
from ..protocol import Call
from . import rule
from .notebook_validation import API, constraint, invalid, notebook_key, trusts_sagemaker
from .studio_state import STUDIO

NOUNS = ("Domain", "UserProfile", "Space", "App")
CHANGES = tuple(f"{verb}{noun}" for verb in ("Create", "Update") for noun in NOUNS[:3])
ACTIONS = (
    *(f"{verb}{noun}" for verb in ("Create", "Describe", "Delete") for noun in NOUNS),
    *(f"List{noun}s" for noun in NOUNS),
    *(f"Update{noun}" for noun in NOUNS[:3]),
    "CreatePresignedDomainUrl",
)


@functools.cache
def _shapes() -> dict[str, Any]:
    """The shapes of botocore's API model, which are those of the API reference."""
    from botocore.loaders import Loader

    return Loader().load_service_model("sagemaker", "service-2")["shapes"]


@functools.cache
def _pattern(text: str) -> re.Pattern[str]:
    for unicode, ours in ((r"\p{L}", r"\w"), (r"\p{Z}", r"\s"), (r"\p{N}", r"\d")):
        text = text.replace(unicode, ours)
    return re.compile(text, re.DOTALL)


def _check(shape: str, value: Any, path: str) -> None:
    """Raise AWS's error unless a value has the form that the API reference states."""
    form = _shapes()[shape]
    match form["type"]:
        case "structure":
            for name in form.get("required", []):
                if value.get(name) is None:
                    raise constraint(None, f"{path}{name}", "Member must not be null")
            for name, inner in value.items():
                if name in form["members"] and inner is not None:
                    _check(form["members"][name]["shape"], inner, f"{path}{name}.")
            return
        case "list":
            size = len(value)
            for index, inner in enumerate(value, 1):
                _check(form["member"]["shape"], inner, f"{path}{index}.")
        case "string":
            size = len(value)
            if "enum" in form and value not in form["enum"]:
                raise constraint(value, path[:-1], f"Member must satisfy enum value set: {form['enum']}")
            if "pattern" in form and not _pattern(form["pattern"]).fullmatch(value):
                pattern = form["pattern"]
                raise constraint(
                    value, path[:-1], f"Member must satisfy regular expression pattern: {pattern}"
                )
        case "integer":
            size = value
        case _:
            return
    least, most = form.get("min", size), form.get("max", size)
    if not least <= size <= most:
        raise constraint(value, path[:-1], f"Member must be between {least} and {most}")


@rule("sagemaker", *ACTIONS, page=f"{API}API_CreateDomain.html")
def studio_parameters(call: Call) -> None:
    """Required members, patterns, lengths, ranges and enumerations are those of the API reference."""
    _check(f"{call.action}Request", call.params, "")


def settings_of(call: Call) -> Iterator[dict[str, Any]]:
    """The user and space settings in a call."""
    for name in ("DefaultUserSettings", "UserSettings", "DefaultSpaceSettings"):
        if isinstance(call.params.get(name), dict):
            yield call.params[name]


@rule(
    "sagemaker",
    *CHANGES,
    page="https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",
    confirmed=False,
)
def studio_roles(call: Call) -> None:
    """Execution roles exist, and SageMaker is allowed to assume them."""
    roles = {role.arn: role for role in get_backend("iam")[ACCOUNT]["aws"].roles.values()}
    for settings in settings_of(call):
        arn = settings.get("ExecutionRole")
        if arn is None:
            if call.action == "CreateDomain":
                raise invalid("ExecutionRole is required in DefaultUserSettings and DefaultSpaceSettings")
            continue
        role = roles.get(arn)
        if role is None or not trusts_sagemaker(role.assume_role_policy_document):
            raise invalid(
                f"Could not assume role {arn}. Please ensure that the role exists and "
                "allows principal 'sagemaker.amazonaws.com' to assume the role."
            )


@rule(
    "sagemaker",
    *CHANGES,
    page="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UserSettings.html",
    confirmed=False,
)
def studio_network(call: Call) -> None:
    """Subnets and groups exist in one VPC; at most four groups, since SageMaker adds one."""
    ec2 = get_backend("ec2")[ACCOUNT][call.region]
    subnets = {name: subnet for zone in ec2.subnets.values() for name, subnet in zone.items()}
    groups = {name for vpc in ec2.groups.values() for name in vpc}
    vpc = call.params.get("VpcId")
    for subnet in call.params.get("SubnetIds") or []:
        if subnet not in subnets:
            raise invalid(f"The subnet ID '{subnet}' does not exist")
        if vpc is not None and subnets[subnet].vpc_id != vpc:
            raise invalid(f"The subnet ID '{subnet}' does not belong to VPC '{vpc}'")
    for settings in settings_of(call):
        named = settings.get("SecurityGroups") or []
        if len(named) > 4:
            raise constraint(named, "securityGroups", "Member must have length less than or equal to 4")
        for group in named:
            if group not in groups:
                raise invalid(f"The security group '{group}' does not exist")


@rule(
    "sagemaker",
    "CreateDomain",
    page="https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest-studio.html",
    confirmed=False,
)
def studio_key(call: Call) -> None:
    """The KMS key of the domain exists and is enabled."""
    notebook_key(call)


@rule(
    "sagemaker",
    "CreateDomain",
    "CreateUserProfile",
    "CreateSpace",
    "CreateApp",
    "AddTags",
    page="https://docs.aws.amazon.com/general/latest/gr/aws_tagging.html",
)
def studio_tags(call: Call) -> None:
    """At most 50 tags, with unique keys that do not begin with `aws:`."""
    present: set[str] = set()
    if call.action == "AddTags":
        thing = STUDIO.by_arn(call.string("ResourceArn"))
        if thing is None:
            return
        present = set(thing.tags)
    keys = [tag["Key"] for tag in call.params.get("Tags") or []]
    if len(keys) != len(set(keys)):
        raise invalid("duplicate tag keys")
    if len(present | set(keys)) > 50:
        raise invalid("a resource can have at most 50 tags")
    for key in keys:
        if key.lower().startswith("aws:"):
            raise invalid(f"tag key '{key}' starts with the reserved prefix aws:")
