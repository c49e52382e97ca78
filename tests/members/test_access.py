"""Members do their work and reach nothing of others, in both policy models."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from . import calls
from .platform import MODEL, OTHER_SERVICES, PLUGIN, ROOT, Platform

PLUGIN_DIRECTORY = ROOT / "mlspace-core/src/sdk_config"
DENIED = ("AccessDenied", "AccessDeniedException")


class Members(unittest.TestCase):
    """A platform, and calls of its members."""

    platform: Platform
    model = "per_principal"

    @classmethod
    def setUpClass(cls) -> None:
        cls.platform = Platform(cls.model)
        cls.addClassCleanup(cls.platform.stop)

    @classmethod
    def tearDownClass(cls) -> None:
        wrong = [each for each in cls.platform.decisions() if each["disagreement"]]
        assert not wrong, f"the evaluators differ: {json.dumps(wrong[:3], indent=1)}"

    def plugin(self, project: str, user: str) -> None:
        """Let new clients load botocore's plugin, as on a machine of this member."""
        file = self.enterContext(tempfile.NamedTemporaryFile("w", suffix=".json"))
        json.dump(self.platform.tenant(project, user), file)
        file.flush()
        before = dict(os.environ)
        os.environ |= {
            PLUGIN: "mlspace=mlspace_sdk",
            "MLSPACE_SDK_CONFIG": file.name,
        }
        sys.path.insert(0, str(PLUGIN_DIRECTORY))
        self.addCleanup(sys.path.remove, str(PLUGIN_DIRECTORY))
        self.addCleanup(lambda: (os.environ.clear(), os.environ.update(before)))

    def call(self, work: calls.Work, project: str, user: str, plugged: bool = False) -> Any:
        """Make a call as a member."""
        text = json.dumps(work.params, default=lambda value: {"bytes": value.decode()})
        text = text.replace("@ROLE@", self.platform.roles[project, user])
        params = json.loads(text, object_hook=lambda each: each["bytes"].encode() if set(each) == {"bytes"} else each)
        client = self.platform.plugged_client if plugged else self.platform.client
        return getattr(client(work.service, project, user), work.operation)(**params)

    def assert_denied(self, work: calls.Work, project: str, user: str) -> str:
        """A call is refused by the policies; returns the message."""
        with self.assertRaises(ClientError, msg=f"{user}: {work.name}") as caught:
            self.call(work, project, user)
        error = caught.exception.response["Error"]
        self.assertIn(error["Code"], DENIED, f"{user}: {work.name}: {error}")
        return error["Message"]


class LifeCycle(Members):
    """Alice works; then others try each of her things by name."""

    def test_work_and_access_by_name(self) -> None:
        self.plugin("fraud", "alice")
        for work in calls.WORK:
            with self.subTest(work.name):
                self.call(work, "fraud", "alice", plugged=True)
        sagemaker = self.platform.admin("sagemaker")
        for name in ("fraud-scorer", "fraud-gpu"):
            job = sagemaker.describe_training_job(TrainingJobName=name)
            self.assertEqual(job["TrainingJobStatus"], "Completed", job.get("FailureReason"))
        for operation, name in (
            ("describe_processing_job", {"ProcessingJobName": "fraud-features"}),
            ("describe_transform_job", {"TransformJobName": "fraud-batch"}),
            ("describe_hyper_parameter_tuning_job", {"HyperParameterTuningJobName": "fraud-tuning"}),
            ("describe_endpoint", {"EndpointName": "fraud-scorer"}),
        ):
            self.assertNotIn("FailureReason", getattr(sagemaker, operation)(**name), operation)
        for work, shared in calls.BY_NAME:
            with self.subTest(f"bob: {work.name}"):
                self.assert_denied(work, "risk", "bob")
            with self.subTest(f"dora: {work.name}"):
                if shared:
                    self.call(work, "fraud", "dora")
                else:
                    self.assert_denied(work, "fraud", "dora")

    def test_job_of_others_data_fails(self) -> None:
        self.plugin("risk", "bob")
        params = calls.training("thief")
        work = calls.Work("train", "sagemaker", "create_training_job", params)
        self.call(work, "risk", "bob", plugged=True)
        job = self.platform.admin("sagemaker").describe_training_job(TrainingJobName="risk-thief")
        self.assertEqual(job["TrainingJobStatus"], "Failed")
        self.assertIn("is not authorized to perform: s3:", job["FailureReason"])

    def test_calls_without_settings_are_denied(self) -> None:
        for name in ("plain", "fraud-plain"):
            work = calls.Work("train", "sagemaker", "create_training_job", calls.training(name))
            message = self.assert_denied(work, "fraud", "alice")
            self.assertIn("sagemaker:CreateTrainingJob", message)

    def test_services_that_are_off_are_denied(self) -> None:
        for work in self.other_services():
            self.assert_denied(work, "fraud", "alice")

    @staticmethod
    def other_services() -> list[calls.Work]:
        """Calls of services that the other platform has switched on."""
        prompt = [{"role": "user", "content": [{"text": "Hello"}]}]
        return [
            calls.Work("ask a model", "bedrock-runtime", "invoke_model", {"modelId": MODEL, "body": b"{}"}),
            calls.Work("chat", "bedrock-runtime", "converse", {"modelId": MODEL, "messages": prompt}),
            calls.Work("get a token", "codeartifact", "get_authorization_token", {"domain": "ml"}),
            calls.Work("find packages", "codeartifact", "get_repository_endpoint", {"domain": "ml", "repository": "pypi", "format": "pypi"}),
        ]


class LifeCycleByAttribute(LifeCycle):
    """The same with the policies of the attribute model."""

    model = "attribute"


class OtherServices(Members):
    """Services that do not fit beside those of the life cycle."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.platform = Platform(services=OTHER_SERVICES)
        cls.addClassCleanup(cls.platform.stop)

    def test_services_that_are_on_work(self) -> None:
        for work in LifeCycle.other_services():
            with self.subTest(work.name):
                self.call(work, "fraud", "alice")
        other = {"modelId": "amazon.nova-pro-v1:0", "body": b"{}"}
        self.assert_denied(
            calls.Work("ask another model", "bedrock-runtime", "invoke_model", other), "fraud", "alice"
        )


if __name__ == "__main__":
    unittest.main()
