"""Tests of the demo's parts; `make demo` runs the demo as a whole."""

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

screen.COLOR = False


def entry(user: str, project: str, dataset: str, permissions: str) -> dict:
    """One entry of the matrix; `permissions` is a string such as `rwd`."""
    names = {"read": "r", "write": "w", "delete": "d"}
    return {"user": user, "project": project, "dataset": dataset} | {
        name: letter in permissions for name, letter in names.items()
    }


class AccessTable(unittest.TestCase):
    """The access matrix."""

    def test_table_has_column_per_membership(self) -> None:
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

    def test_table_rejects_missing_entry(self) -> None:
        entries = [
            entry("alice", "fraud", "a", "r"),
            entry("bob", "fraud", "b", "r"),
        ]
        with self.assertRaises(KeyError):
            screen.access_table(entries)


class StudioTable(unittest.TestCase):
    """What members can do in Studio."""

    def test_table_has_row_per_membership(self) -> None:
        entries = [
            {"user": user, "project": project, "use_own_spaces": True, "use_others_spaces": project == "fraud"}
            for project, user in (("fraud", "alice"), ("churn", "bob"))
        ]
        lines = screen.studio_table(entries)
        self.assertEqual(lines[2].split(), ["bob", "in", "churn", "yes", "no"])
        self.assertEqual(lines[3].split(), ["alice", "in", "fraud", "yes", "yes"])


class Events(unittest.TestCase):
    """Terraform's JSON events."""

    def show(self, event: dict) -> tuple[bool, str]:
        """Whether the event is an error, and the printed lines."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            failed = terraform.show_event(json.dumps(event))
        return failed, out.getvalue()

    def test_apply_complete_names_resource(self) -> None:
        hook = {"resource": {"addr": "mlspace_project.fraud"}, "action": "create", "elapsed_seconds": 2}
        failed, out = self.show({"type": "apply_complete", "hook": hook})
        self.assertFalse(failed)
        self.assertIn("+ mlspace_project.fraud created", out)

    def test_error_is_shown_with_details(self) -> None:
        diagnostic = {"severity": "error", "summary": "no bucket", "detail": "first\nsecond", "address": "a.b"}
        failed, out = self.show({"type": "diagnostic", "diagnostic": diagnostic})
        self.assertTrue(failed)
        for part in ("no bucket (a.b)", "first", "second"):
            self.assertIn(part, out)

    def test_warning_is_not_an_error(self) -> None:
        failed, out = self.show({"type": "diagnostic", "diagnostic": {"severity": "warning", "summary": "stops first"}})
        self.assertFalse(failed)
        self.assertIn("stops first", out)


class EarlierEmulator(unittest.TestCase):
    """`KEEP=1` leaves a process running; the next run stops this process and no other."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.scratch = Path(directory.name)

    def start_recorded(self, *arguments: str) -> subprocess.Popen:
        """A process that sleeps, recorded as the emulator."""
        program = "import time; print(flush=True); time.sleep(60)"
        process = subprocess.Popen([sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        process.stdout.readline()
        record = json.dumps({"pid": process.pid, "url": "http://127.0.0.1:1"})
        (self.scratch / "emulator.json").write_text(record)
        return process

    def test_stop_earlier_without_record(self) -> None:
        self.assertFalse(emulator.stop_earlier(self.scratch))

    def test_stop_earlier_stops_recorded_process(self) -> None:
        process = self.start_recorded("emulator")
        self.assertTrue(emulator.stop_earlier(self.scratch))
        self.assertFalse(Path(f"/proc/{process.pid}").exists())
        self.assertFalse(emulator.stop_earlier(self.scratch))

    def test_stop_earlier_ignores_reused_process_id(self) -> None:
        process = self.start_recorded("something-else")
        self.assertFalse(emulator.stop_earlier(self.scratch))
        self.assertIsNone(process.poll())


if __name__ == "__main__":
    unittest.main()
