"""Reads that are older than the last writes.

IAM ("Changes that I make are not always immediately visible",
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html), SageMaker (the AWS
provider of Terraform waits for new instances to be found) and the indexes of DynamoDB
("Global secondary indexes support eventually consistent reads only",
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html) return what was true
a moment ago. With a lag of `n`, each read that would have another response than the last one
returns that last one `n` more times, and a new object is not found `n` times.

A process of the provider asks STS for its caller once, before all other calls. Then everything
written before is visible, because AWS has caught up by the time of the next command.

Consistent reads of DynamoDB and all reads of S3 are never late
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel).
"""

from __future__ import annotations

import json
import re

from . import protocol
from .faults import READS
from .protocol import ApiError, Call, Response

# For each call that creates an object: the parameter with its name.
_CREATES = {
    "CreateRole": "RoleName",
    "CreatePolicy": "PolicyName",
    "CreateNotebookInstance": "NotebookInstanceName",
    "CreateUserProfile": "UserProfileName",
    "CreateSpace": "SpaceName",
}
# Parameters of reads that name one object, or end with its name.
_NAMES = (
    "RoleName",
    "PolicyArn",
    "NotebookInstanceName",
    "ResourceArn",
    "DomainId",
    "UserProfileName",
    "SpaceName",
)
_ABSENT = {
    "iam": ApiError("NoSuchEntity", "The object cannot be found.", 404),
    "sagemaker": ApiError("ValidationException", "RecordNotFound", 400),
}
_REQUEST_ID = re.compile(rb"<RequestId>[^<]*</RequestId>")


class Lag:
    """How late reads are, and what they returned last."""

    def __init__(self, looks: int = 0) -> None:
        self.looks = looks
        self.last: dict[str, Response] = {}
        self.late: dict[str, int] = {}
        self.new: set[tuple[str, str]] = set()

    def settle(self) -> None:
        """From now on, reads return what was written before."""
        self.last.clear()
        self.late.clear()
        self.new.clear()

    def seen(self, call: Call, response: Response) -> Response:
        """The response that the caller of a read sees; notes what a write creates."""
        if not self.looks:
            return response
        if call.action == "GetCallerIdentity":
            self.settle()
            return response
        if not call.action.startswith(READS):
            name = call.string(_CREATES.get(call.action, ""))
            # The id of a domain is in the response only.
            if call.action == "CreateDomain":
                name = response.json().get("DomainId", "")
            if name and response.status < 300:
                self.new.add((call.service, name.lower()))
            return response
        if not _can_be_late(call):
            return response
        key = json.dumps([call.service, call.action, call.params], sort_keys=True)
        last = self.last.get(key)
        if last is None and self._is_new(call):
            last = protocol.render_error(call, _absent(call))
            self.last[key] = last
        if last is not None and _content(last) != _content(response):
            if self.late.get(key, 0) < self.looks:
                self.late[key] = self.late.get(key, 0) + 1
                return last
        self.late.pop(key, None)
        self.last[key] = response
        return response

    def _is_new(self, call: Call) -> bool:
        """Whether the call reads one object, which was created since the last settling."""
        for parameter in _NAMES:
            name = call.string(parameter).rsplit("/", 1)[-1].lower()
            if name and (call.service, name) in self.new:
                return True
        return False


def _absent(call: Call) -> ApiError:
    """The error of a read of something that cannot be found yet."""
    if call.service == "sagemaker" and "DomainId" in call.params:
        return ApiError("ResourceNotFound", "The resource does not exist.", 400)
    return _ABSENT[call.service]


def _can_be_late(call: Call) -> bool:
    if call.service == "dynamodb":
        return call.action == "Query" and "IndexName" in call.params
    return call.service in ("iam", "sagemaker", "tagging")


def _content(response: Response) -> tuple[int, bytes]:
    return response.status, _REQUEST_ID.sub(b"", response.body)
