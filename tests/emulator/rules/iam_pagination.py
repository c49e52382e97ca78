"""Pagination of IAM lists, some of which moto returns as a whole.

A page has at most `MaxItems` items (default 100). AWS can return fewer even if
more follow, so clients must rely on `IsTruncated` only.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

from ..protocol import ApiError, Call, Response, query_response
from . import rule
from .iam_names import API, constraint, iam
from .iam_policies import attached_entities, roles_with_boundary

NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"
_LISTS = {
    "ListPolicyVersions": ("Versions",),
    "ListRolePolicies": ("PolicyNames",),
    "ListAttachedRolePolicies": ("AttachedPolicies",),
    "GetAccountAuthorizationDetails": (
        "UserDetailList",
        "GroupDetailList",
        "RoleDetailList",
        "Policies",
    ),
}


def page_bounds(call: Call) -> tuple[int, int]:
    """First index and length of the requested page."""
    size = int(call.string("MaxItems") or 100)
    if not 1 <= size <= 1000:
        raise constraint(str(size), "maxItems", "Member must be between 1 and 1000")
    marker = call.string("Marker")
    if marker and not marker.isdigit():
        raise ApiError("ValidationError", "Invalid Marker.")
    return int(marker or 0), size


@rule("iam", *_LISTS, page=f"{API}API_GetAccountAuthorizationDetails.html")
def page_parameters(call: Call) -> None:
    """MaxItems is 1 to 1,000, and a marker is one that IAM returned."""
    page_bounds(call)


@rule(
    "iam",
    "ListPolicyVersions",
    "ListRolePolicies",
    "GetAccountAuthorizationDetails",
    page=f"{API}API_GetAccountAuthorizationDetails.html",
    after=True,
)
def paginate(call: Call, response: Response) -> Response:
    """A response has only the requested page of a list."""
    start, size = page_bounds(call)
    ET.register_namespace("", NAMESPACE)
    root = ET.fromstring(response.body)
    tag = root.tag.split("}")[0] + "}" if root.tag.startswith("{") else ""
    result = root.find(f"{tag}{call.action}Result")
    if result is None:
        return response
    position = 0
    for name in _LISTS[call.action]:
        listed = result.find(f"{tag}{name}")
        # A copy, since members are removed. The position counts across all lists of the response.
        for member in list(listed) if listed is not None else []:
            if not start <= position < start + size:
                listed.remove(member)
            position += 1
    for old in ("IsTruncated", "Marker"):
        found = result.find(f"{tag}{old}")
        if found is not None:
            result.remove(found)
    more = start + size < position
    ET.SubElement(result, f"{tag}IsTruncated").text = "true" if more else "false"
    if more:
        ET.SubElement(result, f"{tag}Marker").text = str(start + size)
    body = ET.tostring(root, encoding="utf-8")
    headers = [(k, v) for k, v in response.headers if k.lower() != "content-length"]
    return Response(
        response.status, [*headers, ("Content-Length", str(len(body)))], body
    )


@rule("iam", "ListEntitiesForPolicy", page=f"{API}API_ListEntitiesForPolicy.html")
def list_entities_for_policy(call: Call) -> Response:
    """Entities are paginated, and filtered by kind and by usage (permissions or boundary)."""
    arn, usage = call.string("PolicyArn"), call.string("PolicyUsageFilter")
    if arn not in iam().managed_policies:
        raise ApiError("NoSuchEntity", f"Policy {arn} was not found.", 404)
    start, size = page_bounds(call)
    wanted = call.string("EntityFilter")
    found: list[tuple[str, str, str]] = []
    attached = attached_entities(arn)
    for kind in ("Group", "User", "Role"):
        if wanted not in ("", kind):
            continue
        ids = {}
        if usage in ("", "PermissionsPolicy"):
            ids.update({each.name: each.id for each in attached[kind]})
        if usage in ("", "PermissionsBoundary") and kind == "Role":
            ids.update({each.name: each.id for each in roles_with_boundary(arn)})
        found += [(kind, name, ids[name]) for name in sorted(ids)]
    page = found[start : start + size]
    more = start + size < len(found)
    body = ""
    for kind in ("Group", "User", "Role"):
        members = "".join(
            f"<member><{kind}Name>{escape(name)}</{kind}Name>"
            f"<{kind}Id>{each}</{kind}Id></member>"
            for which, name, each in page
            if which == kind
        )
        body += f"<Policy{kind}s>{members}</Policy{kind}s>"
    body += f"<IsTruncated>{str(more).lower()}</IsTruncated>"
    if more:
        body += f"<Marker>{start + size}</Marker>"
    return query_response(call, body)
