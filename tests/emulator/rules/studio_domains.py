"""Calls on Studio's domains."""

from __future__ import annotations

from typing import Any

from .. import ACCOUNT
from ..protocol import Call, Response, json_response
from . import rule, studio_file_systems
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
from .studio_state import DOMAIN, PROFILE, SPACE, STUDIO, Thing, arn_of, is_shared

_EDIT = "https://docs.aws.amazon.com/sagemaker/latest/dg/domain-edit.html"


@rule("sagemaker", "CreateDomain", page=f"{API}API_CreateDomain.html", confirmed=False)
def create_domain(call: Call) -> Response:
    """Creates a Pending domain with an id of AWS's form; the name must be unique."""
    p = call.params
    name = p["DomainName"]
    if any(domain.settings["DomainName"].lower() == name.lower() for domain in STUDIO.of(DOMAIN)):
        raise in_use(f"A domain with the name [{name}] already exists.")
    access = p.get("AppNetworkAccessType", "PublicInternetOnly")
    if not p.get("VpcId") or not p.get("SubnetIds"):
        raise invalid("VpcId and SubnetIds are required")
    require_no_rstudio_management(p, p.get("DomainSettings") or {})
    domain_id = STUDIO.next_domain_id()
    settings: dict[str, Any] = {
        "DomainId": domain_id,
        "DomainArn": arn_of(call.region, DOMAIN, domain_id),
        "DomainName": name,
        "AuthMode": p["AuthMode"],
        "Url": f"https://{domain_id}.studio.{call.region}.sagemaker.aws",
        "VpcId": p["VpcId"],
        "SubnetIds": p["SubnetIds"],
        "AppNetworkAccessType": access,
        "HomeEfsFileSystemCreation": p.get("HomeEfsFileSystemCreation", "Enabled"),
        "TagPropagation": p.get("TagPropagation", "DISABLED"),
        "DefaultUserSettings": filled_in(merged({}, p["DefaultUserSettings"]), call.region),
    }
    for part in ("DefaultSpaceSettings", "DomainSettings"):
        if p.get(part) is not None:
            settings[part] = filled_in(merged({}, p[part]), call.region)
    key = p.get("KmsKeyId") or p.get("HomeEfsFileSystemKmsKeyId")
    if key is not None:
        settings |= {"KmsKeyId": key, "HomeEfsFileSystemKmsKeyId": key}
    if p["AuthMode"] == "SSO":
        settings["SingleSignOnApplicationArn"] = f"arn:aws:sso::{ACCOUNT}:application/ssoins-1/apl-{domain_id[2:]}"
    thing = Thing(DOMAIN, (domain_id,), settings["DomainArn"], settings, tags_of(call), STUDIO.now())
    if settings["HomeEfsFileSystemCreation"] == "Enabled":
        settings["HomeEfsFileSystemId"] = studio_file_systems.create(call.region, thing)
    STUDIO.add(thing)
    made = ("DomainArn", "DomainId", "Url")
    return json_response({member: settings[member] for member in made})


def require_no_rstudio_management(params: dict[str, Any], settings: dict[str, Any]) -> None:
    """Raise AWS's error if the management of RStudio's groups is set in a domain without RStudio."""
    if params.get("AppSecurityGroupManagement") and "RStudioServerProDomainSettings" not in settings:
        raise invalid("AppSecurityGroupManagement is only allowed with RStudioServerProDomainSettings")


@rule("sagemaker", "DescribeDomain", page=f"{API}API_DescribeDomain.html")
def describe_domain(call: Call) -> Response:
    """Returns all fields; a status change takes a number of looks."""
    return json_response(looked_at(DOMAIN, call.string("DomainId")).describe())


@rule("sagemaker", "ListDomains", page=f"{API}API_ListDomains.html")
def list_domains(call: Call) -> Response:
    """Domains are paginated; the default page size is ten."""
    fields = (
        "DomainArn", "DomainId", "DomainName", "Status", "CreationTime", "LastModifiedTime", "Url",
    )
    return page(call, "Domains", seen(DOMAIN, None), fields)


@rule("sagemaker", "UpdateDomain", page=_EDIT, confirmed=False)
def apps_block_updates(call: Call) -> None:
    """Running apps stand in the way of changes of network, execution roles and identity."""
    p = call.params
    domain = STUDIO.get(DOMAIN, call.string("DomainId"))
    settings = domain.settings
    removed = set(settings["SubnetIds"]) - set(p.get("SubnetIds") or settings["SubnetIds"])
    if removed or p.get("AppNetworkAccessType"):
        require_no_apps([domain], domain, "network")
    given = p.get("DomainSettingsForUpdate") or {}
    identity = given.get("ExecutionRoleIdentityConfig")
    present = (settings.get("DomainSettings") or {}).get("ExecutionRoleIdentityConfig", "DISABLED")
    if identity not in (None, present):
        require_no_apps([domain], domain, "execution role identity")
    shared = [one for one in STUDIO.of(SPACE, domain.domain) if is_shared(one)]
    private = [one for one in STUDIO.of(SPACE, domain.domain) if not is_shared(one)]
    for name, users in (
        ("DefaultUserSettings", [*STUDIO.of(PROFILE, domain.domain), *private]),
        ("DefaultSpaceSettings", shared),
    ):
        role = (p.get(name) or {}).get("ExecutionRole")
        if role is not None and role != (settings.get(name) or {}).get("ExecutionRole"):
            require_no_apps(users, domain, f"execution role of {name}")


@rule("sagemaker", "UpdateDomain", page=f"{API}API_UpdateDomain.html", confirmed=False)
def update_domain(call: Call) -> Response:
    """What is absent stays; `VpcOnly` needs VpcId and SubnetIds, and the VPC cannot change."""
    p = call.params
    domain = STUDIO.get(DOMAIN, call.string("DomainId"))
    require_status(domain, READY, "update Domain")
    settings = domain.settings
    if p.get("AppNetworkAccessType") == "VpcOnly" and not (p.get("VpcId") and p.get("SubnetIds")):
        raise invalid("VpcId and SubnetIds are required when AppNetworkAccessType is VpcOnly")
    if p.get("VpcId") not in (None, settings["VpcId"]):
        raise invalid(f"The VPC of Domain [{domain.domain}] cannot be changed")
    given = p.get("DomainSettingsForUpdate") or {}
    require_no_rstudio_management(p, settings.get("DomainSettings") or {})
    creation = p.get("HomeEfsFileSystemCreation")
    if creation == "Disabled" and settings["HomeEfsFileSystemCreation"] == "Enabled":
        raise invalid("HomeEfsFileSystemCreation cannot be changed from Enabled to Disabled")
    for name in ("SubnetIds", "AppNetworkAccessType", "TagPropagation", "HomeEfsFileSystemCreation"):
        if p.get(name) is not None:
            settings[name] = p[name]
    if creation == "Enabled" and "HomeEfsFileSystemId" not in settings:
        settings["HomeEfsFileSystemId"] = studio_file_systems.create(call.region, domain)
    for name, change in (
        ("DefaultUserSettings", p.get("DefaultUserSettings")),
        ("DefaultSpaceSettings", p.get("DefaultSpaceSettings")),
        ("DomainSettings", given),
    ):
        if change:
            settings[name] = filled_in(merged(settings.get(name) or {}, change), call.region)
    STUDIO.start(domain, "Updating")
    return json_response({"DomainArn": domain.arn})


@rule(
    "sagemaker",
    "DeleteDomain",
    page="https://docs.aws.amazon.com/sagemaker/latest/dg/gs-studio-delete-domain.html",
    confirmed=False,
)
def delete_domain(call: Call) -> Response:
    """A domain with profiles, spaces or apps cannot be deleted; its file system is kept by default."""
    domain = STUDIO.get(DOMAIN, call.string("DomainId"))
    require_status(domain, DELETABLE, "delete Domain")
    for kind, noun in ((PROFILE, "UserProfile"), (SPACE, "Space")):
        if STUDIO.of(kind, domain.domain):
            raise in_use(
                f"Unable to delete Domain [{domain.domain}] because {noun}(s) are associated with it."
            )
    policy = (call.params.get("RetentionPolicy") or {}).get("HomeEfsFileSystem", "Retain")
    if policy == "Delete" and "HomeEfsFileSystemId" in domain.settings:
        studio_file_systems.delete(call.region, domain)
    STUDIO.start(domain, "Deleting")
    return json_response({})
