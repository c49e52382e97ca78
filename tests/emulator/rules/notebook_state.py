"""The notebook instances and lifecycle configurations of the account.

This store replaces moto's, whose instances change their status immediately and in
any order. Here a transition finishes after its instance has been described or
listed `STORE.transition_polls` times, so no test depends on a clock.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from .. import ACCOUNT
from ..protocol import ApiError
from . import on_reset

NEXT = {
    "Pending": "InService",
    "Stopping": "Stopped",
    "Updating": "Stopped",
    "Deleting": None,
}

# A fixed time, so that results are the same in every run.
EPOCH = 1_790_000_000.0


@dataclass
class Notebook:
    """One notebook instance, with the field names of DescribeNotebookInstance."""

    name: str
    region: str
    status: str
    settings: dict[str, Any]
    tags: dict[str, str] = field(default_factory=dict)
    polls: int = 0
    failure: str | None = None
    created: float = EPOCH
    modified: float = EPOCH

    @property
    def role_arn(self) -> str:
        """The execution role."""
        return self.settings["RoleArn"]

    @property
    def arn(self) -> str:
        """The ARN; AWS converts the name to lower case in it."""
        return notebook_arn(self.region, self.name)

    def describe(self) -> dict[str, Any]:
        """The response of DescribeNotebookInstance."""
        digest = hashlib.sha256(self.name.encode()).hexdigest()
        body = {
            "NotebookInstanceArn": self.arn,
            "NotebookInstanceName": self.name,
            "NotebookInstanceStatus": self.status,
            "LastModifiedTime": self.modified,
            "CreationTime": self.created,
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
        """Delete everything, and reset the settings."""
        self.notebooks: dict[str, Notebook] = {}
        self.configs: dict[str, dict[str, Any]] = {}
        #: Tags of lifecycle configurations, by ARN.
        self.config_tags: dict[str, dict[str, str]] = {}
        self.failing: dict[str, str] = {}
        self.transition_polls = 2
        self.clock = EPOCH

    def now(self) -> float:
        """A time that is later than all before."""
        self.clock += 1
        return self.clock

    def add(self, notebook: Notebook) -> None:
        """Keep a new instance."""
        notebook.created = notebook.modified = self.now()
        self.notebooks[notebook.name] = notebook

    def get(self, name: str) -> Notebook:
        """The instance; raises AWS's error if there is none."""
        try:
            return self.notebooks[name]
        except KeyError:
            raise ApiError("ValidationException", "RecordNotFound") from None

    def by_arn(self, arn: str) -> Notebook:
        """The instance with an ARN; raises AWS's error if there is none."""
        for notebook in self.notebooks.values():
            if notebook.arn == arn:
                return notebook
        raise ApiError("ValidationException", "RecordNotFound")

    def poll(self, name: str) -> None:
        """Count one poll of an instance, and finish its transition if it is due."""
        notebook = self.notebooks.get(name)
        if notebook is None or notebook.status not in NEXT:
            return
        notebook.polls += 1
        if notebook.polls > self.transition_polls:
            self._finish(notebook)

    def start(self, notebook: Notebook, status: str) -> None:
        """Set the status, which starts a transition unless it is a final one."""
        notebook.status, notebook.polls = status, 0
        notebook.modified = self.now()

    def _finish(self, notebook: Notebook) -> None:
        target = NEXT[notebook.status]
        if target is None:
            del self.notebooks[notebook.name]
            return
        reason = self.failing.pop(notebook.name, None)
        if reason is not None:
            notebook.failure, target = reason, "Failed"
        self.start(notebook, target)

    def finish_transitions(self) -> None:
        """Finish all transitions in progress."""
        for notebook in list(self.notebooks.values()):
            # A deleted instance is no longer in the store, but still has the status Deleting.
            while notebook.status in NEXT and notebook.name in self.notebooks:
                self._finish(notebook)

    def set_status(self, name: str, status: str, reason: str | None) -> None:
        """Set the status of an instance, or with `fail_next` make its next transition fail."""
        if status == "fail_next":
            self.failing[name] = reason or "out of capacity"
            return
        notebook = self.notebooks[name]
        notebook.failure = reason
        self.start(notebook, status)


STORE = Store()
on_reset(STORE.clear)
