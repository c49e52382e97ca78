"""Calls on notebook instances, and the statuses in which each is allowed."""

from __future__ import annotations

from typing import Any

from ..protocol import Call, Response, json_response
from . import rule
from .notebook_validation import API, constraint, invalid
from .notebook_state import STORE, Notebook, notebook_arn
from .studio_state import APP, DOMAIN, PROFILE, SPACE, STUDIO

STATES = "https://docs.aws.amazon.com/sagemaker/latest/dg/nbi.html"


def require_status(notebook: Notebook, allowed: tuple[str, ...], target: str) -> None:
    """Raise AWS's error unless a transition to `target` is allowed in the current status."""
    if notebook.status not in allowed:
        raise invalid(
            f"Status ({notebook.status}) not in ([{', '.join(allowed)}]). Unable to "
            f"transition to ({target}) for Notebook Instance ({notebook.arn})"
        )


@rule(
    "sagemaker",
    "CreateNotebookInstance",
    page=f"{API}API_CreateNotebookInstance.html",
    confirmed=False,
)
def create_notebook(call: Call) -> Response:
    """Creates a Pending instance with AWS's defaults; the name must be unique."""
    p = call.params
    name = p["NotebookInstanceName"]
    if name in STORE.notebooks:
        arn = notebook_arn(call.region, name)
        raise invalid(f"Cannot create a duplicate Notebook Instance ({arn})")
    settings: dict[str, Any] = {
        "InstanceType": p["InstanceType"],
        "RoleArn": p["RoleArn"],
        "DirectInternetAccess": p.get("DirectInternetAccess", "Enabled"),
        "RootAccess": p.get("RootAccess", "Enabled"),
        "VolumeSizeInGB": p.get("VolumeSizeInGB", 5),
        "PlatformIdentifier": p.get("PlatformIdentifier", "notebook-al2-v3"),
        "InstanceMetadataServiceConfiguration": p.get(
            "InstanceMetadataServiceConfiguration",
            {"MinimumInstanceMetadataServiceVersion": "1"},
        ),
        "SecurityGroups": p.get("SecurityGroupIds") or [],
    }
    for parameter, field in (
        ("SubnetId", "SubnetId"),
        ("KmsKeyId", "KmsKeyId"),
        ("LifecycleConfigName", "NotebookInstanceLifecycleConfigName"),
    ):
        if p.get(parameter) is not None:
            settings[field] = p[parameter]
    tags = {tag["Key"]: tag["Value"] for tag in p.get("Tags") or []}
    notebook = Notebook(name, call.region, "Pending", settings, tags)
    STORE.add(notebook)
    return json_response({"NotebookInstanceArn": notebook.arn})


@rule("sagemaker", "DescribeNotebookInstance", page=STATES)
def describe_notebook(call: Call) -> Response:
    """Returns all fields; a status change takes a number of polls."""
    name = call.string("NotebookInstanceName")
    STORE.poll(name)
    return json_response(STORE.get(name).describe())


@rule("sagemaker", "StartNotebookInstance", page=STATES)
def start_notebook(call: Call) -> Response:
    """Only a Stopped or Failed instance can be started."""
    notebook = STORE.get(call.string("NotebookInstanceName"))
    require_status(notebook, ("Stopped", "Failed"), "Pending")
    STORE.start(notebook, "Pending")
    return json_response({})


@rule("sagemaker", "StopNotebookInstance", page=STATES)
def stop_notebook(call: Call) -> Response:
    """Only an InService instance can be stopped."""
    notebook = STORE.get(call.string("NotebookInstanceName"))
    require_status(notebook, ("InService",), "Stopping")
    STORE.start(notebook, "Stopping")
    return json_response({})


@rule(
    "sagemaker", "DeleteNotebookInstance", page=f"{API}API_DeleteNotebookInstance.html"
)
def delete_notebook(call: Call) -> Response:
    """Only a Stopped or Failed instance can be deleted, and that takes time."""
    notebook = STORE.get(call.string("NotebookInstanceName"))
    require_status(notebook, ("Stopped", "Failed"), "Deleting")
    STORE.start(notebook, "Deleting")
    return json_response({})


@rule(
    "sagemaker",
    "UpdateNotebookInstance",
    page=f"{API}API_UpdateNotebookInstance.html",
    confirmed=False,
)
def update_notebook(call: Call) -> Response:
    """Only a Stopped or Failed instance can be updated, and its volume cannot shrink."""
    p = call.params
    notebook = STORE.get(call.string("NotebookInstanceName"))
    require_status(notebook, ("Stopped", "Failed"), "Updating")
    size = p.get("VolumeSizeInGB")
    if size is not None and size < notebook.settings["VolumeSizeInGB"]:
        raise invalid(
            f"Volume size {size} is less than the current "
            f"{notebook.settings['VolumeSizeInGB']}: a volume can't shrink"
        )
    for name in (
        "InstanceType",
        "RoleArn",
        "RootAccess",
        "VolumeSizeInGB",
        "PlatformIdentifier",
        "InstanceMetadataServiceConfiguration",
    ):
        if p.get(name) is not None:
            notebook.settings[name] = p[name]
    config = "NotebookInstanceLifecycleConfigName"
    if p.get("LifecycleConfigName") is not None:
        notebook.settings[config] = p["LifecycleConfigName"]
    if p.get("DisassociateLifecycleConfig"):
        notebook.settings.pop(config, None)
    STORE.start(notebook, "Updating")
    return json_response({})


@rule(
    "sagemaker",
    "CreatePresignedNotebookInstanceUrl",
    page=f"{API}API_CreatePresignedNotebookInstanceUrl.html",
    confirmed=False,
)
def presigned_url(call: Call) -> Response:
    """Returns a URL for an InService instance, valid for 30 minutes to 12 hours."""
    notebook = STORE.get(call.string("NotebookInstanceName"))
    require_status(notebook, ("InService",), "PresignedUrl")
    seconds = call.params.get("SessionExpirationDurationInSeconds", 43200)
    if not 1800 <= seconds <= 43200:
        raise constraint(
            seconds,
            "sessionExpirationDurationInSeconds",
            "Member must be between 1800 and 43200",
        )
    host = notebook.describe()["Url"]
    return json_response(
        {"AuthorizedUrl": f"https://{host}?authToken={notebook.name}-{seconds}"}
    )


@rule(
    "sagemaker", "ListNotebookInstances", page=f"{API}API_ListNotebookInstances.html"
)
def list_notebooks(call: Call) -> Response:
    """Instances are filtered and paginated; the default page size is ten."""
    p = call.params
    for name in list(STORE.notebooks):
        STORE.poll(name)
    found = [
        notebook
        for name, notebook in sorted(STORE.notebooks.items())
        if p.get("NameContains", "") in name
        and p.get("StatusEquals") in (None, notebook.status)
        and p.get("NotebookInstanceLifecycleConfigNameContains", "")
        in (notebook.settings.get("NotebookInstanceLifecycleConfigName") or "")
    ]
    start, size = int(p.get("NextToken") or 0), p.get("MaxResults") or 10
    summary_fields = (
        "NotebookInstanceName",
        "NotebookInstanceArn",
        "NotebookInstanceStatus",
        "Url",
        "InstanceType",
        "CreationTime",
        "LastModifiedTime",
        "NotebookInstanceLifecycleConfigName",
    )
    body: dict[str, Any] = {
        "NotebookInstances": [
            {key: value for key, value in n.describe().items() if key in summary_fields}
            for n in found[start : start + size]
        ]
    }
    if start + size < len(found):
        body["NextToken"] = str(start + size)
    return json_response(body)


def _tags(call: Call) -> dict[str, str] | None:
    """The tags of an instance, a lifecycle configuration or something of Studio; moto has the others."""
    arn = call.string("ResourceArn")
    if ":notebook-instance/" in arn:
        return STORE.by_arn(arn).tags
    if ":notebook-instance-lifecycle-config/" in arn:
        if arn not in STORE.config_tags:
            raise invalid("RecordNotFound")
        return STORE.config_tags[arn]
    if arn.partition("/")[0].rpartition(":")[2] in (DOMAIN, PROFILE, SPACE, APP):
        thing = STUDIO.by_arn(arn)
        if thing is None:
            raise invalid("RecordNotFound")
        return thing.tags
    return None


@rule("sagemaker", "AddTags", page=f"{API}API_AddTags.html")
def add_tags(call: Call) -> Response | None:
    """Adds tags; an existing tag gets the new value."""
    tags = _tags(call)
    if tags is None:
        return None
    tags.update({tag["Key"]: tag["Value"] for tag in call.params["Tags"]})
    return json_response({"Tags": _tag_list(tags)})


@rule("sagemaker", "DeleteTags", page=f"{API}API_DeleteTags.html")
def delete_tags(call: Call) -> Response | None:
    """Removes tags; missing ones are ignored."""
    tags = _tags(call)
    if tags is None:
        return None
    for key in call.params["TagKeys"]:
        tags.pop(key, None)
    return json_response({})


@rule("sagemaker", "ListTags", page=f"{API}API_ListTags.html")
def list_tags(call: Call) -> Response | None:
    """Returns all tags of an instance, a lifecycle configuration or something of Studio."""
    tags = _tags(call)
    return None if tags is None else json_response({"Tags": _tag_list(tags)})


def _tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": k, "Value": v} for k, v in sorted(tags.items())]
