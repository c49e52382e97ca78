"""The emulator of AWS that the demonstration runs against."""

import json
import os
import re
import signal
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

TIMEOUT = 60  # seconds for a control request


@dataclass
class Emulator:
    """A running emulator at `url`; it keeps its data in memory.

    The file `record` holds its process id and URL, so that a later run can stop it.
    """

    url: str
    pid: int
    record: Path

    def call(self, method: str, path: str, parameters: dict | None = None) -> dict:
        """Send a request to the emulator's control API; returns its JSON response."""
        body = None if parameters is None else json.dumps(parameters).encode()
        request = urllib.request.Request(self.url + path, data=body, method=method)
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            return json.load(response)

    def seed(self) -> dict:
        """Create the resources of a platform; returns their names and ids."""
        return self.call("POST", "/_emulator/seed")

    def add_role(self, name: str, service: str) -> str:
        """Create a role without policies that an AWS service can assume; returns its ARN."""
        statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        params = {"RoleName": name, "AssumeRolePolicyDocument": trust}
        call = {"service": "iam", "action": "CreateRole", "params": params}
        response = self.call("POST", "/_emulator/call", call)
        found = re.search("<Arn>(.*?)</Arn>", response["body"])
        if found is None:
            raise SystemExit(f"demo: the emulator did not create the role `{name}`: {response['body']}")
        return found[1]

    def account_state(self) -> dict:
        """All resources in the account, by kind."""
        return self.call("GET", "/_emulator/account-state")

    def stop(self) -> None:
        """Stop the process, and delete its record."""
        terminate(self.pid)
        self.record.unlink(missing_ok=True)


def start(python: str, package_root: str, scratch: Path) -> Emulator:
    """Start an emulator on a free port of the loopback interface.

    It is not a child in the same session, so with `KEEP=1` it keeps running after
    this process. It logs to `emulator.log` in `scratch`.
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
    """Stop the emulator that an earlier `KEEP=1` left running; returns false if there is none."""
    record = scratch / "emulator.json"
    try:
        earlier = json.loads(record.read_text())
        command = Path(f"/proc/{earlier['pid']}/cmdline").read_bytes()
    except (OSError, ValueError, KeyError):
        record.unlink(missing_ok=True)
        return False
    record.unlink(missing_ok=True)
    # The process id can belong to another process by now.
    if b"emulator" not in command.split(b"\0"):
        return False
    terminate(earlier["pid"])
    return True


def terminate(pid: int) -> None:
    """Terminate a process; kill it if it still runs after 5 seconds."""
    try:
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            if has_exited(pid):
                return
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
        has_exited(pid)
    except ProcessLookupError:
        return


def has_exited(pid: int) -> bool:
    """Whether a process has exited; reaps it if it is a child of this process."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return not Path(f"/proc/{pid}").exists()
