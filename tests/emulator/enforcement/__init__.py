"""Decides calls of members by the policies that are attached to their roles.

Credentials of a role session (AssumeRole returns them) are a member's; all others are the
administrator's, and not limited. A member's call is taken apart into requests to IAM
(`requests.py`). Two evaluators decide each one: `mlspace-policy`, and iam-simulate, which the
differential tests use too. The call has an effect if both allow all of them, and an error in AWS's
form if both deny one. If they differ in a way that is not known (`known.py`), the call fails
with the code `EvaluatorsDisagree`, and so does the test that reads the decisions.

Members call from the VPC of the platform, over TLS, through its endpoints if there are any.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from moto.backends import get_backend

from .. import ACCOUNT
from ..arns import PARTITION
from ..protocol import ApiError, Call, Response
from . import known, principals, requests, simulator
from .evaluators import Decision, EvaluatorFailed, IamSimulate, Ours
from .principals import Layers, Role, Session
from .requests import AuthorizationRequest
from .studio_sessions import StudioSessions

# How a denial ends, by layer:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
_LAYERS = {
    "identity policy": "an identity-based policy",
    "permissions boundary": "a permissions boundary",
    "session policy": "a session policy",
    "resource policy": "a resource-based policy",
    "endpoint policy": "a VPC endpoint policy",
}
# Error codes of services; the others have AccessDeniedException.
_CODES = {
    "s3": ("AccessDenied", 403),
    "iam": ("AccessDenied", 403),
    "sts": ("AccessDenied", 403),
    "ec2": ("UnauthorizedOperation", 403),
}


@dataclass
class Record:
    """A decision, for tests."""

    principal: str
    call: str
    action: str
    resource: str
    context: dict[str, Any]
    outcome: str
    layer: str
    disagreement: str = ""
    # The known disagreement, if this is one.
    known: str = ""


class Enforcement:
    """Decides the calls of members."""

    def __init__(self, command: Path) -> None:
        self._ours = Ours(command)
        self._simulate = IamSimulate()
        self.records: list[Record] = []
        self.studio = StudioSessions()
        # How variables without a value are read. If nothing is given, no call may depend on it.
        self.reading: str | None = None
        # Condition keys that requests lack, for tests of what depends on them.
        self.left_out: frozenset[str] = frozenset()

    def authorize(self, call: Call) -> Session | None:
        """Raise an error if a member may not make this call; returns the member's session."""
        session = principals.caller(call)
        if session is not None:
            self.require_call(session, call)
        return session

    def require_call(self, session: Session, call: Call) -> None:
        """Raise an error if a session may not make this call."""
        for asked in requests.of_call(call):
            self.require(session, call, asked)

    def require(self, session: Session, call: Call, asked: AuthorizationRequest) -> None:
        """Raise an error unless a request is allowed."""
        decision = self.decide(session, call, asked)
        if not decision.allowed:
            raise _denied(session, call, asked, decision)

    def decide(self, session: Session, call: Call, asked: AuthorizationRequest) -> Decision:
        """The decision of both evaluators on a request."""
        role = principals.role(session.role_name)
        if role is None:
            raise ApiError("InvalidClientTokenId", "The security token is invalid.", 403)
        layers = _layers(session, role, call, asked)
        context = _global_context(role, call) | asked.context
        context = {key: value for key, value in context.items() if key not in self.left_out}
        record = Record(
            session.arn, f"{call.service}:{call.action}", asked.action, asked.resource, context, "", ""
        )
        self.records.append(record)
        ours = self.both(session, layers, asked, context, record)
        record.outcome, record.layer = ours.outcome, ours.layer
        return ours

    def both(
        self,
        session: Session,
        layers: Layers,
        asked: AuthorizationRequest,
        context: dict[str, Any],
        record: Record,
    ) -> Decision:
        """The decision that both evaluators come to by these policies; an error if they differ."""
        try:
            ours = self._ours.decide(session, layers, asked, context, self.reading)
            if ours.by_reading:
                return ours
            other = self._simulate.decide(session, layers, asked, context)
        except EvaluatorFailed as error:
            record.disagreement = str(error)
            raise _disagree(record) from None
        for restate in known.KNOWN:
            if ours.outcome != other.outcome:
                again = restate(layers, asked.resource, context)
                other = self._simulate.decide(session, again, asked, context)
                record.known = restate.__name__
        if ours.outcome != other.outcome:
            record.disagreement = f"mlspace-policy: {ours.outcome}, iam-simulate: {other.outcome}"
            raise _disagree(record)
        return ours

    def simulate(self, call: Call) -> Response | None:
        """The response of IAM's policy simulator; nothing for other calls."""
        if (call.service, call.action) != ("iam", "SimulateCustomPolicy"):
            return None
        nobody = Session("simulated", "simulated")

        def decide(layers: Layers, asked: AuthorizationRequest) -> Decision:
            record = Record(nobody.arn, "iam:SimulateCustomPolicy", asked.action, asked.resource, asked.context, "", "")
            return self.both(nobody, layers, asked, asked.context, record)

        return simulator.answer(call, decide)

    def to_json(self) -> dict[str, Any]:
        """All decisions since the last reset."""
        return {"decisions": [asdict(record) for record in self.records]}


def _disagree(record: Record) -> ApiError:
    return ApiError(
        "EvaluatorsDisagree", f"{record.action} on {record.resource}: {record.disagreement}"
    )


def _denied(
    session: Session, call: Call, asked: AuthorizationRequest, decision: Decision
) -> ApiError:
    """The error of AWS for a denied request."""
    where = _LAYERS.get(decision.layer, "an identity-based policy")
    if decision.outcome == "explicit deny":
        reason = f"with an explicit deny in {where}"
    else:
        reason = f"because no {where.split(' ', 1)[1]} allows the {asked.action} action"
    code, status = _CODES.get(call.service, ("AccessDeniedException", 400))
    on = f" on resource: {asked.resource}"
    message = f"User: {session.arn} is not authorized to perform: {asked.action}{on} {reason}"
    return ApiError(code, message, status)


def _layers(session: Session, role: Role, call: Call, asked: AuthorizationRequest) -> Layers:
    """The policies that apply to a request."""
    endpoint = _endpoint(call)
    return Layers(
        role.identity,
        role.boundary,
        json.loads(session.policy) if session.policy else None,
        _resource_policy(call, asked),
        # A request that a service makes on behalf of a caller does not go through the endpoint.
        _endpoint_policy(endpoint) if endpoint and asked.action.startswith(call.service) else None,
    )


def _resource_policy(call: Call, asked: AuthorizationRequest) -> Any:
    """The policy of the bucket, key or repository that a request is about."""
    if asked.policy_of is None:
        return None
    name = asked.policy_of.split(":", 5)[-1]
    service = asked.action.split(":", 1)[0]
    text: Any = None
    if service == "s3":
        bucket = get_backend("s3")[ACCOUNT][PARTITION].buckets.get(name)
        text = bucket.policy if bucket else None
    elif service == "kms":
        key = get_backend("kms")[ACCOUNT][call.region].keys.get(name.removeprefix("key/"))
        text = key.policy if key else None
    elif service == "ecr" and f":{ACCOUNT}:" not in asked.policy_of:
        # Images of AWS's accounts can be pulled by everybody:
        # https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
        return {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": "*", "Action": "ecr:*", "Resource": "*"}
            ],
        }
    if isinstance(text, bytes):
        text = text.decode()
    return json.loads(text) if text else None


def _endpoint(call: Call) -> Any:
    """The VPC endpoint of the platform for a service."""
    names = {"s3": "s3", "sagemaker": "sagemaker.api"}
    name = f"com.amazonaws.{call.region}.{names.get(call.service, call.service)}"
    endpoints = get_backend("ec2")[ACCOUNT][call.region].vpc_end_points.values()
    live = (each for each in endpoints if each.state != "deleted")
    return next((each for each in live if each.service_name == name), None)


def _endpoint_policy(endpoint: Any) -> Any:
    text = endpoint.policy_document
    return json.loads(text) if text else None


def _global_context(role: Role, call: Call) -> dict[str, Any]:
    """Keys that every request has:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    context: dict[str, Any] = {
        "aws:PrincipalArn": role.arn,
        "aws:RequestedRegion": call.region,
        "aws:SecureTransport": "true",
    }
    context |= {f"aws:PrincipalTag/{key}": value for key, value in role.tags.items()}
    endpoint = _endpoint(call)
    if endpoint is not None:
        context |= {"aws:SourceVpce": endpoint.id, "aws:SourceVpc": endpoint.vpc_id}
    return context
