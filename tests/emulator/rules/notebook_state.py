"""Notebook instances and lifecycle configurations: what exists and in which state.

moto's notebook instances change state at once and in any order, so this store
stands in their place. Time is counted in looks: a transition is over when its
instance has been described (or listed) `STORE.describes` times. No clock is read.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from .. import ACCOUNT
from ..wire import Refusal
from . import on_reset

NEXT = {
    "Pending": "InService",
    "Stopping": "Stopped",
    "Updating": "Stopped",
    "Deleting": None,
}

# Made-up but valid time: what the tests compare must not change from run to run.
EPOCH = 1_790_000_000.0


@dataclass
class Notebook:
    """One notebook instance, in the words of DescribeNotebookInstance."""

    name: str
    region: str
    status: str
    settings: dict[str, Any]
    tags: dict[str, str] = field(default_factory=dict)
    looks: int = 0
    failure: str | None = None
    modified: float = EPOCH

    @property
    def role_arn(self) -> str:
        """The execution role."""
        return self.settings["RoleArn"]

    @property
    def arn(self) -> str:
        """AWS writes the name in lower case here."""
        return notebook_arn(self.region, self.name)

    def describe(self) -> dict[str, Any]:
        """The answer of DescribeNotebookInstance."""
        digest = hashlib.sha256(self.name.encode()).hexdigest()
        body = {
            "NotebookInstanceArn": self.arn,
            "NotebookInstanceName": self.name,
            "NotebookInstanceStatus": self.status,
            "LastModifiedTime": self.modified,
            "CreationTime": EPOCH,
            **self.settings,
        }
        if "SubnetId" in body:
            body["NetworkInterfaceId"] = f"eni-{digest[:17]}"
        if self.status not in ("Pending", "Deleting"):
            body["Url"] = f"{self.name.lower()}.notebook.{self.region}.sagemaker.aws"
        if self.failure and self.status == "Failed":
            body["FailureReason"] = self.failure
        return body


def notebook_arn(region: str, name: str) -> str:
    """The ARN of a notebook instance of that name."""
    return f"arn:aws:sagemaker:{region}:{ACCOUNT}:notebook-instance/{name.lower()}"


class Store:
    """All notebook instances and lifecycle configurations of the account."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.notebooks: dict[str, Notebook] = {}
        self.configs: dict[str, dict[str, Any]] = {}
        self.doomed: dict[str, str] = {}
        self.describes = 2

    def get(self, name: str) -> Notebook:
        """The instance, or the error that AWS gives for a missing one."""
        try:
            return self.notebooks[name]
        except KeyError:
            raise Refusal("ValidationException", "RecordNotFound") from None

    def by_arn(self, arn: str) -> Notebook:
        """The instance with that ARN."""
        for notebook in self.notebooks.values():
            if notebook.arn == arn:
                return notebook
        raise Refusal("ValidationException", "RecordNotFound")

    def look(self, name: str) -> None:
        """Count one look at an instance, and finish its transition when it is due."""
        notebook = self.notebooks.get(name)
        if notebook is None or notebook.status not in NEXT:
            return
        notebook.looks += 1
        if notebook.looks > self.describes:
            self._finish(notebook)

    def enter(self, notebook: Notebook, status: str) -> None:
        """Begin a transition."""
        notebook.status, notebook.looks = status, 0
        notebook.modified += 1

    def _finish(self, notebook: Notebook) -> None:
        following = NEXT[notebook.status]
        if following is None:
            del self.notebooks[notebook.name]
            return
        doom = self.doomed.pop(notebook.name, None)
        if doom is not None:
            notebook.failure, following = doom, "Failed"
        self.enter(notebook, following)

    def settle(self) -> None:
        """Finish whatever is under way."""
        for notebook in list(self.notebooks.values()):
            while notebook.status in NEXT and notebook.name in self.notebooks:
                self._finish(notebook)

    def force(self, name: str, status: str, reason: str | None) -> None:
        """Put an instance into a state, or (`doomed`) let its next transition fail."""
        if status == "doomed":
            self.doomed[name] = reason or "out of capacity"
            return
        notebook = self.notebooks[name]
        notebook.failure = reason
        self.enter(notebook, status)


STORE = Store()
on_reset(STORE.clear)
