"""Starts an emulator for the tests in this directory; provides boto3 clients and helpers."""

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

# Set by `test_rules.py`, which runs these tests again on bare moto, without the rules.
BARE_VARIABLE = "EMULATOR_TESTS_ON_BARE_MOTO"
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
    """The emulator's URL. The first call starts it; it stops when this process exits."""
    global _server, _endpoint
    if _server is None:
        command = [sys.executable, "-m", "emulator", "--follow-stdin"]
        if os.environ.get(BARE_VARIABLE):
            command.append("--bare")
        _server = subprocess.Popen(
            command,
            cwd=Path(__file__).resolve().parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert _server.stdout is not None
        atexit.register(_stop, _server)
        _endpoint = json.loads(_server.stdout.readline())["endpoint"]
    return _endpoint


def _stop(server: subprocess.Popen) -> None:
    """Stop the emulator and close its pipes."""
    server.kill()
    server.communicate()


def control(method: str, operation: str, body: Any = None) -> Any:
    """Send a request to the control API; returns its JSON response."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{endpoint()}/_emulator/{operation}", data, method=method)
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def document(*statements: dict[str, Any]) -> str:
    """A policy document with these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str = "s3:GetObject", resource: str = "*") -> dict[str, Any]:
    """A statement of an identity policy."""
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def tests_rules(*rules: str) -> Callable:
    """Mark a test as a test of these rules; it must fail on bare moto."""

    def mark(test: Callable) -> Callable:
        test.rules = rules  # type: ignore[attr-defined]
        return test

    return mark


class EmulatorTest(unittest.TestCase):
    """A test that starts with an empty account."""

    def setUp(self) -> None:
        """Delete all resources of the account."""
        control("POST", "reset")

    @staticmethod
    @functools.cache
    def client(service: str) -> Any:
        """A client without retries and without validation of parameters."""
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

    def assert_error(self, code: str, call: Callable, **params: Any) -> ClientError:
        """Assert that a call fails with an error code; returns the error."""
        with self.assertRaises(ClientError) as caught:
            call(**params)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception

    def role(self, name: str = "worker", **more: Any) -> str:
        """Create a role that SageMaker is allowed to assume; returns its ARN."""
        created = self.client("iam").create_role(
            RoleName=name, AssumeRolePolicyDocument=TRUST, **more
        )
        return created["Role"]["Arn"]

    def policy(self, name: str = "reader") -> str:
        """Create a managed policy; returns its ARN."""
        created = self.client("iam").create_policy(
            PolicyName=name, PolicyDocument=document(allow())
        )
        return created["Policy"]["Arn"]
