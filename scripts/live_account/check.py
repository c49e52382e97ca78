"""Asks an account about beliefs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .access import CONFIG, NOT_FOUND, Access
from .calls import role_policy
from .model import ALLOW_ALL, PREFIX, Belief, Finding, Probe, Question, deny, document, tags

DENIED = {"AccessDenied", "AccessDeniedException"}
# Errors of calls that were not denied: they name what does not exist, or cannot be used.
NOT_DENIED = NOT_FOUND | {"ConflictException", "InvalidParameterException", "ResourceInUse", "ResourceLimitExceeded",
                          "TableNotFoundException"}
# How often a call is repeated that is denied though it should not be: IAM takes seconds to spread a
# change. https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
ATTEMPTS = 4


class Untried(Exception):
    """The account has not answered a question."""


def find(belief: Belief, look: Callable[[], str]) -> Finding:
    """What comes of a look, which returns how AWS differs."""
    try:
        differs = look()
    except (Untried, BotoCoreError, ClientError, TimeoutError) as error:
        return Finding(belief, "UNTRIED", str(error))
    return Finding(belief, "DIFFERS", differs) if differs else Finding(belief, "holds")


class Check:
    """Asks IAM's simulator, and services as a role."""

    def __init__(self, access: Access) -> None:
        self._access, self._where = access, access.where
        self._clients: dict[tuple[str, str], Any] = {}
        # Why IAM does not decide a call, by the call; empty if it does.
        self._undecided: dict[str, str] = {}

    # The simulator

    def simulate(self, belief: Belief) -> str:
        """Put a belief's questions to IAM's simulator."""
        for number, asked in enumerate(belief.asked, 1):
            decision = self._simulated(asked)
            if (decision != "allowed") != asked.denied:
                # Organizations' policies are simulated too.
                plain = self._simulated(replace(asked, statements=[], boundary=None))
                if plain != "allowed":
                    raise Untried(f"{asked.action} is denied without the statement: {plain}")
                context = f" with {json.dumps(asked.context)}" if asked.context else ""
                return (f"question {number}: {asked.action}{context} is {decision}, expected {_word(asked.denied)}. "
                        f"Policy: {json.dumps(asked.statements)}")
        return ""

    def _simulated(self, asked: Question) -> str:
        answer = self._access.client("iam").simulate_custom_policy(
            PolicyInputList=[document([ALLOW_ALL, *asked.statements])],
            ActionNames=[asked.action],
            ResourceArns=[asked.resource or self._where.arn("dynamodb", f"table/{self._where.name}")],
            ContextEntries=[_entry(name, value) for name, value in asked.context.items()],
            **({"PermissionsBoundaryPolicyInputList": [document(asked.boundary)]} if asked.boundary else {}),
        )
        return answer["EvaluationResults"][0]["EvalDecision"]

    # Calls of a role

    def make_role(self) -> None:
        """Create the role, and wait until its policy is in effect in each service.

        The role comes first and goes last: `--clean-up` finds the rest of a run by it.
        """
        where, iam = self._where, self._access.client("iam")
        only_me = {"StringEquals": {"aws:userid": where.caller_id}}
        trust = {"Effect": "Allow", "Principal": {"AWS": where.account}, "Action": "sts:AssumeRole", "Condition": only_me}
        iam.create_role(
            Path=where.path, RoleName=where.name, AssumeRolePolicyDocument=document([trust]), MaxSessionDuration=3600,
            Description="Made by check-live-account, which deletes it.", Tags=tags(project=where.token),
        )
        iam.put_role_policy(RoleName=where.name, PolicyName="check", PolicyDocument=document(role_policy(where)))
        self._access.client("sagemaker").create_model_package_group(ModelPackageGroupName=where.name, Tags=tags(project=where.token))
        for service, operation, params in (
            ("dynamodb", "describe_table", {"TableName": f"{where.name}-none"}),
            ("sagemaker", "describe_model_package_group", {"ModelPackageGroupName": where.name}),
            ("logs", "describe_log_streams", {"logGroupName": f"/aws/sagemaker/{where.name}"}),
        ):
            control = Probe([], False, service, operation, params)
            self._access.until(f"the role can call {operation}", lambda: self.answer(control).removeprefix("passes"))

    def probe(self, belief: Belief) -> str:
        """Make a belief's calls as the role."""
        for number, asked in enumerate(belief.asked, 1):
            found = self._ask(asked)
            if found not in ("denied", "passes"):
                raise Untried(f"call {number}: {asked.operation} {found}")
            undecided = self._why_undecided(asked)
            if undecided:
                raise Untried(f"call {number}: {undecided}")
            if found != _expected(asked):
                return (f"call {number}: {asked.operation} {found}, expected {_word(asked.denied)}. "
                        f"Statements of the session: {json.dumps(asked.statements)}")
        return ""

    def _why_undecided(self, asked: Probe) -> str:
        """Why this call says nothing about the statements of a probe; empty if it does."""
        controls = [Probe([deny("*")], True, asked.service, asked.operation, asked.params)]
        # Without statements, a denial is that of the role's own policy, which is asked about.
        if asked.statements or not asked.denied:
            controls.append(replace(controls[0], statements=[], denied=False))
        key = json.dumps([asked.service, asked.operation, asked.params, len(controls)])
        if key not in self._undecided:
            found = ((each, self._ask(each)) for each in controls)
            self._undecided[key] = next((
                f"{each.operation} {answer} in a session that denies {'everything' if each.denied else 'nothing'}. If it "
                "names a domain, repeat with `--domain-id` of one that exists. Otherwise a policy of the organization may deny it."
                for each, answer in found if answer != _expected(each)
            ), "")
        return self._undecided[key]

    def _ask(self, asked: Probe) -> str:
        """The answer to a probe: the first that is expected or says that the call was not denied."""
        for attempt in range(1, ATTEMPTS + 1):
            found = self.answer(asked)
            if found in (_expected(asked), "passes") or attempt == ATTEMPTS:
                break
            time.sleep(self._access.poll * attempt)
        return found

    def answer(self, asked: Probe) -> str:
        """What AWS says to a call of the role: `denied`, `passes`, or an error that says neither."""
        try:
            client = self._as_role(asked)
        except (BotoCoreError, ClientError) as error:
            return f"failed: {error}"
        try:
            getattr(client, asked.operation)(**asked.params)
        except BotoCoreError as error:
            return f"failed: {error}"
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in DENIED:
                return "denied"
            return "passes" if code in NOT_DENIED else f"failed: {error}"
        return "passes"

    def _as_role(self, asked: Probe) -> Any:
        """A client of the role, in a session that the probe's statements limit."""
        policy = document([ALLOW_ALL, *asked.statements])
        if (asked.service, policy) not in self._clients:
            credentials = self._access.client("sts").assume_role(
                RoleArn=self._where.role_arn, RoleSessionName=PREFIX, DurationSeconds=3600, Policy=policy
            )["Credentials"]
            self._clients[asked.service, policy] = self._access.session.client(
                asked.service, config=CONFIG, aws_access_key_id=credentials["AccessKeyId"],
                aws_secret_access_key=credentials["SecretAccessKey"], aws_session_token=credentials["SessionToken"],
            )
        return self._clients[asked.service, policy]


def _entry(name: str, value: str | list[str]) -> dict[str, Any]:
    many = isinstance(value, list)
    return {"ContextKeyName": name, "ContextKeyType": "stringList" if many else "string", "ContextKeyValues": value if many else [value]}


def _expected(asked: Probe) -> str:
    return "denied" if asked.denied else "passes"


def _word(denied: bool) -> str:
    return "a denial" if denied else "no denial"
