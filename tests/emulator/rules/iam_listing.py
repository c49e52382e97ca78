"""Lists of IAM come in pages; moto gives some of them whole.

A page holds `MaxItems` (100 unless told otherwise). AWS may give fewer even when
more follow, so a reader must go by `IsTruncated` alone.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

from ..wire import Answer, Call, Refusal, answer_query
from . import rule
from .iam_names import API, constraint, iam
from .iam_policies import bounded, holders

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


def window(call: Call) -> tuple[int, int]:
    """Where the asked page starts, and how long it is."""
    size = int(call.text("MaxItems") or 100)
    if not 1 <= size <= 1000:
        raise constraint(str(size), "maxItems", "Member must be between 1 and 1000")
    marker = call.text("Marker")
    if marker and not marker.isdigit():
        raise Refusal("ValidationError", "Invalid Marker.")
    return int(marker or 0), size


@rule("iam", *_LISTS, page=f"{API}API_GetAccountAuthorizationDetails.html")
def check_window(call: Call) -> None:
    """MaxItems is 1 to 1,000; markers are the service's own."""
    window(call)


@rule(
    "iam",
    "ListPolicyVersions",
    "ListRolePolicies",
    "GetAccountAuthorizationDetails",
    page=f"{API}API_GetAccountAuthorizationDetails.html",
    after=True,
)
def pages(call: Call, answer: Answer) -> Answer:
    """Cuts a page out of what moto gives whole."""
    start, size = window(call)
    ET.register_namespace("", NAMESPACE)
    root = ET.fromstring(answer.body)
    tag = root.tag.split("}")[0] + "}" if root.tag.startswith("{") else ""
    result = root.find(f"{tag}{call.action}Result")
    if result is None:
        return answer
    position = 0
    for name in _LISTS[call.action]:
        listed = result.find(f"{tag}{name}")
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
    headers = [(k, v) for k, v in answer.headers if k.lower() != "content-length"]
    return Answer(
        answer.status, [*headers, ("Content-Length", str(len(body)))], body
    )


@rule("iam", "ListEntitiesForPolicy", page=f"{API}API_ListEntitiesForPolicy.html")
def list_entities(call: Call) -> Answer:
    """In pages, by kind of entity and by use: as permissions or as a boundary."""
    arn, usage = call.text("PolicyArn"), call.text("PolicyUsageFilter")
    if arn not in iam().managed_policies:
        raise Refusal("NoSuchEntity", f"Policy {arn} was not found.", 404)
    start, size = window(call)
    wanted = call.text("EntityFilter")
    found: list[tuple[str, str, str]] = []
    attached = holders(arn)
    for kind in ("Group", "User", "Role"):
        if wanted not in ("", kind):
            continue
        named = {}
        if usage in ("", "PermissionsPolicy"):
            named.update({each.name: each.id for each in attached[kind]})
        if usage in ("", "PermissionsBoundary") and kind == "Role":
            named.update({each.name: each.id for each in bounded(arn)})
        found += [(kind, name, named[name]) for name in sorted(named)]
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
    return answer_query(call, body)
