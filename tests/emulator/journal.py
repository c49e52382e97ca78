"""The call log that tests read: who asked what, in order, and how it went."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from .faults import Fault
from .wire import Answer, Call

# What tells one call from another; documents and bodies would drown the log.
_KEYS = (
    "RoleName",
    "PolicyName",
    "PolicyArn",
    "TableName",
    "NotebookInstanceName",
    "NotebookInstanceLifecycleConfigName",
    "ResourceArn",
    "Bucket",
    "Key",
    "Prefix",
    "KeyId",
    "PathPrefix",
)


@dataclass
class Entry:
    """One call. `status` is 0 where the connection was broken."""

    n: int
    service: str
    action: str
    params: dict[str, Any]
    status: int = 0
    code: str | None = None
    fault: str | None = None


class Journal:
    """Every AWS call since the start or the last clearing."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def begin(self, call: Call, fault: Fault | None) -> Entry:
        """Note a call before it is answered."""
        params = {key: call.params[key] for key in _KEYS if key in call.params}
        entry = Entry(len(self.entries) + 1, call.service, call.action, params)
        entry.fault = fault.mode if fault else None
        self.entries.append(entry)
        return entry

    @staticmethod
    def end(entry: Entry, answer: Answer | None) -> None:
        """Note how it went."""
        if answer is not None:
            entry.status, entry.code = answer.status, answer.error_code()

    def clear(self) -> None:
        """Start over."""
        self.entries.clear()

    def dump(self) -> dict[str, Any]:
        """The log and the number of calls by `service:Action`."""
        counts: dict[str, int] = {}
        for entry in self.entries:
            name = f"{entry.service}:{entry.action}"
            counts[name] = counts.get(name, 0) + 1
        return {"calls": [asdict(entry) for entry in self.entries], "counts": counts}
