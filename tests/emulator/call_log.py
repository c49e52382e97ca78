"""A log of API calls for tests: each call in order, with its result."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from .faults import Fault
from .protocol import Call, Response

# Parameters that identify a call. The others are left out, since documents and bodies are long.
_PARAMETERS = (
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
    """One call. `status` is 0 if the connection was broken."""

    n: int
    service: str
    action: str
    params: dict[str, Any]
    status: int = 0
    code: str | None = None
    fault: str | None = None


class CallLog:
    """All API calls since the start, or since the log was cleared."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def start(self, call: Call, fault: Fault | None) -> Entry:
        """Add a call, before it has a response."""
        params = {key: call.params[key] for key in _PARAMETERS if key in call.params}
        entry = Entry(len(self.entries) + 1, call.service, call.action, params)
        entry.fault = fault.mode if fault else None
        self.entries.append(entry)
        return entry

    @staticmethod
    def finish(entry: Entry, response: Response | None) -> None:
        """Add the result to an entry; `None` means a broken connection."""
        if response is not None:
            entry.status, entry.code = response.status, response.error_code()

    def clear(self) -> None:
        """Delete all entries."""
        self.entries.clear()

    def to_json(self) -> dict[str, Any]:
        """All entries, and the number of calls by `service:Action`."""
        counts: dict[str, int] = {}
        for entry in self.entries:
            name = f"{entry.service}:{entry.action}"
            counts[name] = counts.get(name, 0) + 1
        return {"calls": [asdict(entry) for entry in self.entries], "counts": counts}
