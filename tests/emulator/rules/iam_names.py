"""Names and tags in IAM: characters, lengths, and case-insensitive uniqueness."""

from __future__ import annotations

import re
from typing import Any

from moto.backends import get_backend

from .. import ACCOUNT
from ..protocol import ApiError, Call
from . import rule

API = "https://docs.aws.amazon.com/IAM/latest/APIReference/"
QUOTAS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
_CHARACTERS = re.compile(r"[\w+=,.@-]+", re.ASCII)


def iam() -> Any:
    """moto's IAM backend."""
    return get_backend("iam")[ACCOUNT]["aws"]


def constraint(value: str, member: str, requirement: str) -> ApiError:
    """A ValidationError with the message of AWS's request validation."""
    return ApiError(
        "ValidationError",
        f"1 validation error detected: Value '{value}' at '{member}' failed to "
        f"satisfy constraint: {requirement}",
    )


def check_name(value: str, member: str, max_length: int) -> None:
    """Raise an error if a name has an invalid character or length."""
    if not 1 <= len(value) <= max_length:
        raise constraint(
            value, member, f"Member must have length less than or equal to {max_length}"
        )
    if not _CHARACTERS.fullmatch(value):
        raise constraint(
            value, member, "Member must satisfy regular expression pattern: [\\w+=,.@-]+"
        )


@rule("iam", "CreateRole", page=f"{API}API_CreateRole.html")
def role_names(call: Call) -> None:
    """Role names have at most 64 characters of `[\\w+=,.@-]`, and case does not distinguish them."""
    name = call.string("RoleName")
    check_name(name, "roleName", 64)
    for role in iam().roles.values():
        if role.name.lower() == name.lower():
            raise ApiError(
                "EntityAlreadyExists", f"Role with name {name} already exists.", 409
            )


@rule("iam", "CreatePolicy", page=f"{API}API_CreatePolicy.html")
def policy_names(call: Call) -> None:
    """Policy names have at most 128 characters of `[\\w+=,.@-]`, and case does not distinguish them."""
    name = call.string("PolicyName")
    check_name(name, "policyName", 128)
    for policy in iam().managed_policies.values():
        if f":{ACCOUNT}:" in policy.arn and policy.name.lower() == name.lower():
            raise ApiError(
                "EntityAlreadyExists",
                f"A policy called {name} already exists. Duplicate names are not allowed.",
                409,
            )


@rule("iam", "PutRolePolicy", page=f"{API}API_PutRolePolicy.html")
def inline_policy_names(call: Call) -> None:
    """Names of inline policies have at most 128 characters of `[\\w+=,.@-]`."""
    check_name(call.string("PolicyName"), "policyName", 128)


@rule("iam", "CreateRole", "UpdateRole", page=f"{API}API_CreateRole.html")
def max_session_duration(call: Call) -> None:
    """The maximum session duration of a role is 1 to 12 hours."""
    given = call.string("MaxSessionDuration")
    if given and not 3600 <= int(given) <= 43200:
        raise constraint(given, "maxSessionDuration", "Member must be 3600 to 43200")


@rule(
    "iam",
    "CreateRole",
    "CreatePolicy",
    "TagRole",
    "TagPolicy",
    page="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html",
    confirmed=False,
)
def tag_limits(call: Call) -> None:
    """A resource has at most 50 tags, and no key begins with `aws:`."""
    given = {tag["Key"].lower() for tag in call.params.get("Tags") or []}
    present: set[str] = set()
    if call.action == "TagRole":
        for role in iam().roles.values():
            if role.name == call.string("RoleName"):
                present = {tag["Key"].lower() for tag in role.tags}
    if call.action == "TagPolicy":
        policy = iam().managed_policies.get(call.string("PolicyArn"))
        present = set(policy.tags) if policy else set()
    if any(key.startswith("aws:") for key in given):
        raise ApiError("InvalidInput", "Tag keys that begin with aws: are reserved.")
    if len(given | present) > 50:
        raise ApiError("LimitExceeded", "Cannot exceed quota for TagsPerResource: 50", 409)


@rule(
    "iam", "TagRole", page="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html"
)
def tag_keys_ignore_case(call: Call) -> None:
    """A new tag of a role replaces one whose key differs only in case."""
    given = {tag["Key"].lower() for tag in call.params.get("Tags") or []}
    for role in iam().roles.values():
        if role.name == call.string("RoleName"):
            role.tags = [tag for tag in role.tags if tag["Key"].lower() not in given]


@rule(
    "sts",
    "AssumeRole",
    page="https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html",
)
def assume_role(call: Call) -> None:
    """The role exists, the session name is valid, and the duration is within the role's maximum."""
    session = call.string("RoleSessionName")
    if not 2 <= len(session) <= 64 or not _CHARACTERS.fullmatch(session):
        raise constraint(session, "roleSessionName", "Member must be 2-64 of [\\w+=,.@-]")
    arn = call.string("RoleArn")
    role = next((role for role in iam().roles.values() if role.arn == arn), None)
    if role is None:
        raise ApiError(
            "AccessDenied", f"User is not authorized to perform: sts:AssumeRole on {arn}", 403
        )
    seconds = int(call.string("DurationSeconds") or 3600)
    if seconds > int(role.max_session_duration or 3600):
        raise ApiError(
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        )
