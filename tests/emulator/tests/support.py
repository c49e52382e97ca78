"""An emulator for the tests of this directory, and boto3 clients for it."""

from __future__ import annotations

import atexit
import functools
import json
import os
import subprocess
import sys
import unittest
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

# Set by `test_bare.py`, which runs all these tests without our layer.
BARE = "EMULATOR_TESTS_ON_BARE_MOTO"
ACCOUNT = "123456789012"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": "sagemaker.amazonaws.com"},
            }
        ],
    }
)

_server: subprocess.Popen | None = None
_endpoint = ""


def endpoint() -> str:
    """Where the emulator listens; the first caller starts it, and it ends with us."""
    global _server, _endpoint
    if _server is None:
        command = [sys.executable, "-m", "emulator", "--follow-stdin"]
        if os.environ.get(BARE):
            command.append("--bare")
        _server = subprocess.Popen(
            command,
            cwd=Path(__file__).resolve().parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert _server.stdout is not None
        atexit.register(_end, _server)
        _endpoint = json.loads(_server.stdout.readline())["endpoint"]
    return _endpoint


def _end(server: subprocess.Popen) -> None:
    """Stop the emulator and close its pipes."""
    server.kill()
    server.communicate()


def control(method: str, what: str, body: Any = None) -> Any:
    """Ask the emulator itself."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{endpoint()}/_emulator/{what}", data, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def document(*statements: dict[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str = "s3:GetObject", resource: str = "*") -> dict[str, Any]:
    """A statement of an identity policy."""
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def holds(*rules: str) -> Callable:
    """Marks a test as showing that these rules hold; it must fail on bare moto."""

    def mark(test: Callable) -> Callable:
        test.rules = rules  # type: ignore[attr-defined]
        return test

    return mark


class EmulatorTest(unittest.TestCase):
    """A test with an empty account of its own."""

    def setUp(self) -> None:
        """Empty the account."""
        control("POST", "reset")

    @staticmethod
    @functools.cache
    def client(service: str) -> Any:
        """A client that neither retries nor judges its own input."""
        return boto3.client(
            service,
            endpoint_url=endpoint(),
            region_name="us-east-1",
            aws_access_key_id="AKIATEST",
            aws_secret_access_key="secret",
            config=Config(
                retries={"total_max_attempts": 1},
                parameter_validation=False,
                read_timeout=10,
                s3={"addressing_style": "path"},
            ),
        )

    def refused(self, code: str, call: Callable, **params: Any) -> ClientError:
        """The call must fail with that code."""
        with self.assertRaises(ClientError) as caught:
            call(**params)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception

    def role(self, name: str = "worker", **more: Any) -> str:
        """Make a role that SageMaker may assume; its ARN."""
        made = self.client("iam").create_role(
            RoleName=name, AssumeRolePolicyDocument=TRUST, **more
        )
        return made["Role"]["Arn"]

    def policy(self, name: str = "reader") -> str:
        """Make a managed policy; its ARN."""
        made = self.client("iam").create_policy(
            PolicyName=name, PolicyDocument=document(allow())
        )
        return made["Policy"]["Arn"]
