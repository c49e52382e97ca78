"""An account as its administrator reaches it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from .model import Account

NOT_FOUND = {"NoSuchEntity", "RecordNotFound", "ResourceNotFound", "ResourceNotFoundException", "ValidationException"}
# How many looks at something that changes make a minute, five seconds apart.
LOOKS = 12
CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=10, read_timeout=60)


class Access:
    """Clients with the caller's credentials, and waiting."""

    def __init__(self, session: Any, where: Account, poll_seconds: float) -> None:
        self.session, self.where, self.poll = session, where, poll_seconds
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """A client with the caller's credentials."""
        if service not in self._clients:
            self._clients[service] = self.session.client(service, config=CONFIG)
        return self._clients[service]

    def described(self, kind: str, **given: str) -> dict[str, Any] | None:
        """The description of something of SageMaker's, or nothing if it does not exist."""
        try:
            return getattr(self.client("sagemaker"), f"describe_{kind}")(**given)
        except ClientError as error:
            if error.response["Error"]["Code"] in NOT_FOUND:
                return None
            raise

    def until(self, what: str, missing: Callable[[], str], minutes: int = 2) -> None:
        """Wait until nothing is missing."""
        # The deadline is in looks, so that it does not depend on how fast the clock runs.
        for _ in range(minutes * LOOKS):
            found = missing()
            if not found:
                return
            time.sleep(self.poll)
        raise TimeoutError(f"Not within {minutes} minutes: {what} ({found}).")
