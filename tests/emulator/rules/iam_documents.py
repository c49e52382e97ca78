"""Documents in IAM: well-formed, and no longer than the quota."""

from __future__ import annotations

import re

from ..wire import Call, Refusal
from . import rule
from .documents import GRAMMAR, Malformed, check
from .iam_names import QUOTAS, iam


def size(document: str) -> int:
    """IAM's count: characters that are not white space."""
    return len(re.sub(r"\s", "", document))


def _check(document: str, kind: str) -> list[dict]:
    try:
        return check(document, kind)
    except Malformed as error:
        raise Refusal("MalformedPolicyDocument", str(error)) from None


@rule("iam", "CreatePolicy", "CreatePolicyVersion", "PutRolePolicy", page=GRAMMAR)
def identity_documents(call: Call) -> None:
    """An identity policy follows the grammar."""
    _check(call.text("PolicyDocument"), "identity")


@rule("iam", "CreateRole", "UpdateAssumeRolePolicy", page=GRAMMAR, sure=False)
def trust_documents(call: Call) -> None:
    """A trust policy follows the grammar, and the roles that it names exist."""
    name = "AssumeRolePolicyDocument" if call.action == "CreateRole" else "PolicyDocument"
    known = {role.arn for role in iam().roles.values()}
    for statement in _check(call.text(name), "trust"):
        principal = statement.get("Principal")
        named = principal.get("AWS", []) if isinstance(principal, dict) else []
        for arn in [named] if isinstance(named, str) else named:
            if ":role/" in arn and arn not in known:
                raise Refusal(
                    "MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{arn}"'
                )


@rule("iam", "CreatePolicy", "CreatePolicyVersion", page=QUOTAS)
def managed_policy_size(call: Call) -> None:
    """6,144 characters without white space."""
    if size(call.text("PolicyDocument")) > 6144:
        raise Refusal("LimitExceeded", "Cannot exceed quota for PolicySize: 6144", 409)


@rule("iam", "PutRolePolicy", page=QUOTAS)
def inline_policy_size(call: Call) -> None:
    """10,240 characters without white space, over all inline policies of the role."""
    name = call.text("RoleName")
    total = size(call.text("PolicyDocument"))
    for role in iam().roles.values():
        if role.name == name:
            total += sum(
                size(text)
                for policy, text in role.policies.items()
                if policy != call.text("PolicyName")
            )
    if total > 10240:
        raise Refusal(
            "LimitExceeded",
            f"Maximum policy size of 10240 bytes exceeded for role {name}",
            409,
        )


@rule("iam", "CreateRole", "UpdateAssumeRolePolicy", page=QUOTAS)
def trust_policy_size(call: Call) -> None:
    """2,048 characters without white space."""
    name = "AssumeRolePolicyDocument" if call.action == "CreateRole" else "PolicyDocument"
    if size(call.text(name)) > 2048:
        raise Refusal("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048", 409)


