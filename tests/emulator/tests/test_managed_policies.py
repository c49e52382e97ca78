"""AWS's managed policies, of which moto has a copy, are accepted by the grammar and the linter.

What AWS itself publishes is no mistake of form, and neither names nor values in it are wrong. The
linter can find a policy broad or without the effect that it seems to have, and can warn of names
that its tables do not have yet.
"""

from __future__ import annotations

import collections
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from moto.iam.aws_managed_policies import aws_managed_policies_data

from emulator.rules.policy_grammar import parse_statements

REPOSITORY = Path(__file__).resolve().parents[3]
# Rules about size, breadth and effect. AWS's policies are large and broad on purpose; some contain
# conditions without effect, such as tag keys on actions that carry none (L04).
EFFECT = {"L01", "L04", "L06", "L14", "L15", "L18"}


def command() -> Path:
    """The linter, which `make build` makes."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
    return target / "debug" / "mlspace-policy"


class ManagedPolicies(unittest.TestCase):
    """The policies that AWS manages."""

    def setUp(self) -> None:
        """Read moto's copy."""
        policies = json.loads(aws_managed_policies_data)
        self.documents = {name: policy["Document"] for name, policy in policies.items()}

    def test_grammar_accepts_all(self) -> None:
        self.assertGreater(len(self.documents), 1500)
        for name, document in self.documents.items():
            with self.subTest(name):
                parse_statements(json.dumps(document), "managed")

    def test_linter_finds_no_wrong_form_name_or_value(self) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(list(self.documents.values()), file)
            file.flush()
            done = subprocess.run(
                [command(), "lint", "--kind", "managed", "--format", "json", file.name],
                capture_output=True,
                text=True,
            )
        self.assertEqual(done.stderr, "")
        linted = json.loads(done.stdout)
        self.assertEqual(len(linted), len(self.documents))
        errors: collections.Counter[tuple[str, str, str]] = collections.Counter()
        for name, policy in zip(self.documents, linted):
            self.assertEqual(policy["refused"], [], name)
            for finding in policy["findings"]:
                if finding["severity"] == "error" and finding["rule"] not in EFFECT:
                    errors[finding["rule"], name, finding["why"]] += 1
        self.assertEqual(dict(errors), {})
