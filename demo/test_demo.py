"""Tests of the demonstration's own parts; the whole of it is run by `make demo`."""

import contextlib
import io
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import emulator
import screen
import terraform

screen.COLOUR = False


def entry(user: str, project: str, dataset: str, rights: str) -> dict:
    """One cell of the matrix, its rights given as letters."""
    names = {"read": "r", "write": "w", "delete": "d"}
    return {"user": user, "project": project, "dataset": dataset} | {
        name: letter in rights for name, letter in names.items()
    }


class AccessTable(unittest.TestCase):
    """The matrix shows each right where it belongs."""

    def test_each_cell_stands_under_its_membership(self) -> None:
        lines = screen.access_table(
            [
                entry("alice", "fraud", "project/fraud/cards", "rwd"),
                entry("bob", "churn", "project/fraud/cards", ""),
                entry("alice", "fraud", "global/days", "r"),
                entry("bob", "churn", "global/days", "r"),
            ]
        )
        self.assertEqual(lines[0], f"{'':19}  bob in churn  alice in fraud")
        self.assertEqual(lines[2], "global/days          r · ·         r · ·")
        self.assertEqual(lines[3], "project/fraud/cards  · · ·         r w d")

    def test_a_missing_cell_is_an_error_and_not_a_denial(self) -> None:
        entries = [
            entry("alice", "fraud", "a", "r"),
            entry("bob", "fraud", "b", "r"),
        ]
        with self.assertRaises(KeyError):
            screen.access_table(entries)


class Events(unittest.TestCase):
    """What Terraform reports line by line reaches the reader."""

    def show(self, event: dict) -> tuple[bool, str]:
        """Whether the event is an error, and what was printed for it."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            failed = terraform.show_event(json.dumps(event))
        return failed, out.getvalue()

    def test_a_finished_resource_is_named(self) -> None:
        hook = {"resource": {"addr": "mlspace_project.fraud"}, "action": "create", "elapsed_seconds": 2}
        failed, out = self.show({"type": "apply_complete", "hook": hook})
        self.assertFalse(failed)
        self.assertIn("+ mlspace_project.fraud created", out)

    def test_an_error_is_shown_whole_and_counts(self) -> None:
        diagnostic = {"severity": "error", "summary": "no bucket", "detail": "first\nsecond", "address": "a.b"}
        failed, out = self.show({"type": "diagnostic", "diagnostic": diagnostic})
        self.assertTrue(failed)
        for part in ("no bucket (a.b)", "first", "second"):
            self.assertIn(part, out)

    def test_a_warning_does_not_count(self) -> None:
        failed, out = self.show({"type": "diagnostic", "diagnostic": {"severity": "warning", "summary": "stops first"}})
        self.assertFalse(failed)
        self.assertIn("stops first", out)


class EarlierEmulator(unittest.TestCase):
    """`KEEP=1` leaves a process up; the next run ends that one and no other."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.scratch = Path(directory.name)

    def left(self, *arguments: str) -> subprocess.Popen:
        """A process that sleeps, recorded as the emulator."""
        program = "import time; print(flush=True); time.sleep(60)"
        process = subprocess.Popen([sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        process.stdout.readline()
        record = json.dumps({"pid": process.pid, "url": "http://127.0.0.1:1"})
        (self.scratch / "emulator.json").write_text(record)
        return process

    def test_nothing_was_left(self) -> None:
        self.assertFalse(emulator.stop_earlier(self.scratch))

    def test_ends_what_was_left(self) -> None:
        process = self.left("emulator")
        self.assertTrue(emulator.stop_earlier(self.scratch))
        self.assertFalse(Path(f"/proc/{process.pid}").exists())
        self.assertFalse(emulator.stop_earlier(self.scratch))

    def test_spares_a_process_that_took_the_number(self) -> None:
        process = self.left("something-else")
        self.assertFalse(emulator.stop_earlier(self.scratch))
        self.assertIsNone(process.poll())


if __name__ == "__main__":
    unittest.main()
