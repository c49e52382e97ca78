"""KMS keys: policies, and calls that a key rejects in some states."""

from __future__ import annotations

from typing import Any

from moto.backends import get_backend

from .. import ACCOUNT
from ..protocol import ApiError, Call
from . import rule
from .policy_grammar import MalformedPolicy, parse_statements

GUIDE = "https://docs.aws.amazon.com/kms/latest/developerguide/"


def find_key(call: Call) -> Any:
    """moto's key for the KeyId of a call: an id, ARN or alias."""
    backend = get_backend("kms")[ACCOUNT][call.region]
    wanted = call.string("KeyId")
    alias = wanted.rsplit(":", 1)[-1]
    for key in backend.keys.values():
        if alias in key.aliases:
            return key
    return backend.keys.get(wanted.rsplit("/", 1)[-1])


@rule("kms", "CreateKey", "PutKeyPolicy", page=f"{GUIDE}key-policy-overview.html")
def key_policy_grammar(call: Call) -> None:
    """Key policies follow the grammar of resource policies."""
    document = call.string("Policy")
    if not document:
        return
    try:
        parse_statements(document, "key")
    except MalformedPolicy as error:
        raise ApiError("MalformedPolicyDocumentException", str(error)) from None


@rule(
    "kms",
    "Encrypt",
    "Decrypt",
    "ReEncrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "CreateGrant",
    "EnableKey",
    "DisableKey",
    "EnableKeyRotation",
    page=f"{GUIDE}key-state.html",
)
def key_state(call: Call) -> None:
    """A key that is disabled or pending deletion cannot be used."""
    key = find_key(call)
    if key is None:
        return
    manages_key = call.action in ("EnableKey", "DisableKey", "EnableKeyRotation")
    if key.key_state == "PendingDeletion":
        raise ApiError("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if key.key_state == "Disabled" and not manages_key:
        raise ApiError("DisabledException", f"{key.arn} is disabled.")
