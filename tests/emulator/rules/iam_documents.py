"""Policy documents in IAM: grammar and size quotas."""

from __future__ import annotations

import re

from moto.iam.policy_validation import (
    BaseIAMPolicyValidator,
    IAMPolicyDocumentValidator,
    IAMTrustPolicyDocumentValidator,
)

from ..protocol import ApiError, Call
from . import patch, rule
from .policy_grammar import GRAMMAR, MalformedPolicy, parse_statements
from .iam_names import QUOTAS, iam


def size(document: str) -> int:
    """The size of a document as IAM counts it: without whitespace."""
    return len(re.sub(r"\s", "", document))


def _parse(document: str, kind: str) -> list[dict]:
    try:
        return parse_statements(document, kind)
    except MalformedPolicy as error:
        raise ApiError("MalformedPolicyDocument", str(error)) from None


@patch(page=GRAMMAR)
def one_grammar() -> None:
    """Only the grammar of these rules applies. moto has one of its own, which also rejects version
    2008-10-17 in inline and trust policies, and numbers in conditions.
    """
    for each in (
        BaseIAMPolicyValidator,
        IAMPolicyDocumentValidator,
        IAMTrustPolicyDocumentValidator,
    ):
        each.validate = lambda _: None


@rule("iam", "CreatePolicy", "CreatePolicyVersion", page=GRAMMAR)
def identity_documents(call: Call) -> None:
    """Managed policies follow the grammar."""
    _parse(call.string("PolicyDocument"), "managed")


@rule("iam", "PutRolePolicy", "PutUserPolicy", "PutGroupPolicy", page=GRAMMAR)
def inline_documents(call: Call) -> None:
    """Inline policies follow the grammar."""
    _parse(call.string("PolicyDocument"), "inline")


@rule("iam", "CreateRole", "UpdateAssumeRolePolicy", page=GRAMMAR, confirmed=False)
def trust_documents(call: Call) -> None:
    """Trust policies follow the grammar, and the roles in them exist."""
    name = "AssumeRolePolicyDocument" if call.action == "CreateRole" else "PolicyDocument"
    known = {role.arn for role in iam().roles.values()}
    for statement in _parse(call.string(name), "trust"):
        principal = statement.get("Principal")
        named = principal.get("AWS", []) if isinstance(principal, dict) else []
        for arn in [named] if isinstance(named, str) else named:
            if ":role/" in arn and arn not in known:
                raise ApiError(
                    "MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{arn}"'
                )


@rule("iam", "CreatePolicy", "CreatePolicyVersion", page=QUOTAS)
def managed_policy_size(call: Call) -> None:
    """A managed policy has at most 6,144 characters without whitespace."""
    if size(call.string("PolicyDocument")) > 6144:
        raise ApiError("LimitExceeded", "Cannot exceed quota for PolicySize: 6144", 409)


@rule("iam", "PutRolePolicy", page=QUOTAS)
def inline_policy_size(call: Call) -> None:
    """The inline policies of a role have at most 10,240 characters in total, without whitespace."""
    name = call.string("RoleName")
    total = size(call.string("PolicyDocument"))
    for role in iam().roles.values():
        if role.name == name:
            total += sum(
                size(document)
                for policy, document in role.policies.items()
                if policy != call.string("PolicyName")
            )
    if total > 10240:
        raise ApiError(
            "LimitExceeded",
            f"Maximum policy size of 10240 bytes exceeded for role {name}",
            409,
        )


@rule("iam", "CreateRole", "UpdateAssumeRolePolicy", page=QUOTAS)
def trust_policy_size(call: Call) -> None:
    """A trust policy has at most 2,048 characters without whitespace."""
    name = "AssumeRolePolicyDocument" if call.action == "CreateRole" else "PolicyDocument"
    if size(call.string(name)) > 2048:
        raise ApiError("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048", 409)
