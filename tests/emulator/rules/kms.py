"""Keys: their policies, and what a key that waits for its deletion refuses."""

from __future__ import annotations

from typing import Any

from moto.backends import get_backend

from .. import ACCOUNT
from ..wire import Call, Refusal
from . import rule
from .documents import Malformed, check

GUIDE = "https://docs.aws.amazon.com/kms/latest/developerguide/"


def find(call: Call) -> Any:
    """moto's key that a call names, by id, ARN or alias."""
    backend = get_backend("kms")[ACCOUNT][call.region]
    wanted = call.text("KeyId")
    alias = wanted.rsplit(":", 1)[-1]
    for key in backend.keys.values():
        if alias in key.aliases:
            return key
    return backend.keys.get(wanted.rsplit("/", 1)[-1])


@rule("kms", "CreateKey", "PutKeyPolicy", page=f"{GUIDE}key-policy-overview.html")
def key_policy_grammar(call: Call) -> None:
    """A key policy follows the grammar of resource policies."""
    document = call.text("Policy")
    if not document:
        return
    try:
        check(document, "resource")
    except Malformed as error:
        raise Refusal("MalformedPolicyDocumentException", str(error)) from None


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
    """A key that is pending deletion or disabled does no work."""
    key = find(call)
    if key is None:
        return
    idle = call.action in ("EnableKey", "DisableKey", "EnableKeyRotation")
    if key.key_state == "PendingDeletion":
        raise Refusal("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if key.key_state == "Disabled" and not idle:
        raise Refusal("DisabledException", f"{key.arn} is disabled.")
