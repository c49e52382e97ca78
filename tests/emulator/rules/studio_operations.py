"""What the calls on domains, profiles, spaces and apps have in common."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from ..protocol import ApiError, Call, Response, json_response
from .notebook_validation import invalid
from .studio_state import PROFILE, STUDIO, Thing, owner_of

# AWS's own images (https://docs.aws.amazon.com/sagemaker/latest/dg/notebooks-available-images.html).
_IMAGE = "arn:aws:sagemaker:{}:885854791233:image/sagemaker-distribution-cpu"
_IMAGE_APPS = ("JupyterLabAppSettings", "CodeEditorAppSettings")
# Members that the text `None` clears
# (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceSpec.html).
_CLEARED_BY_NONE = (
    "LifecycleConfigArn",
    "SageMakerImageVersionArn",
    "TrainingPlanArn",
    "BuiltInLifecycleConfigArn",
)
# The tags that Studio adds.
AUTOMATIC = ("sagemaker:domain-arn", "sagemaker:user-profile-arn", "sagemaker:space-arn")


def in_use(message: str) -> ApiError:
    """A ResourceInUse error."""
    return ApiError("ResourceInUse", message)


def require_status(thing: Thing, allowed: tuple[str, ...], doing: str) -> None:
    """Raise AWS's error unless something is in a status that allows a call."""
    if thing.status not in allowed:
        raise in_use(f"Unable to {doing} [{thing.arn}] because it is in status {thing.status}.")


READY = ("InService", "Update_Failed")
DELETABLE = (*READY, "Failed", "Delete_Failed")


def merged(present: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Settings after an update: what is absent stays, lists are replaced."""
    result = copy.deepcopy(present)
    for name, value in change.items():
        if value == "None" and name in _CLEARED_BY_NONE:
            result.pop(name, None)
        elif isinstance(value, dict) and isinstance(result.get(name), dict):
            result[name] = merged(result[name], value)
        elif value is not None:
            result[name] = merged({}, value) if isinstance(value, dict) else value
    return result


def filled_in(settings: dict[str, Any], region: str) -> dict[str, Any]:
    """Settings with the image that AWS adds to the default specification of an app."""
    for name in _IMAGE_APPS:
        spec = (settings.get(name) or {}).get("DefaultResourceSpec")
        if spec and not any(key.startswith("SageMakerImage") for key in spec):
            spec["SageMakerImageArn"] = _IMAGE.format(region)
            spec["SageMakerImageVersionAlias"] = "latest"
    return settings


def execution_role(domain: Thing, profile: Thing) -> str:
    """The role of a profile's apps: its own, or the domain's."""
    own = (profile.settings.get("UserSettings") or {}).get("ExecutionRole")
    return own or domain.settings["DefaultUserSettings"]["ExecutionRole"]


def tags_of(call: Call) -> dict[str, str]:
    """The tags in a call."""
    return {tag["Key"]: tag["Value"] for tag in call.params.get("Tags") or []}


def inherited_tags(domain: Thing, *owners: Thing) -> dict[str, str]:
    """The tags that go from domain, profile and space to what is created in them."""
    found: dict[str, str] = {}
    if domain.settings["TagPropagation"] == "ENABLED":
        for thing in (domain, *owners):
            found |= thing.tags
    else:
        for thing in owners:
            found |= thing.tags if thing.kind == PROFILE else {}
    return {key: value for key, value in found.items() if key not in AUTOMATIC}


def with_inherited(tags: dict[str, str], inherited: dict[str, str]) -> dict[str, str]:
    """A new object's tags; more than 50 are an error."""
    together = inherited | tags
    if len(together) > 50:
        raise invalid("the tags of the request and the propagated ones are more than 50")
    return together


def owners_of(space: Thing) -> list[Thing]:
    """The profile that owns a space, if one does, and the space."""
    owner = owner_of(space)
    profile = STUDIO.find(PROFILE, space.domain, owner) if owner else None
    return [profile, space] if profile else [space]


def require_no_apps(things: Iterable[Thing], domain: Thing, where: str) -> None:
    """Raise AWS's error for a change that running apps stand in the way of."""
    if any(STUDIO.live_apps(thing) for thing in things):
        raise invalid(
            f"Unable to update Domain [{domain.domain}] with InService App. Delete all InService apps "
            f"in the domain including shared Apps for [domain-shared] User Profile ({where})."
        )


def page(call: Call, member: str, found: list[Thing], fields: tuple[str, ...]) -> Response:
    """One page of a list: ten by default, sorted by time."""
    p = call.params
    if p.get("SortBy") == "LastModifiedTime":
        found.sort(key=lambda thing: thing.modified)
    if p.get("SortOrder") == "Descending":
        found.reverse()
    try:
        start = int(p.get("NextToken") or 0)
    except ValueError:
        raise invalid("Invalid NextToken") from None
    end = start + (p.get("MaxResults") or 10)
    body: dict[str, Any] = {
        member: [
            {key: value for key, value in thing.describe().items() if key in fields}
            for thing in found[start:end]
        ]
    }
    if end < len(found):
        body["NextToken"] = str(end)
    return json_response(body)


def seen(kind: str, domain: str | None) -> list[Thing]:
    """What a list shows; counts as a look at each."""
    for thing in STUDIO.of(kind, domain):
        STUDIO.poll(thing)
    return STUDIO.of(kind, domain)


def looked_at(kind: str, *key: str) -> Thing:
    """What a Describe call shows; counts as a look."""
    STUDIO.poll(STUDIO.get(kind, *key))
    return STUDIO.get(kind, *key)
