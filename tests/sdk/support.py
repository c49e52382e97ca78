"""Clients of boto3 that load the plugin, and record the parameters of each call instead of sending it."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, Iterator

import boto3
import botocore.awsrequest

CORE = Path(__file__).parents[2] / "mlspace-core/src"
PLUGIN = CORE / "sdk_config"
SCRIPTS = CORE / "lifecycle_config/scripts"

TENANT = {
    "name_prefix": "fraud-",
    "tags": {"system": "MLSpace", "project": "fraud", "user": "alice"},
    "role_arn": "arn:aws:iam::123456789012:role/MLSpace-fraud-alice",
    "bucket": "mlspace-data",
    "key_prefix": "project/fraud/",
    "kms_key_id": "key-1",
    "subnet_ids": ["subnet-a", "subnet-b"],
    "security_group_ids": ["sg-1"],
    "local_storage": ["ml.g5.*"],
}


@contextlib.contextmanager
def plugin(tenant: dict[str, Any] | None = None) -> Iterator[None]:
    """Lets clients load the plugin for this project."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "tenant.json"
        config.write_text(json.dumps({**TENANT, **(tenant or {})}), encoding="utf-8")
        environment = {
            "BOTOCORE_EXPERIMENTAL__PLUGINS": "mlspace=mlspace_sdk",
            "MLSPACE_SDK_CONFIG": str(config),
        }
        before = dict(os.environ)
        os.environ.update(environment)
        sys.path.insert(0, str(PLUGIN))
        try:
            sys.modules.pop("mlspace_sdk", None)
            importlib.import_module("mlspace_sdk")
            yield
        finally:
            sys.path.remove(str(PLUGIN))
            os.environ.clear()
            os.environ.update(before)


def sent(service: str, operation: str, **params: Any) -> dict[str, Any]:
    """The parameters that a call would send, as the plugin and validation left them."""
    client = boto3.client(
        service,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    found: dict[str, Any] = {}

    def keep(params: dict[str, Any], **_: Any) -> None:
        found.update(params)

    def answer(**_: Any) -> tuple[Any, dict[str, Any]]:
        return botocore.awsrequest.AWSResponse("http://localhost", 200, {}, None), {}

    hyphened = client.meta.service_model.service_id.hyphenize()
    client.meta.events.register_last(f"before-parameter-build.{hyphened}", keep)
    client.meta.events.register(f"before-call.{hyphened}", answer)
    getattr(client, operation)(**params)
    return found
