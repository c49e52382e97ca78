"""The grammar of policies, for each kind of policy.

From "Grammar of the IAM JSON policy language" in the IAM User Guide. The crate
`iam-policy` has the same rules; `crates/iam-policy/src/grammar/documents.json` is a
table of documents that both judge alike.
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
_FOLDED_OPERATORS = {operator.lower() for operator in _OPERATORS}
_PRINCIPALS = {"AWS", "Service", "Federated", "CanonicalUser"}
# Identity-based policies complete ARNs: `arn:aws:sqs` means `arn:aws:sqs:*:*:*`.
_IDENTITY = {"managed", "inline"}
_CHARACTERS = re.compile(r"[\t\n\r\u0020-\u00ff]+")


class MalformedPolicy(Exception):
    """A document does not follow the grammar; the message says where."""


def parse_statements(document: str, kind: str) -> list[dict[str, Any]]:
    """The statements of a document; raises `MalformedPolicy`.

    `kind` is `managed` or `inline` (resources, no principal), `trust` (a principal, no
    resources), `bucket` or `key` (both).
    """
    if kind != "bucket" and not _CHARACTERS.fullmatch(document):
        raise MalformedPolicy("characters outside of U+0020 to U+00FF")
    try:
        parsed = json.loads(document, object_pairs_hook=_members, parse_constant=_constant)
    except ValueError:
        raise MalformedPolicy("this policy contains invalid Json") from None
    if not isinstance(parsed, dict) or not set(parsed) <= _TOP:
        raise MalformedPolicy("unknown elements: only Version, Id and Statement are allowed")
    version = parsed.get("Version", "2008-10-17")
    if version not in ("2012-10-17", "2008-10-17"):
        raise MalformedPolicy("Version must be 2012-10-17 or 2008-10-17")
    if kind == "managed" and version != "2012-10-17":
        raise MalformedPolicy("Policy document must be version 2012-10-17 or greater.")
    if "Id" in parsed and (kind in _IDENTITY or not isinstance(parsed["Id"], str)):
        raise MalformedPolicy("an identity-based policy has no Id, and an Id is a string")
    statements = parsed.get("Statement")
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not statements:
        raise MalformedPolicy("a policy needs statements")
    for statement in statements:
        _statement(statement, kind)
    sids = [s["Sid"] for s in statements if s.get("Sid")]
    if len(sids) != len(set(sids)):
        raise MalformedPolicy("Statement IDs (SID) in a single policy must be unique.")
    return statements


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is repeated")
    return members


def _constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _statement(statement: Any, kind: str) -> None:
    if not isinstance(statement, dict) or not set(statement) <= _STATEMENT:
        raise MalformedPolicy("unknown elements in a statement")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise MalformedPolicy("Effect must be Allow or Deny")
    sid = statement.get("Sid", "")
    if not isinstance(sid, str):
        raise MalformedPolicy("Sid must be a string")
    if kind not in ("bucket", "key") and not re.fullmatch(r"[A-Za-z0-9]*", sid):
        raise MalformedPolicy("Statement IDs (SID) must be alpha-numeric.")
    _require_one_of(statement, "Action", "NotAction")
    for action in _strings(statement.get("Action", statement.get("NotAction"))):
        _action(action)
        if kind == "trust" and "Action" in statement and action[:4].lower() != "sts:":
            raise MalformedPolicy("AssumeRole policy may only specify STS AssumeRole actions.")
    principal = [k for k in ("Principal", "NotPrincipal") if k in statement]
    resource = [k for k in ("Resource", "NotResource") if k in statement]
    if kind in _IDENTITY and principal:
        raise MalformedPolicy("Policy document should not specify a principal.")
    if kind not in _IDENTITY:
        if len(principal) != 1:
            raise MalformedPolicy("a statement needs one principal")
        _principal(statement[principal[0]])
    if kind == "trust" and resource:
        raise MalformedPolicy("Has prohibited field Resource.")
    if kind != "trust":
        _require_one_of(statement, "Resource", "NotResource")
        for arn in _strings(statement.get("Resource", statement.get("NotResource"))):
            _resource(arn, kind)
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


def _action(action: str) -> None:
    if action == "*":
        return
    vendor, colon, name = action.partition(":")
    if not colon:
        raise MalformedPolicy(
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
        )
    if ":" in name:
        raise MalformedPolicy("Actions/Condition can contain only one colon.")
    if vendor != "*" and not re.fullmatch(r"[A-Za-z0-9.-]+", vendor):
        raise MalformedPolicy(f"Vendor {vendor} is not valid")


def _resource(arn: str, kind: str) -> None:
    if arn == "*":
        return
    parts = arn.split(":", 5)
    if len(parts) < 2 or parts[0] != "arn":
        raise MalformedPolicy(f'Resource {arn} must be in ARN format or "*".')
    partition, service, region, account = (parts + [""] * 4)[1:5]
    if not partition.startswith("aws") and not re.search(r"[*?$]", partition):
        raise MalformedPolicy(f'Partition "{partition}" is not valid for resource "{arn}".')
    if not service or re.search(r"[*?]", service):
        raise MalformedPolicy(
            "Resource vendor must be fully qualified and cannot contain regexes."
        )
    if len(parts) < 6 and (kind not in _IDENTITY or "::" in arn):
        raise MalformedPolicy("The policy failed legacy parsing")
    if service == "iam" and region:
        raise MalformedPolicy(f"IAM resource {arn} cannot contain region information.")
    if service == "s3" and region and not account:
        raise MalformedPolicy(f"Resource {arn} can not contain region information.")


def _principal(principal: Any) -> None:
    if principal == "*":
        return
    if not isinstance(principal, dict) or not principal or not set(principal) <= _PRINCIPALS:
        raise MalformedPolicy("Invalid principal in policy")
    for member, names in principal.items():
        for name in _strings(names):
            valid = not re.search(r"[*?]", name) and (
                re.fullmatch(r"[0-9]{12}", name)
                or re.fullmatch(r"arn:(.*:){4}.*", name, re.DOTALL)
                or (re.fullmatch(r"[A-Za-z0-9]{16,}", name) and not name.isdigit())
            )
            if not name or (member == "AWS" and name != "*" and not valid):
                raise MalformedPolicy(f'Invalid principal in policy: "{member}":"{name}"')


def _condition(condition: Any) -> None:
    if not isinstance(condition, dict):
        raise MalformedPolicy("Condition must be an object")
    seen = set()
    for operator, keys in condition.items():
        folded = operator.lower()
        bare = folded.removeprefix("foranyvalue:").removeprefix("forallvalues:")
        if bare.removesuffix("ifexists") not in _FOLDED_OPERATORS or bare == "nullifexists":
            raise MalformedPolicy(f"Invalid Condition type : {operator}.")
        if not isinstance(keys, dict) or not keys:
            raise MalformedPolicy(f"{operator} needs condition keys")
        for key, values in keys.items():
            if (folded, key.lower()) in seen:
                raise MalformedPolicy(f"{operator} {key} is repeated")
            seen.add((folded, key.lower()))
            listed = values if isinstance(values, list) else [values]
            if not listed or not all(isinstance(v, str | bool | int | float) for v in listed):
                raise MalformedPolicy(f"{operator} needs values")
            if bare.startswith("date") and not all(_is_date(str(v)) for v in listed):
                raise MalformedPolicy("The policy failed legacy parsing")


_DATE = re.compile(
    r"-?[0-9]{1,9}(-(?P<month>[0-9]{1,2})(-(?P<day>[0-9]{1,2}))?)?"
    r"([Tt](?P<hour>[0-9]{1,2})(:(?P<minute>[0-9]{1,2})(:(?P<second>[0-9]{1,2})(\.[0-9]{1,9})?)?)?"
    r"([Zz]|[+-](?P<hours>[0-9]{2})(:(?P<minutes>[0-9]{2}))?)?)?"
)
_RANGES = {
    "month": (1, 12),
    "day": (1, 31),
    "hour": (0, 23),
    "minute": (0, 59),
    "second": (0, 59),
    "hours": (0, 23),
    "minutes": (0, 59),
}


def _is_date(text: str) -> bool:
    """Whether a string is ISO 8601, seconds since 1970, or has a policy variable."""
    if "${" in text or re.fullmatch(r"[0-9]{1,19}", text):
        return True
    found = _DATE.fullmatch(text)
    return found is not None and all(
        low <= int(found[part]) <= high
        for part, (low, high) in _RANGES.items()
        if found[part] is not None
    )
