"""Everything that exists in the account, as one JSON object.

A test takes it before its first apply and after its destroy, and compares: what
differs was left behind. Identifiers that AWS makes up and times are left out.
"""

from __future__ import annotations

import json
from typing import Any

from moto.backends import get_backend

from . import ACCOUNT, REGION
from .rules.notebook_state import STORE


def world() -> dict[str, Any]:
    """The account's contents by service."""
    return {
        "roles": _roles(),
        "policies": _policies(),
        "tables": _tables(),
        "buckets": _buckets(),
        "notebooks": {
            name: {"status": n.status, "tags": n.tags, "role_arn": n.role_arn}
            for name, n in sorted(STORE.notebooks.items())
        },
        "lifecycle_configs": sorted(STORE.configs),
    }


def _roles() -> dict[str, Any]:
    iam = get_backend("iam")[ACCOUNT]["aws"]
    return {
        role.name: {
            "attached": sorted(role.managed_policies),
            "inline": {name: _document(text) for name, text in role.policies.items()},
            "tags": {tag["Key"]: tag["Value"] for tag in role.tags},
            "trust": _document(role.assume_role_policy_document),
            "boundary": role.permissions_boundary_arn,
            "path": role.path,
        }
        for role in sorted(iam.roles.values(), key=lambda role: role.name)
    }


def _policies() -> dict[str, Any]:
    iam = get_backend("iam")[ACCOUNT]["aws"]
    return {
        arn: {
            "document": _document(
                next(v.document for v in policy.versions if v.is_default)
            ),
            "versions": sorted(v.version_id for v in policy.versions),
            "tags": {t["Key"]: t["Value"] for t in policy.tags.values()},
        }
        for arn, policy in sorted(iam.managed_policies.items())
        if f":{ACCOUNT}:" in arn
    }


def _tables() -> dict[str, Any]:
    tables = get_backend("dynamodb")[ACCOUNT][REGION].tables
    return {
        name: sorted(
            (item.to_json()["Attributes"] for item in table.all_items()),
            key=lambda item: json.dumps(item, sort_keys=True),
        )
        for name, table in sorted(tables.items())
    }


def _buckets() -> dict[str, Any]:
    s3 = get_backend("s3")[ACCOUNT]["aws"]
    answer = {}
    for name, bucket in sorted(s3.buckets.items()):
        answer[name] = {
            # Versions and delete markers count: an emptied bucket has none.
            "objects": {
                key: len(bucket.keys.getlist(key)) for key in sorted(bucket.keys)
            },
            "uploads": sorted(upload.key_name for upload in bucket.multiparts.values()),
        }
    return answer


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
