"""Buckets: the defaults of a new one, and which policies it takes."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from moto.backends import get_backend
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket, PublicAccessBlock
from moto.s3.utils import bucket_policy_is_public

from .. import ACCOUNT
from ..wire import Answer, Call, Refusal
from . import patch, rule
from .documents import Malformed, check

GUIDE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"


def bucket(call: Call) -> FakeBucket | None:
    """moto's bucket of that name."""
    return get_backend("s3")[ACCOUNT]["aws"].buckets.get(call.text("Bucket"))


@rule(
    "s3", "CreateBucket", page=f"{GUIDE}create-bucket-faq.html", after=True
)
def new_bucket_defaults(call: Call, answer: Answer) -> None:
    """SSE-S3, all public access blocked, ownership enforced (since April 2023)."""
    made = bucket(call)
    if made is None:
        return
    if made.public_access_block is None:
        made.public_access_block = PublicAccessBlock("true", "true", "true", "true")
    if made.encryption is None:
        made.encryption = {
            "Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        }
    if made.ownership_rule is None:
        made.ownership_rule = "BucketOwnerEnforced"


@patch(page=f"{GUIDE}example-bucket-policies.html")
def bucket_policies_do_not_judge() -> None:
    """moto lets any Deny strike, blind to its condition: a TLS-only policy would end every
    call over http. Nothing in this emulator authorizes, so policies don't either.
    """
    FakeBucket.get_permission = lambda *_: PermissionResult.NEUTRAL


@rule("s3", "PutBucketPolicy", page=f"{GUIDE}access-policy-language-overview.html")
def bucket_policy_grammar(call: Call) -> None:
    """A policy follows the grammar and speaks of its own bucket alone."""
    name = call.text("Bucket")
    try:
        statements = check(call.body.decode("utf-8", "replace"), "resource")
    except Malformed as error:
        raise Refusal("MalformedPolicy", str(error)) from None
    for statement in statements:
        value = statement.get("Resource", statement.get("NotResource"))
        for arn in [value] if isinstance(value, str) else value:
            path = arn.split(":::", 1)[-1]
            if path != name and not path.startswith(f"{name}/") and path not in ("*", f"{name}*"):
                raise Refusal("MalformedPolicy", "Policy has invalid resource")


@rule(
    "s3", "PutBucketPolicy", page=f"{GUIDE}access-control-block-public-access.html"
)
def public_policies_blocked(call: Call) -> None:
    """A public policy is refused while the bucket blocks them."""
    asked = bucket(call)
    if asked is None or asked.public_access_block is None:
        return
    blocks = str(asked.public_access_block.block_public_policy).lower() == "true"
    if blocks and bucket_policy_is_public(call.body):
        raise Refusal("AccessDenied", "Access Denied: public policies are blocked", 403)


@rule(
    "s3",
    "DeleteObjects",
    page="https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html",
)
def delete_batch_size(call: Call) -> None:
    """At most 1,000 keys a call."""
    try:
        root = ET.fromstring(call.body)
    except ET.ParseError:
        raise Refusal("MalformedXML", "The XML you provided was not well-formed") from None
    if len([each for each in root if each.tag.split("}")[-1] == "Object"]) > 1000:
        raise Refusal("MalformedXML", "more than 1000 keys in one request")
