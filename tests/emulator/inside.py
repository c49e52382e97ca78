"""Calls that don't come from the program under test.

The seed, and tests that act as "someone else" behind Terraform's back, call
AWS through here: the same rules and the same lock, no faults, no log.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from . import ACCOUNT, REGION, wire
from .wire import JSON_SERVICES, Answer

if TYPE_CHECKING:
    from .server import Emulator

_TARGETS = {
    "dynamodb": "DynamoDB_20120810",
    "sagemaker": "SageMaker",
    "kms": "TrentService",
    "logs": "Logs_20140328",
}
_VERSIONS = {"iam": "2010-05-08", "sts": "2011-06-15", "ec2": "2016-11-15"}


class CallFailed(Exception):
    """An inside call that AWS would have refused."""


def call(
    emulator: Emulator, service: str, action: str, params: dict[str, Any]
) -> Answer:
    """Make one call of a Query or JSON service."""
    if service in JSON_SERVICES:
        body = json.dumps(params).encode()
        extra = {
            "HTTP_X_AMZ_TARGET": f"{_TARGETS[service]}.{action}",
            "CONTENT_TYPE": "application/x-amz-json-1.1",
        }
    else:
        form = {"Action": action, "Version": _VERSIONS[service], **_flatten(params)}
        body = urlencode(form).encode()
        extra = {"CONTENT_TYPE": "application/x-www-form-urlencoded; charset=utf-8"}
    return _send(emulator, service, "POST", "/", "", body, extra)


def s3(
    emulator: Emulator, method: str, path: str, query: str = "", body: bytes = b""
) -> Answer:
    """Make one call of S3, path-style."""
    return _send(emulator, "s3", method, path, query, body, {})


def _flatten(params: dict[str, Any]) -> dict[str, str]:
    """Lists as `Name.member.N`, dictionaries in them as `Name.member.N.Key`."""
    flat: dict[str, str] = {}
    for name, value in params.items():
        if not isinstance(value, list):
            flat[name] = str(value)
            continue
        for index, item in enumerate(value, 1):
            if isinstance(item, dict):
                for key, inner in item.items():
                    flat[f"{name}.member.{index}.{key}"] = str(inner)
            else:
                flat[f"{name}.member.{index}"] = str(item)
    return flat


def _send(
    emulator: Emulator,
    service: str,
    method: str,
    path: str,
    query: str,
    body: bytes,
    extra: dict[str, str],
) -> Answer:
    """Build the request's environment and have it answered."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "RAW_URI": quote(path) + (f"?{query}" if query else ""),
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_AUTHORIZATION": (
            f"AWS4-HMAC-SHA256 Credential={ACCOUNT}/20260101/{REGION}/{service}/"
            "aws4_request, SignedHeaders=host, Signature=0"
        ),
        "HTTP_X_AMZ_DATE": "20260101T000000Z",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **extra,
    }
    understood = wire.understand(environ, body)
    with emulator.lock:
        return emulator.perform(understood, environ, body)


def must(answer: Answer) -> Answer:
    """The answer, if the call succeeded."""
    if answer.status >= 300:
        raise CallFailed(f"{answer.status}: {answer.body.decode('utf-8', 'replace')}")
    return answer
