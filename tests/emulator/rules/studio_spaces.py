"""Calls on Studio's spaces."""

from __future__ import annotations

from typing import Any

from ..protocol import Call, Response, json_response
from . import rule
from .notebook_validation import API, invalid
from .studio_operations import (
    DELETABLE,
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
from .studio_state import DOMAIN, PROFILE, SPACE, STUDIO, Thing, arn_of, is_shared

CLASSIC = ("JupyterServer", "KernelGateway")


def _names(call: Call) -> tuple[str, str]:
    return call.string("DomainId"), call.string("SpaceName")


def _storage(settings: dict[str, Any]) -> dict[str, Any]:
    return (settings.get("SpaceStorageSettings") or {}).get("EbsStorageSettings") or {}


def _limits(domain: Thing, profile: Thing | None) -> dict[str, Any]:
    """Default and largest size of a volume; a profile's limits replace the domain's."""
    for settings in (
        (profile.settings.get("UserSettings") or {}) if profile else {},
        domain.settings["DefaultUserSettings" if profile else "DefaultSpaceSettings"],
    ):
        found = (settings.get("SpaceStorageSettings") or {}).get("DefaultEbsStorageSettings")
        if found:
            return found
    return {}


def _check_size(size: int, domain: Thing, profile: Thing | None) -> None:
    most = _limits(domain, profile).get("MaximumEbsVolumeSizeInGb", 16384)
    if size > most:
        raise invalid(f"The volume size {size} is larger than the maximum {most} of domain or profile")


@rule("sagemaker", "CreateSpace", page=f"{API}API_CreateSpace.html", confirmed=False)
def create_space(call: Call) -> Response:
    """Creates a Pending space; a private one has an owner, a shared one the domain's space role."""
    p = call.params
    domain = STUDIO.get(DOMAIN, call.string("DomainId"))
    require_status(domain, READY, "create Space in Domain")
    name = p["SpaceName"]
    if STUDIO.find(SPACE, domain.domain, name):
        raise in_use(f"Space [{domain.domain}/{name}] already exists.")
    ownership, sharing = p.get("OwnershipSettings"), p.get("SpaceSharingSettings")
    if (ownership is None) != (sharing is None):
        raise invalid("OwnershipSettings and SpaceSharingSettings are required together")
    given = p.get("SpaceSettings") or {}
    if given.get("AppType") in CLASSIC:
        raise invalid(f"Spaces of Studio Classic ({given['AppType']}) cannot be created")
    profile = None
    if ownership:
        profile = STUDIO.get(PROFILE, domain.domain, ownership["OwnerUserProfileName"])
        require_status(profile, READY, "create Space of UserProfile")
    private = sharing is not None and sharing["SharingType"] == "Private"
    if not private and not (domain.settings.get("DefaultSpaceSettings") or {}).get("ExecutionRole"):
        raise invalid(f"Domain [{domain.domain}] has no DefaultSpaceSettings for shared spaces")
    space_settings = merged({}, given)
    size = _storage(given).get("EbsVolumeSizeInGb")
    if size is None:
        size = _limits(domain, profile if private else None).get("DefaultEbsVolumeSizeInGb", 5)
        space_settings["SpaceStorageSettings"] = {"EbsStorageSettings": {"EbsVolumeSizeInGb": size}}
    _check_size(size, domain, profile if private else None)
    arn = arn_of(call.region, SPACE, domain.domain, name)
    settings: dict[str, Any] = {
        "DomainId": domain.domain,
        "SpaceArn": arn,
        "SpaceName": name,
        "SpaceSettings": space_settings,
        "Url": f"{domain.settings['Url']}/spaces/{name.lower()}",
    }
    if not private:
        settings["HomeEfsFileSystemUid"] = STUDIO.next_uid()
    for part in ("OwnershipSettings", "SpaceSharingSettings", "SpaceDisplayName"):
        if p.get(part) is not None:
            settings[part] = p[part]
    automatic = {"sagemaker:domain-arn": domain.arn}
    if profile:
        automatic["sagemaker:user-profile-arn"] = profile.arn
    inherited = {}
    if domain.settings["TagPropagation"] == "ENABLED":
        inherited = inherited_tags(domain, *([profile] if profile else []))
    tags = with_inherited(tags_of(call), inherited) | automatic
    STUDIO.add(Thing(SPACE, (domain.domain, name.lower()), arn, settings, tags, STUDIO.now()))
    return json_response({"SpaceArn": arn})


@rule("sagemaker", "DescribeSpace", page=f"{API}API_DescribeSpace.html")
def describe_space(call: Call) -> Response:
    """Returns all fields; a status change takes a number of looks."""
    STUDIO.get(DOMAIN, call.string("DomainId"))
    return json_response(looked_at(SPACE, *_names(call)).describe())


@rule("sagemaker", "ListSpaces", page=f"{API}API_ListSpaces.html")
def list_spaces(call: Call) -> Response:
    """Spaces are filtered, sorted and paginated, with owner, sharing, type of app and volume."""
    part = call.string("SpaceNameContains").lower()
    found = [one for one in seen(SPACE, call.params.get("DomainIdEquals")) if part in one.key[1]]
    fields = ("DomainId", "SpaceName", "Status", "CreationTime", "LastModifiedTime", "SpaceDisplayName")
    listed = page(call, "Spaces", found, (*fields, *_SUMMARIES))
    body = listed.json()
    for space in body["Spaces"]:
        for name, kept in _SUMMARIES.items():
            inner = space.pop(name, None)
            if inner is not None:
                space[f"{name}Summary"] = {key: inner[key] for key in kept if key in inner}
    return json_response(body)


_SUMMARIES = {
    "SpaceSettings": ("AppType", "RemoteAccess", "SpaceStorageSettings"),
    "SpaceSharingSettings": ("SharingType",),
    "OwnershipSettings": ("OwnerUserProfileName",),
}


@rule("sagemaker", "UpdateSpace", page=f"{API}API_UpdateSpace.html", confirmed=False)
def update_space(call: Call) -> Response:
    """What is absent stays; no app may run, the type is fixed, and the volume cannot shrink."""
    p = call.params
    domain = STUDIO.get(DOMAIN, call.string("DomainId"))
    space = STUDIO.get(SPACE, *_names(call))
    require_status(space, READY, "update Space")
    if STUDIO.live_apps(space):
        raise in_use(f"Unable to update Space [{'/'.join(_names(call))}] because App(s) are associated with it.")
    given, present = p.get("SpaceSettings") or {}, space.settings["SpaceSettings"]
    if given.get("AppType") not in (None, present.get("AppType")):
        raise invalid("AppType cannot be changed")
    size = _storage(given).get("EbsVolumeSizeInGb")
    if size is not None:
        if size < _storage(present)["EbsVolumeSizeInGb"]:
            raise invalid("The size of a volume cannot be reduced")
        profile = None if is_shared(space) else owners_of(space)[0]
        _check_size(size, domain, profile)
    space.settings["SpaceSettings"] = merged(present, given)
    if p.get("SpaceDisplayName") is not None:
        space.settings["SpaceDisplayName"] = p["SpaceDisplayName"]
    STUDIO.start(space, "Updating")
    return json_response({"SpaceArn": space.arn})


@rule("sagemaker", "DeleteSpace", page=f"{API}API_DeleteSpace.html")
def delete_space(call: Call) -> Response:
    """A space with apps cannot be deleted."""
    STUDIO.get(DOMAIN, call.string("DomainId"))
    space = STUDIO.get(SPACE, *_names(call))
    require_status(space, DELETABLE, "delete Space")
    if STUDIO.live_apps(space):
        raise in_use(f"Unable to delete Space [{'/'.join(_names(call))}] because App(s) are associated with it.")
    STUDIO.start(space, "Deleting")
    return json_response({})
