"""Calls on Studio's user profiles, and the URL with which a person opens one."""

from __future__ import annotations

from typing import Any

from ..protocol import Call, Response, json_response
from . import rule
from .notebook_validation import API, invalid
from .studio_operations import (
    DELETABLE,
    READY,
    filled_in,
    in_use,
    looked_at,
    merged,
    page,
    require_no_apps,
    require_status,
    seen,
    tags_of,
)
from .studio_state import DOMAIN, PROFILE, SPACE, STUDIO, Thing, arn_of, is_shared, owner_of

# The landing pages of the API reference, which are those of Studio and of each type of app.
_LANDINGS = (
    "studio::",
    *(f"app:{kind}:" for kind in ("JupyterServer", "JupyterLab", "CodeEditor", "RStudioServerPro", "Canvas")),
)
_REMOVE = "https://docs.aws.amazon.com/sagemaker/latest/dg/domain-user-profile-remove.html"


def _names(call: Call) -> tuple[str, str]:
    return call.string("DomainId"), call.string("UserProfileName")


@rule("sagemaker", "CreateUserProfile", page=f"{API}API_CreateUserProfile.html", confirmed=False)
def create_profile(call: Call) -> Response:
    """Creates a Pending profile with a new user id; names are unique without case."""
    p = call.params
    domain = STUDIO.get(DOMAIN, call.string("DomainId"))
    require_status(domain, READY, "create UserProfile in Domain")
    name = p["UserProfileName"]
    if STUDIO.find(PROFILE, domain.domain, name):
        raise in_use(f"UserProfile [{domain.domain}/{name}] already exists.")
    sso = [key for key in ("SingleSignOnUserIdentifier", "SingleSignOnUserValue") if p.get(key)]
    wanted = 2 if domain.settings["AuthMode"] == "SSO" else 0
    if len(sso) != wanted:
        raise invalid("SingleSignOnUserIdentifier and SingleSignOnUserValue belong to domains with AuthMode SSO")
    given = p.get("UserSettings") or {}
    defaults = domain.settings["DefaultUserSettings"]
    groups = [*(defaults.get("SecurityGroups") or []), *(given.get("SecurityGroups") or [])]
    if domain.settings["AppNetworkAccessType"] == "VpcOnly" and not groups:
        raise invalid("SecurityGroups are required in a VpcOnly domain")
    arn = arn_of(call.region, PROFILE, domain.domain, name)
    settings: dict[str, Any] = {
        "DomainId": domain.domain,
        "UserProfileArn": arn,
        "UserProfileName": name,
        "HomeEfsFileSystemUid": STUDIO.next_uid(),
        **{key: p[key] for key in sso},
    }
    if given:
        settings["UserSettings"] = filled_in(merged({}, given), call.region)
    key = (domain.domain, name.lower())
    STUDIO.add(Thing(PROFILE, key, arn, settings, tags_of(call), STUDIO.now()))
    return json_response({"UserProfileArn": arn})


@rule("sagemaker", "DescribeUserProfile", page=f"{API}API_DescribeUserProfile.html")
def describe_profile(call: Call) -> Response:
    """Returns all fields, without the domain's settings; a status change takes a number of looks."""
    STUDIO.get(DOMAIN, call.string("DomainId"))
    return json_response(looked_at(PROFILE, *_names(call)).describe())


@rule("sagemaker", "ListUserProfiles", page=f"{API}API_ListUserProfiles.html")
def list_profiles(call: Call) -> Response:
    """Profiles are filtered, sorted and paginated; there are no settings in a list."""
    part = call.string("UserProfileNameContains").lower()
    found = [one for one in seen(PROFILE, call.params.get("DomainIdEquals")) if part in one.key[1]]
    fields = ("DomainId", "UserProfileName", "Status", "CreationTime", "LastModifiedTime")
    return page(call, "UserProfiles", found, fields)


@rule("sagemaker", "UpdateUserProfile", page=f"{API}API_UpdateUserProfile.html", confirmed=False)
def update_profile(call: Call) -> Response:
    """What is absent stays; the execution role changes only while no app of the profile runs."""
    domain = STUDIO.get(DOMAIN, call.string("DomainId"))
    profile = STUDIO.get(PROFILE, *_names(call))
    require_status(profile, READY, "update UserProfile")
    given = call.params.get("UserSettings") or {}
    present = profile.settings.get("UserSettings") or {}
    if given.get("ExecutionRole") not in (None, present.get("ExecutionRole")):
        require_no_apps([profile, *STUDIO.owned_spaces(profile)], domain, "execution role")
    profile.settings["UserSettings"] = filled_in(merged(present, given), call.region)
    STUDIO.start(profile, "Updating")
    return json_response({"UserProfileArn": profile.arn})


@rule("sagemaker", "DeleteUserProfile", page=_REMOVE)
def delete_profile(call: Call) -> Response:
    """A profile with apps or spaces of its own cannot be deleted."""
    STUDIO.get(DOMAIN, call.string("DomainId"))
    profile = STUDIO.get(PROFILE, *_names(call))
    require_status(profile, DELETABLE, "delete UserProfile")
    for held, noun in ((STUDIO.live_apps(profile), "App"), (STUDIO.owned_spaces(profile), "Space")):
        if held:
            raise in_use(
                f"Unable to delete UserProfile [{'/'.join(_names(call))}] because {noun}(s) are "
                "associated with it."
            )
    STUDIO.start(profile, "Deleting")
    return json_response({})


@rule("sagemaker", "CreatePresignedDomainUrl", page=f"{API}API_CreatePresignedDomainUrl.html", confirmed=False)
def presigned_domain_url(call: Call) -> Response:
    """Returns a URL for an InService profile of a domain with AuthMode IAM."""
    domain = STUDIO.get(DOMAIN, call.string("DomainId"))
    profile = STUDIO.get(PROFILE, *_names(call))
    if domain.settings["AuthMode"] != "IAM":
        raise invalid("CreatePresignedDomainUrl is not supported for domains with AuthMode SSO")
    require_status(domain, READY, "open Domain")
    require_status(profile, READY, "open UserProfile")
    name = call.params.get("SpaceName")
    if name is not None:
        space = STUDIO.get(SPACE, domain.domain, name)
        if not is_shared(space) and owner_of(space) != profile.key[1]:
            raise invalid(f"Space [{name}] does not belong to UserProfile [{profile.key[1]}]")
    landing = call.params.get("LandingUri")
    if landing is not None and not landing.startswith(_LANDINGS):
        raise invalid(f"LandingUri [{landing}] is not supported")
    seconds = call.params.get("ExpiresInSeconds") or 300
    url = f"{domain.settings['Url']}/auth?token={profile.key[1]}-{STUDIO.now():.0f}-{seconds}"
    return json_response({"AuthorizedUrl": url})
