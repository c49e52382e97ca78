"""Calls on Studio's apps."""

from __future__ import annotations

from typing import Any

from ..protocol import Call, Response, json_response
from . import rule
from .notebook_validation import API, invalid
from .studio_operations import (
    READY,
    in_use,
    inherited_tags,
    looked_at,
    merged,
    owners_of,
    page,
    require_status,
    seen,
    tags_of,
    with_inherited,
)
from .studio_spaces import CLASSIC
from .studio_state import APP, DOMAIN, PROFILE, SPACE, STUDIO, Key, Thing, arn_of, is_shared


def _owner(call: Call) -> Thing:
    """The profile or space of an app: a call names exactly one."""
    p = call.params
    if (p.get("UserProfileName") is None) == (p.get("SpaceName") is None):
        raise invalid("Exactly one of UserProfileName and SpaceName is required")
    domain = STUDIO.get(DOMAIN, call.string("DomainId"))
    if p.get("SpaceName") is not None:
        return STUDIO.get(SPACE, domain.domain, p["SpaceName"])
    return STUDIO.get(PROFILE, domain.domain, p["UserProfileName"])


def _key(call: Call, owner: Thing) -> Key:
    names = (owner.domain, owner.kind, owner.key[1], call.string("AppType"), call.string("AppName"))
    return tuple(part.lower() for part in names)


def _defaults(kind: str, domain: Thing, owner: Thing) -> dict[str, Any]:
    """The specification that an app has unless the call names another."""
    shared = owner.kind == SPACE and is_shared(owner)
    layers = [domain.settings.get("DefaultSpaceSettings" if shared else "DefaultUserSettings") or {}]
    if owner.kind == SPACE:
        layers += [each.settings.get("UserSettings") or {} for each in owners_of(owner)[:-1] if not shared]
        layers.append(owner.settings["SpaceSettings"])
    else:
        layers.append(owner.settings.get("UserSettings") or {})
    spec: dict[str, Any] = {"InstanceType": "ml.t3.medium"}
    for layer in layers:
        spec = merged(spec, (layer.get(f"{kind}AppSettings") or {}).get("DefaultResourceSpec") or {})
    return spec


@rule("sagemaker", "CreateApp", page=f"{API}API_CreateApp.html", confirmed=False)
def create_app(call: Call) -> Response:
    """Creates a Pending app of a profile or a space that is InService; Studio Classic has no new ones."""
    p = call.params
    owner = _owner(call)
    domain = STUDIO.get(DOMAIN, owner.domain)
    for thing in (domain, owner):
        require_status(thing, READY, "create App in")
    kind = p["AppType"]
    if kind in CLASSIC:
        raise invalid(f"Apps of Studio Classic ({kind}) cannot be created")
    if owner.kind == SPACE and owner.settings["SpaceSettings"].get("AppType") not in (None, kind):
        raise invalid(f"The AppType of Space [{owner.key[1]}] is not {kind}")
    given = p.get("ResourceSpec") or {}
    if given.get("InstanceType") == "system":
        raise invalid("The instance type system is for apps of type JupyterServer")
    key = _key(call, owner)
    present = STUDIO.find(APP, *key)
    if present is not None and present.status not in ("Deleted", "Failed"):
        raise in_use(f"App [{'/'.join(key)}] already exists in status {present.status}.")
    owners = owners_of(owner) if owner.kind == SPACE else [owner]
    tags = with_inherited(tags_of(call), inherited_tags(domain, *owners))
    # The app that manages Studio is not tagged
    # (https://docs.aws.amazon.com/sagemaker/latest/dg/domain-multiple-tag.html).
    if p["AppName"] != "default":
        noun = "space" if owner.kind == SPACE else "user-profile"
        tags |= {"sagemaker:domain-arn": domain.arn, f"sagemaker:{noun}-arn": owner.arn}
    arn = arn_of(call.region, APP, owner.domain, owner.key[1], kind, p["AppName"])
    name = "SpaceName" if owner.kind == SPACE else "UserProfileName"
    settings: dict[str, Any] = {
        "AppArn": arn,
        "AppType": kind,
        "AppName": p["AppName"],
        "DomainId": owner.domain,
        name: owner.settings[name],
        "ResourceSpec": merged(_defaults(kind, domain, owner), given),
    }
    if "RecoveryMode" in p:
        settings["RecoveryMode"] = p["RecoveryMode"]
    STUDIO.add(Thing(APP, key, arn, settings, tags, STUDIO.now()))
    return json_response({"AppArn": arn})


@rule("sagemaker", "DescribeApp", page=f"{API}API_DescribeApp.html")
def describe_app(call: Call) -> Response:
    """Returns all fields; a deleted app is shown for some time."""
    return json_response(looked_at(APP, *_key(call, _owner(call))).describe())


@rule("sagemaker", "ListApps", page=f"{API}API_ListApps.html")
def list_apps(call: Call) -> Response:
    """Apps are filtered by profile or by space, sorted and paginated, deleted ones too for some time."""
    p = call.params
    by_profile, by_space = p.get("UserProfileNameEquals"), p.get("SpaceNameEquals")
    if by_profile is not None and by_space is not None:
        raise invalid("UserProfileNameEquals and SpaceNameEquals cannot be set together")
    wanted = None
    if by_profile is not None or by_space is not None:
        wanted = (PROFILE, by_profile.lower()) if by_profile is not None else (SPACE, by_space.lower())
    found = [
        app for app in seen(APP, p.get("DomainIdEquals")) if wanted in (None, app.key[1:3])
    ]
    fields = (
        "DomainId", "UserProfileName", "SpaceName", "AppType", "AppName", "Status", "CreationTime",
        "ResourceSpec",
    )
    return page(call, "Apps", found, fields)


@rule("sagemaker", "DeleteApp", page=f"{API}API_DeleteApp.html", confirmed=False)
def delete_app(call: Call) -> Response:
    """Only an InService app can be deleted: not one that is new, failed, or deleted already."""
    app = STUDIO.get(APP, *_key(call, _owner(call)))
    name = "/".join(app.key)
    if app.status == "Deleted":
        raise invalid(f"App [{name}] has already been deleted.")
    if app.status == "Failed":
        raise invalid(f"App [{name}] previously failed and was automatically deleted.")
    require_status(app, ("InService",), "delete App")
    STUDIO.start(app, "Deleting")
    return json_response({})
