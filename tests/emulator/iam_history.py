"""Snapshots of IAM, one after each call that changes it.

They show what a role was allowed to do between two calls, so a test can check that
it was never allowed too much in between.
"""

from __future__ import annotations

from typing import Any

from .account_state import account_state
from .faults import READS
from .protocol import Call


class IamHistory:
    """The snapshots taken so far."""

    def __init__(self) -> None:
        self.snapshots: list[dict[str, Any]] = []

    def record(self, call: Call) -> None:
        """Take a snapshot if the call was a write to IAM."""
        if call.service == "iam" and not call.action.startswith(READS):
            state = account_state()
            snapshot = {kind: state[kind] for kind in ("roles", "policies")}
            self.snapshots.append({"after": call.action, **snapshot})
