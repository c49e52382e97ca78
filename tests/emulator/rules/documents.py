"""The grammar of policy documents, for identity, trust and resource policies.

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


class Malformed(Exception):
    """A document breaks the grammar; the text says where."""


def check(text: str, kind: str) -> list[dict[str, Any]]:
    """The statements of a well-formed document.

    `kind` is `identity` (resources, no principal), `trust` (a principal, no
    resources) or `resource` (both).
    """
    if not _CHARACTERS.fullmatch(text):
        raise Malformed("characters outside of U+0020 to U+00FF")
    try:
        document = json.loads(text)
    except ValueError:
        raise Malformed("this policy contains invalid Json") from None
    if not isinstance(document, dict) or not set(document) <= _TOP:
        raise Malformed("unknown elements beside Version, Id and Statement")
    if document.get("Version", "2008-10-17") not in ("2012-10-17", "2008-10-17"):
        raise Malformed("Version must be 2012-10-17 or 2008-10-17")
    statements = document.get("Statement")
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not statements:
        raise Malformed("a policy needs statements")
    sids = [s["Sid"] for s in statements if isinstance(s, dict) and "Sid" in s]
    if len(sids) != len(set(sids)):
        raise Malformed("Statement IDs (SID) in a single policy must be unique.")
    for statement in statements:
        _statement(statement, kind)
    return statements


def _statement(statement: Any, kind: str) -> None:
    if not isinstance(statement, dict) or not set(statement) <= _STATEMENT:
        raise Malformed("unknown elements in a statement")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise Malformed("Effect must be Allow or Deny")
    if kind != "resource" and not re.fullmatch(r"[A-Za-z0-9]*", statement.get("Sid", "")):
        raise Malformed("Statement IDs (SID) must be alpha-numeric.")
    _one_of(statement, "Action", "NotAction")
    for action in _strings(statement.get("Action", statement.get("NotAction"))):
        if action != "*" and not re.fullmatch(r"[A-Za-z0-9*-]+:[A-Za-z0-9*?]+", action):
            raise Malformed(f"{action} is no action: vendors and names are needed")
    principal = [k for k in ("Principal", "NotPrincipal") if k in statement]
    resource = [k for k in ("Resource", "NotResource") if k in statement]
    if kind == "identity" and principal:
        raise Malformed("Policy document should not specify a principal.")
    if kind != "identity" and len(principal) != 1:
        raise Malformed("a statement needs one principal")
    if kind == "trust" and resource:
        raise Malformed("Has prohibited field Resource.")
    if kind != "trust":
        _one_of(statement, "Resource", "NotResource")
        for arn in _strings(statement.get("Resource", statement.get("NotResource"))):
            if arn != "*" and not (arn.startswith("arn:") and arn.count(":") >= 5):
                raise Malformed(f"Resource {arn} must be in ARN format or *.")
    _condition(statement.get("Condition", {}))


def _one_of(statement: dict[str, Any], plain: str, negated: str) -> None:
    if (plain in statement) == (negated in statement):
        raise Malformed(f"a statement needs exactly one of {plain} and {negated}")


def _strings(value: Any) -> list[str]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not values:
        raise Malformed("an element needs a string or a list of strings")
    if not all(isinstance(each, str) for each in values):
        raise Malformed("an element needs a string or a list of strings")
    return values


def _condition(condition: Any) -> None:
    if not isinstance(condition, dict):
        raise Malformed("Condition must be an object")
    for operator, keys in condition.items():
        bare = operator.removeprefix("ForAnyValue:").removeprefix("ForAllValues:")
        if bare.removesuffix("IfExists") not in _OPERATORS or bare == "NullIfExists":
            raise Malformed(f"Invalid Condition type : {operator}.")
        if not isinstance(keys, dict) or not keys:
            raise Malformed(f"{operator} needs condition keys")
        for values in keys.values():
            listed = values if isinstance(values, list) else [values]
            if not listed or not all(isinstance(v, str | bool | int | float) for v in listed):
                raise Malformed(f"{operator} needs values")
