"""Every rule has a test, and every such test fails on bare moto.

A rule whose test passes without it is a rule that moto has learnt: it can go.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unittest
from collections.abc import Iterator
from pathlib import Path

from emulator import rules

from . import support

HERE = Path(__file__).resolve().parent


def cases(suite: unittest.TestSuite) -> Iterator[unittest.TestCase]:
    """The tests of a suite, however deep."""
    for each in suite:
        if isinstance(each, unittest.TestSuite):
            yield from cases(each)
        else:
            yield each


def marked() -> dict[str, unittest.TestCase]:
    """The tests that are marked as showing a rule, by id."""
    found = unittest.defaultTestLoader.discover(
        str(HERE), pattern="test_*.py", top_level_dir=str(HERE.parents[1])
    )
    return {
        case.id(): case
        for case in cases(found)
        if getattr(getattr(case, case._testMethodName, None), "rules", None)
    }


def survivors() -> list[str]:
    """Run the marked tests here and tell which pass."""
    passed = []
    for name, case in marked().items():
        result = unittest.TestResult()
        case.run(result)
        if result.wasSuccessful():
            passed.append(name)
    return passed


class OnBareMoto(unittest.TestCase):
    """The layer against moto alone."""

    def test_every_rule_has_a_test(self) -> None:
        rules.load(strict=False)
        known = {rule.name for rule in rules.RULES + rules.PATCHES}
        shown = {
            rule
            for case in marked().values()
            for rule in getattr(case, case._testMethodName).rules
        }
        self.assertEqual(known - shown, set(), "rules without a test")
        self.assertEqual(shown - known, set(), "tests of rules that don't exist")

    def test_every_rule_cites_a_page_of_aws(self) -> None:
        rules.load(strict=False)
        for rule in rules.RULES + rules.PATCHES:
            self.assertTrue(rule.page.startswith("https://docs.aws.amazon.com/"), rule.name)
            self.assertTrue(rule.act.__doc__, rule.name)

    def test_the_readme_lists_every_rule_and_every_doubt(self) -> None:
        rules.load(strict=False)
        text = (HERE.parent / "README.md").read_text()
        sure, _, doubts = text.partition("## Doubts")
        for rule in rules.RULES + rules.PATCHES:
            self.assertIn(f"`{rule.name}`", sure, "missing from the README")
            self.assertEqual(f"`{rule.name}`" in doubts, not rule.sure, rule.name)

    def test_marked_tests_fail_without_the_layer(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "emulator.tests.test_bare"],
            cwd=HERE.parents[1],
            env={**os.environ, support.BARE: "1"},
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout), [], "these pass on bare moto")


if __name__ == "__main__":
    print(json.dumps(survivors()))
