"""A client for calls that do not come from the program under test.

The seed uses it, and tests that change AWS resources outside Terraform. The same
rules and the same lock apply; faults do not, and the calls are not logged.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from . import ACCOUNT, REGION, protocol
from .protocol import JSON_SERVICES, Response

if TYPE_CHECKING:
    from .server import Emulator

_TARGETS = {
    "dynamodb": "DynamoDB_20120810",
    "sagemaker": "SageMaker",
    "kms": "TrentService",
    "logs": "Logs_20140328",
    "identitystore": "AWSIdentityStore",
    "budgets": "AWSBudgetServiceGateway",
    "tagging": "ResourceGroupsTaggingAPI_20170126",
}
_VERSIONS = {"iam": "2010-05-08", "sts": "2011-06-15", "ec2": "2016-11-15"}


class CallFailed(Exception):
    """An internal call returned an error."""


def call(
    emulator: Emulator, service: str, action: str, params: dict[str, Any]
) -> Response:
    """Call an action of a service with the Query or JSON protocol."""
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
) -> Response:
    """Call S3 with a path-style URL."""
    return _send(emulator, "s3", method, path, query, body, {})


def _flatten(params: dict[str, Any]) -> dict[str, str]:
    """Encode lists as `Name.member.N`, and dictionaries in lists as `Name.member.N.Key`."""
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
) -> Response:
    """Build a WSGI environment and handle it as a request."""
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
    parsed = protocol.parse_request(environ, body)
    with emulator.lock:
        return emulator.perform(parsed, environ, body)


def require_success(response: Response) -> Response:
    """The response; raises `CallFailed` if it is an error."""
    if response.status >= 300:
        raise CallFailed(f"{response.status}: {response.body.decode('utf-8', 'replace')}")
    return response
