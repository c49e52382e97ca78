"""Managed policies: what keeps one from being deleted or attached."""

from __future__ import annotations

from moto.backends import get_backend

from .. import ACCOUNT
from ..wire import Answer, Call, Refusal, answer_query
from . import rule
from .iam_names import API, QUOTAS, iam

BOUNDARIES = (
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html"
)


def bounded(arn: str) -> list:
    """The roles whose permissions boundary is that policy."""
    return [r for r in iam().roles.values() if r.permissions_boundary_arn == arn]


def holders(arn: str) -> dict[str, list]:
    """Who has that policy attached, by kind."""
    backend = get_backend("iam")[ACCOUNT]["aws"]
    kinds = {"Group": backend.groups, "User": backend.users, "Role": backend.roles}
    return {
        kind: [each for each in all_of.values() if arn in each.managed_policies]
        for kind, all_of in kinds.items()
    }


@rule("iam", "DeletePolicy", page=f"{API}API_DeletePolicy.html")
def delete_policy(call: Call) -> None:
    """Refused while attached, while a boundary, or while it has other versions."""
    arn = call.text("PolicyArn")
    policy = iam().managed_policies.get(arn)
    if policy is None:
        return
    if any(holders(arn).values()):
        raise Refusal(
            "DeleteConflict", "Cannot delete a policy attached to entities.", 409
        )
    if bounded(arn):
        raise Refusal(
            "DeleteConflict", "Cannot delete a policy used as a permissions boundary.", 409
        )
    if len(policy.versions) > 1:
        raise Refusal(
            "DeleteConflict",
            "This policy has more than one version. Before you delete a policy, you "
            "must delete the policy's versions. The default version is deleted with "
            "the policy.",
            409,
        )


@rule("iam", "AttachRolePolicy", page=f"{API}API_AttachRolePolicy.html")
def attach_once(call: Call) -> Answer | None:
    """Attaching what is attached already succeeds and counts once."""
    for role in iam().roles.values():
        if role.name == call.text("RoleName"):
            if call.text("PolicyArn") in role.managed_policies:
                return answer_query(call, "")
    return None


@rule("iam", "AttachRolePolicy", page=QUOTAS)
def attachment_quota(call: Call) -> None:
    """Ten managed policies a role, which is the default quota."""
    for role in iam().roles.values():
        if role.name == call.text("RoleName") and len(role.managed_policies) >= 10:
            raise Refusal(
                "LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10", 409
            )


@rule("iam", "CreateRole", "PutRolePermissionsBoundary", page=BOUNDARIES)
def boundary_exists(call: Call) -> None:
    """A permissions boundary is a policy that exists."""
    arn = call.text("PermissionsBoundary")
    if arn and arn not in iam().managed_policies:
        raise Refusal(
            "NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.", 404
        )
