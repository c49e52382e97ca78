"""The scripts of a notebook instance, in a directory that stands for its file system."""

from __future__ import annotations

import datetime
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path
from typing import Any

from .support import PLUGIN, SCRIPTS

ARN = "arn:aws:sagemaker:us-east-1:123456789012:notebook-instance/alice-fraud"
# Stands for boto3: answers from a file, and appends the calls to another.
FAKE_BOTO3 = '''
import json, os

class Client:
    def get_paginator(self, name):
        return self

    def paginate(self, ResourceArn):
        tags = {"system": "MLSpace", "project": "fraud", "user": "alice"}
        return [{"Tags": [{"Key": k, "Value": v}]} for k, v in tags.items()]

    def describe_notebook_instance(self, NotebookInstanceName):
        return {"RoleArn": "arn:aws:iam::123456789012:role/MLSpace-fraud-alice",
                "SecurityGroups": ["sg-1", "sg-2"]}

    def stop_notebook_instance(self, NotebookInstanceName):
        with open(os.environ["STOPPED"], "a") as file:
            file.write(NotebookInstanceName + "\\n")

def client(service, region_name):
    assert (service, region_name) == ("sagemaker", "us-east-1")
    return Client()
'''


class Machine(unittest.TestCase):
    """A directory with the metadata of an instance."""

    def setUp(self) -> None:
        self.root = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.home = self.root / "opt/mlspace"
        self.write("opt/ml/metadata/resource-metadata.json",
                   json.dumps({"ResourceArn": ARN, "ResourceName": "alice-fraud"}))
        self.write("fakes/boto3.py", FAKE_BOTO3)

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def run_script(self, name: str, *arguments: str, **more: str) -> str:
        """Runs a script and returns what it printed as an error."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.root / "fakes"),
            "MLSPACE_ROOT": str(self.root),
            "MLSPACE_HOME": str(self.home),
            "STOPPED": str(self.root / "stopped"),
            **more,
        }
        done = subprocess.run(
            [sys.executable, SCRIPTS / name, *arguments],
            env=environment, capture_output=True, text=True, check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr


class Configure(Machine):
    """`configure.py`"""

    def test_templates_are_filled_in(self) -> None:
        self.write("opt/mlspace/templates.json", json.dumps({
            "/opt/mlspace/tenant.json": '{"key_prefix": "project/@PROJECT@/", "user": "@USER@",'
                                        ' "security_group_ids": ["@SECURITY_GROUPS@"]}',
            "/etc/xdg/sagemaker/config.yaml": '{"RoleArn": "@ROLE_ARN@"}',
        }))
        sites = [self.root / f"home/ec2-user/anaconda3/{one}/python3.10/site-packages"
                 for one in ("lib", "envs/python3/lib")]
        for site in sites:
            site.mkdir(parents=True)
        self.run_script("configure.py")
        tenant = json.loads((self.home / "tenant.json").read_text())
        self.assertEqual(tenant, {"key_prefix": "project/fraud/", "user": "alice",
                                  "security_group_ids": ["sg-1", "sg-2"]})
        config = self.root / "etc/xdg/sagemaker/config.yaml"
        self.assertIn("role/MLSpace-fraud-alice", config.read_text())
        self.assertEqual(config.stat().st_mode & 0o777, 0o644)
        for site in sites:
            self.assertEqual((site / "mlspace.pth").read_text(),
                             f"{self.home}\nimport mlspace_startup\n")

    def test_startup_names_the_plugin_once(self) -> None:
        for before, after in [("", "mlspace=mlspace_sdk"), ("a=b", "a=b,mlspace=mlspace_sdk"),
                              ("mlspace=mlspace_sdk", "mlspace=mlspace_sdk")]:
            code = ("import mlspace_startup, os;"
                    "print(os.environ['BOTOCORE_EXPERIMENTAL__PLUGINS'],"
                    " os.environ['SAGEMAKER_VALIDATE_ROLE'])")
            done = subprocess.run(
                [sys.executable, "-c", code], text=True, check=True, capture_output=True,
                env={"PYTHONPATH": str(PLUGIN), "BOTOCORE_EXPERIMENTAL__PLUGINS": before},
            )
            self.assertEqual(done.stdout.strip(), f"{after} false")


class Jupyter(http.server.BaseHTTPRequestHandler):
    """The local Jupyter server."""

    answers: dict[str, Any] = {}

    def do_GET(self) -> None:
        body = json.dumps(self.answers[self.path]).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


def ago(minutes: int) -> str:
    now = datetime.datetime.now(datetime.timezone.utc)
    return (now - datetime.timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


class IdleStop(Machine):
    """`idle_stop.py`"""

    def setUp(self) -> None:
        super().setUp()
        server = http.server.HTTPServer(("127.0.0.1", 0), Jupyter)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.url = f"http://127.0.0.1:{server.server_port}"

    def look(self, sessions: list[Any], terminals: list[Any]) -> bool:
        """Whether the instance was stopped after 60 minutes."""
        Jupyter.answers = {"/api/sessions": sessions, "/api/terminals": terminals}
        self.run_script("idle_stop.py", "60", MLSPACE_JUPYTER=self.url)
        stopped = self.root / "stopped"
        return stopped.exists() and stopped.read_text() == "alice-fraud\n"

    @staticmethod
    def kernel(state: str, minutes: int) -> dict[str, Any]:
        return {"kernel": {"execution_state": state, "last_activity": ago(minutes)}}

    def test_idle_instance_is_stopped(self) -> None:
        self.write("run/mlspace-last-use", ago(90))
        self.assertTrue(self.look([self.kernel("idle", 61)], [{"last_activity": ago(70)}]))

    def test_recent_use_keeps_it(self) -> None:
        self.write("run/mlspace-last-use", ago(90))
        self.assertFalse(self.look([self.kernel("idle", 61)], [{"last_activity": ago(5)}]))

    def test_running_cell_keeps_it(self) -> None:
        self.write("run/mlspace-last-use", ago(90))
        self.assertFalse(self.look([self.kernel("busy", 300)], []))

    def test_closed_sessions_are_remembered(self) -> None:
        self.write("run/mlspace-last-use", ago(90))
        self.assertFalse(self.look([self.kernel("idle", 10)], []))
        self.assertFalse(self.look([], []))

    def test_first_look_starts_the_clock(self) -> None:
        self.assertFalse(self.look([], []))
        self.write("run/mlspace-last-use", ago(61))
        self.assertTrue(self.look([], []))

    def test_silent_jupyter_keeps_it(self) -> None:
        self.write("run/mlspace-last-use", ago(90))
        error = self.run_script("idle_stop.py", "60", MLSPACE_JUPYTER="http://127.0.0.1:9")
        self.assertIn("does not answer", error)
        self.assertFalse((self.root / "stopped").exists())


if __name__ == "__main__":
    unittest.main()
