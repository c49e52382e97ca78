"""S3 buckets: defaults of new buckets, and validation of bucket policies."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from moto.backends import get_backend
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket, PublicAccessBlock
from moto.s3.utils import bucket_policy_is_public

from .. import ACCOUNT
from ..protocol import ApiError, Call, Response
from . import patch, rule
from .policy_grammar import MalformedPolicy, parse_statements

GUIDE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"


def bucket(call: Call) -> FakeBucket | None:
    """moto's bucket that a call is about."""
    return get_backend("s3")[ACCOUNT]["aws"].buckets.get(call.string("Bucket"))


@rule(
    "s3", "CreateBucket", page=f"{GUIDE}create-bucket-faq.html", after=True
)
def new_bucket_defaults(call: Call, response: Response) -> None:
    """A new bucket has SSE-S3, blocked public access and enforced ownership (since April 2023)."""
    created = bucket(call)
    if created is None:
        return
    if created.public_access_block is None:
        created.public_access_block = PublicAccessBlock("true", "true", "true", "true")
    if created.encryption is None:
        created.encryption = {
            "Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        }
    if created.ownership_rule is None:
        created.ownership_rule = "BucketOwnerEnforced"


@patch(page=f"{GUIDE}example-bucket-policies.html")
def bucket_policies_not_enforced() -> None:
    """Bucket policies do not affect calls. moto applies any Deny regardless of its condition, so a
    policy that requires TLS would deny every call over HTTP.
    """
    FakeBucket.get_permission = lambda *_: PermissionResult.NEUTRAL


@rule("s3", "PutBucketPolicy", page=f"{GUIDE}access-policy-language-overview.html")
def bucket_policy_grammar(call: Call) -> None:
    """A bucket policy follows the grammar and applies to its own bucket only."""
    name = call.string("Bucket")
    try:
        statements = parse_statements(call.body.decode("utf-8", "replace"), "bucket")
    except MalformedPolicy as error:
        raise ApiError("MalformedPolicy", str(error)) from None
    for statement in statements:
        value = statement.get("Resource", statement.get("NotResource"))
        for arn in [value] if isinstance(value, str) else value:
            path = arn.split(":::", 1)[-1]
            if path != name and not path.startswith(f"{name}/") and path not in ("*", f"{name}*"):
                raise ApiError("MalformedPolicy", "Policy has invalid resource")


@rule(
    "s3", "PutBucketPolicy", page=f"{GUIDE}access-control-block-public-access.html"
)
def public_policies_blocked(call: Call) -> None:
    """A public bucket policy is rejected while the bucket blocks public policies."""
    target = bucket(call)
    if target is None or target.public_access_block is None:
        return
    blocks = str(target.public_access_block.block_public_policy).lower() == "true"
    if blocks and bucket_policy_is_public(call.body):
        raise ApiError("AccessDenied", "Access Denied: public policies are blocked", 403)


@rule(
    "s3",
    "DeleteObjects",
    page="https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html",
)
def delete_batch_size(call: Call) -> None:
    """A call deletes at most 1,000 objects."""
    try:
        root = ET.fromstring(call.body)
    except ET.ParseError:
        raise ApiError("MalformedXML", "The XML you provided was not well-formed") from None
    if len([each for each in root if each.tag.split("}")[-1] == "Object"]) > 1000:
        raise ApiError("MalformedXML", "more than 1000 keys in one request")
