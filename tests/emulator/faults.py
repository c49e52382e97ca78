"""Faults on request: refusals, throttling, lost replies, broken connections.

A fault names the calls it wants (service and action, `*` for any, and
optionally one parameter's value), lets `skip` of them pass, and strikes the next
`times`.

- `error`: answers with `code` and `message`; the call has no effect.
- `throttle`: answers as the service throttles; no effect.
- `reset`: breaks the connection; no effect.
- `lost`: the call takes effect, then the connection breaks: the ambiguous write.
- `error_after`: the call takes effect, then `code` is answered.
- `hold`, `hold_after`: the call waits, before or after its effect, until the faults
  are disarmed; a test kills the caller in the meantime.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from . import wire
from .wire import Answer, Call, Refusal

MODES = {"error", "throttle", "reset", "lost", "error_after", "hold", "hold_after"}

# How each service words throttling: "Error retries and exponential backoff in AWS"
# and the services' own lists of common errors.
_THROTTLES = {
    "iam": ("Throttling", "Rate exceeded", 400),
    "sts": ("Throttling", "Rate exceeded", 400),
    "ec2": ("RequestLimitExceeded", "Request limit exceeded.", 503),
    "s3": ("SlowDown", "Please reduce your request rate.", 503),
    "dynamodb": (
        "ThrottlingException",
        "Throughput exceeds the current capacity of your table or index.",
        400,
    ),
}

READS = ("Get", "List", "Describe", "Head", "BatchGet", "Query", "Scan")


@dataclass
class Fault:
    """One fault and how much of it is left."""

    mode: str
    service: str = "*"
    action: str = "*"
    where: dict[str, str] = field(default_factory=dict)
    skip: int = 0
    times: int = 1
    writes_only: bool = False
    code: str = "AccessDenied"
    message: str = "a fault injected by the test"
    status: int = 403
    struck: int = 0
    disarmed: threading.Event = field(default_factory=threading.Event)

    @property
    def happens(self) -> bool:
        """Whether the call takes effect all the same."""
        return self.mode in {"lost", "error_after", "hold_after"}

    def wants(self, call: Call) -> bool:
        """Whether this fault is about such a call."""
        return (
            self.service in ("*", call.service)
            and self.action in ("*", call.action)
            and not (self.writes_only and call.action.startswith(READS))
            and all(call.params.get(key) == value for key, value in self.where.items())
        )

    def wait(self) -> None:
        """Hold a call until the fault is disarmed. Never while holding the emulator's lock."""
        if self.mode in {"hold", "hold_after"}:
            self.disarmed.wait(120)

    def answer(self, call: Call) -> Answer | None:
        """What the caller gets: nothing means a broken connection."""
        if self.mode in {"reset", "lost", "hold", "hold_after"}:
            return None
        if self.mode == "throttle":
            usual = ("ThrottlingException", "Rate exceeded", 400)
            return wire.refuse(call, Refusal(*_THROTTLES.get(call.service, usual)))
        return wire.refuse(call, Refusal(self.code, self.message, self.status))


class Faults:
    """The faults that wait for their calls."""

    def __init__(self) -> None:
        self.pending: list[Fault] = []

    def add(self, wish: dict[str, Any]) -> Fault:
        """Arm a fault; unknown modes and fields are errors of the test."""
        fault = Fault(**wish)
        if fault.mode not in MODES:
            raise ValueError(f"unknown fault mode `{fault.mode}`: one of {sorted(MODES)}")
        self.pending.append(fault)
        return fault

    def match(self, call: Call) -> Fault | None:
        """The fault that strikes this call, if one does."""
        for fault in self.pending:
            if not fault.wants(call) or fault.struck >= fault.times:
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.struck += 1
            return fault
        return None

    def clear(self) -> None:
        """Disarm all, and let go of what they hold."""
        for fault in self.pending:
            fault.disarmed.set()
        self.pending.clear()
