"""Notebook instances themselves: what each call does, and in which state it is refused."""

from __future__ import annotations

from typing import Any

from ..wire import Answer, Call, answer_json
from . import rule
from .notebook_rules import API, constraint, invalid
from .notebook_state import STORE, Notebook, notebook_arn

STATES = "https://docs.aws.amazon.com/sagemaker/latest/dg/nbi.html"


def need(notebook: Notebook, allowed: tuple[str, ...], following: str) -> None:
    """Refuse a transition from the wrong state, in AWS's words."""
    if notebook.status not in allowed:
        raise invalid(
            f"Status ({notebook.status}) not in ([{', '.join(allowed)}]). Unable to "
            f"transition to ({following}) for Notebook Instance ({notebook.arn})"
        )


@rule("sagemaker", "CreateNotebookInstance", page=f"{API}API_CreateNotebookInstance.html", sure=False)
def create_notebook(call: Call) -> Answer:
    """Makes a Pending instance with AWS's defaults; a name is taken once."""
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
    for given, told in (
        ("SubnetId", "SubnetId"),
        ("KmsKeyId", "KmsKeyId"),
        ("LifecycleConfigName", "NotebookInstanceLifecycleConfigName"),
    ):
        if p.get(given) is not None:
            settings[told] = p[given]
    tags = {tag["Key"]: tag["Value"] for tag in p.get("Tags") or []}
    notebook = Notebook(name, call.region, "Pending", settings, tags)
    STORE.notebooks[name] = notebook
    return answer_json({"NotebookInstanceArn": notebook.arn})


@rule("sagemaker", "DescribeNotebookInstance", page=STATES)
def describe_notebook(call: Call) -> Answer:
    """Tells all; states take time, counted in looks."""
    name = call.text("NotebookInstanceName")
    STORE.look(name)
    return answer_json(STORE.get(name).describe())


@rule("sagemaker", "StartNotebookInstance", page=STATES)
def start_notebook(call: Call) -> Answer:
    """Only a Stopped or Failed instance starts."""
    notebook = STORE.get(call.text("NotebookInstanceName"))
    need(notebook, ("Stopped", "Failed"), "Pending")
    STORE.enter(notebook, "Pending")
    return answer_json({})


@rule("sagemaker", "StopNotebookInstance", page=STATES)
def stop_notebook(call: Call) -> Answer:
    """Only an InService instance stops."""
    notebook = STORE.get(call.text("NotebookInstanceName"))
    need(notebook, ("InService",), "Stopping")
    STORE.enter(notebook, "Stopping")
    return answer_json({})


@rule(
    "sagemaker", "DeleteNotebookInstance", page=f"{API}API_DeleteNotebookInstance.html"
)
def delete_notebook(call: Call) -> Answer:
    """Only a Stopped or Failed instance is deleted, and that takes time."""
    notebook = STORE.get(call.text("NotebookInstanceName"))
    need(notebook, ("Stopped", "Failed"), "Deleting")
    STORE.enter(notebook, "Deleting")
    return answer_json({})


@rule(
    "sagemaker",
    "UpdateNotebookInstance",
    page=f"{API}API_UpdateNotebookInstance.html",
    sure=False,
)
def update_notebook(call: Call) -> Answer:
    """Only a Stopped or Failed instance is updated, and its volume only grows."""
    p = call.params
    notebook = STORE.get(call.text("NotebookInstanceName"))
    need(notebook, ("Stopped", "Failed"), "Updating")
    size = p.get("VolumeSizeInGB")
    if size is not None and size < notebook.settings["VolumeSizeInGB"]:
        raise invalid(
            f"Volume size {size} is less than the present "
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
    STORE.enter(notebook, "Updating")
    return answer_json({})


@rule(
    "sagemaker",
    "CreatePresignedNotebookInstanceUrl",
    page=f"{API}API_CreatePresignedNotebookInstanceUrl.html",
    sure=False,
)
def presigned_url(call: Call) -> Answer:
    """A URL for an InService instance, for half an hour to twelve hours."""
    notebook = STORE.get(call.text("NotebookInstanceName"))
    need(notebook, ("InService",), "PresignedUrl")
    seconds = call.params.get("SessionExpirationDurationInSeconds", 43200)
    if not 1800 <= seconds <= 43200:
        raise constraint(
            seconds,
            "sessionExpirationDurationInSeconds",
            "Member must be between 1800 and 43200",
        )
    host = notebook.describe()["Url"]
    return answer_json(
        {"AuthorizedUrl": f"https://{host}?authToken={notebook.name}-{seconds}"}
    )


@rule(
    "sagemaker", "ListNotebookInstances", page=f"{API}API_ListNotebookInstances.html"
)
def list_notebooks(call: Call) -> Answer:
    """Filters, and pages of ten unless told otherwise."""
    p = call.params
    for name in list(STORE.notebooks):
        STORE.look(name)
    found = [
        notebook
        for name, notebook in sorted(STORE.notebooks.items())
        if p.get("NameContains", "") in name
        and p.get("StatusEquals") in (None, notebook.status)
    ]
    start, size = int(p.get("NextToken") or 0), p.get("MaxResults") or 10
    told = (
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
            {key: value for key, value in n.describe().items() if key in told}
            for n in found[start : start + size]
        ]
    }
    if start + size < len(found):
        body["NextToken"] = str(start + size)
    return answer_json(body)


def _tagged(call: Call) -> Notebook | None:
    arn = call.text("ResourceArn")
    return STORE.by_arn(arn) if ":notebook-instance/" in arn else None


@rule("sagemaker", "AddTags", page=f"{API}API_AddTags.html")
def add_tags(call: Call) -> Answer | None:
    """A tag that is there already gets the new value."""
    notebook = _tagged(call)
    if notebook is None:
        return None
    notebook.tags.update({tag["Key"]: tag["Value"] for tag in call.params["Tags"]})
    return answer_json({"Tags": _pairs(notebook)})


@rule("sagemaker", "DeleteTags", page=f"{API}API_DeleteTags.html")
def delete_tags(call: Call) -> Answer | None:
    """Takes tags away; missing ones don't matter."""
    notebook = _tagged(call)
    if notebook is None:
        return None
    for key in call.params["TagKeys"]:
        notebook.tags.pop(key, None)
    return answer_json({})


@rule("sagemaker", "ListTags", page=f"{API}API_ListTags.html")
def list_tags(call: Call) -> Answer | None:
    """All tags of an instance."""
    notebook = _tagged(call)
    return None if notebook is None else answer_json({"Tags": _pairs(notebook)})


def _pairs(notebook: Notebook) -> list[dict[str, str]]:
    return [{"Key": k, "Value": v} for k, v in sorted(notebook.tags.items())]


