"""Whether a notebook instance gets its role."""

from __future__ import annotations

import base64
from typing import Any

from botocore.exceptions import ClientError

from .access import Access
from .check import Untried
from .model import DG, Belief, document, tags

NOTEBOOK = Belief(
    "source-account-of-notebooks",
    "SageMaker sets `aws:SourceAccount` when it assumes the role of a notebook instance (trust policies of members).",
    f"{DG}/security-confused-deputy-prevention.html",
    "No notebook instance starts with the roles of members. Nothing is open. Open an issue with this output.", [],
)


class Notebooks:
    """The notebook instances of a run."""

    def __init__(self, access: Access) -> None:
        self._access, self._where = access, access.where

    def start(self) -> str:
        """Start an instance with a role that is trusted as those of members, and see whether it gets the role.

        If it does not, another one whose role is trusted without the condition tells whether that is the reason.
        """
        given = {"NotebookInstanceLifecycleConfigName": self._where.name}
        script = f"#!/bin/bash\nset -e\naws sts get-caller-identity --region {self._where.region}\n"
        content = base64.b64encode(script.encode()).decode()
        self._access.client("sagemaker").create_notebook_instance_lifecycle_config(**given, OnStart=[{"Content": content}])
        found = self._started("source", {"Condition": {"StringEquals": {"aws:SourceAccount": self._where.account}}})
        if found:
            without = self._started("control", {})
            if without:
                raise Untried(f"{found} Without the condition, too: {without}")
        return found

    def _started(self, word: str, condition: dict[str, Any]) -> str:
        """Start an instance with a role of its own; returns why it is not in service."""
        name, sagemaker = f"{self._where.name}-{word}", self._access.client("sagemaker")
        trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole", **condition}
        made = self._access.client("iam").create_role(
            Path=self._where.path, RoleName=name, AssumeRolePolicyDocument=document([trust])
        )

        def refused() -> str:
            try:
                sagemaker.create_notebook_instance(
                    NotebookInstanceName=name, InstanceType="ml.t3.medium", RoleArn=made["Role"]["Arn"], RootAccess="Disabled",
                    LifecycleConfigName=self._where.name, Tags=tags(project=self._where.token),
                )
            except ClientError as error:
                # As long as IAM has not spread the new role, and also if the trust policy does not match.
                if error.response["Error"]["Code"] != "ValidationException":
                    raise
                # The call can have had an effect, and been repeated.
                return "" if self.status(name) else str(error)
            return ""

        try:
            self._access.until(f"SageMaker takes the role of {name}", refused)
        except TimeoutError as error:
            return str(error)
        self._access.until(f"{name} is no longer pending", lambda: "Pending" if self.status(name) == "Pending" else "", minutes=15)
        status = self.status(name)
        if status == "InService":
            return ""
        return f"{name} is {status}: {sagemaker.describe_notebook_instance(NotebookInstanceName=name).get('FailureReason', '')}."

    def status(self, name: str) -> str:
        """The status of a notebook instance; empty if there is none."""
        found = self._access.described("notebook_instance", NotebookInstanceName=name)
        return found["NotebookInstanceStatus"] if found else ""

    def delete(self, name: str) -> None:
        """Delete an instance, and wait until it is gone."""
        given, sagemaker = {"NotebookInstanceName": name}, self._access.client("sagemaker")

        def missing() -> str:
            status = self.status(name)
            try:
                if status == "InService":
                    sagemaker.stop_notebook_instance(**given)
                elif status in ("Stopped", "Failed"):
                    sagemaker.delete_notebook_instance(**given)
            except ClientError as error:
                # The status can be an old one.
                if error.response["Error"]["Code"] != "ValidationException":
                    raise
            return status

        self._access.until(f"{name} is deleted", missing, minutes=20)
