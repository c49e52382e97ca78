"""Names in IAM: their characters and lengths, and that case does not tell them apart."""

from __future__ import annotations

import re
from typing import Any

from moto.backends import get_backend

from .. import ACCOUNT
from ..wire import Call, Refusal
from . import rule

API = "https://docs.aws.amazon.com/IAM/latest/APIReference/"
QUOTAS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
_CHARACTERS = re.compile(r"[\w+=,.@-]+", re.ASCII)


def iam() -> Any:
    """moto's IAM."""
    return get_backend("iam")[ACCOUNT]["aws"]


def constraint(value: str, member: str, demand: str) -> Refusal:
    """A ValidationError in the words of AWS's request validation."""
    return Refusal(
        "ValidationError",
        f"1 validation error detected: Value '{value}' at '{member}' failed to "
        f"satisfy constraint: {demand}",
    )


def check_name(value: str, member: str, most: int) -> None:
    """Refuse a name that breaks IAM's character set or length."""
    if not 1 <= len(value) <= most:
        raise constraint(
            value, member, f"Member must have length less than or equal to {most}"
        )
    if not _CHARACTERS.fullmatch(value):
        raise constraint(
            value, member, "Member must satisfy regular expression pattern: [\\w+=,.@-]+"
        )


@rule("iam", "CreateRole", page=f"{API}API_CreateRole.html")
def role_names(call: Call) -> None:
    """64 characters of a small set; a twin in other case is the same name."""
    name = call.text("RoleName")
    check_name(name, "roleName", 64)
    for role in iam().roles.values():
        if role.name.lower() == name.lower():
            raise Refusal(
                "EntityAlreadyExists", f"Role with name {name} already exists.", 409
            )


@rule("iam", "CreatePolicy", page=f"{API}API_CreatePolicy.html")
def policy_names(call: Call) -> None:
    """128 characters of a small set; a twin in other case is the same name."""
    name = call.text("PolicyName")
    check_name(name, "policyName", 128)
    for policy in iam().managed_policies.values():
        if f":{ACCOUNT}:" in policy.arn and policy.name.lower() == name.lower():
            raise Refusal(
                "EntityAlreadyExists",
                f"A policy called {name} already exists. Duplicate names are not allowed.",
                409,
            )


@rule("iam", "PutRolePolicy", page=f"{API}API_PutRolePolicy.html")
def inline_policy_names(call: Call) -> None:
    """128 characters of the same set."""
    check_name(call.text("PolicyName"), "policyName", 128)


@rule("iam", "CreateRole", "UpdateRole", page=f"{API}API_CreateRole.html")
def session_length(call: Call) -> None:
    """A role's sessions last one to twelve hours at most."""
    given = call.text("MaxSessionDuration")
    if given and not 3600 <= int(given) <= 43200:
        raise constraint(given, "maxSessionDuration", "Member must be 3600 to 43200")


@rule(
    "iam",
    "CreateRole",
    "CreatePolicy",
    "TagRole",
    "TagPolicy",
    page="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html",
    sure=False,
)
def tag_limits(call: Call) -> None:
    """At most 50 tags in the end, and no keys that begin with `aws:`."""
    given = {tag["Key"].lower() for tag in call.params.get("Tags") or []}
    present: set[str] = set()
    if call.action == "TagRole":
        for role in iam().roles.values():
            if role.name == call.text("RoleName"):
                present = {tag["Key"].lower() for tag in role.tags}
    if call.action == "TagPolicy":
        policy = iam().managed_policies.get(call.text("PolicyArn"))
        present = set(policy.tags) if policy else set()
    if any(key.startswith("aws:") for key in given):
        raise Refusal("InvalidInput", "Tag keys that begin with aws: are reserved.")
    if len(given | present) > 50:
        raise Refusal("LimitExceeded", "Cannot exceed quota for TagsPerResource: 50", 409)


@rule(
    "iam", "TagRole", page="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html"
)
def tag_keys_ignore_case(call: Call) -> None:
    """A role's tag is replaced by one whose key differs in case only."""
    given = {tag["Key"].lower() for tag in call.params.get("Tags") or []}
    for role in iam().roles.values():
        if role.name == call.text("RoleName"):
            role.tags = [tag for tag in role.tags if tag["Key"].lower() not in given]


@rule(
    "sts",
    "AssumeRole",
    page="https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html",
)
def assume_role(call: Call) -> None:
    """The role exists, the session's name is well-formed, its time within the role's."""
    session = call.text("RoleSessionName")
    if not 2 <= len(session) <= 64 or not _CHARACTERS.fullmatch(session):
        raise constraint(session, "roleSessionName", "Member must be 2-64 of [\\w+=,.@-]")
    arn = call.text("RoleArn")
    role = next((role for role in iam().roles.values() if role.arn == arn), None)
    if role is None:
        raise Refusal(
            "AccessDenied", f"User is not authorized to perform: sts:AssumeRole on {arn}", 403
        )
    seconds = int(call.text("DurationSeconds") or 3600)
    if seconds > int(role.max_session_duration or 3600):
        raise Refusal(
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        )
