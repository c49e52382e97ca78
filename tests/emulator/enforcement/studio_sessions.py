"""Sessions of code that runs in Studio: what they create gets the tags that Studio adds.

Policies have to allow these tags, or the creation fails
(https://docs.aws.amazon.com/sagemaker/latest/dg/domain-multiple-tag.html). Here they are in the
request before it is decided. AWS adds them to jobs a moment later, when no policy is asked; no fence
may depend on them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .. import internal_client
from ..protocol import Call
from ..rules.studio_operations import execution_role
from ..rules.studio_state import DOMAIN, PROFILE, SPACE, STUDIO
from ..services.sagemaker import model

if TYPE_CHECKING:
    from ..server import Emulator


class StudioSessions:
    """The tags of each session, by its access key."""

    def __init__(self) -> None:
        self._tags: dict[str, dict[str, str]] = {}

    def clear(self) -> None:
        """Forget all sessions."""
        self._tags.clear()

    def open(self, emulator: Emulator, domain: str, profile: str, space: str | None) -> dict[str, Any]:
        """Credentials of the execution role, as an app of the profile or of its space has them."""
        owner = STUDIO.get(SPACE, domain, space) if space else STUDIO.get(PROFILE, domain, profile)
        role = execution_role(STUDIO.get(DOMAIN, domain), STUDIO.get(PROFILE, domain, profile))
        # The session's name, unless the domain names it after the user:
        # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StudioWebPortalSettings.html
        given = {"RoleArn": role, "RoleSessionName": "SageMaker"}
        answer = internal_client.call(emulator, "sts", "AssumeRole", given)
        text = internal_client.require_success(answer).body.decode()
        found = {
            name: re.search(rf"<{name}>([^<]+)<", text)
            for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")
        }
        credentials = {name: part.group(1) for name, part in found.items() if part}
        noun = "space" if space else "user-profile"
        self._tags[credentials["AccessKeyId"]] = {
            "sagemaker:domain-arn": STUDIO.get(DOMAIN, domain).arn,
            f"sagemaker:{noun}-arn": owner.arn,
        }
        return credentials

    def tag(self, call: Call) -> None:
        """Add the tags to what a call creates, if a session of Studio makes it."""
        found = re.search(r"Credential=([^/]+)/", call.headers.get("authorization", ""))
        added = self._tags.get(found.group(1)) if found else None
        if not added or call.service != "sagemaker" or not call.action.startswith("Create"):
            return
        if call.action not in model().operation_names:
            return
        shape = model().operation_model(call.action).input_shape
        if shape is None or "Tags" not in shape.members:
            return
        tags = list(call.params.get("Tags") or [])
        present = {tag.get("Key") for tag in tags}
        tags += [{"Key": key, "Value": value} for key, value in added.items() if key not in present]
        call.params["Tags"] = tags
