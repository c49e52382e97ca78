"""Actions, resources and condition keys of S3 operations.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from urllib.parse import unquote

from ..arns import PARTITION
from ..protocol import ApiError, Call

# Operations whose permission has another name.
_ACTIONS = {
    "ListBuckets": "ListAllMyBuckets",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListParts": "ListMultipartUploadParts",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}
_HEADERS = (
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-acl",
    "x-amz-storage-class",
    "x-amz-copy-source",
)
Asked = tuple[str, str, dict[str, str]]


def requests(call: Call) -> list[Asked]:
    """Action, resource and context of each request that an operation makes."""
    bucket, key = call.string("Bucket"), call.string("Key")
    bucket_arn = f"arn:{PARTITION}:s3:::{bucket}"
    name = f"s3:{_ACTIONS.get(call.action, call.action)}"
    if not bucket:
        return [(name, "*", {})]
    if call.action == "DeleteObjects":
        return [("s3:DeleteObject", f"{bucket_arn}/{key}", {}) for key in deleted_keys(call)]
    if not key:
        listing = {"prefix": "s3:prefix", "delimiter": "s3:delimiter", "max-keys": "s3:max-keys"}
        context = {key: call.query[part] for part, key in listing.items() if part in call.query}
        return [(name, bucket_arn, context)]
    headers = {f"s3:{each}": call.headers[each] for each in _HEADERS if each in call.headers}
    if call.action == "CopyObject":
        source = unquote(call.headers["x-amz-copy-source"]).lstrip("/").split("?", 1)[0]
        return [
            ("s3:GetObject", f"arn:{PARTITION}:s3:::{source}", {}),
            ("s3:PutObject", f"{bucket_arn}/{key}", headers),
        ]
    asked: list[Asked] = [(name, f"{bucket_arn}/{key}", headers)]
    if call.action == "PutObject" and "x-amz-tagging" in call.headers:
        asked.append(("s3:PutObjectTagging", f"{bucket_arn}/{key}", {}))
    return asked


def deleted_keys(call: Call) -> list[str]:
    """The keys that DeleteObjects names."""
    try:
        root = ET.fromstring(call.body)
    except ET.ParseError:
        raise ApiError("MalformedXML", "The XML you provided was not well-formed") from None
    keys = [
        part.text or ""
        for each in root
        for part in each
        if part.tag.split("}")[-1] == "Key"
    ]
    return keys
