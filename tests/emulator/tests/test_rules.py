"""Every rule has a test that fails on bare moto, an AWS page, and a line in the README.

If the test of a rule passes on bare moto, moto has the behaviour itself and the
rule can be removed.
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
    """All test cases of a suite, nested ones included."""
    for each in suite:
        if isinstance(each, unittest.TestSuite):
            yield from cases(each)
        else:
            yield each


def rule_tests() -> dict[str, unittest.TestCase]:
    """The tests with the mark `tests_rules`, by id."""
    found = unittest.defaultTestLoader.discover(
        str(HERE), pattern="test_*.py", top_level_dir=str(HERE.parents[1])
    )
    return {
        case.id(): case
        for case in cases(found)
        if getattr(getattr(case, case._testMethodName, None), "rules", None)
    }


def passing_tests() -> list[str]:
    """Run the tests of the rules in this process; returns the ids of those that pass."""
    passed = []
    for name, case in rule_tests().items():
        result = unittest.TestResult()
        case.run(result)
        if result.wasSuccessful():
            passed.append(name)
    return passed


class Rules(unittest.TestCase):
    """Requirements on every rule."""

    def test_rules_have_tests(self) -> None:
        rules.load(strict=False)
        names = {rule.name for rule in rules.RULES + rules.PATCHES}
        tested = {
            rule
            for case in rule_tests().values()
            for rule in getattr(case, case._testMethodName).rules
        }
        self.assertEqual(names - tested, set(), "rules without a test")
        self.assertEqual(tested - names, set(), "tests of unknown rules")

    def test_rules_cite_aws_pages(self) -> None:
        rules.load(strict=False)
        for rule in rules.RULES + rules.PATCHES:
            self.assertTrue(rule.page.startswith("https://docs.aws.amazon.com/"), rule.name)
            self.assertTrue(rule.apply.__doc__, rule.name)

    def test_readme_lists_rules_and_assumptions(self) -> None:
        rules.load(strict=False)
        readme = (HERE.parent / "README.md").read_text()
        listed, _, assumptions = readme.partition("## Unconfirmed assumptions")
        for rule in rules.RULES + rules.PATCHES:
            self.assertIn(f"`{rule.name}`", listed, "missing from the README")
            self.assertEqual(f"`{rule.name}`" in assumptions, not rule.confirmed, rule.name)

    def test_rule_tests_fail_on_bare_moto(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "emulator.tests.test_rules"],
            cwd=HERE.parents[1],
            env={**os.environ, support.BARE_VARIABLE: "1"},
            capture_output=True,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout), [], "these pass on bare moto")


if __name__ == "__main__":
    print(json.dumps(passing_tests()))
