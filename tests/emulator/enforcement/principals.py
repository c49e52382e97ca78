"""Who calls: the role session of temporary credentials, and the policies that apply to it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from moto.backends import get_backend

from .. import ACCOUNT
from ..arns import PARTITION
from ..protocol import Call


@dataclass(frozen=True)
class Session:
    """A session of a role."""

    role_name: str
    name: str
    policy: str | None = None

    @property
    def arn(self) -> str:
        """The ARN of the session, as in messages of AWS and in CloudTrail."""
        return f"arn:{PARTITION}:sts::{ACCOUNT}:assumed-role/{self.role_name}/{self.name}"


@dataclass
class Layers:
    """Policy documents of a request, by the layer in which they apply."""

    identity: list[Any]
    boundary: Any = None
    session: Any = None
    resource: Any = None
    endpoint: Any = None


@dataclass
class Role:
    """What decides about a role's calls."""

    arn: str
    tags: dict[str, str]
    identity: list[Any] = field(default_factory=list)
    boundary: Any = None


def caller(call: Call) -> Session | None:
    """The session whose credentials sign a call; nothing for the administrator's."""
    found = re.search(r"Credential=([^/]+)/", call.headers.get("authorization", ""))
    if not found:
        found = re.match(r"([^/]+)/", call.query.get("X-Amz-Credential", ""))
    if not found:
        return None
    backend = get_backend("sts")[ACCOUNT][PARTITION]
    assumed = backend.get_assumed_role_from_access_key(found.group(1))
    if assumed is None:
        return None
    name = assumed.role_arn.rsplit("/", 1)[-1]
    return Session(name, assumed.session_name, assumed.policy)


def role(name: str) -> Role | None:
    """A role as it is now: tags, policies and boundary."""
    iam = get_backend("iam")[ACCOUNT][PARTITION]
    found = next((role for role in iam.roles.values() if role.name == name), None)
    if found is None:
        return None

    def managed(arn: str) -> Any:
        policy = iam.managed_policies[arn]
        return json.loads(next(v.document for v in policy.versions if v.is_default))

    documents = [managed(arn) for arn in sorted(found.managed_policies)]
    documents += [json.loads(text) for _, text in sorted(found.policies.items())]
    boundary = found.permissions_boundary_arn
    return Role(
        found.arn,
        {tag["Key"]: tag["Value"] for tag in found.tags},
        documents,
        managed(boundary) if boundary else None,
    )
