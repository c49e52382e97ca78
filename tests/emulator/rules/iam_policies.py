"""Managed policies: conditions for deleting and attaching them."""

from __future__ import annotations

from moto.backends import get_backend

from .. import ACCOUNT
from ..protocol import ApiError, Call, Response, query_response
from . import rule
from .iam_names import API, QUOTAS, iam

BOUNDARIES = (
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html"
)


def roles_with_boundary(arn: str) -> list:
    """The roles with a policy as their permissions boundary."""
    return [r for r in iam().roles.values() if r.permissions_boundary_arn == arn]


def attached_entities(arn: str) -> dict[str, list]:
    """The groups, users and roles with a policy attached, by kind."""
    backend = get_backend("iam")[ACCOUNT]["aws"]
    kinds = {"Group": backend.groups, "User": backend.users, "Role": backend.roles}
    return {
        kind: [each for each in entities.values() if arn in each.managed_policies]
        for kind, entities in kinds.items()
    }


@rule("iam", "DeletePolicy", page=f"{API}API_DeletePolicy.html")
def delete_policy(call: Call) -> None:
    """A policy cannot be deleted while attached, used as a boundary, or with other versions."""
    arn = call.string("PolicyArn")
    policy = iam().managed_policies.get(arn)
    if policy is None:
        return
    if any(attached_entities(arn).values()):
        raise ApiError(
            "DeleteConflict", "Cannot delete a policy attached to entities.", 409
        )
    if roles_with_boundary(arn):
        raise ApiError(
            "DeleteConflict", "Cannot delete a policy used as a permissions boundary.", 409
        )
    if len(policy.versions) > 1:
        raise ApiError(
            "DeleteConflict",
            "This policy has more than one version. Before you delete a policy, you "
            "must delete the policy's versions. The default version is deleted with "
            "the policy.",
            409,
        )


@rule("iam", "AttachRolePolicy", page=f"{API}API_AttachRolePolicy.html")
def attach_is_idempotent(call: Call) -> Response | None:
    """Attaching a policy again succeeds, and the policy counts once."""
    for role in iam().roles.values():
        if role.name == call.string("RoleName"):
            if call.string("PolicyArn") in role.managed_policies:
                return query_response(call, "")
    return None


@rule("iam", "AttachRolePolicy", page=QUOTAS)
def attachment_quota(call: Call) -> None:
    """A role has at most ten managed policies (the default quota)."""
    for role in iam().roles.values():
        if role.name == call.string("RoleName") and len(role.managed_policies) >= 10:
            raise ApiError(
                "LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10", 409
            )


@rule("iam", "CreateRole", "PutRolePermissionsBoundary", page=BOUNDARIES)
def boundary_exists(call: Call) -> None:
    """The policy of a permissions boundary exists."""
    arn = call.string("PermissionsBoundary")
    if arn and arn not in iam().managed_policies:
        raise ApiError(
            "NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.", 404
        )
