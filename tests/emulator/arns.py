"""ARNs of the resources that the parameters of a call name."""

from __future__ import annotations

import re

from moto.backends import get_backend

from . import ACCOUNT, reference
from .protocol import Call

PARTITION = "aws"

# Variables of ARNs whose parameter has another name.
_ALIASES = {
    "automljobjobname": "automljobname",
    "repositoryname": "repository",
    "domainname": "domain",
    "rolenamewithpath": "rolename",
    "policynamewithpath": "policyname",
    "usernamewithpath": "username",
    "exportjobname": "modelcardexportjobname",
    "alias": "aliasname",
}
_GENERAL = re.compile(r"\w+JobDefinitionName")


def resources(call: Call, action: reference.Action) -> list[str]:
    """ARNs of the resources that a call is about; `*` if the action has none."""
    given = call.params.get("ResourceArn") or call.params.get("resourceArn")
    if isinstance(given, str) and given.startswith("arn:"):
        return [given]
    required = [kind for kind in action.resources if kind.required]
    found = [arn for kind in required or action.resources if (arn := _arn(call, kind.arn))]
    if required:
        optional = [kind for kind in action.resources if not kind.required]
        found += [arn for kind in optional if (arn := _named_arn(call, kind.arn))]
    return list(dict.fromkeys(found)) or ["*"]


def _arn(call: Call, template: str) -> str | None:
    """The ARN of the resource of this form that the parameters name."""
    return _named_arn(call, template) or _given_arn(call, template)


def _given_arn(call: Call, template: str) -> str | None:
    """A parameter that is an ARN of this form."""
    pattern = re.sub(r"\\\$\\\{\w+\\\}", "[^/]*", re.escape(template))
    # Some names have parts, such as versions of model packages, and log groups.
    pattern = re.compile(re.sub(r"\[\^/\]\*$", ".+", pattern))
    for value in call.params.values():
        if isinstance(value, str) and value.startswith("arn:") and pattern.fullmatch(value):
            return value
    return None


def _role_path(call: Call, name: str) -> str:
    """The path of a role, new or not, without the first slash."""
    role = next((each for each in get_backend("iam")[ACCOUNT][PARTITION].roles.values() if each.name == name), None)
    return (role.path if role else call.string("Path") or "/").removeprefix("/")


def _named_arn(call: Call, template: str) -> str | None:
    """The template with the parameters' names in it."""
    lower = {key.lower(): value for key, value in call.params.items() if isinstance(value, str)}
    fixed = {"Partition": PARTITION, "Region": call.region, "Account": ACCOUNT}
    values: dict[str, str] = dict(fixed)
    for variable in re.findall(r"\$\{(\w+)\}", template):
        if variable in fixed:
            continue
        name = variable.lower()
        candidates = [name, _ALIASES.get(name, "")]
        if _GENERAL.fullmatch(variable):
            candidates.append("jobdefinitionname")
        value = next((lower[each] for each in candidates if each in lower), None)
        if not value or value.startswith("arn:"):
            return None
        if variable == "RoleNameWithPath":
            value = _role_path(call, value) + value
        values[variable] = value
    return _fill(template, values)


def _fill(template: str, values: dict[str, str]) -> str:
    return re.sub(r"\$\{(\w+)\}", lambda found: values[found.group(1)], template)


def given_tags(call: Call) -> dict[str, str]:
    """The tags in a call's parameters."""
    tags = call.params.get("Tags") or call.params.get("tags") or []
    if isinstance(tags, dict):
        return tags
    pairs: dict[str, str] = {}
    for tag in tags:
        if isinstance(tag, dict):
            pairs[tag.get("Key", tag.get("TagKey"))] = tag.get("Value", tag.get("TagValue", ""))
    return pairs
