"""What IAM answers of roles and policies that moto leaves out."""

from __future__ import annotations

from moto.core.serialize import url_encode
from moto.iam.models import ManagedPolicy
from moto.iam.responses import IamResponse

from . import patch
from .iam_names import API
from .iam_policies import BOUNDARIES, bounded


@patch(page=BOUNDARIES)
def boundary_usage_count() -> None:
    """A policy tells how many roles have it as their boundary."""
    ManagedPolicy.permissions_boundary_usage_count = property(
        lambda policy: len(bounded(policy.arn))
    )


@patch(page=f"{API}API_GetAccountAuthorizationDetails.html")
def policy_details() -> None:
    """A policy's details carry its name and id."""
    ManagedPolicy.policy_name = property(lambda policy: policy.name)
    ManagedPolicy.policy_id = property(lambda policy: policy.id)


@patch(page=f"{API}API_GetPolicyVersion.html")
def documents_are_encoded() -> None:
    """Documents come percent-encoded (RFC 3986), whichever call gives them."""
    IamResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER.update(
        {
            "GetPolicyVersionResponse.PolicyVersion.Document": url_encode,
            "ListRolesResponse.Roles.Role.AssumeRolePolicyDocument": url_encode,
            "GetAccountAuthorizationDetailsResponse.RoleDetailList.RoleDetail"
            ".AssumeRolePolicyDocument": url_encode,
        }
    )
