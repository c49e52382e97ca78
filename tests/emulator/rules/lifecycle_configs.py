"""Lifecycle configurations of notebook instances."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from .. import ACCOUNT
from ..protocol import Call, Response, json_response
from . import rule
from .notebook_validation import API, NAME, constraint, invalid
from .notebook_state import EPOCH, STORE

_NAME = "NotebookInstanceLifecycleConfigName"


def _scripts(call: Call) -> dict[str, Any]:
    """The scripts in a call: base64, at most 16,384 characters each."""
    found = {}
    for hook in ("OnCreate", "OnStart"):
        scripts = call.params.get(hook)
        if scripts is None:
            continue
        for script in scripts:
            content = script.get("Content", "")
            if not 1 <= len(content) <= 16384:
                raise constraint(len(content), hook, "Member must have length 1-16384")
            try:
                base64.b64decode(content, validate=True)
            except binascii.Error:
                raise invalid(f"{hook} is not base64") from None
        found[hook] = scripts
    return found


def _get(call: Call) -> dict[str, Any]:
    config = STORE.configs.get(call.string(_NAME))
    if config is None:
        raise invalid("Unable to describe Notebook Instance Lifecycle Config: not found")
    return config


@rule(
    "sagemaker",
    "CreateNotebookInstanceLifecycleConfig",
    page=f"{API}API_CreateNotebookInstanceLifecycleConfig.html",
)
def create_config(call: Call) -> Response:
    """Creates a configuration; the name must be unique."""
    name = call.string(_NAME)
    if not NAME.fullmatch(name) or len(name) > 63:
        raise constraint(name, _NAME, "Member must be a name of at most 63")
    if name in STORE.configs:
        raise invalid(f"Notebook Instance Lifecycle Config {name} already exists")
    arn = (
        f"arn:aws:sagemaker:{call.region}:{ACCOUNT}:"
        f"notebook-instance-lifecycle-config/{name.lower()}"
    )
    STORE.configs[name] = {
        f"{_NAME.removesuffix('Name')}Arn": arn,
        _NAME: name,
        "CreationTime": EPOCH,
        "LastModifiedTime": EPOCH,
        **_scripts(call),
    }
    STORE.config_tags[arn] = {tag["Key"]: tag["Value"] for tag in call.params.get("Tags", [])}
    return json_response({"NotebookInstanceLifecycleConfigArn": arn})


@rule(
    "sagemaker",
    "DescribeNotebookInstanceLifecycleConfig",
    page=f"{API}API_DescribeNotebookInstanceLifecycleConfig.html",
)
def describe_config(call: Call) -> Response:
    """Returns all fields of a configuration."""
    return json_response(_get(call))


@rule(
    "sagemaker",
    "UpdateNotebookInstanceLifecycleConfig",
    page=f"{API}API_UpdateNotebookInstanceLifecycleConfig.html",
)
def update_config(call: Call) -> Response:
    """Replaces the scripts in the call."""
    config = _get(call)
    config.update(_scripts(call))
    config["LastModifiedTime"] += 1
    return json_response({})


@rule(
    "sagemaker",
    "DeleteNotebookInstanceLifecycleConfig",
    page=f"{API}API_DeleteNotebookInstanceLifecycleConfig.html",
    confirmed=False,
)
def delete_config(call: Call) -> Response:
    """A configuration cannot be deleted while an instance uses it."""
    name = _get(call)[_NAME]
    for notebook in STORE.notebooks.values():
        if notebook.settings.get(_NAME) == name:
            raise invalid(f"Lifecycle configuration {name} is used by {notebook.name}")
    arn = STORE.configs.pop(name)["NotebookInstanceLifecycleConfigArn"]
    del STORE.config_tags[arn]
    return json_response({})


@rule(
    "sagemaker",
    "ListNotebookInstanceLifecycleConfigs",
    page=f"{API}API_ListNotebookInstanceLifecycleConfigs.html",
)
def list_configs(call: Call) -> Response:
    """Returns the configurations whose name contains a string."""
    part = call.params.get("NameContains", "")
    found = [
        {key: value for key, value in config.items() if key not in ("OnCreate", "OnStart")}
        for name, config in sorted(STORE.configs.items())
        if part in name
    ]
    return json_response({"NotebookInstanceLifecycleConfigs": found})
