"""Requests to KMS that S3 makes on behalf of the caller.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
"""

from __future__ import annotations

from moto.backends import get_backend

from .. import ACCOUNT
from ..arns import PARTITION
from ..protocol import Call

_ENCRYPTS = ("PutObject", "CopyObject", "CreateMultipartUpload")


def key_arn(region: str, key: str) -> str:
    """The ARN of a key that a call names by id or ARN."""
    return key if key.startswith("arn:") else f"arn:{PARTITION}:kms:{region}:{ACCOUNT}:key/{key}"


def implied(call: Call) -> list[tuple[str, str, dict[str, str]]]:
    """Action, key and context of the requests that an S3 operation makes to KMS."""
    if call.service != "s3" or not call.string("Key"):
        return []
    key = _key(call)
    if key is None:
        return []
    actions = {"GetObject": "Decrypt", "UploadPart": "GenerateDataKey"}
    action = "GenerateDataKey" if call.action in _ENCRYPTS else actions.get(call.action)
    if action is None:
        return []
    context = {
        "kms:ViaService": f"s3.{call.region}.amazonaws.com",
        "kms:CallerAccount": ACCOUNT,
        # A bucket key stands for the objects of its bucket.
        "kms:EncryptionContext:aws:s3:arn": f"arn:{PARTITION}:s3:::{call.string('Bucket')}",
    }
    return [(f"kms:{action}", key_arn(call.region, key), context)]


def _key(call: Call) -> str | None:
    """The key of the object: of the call, or the bucket's default."""
    given = call.headers.get("x-amz-server-side-encryption-aws-kms-key-id")
    if given:
        return given
    bucket = get_backend("s3")[ACCOUNT][PARTITION].buckets.get(call.string("Bucket"))
    if bucket is None or not bucket.encryption:
        return None
    rule = bucket.encryption.get("Rule", {})
    rule = rule[0] if isinstance(rule, list) else rule
    return rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID")
