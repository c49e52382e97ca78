"""Parses requests and renders responses in the protocols of AWS services.

There are three protocols: Query (IAM, STS, EC2: a form with `Action=`), JSON
(DynamoDB, SageMaker, KMS, Logs: an `X-Amz-Target` header) and REST with XML (S3:
method, path and query).
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote
from xml.sax.saxutils import escape

from . import REGION

JSON_SERVICES = {"dynamodb", "sagemaker", "kms", "logs", "ecr", "identitystore", "budgets", "tagging"}
# Services with REST and JSON, whose errors have their code in a header.
REST_SERVICES = {"bedrock", "codeartifact", "scheduler"}
XML = "text/xml"

# Query parameters that select an S3 operation: `GET /b?policy` is GetBucketPolicy.
_S3_SUBRESOURCES = {
    "policyStatus": "BucketPolicyStatus",
    "policy": "BucketPolicy",
    "versioning": "BucketVersioning",
    "encryption": "BucketEncryption",
    "publicAccessBlock": "PublicAccessBlock",
    "ownershipControls": "BucketOwnershipControls",
    "tagging": "BucketTagging",
    "lifecycle": "BucketLifecycleConfiguration",
    "acl": "BucketAcl",
    "cors": "BucketCors",
    "logging": "BucketLogging",
    "location": "BucketLocation",
}


class ApiError(Exception):
    """An AWS error response, independent of the protocol."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status


@dataclass
class Response:
    """An HTTP response."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; empty if it is not one."""
        try:
            parsed = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return parsed if isinstance(parsed, dict) else {}

    def error_code(self) -> str | None:
        """The AWS error code in this response, if it is an error."""
        if self.status < 300:
            return None
        text = self.body.decode("utf-8", "replace")
        found = re.search(r"<Code>([^<]+)</Code>", text)
        if found:
            return found.group(1)
        kind = self.json().get("__type")
        return str(kind).rsplit("#", 1)[-1] if kind else str(self.status)


@dataclass
class Call:
    """One API call."""

    service: str
    action: str
    params: dict[str, Any]
    method: str = "POST"
    path: str = "/"
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    region: str = REGION

    def string(self, name: str) -> str:
        """A parameter as a string, empty if it is missing."""
        value = self.params.get(name)
        return value if isinstance(value, str) else ""


def parse_request(environ: dict[str, Any], body: bytes) -> Call:
    """Determine service, action and parameters of a request."""
    headers = {
        key[5:].replace("_", "-").lower(): value
        for key, value in environ.items()
        if key.startswith("HTTP_") and isinstance(value, str)
    }
    method = environ["REQUEST_METHOD"]
    path = environ.get("PATH_INFO", "/").encode("latin-1").decode("utf-8", "replace")
    query = {
        key: values[0]
        for key, values in parse_qs(
            environ.get("QUERY_STRING", ""), keep_blank_values=True
        ).items()
    }
    service, region = _scope(headers)
    call = Call(
        service, "", {}, method, path, query, headers, body, region or REGION
    )
    target = headers.get("x-amz-target", "")
    form = environ.get("CONTENT_TYPE", "").startswith(
        "application/x-www-form-urlencoded"
    )
    if target:
        call.action = target.rsplit(".", 1)[-1]
        # `_scope` returned S3 because the request is not signed; the target has the service.
        if service == "s3":
            call.service = target.split("_", 1)[0].split(".", 1)[0].lower()
        try:
            parsed = json.loads(body or b"{}")
        except ValueError:
            parsed = {}
        call.params = parsed if isinstance(parsed, dict) else {}
    elif form and b"Action=" in body:
        flat = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
        call.params = _nest({key: values[0] for key, values in flat.items()})
        call.action = str(call.params.pop("Action", ""))
    elif service == "s3":
        call.action, call.params = _s3(method, path, query, headers)
    elif service == "scheduler":
        call.action, call.params = _scheduler(method, path, query, body)
    return call


def _scheduler(
    method: str, path: str, query: dict[str, str], body: bytes
) -> tuple[str, dict[str, Any]]:
    """Operation and parameters of a request of EventBridge Scheduler about one schedule or group."""
    _, kind, name = [*path.split("/", 2), "", ""][:3]
    noun = {"schedules": "Schedule", "schedule-groups": "ScheduleGroup"}.get(kind)
    verb = {"POST": "Create", "PUT": "Update", "GET": "Get", "DELETE": "Delete"}.get(method)
    if not (noun and verb and name):
        return "", {}
    params = json.loads(body or b"{}")
    if "groupName" in query:
        params["GroupName"] = query["groupName"]
    return f"{verb}{noun}", {**params, "Name": unquote(name)}


def _scope(headers: dict[str, str]) -> tuple[str, str]:
    """Service and region from the credential scope of the signature; S3 if there is none."""
    found = re.search(
        r"Credential=[^/]+/\d{8}/([^/]+)/([^/]+)/aws4_request",
        headers.get("authorization", ""),
    )
    return (found.group(2).lower(), found.group(1)) if found else ("s3", REGION)


def _nest(flat: dict[str, str]) -> dict[str, Any]:
    """Convert `Tags.member.1.Key` to lists and dictionaries (lists of one level)."""
    nested: dict[str, Any] = {}
    lists: dict[str, dict[int, Any]] = {}
    for key, value in flat.items():
        found = re.fullmatch(r"([A-Za-z]+)\.member\.(\d+)(?:\.([A-Za-z]+))?", key)
        if not found:
            nested[key] = value
            continue
        name, index, part = found.group(1), int(found.group(2)), found.group(3)
        slots = lists.setdefault(name, {})
        if part:
            slots.setdefault(index, {})[part] = value
        else:
            slots[index] = value
    for name, slots in lists.items():
        nested[name] = [slots[index] for index in sorted(slots)]
    return nested


def _s3(
    method: str, path: str, query: dict[str, str], headers: dict[str, str]
) -> tuple[str, dict[str, Any]]:
    """Operation and parameters of a path-style S3 request."""
    bucket, _, key = path.lstrip("/").partition("/")
    params: dict[str, Any] = {"Bucket": bucket}
    if not bucket:
        return "ListBuckets", {}
    if not key:
        verb = {"GET": "Get", "PUT": "Put", "DELETE": "Delete"}.get(method, method)
        for part, name in _S3_SUBRESOURCES.items():
            if part in query:
                return f"{verb}{name}", params
        if method == "GET":
            params["Prefix"] = query.get("prefix", "")
            if "versions" in query:
                return "ListObjectVersions", params
            if "uploads" in query:
                return "ListMultipartUploads", params
            return ("ListObjectsV2" if "list-type" in query else "ListObjects"), params
        if method == "POST" and "delete" in query:
            return "DeleteObjects", params
        return {"HEAD": "HeadBucket", "PUT": "CreateBucket", "DELETE": "DeleteBucket"}.get(
            method, method
        ), params
    params["Key"] = unquote(key)
    if "uploads" in query:
        return "CreateMultipartUpload", params
    if "uploadId" in query:
        name = {
            "PUT": "UploadPart",
            "POST": "CompleteMultipartUpload",
            "DELETE": "AbortMultipartUpload",
        }
        return name.get(method, "ListParts"), params
    if "tagging" in query:
        return {"GET": "GetObjectTagging", "PUT": "PutObjectTagging"}.get(
            method, "DeleteObjectTagging"
        ), params
    if method == "PUT" and "x-amz-copy-source" in headers:
        return "CopyObject", params
    return {
        "GET": "GetObject",
        "HEAD": "HeadObject",
        "PUT": "PutObject",
        "DELETE": "DeleteObject",
    }.get(method, method), params


def render_error(call: Call, error: ApiError) -> Response:
    """Render an error in the protocol of the called service."""
    request_id = str(uuid.uuid4())
    code, message = escape(error.code), escape(error.message)
    if call.service in JSON_SERVICES | REST_SERVICES or call.headers.get("x-amz-target"):
        body = json.dumps({"__type": error.code, "message": error.message})
        kind = "application/x-amz-json-1.1"
    elif call.service == "s3":
        body = (
            f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code>"
            f"<Message>{message}</Message><RequestId>{request_id}</RequestId></Error>"
        )
        kind = "application/xml"
    elif call.service == "ec2":
        body = (
            f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message>"
            f"</Error></Errors><RequestID>{request_id}</RequestID></Response>"
        )
        kind = XML
    else:
        side = "Sender" if error.status < 500 else "Receiver"
        body = (
            f"<ErrorResponse><Error><Type>{side}</Type><Code>{code}</Code>"
            f"<Message>{message}</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        kind = XML
    encoded = b"" if call.method == "HEAD" else body.encode()
    return Response(
        error.status,
        [
            ("Content-Type", kind),
            ("Content-Length", str(len(encoded))),
            ("x-amzn-RequestId", request_id),
            ("x-amzn-ErrorType", error.code),
        ],
        encoded,
    )


def json_response(body: dict[str, Any], status: int = 200) -> Response:
    """A response of a service with the JSON protocol."""
    encoded = json.dumps(body).encode()
    return Response(
        status,
        [
            ("Content-Type", "application/x-amz-json-1.1"),
            ("Content-Length", str(len(encoded))),
            ("x-amzn-RequestId", str(uuid.uuid4())),
        ],
        encoded,
    )


def query_response(call: Call, result: str) -> Response:
    """A response of a service with the Query protocol; `result` is XML."""
    body = (
        f'<{call.action}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
        f"<{call.action}Result>{result}</{call.action}Result><ResponseMetadata>"
        f"<RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata></{call.action}Response>"
    ).encode()
    return Response(
        200, [("Content-Type", XML), ("Content-Length", str(len(body)))], body
    )
