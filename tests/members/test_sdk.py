"""Sample code of the SageMaker Python SDK, as alice on a notebook instance of the platform.

The files in `samples` say nothing of tags, networks, keys or names. What the data source
`mlspace_sdk_config` gives for her machine makes them fit, and the policies of her role decide.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import unittest
from pathlib import Path

from .platform import ROOT, Platform

sys.path.insert(0, str(ROOT / "tests/tools"))
import cache  # noqa: E402

SAMPLES = Path(__file__).parent / "samples"
GUIDE = ROOT / "docs/guides/first-hour.md"
# Calls that the SDK makes and that stay denied: it goes on without an answer.
TOLERATED = {"s3:ListAllMyBuckets", "iam:SimulatePrincipalPolicy", "iam:GetRole"}


def interpreter(version: int) -> Path:
    """A Python with this version of the SDK, installed on first use."""
    requirements = SAMPLES / f"requirements-sdk{version}.txt"
    name = cache.fingerprint(
        requirements.read_bytes(),
        sysconfig.get_platform().encode(),
        ".".join(map(str, sys.version_info[:2])).encode(),
    )
    environment = cache.once(
        f"sagemaker-sdk{version}-{name}",
        "about 60 MB to download",
        lambda target: cache.make_environment(target, requirements, "--no-deps"),
    )
    return environment / "bin/python"


class Sdk(unittest.TestCase):
    """A machine of alice."""

    def setUp(self) -> None:
        self.platform = Platform()
        self.addCleanup(self.platform.stop)
        machine = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.environment = self.platform.machine("fraud", "alice", machine)
        self.work = machine / "work"
        (self.work / "code").mkdir(parents=True)
        shutil.copy(machine / "metadata.json", self.work)
        for name in ("train.py", "train.csv"):
            shutil.copy(SAMPLES / name, self.work)
        shutil.copy(SAMPLES / "train.py", self.work / "code")

    def run_samples(self, version: int, *samples: Path, denied: frozenset[str] = frozenset()) -> None:
        """Run sample code; all of it has to end without an error.

        Besides what is always tolerated, only the actions in `denied` may be denied, and they have to.
        """
        done = subprocess.run(
            [interpreter(version), SAMPLES / "run.py", *samples],
            cwd=self.work,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
        results = json.loads(done.stdout)
        self.assertEqual(list(results), [sample.name for sample in samples])
        for name, error in results.items():
            with self.subTest(name):
                self.assertEqual(error, "")
        decisions = self.platform.decisions()
        self.assertEqual([each for each in decisions if each["disagreement"]], [])
        found = {each["action"] for each in decisions if each["outcome"] != "allowed"}
        self.assertEqual(found - TOLERATED, denied)

    def test_version_2_works_unchanged(self) -> None:
        self.run_samples(2, *sorted((SAMPLES / "sdk2").glob("*.py")))
        sagemaker = self.platform.admin("sagemaker")
        jobs = sagemaker.list_training_jobs()["TrainingJobSummaries"]
        self.assertGreaterEqual(len(jobs), 5)
        self.assertEqual({job["TrainingJobStatus"] for job in jobs}, {"Completed"})
        names = {job["TrainingJobName"].split("-")[0] for job in jobs}
        self.assertEqual(names, {"fraud"})

    def test_version_3_works_unchanged(self) -> None:
        self.run_samples(3, *sorted((SAMPLES / "sdk3").glob("*.py")))

    def test_guide_of_the_first_hour_works(self) -> None:
        text = GUIDE.read_text(encoding="utf-8")
        blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        self.assertGreaterEqual(len(blocks), 7)
        code = "\n".join(blocks)
        for word in ("Tags", "tags", "subnet", "kms", "VpcConfig", "security_group", "encrypt"):
            self.assertNotIn(word, code, "the guide's code says nothing of the platform's rules")
        sample = self.work / "first_hour.py"
        sample.write_text(code, encoding="utf-8")
        # Of another project, which the guide shows.
        self.run_samples(2, sample, denied=frozenset({"s3:ListBucket"}))


if __name__ == "__main__":
    unittest.main()
