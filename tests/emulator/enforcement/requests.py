"""The requests to IAM that one API call makes: actions, resources and context keys.

Which resources and keys an action has is AWS's reference (`reference.py`); where their values are in
the parameters of a call is here and in the modules for services.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .. import arns, reference, services
from ..protocol import Call
from . import kms, s3, sagemaker, studio

Values = str | list[str]

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourcetag:
# the key is there for existing resources, and where a request creates one with tags.
TAG_KEYS = ("aws:ResourceTag/", "sagemaker:ResourceTag/")

# No permissions are required:
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
_FREE = {("sts", "GetCallerIdentity"), ("sts", "GetSessionToken")}


# Operations whose permission has another name:
# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
_PERMISSIONS = {
    ("bedrock", "Converse"): "InvokeModel",
    ("bedrock", "ConverseStream"): "InvokeModelWithResponseStream",
}


@dataclass
class AuthorizationRequest:
    """One question to IAM."""

    action: str
    resource: str
    context: dict[str, Values] = field(default_factory=dict)
    # The key, bucket or repository whose policy applies, if one does.
    policy_of: str | None = None


def of_call(call: Call) -> list[AuthorizationRequest]:
    """All requests that have to be allowed before the call has an effect."""
    if (call.service, call.action) in _FREE:
        return []
    if call.service == "s3":
        asked = [
            AuthorizationRequest(action, resource, context, bucket_of(resource))
            for action, resource, context in s3.requests(call)
        ]
    else:
        asked = list(_general(call))
    asked += [
        AuthorizationRequest(action, key, context, key)
        for action, key, context in kms.implied(call)
    ]
    return [_only_known_keys(one) for one in asked]


def bucket_of(resource: str) -> str | None:
    """The ARN of the bucket of an object, or of the bucket itself."""
    return resource.split("/", 1)[0] if resource.startswith("arn:") else None


def _general(call: Call) -> Iterator[AuthorizationRequest]:
    """Requests of services whose parameters name their resources as the reference does."""
    service = call.service
    action = reference.action(service, _PERMISSIONS.get((service, call.action), call.action))
    if action is None:
        # Denied: there is no action that a policy could allow.
        yield AuthorizationRequest(f"{service}:{call.action}", "*")
        return
    context = _tags_of_request(call)
    if service == "sagemaker":
        context |= sagemaker.context(call)
    about = studio.resources(call) or services.about(call) or arns.resources(call, action)
    for arn in about:
        yield AuthorizationRequest(
            f"{service}:{action.name}", arn, context | _tags_of_resource(call, arn),
            arn if service in ("kms", "ecr") else None,
        )
    if service == "sagemaker":
        for name, arn, more in sagemaker.implied(call, about):
            tags = _tags_of_resource(call, arn) if name == "sagemaker:AddTags" else {}
            given = _tags_of_request(call) if name == "sagemaker:AddTags" else {}
            yield AuthorizationRequest(name, arn, {**given, **tags, **more})
    if (service, call.action) == ("codeartifact", "GetAuthorizationToken"):
        # https://docs.aws.amazon.com/codeartifact/latest/ug/tokens-authentication.html
        yield AuthorizationRequest(
            "sts:GetServiceBearerToken", "*", {"sts:AWSServiceName": "codeartifact.amazonaws.com"}
        )


def _tags_of_request(call: Call) -> dict[str, Values]:
    given = arns.given_tags(call)
    context: dict[str, Values] = {f"aws:RequestTag/{key}": value for key, value in given.items()}
    keys = list(given) or call.params.get("TagKeys") or []
    return context | ({"aws:TagKeys": list(keys)} if keys else {})


def _tags_of_resource(call: Call, arn: str) -> dict[str, Values]:
    """The tags that the resource has, or gets when it is created."""
    tags = services.tags(arn)
    if tags is None and call.action.startswith("Create"):
        tags = arns.given_tags(call)
    return {f"{prefix}{key}": value for prefix in TAG_KEYS for key, value in (tags or {}).items()}


def _only_known_keys(asked: AuthorizationRequest) -> AuthorizationRequest:
    """Without the keys that requests of the action do not carry, and with lists where keys are lists."""
    service, name = asked.action.split(":", 1)
    action = reference.action(service, name)
    context: dict[str, Any] = {}
    for key, value in asked.context.items():
        if action is None or not action.has_key(key):
            continue
        many = reference.is_list(service, key)
        values = value if isinstance(value, list) else [value]
        context[key] = values if many else values[0]
    return AuthorizationRequest(asked.action, asked.resource, context, asked.policy_of)
