"""Beliefs about AWS, and how an account is asked about them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

Statement = dict[str, Any]

PREFIX = "mlspace-check"


@dataclass(frozen=True)
class Account:
    """Where the checks are made."""

    partition: str
    account: str
    region: str
    caller_id: str
    # A word in the names of everything that this run creates.
    token: str
    domain: str

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource of the account."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    @property
    def name(self) -> str:
        """How names of this run begin."""
        return f"{PREFIX}-{self.token}"

    def key(self, id_: str) -> str:
        """The ARN of a key that does not exist."""
        return self.arn("kms", f"key/{id_}")

    @property
    def path(self) -> str:
        """The path of the roles of runs in this region."""
        return f"/{PREFIX}/{self.region}/"

    @property
    def role_arn(self) -> str:
        """The ARN of the role that makes calls."""
        return f"arn:{self.partition}:iam::{self.account}:role{self.path}{self.name}"


@dataclass(frozen=True)
class Question:
    """A request for IAM's simulator. `denied` is the expected answer."""

    statements: list[Statement]
    denied: bool
    action: str = "dynamodb:DescribeTable"
    resource: str = ""
    context: dict[str, str | list[str]] = field(default_factory=dict)
    boundary: list[Statement] | None = None


@dataclass(frozen=True)
class Probe:
    """A call of the role, in a session with these statements. `denied` is the expected answer."""

    statements: list[Statement]
    denied: bool
    service: str = "dynamodb"
    operation: str = "describe_table"
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Belief:
    """What the policies rest on: AWS's page, and what to do if AWS does otherwise."""

    name: str
    text: str
    page: str
    remedy: str
    asked: list[Question] | list[Probe]


@dataclass(frozen=True)
class Finding:
    """What came of a check: `holds`, `DIFFERS` or `UNTRIED`, with the reason."""

    belief: Belief
    result: str
    detail: str = ""


def deny(*actions: str, **element: Any) -> Statement:
    """A denial. Without other elements, of everything that the actions can be made on."""
    if "Resource" not in element and "NotResource" not in element:
        element["Resource"] = "*"
    return {"Effect": "Deny", "Action": list(actions), **element}


def when(operator: str, key: str, *values: str) -> Statement:
    """The element Condition with one comparison."""
    return {"Condition": {operator: {key: list(values)}}}


def document(statements: list[Statement]) -> str:
    """A policy document of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


def tags(**pairs: str) -> list[dict[str, str]]:
    """Tags as AWS takes them."""
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


ALLOW_ALL: Statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}

REPORT = (
    "Do not rely on the fence that this check names. Open an issue with this output, and keep the permissions "
    "boundary and the bucket policy attached as a second layer."
)
CLOSED = (
    "The fence denies more than it should, so that members cannot do this work. Nothing is open. Open an issue "
    "with this output."
)
EITHER = f"If a call was denied: {CLOSED} If a call passed: {REPORT}"
NO_TAG = f"aws:PrincipalTag/{PREFIX}-none"
TABLE = "dynamodb:DescribeTable"
CONFIGURE = "sagemaker:CreateEndpointConfig"
TRAIN = "sagemaker:CreateTrainingJob"

IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
DG = "https://docs.aws.amazon.com/sagemaker/latest/dg"
API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference"
SAR = "https://docs.aws.amazon.com/service-authorization/latest/reference"
LOGIC = f"{IAM}/reference_policies_evaluation-logic.html"
VARIABLES = f"{IAM}/reference_policies_variables.html#policy-vars-no-value"
OPERATORS = f"{IAM}/reference_policies_elements_condition_operators.html"
SETS = f"{IAM}/reference_policies_condition-single-vs-multi-valued-context-keys.html"
RESOURCES = f"{IAM}/reference_policies_elements_resource.html"
GLOBAL_KEYS = f"{IAM}/reference_policies_condition-keys.html"
SAGEMAKER_KEYS = f"{SAR}/list_amazonsagemaker.html"
LOG_KEYS = f"{SAR}/list_amazoncloudwatchlogs.html"
