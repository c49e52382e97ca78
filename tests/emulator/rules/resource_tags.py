"""The Resource Groups Tagging API, over notebook instances and Studio."""

from __future__ import annotations

from typing import Any

from ..protocol import ApiError, Call, Response, json_response
from . import rule
from .notebook_state import STORE
from .studio_state import DOMAIN, PROFILE, SPACE, STUDIO

PAGE = (
    "https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html"
)
SAGEMAKER = "sagemaker:"


def _resources() -> list[tuple[str, str, dict[str, str]]]:
    """ARN, type and tags of all that has or had tags."""
    found = [
        (notebook.arn, "notebook-instance", notebook.tags)
        for notebook in STORE.notebooks.values()
    ]
    for kind in (DOMAIN, PROFILE, SPACE):
        found += [(thing.arn, kind, thing.tags) for thing in STUDIO.of(kind)]
    return sorted(found)


@rule("tagging", "GetResources", page=PAGE)
def get_resources(call: Call) -> Response:
    """Resources are filtered by type and tags, and come in pages of at most a hundred."""
    p = call.params
    size = p.get("ResourcesPerPage", 50)
    if not 1 <= size <= 100:
        raise ApiError("InvalidParameterException", "ResourcesPerPage must be between 1 and 100.")
    types = p.get("ResourceTypeFilters") or [SAGEMAKER.rstrip(":")]
    filters = p.get("TagFilters") or []

    def matches(tags: dict[str, str]) -> bool:
        return all(
            tag["Key"] in tags and tags[tag["Key"]] in (tag.get("Values") or [tags[tag["Key"]]])
            for tag in filters
        )

    found = [
        (arn, tags)
        for arn, kind, tags in _resources()
        if (SAGEMAKER + kind in types or "sagemaker" in types) and matches(tags)
    ]
    start = int(p.get("PaginationToken") or 0)
    body: dict[str, Any] = {
        "PaginationToken": str(start + size) if start + size < len(found) else "",
        "ResourceTagMappingList": [
            {
                "ResourceARN": arn,
                "Tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())],
            }
            for arn, tags in found[start : start + size]
        ],
    }
    return json_response(body)
