"""Resources and condition keys of calls on Studio that their parameters alone do not tell.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
"""

from __future__ import annotations

from .. import ACCOUNT
from ..arns import PARTITION
from ..protocol import Call
from ..rules.studio_state import PROFILE, SPACE, STUDIO, owner_of

_APPS = ("CreateApp", "DescribeApp", "DeleteApp")
_SPACES = ("CreateSpace", "UpdateSpace", "DeleteSpace", *_APPS)
# An id that no domain has: that of a new one is not known when the call is decided.
_NEW = "d-new"


def resources(call: Call) -> list[str]:
    """The ARNs that a call is about; none if its parameters have them.

    The type of an app is in lower case in ARNs, and as it is written in policies of AWS
    (SageMakerStudioProjectRoleMachineLearningPolicy has both), so both have to be allowed. AWS names
    the space where the reference has the profile.
    """
    if call.service != "sagemaker":
        return []
    base = f"arn:{PARTITION}:sagemaker:{call.region}:{ACCOUNT}"
    p = call.params
    if call.action == "CreateDomain":
        return [f"{base}:domain/{_NEW}"]
    owner = p.get("SpaceName") or p.get("UserProfileName")
    if call.action not in _APPS or not owner:
        return []
    kind = call.string("AppType")
    kinds = dict.fromkeys((kind.lower(), kind))
    return [f"{base}:app/{p.get('DomainId')}/{owner}/{each}/{p.get('AppName')}" for each in kinds]


def context(call: Call) -> dict[str, str]:
    """Owner and sharing of the space that a call is about, where one is."""
    if call.action not in _SPACES or "SpaceName" not in call.params:
        return {}
    domain = call.string("DomainId")
    space = STUDIO.find(SPACE, domain, call.string("SpaceName"))
    if space is not None:
        owner = owner_of(space)
        sharing = (space.settings.get("SpaceSharingSettings") or {}).get("SharingType")
    elif call.action == "CreateSpace":
        owner = (call.params.get("OwnershipSettings") or {}).get("OwnerUserProfileName")
        sharing = None  # It is in the parameters.
    else:
        return {}
    found = {"SpaceSharingType": sharing} if sharing else {}
    if owner:
        base = f"arn:{PARTITION}:sagemaker:{call.region}:{ACCOUNT}"
        found["OwnerUserProfileArn"] = f"{base}:{PROFILE}/{domain}/{owner}"
    return found
