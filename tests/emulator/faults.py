"""Faults on request: errors, throttling, lost responses, broken connections.

A fault selects calls (service and action, `*` for any, and optionally values of
parameters), lets the first `skip` of them pass, and affects the next `times`, each with the
probability `share`.

- `error`: responds with `code` and `message`; the call has no effect.
- `throttle`: responds with the service's throttling error; no effect.
- `reset`: breaks the connection; no effect.
- `lost`: the call takes effect, then the connection breaks, so the caller cannot
  know whether it did.
- `error_after`: the call takes effect, then the response is `code`.
- `hold`, `hold_after`: the call waits, before or after its effect, until the faults
  are cleared; in the meantime, a test kills the caller.
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import Any

from . import protocol
from .protocol import ApiError, Call, Response

MODES = {"error", "throttle", "reset", "lost", "error_after", "hold", "hold_after"}

# Code, message and status of each service's throttling error, from "Error retries and exponential
# backoff in AWS" and the services' lists of common errors.
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
    """One fault, and how often it was triggered."""

    mode: str
    service: str = "*"
    action: str = "*"
    where: dict[str, str] = field(default_factory=dict)
    skip: int = 0
    times: int = 1
    share: float = 1.0
    writes_only: bool = False
    code: str = "AccessDenied"
    message: str = "a fault injected by the test"
    status: int = 403
    triggered: int = 0
    cleared: threading.Event = field(default_factory=threading.Event)

    @property
    def takes_effect(self) -> bool:
        """Whether the call takes effect in spite of the fault."""
        return self.mode in {"lost", "error_after", "hold_after"}

    def matches(self, call: Call) -> bool:
        """Whether this fault selects a call."""
        return (
            self.service in ("*", call.service)
            and self.action in ("*", call.action)
            and not (self.writes_only and call.action.startswith(READS))
            and all(call.params.get(key) == value for key, value in self.where.items())
        )

    def wait(self) -> None:
        """Hold a call until the fault is cleared. Call it without the emulator's lock."""
        if self.mode in {"hold", "hold_after"}:
            # A limit, so that a forgotten fault does not block the server thread forever.
            self.cleared.wait(120)

    def response(self, call: Call) -> Response | None:
        """The response to the caller; `None` means a broken connection."""
        if self.mode in {"reset", "lost", "hold", "hold_after"}:
            return None
        if self.mode == "throttle":
            default = ("ThrottlingException", "Rate exceeded", 400)
            return protocol.render_error(call, ApiError(*_THROTTLES.get(call.service, default)))
        return protocol.render_error(call, ApiError(self.code, self.message, self.status))


class Faults:
    """The armed faults."""

    def __init__(self) -> None:
        self.armed: list[Fault] = []
        self.random = random.Random(1)

    def add(self, specification: dict[str, Any]) -> Fault:
        """Arm a fault; raises `ValueError` or `TypeError` for unknown modes and fields."""
        fault = Fault(**specification)
        if fault.mode not in MODES:
            raise ValueError(f"unknown fault mode `{fault.mode}`: one of {sorted(MODES)}")
        self.armed.append(fault)
        return fault

    def match(self, call: Call) -> Fault | None:
        """The fault that a call triggers, if any; counts it."""
        for fault in self.armed:
            if not fault.matches(call) or fault.triggered >= fault.times:
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if self.random.random() >= fault.share:
                continue
            fault.triggered += 1
            return fault
        return None

    def clear(self) -> None:
        """Remove all faults, and release the calls that they hold."""
        for fault in self.armed:
            fault.cleared.set()
        self.armed.clear()
