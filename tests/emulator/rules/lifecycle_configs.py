"""Lifecycle configurations of notebook instances."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from .. import ACCOUNT
from ..wire import Answer, Call, answer_json
from . import rule
from .notebook_rules import API, NAME, constraint, invalid
from .notebook_state import EPOCH, STORE

_NAME = "NotebookInstanceLifecycleConfigName"


def _scripts(call: Call) -> dict[str, Any]:
    """The scripts of a call: base64, at most 16,384 characters each."""
    answer = {}
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
        answer[hook] = scripts
    return answer


def _get(call: Call) -> dict[str, Any]:
    config = STORE.configs.get(call.text(_NAME))
    if config is None:
        raise invalid("Unable to describe Notebook Instance Lifecycle Config: not found")
    return config


@rule(
    "sagemaker",
    "CreateNotebookInstanceLifecycleConfig",
    page=f"{API}API_CreateNotebookInstanceLifecycleConfig.html",
)
def create_config(call: Call) -> Answer:
    """Makes a configuration under a name that is free."""
    name = call.text(_NAME)
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
    return answer_json({"NotebookInstanceLifecycleConfigArn": arn})


@rule(
    "sagemaker",
    "DescribeNotebookInstanceLifecycleConfig",
    page=f"{API}API_DescribeNotebookInstanceLifecycleConfig.html",
)
def describe_config(call: Call) -> Answer:
    """Tells all."""
    return answer_json(_get(call))


@rule(
    "sagemaker",
    "UpdateNotebookInstanceLifecycleConfig",
    page=f"{API}API_UpdateNotebookInstanceLifecycleConfig.html",
)
def update_config(call: Call) -> Answer:
    """Replaces the scripts that are given."""
    config = _get(call)
    config.update(_scripts(call))
    config["LastModifiedTime"] += 1
    return answer_json({})


@rule(
    "sagemaker",
    "DeleteNotebookInstanceLifecycleConfig",
    page=f"{API}API_DeleteNotebookInstanceLifecycleConfig.html",
    sure=False,
)
def delete_config(call: Call) -> Answer:
    """Refused while an instance uses it."""
    name = _get(call)[_NAME]
    for notebook in STORE.notebooks.values():
        if notebook.settings.get(_NAME) == name:
            raise invalid(f"Lifecycle configuration {name} is used by {notebook.name}")
    del STORE.configs[name]
    return answer_json({})


@rule(
    "sagemaker",
    "ListNotebookInstanceLifecycleConfigs",
    page=f"{API}API_ListNotebookInstanceLifecycleConfigs.html",
)
def list_configs(call: Call) -> Answer:
    """All configurations whose name contains a text."""
    part = call.params.get("NameContains", "")
    found = [
        {key: value for key, value in config.items() if key not in ("OnCreate", "OnStart")}
        for name, config in sorted(STORE.configs.items())
        if part in name
    ]
    return answer_json({"NotebookInstanceLifecycleConfigs": found})
