"""Services with REST: the runtime of endpoints and of feature groups, Bedrock, CodeArtifact.

The operation, and parameters in path and query, are found with botocore's models.
"""

from __future__ import annotations

import functools
import json
import re
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from .. import ACCOUNT
from ..arns import PARTITION
from ..protocol import ApiError, Call, Response, json_response
from .sagemaker import THINGS

if TYPE_CHECKING:
    from ..server import Emulator

# botocore's services, by the name in signatures.
_MODELS = {
    "sagemaker": ("sagemaker-runtime", "sagemaker-featurestore-runtime", "sagemaker-metrics"),
    "bedrock": ("bedrock-runtime", "bedrock"),
    "codeartifact": ("codeartifact",),
}


@functools.cache
def _operations(service: str) -> list[tuple[str, re.Pattern[str], str]]:
    """Method, path and name of the operations of a service."""
    from botocore.loaders import Loader

    found = []
    for name in _MODELS[service]:
        model = Loader().load_service_model(name, "service-2")
        for operation, shape in model["operations"].items():
            uri = shape["http"]["requestUri"].split("?", 1)[0]
            parts = re.split(r"\{(\w+)\+?\}", uri)
            pattern = "".join(
                re.escape(part) if index % 2 == 0 else f"(?P<{part}>.+)"
                for index, part in enumerate(parts)
            )
            found.append((shape["http"]["method"], re.compile(pattern), operation))
    # The most specific path first.
    return sorted(found, key=lambda each: -len(each[1].pattern))


def identify(call: Call) -> None:
    """Fill in the operation of a REST call."""
    if call.action or call.service not in _MODELS:
        return
    for method, pattern, operation in _operations(call.service):
        found = pattern.fullmatch(call.path)
        if found and method == call.method:
            call.action = operation
            names = {name: unquote(value) for name, value in found.groupdict().items()}
            call.params = {**call.query, **names}
            try:
                body = json.loads(call.body or b"{}")
            except ValueError:
                body = {}
            # What is sent to an endpoint or a model is not the service's.
            if isinstance(body, dict) and not operation.startswith(("Invoke", "Converse")):
                call.params = {**body, **call.params}
            break
    if "x-amzn-sagemaker-target-model" in call.headers:
        call.params["TargetModel"] = call.headers["x-amzn-sagemaker-target-model"]
    if "x-amzn-sagemaker-inference-component" in call.headers:
        call.params["InferenceComponentName"] = call.headers["x-amzn-sagemaker-inference-component"]


def about(call: Call) -> list[str] | None:
    """ARNs of what a call is about, where its parameters are ids."""
    if call.service == "bedrock" and "modelId" in call.params:
        model = call.params["modelId"]
        base = f"arn:{PARTITION}:bedrock:{call.region}"
        return [model if model.startswith("arn:") else f"{base}::foundation-model/{model}"]
    return None


def sagemaker(emulator: Emulator, call: Call) -> Response | None:
    """Invocations of endpoints, and records of feature groups."""
    base = f"arn:{PARTITION}:sagemaker:{call.region}:{ACCOUNT}"
    match call.action:
        case "InvokeEndpoint" | "InvokeEndpointAsync" | "InvokeEndpointWithResponseStream":
            endpoint = THINGS.get(f"{base}:endpoint/{call.string('EndpointName')}")
            if endpoint is None:
                raise ApiError("ValidationError", f"Endpoint {call.string('EndpointName')} of account {ACCOUNT} not found.")
            # An endpoint answers with what it got.
            kind = call.headers.get("accept", "application/json")
            return Response(200, [("Content-Type", kind), ("x-Amzn-Invoked-Production-Variant", "AllTraffic")], call.body)
        case "BatchPutMetrics":
            # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_metrics_BatchPutMetrics.html
            return json_response({"Errors": []})
        case "PutRecord" | "GetRecord" | "DeleteRecord":
            group = THINGS.get(f"{base}:feature-group/{call.string('FeatureGroupName')}")
            if group is None:
                raise ApiError("ResourceNotFound", f"Resource Not Found: {call.string('FeatureGroupName')}", 404)
            return _record(group, call)
    return None


def _record(group: Any, call: Call) -> Response:
    """https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Operations_Amazon_SageMaker_Feature_Store_Runtime.html"""
    records = group.more.setdefault("_records", {})
    if call.action == "PutRecord":
        record = call.params["Record"]
        values = {each["FeatureName"]: each["ValueAsString"] for each in record}
        records[values[group.params["RecordIdentifierFeatureName"]]] = record
        return json_response({})
    key = call.params.get("RecordIdentifierValueAsString", "")
    if call.action == "DeleteRecord":
        records.pop(key, None)
        return json_response({})
    return json_response({"Record": records[key]} if key in records else {})


def answer(emulator: Emulator, call: Call) -> Response | None:
    """Answers of services besides SageMaker; nothing if moto answers."""
    match call.service, call.action:
        case "bedrock", "InvokeModel":
            # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html
            return json_response({"content": [{"type": "text", "text": "Hello"}], "stop_reason": "end_turn"})
        case "bedrock", "Converse":
            # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
            message = {"role": "assistant", "content": [{"text": "Hello"}]}
            return json_response({"output": {"message": message}, "stopReason": "end_turn"})
        case "codeartifact", "GetAuthorizationToken":
            # https://docs.aws.amazon.com/codeartifact/latest/APIReference/API_GetAuthorizationToken.html
            return json_response({"authorizationToken": "token", "expiration": time.time() + 43200})
        case "codeartifact", "GetRepositoryEndpoint":
            # https://docs.aws.amazon.com/codeartifact/latest/APIReference/API_GetRepositoryEndpoint.html
            domain, repository = call.string("domain"), call.string("repository")
            host = f"{domain}-{ACCOUNT}.d.codeartifact.{call.region}.amazonaws.com"
            return json_response({"repositoryEndpoint": f"https://{host}/pypi/{repository}/"})
    return None
