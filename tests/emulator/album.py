"""Pictures of IAM, one after each call that changes it.

What a role may do between two calls is seen only here: a test looks through the
album for a moment in which it was more than it should.
"""

from __future__ import annotations

from typing import Any

from .faults import READS
from .wire import Call
from .world import world


class Album:
    """The pictures so far."""

    def __init__(self) -> None:
        self.pictures: list[dict[str, Any]] = []

    def take(self, call: Call) -> None:
        """Take one, if the call was to IAM and no mere look."""
        if call.service == "iam" and not call.action.startswith(READS):
            now = world()
            picture = {kind: now[kind] for kind in ("roles", "policies")}
            self.pictures.append({"after": call.action, **picture})
