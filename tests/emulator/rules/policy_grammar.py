"""The grammar of identity, trust and resource policies.

From "Grammar of the IAM JSON policy language" in the IAM User Guide.
"""

from __future__ import annotations

import json
import re
from typing import Any

GRAMMAR = (
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html"
)

_TOP = {"Version", "Id", "Statement"}
_STATEMENT = {
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
}
_OPERATORS = {
    f"{kind}{verb}"
    for kind, verbs in {
        "String": (
            "Equals",
            "NotEquals",
            "EqualsIgnoreCase",
            "NotEqualsIgnoreCase",
            "Like",
            "NotLike",
        ),
        "Numeric": (
            "Equals",
            "NotEquals",
            "LessThan",
            "LessThanEquals",
            "GreaterThan",
            "GreaterThanEquals",
        ),
        "Date": (
            "Equals",
            "NotEquals",
            "LessThan",
            "LessThanEquals",
            "GreaterThan",
            "GreaterThanEquals",
        ),
        "Arn": ("Equals", "NotEquals", "Like", "NotLike"),
    }.items()
    for verb in verbs
} | {"Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "Null"}
_CHARACTERS = re.compile(r"[\t\n\r\u0020-\u00ff]+")


class MalformedPolicy(Exception):
    """A document does not follow the grammar; the message says where."""


def parse_statements(document: str, kind: str) -> list[dict[str, Any]]:
    """The statements of a document; raises `MalformedPolicy`.

    `kind` is `identity` (resources, no principal), `trust` (a principal, no
    resources) or `resource` (both).
    """
    if not _CHARACTERS.fullmatch(document):
        raise MalformedPolicy("characters outside of U+0020 to U+00FF")
    try:
        parsed = json.loads(document)
    except ValueError:
        raise MalformedPolicy("this policy contains invalid Json") from None
    if not isinstance(parsed, dict) or not set(parsed) <= _TOP:
        raise MalformedPolicy("unknown elements: only Version, Id and Statement are allowed")
    if parsed.get("Version", "2008-10-17") not in ("2012-10-17", "2008-10-17"):
        raise MalformedPolicy("Version must be 2012-10-17 or 2008-10-17")
    statements = parsed.get("Statement")
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not statements:
        raise MalformedPolicy("a policy needs statements")
    sids = [s["Sid"] for s in statements if isinstance(s, dict) and "Sid" in s]
    if len(sids) != len(set(sids)):
        raise MalformedPolicy("Statement IDs (SID) in a single policy must be unique.")
    for statement in statements:
        _statement(statement, kind)
    return statements


def _statement(statement: Any, kind: str) -> None:
    if not isinstance(statement, dict) or not set(statement) <= _STATEMENT:
        raise MalformedPolicy("unknown elements in a statement")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise MalformedPolicy("Effect must be Allow or Deny")
    if kind != "resource" and not re.fullmatch(r"[A-Za-z0-9]*", statement.get("Sid", "")):
        raise MalformedPolicy("Statement IDs (SID) must be alpha-numeric.")
    _require_one_of(statement, "Action", "NotAction")
    for action in _strings(statement.get("Action", statement.get("NotAction"))):
        if action != "*" and not re.fullmatch(r"[A-Za-z0-9*-]+:[A-Za-z0-9*?]+", action):
            raise MalformedPolicy(f"action {action} must be prefaced by a vendor, such as iam:")
    principal = [k for k in ("Principal", "NotPrincipal") if k in statement]
    resource = [k for k in ("Resource", "NotResource") if k in statement]
    if kind == "identity" and principal:
        raise MalformedPolicy("Policy document should not specify a principal.")
    if kind != "identity" and len(principal) != 1:
        raise MalformedPolicy("a statement needs one principal")
    if kind == "trust" and resource:
        raise MalformedPolicy("Has prohibited field Resource.")
    if kind != "trust":
        _require_one_of(statement, "Resource", "NotResource")
        for arn in _strings(statement.get("Resource", statement.get("NotResource"))):
            if arn != "*" and not (arn.startswith("arn:") and arn.count(":") >= 5):
                raise MalformedPolicy(f"Resource {arn} must be in ARN format or *.")
    _condition(statement.get("Condition", {}))


def _require_one_of(statement: dict[str, Any], plain: str, negated: str) -> None:
    if (plain in statement) == (negated in statement):
        raise MalformedPolicy(f"a statement needs exactly one of {plain} and {negated}")


def _strings(value: Any) -> list[str]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not values:
        raise MalformedPolicy("an element needs a string or a list of strings")
    if not all(isinstance(each, str) for each in values):
        raise MalformedPolicy("an element needs a string or a list of strings")
    return values


def _condition(condition: Any) -> None:
    if not isinstance(condition, dict):
        raise MalformedPolicy("Condition must be an object")
    for operator, keys in condition.items():
        bare = operator.removeprefix("ForAnyValue:").removeprefix("ForAllValues:")
        if bare.removesuffix("IfExists") not in _OPERATORS or bare == "NullIfExists":
            raise MalformedPolicy(f"Invalid Condition type : {operator}.")
        if not isinstance(keys, dict) or not keys:
            raise MalformedPolicy(f"{operator} needs condition keys")
        for values in keys.values():
            listed = values if isinstance(values, list) else [values]
            if not listed or not all(isinstance(v, str | bool | int | float) for v in listed):
                raise MalformedPolicy(f"{operator} needs values")
