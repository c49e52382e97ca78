"""The two evaluators that decide requests: `mlspace-policy`, and iam-simulate in a Node process."""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from .. import ACCOUNT, reference
from .principals import Layers, Session
from .requests import AuthorizationRequest

Json = Any


class EvaluatorFailed(Exception):
    """An evaluator gave no decision."""


@dataclass(frozen=True)
class Decision:
    """`outcome` is `allowed`, `explicit deny` or `implicit deny`; `layer` is where a denial is."""

    outcome: str
    layer: str = ""
    # Whether it is of a reading of variables without a value that was asked for.
    by_reading: bool = False

    @property
    def allowed(self) -> bool:
        """Whether the request is allowed."""
        return self.outcome == "allowed"


class Ours:
    """The command `mlspace-policy evaluate`."""

    def __init__(self, command: Path) -> None:
        self._command = command
        self._directory = tempfile.TemporaryDirectory(prefix="emulator-policies-")

    def _file(self, content: Json) -> str:
        """A file with this content, written once."""
        text = json.dumps(content)
        path = Path(self._directory.name) / f"{sha256(text.encode()).hexdigest()[:24]}.json"
        if not path.exists():
            path.write_text(text)
        return str(path)

    def decide(
        self,
        session: Session,
        layers: Layers,
        asked: AuthorizationRequest,
        context: Json,
        reading: str | None = None,
    ) -> Decision:
        """The decision on one request.

        Where it depends on how variables without a value are read, that of the reading that has this
        name in the command's output, if one is given.
        """
        line = [str(self._command), "evaluate", "--format", "json"]
        for document in layers.identity or [_NOTHING]:
            line += ["--identity", self._file(document)]
        for option, document in (
            ("--boundary", layers.boundary),
            ("--session", layers.session),
            ("--resource-policy", layers.resource),
            ("--endpoint", layers.endpoint),
        ):
            if document is not None:
                line += [option, self._file(document)]
        request = {
            "principal": session.arn,
            "action": asked.action,
            "resource": asked.resource,
            "resource_account": account_of(asked.resource),
            "context": context,
        }
        line += ["--requests", self._file(request)]
        done = subprocess.run(line, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode not in (0, 1):
            raise EvaluatorFailed(done.stderr.strip())
        (decision,) = json.loads(done.stdout)
        by_reading = reading is not None and "readings" in decision
        if by_reading:
            decision = next(each for each in decision["readings"] if each["if"] == reading)
        layer = ""
        if decision["deciding"]:
            layer = decision["deciding"][0]["layer"]
        elif decision["missing"]:
            layer = decision["missing"][0]["layer"]
        return Decision(decision["outcome"], layer, by_reading)


def install() -> None:
    """Download the pinned packages of the differential tests, unless they are there."""
    pinned = (reference.DIRECTORY / "package-lock.json").read_bytes()
    stamp = reference.DIRECTORY / "node_modules/.pinned"
    if stamp.exists() and stamp.read_bytes() == pinned:
        return
    line = ["npm", "ci", "--no-progress", "--loglevel=error"]
    subprocess.run(line, cwd=reference.DIRECTORY, stdout=subprocess.DEVNULL, check=True)
    stamp.write_bytes(pinned)


class IamSimulate:
    """The program of the differential tests, which reads policies and requests as JSON lines."""

    def __init__(self) -> None:
        install()
        self._process = subprocess.Popen(
            ["node", "simulate.mjs"],
            cwd=reference.DIRECTORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._layers = ""

    def decide(
        self, session: Session, layers: Layers, asked: AuthorizationRequest, context: Json
    ) -> Decision:
        """The decision on one request."""
        policies = json.dumps({"layers": _as_simulated(layers)})
        role = f"arn:aws:iam::{ACCOUNT}:role/{session.role_name}"
        request = {
            "id": 0,
            "caller": session.arn,
            "action": asked.action,
            "resource": asked.resource,
            "account": account_of(asked.resource),
            "context": {
                "aws:PrincipalArn": context.get("aws:PrincipalArn", role),
                "aws:PrincipalAccount": ACCOUNT,
                "aws:PrincipalType": "AssumedRole",
                "aws:PrincipalIsAWSService": "false",
                "aws:ResourceAccount": account_of(asked.resource),
                **context,
            },
        }
        assert self._process.stdin and self._process.stdout
        if policies != self._layers:
            self._process.stdin.write(policies + "\n")
            self._layers = policies
        self._process.stdin.write(json.dumps({"request": request}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        answer = json.loads(line or '{"error": "the process ended"}')
        if answer.get("error"):
            raise EvaluatorFailed(answer["error"])
        ignored = [key for key in answer.get("ignored") or [] if not key.startswith(_UNKNOWN)]
        if ignored:
            raise EvaluatorFailed(f"the action does not have the keys {ignored}")
        return Decision(_OUTCOMES[answer["result"]])


# Keys that iam-simulate does not find in the reference, since their variable part has colons:
# "kms:EncryptionContext:context-key", with "aws:s3:arn" as an example
# (https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-encryption-context).
# Where a policy asks for one, the evaluators differ, and the call fails.
_UNKNOWN = ("kms:EncryptionContext:",)
_OUTCOMES = {
    "Allowed": "allowed",
    "ExplicitlyDenied": "explicit deny",
    "ImplicitlyDenied": "implicit deny",
}
# A role without policies: a document that allows what nobody asks for.
_NOTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "glacier:ListVaults", "Resource": "*"}],
}


def account_of(resource: str) -> str:
    """The account that owns a resource: that of its ARN, or the emulator's own."""
    parts = resource.split(":")
    return parts[4] if len(parts) > 4 and parts[4].isdigit() else ACCOUNT


def _as_simulated(layers: Layers) -> Json:
    endpoint = layers.endpoint
    if endpoint is not None:
        # The package accepts only this form of "everyone" in endpoint policies.
        endpoint = json.loads(json.dumps(endpoint))
        for statement in endpoint["Statement"]:
            statement["Principal"] = "*"
    return {
        "identity": layers.identity or [_NOTHING],
        "boundary": layers.boundary,
        "session": layers.session,
        "resource": layers.resource,
        "endpoint": endpoint,
        "serviceControl": [],
        "resourceControl": [],
    }
