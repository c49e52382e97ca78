"""Creates the resources of a platform before its first project.

These are a bucket, tables, a network, a key and policies. The tables, with their
keys, indexes and default names, are those of MLSpace.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from . import ACCOUNT, internal_client
from .protocol import Response
from .rules.schedules import GROUPS

if TYPE_CHECKING:
    from .server import Emulator

BUCKET = f"mlspace-data-{ACCOUNT}"
BOUNDARY = "mlspace-project-user-permission-boundary"
BASE = "mlspace-notebook-base"
STOP_GROUP = "mlspace-stop"

# Name: (hash key, range key, whether there is a reverse index). "#" marks a key of type number.
TABLES: dict[str, tuple[str, str | None, bool]] = {
    "mlspace-users": ("username", None, False),
    "mlspace-projects": ("name", None, False),
    "mlspace-project-users": ("project", "user", True),
    "mlspace-project-groups": ("project", "group", True),
    "mlspace-groups": ("name", None, False),
    "mlspace-group-users": ("group", "user", True),
    "mlspace-group-datasets": ("group", "dataset", True),
    "mlspace-group-membership-history": ("group", "#actionedAt", False),
    "mlspace-datasets": ("scope", "name", False),
    "mlspace-resource-schedule": ("resourceId", "resourceType", False),
    "mlspace-resource-metadata": ("resourceType", "resourceId", False),
    "mlspace-app-configuration": ("configScope", "#versionId", False),
}


def seed(emulator: Emulator) -> dict[str, Any]:
    """Create all resources in an empty account; returns their names and ids."""
    internal_client.require_success(internal_client.s3(emulator, "PUT", f"/{BUCKET}"))
    for name in TABLES:
        make_table(emulator, name)
    GROUPS[STOP_GROUP] = {}
    network = _network(emulator)
    key = _call(emulator, "kms", "CreateKey", {}).json()
    return {
        "data_bucket": BUCKET,
        "schedule_group": STOP_GROUP,
        "tables": list(TABLES),
        "permissions_boundary_arn": _policy(emulator, BOUNDARY, _boundary()),
        "base_policy_arn": _policy(emulator, BASE, _base()),
        "kms_key_id": key["KeyMetadata"]["KeyId"],
        "kms_key_arn": key["KeyMetadata"]["Arn"],
        **network,
    }


def _call(
    emulator: Emulator, service: str, action: str, params: dict[str, Any]
) -> Response:
    """Call an action, which must succeed."""
    return internal_client.require_success(
        internal_client.call(emulator, service, action, params)
    )


def make_table(emulator: Emulator, name: str) -> None:
    """Create one of MLSpace's tables."""
    hash_key, range_key, reverse = TABLES[name]
    attributes, keys = [], []
    for kind, key in (("HASH", hash_key), ("RANGE", range_key)):
        if key is None:
            continue
        plain = key.lstrip("#")
        attributes.append(
            {"AttributeName": plain, "AttributeType": "N" if key != plain else "S"}
        )
        keys.append({"AttributeName": plain, "KeyType": kind})
    params: dict[str, Any] = {
        "TableName": name,
        "AttributeDefinitions": attributes,
        "KeySchema": keys,
        "BillingMode": "PAY_PER_REQUEST",
    }
    if reverse:
        reverse_keys = [
            {"AttributeName": keys[1]["AttributeName"], "KeyType": "HASH"},
            {"AttributeName": keys[0]["AttributeName"], "KeyType": "RANGE"},
        ]
        params["GlobalSecondaryIndexes"] = [
            {
                "IndexName": "ReverseLookup",
                "KeySchema": reverse_keys,
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ]
    _call(emulator, "dynamodb", "CreateTable", params)
    # A new table is CREATING until it has been described twice; those of a platform are ACTIVE.
    for _ in range(3):
        _call(emulator, "dynamodb", "DescribeTable", {"TableName": name})


def _network(emulator: Emulator) -> dict[str, Any]:
    """Create a VPC with three subnets and a security group."""

    def ec2(action: str, params: dict[str, Any], tag: str) -> str:
        body = _call(emulator, "ec2", action, params).body.decode()
        found = re.search(f"<{tag}>([^<]+)</{tag}>", body)
        if not found:
            raise internal_client.CallFailed(f"no {tag} in the response to {action}: {body}")
        return found.group(1)

    vpc = ec2("CreateVpc", {"CidrBlock": "10.0.0.0/16"}, "vpcId")
    subnets = [
        ec2("CreateSubnet", {"VpcId": vpc, "CidrBlock": f"10.0.{n}.0/24"}, "subnetId")
        for n in range(3)
    ]
    group = {"VpcId": vpc, "GroupName": "notebooks", "GroupDescription": "notebooks"}
    return {
        "vpc_id": vpc,
        "subnet_ids": subnets,
        "security_group_ids": [ec2("CreateSecurityGroup", group, "groupId")],
    }


def _policy(emulator: Emulator, name: str, statements: list[dict[str, Any]]) -> str:
    """Create a customer managed policy; returns its ARN."""
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    _call(emulator, "iam", "CreatePolicy", {"PolicyName": name, "PolicyDocument": document})
    return f"arn:aws:iam::{ACCOUNT}:policy/{name}"


def _boundary() -> list[dict[str, Any]]:
    """Statements of a permissions boundary; the emulator does not enforce them."""
    return [
        {"Effect": "Allow", "Action": ["s3:*", "sagemaker:*"], "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": f"arn:aws:iam::{ACCOUNT}:role/MLSpace*",
        },
    ]


def _base() -> list[dict[str, Any]]:
    """Statements of a base policy: write logs and metrics."""
    return [
        {
            "Effect": "Allow",
            "Action": [
                "cloudwatch:PutMetricData",
                "logs:CreateLogStream",
                "logs:PutLogEvents",
            ],
            "Resource": "*",
        }
    ]
