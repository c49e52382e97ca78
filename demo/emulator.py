"""The emulator of AWS that the demonstration runs against."""

import json
import os
import signal
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 60  # seconds for the emulator to come up or go away


@dataclass
class Emulator:
    """A running emulator, reachable at `url`; everything in it is in its memory."""

    url: str
    pid: int
    record: Path

    def call(self, method: str, path: str) -> dict:
        """Ask one of the emulator's control endpoints."""
        request = urllib.request.Request(self.url + path, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def seed(self) -> dict:
        """Make what a platform has before its first project; returns the ids."""
        return self.call("POST", "/_emulator/seed")

    def world(self) -> dict:
        """Everything that exists in the account, by kind."""
        return self.call("GET", "/_emulator/world")

    def stop(self) -> None:
        """End the process and forget it."""
        end(self.pid)
        self.record.unlink(missing_ok=True)


def start(python: str, package_root: str, scratch: Path) -> Emulator:
    """Start an emulator on a free port of the loopback interface.

    It survives this process (so that `KEEP=1` can leave it up) and logs to
    `emulator.log` in `scratch`.
    """
    log = scratch / "emulator.log"
    with open(log, "wb") as errors:
        process = subprocess.Popen(
            [python, "-m", "emulator", "--port", "0"],
            cwd=package_root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
    line = process.stdout.readline() if process.stdout else b""
    try:
        port = json.loads(line)["port"]
    except (ValueError, KeyError, TypeError):
        process.kill()
        process.wait()
        raise SystemExit(f"demo: the emulator did not start; see {log}\n{log.read_text()[-2000:]}") from None
    emulator = Emulator(f"http://127.0.0.1:{port}", process.pid, scratch / "emulator.json")
    emulator.record.write_text(json.dumps({"pid": process.pid, "url": emulator.url}))
    return emulator


def stop_earlier(scratch: Path) -> bool:
    """End the emulator that an earlier `KEEP=1` left up; false when there is none."""
    record = scratch / "emulator.json"
    try:
        earlier = json.loads(record.read_text())
        command = Path(f"/proc/{earlier['pid']}/cmdline").read_bytes()
    except (OSError, ValueError, KeyError):
        record.unlink(missing_ok=True)
        return False
    record.unlink(missing_ok=True)
    # The number may have been given to another process since.
    if b"emulator" not in command.split(b"\0"):
        return False
    end(earlier["pid"])
    return True


def end(pid: int) -> None:
    """Ask a process to end, and insist when it doesn't."""
    try:
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            if reaped(pid):
                return
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
        reaped(pid)
    except ProcessLookupError:
        return


def reaped(pid: int) -> bool:
    """Whether a process has gone, collecting it if it is a child of ours."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return not Path(f"/proc/{pid}").exists()
