"""All resources in the account, as one JSON object.

A test compares the state before its first apply with the state after its destroy:
a difference is a resource that was not deleted. Ids that AWS generates and times
are left out.
"""

from __future__ import annotations

import json
from typing import Any

from moto.backends import get_backend

from . import ACCOUNT, REGION
from .rules.budgets import BUDGETS
from .rules.notebook_state import STORE
from .rules.schedules import GROUPS
from .rules.studio_state import STUDIO


def account_state() -> dict[str, Any]:
    """The account's resources by kind."""
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
        "budgets": dict(sorted(BUDGETS.items())),
        "schedules": {group: dict(sorted(GROUPS[group].items())) for group in sorted(GROUPS)},
        "studio": dict(STUDIO.summary()),
        "file_systems": len(get_backend("efs")[ACCOUNT][REGION].file_systems_by_id),
        "network": _network(),
        "keys": _keys(),
        "log_groups": sorted(get_backend("logs")[ACCOUNT][REGION].groups),
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
    buckets = {}
    for name, bucket in sorted(s3.buckets.items()):
        buckets[name] = {
            # Number of versions and delete markers: 0 after a bucket has been emptied.
            "objects": {
                key: len(bucket.keys.getlist(key)) for key in sorted(bucket.keys)
            },
            "uploads": sorted(upload.key_name for upload in bucket.multiparts.values()),
        }
    return buckets


def _network() -> dict[str, int]:
    """The number of resources of each kind, since AWS generates all their ids.

    Network ACLs are left out: moto does not delete the default one of a VPC.
    """
    ec2 = get_backend("ec2")[ACCOUNT][REGION]
    nested = {"subnets": ec2.subnets, "security_groups": ec2.groups}
    plain = {
        "vpcs": ec2.vpcs,
        "route_tables": ec2.route_tables,
        "internet_gateways": ec2.internet_gateways,
        "addresses": ec2.addresses,
        "interfaces": ec2.enis,
        "flow_logs": ec2.flow_logs,
    }
    # AWS still returns these for some time after they were deleted.
    deletable = {"nat_gateways": ec2.nat_gateways, "endpoints": ec2.vpc_end_points}
    counts = {kind: len(resources) for kind, resources in plain.items()}
    for kind, groups in nested.items():
        counts[kind] = sum(len(group) for group in groups.values())
    for kind, resources in deletable.items():
        counts[kind] = sum(each.state != "deleted" for each in resources.values())
    return counts


def _keys() -> list[str]:
    """The descriptions of the keys that are not scheduled for deletion."""
    keys = get_backend("kms")[ACCOUNT][REGION].keys
    return sorted(
        key.description or "" for key in keys.values() if key.key_state != "PendingDeletion"
    )


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
