"""Deletes what runs have made."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .access import Access
from .model import PREFIX, Account, Statement
from .notebook import Notebooks


def runs(access: Access) -> list[str]:
    """Names of the runs in the region whose roles exist."""
    pages = access.client("iam").get_paginator("list_roles").paginate(PathPrefix=access.where.path)
    names = [role["RoleName"] for page in pages for role in page["Roles"]]
    return sorted({"-".join(name.split("-")[:3]) for name in names if name.startswith(f"{PREFIX}-")})


def clean_up(access: Access, name: str) -> list[str]:
    """Delete everything of a run; returns what could not be deleted."""
    left: list[str] = []

    def attempt(what: str, call: Callable[..., Any], **given: str) -> None:
        try:
            call(**given)
        except (BotoCoreError, ClientError, TimeoutError) as error:
            if not (isinstance(error, ClientError) and error.response["Error"]["Code"] == "NoSuchEntity"):
                left.append(f"{what}: {error}")

    def delete(kind: str, **given: str) -> None:
        if access.described(kind, **given):
            getattr(access.client("sagemaker"), f"delete_{kind}")(**given)

    iam = access.client("iam")
    # Without its policy, the role is of no use to anybody.
    attempt(f"policy of role {name}", iam.delete_role_policy, RoleName=name, PolicyName="check")
    notebooks = [f"{name}-source", f"{name}-control"]
    for each in notebooks:
        attempt(f"role {each}", iam.delete_role, RoleName=each)
    # A call that was interrupted can take effect a moment later.
    time.sleep(access.poll)
    for each in notebooks:
        attempt(f"notebook instance {each}", Notebooks(access).delete, name=each)
    # The endpoint configuration and the space cannot have come to be: their calls name what does not exist.
    for kind, given in (
        ("notebook_instance_lifecycle_config", {"NotebookInstanceLifecycleConfigName": name}),
        ("model_package_group", {"ModelPackageGroupName": name}),
        ("endpoint_config", {"EndpointConfigName": f"{name}-none"}),
        ("space", {"DomainId": access.where.domain, "SpaceName": f"{name}-none"}),
    ):
        attempt(f"{kind} {name}", delete, kind=kind, **given)
    if not left:
        attempt(f"role {name}", iam.delete_role, RoleName=name)
    return left


def permissions(where: Account) -> list[Statement]:
    """What the caller has to be allowed, for all checks and for cleaning up."""
    role = f"arn:{where.partition}:iam::{where.account}:role/{PREFIX}/*"
    # A role that does not exist has no path.
    no_role = f"arn:{where.partition}:iam::{where.account}:role/{PREFIX}-*"
    names = f"arn:{where.partition}:sagemaker:*:{where.account}:*/{PREFIX}-*"

    def allow(service: str, actions: str, *resources: str) -> Statement:
        return {"Effect": "Allow", "Action": [f"{service}:{each}" for each in actions.split()], "Resource": list(resources)}

    return [
        allow("iam", "SimulateCustomPolicy ListRoles", "*"),
        allow("iam", "CreateRole TagRole PutRolePolicy PassRole", role),
        allow("iam", "DeleteRolePolicy DeleteRole", role, no_role),
        allow("sts", "AssumeRole", role),
        allow("sagemaker", "AddTags CreateModelPackageGroup DescribeModelPackageGroup DeleteModelPackageGroup DescribeEndpointConfig "
              "DeleteEndpointConfig DescribeSpace DeleteSpace CreateNotebookInstance DescribeNotebookInstance StopNotebookInstance "
              "DeleteNotebookInstance CreateNotebookInstanceLifecycleConfig DescribeNotebookInstanceLifecycleConfig "
              "DeleteNotebookInstanceLifecycleConfig", names),
    ]
