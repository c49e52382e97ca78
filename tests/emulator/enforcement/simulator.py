"""IAM's policy simulator, answered by the evaluators that decide members' calls."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from ..protocol import Call, Response
from .evaluators import Decision
from .principals import Layers
from .requests import AuthorizationRequest

Decide = Callable[[Layers, AuthorizationRequest], Decision]

_DECISIONS = {"allowed": "allowed", "explicit deny": "explicitDeny", "implicit deny": "implicitDeny"}
_NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"


def answer(call: Call, decide: Decide) -> Response:
    """The response to SimulateCustomPolicy.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
    """
    boundary = call.params.get("PermissionsBoundaryPolicyInputList")
    layers = Layers(
        [json.loads(text) for text in call.params["PolicyInputList"]],
        json.loads(boundary[0]) if boundary else None,
    )
    context = _context(call)
    results = [
        _result(action, resource, decide(layers, AuthorizationRequest(action, resource, context)))
        for action in call.params["ActionNames"]
        for resource in call.params.get("ResourceArns") or ["*"]
    ]
    inner = f"<EvaluationResults>{''.join(results)}</EvaluationResults><IsTruncated>false</IsTruncated>"
    body = (
        f'<SimulateCustomPolicyResponse xmlns="{_NAMESPACE}"><SimulateCustomPolicyResult>{inner}'
        "</SimulateCustomPolicyResult></SimulateCustomPolicyResponse>"
    )
    return Response(200, [("Content-Type", "text/xml")], body.encode())


def _result(action: str, resource: str, decision: Decision) -> str:
    return (
        f"<member><EvalActionName>{escape(action)}</EvalActionName>"
        f"<EvalResourceName>{escape(resource)}</EvalResourceName>"
        f"<EvalDecision>{_DECISIONS[decision.outcome]}</EvalDecision></member>"
    )


def _context(call: Call) -> dict[str, Any]:
    """The context keys of a call. Their values are lists in a list, which `protocol` leaves as they are."""
    context: dict[str, Any] = {}
    for number, entry in enumerate(call.params.get("ContextEntries") or [], 1):
        pattern = re.compile(rf"ContextEntries\.member\.{number}\.ContextKeyValues\.member\.\d+")
        values = [value for name, value in call.params.items() if pattern.fullmatch(name)]
        many = entry["ContextKeyType"].endswith("List")
        context[entry["ContextKeyName"]] = values if many else values[0]
    return context
