"""Fields of IAM responses that moto leaves out or encodes differently."""

from __future__ import annotations

from moto.core.serialize import url_encode
from moto.iam.models import ManagedPolicy
from moto.iam.responses import IamResponse

from . import patch
from .iam_names import API
from .iam_policies import BOUNDARIES, roles_with_boundary


@patch(page=BOUNDARIES)
def boundary_usage_count() -> None:
    """A policy has the number of roles that use it as a permissions boundary."""
    ManagedPolicy.permissions_boundary_usage_count = property(
        lambda policy: len(roles_with_boundary(policy.arn))
    )


@patch(page=f"{API}API_GetAccountAuthorizationDetails.html")
def policy_details() -> None:
    """The details of a policy include its name and id."""
    ManagedPolicy.policy_name = property(lambda policy: policy.name)
    ManagedPolicy.policy_id = property(lambda policy: policy.id)


@patch(page=f"{API}API_GetPolicyVersion.html")
def documents_percent_encoded() -> None:
    """Policy documents are percent-encoded (RFC 3986) in all responses."""
    IamResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER.update(
        {
            "GetPolicyVersionResponse.PolicyVersion.Document": url_encode,
            "ListRolesResponse.Roles.Role.AssumeRolePolicyDocument": url_encode,
            "GetAccountAuthorizationDetailsResponse.RoleDetailList.RoleDetail"
            ".AssumeRolePolicyDocument": url_encode,
        }
    )
